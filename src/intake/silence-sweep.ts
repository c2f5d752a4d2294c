import type { Tx } from '../platform/database.ts';
import { dayMs } from '../platform/japan.ts';
import type { Place } from './poll-store.ts';
import type { ProcessParts } from './process.ts';
import { type Hearing, heardDays, judgeSilence, triesMs } from './silence.ts';

/** The newest of them: enough to know what is usual, and no more than can be looked through every hour. */
const rowsMax = 2_000;
/** How far back missed rejections are looked for. */
const missedMs = 7 * dayMs;
/** The vendor's clock and ours differ a little. */
const skewMs = 5 * 60_000;

/** Looks at every connection that takes webhooks; gives how many were told to be silent. */
export async function sweepSilence(parts: ProcessParts): Promise<number> {
  const ids = parts.connections.connectors.filter(({ webhook }) => webhook).map(({ id }) => id);
  if (ids.length === 0) return 0;
  const places = await parts.database.forSystem((tx) => listListening(tx, ids));
  let told = 0;
  for (const place of places) if (await tellOfSilence(parts, place)) told += 1;
  return told;
}

async function tellOfSilence({ database, clock, events }: ProcessParts, place: Place): Promise<boolean> {
  const { companyId, connectionId } = place;
  const now = clock.now();
  return database.forCompany(companyId, async (tx) => {
    const silence = judgeSilence(await readHearing(tx, place, now), now);
    if (!silence || !(await noteTold(tx, place, silence.since, now))) return false;
    const since = silence.since.toISOString();
    await events.publish(tx, 'connection-silent', [{ companyId, connectionId, since, missed: silence.missed }]);
    return true;
  });
}

async function listListening(tx: Tx, connectors: readonly string[]): Promise<readonly Place[]> {
  const rows = await tx
    .selectFrom('connection')
    .select(['company_id', 'connection_id'])
    .where('connector', 'in', connectors)
    .where('state', 'in', ['shadow', 'live'])
    .where('removed_at', 'is', null)
    .orderBy('connection_id')
    .execute();
  return rows.map((row) => ({ companyId: row.company_id, connectionId: row.connection_id }));
}

async function readHearing(tx: Tx, place: Place, now: Date): Promise<Hearing> {
  const deliveries = await readDeliveries(tx, place, new Date(now.getTime() - heardDays * dayMs));
  if (deliveries.length === 0) return { heardAt: [], missedAt: [], told: null };
  const { connectionId } = place;
  const told = await tx.selectFrom('silence').selectAll().where('connection_id', '=', connectionId).executeTakeFirst();
  return {
    heardAt: deliveries.map(({ heardAt }) => heardAt),
    missedAt: await readMissed(tx, place, deliveries, now),
    told: told ? { lastHeardAt: told.last_heard_at, toldAt: told.told_at } : null,
  };
}

interface Heard {
  readonly heardAt: Date;
  /** Whom it told of; [] where the vendor names no candidate. */
  readonly candidateRefs: readonly string[];
  readonly isProcessed: boolean;
}

/** Oldest first. */
async function readDeliveries(tx: Tx, { companyId, connectionId }: Place, from: Date): Promise<readonly Heard[]> {
  const rows = await tx
    .selectFrom('delivery')
    .select(['received_at', 'candidate_refs', 'status'])
    .where('company_id', '=', companyId)
    .where('connection_id', '=', connectionId)
    .where('received_at', '>=', from)
    .orderBy('delivery_id', 'desc')
    .limit(rowsMax)
    .execute();
  return rows
    .map((row) => ({
      heardAt: row.received_at,
      candidateRefs: row.candidate_refs,
      isProcessed: row.status === 'processed',
    }))
    .toSorted((a, b) => a.heardAt.getTime() - b.heardAt.getTime());
}

/** When the rejections were decided that none of these told while the vendor still tried; those of a back-fill apart. */
async function readMissed(
  tx: Tx,
  { companyId, connectionId }: Place,
  deliveries: readonly Heard[],
  now: Date,
): Promise<readonly Date[]> {
  const oldestHeard = deliveries.length === rowsMax ? (deliveries[0]?.heardAt.getTime() ?? 0) : 0;
  const rows = await tx
    .selectFrom('rejection')
    .innerJoin('connection', 'connection.connection_id', 'rejection.connection_id')
    .select(['rejection.candidate_ref', 'rejection.decided_at'])
    .where('rejection.company_id', '=', companyId)
    .where('rejection.connection_id', '=', connectionId)
    .whereRef('rejection.decided_at', '>=', 'connection.marked_at')
    .where('rejection.decided_at', '>=', new Date(Math.max(now.getTime() - missedMs, oldestHeard + skewMs)))
    .where('rejection.decided_at', '<=', new Date(now.getTime() - triesMs))
    .orderBy('rejection.rejection_id', 'desc')
    .limit(rowsMax)
    .execute();
  const named = toLastNamed(deliveries);
  const unnamed = deliveries.filter(({ isProcessed, candidateRefs }) => isProcessed && candidateRefs.length === 0);
  return rows
    .filter(({ candidate_ref, decided_at }) => {
      const from = decided_at.getTime() - skewMs;
      if ((named.get(candidate_ref) ?? 0) >= from) return false;
      return !unnamed.some(({ heardAt }) => heardAt.getTime() >= from && heardAt.getTime() <= from + skewMs + triesMs);
    })
    .map((row) => row.decided_at);
}

/** When each candidate was told of last, in milliseconds. */
function toLastNamed(deliveries: readonly Heard[]): ReadonlyMap<string, number> {
  return new Map(
    deliveries.flatMap(({ heardAt, candidateRefs, isProcessed }) =>
      isProcessed ? candidateRefs.map((ref) => [ref, heardAt.getTime()] as const) : [],
    ),
  );
}

/** false: another process has told of it just now. */
async function noteTold(tx: Tx, { companyId, connectionId }: Place, lastHeardAt: Date, now: Date): Promise<boolean> {
  const noted = await tx
    .insertInto('silence')
    .values({ connection_id: connectionId, company_id: companyId, last_heard_at: lastHeardAt, told_at: now })
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet({ last_heard_at: lastHeardAt, told_at: now })
        .where('silence.last_heard_at', '<>', lastHeardAt),
    )
    .returning('connection_id')
    .execute();
  return noted.length > 0;
}
