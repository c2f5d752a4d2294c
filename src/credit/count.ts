import { listTerms } from '../company/index.ts';
import { type Consent, readConsents, readStanding as readStandingConsents } from '../consent/index.ts';
import type { EventOf, Events } from '../events.ts';
import { readRejections } from '../intake/index.ts';
import { readCompanyDecisions } from '../letter/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { Ledger, LedgerPlace } from './ledger.ts';
import {
  type Agreement,
  type Change,
  planConfirmation,
  planReferrals,
  planRejected,
  planReversal,
  planWithdrawal,
  type Refusal,
  toNews,
} from './model.ts';
import { holdLedger, holdPlace, readPlaces, readReferral, readStanding, readUnrejected, saveChange } from './store.ts';

export interface CountingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
}

/** Turns agreements into referrals. The same ones again, or in another order, change nothing more. */
export async function countConsents(
  parts: CountingParts,
  granted: readonly EventOf<'consent-granted'>[],
): Promise<void> {
  await forEachCompany(granted, (companyId, consentIds) =>
    parts.database.forCompany(companyId, async (tx) => {
      await countInPlaces(tx, parts, await readConsents(tx, consentIds));
    }),
  );
}

/**
 * Ends the referrals that wait for a confirmation when the agreement behind them is taken back; what is counted stays.
 * A withdrawal that is heard before its agreement counts that first, so the order of the jobs does not matter.
 */
export async function endWithdrawn(
  parts: CountingParts,
  withdrawn: readonly EventOf<'consent-withdrawn'>[],
): Promise<void> {
  await forEachCompany(withdrawn, (companyId, consentIds) =>
    parts.database.forCompany(companyId, async (tx) => {
      const withdrawals = (await readConsents(tx, consentIds)).filter(({ decision }) => decision === 'withdrawn');
      const grantIds = withdrawals.flatMap(({ previousConsentId }) => previousConsentId ?? []);
      await countInPlaces(tx, parts, await readConsents(tx, grantIds));
      for (const [agencyId, own] of Map.groupBy(withdrawals, (consent) => consent.agencyId)) {
        await endWaiting(tx, { companyId, agencyId }, own);
      }
    }),
  );
}

async function endWaiting(tx: Tx, place: LedgerPlace, withdrawals: readonly Consent[]): Promise<void> {
  const ledger = await holdLedger(tx, place);
  const { ofPeople } = await readStanding(
    tx,
    place,
    withdrawals.map(({ personId }) => personId),
  );
  await saveChange(tx, planWithdrawal(ledger, ofPeople, withdrawals));
}

/**
 * Takes up the referrals that waited for a rejection of their person, now that it is known. Only of agreements that
 * still stand: the others end when their withdrawal is heard. Twice, or beside an admin's confirmation, counts once.
 */
export async function countRejected(
  parts: CountingParts,
  recorded: readonly EventOf<'rejection-recorded'>[],
): Promise<void> {
  for (const [companyId, own] of Map.groupBy(recorded, (event) => event.companyId)) {
    const rejectionIds = [...new Set(own.map(({ rejectionId }) => rejectionId))];
    const { people, places } = await parts.database.forCompany(companyId, async (tx) => ({
      people: (await readRejections(tx, rejectionIds)).flatMap(({ personId }) => personId ?? []),
      places: await readPlaces(tx, companyId),
    }));
    if (people.length === 0) continue;
    for (const place of places)
      await parts.database.forCompany(companyId, (tx) => countRejectedInPlace(tx, parts, place, people));
  }
}

async function countRejectedInPlace(
  tx: Tx,
  parts: CountingParts,
  place: LedgerPlace,
  people: readonly string[],
): Promise<void> {
  // Held before looking: whoever records an agreement at this moment is waited for, or will see the rejection himself.
  await holdPlace(tx, place);
  const waiting = await readUnrejected(tx, place, people);
  if (waiting.length === 0) return;
  const decided = await readCompanyDecisions(
    tx,
    waiting.map(({ personId }) => personId),
  );
  const standing = await readStandingConsents(
    tx,
    waiting.map(({ consentId }) => consentId),
  );
  const stands = new Set(standing.map(({ consentId }) => consentId));
  const due = waiting.filter(({ personId, consentId }) => decided.has(personId) && stands.has(consentId));
  if (due.length === 0) return;
  const ledger = await holdLedger(tx, place);
  const known = await readStanding(
    tx,
    place,
    due.map(({ personId }) => personId),
  );
  const terms = await listTerms(tx, place.agencyId);
  const change = planRejected(ledger, known, due, terms, { now: parts.clock.now(), newId });
  await saveChange(tx, change);
  await tellNews(tx, parts.events, ledger, change, terms);
}

/** Counts agreements in the ledgers they belong to; those that are recorded already change nothing. */
async function countInPlaces(tx: Tx, parts: CountingParts, consents: readonly Consent[]): Promise<void> {
  for (const own of Map.groupBy(consents, ({ agencyId }) => agencyId).values()) {
    const [first] = own;
    if (first) await countInPlace(tx, parts, first, own);
  }
}

async function countInPlace(
  tx: Tx,
  { clock, events }: CountingParts,
  place: LedgerPlace,
  consents: readonly Consent[],
): Promise<void> {
  const ledger = await holdLedger(tx, place);
  // Read now that the ledger is held: a rejection recorded meanwhile is either seen here or takes up what is kept here.
  const decided = await readDecided(tx, consents);
  const agreements = consents.flatMap((consent) => toAgreement(consent, decided.has(consent.consentId)));
  const standing = await readStanding(
    tx,
    place,
    agreements.map(({ personId }) => personId),
  );
  const terms = await listTerms(tx, place.agencyId);
  const change = planReferrals(ledger, standing, agreements, terms, { now: clock.now(), newId });
  await saveChange(tx, change);
  await tellNews(tx, events, ledger, change, terms);
}

/**
 * The agreements behind which a decision of the company is known: the one whose letter asked, or for who came by the
 * static link one recorded since, while the agreement still stands.
 */
async function readDecided(tx: Tx, consents: readonly Consent[]): Promise<ReadonlySet<string>> {
  const asked = consents.filter(({ rejectionId }) => rejectionId !== null);
  const others = consents.filter(({ rejectionId }) => rejectionId === null);
  const decided = await readCompanyDecisions(
    tx,
    others.map(({ personId }) => personId),
  );
  const found = others.filter(({ personId }) => decided.has(personId)).map(({ consentId }) => consentId);
  const standing = await readStandingConsents(tx, found);
  return new Set([...asked, ...standing].map(({ consentId }) => consentId));
}

function toAgreement(consent: Consent, hasRejection: boolean): readonly Agreement[] {
  const { decision, referralCode, consentId, personId, decidedAt } = consent;
  if (decision !== 'granted' || !referralCode) return [];
  return [{ consentId, personId, referralCode, agreedAt: decidedAt, hasRejection }];
}

/** Says what was counted, in the transaction of the postings. */
async function tellNews(
  tx: Tx,
  events: Events,
  before: Ledger,
  change: Change,
  terms: Parameters<typeof toNews>[2],
): Promise<void> {
  const { companyId } = before;
  const { counted, earned } = toNews(before, change.postings, terms);
  if (counted.length > 0)
    await events.publish(
      tx,
      'referral-counted',
      counted.map((one) => ({ companyId, ...one })),
    );
  if (earned.length > 0)
    await events.publish(
      tx,
      'credit-earned',
      earned.map((one) => ({ companyId, ...one })),
    );
}

async function forEachCompany(
  events: readonly { readonly companyId: string; readonly consentId: string }[],
  work: (companyId: string, consentIds: readonly string[]) => Promise<void>,
): Promise<void> {
  for (const [companyId, own] of Map.groupBy(events, (event) => event.companyId)) {
    await work(
      companyId,
      own.map(({ consentId }) => consentId),
    );
  }
}

export type ReferralAnswer<Reason extends string> =
  | { readonly ok: true; readonly referralId: string }
  | Refusal<Reason>;

export type ConfirmationRefusal = 'not-found' | 'already-settled' | 'counted-already';

/**
 * Counts a referral that waited, because the agency confirms the registration, or an admin that the person was rejected
 * where no ATS told us. Once: later calls are refused with
 * `already-settled`. `counted-already`: the person counts within the period already; this one then never will.
 * @param actor `admin`, `agency`; never a name.
 */
export async function confirmReferral(
  parts: CountingParts,
  companyId: string,
  referralId: string,
  actor: string,
): Promise<ReferralAnswer<ConfirmationRefusal>> {
  const { database, clock, events } = parts;
  return database.forCompany(companyId, async (tx) => {
    const place = await readReferral(tx, referralId);
    if (!place) return { ok: false, reason: 'not-found' };
    const ledger = await holdLedger(tx, place);
    const standing = await readStanding(tx, place, [place.referral.personId]);
    const referral = standing.ofPeople.find((one) => one.referralId === referralId) ?? place.referral;
    const terms = await listTerms(tx, place.agencyId);
    const planned = planConfirmation(ledger, standing, referral, terms, { now: clock.now(), newId });
    if (!planned.ok) return planned;
    const { change } = planned;
    await saveChange(tx, change);
    await tellNews(tx, events, ledger, change, terms);
    const isCounted = change.postings.length > 0;
    const action = isCounted ? 'referral.confirmed' : 'referral.not-counted';
    await appendAudit(tx, { companyId, at: clock.now(), actor, action, subject: referralId });
    return isCounted ? { ok: true, referralId } : { ok: false, reason: 'counted-already' };
  });
}

export type ReversalRefusal = 'not-found' | 'not-counted' | 'already-converted';

/**
 * Takes a counted referral back by a reversing posting, while it is not yet part of a credit.
 * @param reason a code or a few words that name no person: it stays in the ledger for good.
 */
export async function reverseReferral(
  parts: CountingParts,
  companyId: string,
  referralId: string,
  reason: string,
  actor: string,
): Promise<ReferralAnswer<ReversalRefusal>> {
  const { database, clock } = parts;
  return database.forCompany(companyId, async (tx) => {
    const found = await readReferral(tx, referralId);
    if (!found) return { ok: false, reason: 'not-found' };
    const ledger = await holdLedger(tx, found);
    // Read again now that the ledger is held: another writer may have been quicker.
    const { referral } = (await readReferral(tx, referralId)) ?? found;
    const planned = planReversal(ledger, referral, reason, { now: clock.now(), newId });
    if (!planned.ok) return planned;
    await saveChange(tx, planned.change);
    await appendAudit(tx, { companyId, at: clock.now(), actor, action: 'referral.reversed', subject: referralId });
    return { ok: true, referralId };
  });
}
