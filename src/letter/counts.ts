import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** How many letters of one connection wait for a person, and why. */
export interface WaitingLetters {
  readonly connectionId: string;
  readonly status: 'held' | 'failed' | 'unknown';
  readonly reason: string;
  readonly letters: number;
}

/** What waits for a person, most letters first; without removed connections. One statement. */
export async function countWaiting(tx: Tx, companyId: string): Promise<readonly WaitingLetters[]> {
  const result = await sql<WaitingLetters>`
    select letter.connection_id as "connectionId", letter.status, coalesce(letter.reason, letter.status) as reason,
      count(*)::integer as letters
    from letter join connection on connection.connection_id = letter.connection_id and connection.removed_at is null
    where letter.company_id = ${companyId} and letter.status in ('held', 'failed', 'unknown')
    group by 1, 2, 3 order by 4 desc, 1, 2, 3`.execute(tx);
  return result.rows;
}

/** How many letters left in a span of time. @param span from its first instant up to, and without, its end. */
export async function countLetters(
  tx: Tx,
  companyId: string,
  span: { readonly from: Date; readonly to: Date },
): Promise<{ readonly sent: number }> {
  return tx
    .selectFrom('letter')
    .select(sql<number>`count(*)::integer`.as('sent'))
    .where('company_id', '=', companyId)
    .where('status', '=', 'sent')
    .where('sent_at', '>=', span.from)
    .where('sent_at', '<', span.to)
    .executeTakeFirstOrThrow();
}

/** A rejection reason of which nobody has said what it means, and that keeps letters back. */
export interface UnknownReason {
  readonly connectionId: string;
  readonly reasonRef: string;
  /** The ATS's newest name of it; its id where it has none. */
  readonly name: string;
  readonly heldLetters: number;
}

/**
 * The reasons that hold letters as `reason-unknown`, most letters first; without removed connections. Letters whose
 * rejection names no reason are not among them: there is nothing to map.
 */
export async function listUnknownReasons(tx: Tx, companyId: string): Promise<readonly UnknownReason[]> {
  const result = await sql<UnknownReason>`
    select letter.connection_id as "connectionId", rejection.reason_ref as "reasonRef",
      coalesce((array_agg(rejection.reason order by rejection.decided_at desc)
        filter (where rejection.reason is not null))[1], rejection.reason_ref) as name,
      count(*)::integer as "heldLetters"
    from letter
    join rejection on rejection.rejection_id = letter.rejection_id and rejection.reason_ref is not null
    join connection on connection.connection_id = letter.connection_id and connection.removed_at is null
    where letter.company_id = ${companyId} and letter.status = 'held' and letter.reason = 'reason-unknown'
    group by 1, 2 order by 4 desc, 1, 2`.execute(tx);
  return result.rows;
}
