/** Days and weeks as people in Japan count them. Japan stands at UTC+9 all year round, so each day has 24 hours. */

export const dayMs = 24 * 3_600_000;
export const weekMs = 7 * dayMs;

const japanMs = 9 * 3_600_000;
/** 1970-01-05, the first Monday of the epoch. */
const firstMondayMs = 4 * dayMs;

/** `2026-11-24T10:00:00.000`: what a clock in Japan shows. */
function readClock(instant: Date): string {
  return new Date(instant.getTime() + japanMs).toISOString().slice(0, -1);
}

/** The calendar date in Japan, YYYY-MM-DD. */
export function toJapaneseDate(instant: Date): string {
  return readClock(instant).slice(0, 10);
}

const longDates = {
  ja: new Intl.DateTimeFormat('ja-JP', { dateStyle: 'long', timeZone: 'Asia/Tokyo' }),
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'Asia/Tokyo' }),
};

/** The day of an instant in Japan, as people write it: `2026年11月24日`, `24 November 2026`. */
export function toLongDate(locale: 'ja' | 'en', instant: Date): string {
  return longDates[locale].format(instant);
}

/** `2026-11-24 10:00` in Japan. */
export function toJapaneseMinute(instant: Date): string {
  return readClock(instant).slice(0, 16).replace('T', ' ');
}

/** The midnight in Japan at which the day of this instant began. */
export function toJapaneseDay(instant: Date): Date {
  return floorTo(instant, dayMs, 0);
}

/** The midnight in Japan at which the Monday of this instant's week began. */
export function toJapaneseMonday(instant: Date): Date {
  return floorTo(instant, weekMs, firstMondayMs);
}

function floorTo(instant: Date, unitMs: number, firstMs: number): Date {
  const shown = instant.getTime() + japanMs - firstMs;
  return new Date(Math.floor(shown / unitMs) * unitMs + firstMs - japanMs);
}

/** The midnight in Japan at which this date begins. @param date YYYY-MM-DD */
export function fromJapaneseDate(date: string): Date {
  return new Date(`${date}T00:00:00+09:00`);
}
