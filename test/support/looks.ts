/** A phone, and a wide screen. In CSS pixels. */
export const widths = { phone: { width: 390, height: 844 }, wide: { width: 1440, height: 900 } } as const;

/**
 * How the pages are looked at: each language in each colour scheme, and each of those also on a phone and wide, in four
 * looks instead of eight. Every pair of two of the three comes up. A page is opened in a reader's first look, and then
 * turned into the other, as a window is made narrow and a room dark.
 */
export const readers = [
  {
    locale: 'ja',
    looks: [
      { colorScheme: 'light', width: 'wide' },
      { colorScheme: 'dark', width: 'phone' },
    ],
  },
  {
    locale: 'en',
    looks: [
      { colorScheme: 'light', width: 'phone' },
      { colorScheme: 'dark', width: 'wide' },
    ],
  },
] as const;

export type Reader = (typeof readers)[number];
export type Look = Reader['looks'][number];
