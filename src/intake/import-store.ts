import { type Selectable, sql } from 'kysely';
import type { Columns, RejectedApplication } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';
import { toJapaneseDay } from '../platform/japan.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { FileImportState, FileImportTable, SetAside } from '../platform/tables.ts';
import { type SeenRow, toApplicationFromContent } from './import-model.ts';

/** Whose file. */
export interface Place {
  readonly companyId: string;
  readonly connectionId: string;
}

/** One file that was handed in, and what came of it. Its bytes are not in it. */
export interface FileImport extends Place {
  readonly importId: string;
  readonly state: FileImportState;
  readonly name: string | null;
  readonly sha256: string;
  readonly shape: string;
  readonly columns: Columns;
  /** The file's age. */
  readonly madeAt: Date;
  readonly receivedAt: Date;
  readonly settledAt: Date | null;
  readonly rows: number;
  readonly rejections: number;
  readonly skipped: number;
  readonly setAside: readonly SetAside[];
}

/** Holds the connection until the transaction ends: two imports of it follow each other. */
export async function lockConnection(tx: Tx, { connectionId }: Place): Promise<void> {
  await tx
    .selectFrom('connection')
    .select('connection_id')
    .where('connection_id', '=', connectionId)
    .forUpdate()
    .execute();
}

export async function insertImport(tx: Tx, one: FileImport, bytes: Uint8Array | null): Promise<void> {
  await tx
    .insertInto('file_import')
    .values({
      import_id: one.importId,
      company_id: one.companyId,
      connection_id: one.connectionId,
      name: one.name,
      sha256: one.sha256,
      shape: one.shape,
      made_at: one.madeAt,
      received_at: one.receivedAt,
      bytes: bytes && Buffer.from(bytes),
      ...toOutcome(one),
    })
    .execute();
}

/** Writes what came of a file; its bytes go. */
export async function settleImport(tx: Tx, one: FileImport): Promise<void> {
  await tx
    .updateTable('file_import')
    .set({ ...toOutcome(one), bytes: null })
    .where('import_id', '=', one.importId)
    .execute();
}

function toOutcome(one: FileImport) {
  return {
    state: one.state,
    columns: JSON.stringify(one.columns),
    settled_at: one.settledAt,
    row_count: one.rows,
    rejections: one.rejections,
    skipped: one.skipped,
    set_aside: JSON.stringify(one.setAside),
  };
}

const shown = [
  'import_id',
  'company_id',
  'connection_id',
  'state',
  'name',
  'sha256',
  'shape',
  'columns',
  'made_at',
  'received_at',
  'settled_at',
  'row_count',
  'rejections',
  'skipped',
  'set_aside',
] as const;

export async function readImport(tx: Tx, importId: string): Promise<FileImport | undefined> {
  const row = await tx.selectFrom('file_import').select(shown).where('import_id', '=', importId).executeTakeFirst();
  return row && toImport(row);
}

/** The bytes of a file that waits for confirmation. */
export async function readBytes(tx: Tx, importId: string): Promise<Uint8Array | undefined> {
  const row = await tx.selectFrom('file_import').select('bytes').where('import_id', '=', importId).executeTakeFirst();
  return row?.bytes ?? undefined;
}

/** The imports of the very same bytes, oldest first. */
export async function readSame(tx: Tx, { connectionId }: Place, sha256: string): Promise<readonly FileImport[]> {
  const rows = await tx
    .selectFrom('file_import')
    .select(shown)
    .where('connection_id', '=', connectionId)
    .where('sha256', '=', sha256)
    .orderBy('import_id')
    .execute();
  return rows.map(toImport);
}

/** The age of the newest file that was taken; null before the first. */
export async function readNewestAge(tx: Tx, { connectionId }: Place): Promise<Date | null> {
  const row = await tx
    .selectFrom('file_import')
    .select((from) => from.fn.max('made_at').as('newest'))
    .where('connection_id', '=', connectionId)
    .where('state', '=', 'done')
    .executeTakeFirst();
  return row?.newest ?? null;
}

/** Files that wait until somebody confirms their columns; without removed connections. */
export async function countWaitingImports(tx: Tx, companyId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('file_import')
    .innerJoin('connection', 'connection.connection_id', 'file_import.connection_id')
    .select((row) => row.fn.countAll<string>().as('count'))
    .where('file_import.company_id', '=', companyId)
    .where('file_import.state', '=', 'needs-confirmation')
    .where('connection.removed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Newest first. */
export async function listImports(
  tx: Tx,
  { connectionId, cursor, limit }: PageRequest & { readonly connectionId: string },
): Promise<Page<FileImport & { readonly id: string }>> {
  let query = tx.selectFrom('file_import').select(shown).where('connection_id', '=', connectionId);
  if (cursor) query = query.where('import_id', '<', cursor);
  const rows = await query
    .orderBy('import_id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage(
    rows.map((row) => ({ id: row.import_id, ...toImport(row) })),
    limit,
  );
}

/** Drops the files that nobody confirmed in time. Gives how many. */
export async function expireImports(tx: Tx, receivedBefore: Date, now: Date): Promise<number> {
  const result = await tx
    .updateTable('file_import')
    .set({ state: 'expired', bytes: null, settled_at: now })
    .where('state', '=', 'needs-confirmation')
    .where('received_at', '<', receivedBefore)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

export async function readShape(tx: Tx, { connectionId }: Place, shape: string): Promise<Columns | undefined> {
  const row = await tx
    .selectFrom('file_shape')
    .select('columns')
    .where('connection_id', '=', connectionId)
    .where('shape', '=', shape)
    .executeTakeFirst();
  return row?.columns;
}

export async function saveShape(
  tx: Tx,
  { companyId, connectionId }: Place,
  shape: string,
  columns: Columns,
  now: Date,
): Promise<void> {
  const values = { columns: JSON.stringify(columns), confirmed_at: now };
  await tx
    .insertInto('file_shape')
    .values({ connection_id: connectionId, company_id: companyId, shape, ...values })
    .onConflict((conflict) => conflict.columns(['connection_id', 'shape']).doUpdateSet(values))
    .execute();
}

/** How these applications were last seen. */
export async function readSeen(
  tx: Tx,
  { connectionId }: Place,
  applicationRefs: readonly string[],
): Promise<ReadonlyMap<string, SeenRow>> {
  const rows = await tx
    .selectFrom('seen_row')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .where(sql<boolean>`application_ref = any(${sql.val([...applicationRefs])}::text[])`)
    .execute();
  return new Map(
    rows.map((row) => [
      row.application_ref,
      {
        applicationRef: row.application_ref,
        state: row.state,
        decidedAt: row.decided_at,
        digest: row.digest,
        madeAt: row.made_at,
      },
    ]),
  );
}

export async function saveSeen(tx: Tx, { companyId, connectionId }: Place, rows: readonly SeenRow[]): Promise<void> {
  if (rows.length === 0) return;
  const named = rows.map((row) => ({
    application_ref: row.applicationRef,
    state: row.state,
    decided_at: row.decidedAt,
    digest: row.digest,
    made_at: row.madeAt,
  }));
  await sql`
    insert into seen_row (connection_id, company_id, application_ref, state, decided_at, digest, made_at)
    select ${connectionId}::uuid, ${companyId}::uuid, application_ref, state, decided_at, digest, made_at
    from jsonb_to_recordset(${JSON.stringify(named)}::jsonb)
      as told(application_ref text, state text, decided_at timestamptz, digest text, made_at timestamptz)
    on conflict (connection_id, application_ref) do update
      set state = excluded.state, decided_at = excluded.decided_at, digest = excluded.digest, made_at = excluded.made_at`.execute(
    tx,
  );
}

/** Which of these applications have, at the instant they were seen rejected at, a rejection of ours. */
export async function readRecorded(
  tx: Tx,
  { connectionId }: Place,
  refs: readonly string[],
): Promise<ReadonlySet<string>> {
  const result = await sql<{ application_ref: string }>`
    select seen_row.application_ref from seen_row
    join rejection on rejection.connection_id = seen_row.connection_id
      and rejection.application_ref = seen_row.application_ref and rejection.decided_at = seen_row.decided_at
    where seen_row.connection_id = ${connectionId} and seen_row.application_ref = any(${sql.val([...refs])}::text[])`.execute(
    tx,
  );
  return new Set(result.rows.map((row) => row.application_ref));
}

/** Keeps what was decided before the mark, as the file tells it now. */
export async function keepApplications(
  tx: Tx,
  { companyId, connectionId }: Place,
  applications: readonly RejectedApplication[],
  now: Date,
): Promise<void> {
  if (applications.length === 0) return;
  await tx
    .insertInto('sighting')
    .values(
      applications.map((application) => ({
        connection_id: connectionId,
        company_id: companyId,
        application_ref: application.applicationRef,
        decided_at: application.decidedAt,
        seen_at: now,
        content: JSON.stringify(application),
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'application_ref', 'decided_at'])
        .doUpdateSet((excluded) => ({ content: excluded.ref('excluded.content') })),
    )
    .execute();
}

/** Lets go of what was kept of these applications. */
export async function dropKept(tx: Tx, { connectionId }: Place, applicationRefs: readonly string[]): Promise<void> {
  if (applicationRefs.length === 0) return;
  await tx
    .deleteFrom('sighting')
    .where('connection_id', '=', connectionId)
    .where(sql<boolean>`application_ref = any(${sql.val([...applicationRefs])}::text[])`)
    .execute();
}

/**
 * What was kept from files and decided at or after `from`, oldest first. A day without an hour counts when it is the day of
 * `from` in Japan.
 */
export async function takeKept(
  tx: Tx,
  { connectionId }: Place,
  from: Date,
  limit: number,
): Promise<readonly RejectedApplication[]> {
  const rows = await tx
    .selectFrom('sighting')
    .select('content')
    .where('connection_id', '=', connectionId)
    .where('content', 'is not', null)
    .where((row) =>
      row.or([
        row('decided_at', '>=', from),
        row.and([
          row('decided_at', '>=', toJapaneseDay(from)),
          sql<boolean>`(decided_at at time zone 'Asia/Tokyo')::time = '00:00'`,
        ]),
      ]),
    )
    .orderBy('decided_at')
    .orderBy('application_ref')
    .limit(limit)
    .execute();
  return rows.map(({ content }) => toApplicationFromContent(content));
}

function toImport(row: Pick<Selectable<FileImportTable>, (typeof shown)[number]>): FileImport {
  return {
    importId: row.import_id,
    companyId: row.company_id,
    connectionId: row.connection_id,
    state: row.state,
    name: row.name,
    sha256: row.sha256,
    shape: row.shape,
    columns: row.columns,
    madeAt: row.made_at,
    receivedAt: row.received_at,
    settledAt: row.settled_at,
    rows: row.row_count,
    rejections: row.rejections,
    skipped: row.skipped,
    setAside: row.set_aside,
  };
}
