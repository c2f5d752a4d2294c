import { dayMs, fromJapaneseDate, toJapaneseDate } from '../platform/japan.ts';

/** The same day of a later month, YYYY-MM-DD; the month's last day where that month is shorter. */
export function addMonths(date: string, months: number): string {
  const from = new Date(`${date}T00:00:00Z`);
  const target = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return target.toISOString().slice(0, 10);
}

/** Whether two instants lie at least so many calendar months apart in Japan, in either order. */
export function areMonthsApart(one: Date, other: Date, months: number): boolean {
  const [earlier, later] = one < other ? [one, other] : [other, one];
  return addMonths(toJapaneseDate(earlier), months) <= toJapaneseDate(later);
}

/**
 * The first instant after a period of calendar months. The day it begins on is not counted and its last day counts
 * to the end, in Japan. Source: 民法 (Civil Code) articles 140, 141 and 143.
 */
export function endOfMonths(from: Date, months: number): Date {
  const lastDay = addMonths(toJapaneseDate(from), months);
  return new Date(fromJapaneseDate(lastDay).getTime() + dayMs);
}
