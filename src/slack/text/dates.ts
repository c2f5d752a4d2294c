import type { Locale } from '../notice/kinds.ts';

const inJapan = {
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'Asia/Tokyo',
} as const;
const moments = {
  ja: new Intl.DateTimeFormat('ja', { ...inJapan, month: 'numeric' }),
  en: new Intl.DateTimeFormat('en', { ...inJapan, month: 'short' }),
} as const satisfies Record<Locale, Intl.DateTimeFormat>;
const days = {
  ja: new Intl.DateTimeFormat('ja', { dateStyle: 'long', timeZone: 'UTC' }),
  en: new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }),
} as const satisfies Record<Locale, Intl.DateTimeFormat>;

/** An instant in Japan's time: `11/24 9:00`, `Nov 24, 09:00 JST`. */
export function toMoment(at: Date, locale: Locale): string {
  return locale === 'ja' ? moments.ja.format(at) : `${moments.en.format(at)} JST`;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z$/;
const minuteInJapan = /^\d{4}-\d\d-\d\d \d\d:\d\d$/;
const day = /^\d{4}-\d\d-\d\d$/;
const wholeNumber = /^(?:0|[1-9]\d{0,8})$/;

/**
 * A token as people read it: an instant in ISO 8601, a minute in Japan (`2026-11-24 10:00`) or a day as the language has
 * it, a number as one, by which a text can bend; anything else as it is.
 */
export function toShownToken(value: string | number, locale: Locale): string | number {
  if (typeof value === 'number') return value;
  if (wholeNumber.test(value)) return Number(value);
  const at = new Date(minuteInJapan.test(value) ? `${value.replace(' ', 'T')}:00+09:00` : value);
  if (Number.isNaN(at.getTime())) return value;
  if (instant.test(value) || minuteInJapan.test(value)) return toMoment(at, locale);
  return day.test(value) ? days[locale].format(at) : value;
}
