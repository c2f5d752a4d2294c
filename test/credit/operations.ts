/** What can happen to a ledger. `pick` chooses among what there is by then: the pick-th, counted round. */
export type Operation =
  | { readonly kind: 'agree'; readonly person: number }
  /** By the static link, of which nothing is known in any ATS (unless the person was rejected before). */
  | { readonly kind: 'agree-alone'; readonly person: number }
  /** The rejection becomes known. */
  | { readonly kind: 'reject'; readonly person: number }
  | { readonly kind: 'withdraw'; readonly person: number }
  | { readonly kind: 'hear-again'; readonly pick: number }
  | { readonly kind: 'confirm'; readonly pick: number }
  | { readonly kind: 'reverse'; readonly pick: number }
  | { readonly kind: 'reserve'; readonly key: number }
  | { readonly kind: 'use'; readonly pick: number }
  | { readonly kind: 'release'; readonly pick: number }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'wait'; readonly days: number }
  | { readonly kind: 'new-terms'; readonly terms: Rules };

/** Terms, as far as a ledger cares. */
export interface Rules {
  readonly countsAt: 'consent' | 'confirmation';
  readonly perCredit: number;
  readonly referralPeriodMonths: number;
  readonly creditValidMonths: number | null;
}

/** Whole units, as a company sees them. */
export interface Figures {
  readonly counted: number;
  readonly towardsNext: number;
  readonly available: number;
  readonly reserved: number;
  readonly used: number;
  readonly expired: number;
}

/** The first instant of every simulated ledger: nine in the morning in Japan. */
export const firstInstant = Date.parse('2026-01-30T00:00:00Z');
export const dayMs = 24 * 60 * 60 * 1000;

/** The pick-th of a list, counted round; undefined when it is empty. */
export function pickFrom<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[pick % list.length];
}
