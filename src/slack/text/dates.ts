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

/** A token as people read it: an ISO instant or day as the language has it, anything else as it is. */
export function toShownToken(value: string | number, locale: Locale): string | number {
  if (typeof value === 'number' || !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(value)) return value;
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  return value.includes('T') ? toMoment(at, locale) : days[locale].format(at);
}
