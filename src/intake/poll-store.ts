import { sql } from 'kysely';
import type { Sighting } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';

/** Whose reading. */
export interface Place {
  readonly companyId: string;
  readonly connectionId: string;
}

/** The lease under which a connection is read: no poll and no back-fill of it run at once. */
export function toTurnName(connectionId: string): string {
  return `poll:${connectionId}`;
}

/** How far a connection was read. */
export interface PollState {
  /** Where the next page begins, as the connector gave it; null: a reading begins anew. */
  readonly cursor: unknown;
  /** Grows with every page; a page is stored only over the version it was read from. */
  readonly version: number;
  /** How far back the readings reach; null: nothing was read yet. */
  readonly since: Date | null;
  /** Everything decided before it was told; null: no reading came to its end yet. */
  readonly lastPolledAt: Date | null;
}

/** The state of a connection that may never have been polled. */
export async function readPoll(tx: Tx, { companyId, connectionId }: Place, now: Date): Promise<PollState> {
  await tx
    .insertInto('poll')
    .values({
      connection_id: connectionId,
      company_id: companyId,
      cursor: null,
      since: null,
      next_poll_at: now,
      ...unread,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await tx
    .selectFrom('poll')
    .select(['cursor', 'version', 'since', 'last_polled_at'])
    .where('connection_id', '=', connectionId)
    .executeTakeFirstOrThrow();
  return { cursor: row.cursor, version: row.version, since: row.since, lastPolledAt: row.last_polled_at };
}

const unread = { last_polled_at: null, last_outcome: null };

/** What one page told, counted. */
export interface PageCounts {
  readonly seen: number;
  readonly recorded: number;
  readonly backfill: number;
  readonly lifted: number;
}

/** Moves the cursor on from the version that was read. false: another reading did so before; then nothing is written. */
export async function moveCursor(
  tx: Tx,
  connectionId: string,
  version: number,
  to: { readonly cursor: unknown; readonly since: Date; readonly nextPollAt: Date; readonly lastPolledAt: Date | null },
): Promise<boolean> {
  const moved = await tx
    .updateTable('poll')
    .set({
      cursor: JSON.stringify(to.cursor),
      version: version + 1,
      since: to.since,
      next_poll_at: to.nextPollAt,
      last_outcome: to.lastPolledAt ? 'complete' : 'partial',
      ...(to.lastPolledAt ? { last_polled_at: to.lastPolledAt } : {}),
    })
    .where('connection_id', '=', connectionId)
    .where('version', '=', version)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n;
}

export async function countPage(tx: Tx, connectionId: string, counts: PageCounts): Promise<void> {
  await tx
    .updateTable('poll')
    .set((row) => ({
      pages: row('pages', '+', 1),
      seen: row('seen', '+', counts.seen),
      recorded: row('recorded', '+', counts.recorded),
      backfill: row('backfill', '+', counts.backfill),
      lifted: row('lifted', '+', counts.lifted),
    }))
    .where('connection_id', '=', connectionId)
    .execute();
}

/** Writes how a reading broke off, and when to try again. */
export async function noteBrokenOff(tx: Tx, connectionId: string, code: string, nextPollAt: Date): Promise<void> {
  await tx
    .updateTable('poll')
    .set({ last_outcome: code, next_poll_at: nextPollAt })
    .where('connection_id', '=', connectionId)
    .execute();
}

/** Comes back at this instant at the latest. */
export async function comeBackBy(tx: Tx, connectionId: string, at: Date): Promise<void> {
  await tx
    .updateTable('poll')
    .set({ next_poll_at: at })
    .where('connection_id', '=', connectionId)
    .where('next_poll_at', '>', at)
    .execute();
}

/**
 * The connections of a connector that are due, each given to one caller; the next time is an interval later. A new
 * connection is due `graceMs` after it was made.
 */
export async function claimDue(
  tx: Tx,
  connector: { readonly id: string; readonly everyMs: number },
  graceMs: number,
  now: Date,
): Promise<readonly Place[]> {
  await sql`
    insert into poll (connection_id, company_id, next_poll_at)
    select connection_id, company_id, created_at + ${graceMs} * interval '1 millisecond' from connection
    where connector = ${connector.id} and removed_at is null and state in ('shadow', 'live')
      and not exists (select from poll where poll.connection_id = connection.connection_id)
    on conflict do nothing`.execute(tx);
  const due = await sql<{ company_id: string; connection_id: string }>`
    update poll set next_poll_at = ${new Date(now.getTime() + connector.everyMs)}::timestamptz
    from connection
    where poll.connection_id = connection.connection_id and poll.next_poll_at <= ${now}::timestamptz
      and connection.connector = ${connector.id} and connection.removed_at is null
      and connection.state in ('shadow', 'live')
    returning poll.company_id, poll.connection_id`.execute(tx);
  return due.rows.map((row) => ({ companyId: row.company_id, connectionId: row.connection_id }));
}

/** How far back a connection was read; null: not yet. */
export async function readReach(tx: Tx, connectionId: string): Promise<Date | null> {
  const row = await tx.selectFrom('poll').select('since').where('connection_id', '=', connectionId).executeTakeFirst();
  return row?.since ?? null;
}

/** One name for a sighting, to compare by. */
export function toKey({ applicationRef, decidedAt }: Sighting): string {
  return `${decidedAt.getTime()} ${applicationRef}`;
}

/** Which of these are rejections of ours already, whatever became of them, by their keys. */
export async function findRecorded(
  tx: Tx,
  connectionId: string,
  sightings: readonly Sighting[],
): Promise<ReadonlySet<string>> {
  if (sightings.length === 0) return new Set();
  const rows = await tx
    .selectFrom('rejection')
    .select(['application_ref', 'decided_at'])
    .where('connection_id', '=', connectionId)
    .where('application_ref', 'in', toRefs(sightings))
    .execute();
  return new Set(rows.map((row) => toKey({ applicationRef: row.application_ref, decidedAt: row.decided_at })));
}

/** Keeps what is not acted on for now. Gives how many of them are new. */
export async function keepSightings(
  tx: Tx,
  { companyId, connectionId }: Place,
  sightings: readonly Sighting[],
  now: Date,
): Promise<number> {
  if (sightings.length === 0) return 0;
  const added = await tx
    .insertInto('sighting')
    .values(
      sightings.map(({ applicationRef, decidedAt }) => ({
        connection_id: connectionId,
        company_id: companyId,
        application_ref: applicationRef,
        decided_at: decidedAt,
        seen_at: now,
        content: null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('application_ref')
    .execute();
  return added.length;
}

/** Lets go of what was acted on. */
export async function dropSightings(tx: Tx, connectionId: string, sightings: readonly Sighting[]): Promise<void> {
  if (sightings.length === 0) return;
  const named = sightings.map(({ applicationRef, decidedAt }) => ({
    ref: applicationRef,
    at: decidedAt.toISOString(),
  }));
  await sql`
    delete from sighting using jsonb_to_recordset(${JSON.stringify(named)}::jsonb) as named(ref text, at timestamptz)
    where sighting.connection_id = ${connectionId}
      and sighting.application_ref = named.ref and sighting.decided_at = named.at`.execute(tx);
}

/** What waits to be read again: decided at or after `from`, oldest first, beginning after `after`. */
export async function listWaiting(
  tx: Tx,
  connectionId: string,
  from: Date,
  after: Sighting | undefined,
  limit: number,
): Promise<readonly Sighting[]> {
  let query = tx
    .selectFrom('sighting')
    .select(['application_ref', 'decided_at'])
    .where('connection_id', '=', connectionId)
    .where('content', 'is', null)
    .where('decided_at', '>=', from);
  if (after)
    query = query.where(
      sql<boolean>`(decided_at, application_ref) > (${after.decidedAt}::timestamptz, ${after.applicationRef})`,
    );
  const rows = await query.orderBy('decided_at').orderBy('application_ref').limit(limit).execute();
  return rows.map((row) => ({ applicationRef: row.application_ref, decidedAt: row.decided_at }));
}

export interface SightingsPage {
  readonly items: readonly Sighting[];
  /** The last of this page, to be given as `after`; null on the last page. */
  readonly next: Sighting | null;
}

/** What was seen and not acted on, decided at or after `from`, newest first. */
export async function listSightings(
  tx: Tx,
  request: {
    readonly connectionId: string;
    readonly from: Date;
    readonly after?: Sighting | undefined;
    readonly limit: number;
  },
): Promise<SightingsPage> {
  const { connectionId, from, after, limit } = request;
  let query = tx
    .selectFrom('sighting')
    .select(['application_ref', 'decided_at'])
    .where('connection_id', '=', connectionId)
    .where('decided_at', '>=', from);
  if (after)
    query = query.where(
      sql<boolean>`(decided_at, application_ref) < (${after.decidedAt}::timestamptz, ${after.applicationRef})`,
    );
  const rows = await query
    .orderBy('decided_at', 'desc')
    .orderBy('application_ref', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map((row) => ({ applicationRef: row.application_ref, decidedAt: row.decided_at }));
  return { items, next: rows.length > limit ? (items.at(-1) ?? null) : null };
}

/** The same, counted by the day of the decision in Japan (YYYY-MM-DD), newest first. */
export async function countSightings(
  tx: Tx,
  connectionId: string,
  from: Date,
): Promise<readonly { readonly day: string; readonly count: number }[]> {
  const result = await sql<{ day: string; count: number }>`
    select to_char(decided_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD') as day, count(*)::int as count from sighting
    where connection_id = ${connectionId} and decided_at >= ${from}::timestamptz
    group by 1 order by 1 desc`.execute(tx);
  return result.rows;
}

function toRefs(sightings: readonly Sighting[]): string[] {
  return [...new Set(sightings.map(({ applicationRef }) => applicationRef))];
}
