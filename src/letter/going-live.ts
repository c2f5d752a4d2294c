import { sql } from 'kysely';
import type { Connection } from '../connector/index.ts';
import { appendAudits } from '../platform/audit.ts';
import { toBatches } from '../platform/batches.ts';
import { moveIntoWindow } from '../platform/business-hours.ts';
import type { Tx } from '../platform/database.ts';
import type { ByHandParts } from './by-hand.ts';
import type { CancelReason } from './model.ts';
import { cancelPlannedBefore } from './store.ts';
import { tellFates } from './tell.ts';

/** Letters, and those among them whose rejection was decided before the instant that was asked for. */
export interface OldAmongAll {
  readonly all: number;
  readonly old: number;
}

/** What would leave if a connection went live now. */
export interface GoingLive {
  /** Those that wait for their hour, the due ones among them. */
  readonly planned: OldAmongAll;
  /** Those whose hour has passed: they leave from `dueFrom` on. */
  readonly due: OldAmongAll;
  /** The next instant inside the connection's hours. */
  readonly dueFrom: Date;
  /** These stay: a person must look at each. */
  readonly held: number;
  /** When the company decided about the first and the last of the planned; null where there is none. */
  readonly decidedFrom: Date | null;
  readonly decidedTo: Date | null;
}

/** Reads it of what is there now. One statement. @param oldBefore decided before it is old. */
export async function readGoingLive(
  tx: Tx,
  { connectionId, letter }: Pick<Connection, 'connectionId' | 'letter'>,
  { now, oldBefore }: { readonly now: Date; readonly oldBefore: Date },
): Promise<GoingLive> {
  const planned = sql`letter.status = 'planned'`;
  const due = sql`letter.due_at <= ${now}::timestamptz`;
  const old = sql`rejection.decided_at < ${oldBefore}::timestamptz`;
  const result = await sql<Counted>`
    select count(*) filter (where ${planned})::int as planned,
      count(*) filter (where ${planned} and ${old})::int as "oldPlanned",
      count(*) filter (where ${planned} and ${due})::int as due,
      count(*) filter (where ${planned} and ${due} and ${old})::int as "oldDue",
      count(*) filter (where letter.status = 'held')::int as held,
      min(rejection.decided_at) filter (where ${planned}) as "decidedFrom",
      max(rejection.decided_at) filter (where ${planned}) as "decidedTo"
    from letter join rejection on rejection.rejection_id = letter.rejection_id
    where letter.connection_id = ${connectionId} and letter.status in ('planned', 'held')`.execute(tx);
  const [counted] = result.rows;
  return {
    planned: { all: counted?.planned ?? 0, old: counted?.oldPlanned ?? 0 },
    due: { all: counted?.due ?? 0, old: counted?.oldDue ?? 0 },
    dueFrom: moveIntoWindow(now, letter.window),
    held: counted?.held ?? 0,
    decidedFrom: counted?.decidedFrom ?? null,
    decidedTo: counted?.decidedTo ?? null,
  };
}

interface Counted {
  readonly planned: number;
  readonly oldPlanned: number;
  readonly due: number;
  readonly oldDue: number;
  readonly held: number;
  readonly decidedFrom: Date | null;
  readonly decidedTo: Date | null;
}

export interface LeaveOut {
  readonly companyId: string;
  readonly connectionId: string;
  /** The company decided before it. */
  readonly decidedBefore: Date;
}

const linesAtOnce = 500;
const tooOld: CancelReason = 'too-old';

/** Calls off the planned letters of a connection that were decided too long ago; gives how many. In the caller's transaction. */
export async function leaveOutOld(
  { clock, events }: Pick<ByHandParts, 'clock' | 'events'>,
  tx: Tx,
  { companyId, connectionId, decidedBefore }: LeaveOut,
  actor: string,
): Promise<number> {
  const now = clock.now();
  const cancelled = await cancelPlannedBefore(tx, { connectionId, decidedBefore, reason: tooOld }, now);
  const detail = { from: 'planned', reason: tooOld };
  for (const batch of toBatches(cancelled, linesAtOnce)) {
    const lines = batch.map(({ letterId }) => ({
      at: now,
      actor,
      action: 'letter.cancelled',
      subject: letterId,
      detail,
    }));
    await appendAudits(tx, companyId, lines);
    await tellFates(tx, events, batch);
  }
  return cancelled.length;
}
