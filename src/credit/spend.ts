import { readAgency } from '../company/index.ts';
import type { Events } from '../events.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { ReservationStatus } from '../platform/tables.ts';
import type { LedgerPlace } from './ledger.ts';
import {
  type Change,
  planExpiry,
  planReservation,
  planSettlement,
  type Refusal,
  type Reservation,
  type Settlement,
  toReservedKey,
} from './model.ts';
import {
  holdLedger,
  readAvailableCredits,
  readEndedPlaces,
  readHeldCredit,
  readReservation,
  readReservedByKey,
  saveChange,
} from './store.ts';

export interface SpendingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Pick<Events, 'publish'>;
}

export interface ReservationRequest {
  /** What for: a code or a few words that name no person; it stays in the ledger for good. */
  readonly reason: string;
  /** The caller's name for this request; the same key again gives the same reservation. */
  readonly key?: string | undefined;
  /** `admin` by default; never a name. */
  readonly actor?: string | undefined;
}

export type ReservationAnswer =
  | { readonly ok: true; readonly reservationId: string; readonly status: ReservationStatus }
  | Refusal<'agency-missing' | 'credits-exhausted'>;

/** Holds one credit for one introduction, the one that ends soonest. It is held until used or released. */
export async function reserve(
  { database, clock, events }: SpendingParts,
  companyId: string,
  { reason, key = newId(), actor = 'admin' }: ReservationRequest,
): Promise<ReservationAnswer> {
  return database.forCompany(companyId, async (tx) => {
    const agency = await readAgency(tx, companyId);
    if (!agency) return { ok: false, reason: 'agency-missing' };
    const place = { companyId, agencyId: agency.agencyId };
    const ledger = await holdLedger(tx, place);
    const earlierId = await readReservedByKey(tx, companyId, toReservedKey(key));
    const earlier = earlierId === undefined ? undefined : await readReservation(tx, earlierId);
    if (earlier) return { ok: true, ...toAnswer(earlier.reservation) };
    const at = clock.now();
    const planned = planReservation(ledger, await readAvailableCredits(tx, place), { key, reason }, { now: at, newId });
    if (!planned.ok) return planned;
    await saveChange(tx, planned.change);
    const { reservationId } = planned.reservation;
    const { available } = planned.change.ledger.balances;
    await events.publish(tx, 'credit-reserved', [{ companyId, reservationId, available }]);
    await appendAudit(tx, { companyId, at, actor, action: 'credit.reserved', subject: reservationId });
    return { ok: true, ...toAnswer(planned.reservation) };
  });
}

export type SettlementAnswer =
  | { readonly ok: true; readonly reservationId: string; readonly status: ReservationStatus }
  | Refusal<'not-found'>
  | (Refusal<'already-settled'> & { readonly status: ReservationStatus });

/**
 * Ends a reservation: the introduction took place (`used`), or it did not (`released`; `expired` when the credit ended
 * meanwhile). Once: later calls are refused with how it was settled.
 */
export async function settle(
  { database, clock, events }: SpendingParts,
  reservationId: string,
  settlement: Settlement,
  actor: string,
): Promise<SettlementAnswer> {
  const place = await database.forSystem((tx) => readReservation(tx, reservationId));
  if (!place) return { ok: false, reason: 'not-found' };
  const { companyId } = place;
  return database.forCompany(companyId, async (tx) => {
    const ledger = await holdLedger(tx, place);
    const { reservation } = (await readReservation(tx, reservationId)) ?? place;
    const credit = await readHeldCredit(tx, reservationId);
    if (!credit) return { ok: false, reason: 'already-settled', status: reservation.status };
    const at = clock.now();
    const planned = planSettlement(ledger, reservation, credit, settlement, { now: at, newId });
    if (!planned.ok) return { ...planned, status: reservation.status };
    await saveChange(tx, planned.change);
    const { status } = planned.reservation;
    await tellSettled(tx, events, planned.change, planned.reservation);
    await appendAudit(tx, { companyId, at, actor, action: `credit.${status}`, subject: reservationId });
    return { ok: true, ...toAnswer(planned.reservation) };
  });
}

/** A credit that ended while it was held does not come back when it is given back: it is told as expired. */
async function tellSettled(
  tx: Tx,
  events: SpendingParts['events'],
  change: Change,
  { reservationId, status }: Reservation,
): Promise<void> {
  if (status === 'expired') return tellExpired(tx, events, change);
  const { companyId, balances } = change.ledger;
  const name = status === 'used' ? 'credit-used' : 'credit-released';
  await events.publish(tx, name, [{ companyId, reservationId, available: balances.available }]);
}

async function tellExpired(tx: Tx, events: SpendingParts['events'], change: Change): Promise<void> {
  const { companyId, balances } = change.ledger;
  const postingId = change.postings.at(-1)?.postingId;
  if (postingId === undefined) return;
  await events.publish(tx, 'credit-expired', [
    { companyId, postingId, credits: change.credits.length, available: balances.available },
  ]);
}

function toAnswer({ reservationId, status }: { readonly reservationId: string; readonly status: ReservationStatus }) {
  return { reservationId, status };
}

/**
 * Expires every available credit that has ended; gives how many. Safe in several processes at once. A ledger that
 * cannot be swept holds up no other: the rest is swept first.
 * @throws what stopped the first such ledger.
 */
export async function sweepExpiry(parts: SpendingParts): Promise<number> {
  const now = parts.clock.now();
  const places = await parts.database.forSystem((tx) => readEndedPlaces(tx, now));
  const failures: unknown[] = [];
  let expired = 0;
  for (const place of places) {
    try {
      expired += await expireEnded(parts, place, now);
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw failures[0];
  return expired;
}

async function expireEnded({ database, events }: SpendingParts, place: LedgerPlace, now: Date): Promise<number> {
  const { companyId, agencyId } = place;
  return database.forCompany(companyId, async (tx) => {
    const ledger = await holdLedger(tx, place);
    const change = planExpiry(ledger, await readAvailableCredits(tx, place), { now, newId });
    await saveChange(tx, change);
    await tellExpired(tx, events, change);
    const credits = change.credits.length;
    const fact = { companyId, at: now, actor: 'system', action: 'credit.expired', subject: agencyId };
    if (credits > 0) await appendAudit(tx, { ...fact, detail: { credits } });
    return credits;
  });
}
