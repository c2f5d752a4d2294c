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
