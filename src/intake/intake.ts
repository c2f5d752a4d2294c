import type { Connection } from '../connector/index.ts';
import { appendAudit, appendAudits } from '../platform/audit.ts';
import type { Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { Server } from '../platform/http-server.ts';
import type { Jobs } from '../platform/jobs.ts';
import { type BackfillJob, backfillQueue, runBackfill, startBackfill } from './backfill.ts';
import { registerHook } from './hook.ts';
import { openInbox, type ProcessJob, processQueue } from './inbox.ts';
import type { Recheck } from './model.ts';
import { type PollFound, type PollJob, pollNow, pollQueue, runPoll, sweepPolls } from './poll.ts';
import { type ProcessParts, processDeliveries } from './process.ts';
import { recheckRejections } from './recheck.ts';
import { sweepSilence } from './silence-sweep.ts';

/** The way in: deliveries become rejections, and rejections are asked after once more before anything is sent. */
export interface Intake {
  routes(server: Server): void;
  recheck(companyId: string, rejectionIds: readonly string[]): Promise<ReadonlyMap<string, Recheck>>;
  /** Works on a stored delivery once more. Nothing is sent twice by it. @throws RelayError request_not_found. */
  replay(deliveryId: string, actor: string): Promise<void>;
  /** The same for many of one connection, in one transaction; gives how many. Those that are unknown or were erased are left out. */
  replayAll(
    place: { readonly companyId: string; readonly connectionId: string },
    deliveryIds: readonly string[],
    actor: string,
  ): Promise<number>;
  /**
   * Runs one reconciliation now and tells what it found.
   * @param ask.days how far back it reaches; without it 90 days the first time, then on from where the last one ended.
   * @throws RelayError request_conflict when the connector is not polled; else as the ATS answers.
   */
  poll(connection: Connection, ask: { readonly days?: number | undefined }): Promise<PollFound>;
  /** Acts on what was seen at or after the date that was just chosen, in a job of this transaction. */
  backfill(tx: Tx, connection: Connection): Promise<void>;
  /** Adds a job for every connection whose next poll is due. For a ticker; safe in several processes at once. */
  sweepPolls(): Promise<number>;
  /** Tells of every connection whose webhooks have been silent for longer than usual. For a ticker, hourly. */
  sweepSilence(): Promise<number>;
}

export interface IntakeParts extends ProcessParts {
  readonly jobs: Jobs;
  /** Told what became of each webhook request, for the metrics. */
  count(outcome: 'stored' | 'duplicate' | 'refused'): void;
}

/** Jobs of many deliveries are taken together: their applications are read again in calls of the vendor's batch size. */
const jobsAtOnce = 50;
/** Readings wait for the vendor most of the time, so one slow ATS holds up few others. */
const waiting = { batch: 1, atOnce: 4 };

export function openIntake(parts: IntakeParts): Intake {
  const inbox = openInbox(parts);
  parts.jobs.define<ProcessJob>({
    name: processQueue,
    batch: jobsAtOnce,
    handle: (jobs) => processDeliveries(parts, jobs),
  });
  parts.jobs.define<PollJob>({
    name: pollQueue,
    ...waiting,
    handle: (jobs) => each(jobs, (job) => runPoll(parts, job)),
  });
  parts.jobs.define<BackfillJob>({
    name: backfillQueue,
    ...waiting,
    handle: (jobs) => each(jobs, (job) => runBackfill(parts, job)),
  });
  return {
    routes: (server) => registerHook(server, { connections: parts.connections, inbox, count: parts.count }),
    recheck: (companyId, rejectionIds) => recheckRejections(parts, companyId, rejectionIds),
    replay: (deliveryId, actor) => replay(parts, deliveryId, actor),
    replayAll: (place, deliveryIds, actor) => replayAll(parts, place, deliveryIds, actor),
    poll: (connection, ask) => pollNow(parts, connection, ask),
    backfill: (tx, connection) => startBackfill(parts, tx, connection),
    sweepPolls: () => sweepPolls(parts),
    sweepSilence: () => sweepSilence(parts),
  };
}

async function each<T>(jobs: readonly T[], work: (job: T) => Promise<void>): Promise<void> {
  for (const job of jobs) await work(job);
}

async function replayAll(
  { database, jobs, clock }: IntakeParts,
  { companyId, connectionId }: { readonly companyId: string; readonly connectionId: string },
  deliveryIds: readonly string[],
  actor: string,
): Promise<number> {
  if (deliveryIds.length === 0) return 0;
  return database.forCompany(companyId, async (tx) => {
    const rows = await tx
      .updateTable('delivery')
      .set({ status: 'stored', reason: null, processed_at: null })
      .where('connection_id', '=', connectionId)
      .where('delivery_id', 'in', deliveryIds)
      .where('reason', 'is distinct from', 'erased')
      .returning('delivery_id')
      .execute();
    const ids = rows.map((row) => row.delivery_id);
    await jobs.enqueue<ProcessJob>(
      tx,
      processQueue,
      ids.map((id) => ({ companyId, connectionId, deliveryIds: [id] })),
    );
    const at = clock.now();
    await appendAudits(
      tx,
      companyId,
      ids.map((subject) => ({ at, actor, action: 'delivery.replayed', subject })),
    );
    return ids.length;
  });
}

async function replay({ database, jobs, clock }: IntakeParts, deliveryId: string, actor: string): Promise<void> {
  await database.forSystem(async (tx) => {
    const row = await tx
      .updateTable('delivery')
      .set({ status: 'stored', reason: null, processed_at: null })
      .where('delivery_id', '=', deliveryId)
      .where('reason', 'is distinct from', 'erased')
      .returning(['company_id', 'connection_id'])
      .executeTakeFirst();
    if (!row)
      throw new RelayError('request_not_found', { message: 'there is no such delivery, or its content was erased' });
    await jobs.enqueue<ProcessJob>(tx, processQueue, [
      { companyId: row.company_id, connectionId: row.connection_id, deliveryIds: [deliveryId] },
    ]);
    await appendAudit(tx, {
      companyId: row.company_id,
      at: clock.now(),
      actor,
      action: 'delivery.replayed',
      subject: deliveryId,
    });
  });
}
