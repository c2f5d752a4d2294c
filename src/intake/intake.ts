import { appendAudit } from '../platform/audit.ts';
import { RelayError } from '../platform/errors.ts';
import type { Server } from '../platform/http-server.ts';
import type { Jobs } from '../platform/jobs.ts';
import { registerHook } from './hook.ts';
import { openInbox, type ProcessJob, processQueue } from './inbox.ts';
import type { Recheck } from './model.ts';
import { type ProcessParts, processDeliveries } from './process.ts';
import { recheckRejections } from './recheck.ts';

/** The way in: deliveries become rejections, and rejections are asked after once more before anything is sent. */
export interface Intake {
  routes(server: Server): void;
  recheck(companyId: string, rejectionIds: readonly string[]): Promise<ReadonlyMap<string, Recheck>>;
  /** Works on a stored delivery once more. Nothing is sent twice by it. @throws RelayError request_not_found. */
  replay(deliveryId: string, actor: string): Promise<void>;
}

export interface IntakeParts extends ProcessParts {
  readonly jobs: Jobs;
  /** Told what became of each webhook request, for the metrics. */
  count(outcome: 'stored' | 'duplicate' | 'refused'): void;
}

/** Jobs of many deliveries are taken together: their applications are read again in calls of the vendor's batch size. */
const jobsAtOnce = 50;

export function openIntake(parts: IntakeParts): Intake {
  const inbox = openInbox(parts);
  parts.jobs.define<ProcessJob>({
    name: processQueue,
    batch: jobsAtOnce,
    handle: (jobs) => processDeliveries(parts, jobs),
  });
  return {
    routes: (server) => registerHook(server, { connections: parts.connections, inbox, count: parts.count }),
    recheck: (companyId, rejectionIds) => recheckRejections(parts, companyId, rejectionIds),
    replay: (deliveryId, actor) => replay(parts, deliveryId, actor),
  };
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
