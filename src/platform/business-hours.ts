import holidays from '@holiday-jp/holiday_jp';
import { dayMs, toJapaneseDate, toJapaneseDay } from './japan.ts';

export type Window = 'always' | 'business-hours';

/**
 * Whether offices in Japan work on this day: no weekend, no holiday, and not in the year-end pause, 29 December to
 * 3 January. Holidays are known up to 2050; after that only weekends and the pause are.
 * @param date YYYY-MM-DD in Japan.
 */
export function isBusinessDay(date: string): boolean {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  const monthAndDay = date.slice(5);
  const isYearEnd = monthAndDay >= '12-29' || monthAndDay <= '01-03';
  return weekday !== 0 && weekday !== 6 && !isYearEnd && !Object.hasOwn(holidays.holidays, date);
}

/** How much of a stretch of time lies on business days in Japan, whole days of 24 hours; in milliseconds. */
export function countBusinessMs(from: Date, to: Date): number {
  let ms = 0;
  for (let at = from; at < to; ) {
    const until = new Date(Math.min(to.getTime(), toJapaneseDay(at).getTime() + dayMs));
    if (isBusinessDay(toJapaneseDate(at))) ms += until.getTime() - at.getTime();
    at = until;
  }
  return ms;
}

/** The first instant at or after `at` inside the window: any time, or 9:00–20:00 in Japan (20:00 is outside) on a business day. */
export function moveIntoWindow(at: Date, window: Window): Date {
  return window === 'always' ? at : moveIntoHours(at, office);
}

const office: Hours = { from: '09:00', to: '20:00', days: 'business' };

/** A part of the day in Japan. */
export interface Hours {
  /** HH:MM */
  readonly from: string;
  /** HH:MM, later than `from`, at the most 24:00; that minute is outside. */
  readonly to: string;
  readonly days: 'business' | 'every';
}

/** The first instant at or after `at` inside these hours. */
export function moveIntoHours(at: Date, { from, to, days }: Hours): Date {
  const isOpenOn = (midnight: number) => days === 'every' || isBusinessDay(toJapaneseDate(new Date(midnight)));
  const midnight = toJapaneseDay(at).getTime();
  const sinceMidnight = at.getTime() - midnight;
  const isToday = isOpenOn(midnight);
  if (isToday && sinceMidnight >= toMs(from) && sinceMidnight < toMs(to)) return at;
  let day = midnight;
  if (!isToday || sinceMidnight >= toMs(from)) {
    do day += dayMs;
    while (!isOpenOn(day));
  }
  return new Date(day + toMs(from));
}

/** @param time HH:MM */
function toMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}
