import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { readLastActivity } from './activity.ts';
import type { Place } from './poll-store.ts';

/** How well one connection hears its ATS. Counts are of deliveries that came within the days asked for. */
export interface ConnectionHealth {
  readonly lastDeliveryAt: Date | null;
  /** When its last complete reading began. */
  readonly lastPolledAt: Date | null;
  readonly nextPollAt: Date | null;
  /** How the last reading ended: complete, partial, or the code of what broke it off; null: none yet. */
  readonly pollOutcome: string | null;
  readonly lastImportAt: Date | null;
  readonly deliveries: {
    readonly stored: number;
    readonly processed: number;
    readonly ignored: number;
    readonly setAside: number;
    readonly failed: number;
    readonly duplicates: number;
  };
  /** The oldest delivery that still waits to be worked on; null: none does. */
  readonly waitingSince: Date | null;
}

/** Deliveries looked through at the most, so that a busy company answers as fast as a quiet one. */
const deliveriesMax = 20_000;

export async function readConnectionHealth(
  tx: Tx,
  { companyId, connectionId }: Place,
  since: Date,
): Promise<ConnectionHealth> {
  const last = (await readLastActivity(tx, companyId)).find((one) => one.connectionId === connectionId);
  const poll = await tx
    .selectFrom('poll')
    .select(['next_poll_at', 'last_outcome'])
    .where('connection_id', '=', connectionId)
    .executeTakeFirst();
  const counted = await sql<ConnectionHealth['deliveries'] & Pick<ConnectionHealth, 'waitingSince'>>`
    select ${countOf('stored')} as stored, ${countOf('processed')} as processed, ${countOf('ignored')} as ignored,
      ${countOf('set-aside')} as "setAside", ${countOf('failed')} as failed,
      coalesce(sum(duplicates) filter (where received_at >= ${since}::timestamptz), 0)::int as duplicates,
      min(received_at) filter (where status = 'stored') as "waitingSince"
    from (
      select status, duplicates, received_at, connection_id from delivery where company_id = ${companyId}
      order by delivery_id desc limit ${deliveriesMax}
    ) as newest where connection_id = ${connectionId}`.execute(tx);
  const { waitingSince = null, ...deliveries } = counted.rows[0] ?? nothing;
  return {
    lastDeliveryAt: last?.lastDeliveryAt ?? null,
    lastPolledAt: last?.lastPolledAt ?? null,
    nextPollAt: poll?.next_poll_at ?? null,
    pollOutcome: poll?.last_outcome ?? null,
    lastImportAt: last?.lastImportAt ?? null,
    deliveries,
    waitingSince,
  };

  function countOf(status: string) {
    return sql`(count(*) filter (where status = ${status} and received_at >= ${since}::timestamptz))::int`;
  }
}

const nothing = { stored: 0, processed: 0, ignored: 0, setAside: 0, failed: 0, duplicates: 0, waitingSince: null };
