import type { Terms } from '../company/index.ts';
import type { CreditStatus, ReferralStatus, ReservationStatus } from '../platform/tables.ts';
import { areMonthsApart, endOfMonths } from './calendar.ts';
import { addEntries, type Ledger, move, type Posting, type PostingDraft, post } from './ledger.ts';

/** One person's agreement to one agency, and whether it counts. */
export interface Referral {
  readonly referralId: string;
  readonly personId: string;
  readonly consentId: string;
  /** The terms in force when the person agreed. */
  readonly termsId: string;
  readonly referralCode: string;
  readonly status: ReferralStatus;
  /** Why it does not count (yet): `no-rejection`, `counted-already`, `withdrawn`, or what was said at the reversal. */
  readonly reason: string | null;
  readonly agreedAt: Date;
  readonly countedAt: Date | null;
  /** The credit it became a part of; null while it still counts towards the next. */
  readonly creditId: string | null;
  readonly createdAt: Date;
}

/** The right to one free introduction. */
export interface Credit {
  /** The id of the posting that made it. */
  readonly creditId: string;
  readonly termsId: string;
  readonly status: CreditStatus;
  readonly reservationId: string | null;
  readonly grantedAt: Date;
  /** From this instant it cannot be reserved; null: never ends. */
  readonly expiresAt: Date | null;
}

/** One credit reserved for one introduction, until it is used or released. */
export interface Reservation {
  readonly reservationId: string;
  readonly status: ReservationStatus;
  readonly reason: string;
  readonly reservedAt: Date;
  readonly settledAt: Date | null;
}

/** What is to be written, in one transaction: postings to add, and rows as they stand after. */
export interface Change {
  readonly ledger: Ledger;
  readonly postings: readonly Posting[];
  readonly referrals: readonly Referral[];
  readonly credits: readonly Credit[];
  readonly reservations: readonly Reservation[];
}

export interface Refusal<Reason extends string> {
  readonly ok: false;
  readonly reason: Reason;
}

export type Planned<Reason extends string, Result = unknown> =
  | ({ readonly ok: true; readonly change: Change } & Result)
  | Refusal<Reason>;

/** A person's agreement, as the rule of counting needs it. */
export interface Agreement {
  readonly consentId: string;
  readonly personId: string;
  readonly referralCode: string;
  readonly agreedAt: Date;
  /** Whether we know of the company's decision; false for who came by the static link and is found in no ATS yet. */
  readonly hasRejection: boolean;
}

/** What stands already in a ledger, as far as counting needs it. */
export interface Standing {
  /** Referrals of the people concerned. */
  readonly ofPeople: readonly Referral[];
  /** Counted, not yet part of a credit: oldest first. As many as the balance `counted`. */
  readonly pending: readonly Referral[];
}

/** The present, and where new ids come from. */
export interface Moment {
  readonly now: Date;
  newId(): string;
}

/** Of all versions, oldest first, the one in force at an instant; the first for what came before any, so that nobody is lost. */
export function findTerms(terms: readonly Terms[], at: Date): Terms {
  const found = terms.findLast(({ effectiveFrom }) => effectiveFrom <= at) ?? terms[0];
  if (!found) throw new Error('an agency has no terms');
  return found;
}

/** Why a referral waits of whose rejection nothing is known. */
export const noRejection = 'no-rejection';

/**
 * Records agreements, each once: it counts, waits (for the agency's confirmation, or for the rejection to be known), or
 * does not count because the person already did within the period. Whole referrals; each `perCredit` of them become one
 * credit on the way.
 */
export function planReferrals(
  ledger: Ledger,
  standing: Standing,
  agreements: readonly Agreement[],
  terms: readonly Terms[],
  moment: Moment,
): Change {
  const counter = openCounter(ledger, standing, moment);
  const inOrder = agreements.toSorted((a, b) => a.agreedAt.getTime() - b.agreedAt.getTime());
  for (const agreement of inOrder) {
    if (counter.isRecorded(agreement.consentId)) continue;
    const inForce = findTerms(terms, agreement.agreedAt);
    const referral = toReferral(agreement, inForce, moment);
    if (!agreement.hasRejection) counter.keep({ ...referral, reason: noRejection });
    else if (inForce.countsAt === 'confirmation') counter.keep(referral);
    else counter.count(referral, inForce);
  }
  return counter.change();
}

/** Takes up the referrals that waited for a rejection to be known, now that it is: as if it always had been. */
export function planRejected(
  ledger: Ledger,
  standing: Standing,
  referrals: readonly Referral[],
  terms: readonly Terms[],
  moment: Moment,
): Change {
  const counter = openCounter(ledger, standing, moment);
  const waiting = referrals.filter(waitsForRejection).toSorted((a, b) => a.agreedAt.getTime() - b.agreedAt.getTime());
  for (const referral of waiting) {
    const inForce = findTermsOf(referral, terms);
    if (inForce.countsAt === 'confirmation') counter.keep({ ...referral, reason: null });
    else counter.count(referral, inForce);
  }
  return counter.change();
}

export function waitsForRejection({ status, reason }: Referral): boolean {
  return status === 'waiting' && reason === noRejection;
}

function findTermsOf({ termsId }: Referral, terms: readonly Terms[]): Terms {
  const found = terms.find((one) => one.termsId === termsId);
  if (!found) throw new Error('the terms of a referral are missing');
  return found;
}

/**
 * Counts a referral the agency (or, where no rejection is known, an admin) has confirmed. `counted-already`: another referral of the person counts within the
 * period; the change then says so on this one.
 */
export function planConfirmation(
  ledger: Ledger,
  standing: Standing,
  referral: Referral,
  terms: readonly Terms[],
  moment: Moment,
): Planned<'already-settled'> {
  if (referral.status !== 'waiting') return { ok: false, reason: 'already-settled' };
  const counter = openCounter(ledger, standing, moment);
  counter.count(referral, findTermsOf(referral, terms));
  return { ok: true, change: counter.change() };
}

/** Ends the referrals that still wait when their people take the agreement back. What is counted stays. */
export function planWithdrawal(
  ledger: Ledger,
  referrals: readonly Referral[],
  withdrawals: readonly { readonly personId: string; readonly decidedAt: Date }[],
): Change {
  const isWithdrawn = ({ personId, agreedAt }: Referral) =>
    withdrawals.some((withdrawal) => withdrawal.personId === personId && agreedAt <= withdrawal.decidedAt);
  const ended = referrals.filter((referral) => referral.status === 'waiting' && isWithdrawn(referral));
  return {
    ...unchanged(ledger),
    referrals: ended.map((referral) => ({ ...referral, status: 'not-counted', reason: 'withdrawn' })),
  };
}

/** Takes a counted referral back by a posting of its own. One that became part of a credit stays. */
export function planReversal(
  ledger: Ledger,
  referral: Referral,
  reason: string,
  moment: Moment,
): Planned<'already-converted' | 'not-counted'> {
  if (referral.creditId) return { ok: false, reason: 'already-converted' };
  if (referral.status !== 'counted') return { ok: false, reason: 'not-counted' };
  const posted = post(
    ledger,
    {
      ...aboutReferral(referral),
      key: `referral-reversed:${referral.referralId}`,
      kind: 'referral-reversed',
      reason,
      entries: move('counted', 'world'),
    },
    moment.newId(),
    moment.now,
  );
  const reversed: Referral = { ...referral, status: 'reversed', reason };
  return {
    ok: true,
    change: { ...unchanged(posted.ledger), postings: [posted.posting], referrals: [reversed] },
  };
}

/** Holds the credit that ends soonest; of equal ones the oldest. Ended ones cannot be held. */
export function planReservation(
  ledger: Ledger,
  credits: readonly Credit[],
  request: { readonly key: string; readonly reason: string },
  moment: Moment,
): Planned<'credits-exhausted', { readonly reservation: Reservation }> {
  const [credit] = credits
    .filter((one) => one.status === 'available' && !hasEnded(one, moment.now))
    .toSorted(bySoonestEnd);
  if (!credit) return { ok: false, reason: 'credits-exhausted' };
  const reservation: Reservation = {
    reservationId: moment.newId(),
    status: 'reserved',
    reason: request.reason,
    reservedAt: moment.now,
    settledAt: null,
  };
  const change = moveCredit(
    ledger,
    credit,
    {
      key: toReservedKey(request.key),
      kind: 'credit-reserved',
      reservationId: reservation.reservationId,
      reason: request.reason,
      to: 'reserved',
    },
    moment,
  );
  return { ok: true, reservation, change: { ...change, reservations: [reservation] } };
}

export function toReservedKey(key: string): string {
  return `credit-reserved:${key}`;
}

/** What may become of a reservation: the introduction took place, or it did not. */
export type Settlement = 'used' | 'released';

/** Ends a reservation. A credit released after its end does not come back: it expires. */
export function planSettlement(
  ledger: Ledger,
  reservation: Reservation,
  credit: Credit,
  settlement: Settlement,
  moment: Moment,
): Planned<'already-settled', { readonly reservation: Reservation }> {
  if (reservation.status !== 'reserved') return { ok: false, reason: 'already-settled' };
  const { reservationId } = reservation;
  const status = settlement === 'released' && hasEnded(credit, moment.now) ? 'expired' : settlement;
  const steps = {
    used: { key: `credit-used:${reservationId}`, kind: 'credit-used', to: 'used' },
    released: { key: `credit-released:${reservationId}`, kind: 'credit-released', to: 'available' },
    expired: toExpiryStep(credit),
  } as const;
  const change = moveCredit(ledger, credit, { ...steps[status], reservationId, reason: null }, moment);
  const settled: Reservation = { ...reservation, status, settledAt: moment.now };
  return { ok: true, reservation: settled, change: { ...change, reservations: [settled] } };
}

/** Expires the available credits that have ended, each in a posting of its own. */
export function planExpiry(ledger: Ledger, credits: readonly Credit[], moment: Moment): Change {
  const ended = credits.filter((credit) => credit.status === 'available' && hasEnded(credit, moment.now));
  return ended.toSorted(bySoonestEnd).reduce((change: Change, credit) => {
    const step = { ...toExpiryStep(credit), reservationId: null, reason: null };
    return joinChanges(change, moveCredit(change.ledger, credit, step, moment));
  }, unchanged(ledger));
}

/** The same key whether it expires at rest or at its release: a credit expires once. */
function toExpiryStep(credit: Credit) {
  return { key: `credit-expired:${credit.creditId}`, kind: 'credit-expired', to: 'expired' } as const;
}

export function hasEnded(credit: Credit, now: Date): boolean {
  return credit.expiresAt !== null && credit.expiresAt <= now;
}

function bySoonestEnd(a: Credit, b: Credit): number {
  const ends =
    (a.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER) - (b.expiresAt?.getTime() ?? Number.MAX_SAFE_INTEGER);
  return ends || a.grantedAt.getTime() - b.grantedAt.getTime() || (a.creditId < b.creditId ? -1 : 1);
}

interface CreditStep {
  readonly key: string;
  readonly kind: 'credit-reserved' | 'credit-used' | 'credit-released' | 'credit-expired';
  readonly reservationId: string | null;
  readonly reason: string | null;
  readonly to: CreditStatus;
}

/** Moves one credit from the account of its status to another. */
function moveCredit(ledger: Ledger, credit: Credit, { to, ...step }: CreditStep, moment: Moment): Change {
  const draft: PostingDraft = {
    ...step,
    termsId: credit.termsId,
    referralId: null,
    creditId: credit.creditId,
    entries: move(credit.status, to),
  };
  const posted = post(ledger, draft, moment.newId(), moment.now);
  const isHeld = to === 'reserved' || to === 'used';
  const moved: Credit = { ...credit, status: to, reservationId: isHeld ? step.reservationId : null };
  return { ...unchanged(posted.ledger), postings: [posted.posting], credits: [moved] };
}

interface Counter {
  isRecorded(consentId: string): boolean;
  /** Records a referral that does not count yet. */
  keep(referral: Referral): void;
  /** Counts a referral, or records why it does not count; makes the credits it completes. */
  count(referral: Referral, terms: Terms): void;
  change(): Change;
}

/** Counts one referral after another, carrying the ledger along. */
function openCounter(start: Ledger, standing: Standing, moment: Moment): Counter {
  let ledger = start;
  let pending = standing.pending;
  const postings: Posting[] = [];
  const credits: Credit[] = [];
  const changed = new Map<string, Referral>();
  const recorded = new Set(standing.ofPeople.map(({ consentId }) => consentId));
  const everCounted = Map.groupBy(standing.ofPeople.filter(wasCounted), ({ personId }) => personId);
  if (pending.length !== ledger.balances.counted) throw new Error('the referrals and the ledger do not agree');

  const add = (draft: PostingDraft, postingId: string): void => {
    const posted = post(ledger, draft, postingId, moment.now);
    ledger = posted.ledger;
    postings.push(posted.posting);
  };
  const keep = (referral: Referral): void => {
    changed.set(referral.referralId, referral);
    recorded.add(referral.consentId);
  };

  const convert = (terms: Terms): void => {
    const creditId = moment.newId();
    add(toConversion(ledger, creditId, terms), creditId);
    credits.push(toCredit(creditId, terms, moment.now));
    for (const referral of pending.slice(0, terms.perCredit)) keep({ ...referral, creditId });
    pending = pending.slice(terms.perCredit);
  };

  return {
    isRecorded: (consentId) => recorded.has(consentId),
    keep,
    count(referral, terms) {
      const earlier = everCounted.get(referral.personId) ?? [];
      if (!mayCount(referral, earlier, terms)) {
        keep({ ...referral, status: 'not-counted', reason: 'counted-already' });
        return;
      }
      const counted: Referral = { ...referral, status: 'counted', reason: null, countedAt: moment.now };
      const key = toCountedKey(start.agencyId, referral.personId, earlier.length + 1);
      add(
        {
          ...aboutReferral(referral),
          key,
          kind: 'referral-counted',
          reason: null,
          entries: move('world', 'counted'),
        },
        moment.newId(),
      );
      keep(counted);
      everCounted.set(referral.personId, [...earlier, counted]);
      pending = [...pending, counted];
      while (pending.length >= terms.perCredit) convert(terms);
    },
    change: () => ({ ledger, postings, credits, referrals: [...changed.values()], reservations: [] }),
  };
}

/** What counting has to tell: each referral that counts, and each credit it made. */
export interface News {
  readonly counted: readonly {
    readonly referralId: string;
    readonly postingId: string;
    /** Counted, not yet part of a credit, after this one; 0 when it completed a credit. */
    readonly towardsNext: number;
    readonly perCredit: number;
  }[];
  readonly earned: readonly { readonly postingId: string; readonly available: number }[];
}

/** Reads the news off the postings that followed a ledger. */
export function toNews(before: Ledger, postings: readonly Posting[], terms: readonly Terms[]): News {
  const counted: News['counted'][number][] = [];
  const earned: News['earned'][number][] = [];
  let balances = before.balances;
  for (const { kind, postingId, referralId, termsId, entries } of postings) {
    balances = addEntries(balances, entries);
    const perCredit = terms.find((one) => one.termsId === termsId)?.perCredit;
    if (kind === 'referral-counted' && referralId && perCredit) {
      counted.push({ referralId, postingId, towardsNext: balances.counted, perCredit });
    }
    if (kind !== 'referrals-converted') continue;
    earned.push({ postingId, available: balances.available });
    const completing = counted.pop();
    if (completing) counted.push({ ...completing, towardsNext: balances.counted });
  }
  return { counted, earned };
}

/** One person counts once within the period, however many applications, addresses in other letters, or repeats there are. */
function mayCount(referral: Referral, earlier: readonly Referral[], terms: Terms): boolean {
  return earlier
    .filter(({ status }) => status === 'counted')
    .every(({ agreedAt }) => areMonthsApart(agreedAt, referral.agreedAt, terms.referralPeriodMonths));
}

/** Whether a posting once counted it, reversed since or not. */
function wasCounted({ status }: Referral): boolean {
  return status === 'counted' || status === 'reversed';
}

/** @param period which time the person counts for this agency: 1, 2, 3 … */
export function toCountedKey(agencyId: string, personId: string, period: number): string {
  return `referral-counted:${agencyId}:${personId}:${period}`;
}

/** @param nth which credit of this agency it is: 1, 2, 3 … */
export function toConvertedKey(agencyId: string, nth: number): string {
  return `referrals-converted:${agencyId}:${nth}`;
}

function toConversion(ledger: Ledger, creditId: string, terms: Terms): PostingDraft {
  return {
    key: toConvertedKey(ledger.agencyId, 1 - ledger.balances.issued),
    kind: 'referrals-converted',
    termsId: terms.termsId,
    referralId: null,
    creditId,
    reservationId: null,
    reason: null,
    entries: [...move('counted', 'converted', terms.perCredit), ...move('issued', 'available')],
  };
}

function toCredit(creditId: string, terms: Terms, now: Date): Credit {
  return {
    creditId,
    termsId: terms.termsId,
    status: 'available',
    reservationId: null,
    grantedAt: now,
    expiresAt: toExpiry(now, terms),
  };
}

/** When a credit granted now ends; null: never. */
export function toExpiry(grantedAt: Date, terms: Pick<Terms, 'creditValidMonths'>): Date | null {
  return terms.creditValidMonths === null ? null : endOfMonths(grantedAt, terms.creditValidMonths);
}

function toReferral(agreement: Agreement, terms: Terms, moment: Moment): Referral {
  return {
    referralId: moment.newId(),
    personId: agreement.personId,
    consentId: agreement.consentId,
    termsId: terms.termsId,
    referralCode: agreement.referralCode,
    status: 'waiting',
    reason: null,
    agreedAt: agreement.agreedAt,
    countedAt: null,
    creditId: null,
    createdAt: moment.now,
  };
}

function aboutReferral({ referralId, termsId }: Referral) {
  return { termsId, referralId, creditId: null, reservationId: null };
}

function unchanged(ledger: Ledger): Change {
  return { ledger, postings: [], referrals: [], credits: [], reservations: [] };
}

function joinChanges(first: Change, second: Change): Change {
  return {
    ledger: second.ledger,
    postings: [...first.postings, ...second.postings],
    referrals: [...first.referrals, ...second.referrals],
    credits: [...first.credits, ...second.credits],
    reservations: [...first.reservations, ...second.reservations],
  };
}
