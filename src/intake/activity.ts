import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** When something last came in by a connection; null: never, or not lately. */
export interface LastActivity {
  readonly connectionId: string;
  /** Among the company's newest deliveries: how far back they are looked through has a limit. */
  readonly lastDeliveryAt: Date | null;
  /** When its last complete reading began. */
  readonly lastPolledAt: Date | null;
  readonly lastImportAt: Date | null;
}

/** Enough to find a connection beside a busier one, and quick to look through. */
const deliveriesMax = 5_000;

/** What came in last by each connection of a company, oldest connection first; without the removed ones. One statement. */
export async function readLastActivity(tx: Tx, companyId: string): Promise<readonly LastActivity[]> {
  const result = await sql<LastActivity>`
    select connection.connection_id as "connectionId", heard.at as "lastDeliveryAt",
      poll.last_polled_at as "lastPolledAt", imported.at as "lastImportAt"
    from connection
    left join (
      select connection_id, max(received_at) as at from (
        select connection_id, received_at from delivery where company_id = ${companyId}
        order by delivery_id desc limit ${deliveriesMax}
      ) as newest group by connection_id
    ) as heard on heard.connection_id = connection.connection_id
    left join poll on poll.connection_id = connection.connection_id
    left join lateral (
      select max(settled_at) as at from file_import
      where file_import.connection_id = connection.connection_id and file_import.state = 'done'
    ) as imported on true
    where connection.company_id = ${companyId} and connection.removed_at is null
    order by connection.connection_id`.execute(tx);
  return result.rows;
}

/** How many deliveries of a connection nobody could work on. */
export interface StuckDeliveries {
  readonly connectionId: string;
  readonly status: 'set-aside' | 'failed';
  readonly count: number;
}

/** Deliveries that were set aside or failed and wait for a person; without removed connections. One statement. */
export async function countStuckDeliveries(tx: Tx, companyId: string): Promise<readonly StuckDeliveries[]> {
  const result = await sql<StuckDeliveries>`
    select delivery.connection_id as "connectionId", delivery.status, count(*)::integer as count
    from delivery join connection on connection.connection_id = delivery.connection_id and connection.removed_at is null
    where delivery.company_id = ${companyId} and delivery.status in ('set-aside', 'failed')
      and delivery.reason is distinct from 'erased'
    group by 1, 2 order by 1, 2`.execute(tx);
  return result.rows;
}
