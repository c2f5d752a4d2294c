import type { Backfill } from './types.ts';

/** The day of an instant in Japan, YYYY-MM-DD: what is compared with days that were counted there. */
export function toDay(at: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date(at));
}

/** Where a day begins in Japan, as the server takes it. */
export function toInstant(day: string): string {
  return new Date(`${day}T00:00:00+09:00`).toISOString();
}

/** How many were seen on this day or later. */
export function countFrom(byDay: Backfill['byDay'], day: string): number {
  return byDay.filter((one) => one.day >= day).reduce((sum, { count }) => sum + count, 0);
}

/** The same by month, newest first. */
export function toMonths(byDay: Backfill['byDay']): readonly { readonly month: string; readonly count: number }[] {
  const months = Map.groupBy(byDay, ({ day }) => day.slice(0, 7));
  return [...months]
    .map(([month, days]) => ({ month, count: days.reduce((sum, { count }) => sum + count, 0) }))
    .sort((a, b) => (a.month < b.month ? 1 : -1));
}
