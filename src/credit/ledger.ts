import { sha256 } from '../platform/ids.ts';
import type { Account, Asset, PostingKind } from '../platform/tables.ts';

/** Which ledger: one for each company and agency. */
export interface LedgerPlace {
  readonly companyId: string;
  readonly agencyId: string;
}

/** Whole units in each account; `world` and `issued` mirror what came in and so are never above 0. */
export type Balances = Readonly<Record<Account, number>>;

export interface Entry {
  readonly account: Account;
  readonly amount: number;
}

/** What a posting says, before it has its place in the chain. */
export interface PostingDraft {
  /** The same key is posted once. Derived from what happened, never random. */
  readonly key: string;
  readonly kind: PostingKind;
  readonly termsId: string;
  readonly referralId: string | null;
  readonly creditId: string | null;
  readonly reservationId: string | null;
  readonly reason: string | null;
  readonly entries: readonly Entry[];
}

export interface Posting extends PostingDraft {
  readonly postingId: string;
  /** 1, 2, 3 … within its ledger. */
  readonly seq: number;
  readonly postedAt: Date;
  readonly prevHash: string;
  readonly hash: string;
}

/** Where a ledger stands: its balances and the end of its chain. */
export interface Ledger extends LedgerPlace {
  readonly balances: Balances;
  readonly seq: number;
  /** Hash of the last posting; empty before the first. */
  readonly hash: string;
}

export const assetOf = {
  world: 'referral',
  counted: 'referral',
  converted: 'referral',
  issued: 'credit',
  available: 'credit',
  reserved: 'credit',
  used: 'credit',
  expired: 'credit',
} as const satisfies Record<Account, Asset>;

export const emptyBalances: Balances = {
  world: 0,
  counted: 0,
  converted: 0,
  issued: 0,
  available: 0,
  reserved: 0,
  used: 0,
  expired: 0,
};

export function openLedger(place: LedgerPlace): Ledger {
  return { companyId: place.companyId, agencyId: place.agencyId, balances: emptyBalances, seq: 0, hash: '' };
}

/** Two entries that move units of one asset from an account to another. */
export function move(from: Account, to: Account, amount = 1): readonly Entry[] {
  return [
    { account: from, amount: -amount },
    { account: to, amount },
  ];
}

/**
 * Adds a posting to the end of a ledger.
 * @throws Error our bug: the entries do not balance, or somebody would hold less than nothing.
 */
export function post(
  ledger: Ledger,
  draft: PostingDraft,
  postingId: string,
  postedAt: Date,
): { readonly ledger: Ledger; readonly posting: Posting } {
  if (!isBalanced(draft.entries)) throw new Error(`a posting does not balance: ${draft.kind}`);
  const balances = addEntries(ledger.balances, draft.entries);
  if (findNegative(balances)) throw new Error(`a balance would fall below zero: ${draft.kind}`);
  const unsealed = { ...draft, postingId, seq: ledger.seq + 1, postedAt, prevHash: ledger.hash };
  const hash = hashPosting(ledger, unsealed);
  return { ledger: { ...ledger, balances, seq: unsealed.seq, hash }, posting: { ...unsealed, hash } };
}

export function addEntries(balances: Balances, entries: readonly Entry[]): Balances {
  const sums = { ...balances };
  for (const { account, amount } of entries) sums[account] += amount;
  return sums;
}

/** Has entries, all whole, that sum to zero in each asset. */
export function isBalanced(entries: readonly Entry[]): boolean {
  const sums = { referral: 0, credit: 0 };
  for (const { account, amount } of entries) sums[assetOf[account]] += amount;
  const isWhole = entries.every(({ amount }) => Number.isSafeInteger(amount) && amount !== 0);
  return entries.length > 0 && isWhole && sums.referral === 0 && sums.credit === 0;
}

/** The first account that holds less than nothing; undefined when none does. */
export function findNegative(balances: Balances): Account | undefined {
  return holdings.find((account) => balances[account] < 0);
}

const holdings = ['counted', 'converted', 'available', 'reserved', 'used', 'expired'] as const;

/** Hex SHA-256 over everything a posting says, its place, and the hash before it, in one fixed order. */
export function hashPosting(place: LedgerPlace, posting: Omit<Posting, 'hash'>): string {
  const entries = posting.entries
    .map(({ account, amount }) => [account, amount] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(
    JSON.stringify([
      posting.prevHash,
      place.companyId,
      place.agencyId,
      posting.seq,
      posting.postingId,
      posting.postedAt.toISOString(),
      posting.kind,
      posting.key,
      posting.termsId,
      posting.referralId,
      posting.creditId,
      posting.reservationId,
      posting.reason,
      entries,
    ]),
  );
}
