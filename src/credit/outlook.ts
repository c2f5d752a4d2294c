import { sql } from 'kysely';
import { readAgency } from '../company/index.ts';
import type { Tx } from '../platform/database.ts';
import { weekMs } from '../platform/japan.ts';
import { readBalance } from './balance.ts';

/** Credits of the company's agency that can still be used and end before an instant, the soonest first. */
export async function listEndingCredits(
  tx: Tx,
  companyId: string,
  before: Date,
): Promise<readonly { readonly creditId: string; readonly expiresAt: Date }[]> {
  const rows = await tx
    .selectFrom('credit')
    .innerJoin('agency', 'agency.agency_id', 'credit.agency_id')
    .select(['credit.credit_id', 'credit.expires_at'])
    .where('credit.company_id', '=', companyId)
    .where('agency.retired_at', 'is', null)
    .where('credit.status', '=', 'available')
    .where('credit.expires_at', '<', before)
    .orderBy('credit.expires_at')
    .orderBy('credit.credit_id')
    .execute();
  return rows.flatMap((row) => (row.expires_at ? [{ creditId: row.credit_id, expiresAt: row.expires_at }] : []));
}

export interface OpenReservation {
  readonly reservationId: string;
  readonly reason: string;
  readonly reservedAt: Date;
}

/** Credits that are held and neither used nor released, the oldest first. */
export async function listOpenReservations(tx: Tx, companyId: string): Promise<readonly OpenReservation[]> {
  const rows = await tx
    .selectFrom('credit_reservation')
    .select(['reservation_id', 'reason', 'reserved_at'])
    .where('company_id', '=', companyId)
    .where('status', '=', 'reserved')
    .orderBy('reserved_at')
    .orderBy('reservation_id')
    .execute();
  return rows.map((row) => ({
    reservationId: row.reservation_id,
    reason: row.reason,
    reservedAt: row.reserved_at,
  }));
}

const weeksMax = 8;
/** With less behind it a mean says little: one referral more or less moves it by a quarter and more. */
const weeksTelling = 4;
const referralsTelling = 5;

export interface Projection {
  /** Mean over the last `weeks`. */
  readonly referralsPerWeek: number;
  /** Full weeks before now behind the mean: eight, or those since the first referral, one at the least; 0: none counted yet. */
  readonly weeks: number;
  /** Until the next credit at that pace, not rounded; null where nothing came in. */
  readonly weeksToNextCredit: number | null;
  /** Fewer than four weeks or five referrals are behind it: a guess. */
  readonly isRough: boolean;
}

const nothingYet: Projection = { referralsPerWeek: 0, weeks: 0, weeksToNextCredit: null, isRough: true };

/** How fast referrals count for the company's agency, and when the next credit is to be expected. */
export async function readProjection(tx: Tx, companyId: string, now: Date): Promise<Projection> {
  const agency = await readAgency(tx, companyId);
  if (!agency) return nothingYet;
  const counted = tx
    .selectFrom('referral')
    .where('company_id', '=', companyId)
    .where('agency_id', '=', agency.agencyId)
    .where('status', '=', 'counted');
  const { first } = await counted.select((row) => row.fn.min('counted_at').as('first')).executeTakeFirstOrThrow();
  if (!first) return nothingYet;
  const weeks = toFullWeeks(first, now);
  const { count } = await counted
    .select((row) => row.fn.countAll<string>().as('count'))
    .where('counted_at', '>=', new Date(now.getTime() - weeks * weekMs))
    .where('counted_at', '<', now)
    .executeTakeFirstOrThrow();
  const { referrals } = await readBalance(tx, companyId, now);
  return toProjection(Number(count), weeks, referrals.perCredit - referrals.towardsNext);
}

function toFullWeeks(first: Date, now: Date): number {
  const weeks = Math.floor((now.getTime() - first.getTime()) / weekMs);
  return Math.min(Math.max(weeks, 1), weeksMax);
}

/** @param missing referrals until the next credit; new terms that ask for fewer may leave none. */
function toProjection(count: number, weeks: number, missing: number): Projection {
  const referralsPerWeek = count / weeks;
  return {
    referralsPerWeek,
    weeks,
    weeksToNextCredit: count === 0 ? null : Math.max(missing, 0) / referralsPerWeek,
    isRough: weeks < weeksTelling || count < referralsTelling,
  };
}

/** Referrals that counted, by the Monday in Japan (YYYY-MM-DD) of their week; weeks without one are absent. */
export async function countReferralsByWeek(
  tx: Tx,
  companyId: string,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<ReadonlyMap<string, number>> {
  const result = await sql<{ week: string; count: number }>`
    select to_char(date_trunc('week', counted_at at time zone 'Asia/Tokyo'), 'YYYY-MM-DD') as week,
      count(*)::integer as count
    from referral
    where company_id = ${companyId} and status = 'counted' and counted_at >= ${from} and counted_at < ${to}
    group by 1`.execute(tx);
  return new Map(result.rows.map(({ week, count }) => [week, count]));
}
