import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** How many letters of a connection wait for their hour; in shadow they leave once it is live. */
export async function countPlanned(tx: Tx, connectionId: string): Promise<number> {
  const row = await tx
    .selectFrom('letter')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('connection_id', '=', connectionId)
    .where('status', '=', 'planned')
    .executeTakeFirstOrThrow();
  return row.count;
}
