import { type Selectable, sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { LetterStatus, LetterTable } from '../platform/tables.ts';
import type { CancelReason, HoldReason, LetterPlan, Locale } from './model.ts';

/** One letter, as lists and operators see it. */
export interface Letter {
  readonly id: string;
  readonly rejectionId: string;
  readonly connectionId: string;
  readonly status: LetterStatus;
  /** Why it is held, skipped, cancelled, failed, unknown, or put off. */
  readonly reason: string | null;
  readonly locale: Locale;
  readonly template: string;
  /** Names the exact wording. */
  readonly templateVersion: string;
  readonly dueAt: Date | null;
  readonly sentAt: Date | null;
  readonly attempts: number;
  readonly createdAt: Date;
}

/** What became of one letter, as the other rooms are told. */
export interface LetterFate {
  readonly companyId: string;
  readonly letterId: string;
  readonly rejectionId: string;
  readonly connectionId: string;
  readonly status: LetterStatus;
  readonly reason: string | null;
}

const fate = ['letter_id', 'company_id', 'rejection_id', 'connection_id', 'status', 'reason'] as const;
type FateRow = Pick<Selectable<LetterTable>, (typeof fate)[number]>;
const fateOf = sql.join(fate.map((column) => sql.ref(`letter.${column}`)));

function toFate(row: FateRow): LetterFate {
  return {
    companyId: row.company_id,
    letterId: row.letter_id,
    rejectionId: row.rejection_id,
    connectionId: row.connection_id,
    status: row.status,
    reason: row.reason,
  };
}

export interface NewLetter {
  readonly companyId: string;
  readonly rejectionId: string;
  readonly connectionId: string;
  readonly personId: string | null;
  readonly plan: LetterPlan;
  /** What it would say as things stand; said anew when it leaves. */
  readonly wording: WordingName;
}

/** Names the exact words of a letter. */
export interface WordingName {
  readonly template: string;
  readonly templateVersion: string;
}

/** Adds the planned letters; a rejection that has one already keeps it. Gives those added. */
export async function insertLetters(tx: Tx, letters: readonly NewLetter[], now: Date): Promise<readonly LetterFate[]> {
  if (letters.length === 0) return [];
  const rows = await tx
    .insertInto('letter')
    .values(
      letters.map(({ plan, wording, ...letter }) => ({
        letter_id: newId(),
        company_id: letter.companyId,
        rejection_id: letter.rejectionId,
        connection_id: letter.connectionId,
        person_id: letter.personId,
        status: plan.status,
        reason: plan.status === 'planned' ? null : plan.reason,
        locale: plan.locale,
        template: wording.template,
        template_version: wording.templateVersion,
        due_at: plan.status === 'planned' ? plan.dueAt : null,
        queued_at: null,
        sent_at: null,
        created_at: now,
        updated_at: now,
      })),
    )
    .onConflict((conflict) => conflict.column('rejection_id').doNothing())
    .returning(fate)
    .execute();
  return rows.map(toFate);
}

/** Cancels what has not left yet; gives those. A letter in 'sending' is left to its sender, who asks again before he claims. */
export async function cancelLifted(
  tx: Tx,
  lifted: readonly { readonly rejectionId: string; readonly why: string }[],
  now: Date,
): Promise<readonly LetterFate[]> {
  const result = await sql<FateRow>`
    with held as (
      select letter_id from letter where rejection_id = any (${sql.val(lifted.map(({ rejectionId }) => rejectionId))}::uuid[])
      order by letter_id for no key update
    )
    update letter set status = 'cancelled', reason = lifted.why, queued_at = null, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(lifted)}::jsonb) as lifted("rejectionId" uuid, why text), held
    where letter.letter_id = held.letter_id and letter.rejection_id = lifted."rejectionId" and letter.status in ('planned', 'held')
    returning ${fateOf}`.execute(tx);
  return result.rows.map(toFate);
}

/**
 * Cancels the planned letters of a connection whose rejection was decided before an instant; gives those. They are waited
 * for in the one order that every writer of several keeps.
 */
export async function cancelPlannedBefore(
  tx: Tx,
  which: { readonly connectionId: string; readonly decidedBefore: Date; readonly reason: CancelReason },
  now: Date,
): Promise<readonly LetterFate[]> {
  const result = await sql<FateRow>`
    with old as (
      select letter.letter_id from letter join rejection on rejection.rejection_id = letter.rejection_id
      where letter.connection_id = ${which.connectionId} and letter.status = 'planned'
        and rejection.decided_at < ${which.decidedBefore}::timestamptz
      order by letter.letter_id for no key update of letter
    )
    update letter set status = 'cancelled', reason = ${which.reason}, queued_at = null, updated_at = ${now}
    from old where letter.letter_id = old.letter_id and letter.status = 'planned'
    returning ${fateOf}`.execute(tx);
  return result.rows.map(toFate);
}

export interface QueuedLetter {
  readonly companyId: string;
  readonly letterId: string;
}

/** Takes up to `limit` letters that are due and may be sent, so that no other sweep takes them. System transaction. */
export async function takeDue(tx: Tx, now: Date, limit: number): Promise<readonly QueuedLetter[]> {
  // Named first, so that letters of connections in shadow, which may be many, are not even looked at.
  const live = await tx
    .selectFrom('connection')
    .select('connection_id')
    .where('state', '=', 'live')
    .where('removed_at', 'is', null)
    .execute();
  if (live.length === 0) return [];
  const due = await tx
    .selectFrom('letter')
    .select(['letter_id', 'company_id'])
    .where(
      'connection_id',
      'in',
      live.map((row) => row.connection_id),
    )
    .where('status', '=', 'planned')
    .where('queued_at', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  return markQueued(tx, due, now);
}

/**
 * Letters somebody took in hand and then fell silent: `queued` ones whose job is gone, `sending` ones whose sender died.
 * Takes them up to `limit`, so that no other sweep does. System transaction.
 */
export async function takeStranded(
  tx: Tx,
  before: { readonly queued: Date; readonly sending: Date },
  now: Date,
  limit: number,
): Promise<{ readonly planned: readonly QueuedLetter[]; readonly sending: readonly QueuedLetter[] }> {
  const rows = await tx
    .selectFrom('letter')
    .select(['letter_id', 'company_id', 'status'])
    .where((row) =>
      row.or([
        row.and([
          row('status', '=', 'planned'),
          row('queued_at', 'is not', null),
          row('updated_at', '<=', before.queued),
        ]),
        row.and([row('status', '=', 'sending'), row('updated_at', '<=', before.sending)]),
      ]),
    )
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  const { planned = [], sending = [] } = Object.groupBy(rows, ({ status }) =>
    status === 'planned' ? 'planned' : 'sending',
  );
  return { planned: await markQueued(tx, planned, now), sending: sending.map(toQueued) };
}

async function markQueued(
  tx: Tx,
  rows: readonly { readonly letter_id: string; readonly company_id: string }[],
  now: Date,
): Promise<readonly QueuedLetter[]> {
  const letters = rows.map(toQueued);
  await touch(tx, toIds(letters), { queued_at: now, updated_at: now });
  return letters;
}

function toQueued(row: { readonly letter_id: string; readonly company_id: string }): QueuedLetter {
  return { companyId: row.company_id, letterId: row.letter_id };
}

function toIds(letters: readonly { readonly letterId: string }[]): readonly string[] {
  return letters.map(({ letterId }) => letterId);
}

/** Marks letters found in 'sending' as looked at, so that they are not found again at once. */
export async function touchSending(tx: Tx, letters: readonly QueuedLetter[], now: Date): Promise<void> {
  await touch(tx, toIds(letters), { updated_at: now });
}

async function touch(
  tx: Tx,
  letterIds: readonly string[],
  change: { readonly queued_at?: Date; readonly updated_at: Date },
): Promise<void> {
  if (letterIds.length === 0) return;
  await tx.updateTable('letter').set(change).where('letter_id', 'in', letterIds).execute();
}

/**
 * Holds these letters until the transaction ends. Whoever writes several of them asks for them here first: all wait for
 * them in one order, so that no two wait for each other.
 */
export async function lockLetters(tx: Tx, letterIds: readonly string[]): Promise<void> {
  if (letterIds.length === 0) return;
  await tx
    .selectFrom('letter')
    .select('letter_id')
    .where('letter_id', 'in', letterIds)
    .orderBy('letter_id')
    .forNoKeyUpdate()
    .execute();
}

/** Nobody can tell whether these left. Gives those marked now. */
export async function markUnknown(
  tx: Tx,
  letters: readonly QueuedLetter[],
  reason: string,
  now: Date,
): Promise<readonly LetterFate[]> {
  if (letters.length === 0) return [];
  const rows = await tx
    .updateTable('letter')
    .set({ status: 'unknown', reason, queued_at: null, updated_at: now })
    .where('letter_id', 'in', toIds(letters))
    .where('status', '=', 'sending')
    .returning(fate)
    .execute();
  return rows.map(toFate);
}

/** A letter with what the sender must know of its connection. */
export interface LetterInHand {
  readonly letterId: string;
  readonly rejectionId: string;
  readonly connectionId: string;
  readonly personId: string | null;
  readonly status: 'planned' | 'sending';
  readonly dueAt: Date;
  readonly isReleased: boolean;
  readonly locale: Locale;
  /** What it says, once it was claimed. */
  readonly wording: WordingName;
  /** The connection is live and still there. */
  readonly isLive: boolean;
}

/** The letters of these ids that are planned or being sent. */
export async function readInHand(tx: Tx, letterIds: readonly string[]): Promise<readonly LetterInHand[]> {
  const rows = await tx
    .selectFrom('letter')
    .innerJoin('connection', 'connection.connection_id', 'letter.connection_id')
    .selectAll('letter')
    .select(['connection.state', 'connection.removed_at'])
    .where('letter_id', 'in', letterIds)
    .where('status', 'in', ['planned', 'sending'])
    .orderBy('letter_id')
    .execute();
  return rows.map((row) => ({
    letterId: row.letter_id,
    rejectionId: row.rejection_id,
    connectionId: row.connection_id,
    personId: row.person_id,
    status: row.status === 'sending' ? 'sending' : 'planned',
    dueAt: row.due_at ?? row.created_at,
    isReleased: row.released_at !== null,
    locale: row.locale,
    wording: { template: row.template, templateVersion: row.template_version },
    isLive: row.state === 'live' && row.removed_at === null,
  }));
}

/** Gives letters back to the sweep: they are planned, and nobody has them in hand. */
export async function unqueue(tx: Tx, letterIds: readonly string[], now: Date): Promise<void> {
  if (letterIds.length === 0) return;
  await tx
    .updateTable('letter')
    .set({ queued_at: null, updated_at: now })
    .where('letter_id', 'in', letterIds)
    .where('status', '=', 'planned')
    .execute();
}

/** What a second look decided for letters that are not to be sent now. */
export interface Replan {
  readonly letterId: string;
  readonly status: 'planned' | 'held' | 'skipped' | 'cancelled';
  readonly reason: string | null;
  readonly dueAt: Date | null;
}

/** Writes second looks, only where the letter is still what it was looked at as; gives those written. */
export async function saveReplans(
  tx: Tx,
  replans: readonly Replan[],
  from: readonly LetterStatus[],
  now: Date,
): Promise<readonly LetterFate[]> {
  if (replans.length === 0) return [];
  const result = await sql<FateRow>`
    update letter set status = look.status, reason = look.reason, queued_at = null, updated_at = ${now},
      due_at = coalesce(look."dueAt", letter.due_at)
    from jsonb_to_recordset(${JSON.stringify(replans)}::jsonb)
      as look("letterId" uuid, status text, reason text, "dueAt" timestamptz)
    where letter.letter_id = look."letterId" and letter.status = any (${sql.val([...from])}::text[])
    returning ${fateOf}`.execute(tx);
  return result.rows.map(toFate);
}

export interface Claim {
  readonly letterId: string;
  /** The number of this claim. Whoever finishes must still hold it. */
  readonly attempt: number;
}

/**
 * Takes letters for sending, and writes down what each says: exactly one taker gets each. Only while the connection is
 * live and the rejection stands.
 * @param from 'sending' is named beside 'planned' where a sending cut short may be repeated.
 */
export async function claim(
  tx: Tx,
  wordings: readonly (WordingName & { readonly letterId: string })[],
  from: readonly LetterStatus[],
  now: Date,
): Promise<readonly Claim[]> {
  if (wordings.length === 0) return [];
  const result = await sql<Claim>`
    update letter set status = 'sending', reason = null, attempts = letter.attempts + 1, template = wording.template,
      template_version = wording."templateVersion", updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(wordings)}::jsonb)
      as wording("letterId" uuid, template text, "templateVersion" text)
    where letter.letter_id = wording."letterId" and letter.status = any (${sql.val([...from])}::text[])
      and letter.due_at <= ${now}
      and exists (select from connection where connection.connection_id = letter.connection_id
        and connection.state = 'live' and connection.removed_at is null)
      and exists (select from rejection where rejection.rejection_id = letter.rejection_id
        and rejection.status = 'current')
    returning letter.letter_id as "letterId", letter.attempts as attempt`.execute(tx);
  return result.rows;
}

/** Marks claimed letters as sent, whatever was thought of them meanwhile, unless a later claim exists. Gives those marked now. */
export async function finishSent(
  tx: Tx,
  claims: readonly Claim[],
  now: Date,
): Promise<readonly { readonly letterId: string; readonly rejectionId: string }[]> {
  if (claims.length === 0) return [];
  const result = await sql<{ letter_id: string; rejection_id: string }>`
    update letter set status = 'sent', reason = null, sent_at = ${now}, queued_at = null, updated_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as done("letterId" uuid, attempt integer)
    where letter.letter_id = done."letterId" and letter.attempts = done.attempt and letter.status <> 'sent'
    returning letter.letter_id, letter.rejection_id`.execute(tx);
  return result.rows.map((row) => ({ letterId: row.letter_id, rejectionId: row.rejection_id }));
}

/** What became of claimed letters that did not leave for certain. */
export interface Unsent extends Claim {
  readonly status: 'planned' | 'failed' | 'unknown';
  readonly reason: string | null;
  readonly dueAt: Date | null;
}

/**
 * Also over an 'unknown' of the same claim: somebody took its holder for dead, and he knows better. Gives those written,
 * with what each was before. The caller holds them (`lockLetters`).
 */
export async function finishUnsent(
  tx: Tx,
  unsent: readonly Unsent[],
  now: Date,
): Promise<readonly (LetterFate & { readonly was: LetterStatus })[]> {
  if (unsent.length === 0) return [];
  const result = await sql<FateRow & { was: LetterStatus }>`
    with before as (
      select letter_id, status from letter where letter_id = any (${sql.val(toIds(unsent))}::uuid[])
    )
    update letter set status = done.status, reason = done.reason, queued_at = null, updated_at = ${now},
      due_at = coalesce(done."dueAt", letter.due_at)
    from jsonb_to_recordset(${JSON.stringify(unsent)}::jsonb)
      as done("letterId" uuid, attempt integer, status text, reason text, "dueAt" timestamptz)
    join before on before.letter_id = done."letterId"
    where letter.letter_id = done."letterId" and letter.attempts = done.attempt
      and letter.status in ('sending', 'unknown')
    returning ${fateOf}, before.status as was`.execute(tx);
  return result.rows.map((row) => ({ ...toFate(row), was: row.was }));
}

/** What a person decided, as it is written. */
export interface LetterChange {
  readonly status: 'planned' | 'held' | 'cancelled';
  readonly reason: string | null;
  readonly due_at?: Date;
  readonly released_at?: Date;
}

/** What of a letter tells whether somebody decided about it. */
export interface LetterState {
  readonly letterId: string;
  readonly status: LetterStatus;
  readonly reason: string | null;
  readonly releasedAt: Date | null;
}

/** In the order of their ids; one that is not there is missing. */
export async function readStates(tx: Tx, letterIds: readonly string[]): Promise<readonly LetterState[]> {
  if (letterIds.length === 0) return [];
  const rows = await tx
    .selectFrom('letter')
    .select(['letter_id', 'status', 'reason', 'released_at'])
    .where('letter_id', 'in', letterIds)
    .orderBy('letter_id')
    .execute();
  return rows.map((row) => ({
    letterId: row.letter_id,
    status: row.status,
    reason: row.reason,
    releasedAt: row.released_at,
  }));
}

/** Changes letters whatever they are; the caller holds them (`lockLetters`) and has looked. */
export async function changeLetters(
  tx: Tx,
  letterIds: readonly string[],
  change: LetterChange,
  now: Date,
): Promise<void> {
  if (letterIds.length === 0) return;
  await tx
    .updateTable('letter')
    .set({ ...change, queued_at: null, updated_at: now })
    .where('letter_id', 'in', letterIds)
    .execute();
}

/** A letter that waits for a person, with what a second plan of it must know. */
export interface HeldLetter {
  readonly letterId: string;
  readonly rejectionId: string;
  readonly reason: string | null;
  readonly isReleased: boolean;
}

/** As `listHeld`, each held until the transaction ends. */
export async function lockHeld(tx: Tx, request: HeldRequest): Promise<readonly HeldLetter[]> {
  return (await selectHeld(tx, request).forUpdate().execute()).map(toHeld);
}

/** Held letters, oldest first. Those that a person holds by hand are not among them. */
export async function listHeld(tx: Tx, request: HeldRequest): Promise<readonly HeldLetter[]> {
  return (await selectHeld(tx, request).execute()).map(toHeld);
}

function selectHeld(tx: Tx, { companyId, connectionIds, reasons, after, limit }: HeldRequest) {
  let query = tx
    .selectFrom('letter')
    .select(['letter_id', 'rejection_id', 'reason', 'released_at'])
    .where('company_id', '=', companyId)
    .where('status', '=', 'held')
    .where('reason', '<>', heldByHand);
  if (connectionIds) query = query.where('connection_id', 'in', connectionIds);
  if (reasons) query = query.where('reason', 'in', reasons);
  if (after) query = query.where('letter_id', '>', after);
  return query.orderBy('letter_id').limit(limit);
}

function toHeld(
  row: Pick<Selectable<LetterTable>, 'letter_id' | 'rejection_id' | 'reason' | 'released_at'>,
): HeldLetter {
  return {
    letterId: row.letter_id,
    rejectionId: row.rejection_id,
    reason: row.reason,
    isReleased: row.released_at !== null,
  };
}

export interface HeldRequest {
  readonly companyId: string;
  /** Of these connections only. */
  readonly connectionIds?: readonly string[];
  /** Held for one of these only. */
  readonly reasons?: readonly HoldReason[];
  /** The letter after which they begin. */
  readonly after: string | undefined;
  readonly limit: number;
}

const heldByHand: HoldReason = 'by-hand';

export async function readLetter(tx: Tx, letterId: string): Promise<Letter | undefined> {
  const row = await tx.selectFrom('letter').selectAll().where('letter_id', '=', letterId).executeTakeFirst();
  return row && toLetter(row);
}

/** Whose letter it is; undefined when there is none. System transaction. */
export async function readCompanyOfLetter(tx: Tx, letterId: string): Promise<string | undefined> {
  const row = await tx.selectFrom('letter').select('company_id').where('letter_id', '=', letterId).executeTakeFirst();
  return row?.company_id;
}

/** Newest first. */
export async function listLetters(
  tx: Tx,
  request: PageRequest & { readonly companyId: string },
): Promise<Page<Letter>> {
  let query = tx.selectFrom('letter').selectAll().where('company_id', '=', request.companyId);
  if (request.cursor) query = query.where('letter_id', '<', request.cursor);
  const rows = await query
    .orderBy('letter_id', 'desc')
    .limit(request.limit + 1)
    .execute();
  return toPage(rows.map(toLetter), request.limit);
}

export function toLetter(row: Selectable<LetterTable>): Letter {
  return {
    id: row.letter_id,
    rejectionId: row.rejection_id,
    connectionId: row.connection_id,
    status: row.status,
    reason: row.reason,
    locale: row.locale,
    template: row.template,
    templateVersion: row.template_version,
    dueAt: row.due_at,
    sentAt: row.sent_at,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}
