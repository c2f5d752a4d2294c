import { dayMs, type Figures, firstInstant, type Operation, pickFrom, type Rules } from './operations.ts';

interface Referral {
  readonly person: number;
  readonly day: number;
  readonly rules: Rules;
  isAlone: boolean;
  status: 'waiting' | 'counted' | 'converted' | 'not-counted' | 'reversed';
}

interface Credit {
  readonly lastDay: number;
  status: 'available' | 'reserved' | 'used' | 'expired';
}

/**
 * The ledger as one would explain it on a napkin: lists, whole days, and everything looked up anew each time. It has no
 * postings, no balances and no code in common with the real one, so the two can check each other.
 */
export function makeReference(first: Rules) {
  let rules = first;
  let today = 0;
  const referrals: Referral[] = [];
  const credits: Credit[] = [];
  const reservations: { readonly key: number; readonly credit: Credit; isOpen: boolean }[] = [];
  const standing = new Set<number>();
  const rejected = new Set<number>();

  const having = (status: string) => referrals.filter((one) => one.status === status);
  const holding = (status: Credit['status']) => credits.filter((one) => one.status === status);

  function count(referral: Referral): string {
    const others = [...having('counted'), ...having('converted')].filter(({ person }) => person === referral.person);
    const isTooSoon = ({ day }: Referral) =>
      monthsLater(Math.min(day, referral.day), referral.rules.referralPeriodMonths) > Math.max(day, referral.day);
    referral.status = others.some(isTooSoon) ? 'not-counted' : 'counted';
    if (referral.status === 'not-counted') return 'counted-already';
    const { perCredit, creditValidMonths } = referral.rules;
    while (having('counted').length >= perCredit) {
      for (const one of oldestCounted(perCredit)) one.status = 'converted';
      credits.push({
        lastDay: creditValidMonths === null ? Number.POSITIVE_INFINITY : monthsLater(today, creditValidMonths),
        status: 'available',
      });
    }
    return 'ok';
  }

  // Counted in the order of counting, which is not the order of agreeing where confirmations come in between.
  const countedInOrder: Referral[] = [];
  function oldestCounted(many: number): readonly Referral[] {
    return countedInOrder.filter(({ status }) => status === 'counted').slice(0, many);
  }
  function countInOrder(referral: Referral): string {
    countedInOrder.push(referral);
    return count(referral);
  }

  function apply(operation: Operation): string {
    switch (operation.kind) {
      case 'agree':
      case 'agree-alone': {
        const { person } = operation;
        if (standing.has(person)) return 'none';
        standing.add(person);
        if (operation.kind === 'agree') rejected.add(person);
        const referral: Referral = { person, day: today, rules, status: 'waiting', isAlone: !rejected.has(person) };
        referrals.push(referral);
        if (referral.isAlone) return 'no-rejection';
        return rules.countsAt === 'consent' ? countInOrder(referral) : 'waiting';
      }
      case 'reject': {
        rejected.add(operation.person);
        const due = having('waiting').filter(({ person, isAlone }) => person === operation.person && isAlone);
        for (const referral of due) {
          referral.isAlone = false;
          if (referral.rules.countsAt === 'consent') countInOrder(referral);
        }
        return 'ok';
      }
      case 'withdraw': {
        if (!standing.delete(operation.person)) return 'none';
        for (const one of having('waiting')) if (one.person === operation.person) one.status = 'not-counted';
        return 'ok';
      }
      case 'confirm': {
        const referral = pickFrom(referrals, operation.pick);
        if (!referral) return 'none';
        return referral.status === 'waiting' ? countInOrder(referral) : 'already-settled';
      }
      case 'reverse': {
        const referral = pickFrom(referrals, operation.pick);
        if (!referral) return 'none';
        if (referral.status === 'converted') return 'already-converted';
        if (referral.status !== 'counted') return 'not-counted';
        referral.status = 'reversed';
        return 'ok';
      }
      case 'reserve': {
        if (reservations.some(({ key }) => key === operation.key)) return 'ok';
        const [credit] = holding('available')
          .filter(({ lastDay }) => lastDay >= today)
          .sort((a, b) => (a.lastDay === b.lastDay ? 0 : a.lastDay - b.lastDay));
        if (!credit) return 'credits-exhausted';
        credit.status = 'reserved';
        reservations.push({ key: operation.key, credit, isOpen: true });
        return 'ok';
      }
      case 'use':
      case 'release': {
        const reservation = pickFrom(reservations, operation.pick);
        if (!reservation) return 'none';
        if (!reservation.isOpen) return 'already-settled';
        reservation.isOpen = false;
        const { credit } = reservation;
        const back = credit.lastDay < today ? 'expired' : 'available';
        credit.status = operation.kind === 'use' ? 'used' : back;
        return 'ok';
      }
      case 'sweep': {
        const ended = holding('available').filter(({ lastDay }) => lastDay < today);
        for (const credit of ended) credit.status = 'expired';
        return String(ended.length);
      }
      case 'hear-again':
        return 'ok';
      case 'wait':
        today += operation.days;
        return 'ok';
      case 'new-terms':
        rules = operation.terms;
        return 'ok';
    }
  }

  const figures = (): Figures => ({
    counted: having('counted').length + having('converted').length,
    towardsNext: having('counted').length,
    available: holding('available').length,
    reserved: holding('reserved').length,
    used: holding('used').length,
    expired: holding('expired').length,
  });

  return { apply, figures };
}

/** The same day of a later month, or that month's last day: one day after another, until it is reached. */
function monthsLater(day: number, months: number): number {
  const date = new Date(firstInstant + day * dayMs);
  const wantedMonth = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const at = (offset: number) => new Date(firstInstant + (day + offset) * dayMs);
  const monthAt = (offset: number) => at(offset).getUTCFullYear() * 12 + at(offset).getUTCMonth();
  let offset = months * 28;
  while (monthAt(offset) < wantedMonth) offset += 1;
  while (monthAt(offset + 1) === wantedMonth && at(offset).getUTCDate() < date.getUTCDate()) offset += 1;
  return day + offset;
}
