/** A phone, and a wide screen. In CSS pixels. */
export const widths = { phone: { width: 390, height: 844 }, wide: { width: 1440, height: 900 } } as const;

/**
 * How the pages are looked at: each language in each colour scheme, and each of those also on a phone and wide, in four
 * looks instead of eight. Every pair of two of the three comes up.
 */
export const looks = [
  { locale: 'ja', colorScheme: 'light', width: 'wide' },
  { locale: 'ja', colorScheme: 'dark', width: 'phone' },
  { locale: 'en', colorScheme: 'light', width: 'phone' },
  { locale: 'en', colorScheme: 'dark', width: 'wide' },
] as const;
