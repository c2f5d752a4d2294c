import { type Selectable, sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { LetterAct, LetterBatchTable, LetterStatus } from '../platform/tables.ts';
import type { AskedLetter } from './by-hand.ts';
import { fitsFilter, type LetterFilter } from './filter.ts';

/** One decision about all letters that a filter found, and how far it is. */
export interface LetterBatch {
  readonly id: string;
  readonly act: LetterAct;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly status: LetterBatchTable['status'];
  /** Letters it found, and what became of them; the others are still to come, or were left when it was stopped. */
  readonly found: number;
  readonly done: number;
  /** They had left, or were leaving. */
  readonly gone: number;
  /** Somebody or something else had decided by then. */
  readonly changed: number;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
}

export interface NewBatch {
  readonly batchId: string;
  readonly companyId: string;
  readonly act: LetterAct;
  readonly filter: LetterFilter;
  /** The states it changes letters from. */
  readonly from: readonly LetterStatus[];
  readonly askedBy: string;
  readonly now: Date;
}

/** Writes down which letters are to be decided, as they are now. @returns undefined while another batch is under way. */
export async function insertBatch(tx: Tx, batch: NewBatch): Promise<LetterBatch | undefined> {
  const { batchId, companyId, act, filter, from, askedBy, now } = batch;
  const added = await tx
    .insertInto('letter_batch')
    .values({
      ...{ batch_id: batchId, company_id: companyId, act, filter: JSON.stringify(filter) },
      ...{ asked_by: askedBy, asked_at: now, status: 'working' },
    })
    .onConflict((conflict) => conflict.column('company_id').where('status', '=', 'working').doNothing())
    .returning('batch_id')
    .executeTakeFirst();
  if (!added) return undefined;
  await sql`
    insert into letter_batch_item (batch_id, company_id, letter_id, status, released_at)
    select ${batchId}, letter.company_id, letter.letter_id, letter.status, letter.released_at
    from letter join rejection on rejection.rejection_id = letter.rejection_id
    where ${fitsFilter(companyId, filter)} and letter.status = any (${sql.val([...from])}::text[])`.execute(tx);
  const row = await tx
    .updateTable('letter_batch')
    .set({
      found: sql<number>`(select count(*)::integer from letter_batch_item where batch_id = ${batchId})`,
    })
    .where('batch_id', '=', batchId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toBatch(row);
}

/** Holds a batch that is under way until the transaction ends; undefined when it has ended. */
export async function holdBatch(tx: Tx, batchId: string): Promise<LetterBatch | undefined> {
  const row = await tx
    .selectFrom('letter_batch')
    .selectAll()
    .where('batch_id', '=', batchId)
    .where('status', '=', 'working')
    .forUpdate()
    .executeTakeFirst();
  return row && toBatch(row);
}

/** Takes the next letters away, in the order of their ids. Whoever holds the batch does. */
export async function takeItems(tx: Tx, batchId: string, limit: number): Promise<readonly Required<AskedLetter>[]> {
  const result = await sql<{ letter_id: string; status: LetterStatus; released_at: Date | null }>`
    delete from letter_batch_item where batch_id = ${batchId} and letter_id in (
      select letter_id from letter_batch_item where batch_id = ${batchId} order by letter_id limit ${limit}
    ) returning letter_id, status, released_at`.execute(tx);
  return result.rows.map((row) => ({
    letterId: row.letter_id,
    was: { status: row.status, releasedAt: row.released_at },
  }));
}

/** Adds to what became of its letters. */
export async function addToBatch(
  tx: Tx,
  batchId: string,
  more: Pick<LetterBatch, 'done' | 'gone' | 'changed'>,
): Promise<void> {
  await tx
    .updateTable('letter_batch')
    .set((set) => ({
      done: set('done', '+', more.done),
      gone: set('gone', '+', more.gone),
      changed: set('changed', '+', more.changed),
    }))
    .where('batch_id', '=', batchId)
    .execute();
}

/** Ends a batch that is under way; letters it had not come to are left. @returns undefined when it has ended. */
export async function endBatch(
  tx: Tx,
  batchId: string,
  end: { readonly status: 'done' | 'stopped'; readonly by: string; readonly at: Date },
): Promise<LetterBatch | undefined> {
  const row = await tx
    .updateTable('letter_batch')
    .set({ status: end.status, ended_by: end.by, ended_at: end.at })
    .where('batch_id', '=', batchId)
    .where('status', '=', 'working')
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  await tx.deleteFrom('letter_batch_item').where('batch_id', '=', batchId).execute();
  return toBatch(row);
}

/** Newest first. */
export async function listBatches(tx: Tx, companyId: string, limit: number): Promise<readonly LetterBatch[]> {
  const rows = await tx
    .selectFrom('letter_batch')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('batch_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toBatch);
}

function toBatch(row: Selectable<LetterBatchTable>): LetterBatch {
  return {
    id: row.batch_id,
    act: row.act,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    status: row.status,
    found: row.found,
    done: row.done,
    gone: row.gone,
    changed: row.changed,
    endedBy: row.ended_by,
    endedAt: row.ended_at,
  };
}
