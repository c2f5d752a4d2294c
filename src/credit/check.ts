import type { Terms } from '../company/index.ts';
import { areMonthsApart } from './calendar.ts';
import {
  addEntries,
  assetOf,
  type Balances,
  type Entry,
  emptyBalances,
  findNegative,
  hashPosting,
  isBalanced,
  type LedgerPlace,
  move,
  type Posting,
} from './ledger.ts';
import { type Credit, type Referral, type Reservation, toCountedKey, toExpiry } from './model.ts';

/** What can be wrong with a ledger. Stable codes. */
export type MismatchCode =
  /** A number is missing or stands twice. */
  | 'sequence-broken'
  /** A posting was changed, or does not follow the one before. */
  | 'chain-broken'
  /** The entries of a posting do not sum to zero in each asset, or there are none. */
  | 'posting-unbalanced'
  /** The entries are not those of its kind, or it names what is not there. */
  | 'posting-misshapen'
  /** After this posting an account held less than nothing. */
  | 'balance-negative'
  /** The sums in the database are not the sums of the postings. */
  | 'balance-mismatch'
  /** Credits made are not the referrals converted, divided by the terms. */
  | 'conversion-mismatch'
  /** A referral's row and the postings about it differ. */
  | 'referral-mismatch'
  /** A person counts twice within the period. */
  | 'person-counted-twice'
  /** A credit's row and the postings about it differ. */
  | 'credit-mismatch'
  /** A reservation's row and the postings about it differ. */
  | 'reservation-mismatch';

export interface Mismatch extends LedgerPlace {
  readonly code: MismatchCode;
  /** The number of the posting, the id of the row, or the name of the account. */
  readonly subject: string;
}

export interface LedgerRows {
  readonly referrals: readonly Referral[];
  readonly credits: readonly Credit[];
  readonly reservations: readonly Reservation[];
  /** The sums of entries as the database gives them. */
  readonly balances: Balances;
}

export interface LedgerCheck {
  /** The next posting, in the order of numbers. */
  take(posting: Posting): void;
  /** After the last posting: compares what they say with the rows. Gives everything that is wrong. */
  finish(rows: LedgerRows): readonly Mismatch[];
}

/**
 * Checks one ledger from its first posting on, without trusting anything but the postings themselves: what each row
 * ought to say is worked out from them, then compared.
 */
export function openCheck(place: LedgerPlace, terms: readonly Terms[]): LedgerCheck {
  const { companyId, agencyId } = place;
  const mismatches: Mismatch[] = [];
  const told = openTelling((termsId) => terms.find((one) => one.termsId === termsId));
  let balances = emptyBalances;
  let seq = 0;
  let hash = '';

  const report = (code: MismatchCode, subject: string | number): void => {
    mismatches.push({ code, companyId, agencyId, subject: String(subject) });
  };

  return {
    take(posting) {
      if (posting.seq !== seq + 1) report('sequence-broken', posting.seq);
      if (posting.prevHash !== hash || posting.hash !== hashPosting(place, posting))
        report('chain-broken', posting.seq);
      if (!isBalanced(posting.entries)) report('posting-unbalanced', posting.seq);
      seq = posting.seq;
      hash = posting.hash;
      const negativeBefore = findNegative(balances);
      balances = addEntries(balances, posting.entries);
      if (!negativeBefore && findNegative(balances)) report('balance-negative', posting.seq);
      if (!told.hear(posting)) report('posting-misshapen', posting.seq);
    },
    finish(rows) {
      for (const account of accounts) {
        if (rows.balances[account] !== balances[account]) report('balance-mismatch', account);
      }
      compareReferrals(rows.referrals, told, agencyId, report);
      compareConversions(rows, told, balances, report);
      compareRows(rows.credits, ({ creditId }) => creditId, told.credits, isSameCredit, 'credit-mismatch', report);
      compareRows(
        rows.reservations,
        ({ reservationId }) => reservationId,
        told.reservations,
        (row, expected) => row.status === expected.status && row.settledAt?.getTime() === expected.settledAt?.getTime(),
        'reservation-mismatch',
        report,
      );
      return mismatches;
    },
  };
}

const accounts = Object.keys(assetOf) as readonly (keyof Balances)[]; // the keys of a literal record

type Report = (code: MismatchCode, subject: string | number) => void;

interface ToldReferral {
  readonly status: 'counted' | 'reversed';
  readonly termsId: string;
  readonly countedAt: Date;
  readonly key: string;
  readonly seq: number;
}

type ToldCredit = Pick<Credit, 'status' | 'termsId' | 'reservationId' | 'grantedAt' | 'expiresAt'>;
type ToldReservation = Pick<Reservation, 'status' | 'settledAt'>;

/** What the postings tell so far about each referral, credit and reservation. */
interface Telling {
  /** False when the posting cannot be one of ours after those before it. */
  hear(posting: Posting): boolean;
  findTerms(termsId: string): Terms | undefined;
  readonly referrals: ReadonlyMap<string, ToldReferral>;
  readonly credits: ReadonlyMap<string, ToldCredit>;
  readonly reservations: ReadonlyMap<string, ToldReservation>;
  /** Referrals converted by all postings together. */
  converted(): number;
}

function openTelling(findTerms: Telling['findTerms']): Telling {
  const referrals = new Map<string, ToldReferral>();
  const credits = new Map<string, ToldCredit>();
  const reservations = new Map<string, ToldReservation>();
  let converted = 0;

  const hears = {
    'referral-counted': ({ referralId, termsId, postedAt, key, seq, entries }) => {
      if (!referralId || referrals.has(referralId)) return false;
      referrals.set(referralId, { status: 'counted', termsId, countedAt: postedAt, key, seq });
      return isSame(entries, move('world', 'counted'));
    },
    'referral-reversed': ({ referralId, entries }) => {
      const referral = referrals.get(referralId ?? '');
      if (!referralId || referral?.status !== 'counted') return false;
      referrals.set(referralId, { ...referral, status: 'reversed' });
      return isSame(entries, move('counted', 'world'));
    },
    'referrals-converted': ({ postingId, creditId, termsId, postedAt, entries }) => {
      const inForce = findTerms(termsId);
      if (creditId !== postingId || !inForce) return false;
      const expiresAt = toExpiry(postedAt, inForce);
      credits.set(creditId, { status: 'available', termsId, reservationId: null, grantedAt: postedAt, expiresAt });
      converted += inForce.perCredit;
      return isSame(entries, [...move('counted', 'converted', inForce.perCredit), ...move('issued', 'available')]);
    },
    'credit-reserved': (posting) => {
      if (!posting.reservationId || reservations.has(posting.reservationId)) return false;
      reservations.set(posting.reservationId, { status: 'reserved', settledAt: null });
      return moveTold(posting, 'available', 'reserved', posting.reservationId);
    },
    'credit-used': (posting) =>
      settleTold(posting, 'used') && moveTold(posting, 'reserved', 'used', posting.reservationId),
    'credit-released': (posting) => settleTold(posting, 'released') && moveTold(posting, 'reserved', 'available', null),
    'credit-expired': (posting) => {
      const credit = credits.get(posting.creditId ?? '');
      if (!credit?.expiresAt || posting.postedAt < credit.expiresAt) return false;
      if (posting.reservationId === null) return moveTold(posting, 'available', 'expired', null);
      return settleTold(posting, 'expired') && moveTold(posting, 'reserved', 'expired', null);
    },
  } satisfies Record<Posting['kind'], (posting: Posting) => boolean>;

  function settleTold({ reservationId, creditId, postedAt }: Posting, status: Reservation['status']): boolean {
    if (!reservationId || reservations.get(reservationId)?.status !== 'reserved') return false;
    if (credits.get(creditId ?? '')?.reservationId !== reservationId) return false;
    reservations.set(reservationId, { status, settledAt: postedAt });
    return true;
  }

  function moveTold(
    { creditId, entries, termsId }: Posting,
    from: Credit['status'],
    to: Credit['status'],
    reservationId: string | null,
  ): boolean {
    const credit = credits.get(creditId ?? '');
    if (!creditId || credit?.status !== from || credit.termsId !== termsId) return false;
    credits.set(creditId, { ...credit, status: to, reservationId });
    return isSame(entries, move(from, to));
  }

  return {
    hear: (posting) => hears[posting.kind](posting),
    findTerms,
    referrals,
    credits,
    reservations,
    converted: () => converted,
  };
}

/** The same entries, in whatever order. */
function isSame(entries: readonly Entry[], expected: readonly Entry[]): boolean {
  const has = (wanted: Entry) =>
    entries.some(({ account, amount }) => account === wanted.account && amount === wanted.amount);
  return entries.length === expected.length && expected.every(has);
}

/** A referral is counted or reversed exactly as the postings tell, for the person their key names. */
function compareReferrals(rows: readonly Referral[], told: Telling, agencyId: string, report: Report): void {
  const posted = rows.filter(({ status }) => status === 'counted' || status === 'reversed');
  compareRows(posted, ({ referralId }) => referralId, told.referrals, isSameReferral, 'referral-mismatch', report);
  for (const [personId, own] of Map.groupBy(posted, (row) => row.personId)) {
    const keys = new Set(own.map(({ referralId }) => told.referrals.get(referralId)?.key));
    const expected = own.map((_, index) => toCountedKey(agencyId, personId, index + 1));
    if (!expected.every((key) => keys.has(key))) report('referral-mismatch', personId);
    reportTwice(own, told, report);
  }
}

/** Of two that count, the one posted later stands apart by the months its own terms ask for. */
function reportTwice(own: readonly Referral[], told: Telling, report: Report): void {
  const seqOf = ({ referralId }: Referral) => told.referrals.get(referralId)?.seq ?? 0;
  const counting = own.filter(({ status }) => status === 'counted').toSorted((a, b) => seqOf(a) - seqOf(b));
  for (const [index, later] of counting.entries()) {
    const months = told.findTerms(later.termsId)?.referralPeriodMonths ?? 0;
    const isApart = counting.slice(0, index).every((one) => areMonthsApart(one.agreedAt, later.agreedAt, months));
    if (!isApart) report('person-counted-twice', later.referralId);
  }
}

/** Each credit stands on as many referrals as its terms ask for, and no referral on two. */
function compareConversions(rows: LedgerRows, told: Telling, balances: Balances, report: Report): void {
  const behind = Map.groupBy(
    rows.referrals.filter(({ creditId }) => creditId !== null),
    ({ creditId }) => creditId ?? '',
  );
  for (const [creditId, { termsId }] of told.credits) {
    const perCredit = told.findTerms(termsId)?.perCredit;
    if (behind.get(creditId)?.length !== perCredit) report('conversion-mismatch', creditId);
  }
  for (const creditId of behind.keys()) if (!told.credits.has(creditId)) report('conversion-mismatch', creditId);
  if (balances.converted !== told.converted()) report('conversion-mismatch', 'converted');
  if (0 - balances.issued !== told.credits.size) report('conversion-mismatch', 'issued');
}

function isSameReferral(row: Referral, expected: ToldReferral): boolean {
  return (
    row.status === expected.status &&
    row.termsId === expected.termsId &&
    row.countedAt?.getTime() === expected.countedAt.getTime()
  );
}

function isSameCredit(row: Credit, expected: ToldCredit): boolean {
  return (
    row.status === expected.status &&
    row.termsId === expected.termsId &&
    row.reservationId === expected.reservationId &&
    row.grantedAt.getTime() === expected.grantedAt.getTime() &&
    row.expiresAt?.getTime() === expected.expiresAt?.getTime()
  );
}

/** Every row is told of by the postings, says the same, and none is missing. */
function compareRows<Row, Told>(
  rows: readonly Row[],
  toId: (row: Row) => string,
  told: ReadonlyMap<string, Told>,
  isSameRow: (row: Row, expected: Told) => boolean,
  code: MismatchCode,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const id = toId(row);
    const expected = told.get(id);
    seen.add(id);
    if (!expected || !isSameRow(row, expected)) report(code, id);
  }
  for (const id of told.keys()) if (!seen.has(id)) report(code, id);
}
