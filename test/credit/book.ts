import type { Terms } from '../../src/company/index.ts';
import { type Mismatch, openCheck } from '../../src/credit/check.ts';
import { openLedger } from '../../src/credit/ledger.ts';
import {
  type Agreement,
  type Change,
  type Credit,
  planConfirmation,
  planExpiry,
  planReferrals,
  planRejected,
  planReservation,
  planReversal,
  planSettlement,
  planWithdrawal,
  type Referral,
  type Reservation,
} from '../../src/credit/model.ts';
import { dayMs, type Figures, firstInstant, type Operation, pickFrom, type Rules } from './operations.ts';

/** The real rules over rows in memory instead of a database; every posting goes through the real check. */
export interface Book {
  apply(operation: Operation): string;
  figures(): Figures;
  /** Postings so far. */
  postings(): number;
  /** Everything that is wrong. */
  verify(): readonly Mismatch[];
}

export function openBook(first: Rules, name: string): Book {
  const place = { companyId: `company-${name}`, agencyId: `agency-${name}` };
  const terms: Terms[] = [];
  let ids = 0;
  let now = new Date(firstInstant);
  let ledger = openLedger(place);
  const referrals = new Map<string, Referral>();
  const byPerson = new Map<string, Map<string, Referral>>();
  const pending = new Map<string, Referral>();
  const credits = new Map<string, Credit>();
  const reservations = new Map<string, Reservation>();
  const reservationOf = new Map<number, string>();
  const agreements: Agreement[] = [];
  const standing = new Set<number>();
  const rejected = new Set<number>();
  const check = openCheck(place, terms);
  const moment = () => ({ now, newId: () => String(++ids).padStart(9, '0') });

  function agreeTerms(rules: Rules): void {
    terms.push({ ...rules, termsId: `terms-${terms.length}`, version: terms.length + 1, effectiveFrom: now });
  }
  agreeTerms(first);

  function save(change: Change): void {
    ledger = change.ledger;
    for (const posting of change.postings) check.take(posting);
    for (const referral of change.referrals) saveReferral(referral);
    for (const credit of change.credits) credits.set(credit.creditId, credit);
    for (const reservation of change.reservations) reservations.set(reservation.reservationId, reservation);
  }
  function saveReferral(referral: Referral): void {
    const { referralId, personId } = referral;
    referrals.set(referralId, referral);
    byPerson.set(personId, (byPerson.get(personId) ?? new Map()).set(referralId, referral));
    if (referral.status === 'counted' && referral.creditId === null) pending.set(referralId, referral);
    else pending.delete(referralId);
  }
  const standingOf = (personId: string) => ({
    ofPeople: [...(byPerson.get(personId)?.values() ?? [])],
    pending: [...pending.values()],
  });
  const hear = (agreement: Agreement): void =>
    save(planReferrals(ledger, standingOf(agreement.personId), [agreement], terms, moment()));

  function apply(operation: Operation): string {
    switch (operation.kind) {
      case 'agree':
      case 'agree-alone': {
        const { person, kind } = operation;
        if (standing.has(person)) return 'none';
        standing.add(person);
        if (kind === 'agree') rejected.add(person);
        const hasRejection = rejected.has(person);
        const consentId = `consent-${agreements.length}`;
        const agreement = {
          consentId,
          personId: `person-${person}`,
          referralCode: consentId,
          agreedAt: now,
          hasRejection,
        };
        agreements.push(agreement);
        hear(agreement);
        const row = standingOf(agreement.personId).ofPeople.find((one) => one.consentId === consentId);
        return row?.reason ?? (row?.status === 'counted' ? 'ok' : (row?.status ?? 'lost'));
      }
      case 'reject': {
        rejected.add(operation.person);
        const known = standingOf(`person-${operation.person}`);
        save(planRejected(ledger, known, known.ofPeople, terms, moment()));
        return 'ok';
      }
      case 'withdraw': {
        if (!standing.delete(operation.person)) return 'none';
        const personId = `person-${operation.person}`;
        save(planWithdrawal(ledger, standingOf(personId).ofPeople, [{ personId, decidedAt: now }]));
        return 'ok';
      }
      case 'hear-again': {
        const agreement = pickFrom(agreements, operation.pick);
        if (agreement) hear(agreement);
        return 'ok';
      }
      case 'confirm': {
        const referral = pickFrom([...referrals.values()], operation.pick);
        if (!referral) return 'none';
        const planned = planConfirmation(ledger, standingOf(referral.personId), referral, terms, moment());
        if (!planned.ok) return planned.reason;
        save(planned.change);
        return planned.change.postings.length > 0 ? 'ok' : 'counted-already';
      }
      case 'reverse': {
        const referral = pickFrom([...referrals.values()], operation.pick);
        if (!referral) return 'none';
        const planned = planReversal(ledger, referral, 'void', moment());
        if (!planned.ok) return planned.reason;
        save(planned.change);
        return 'ok';
      }
      case 'reserve': {
        if (reservationOf.has(operation.key)) return 'ok';
        const request = { key: String(operation.key), reason: 'x' };
        const planned = planReservation(ledger, [...credits.values()], request, moment());
        if (!planned.ok) return planned.reason;
        save(planned.change);
        reservationOf.set(operation.key, planned.reservation.reservationId);
        return 'ok';
      }
      case 'use':
      case 'release': {
        const reservation = pickFrom([...reservations.values()], operation.pick);
        if (!reservation) return 'none';
        const credit = [...credits.values()].find(({ reservationId }) => reservationId === reservation.reservationId);
        if (!credit) return 'already-settled';
        const settlement = operation.kind === 'use' ? 'used' : 'released';
        const planned = planSettlement(ledger, reservation, credit, settlement, moment());
        if (!planned.ok) return planned.reason;
        save(planned.change);
        return 'ok';
      }
      case 'sweep': {
        const change = planExpiry(ledger, [...credits.values()], moment());
        save(change);
        return String(change.postings.length);
      }
      case 'wait':
        now = new Date(now.getTime() + operation.days * dayMs);
        return 'ok';
      case 'new-terms':
        agreeTerms(operation.terms);
        return 'ok';
    }
  }

  return {
    apply,
    postings: () => ledger.seq,
    figures() {
      const { world, counted, available, reserved, used, expired } = ledger.balances;
      return { counted: 0 - world, towardsNext: counted, available, reserved, used, expired };
    },
    verify: () =>
      check.finish({
        referrals: [...referrals.values()],
        credits: [...credits.values()],
        reservations: [...reservations.values()],
        balances: ledger.balances,
      }),
  };
}
