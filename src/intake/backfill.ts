import type { Connection, Sighting } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import { type Turn, takeTurn } from '../platform/lease.ts';
import { actOnKept } from './imports.ts';
import { applySightings, type PageParts, rereadSightings, toActingFrom } from './poll-page.ts';
import { findRecorded, listWaiting, toKey, toTurnName } from './poll-store.ts';

export interface BackfillParts extends PageParts {
  readonly jobs: Pick<Jobs, 'enqueue'>;
}

/** The queue that acts on what was decided before the mark, from the date an admin chose. */
export const backfillQueue = 'intake.backfill';

export interface BackfillJob extends JobData {
  readonly connectionId: string;
}

const batchSize = 200;
const batchesMax = 50;
const holdMs = 3 * 60_000;
/** While a reading of the same connection is under way. */
const pauseMs = 15_000;

/** Adds the job, in the transaction that chooses the date. */
export function startBackfill(
  { jobs }: Pick<BackfillParts, 'jobs'>,
  tx: Tx,
  { companyId, connectionId }: Connection,
): Promise<void> {
  return jobs.enqueue<BackfillJob>(tx, backfillQueue, [{ companyId, connectionId }]);
}

/** Whether anything seen at or after `from` still waits to be acted on. */
export async function hasWaiting(tx: Tx, { connectionId }: Connection, from: Date): Promise<boolean> {
  return (await listWaiting(tx, connectionId, from, undefined, 1)).length > 0;
}

/**
 * Reads again, in batches, what was seen at or after the chosen date, and acts on it as on what a webhook tells. Each batch
 * is one transaction, so a run that breaks off has lost nothing and repeats nothing.
 */
export async function runBackfill(parts: BackfillParts, { companyId, connectionId }: BackfillJob): Promise<void> {
  const { database, connections, clock, jobs } = parts;
  const connection = await database.forCompany(companyId, (tx) => connections.read(tx, connectionId));
  if (!connection?.backfillFrom && !connection?.markedAt) return;
  // What a file told cannot be read again: it is taken as it stood there.
  if (connection.backfillFrom) await actOnKept(parts, connection, connection.backfillFrom);
  const turn = await takeTurn(database, toTurnName(connectionId), { holdMs }, (held) =>
    readBatches(parts, connection, held),
  );
  if (turn.taken && turn.result === 'done') return;
  const startAfter = new Date(clock.now().getTime() + (turn.taken ? 0 : pauseMs));
  await database.forCompany(companyId, (tx) =>
    jobs.enqueue<BackfillJob>(tx, backfillQueue, [{ companyId, connectionId }], { startAfter }),
  );
}

async function readBatches(parts: BackfillParts, connection: Connection, turn: Turn): Promise<'done' | 'more'> {
  const { companyId, connectionId } = connection;
  const from = toActingFrom(connection, parts.clock.now());
  let after: Sighting | undefined;
  for (let batches = 0; batches < batchesMax; batches += 1) {
    const { waiting, recorded } = await parts.database.forCompany(companyId, async (tx) => {
      const found = await listWaiting(tx, connectionId, from, after, batchSize);
      return { waiting: found, recorded: await findRecorded(tx, connectionId, found) };
    });
    after = waiting.at(-1);
    if (!after) return 'done';
    // What a webhook told meanwhile stays as it is.
    const unknown = waiting.filter((sighting) => !recorded.has(toKey(sighting)));
    const read = await rereadSightings(parts, connection, unknown);
    await parts.database.forCompany(companyId, (tx) =>
      applySightings(parts, tx, connection, { ...read, sightings: waiting }),
    );
    await turn.renew();
  }
  return 'more';
}
