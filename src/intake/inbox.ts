import { sql } from 'kysely';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { Jobs } from '../platform/jobs.ts';
import { prepared } from '../platform/postgres-client.ts';

export interface NewDelivery {
  readonly companyId: string;
  readonly connectionId: string;
  /** How the vendor names this delivery; the same name again is the same delivery. */
  readonly deliveryRef: string;
  readonly body: Buffer;
}

export interface ProcessJob {
  readonly companyId: string;
  readonly connectionId: string;
  readonly deliveryIds: readonly string[];
}

/** The queue that turns stored deliveries into rejections. */
export const processQueue = 'intake.process';

export interface Inbox {
  /**
   * Stores a delivery together with its job and answers when both are durable. Deliveries that arrive meanwhile wait
   * for the next commit and share it: one statement for all of them.
   * @throws RelayError database_unavailable; then nothing was stored and the vendor must send again.
   */
  store(delivery: NewDelivery): Promise<'stored' | 'duplicate'>;
}

interface Waiting {
  readonly delivery: NewDelivery;
  settle(outcome: 'stored' | 'duplicate'): void;
  fail(error: unknown): void;
}

const groupMax = 100;
/** While one group is on its way to the disk the next one fills: few large groups cost less than many small ones. */
const writersMax = 3;

export function openInbox(parts: { readonly database: Database; readonly jobs: Jobs; readonly clock: Clock }): Inbox {
  let waiting: Waiting[] = [];
  let writers = 0;

  async function writeGroups(): Promise<void> {
    const isOverfull = waiting.length >= groupMax && writers < writersMax;
    if (writers > 0 && !isOverfull) return;
    writers += 1;
    while (waiting.length > 0) {
      const group = waiting.slice(0, groupMax);
      waiting = waiting.slice(groupMax);
      await writeGroup(group);
    }
    writers -= 1;
  }

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const stored = await storeGroup(
        parts,
        group.map(({ delivery }) => delivery),
      );
      for (const [index, one] of group.entries()) one.settle(stored[index] ? 'stored' : 'duplicate');
    } catch (error) {
      for (const one of group) one.fail(error);
    }
  }

  return {
    store: (delivery) =>
      new Promise((settle, fail) => {
        waiting.push({ delivery, settle, fail });
        void writeGroups();
      }),
  };
}

/** For each delivery, in order: whether this call was the first to store it. */
async function storeGroup(
  { database, jobs, clock }: { readonly database: Database; readonly jobs: Jobs; readonly clock: Clock },
  deliveries: readonly NewDelivery[],
): Promise<readonly boolean[]> {
  const byKey = Map.groupBy(deliveries, toKey);
  const firsts = [...byKey.values()].flatMap((same) => same.slice(0, 1));
  const receivedAt = clock.now();
  const rows = firsts.map((delivery) => ({ deliveryId: newId(), ...delivery }));
  const newIds = await database.forSystem(async (tx) => {
    // Nobody waits for the jobs, so they go first. One that also names a repeated delivery finds nothing under that id.
    await jobs.enqueue(tx, processQueue, toJobs(rows));
    return insertDeliveries(tx, rows, byKey, receivedAt);
  });
  const newKeys = new Set(rows.filter(({ deliveryId }) => newIds.has(deliveryId)).map(toKey));
  return deliveries.map((delivery) => newKeys.has(toKey(delivery)) && byKey.get(toKey(delivery))?.[0] === delivery);
}

interface NamedDelivery extends NewDelivery {
  readonly deliveryId: string;
}

/**
 * Stores what is new and counts what is not; gives the ids of the new rows. All bodies go over in one piece and are cut
 * apart by the database: a statement of three parameters, whatever the size of the group.
 */
async function insertDeliveries(
  tx: Tx,
  deliveries: readonly NamedDelivery[],
  byKey: ReadonlyMap<string, readonly NewDelivery[]>,
  receivedAt: Date,
): Promise<ReadonlySet<string>> {
  let end = 0;
  const rows = deliveries.map((delivery) => {
    const start = end + 1; // SQL counts from 1
    end += delivery.body.length;
    return {
      delivery_id: delivery.deliveryId,
      company_id: delivery.companyId,
      connection_id: delivery.connectionId,
      delivery_ref: delivery.deliveryRef,
      start,
      size: delivery.body.length,
      duplicates: (byKey.get(toKey(delivery))?.length ?? 1) - 1,
    };
  });
  const bodies = Buffer.concat(deliveries.map(({ body }) => body));
  const result = await sql<{ delivery_id: string }>`${sql.raw(prepared)}
    insert into delivery (delivery_id, company_id, connection_id, delivery_ref, received_at, body, duplicates)
    select delivery_id, company_id, connection_id, delivery_ref, ${receivedAt}::timestamptz,
      substring(${bodies}::bytea from start for size), duplicates
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as new_row(
      delivery_id uuid, company_id uuid, connection_id uuid, delivery_ref text, start integer, size integer, duplicates integer)
    on conflict (connection_id, delivery_ref)
      do update set duplicates = delivery.duplicates + excluded.duplicates + 1
    returning delivery_id`.execute(tx);
  const own = new Set(rows.map((row) => row.delivery_id));
  return new Set(result.rows.map((row) => row.delivery_id).filter((id) => own.has(id)));
}

function toJobs(deliveries: readonly NamedDelivery[]): readonly ProcessJob[] {
  return [...Map.groupBy(deliveries, ({ connectionId }) => connectionId)].flatMap(([connectionId, own]) => {
    const companyId = own[0]?.companyId;
    return companyId ? [{ companyId, connectionId, deliveryIds: own.map(({ deliveryId }) => deliveryId) }] : [];
  });
}

function toKey(delivery: NewDelivery): string {
  return `${delivery.connectionId} ${delivery.deliveryRef}`;
}
