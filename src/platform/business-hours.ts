import holidays from '@holiday-jp/holiday_jp';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Japan stands at UTC+9 all year round. */
const japanMs = 9 * hourMs;
const opensMs = 9 * hourMs;
const closesMs = 20 * hourMs;

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
  for (let at = from.getTime() + japanMs, end = to.getTime() + japanMs; at < end; ) {
    const midnight = Math.floor(at / dayMs) * dayMs;
    const until = Math.min(end, midnight + dayMs);
    if (isBusinessDay(toDate(midnight))) ms += until - at;
    at = until;
  }
  return ms;
}

/** The first instant at or after `at` inside the window: any time, or 9:00–20:00 in Japan (20:00 is outside) on a business day. */
export function moveIntoWindow(at: Date, window: Window): Date {
  if (window === 'always') return at;
  const local = at.getTime() + japanMs;
  const midnight = Math.floor(local / dayMs) * dayMs;
  const sinceMidnight = local - midnight;
  const isToday = isBusinessDay(toDate(midnight));
  if (isToday && sinceMidnight >= opensMs && sinceMidnight < closesMs) return at;
  if (isToday && sinceMidnight < opensMs) return new Date(midnight + opensMs - japanMs);
  return new Date(findNextBusinessDay(midnight) + opensMs - japanMs);
}

function findNextBusinessDay(midnight: number): number {
  let day = midnight + dayMs;
  while (!isBusinessDay(toDate(day))) day += dayMs;
  return day;
}

/** @param localMs milliseconds since the epoch on a clock that shows the time in Japan. */
function toDate(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 10);
}
