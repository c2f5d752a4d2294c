import type { Api } from '../api/client.ts';
import type { CreditEntry, Listed } from '../api/types.ts';

/** What one posting did to what a company has: referrals towards the next credit, and credits it may use. */
export interface Change {
  readonly referrals: number;
  readonly credits: number;
}

export function toChange({ entries }: Pick<CreditEntry, 'entries'>): Change {
  const sum = (wanted: string) =>
    entries.filter(({ account }) => account === wanted).reduce((total, { amount }) => total + amount, 0);
  return { referrals: sum('counted'), credits: sum('available') };
}

/**
 * The reservations among these postings that nobody used or released. The list is newest first, so whatever settled a
 * reservation stands before it.
 */
export function toOpenReservations(items: readonly CreditEntry[]): ReadonlySet<string> {
  const settled = new Set(
    items.flatMap(({ kind, reservationId }) =>
      reservationId !== null && (kind === 'credit-used' || kind === 'credit-released') ? [reservationId] : [],
    ),
  );
  return new Set(
    items.flatMap(({ kind, reservationId }) =>
      kind === 'credit-reserved' && reservationId !== null && !settled.has(reservationId) ? [reservationId] : [],
    ),
  );
}

/** All postings, newest first, from the month `since` (YYYY-MM, in Japan) on; without it, all there are. */
export async function readEntries(api: Api, company: string, since?: string): Promise<readonly CreditEntry[]> {
  const found: CreditEntry[] = [];
  let cursor: string | undefined;
  do {
    const page: Listed<CreditEntry> = await api.get('/credits/entries', { company, cursor, limit: 200 });
    found.push(...page.items);
    const oldest = page.items.at(-1);
    const isEnough = since !== undefined && oldest !== undefined && toMonth(oldest.postedAt) < since;
    cursor = isEnough ? undefined : (page.nextCursor ?? undefined);
  } while (cursor !== undefined);
  return since === undefined ? found : found.filter(({ postedAt }) => toMonth(postedAt) >= since);
}

export interface MonthCount {
  /** YYYY-MM. */
  readonly month: string;
  readonly referrals: number;
}

/** Referrals that counted, reversed ones taken off, in each of the twelve months up to `last` (YYYY-MM). */
export function toMonths(items: readonly CreditEntry[], last: string): readonly MonthCount[] {
  const counts = new Map<string, number>();
  for (const { kind, postedAt } of items) {
    const step = kind === 'referral-counted' ? 1 : kind === 'referral-reversed' ? -1 : 0;
    counts.set(toMonth(postedAt), (counts.get(toMonth(postedAt)) ?? 0) + step);
  }
  return Array.from({ length: 12 }, (_, index) => addMonths(last, index - 11)).map((month) => ({
    month,
    referrals: counts.get(month) ?? 0,
  }));
}

const monthOf = new Intl.DateTimeFormat('sv', { timeZone: 'Asia/Tokyo', year: 'numeric', month: '2-digit' });

/** The month of an instant in Japan, YYYY-MM. */
export function toMonth(at: string): string {
  return monthOf.format(new Date(at));
}

export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const all = year * 12 + (number - 1) + count;
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, '0')}`;
}
