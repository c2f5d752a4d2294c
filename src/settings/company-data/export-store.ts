import { type Selectable, sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { DataExportTable, ExportedFile } from '../../platform/tables.ts';
import { type ExportedTable, exportedTables } from './exported.ts';

/** An archive of what is held of a company, or one in the making. */
export interface DataExport {
  readonly id: string;
  readonly status: DataExportTable['status'];
  /** failed: too-large, unfinished · gone: expired, person-erased. */
  readonly reason: string | null;
  readonly askedBy: string;
  readonly askedAt: Date;
  /** null: not counted yet. */
  readonly rowsTotal: number | null;
  readonly rowsDone: number;
  readonly byteCount: number | null;
  readonly readyAt: Date | null;
  readonly expiresAt: Date | null;
}

/** One in the making, as its maker needs it. */
export interface Making {
  readonly exportId: string;
  readonly companyId: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly claim: number;
  readonly piece: number;
  readonly tableIndex: number;
  readonly after: readonly string[] | null;
  readonly files: readonly ExportedFile[];
}

export async function insertExport(
  tx: Tx,
  input: { readonly exportId: string; readonly companyId: string; readonly askedBy: string; readonly now: Date },
): Promise<DataExport | undefined> {
  const row = await tx
    .insertInto('data_export')
    .values({
      export_id: input.exportId,
      company_id: input.companyId,
      status: 'waiting',
      reason: null,
      asked_by: input.askedBy,
      asked_at: input.now,
    })
    .onConflict((conflict) =>
      conflict.column('company_id').where(sql<boolean>`status in ('waiting', 'making')`).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  return row && toExport(row);
}

/** Newest first. */
export async function listExports(tx: Tx, companyId: string, limit: number): Promise<readonly DataExport[]> {
  const rows = await tx
    .selectFrom('data_export')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('export_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toExport);
}

export async function readExport(tx: Tx, companyId: string, exportId: string): Promise<DataExport | undefined> {
  const row = await tx
    .selectFrom('data_export')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('export_id', '=', exportId)
    .executeTakeFirst();
  return row && toExport(row);
}

/** Takes an archive in hand; whoever had it before can write nothing more. What he left of the piece is thrown away. */
export async function claimExport(tx: Tx, exportId: string): Promise<Making | undefined> {
  const row = await tx
    .updateTable('data_export')
    .set((set) => ({ status: 'making', claims: set('claims', '+', 1) }))
    .where('export_id', '=', exportId)
    .where('status', 'in', ['waiting', 'making'])
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  await tx
    .deleteFrom('data_export_part')
    .where('export_id', '=', exportId)
    .where('piece', '>=', row.next_piece)
    .execute();
  const done = row.files.reduce((sum, file) => sum + file.rows, 0);
  const total = row.rows_total ?? (await countRows(tx, row.company_id));
  await tx
    .updateTable('data_export')
    .set({ rows_done: done, rows_total: total })
    .where('export_id', '=', exportId)
    .execute();
  return toMaking(row);
}

export interface Part {
  readonly seq: number;
  readonly bytes: Buffer;
}

/** Adds bytes to the piece in hand, and what else is to be noted. @returns false when the claim is another's by now. */
export async function addParts(
  tx: Tx,
  making: Making,
  parts: readonly Part[],
  note: Readonly<Partial<Parameters<typeof toNote>[0]>>,
): Promise<boolean> {
  const held = await tx
    .updateTable('data_export')
    .set((set) => ({ ...toNote(note), rows_done: set('rows_done', '+', note.rows ?? 0) }))
    .where('export_id', '=', making.exportId)
    .where('claims', '=', making.claim)
    .where('status', '=', 'making')
    .returning('export_id')
    .executeTakeFirst();
  if (!held) return false;
  for (const { seq, bytes } of parts) {
    const at = { export_id: making.exportId, company_id: making.companyId, piece: making.piece, seq };
    await tx
      .insertInto('data_export_part')
      .values({ ...at, bytes })
      .execute();
  }
  return true;
}

function toNote(note: {
  readonly rows?: number;
  readonly next?: Pick<Making, 'piece' | 'tableIndex' | 'after' | 'files'>;
  readonly ready?: { readonly byteCount: number; readonly at: Date; readonly expiresAt: Date };
  readonly failed?: string;
}) {
  const { next, ready, failed } = note;
  return {
    ...(next && {
      next_piece: next.piece,
      next_table: next.tableIndex,
      after_key: next.after && JSON.stringify(next.after),
      files: JSON.stringify(next.files),
    }),
    ...(ready && {
      status: 'ready' as const,
      byte_count: ready.byteCount,
      ready_at: ready.at,
      expires_at: ready.expiresAt,
    }),
    ...(failed !== undefined && { status: 'failed' as const, reason: failed }),
  };
}

export interface ReadRows {
  /** JSON texts, one for each row. */
  readonly lines: readonly string[];
  readonly lastKey: readonly string[] | null;
}

/** The next rows of a table, in the order of its key. */
export async function readRows(
  tx: Tx,
  companyId: string,
  table: ExportedTable,
  after: readonly string[] | null,
): Promise<ReadRows> {
  const { key, columns, bytes, name, page } = table;
  const at = (column: string) => sql.ref(`held.${column}`);
  const keys = Object.keys(key);
  const shown = columns.map((column) =>
    bytes.includes(column)
      ? sql`translate(encode(${at(column)}, 'base64'), E'\n', '') as ${sql.ref(column)}`
      : at(column),
  );
  const from = Object.values(key).map((type, index) => sql`cast(cast(${after?.[index]} as text) as ${sql.raw(type)})`);
  const isBehind = after ? sql`(${sql.join(keys.map(at))}) > (${sql.join(from)})` : sql`true`;
  // Instants in UTC, whatever the server's own time zone is. And by the key's index: a database that has no statistics yet,
  // as the embedded one, would read and sort the whole table for each page.
  await sql`
    select set_config('TimeZone', 'UTC', true), set_config('enable_seqscan', 'off', true),
      set_config('enable_sort', 'off', true)`.execute(tx);
  const { rows } = await sql<{ line: string; key: string[] }>`
    select row_to_json(shown)::text as line, array[${sql.join(keys.map((column) => sql`${at(column)}::text`))}] as key
    from ${sql.table(name)} as held cross join lateral (select ${sql.join(shown)}) as shown
    where ${at('company_id')} = ${companyId} and ${isBehind}
    order by ${sql.join(keys.map(at))} limit ${page}`.execute(tx);
  return { lines: rows.map(({ line }) => line), lastKey: rows.at(-1)?.key ?? null };
}

async function countRows(tx: Tx, companyId: string): Promise<number> {
  const counts = exportedTables.map(
    ({ name }) => sql`(select count(*) from ${sql.table(name)} where company_id = ${companyId})`,
  );
  const { rows } = await sql<{ total: number }>`select (${sql.join(counts, sql` + `)})::integer as total`.execute(tx);
  return rows[0]?.total ?? 0;
}

/** A part of the archive, in order; undefined after the last. */
export async function readPart(
  tx: Tx,
  exportId: string,
  after: { readonly piece: number; readonly seq: number },
): Promise<{ readonly piece: number; readonly seq: number; readonly bytes: Uint8Array } | undefined> {
  return tx
    .selectFrom('data_export_part')
    .select(['piece', 'seq', 'bytes'])
    .where('export_id', '=', exportId)
    .where((where) =>
      where.or([
        where('piece', '>', after.piece),
        where.and([where('piece', '=', after.piece), where('seq', '>', after.seq)]),
      ]),
    )
    .orderBy('piece')
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
}

export async function countBytes(tx: Tx, exportId: string): Promise<number> {
  const { rows } = await sql<{ bytes: string | number }>`
    select coalesce(sum(length(bytes)), 0) as bytes from data_export_part where export_id = ${exportId}`.execute(tx);
  return Number(rows[0]?.bytes ?? 0);
}

/** Ends what has ended by itself: archives whose time is over, and those that never got ready. System transaction. */
export async function endExports(
  tx: Tx,
  { now, unfinishedSince }: { readonly now: Date; readonly unfinishedSince: Date },
): Promise<number> {
  const ended = await sql<{ export_id: string }>`
    update data_export set
      status = case when status = 'ready' then 'gone' else 'failed' end,
      reason = case when status = 'ready' then 'expired' else 'unfinished' end
    where (status = 'ready' and expires_at <= ${now}) or (status in ('waiting', 'making') and asked_at <= ${unfinishedSince})
    returning export_id`.execute(tx);
  const ids = ended.rows.map((row) => row.export_id);
  if (ids.length > 0) await tx.deleteFrom('data_export_part').where('export_id', 'in', ids).execute();
  return ids.length;
}

function toMaking(row: Selectable<DataExportTable>): Making {
  return {
    exportId: row.export_id,
    companyId: row.company_id,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    claim: row.claims,
    piece: row.next_piece,
    tableIndex: row.next_table,
    after: row.after_key,
    files: row.files,
  };
}

function toExport(row: Selectable<DataExportTable>): DataExport {
  return {
    id: row.export_id,
    status: row.status,
    reason: row.reason,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    rowsTotal: row.rows_total,
    rowsDone: row.rows_done,
    byteCount: row.byte_count === null ? null : Number(row.byte_count),
    readyAt: row.ready_at,
    expiresAt: row.expires_at,
  };
}
