import { readCompanyKey } from '../company/index.ts';
import {
  type Column,
  type Columns,
  type Connection,
  type Connections,
  type FileIntake,
  fileColumns,
  findMissing,
  guessColumns,
  readNameStamp,
  readTableFile,
  type TableFile,
  takeSamples,
} from '../connector/index.ts';
import { appendAudit } from '../platform/audit.ts';
import { toBatches } from '../platform/batches.ts';
import type { Database, Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { isId, newId, sha256 } from '../platform/ids.ts';
import { type ApplyParts, applyApplications } from './apply.ts';
import { planImport, type ReadRows, readRows } from './import-model.ts';
import {
  dropKept,
  expireImports,
  type FileImport,
  insertImport,
  keepApplications,
  lockConnection,
  readBytes,
  readImport,
  readNewestAge,
  readRecorded,
  readSame,
  readSeen,
  readShape,
  saveSeen,
  saveShape,
  settleImport,
  takeKept,
} from './import-store.ts';
import { dropSightings } from './poll-store.ts';

export interface ImportParts extends ApplyParts {
  readonly database: Database;
  readonly connections: Connections;
}

/** A file as it was handed in. */
export interface HandedIn {
  readonly name: string | null;
  readonly bytes: Uint8Array;
  /** True to confirm the columns anew though files of this shape are known. */
  readonly isAsking?: boolean;
}

/** What became of a file, with a few values of each column to recognise it by. */
export interface ImportResult extends FileImport {
  readonly sample: Readonly<Record<string, readonly string[]>>;
}

/** The way in of files, for ATSs without an API. */
export interface Imports {
  /**
   * Takes a file: at once when its columns were confirmed before, else it waits for `confirm`, a day at the most.
   * @throws RelayError request_conflict (not an ATS of files), request_too_large, file_not_understood.
   */
  take(connection: Connection, file: HandedIn, actor: string): Promise<ImportResult>;
  /**
   * Confirms the guess, changed where `columns` say so (null takes a column away), and takes the file. Repeating it changes
   * nothing. @throws RelayError request_not_found, request_conflict (expired), request_invalid naming the column.
   */
  confirm(importId: string, columns: ColumnChanges, actor: string): Promise<ImportResult>;
  /** What became of a file, or what a person is asked of one that waits. @throws RelayError request_not_found. */
  read(importId: string): Promise<ImportResult>;
  /** Drops files that nobody confirmed in time. For a ticker. */
  sweep(): Promise<number>;
}

export type ColumnChanges = Readonly<Partial<Record<Column, string | null | undefined>>>;

/** How long a file waits for confirmation. */
const confirmableMs = 24 * 3_600_000;
/** A stamp further ahead of its arrival is a wrong clock. */
const aheadMs = 7 * 24 * 3_600_000;
/** Applications per statement. */
const batchSize = 500;

export function openImports(parts: ImportParts): Imports {
  return {
    take: (connection, file, actor) => takeFile(parts, connection, file, actor),
    confirm: (importId, columns, actor) => confirmImport(parts, importId, columns, actor),
    async read(importId) {
      const { one, connection, bytes } = await findImport(parts, importId);
      return bytes ? withSample(one, readTableFile(bytes, requireIntake(parts, connection))) : { ...one, sample: {} };
    },
    sweep() {
      const now = parts.clock.now();
      return parts.database.forSystem((tx) => expireImports(tx, new Date(now.getTime() - confirmableMs), now));
    },
  };
}

/** @throws RelayError request_conflict. */
function requireIntake({ connections }: ImportParts, { connector }: Connection): FileIntake {
  const intake = connections.connector(connector)?.file;
  if (!intake) throw new RelayError('request_conflict', { message: `${connector} does not take files` });
  return intake;
}

async function takeFile(
  parts: ImportParts,
  connection: Connection,
  file: HandedIn,
  actor: string,
): Promise<ImportResult> {
  const intake = requireIntake(parts, connection);
  const table = readTableFile(file.bytes, intake);
  const guess = guessColumns(table.header, intake.columns);
  const receivedAt = parts.clock.now();
  return parts.database.forCompany(connection.companyId, async (tx) => {
    await lockConnection(tx, connection);
    const digest = sha256(file.bytes);
    const same = await readSame(tx, connection, digest);
    const known = file.isAsking ? undefined : await readShape(tx, connection, table.shape);
    const fresh: FileImport = {
      importId: newId(),
      companyId: connection.companyId,
      connectionId: connection.connectionId,
      state: 'needs-confirmation',
      name: file.name,
      sha256: digest,
      shape: table.shape,
      columns: known ?? guess,
      madeAt: same[0]?.madeAt ?? findAge(table, file.name, receivedAt),
      receivedAt,
      settledAt: null,
      rows: table.rows.length,
      rejections: 0,
      skipped: 0,
      setAside: [],
    };
    if (known) {
      const done = await apply(parts, tx, connection, fresh, table);
      await insertImport(tx, done, null);
      await tellDone(parts, tx, done, actor);
      return withSample(done, table);
    }
    const waiting = same.find(({ state }) => state === 'needs-confirmation');
    if (waiting) return withSample(waiting, table);
    await insertImport(tx, fresh, file.bytes);
    await tellFinished(parts, tx, fresh, 'needs-confirmation');
    return withSample(fresh, table);
  });
}

/** When the file was made, as it says; else as its name says; else now. */
function findAge({ madeAt }: TableFile, name: string | null, now: Date): Date {
  const told = madeAt ?? (name === null ? null : readNameStamp(name, now));
  return told && told.getTime() - now.getTime() < aheadMs ? told : now;
}

/** @throws RelayError request_not_found. */
async function findImport({ database, connections }: ImportParts, importId: string) {
  const { one, connection, bytes } = await database.forSystem(async (tx) => {
    const found = isId(importId) ? await readImport(tx, importId) : undefined;
    return {
      one: found,
      connection: found && (await connections.read(tx, found.connectionId)),
      bytes: found && (await readBytes(tx, found.importId)),
    };
  });
  if (!one || !connection) throw new RelayError('request_not_found', { message: 'there is no such import' });
  return { one, connection, bytes };
}

async function confirmImport(
  parts: ImportParts,
  importId: string,
  changes: ColumnChanges,
  actor: string,
): Promise<ImportResult> {
  const { database, clock } = parts;
  const { one, connection, bytes } = await findImport(parts, importId);
  if (one.state === 'done') return { ...one, sample: {} };
  if (!bytes)
    throw new RelayError('request_conflict', { message: 'nobody confirmed it within a day: import it again' });
  const intake = requireIntake(parts, connection);
  const table = readTableFile(bytes, intake);
  const columns = chooseColumns(intake, table, one.columns, changes);
  return database.forCompany(connection.companyId, async (tx) => {
    await lockConnection(tx, connection);
    const now = await readImport(tx, importId);
    if (now?.state !== 'needs-confirmation') return { ...(now ?? one), sample: {} };
    await saveShape(tx, connection, one.shape, columns, clock.now());
    const done = await apply(parts, tx, connection, { ...one, columns }, table);
    await settleImport(tx, done);
    await tellDone(parts, tx, done, actor);
    return withSample(done, table);
  });
}

/** @throws RelayError request_invalid when the file has no such column, or too little is named to read it. */
function chooseColumns(intake: FileIntake, table: TableFile, guess: Columns, changes: ColumnChanges): Columns {
  const named = fileColumns.flatMap((column) => {
    const change = changes[column];
    const name = change === undefined ? guess[column] : change?.normalize('NFKC').trim();
    if (name === undefined) return [];
    if (!intake.columns[column] || !table.header.includes(name))
      throw new RelayError('request_invalid', { message: `${column}: the file has no column ${name}` });
    return [[column, name] as const];
  });
  const columns: Columns = Object.fromEntries(named);
  const missing = findMissing(columns, intake.needs).map((choice) => choice.join(' or '));
  if (missing.length > 0)
    throw new RelayError('request_invalid', { message: `a column must be named for ${missing.join(', and for ')}` });
  return columns;
}

/** Does what the file says, and gives the import as it ended. The connection is locked. */
async function apply(
  parts: ImportParts,
  tx: Tx,
  { connectionId, connector, companyId }: Connection,
  one: FileImport,
  table: TableFile,
): Promise<FileImport> {
  const { connections, clock } = parts;
  const now = clock.now();
  const connection = await connections.read(tx, connectionId);
  const intake = connections.connector(connector)?.file;
  if (!connection || !intake) throw new RelayError('request_not_found', { message: 'the connection was removed' });
  const rows = readRows(table, intake, one.columns);
  const done = { ...one, state: 'done' as const, settledAt: now, rows: table.rows.length, setAside: rows.setAside };
  const rejections = await applyRows(parts, tx, connection, one, rows);
  if (!connection.markedAt) await connections.update(tx, connectionId, { markedAt: one.receivedAt });
  return { ...done, companyId, rejections, skipped: rows.applications.length - rejections };
}

/** @returns how many rejections are new. 0 for a file that is not newer than what was taken. */
async function applyRows(
  parts: ImportParts,
  tx: Tx,
  connection: Connection,
  one: FileImport,
  { applications }: ReadRows,
): Promise<number> {
  const before = (await readSame(tx, connection, one.sha256)).filter(({ state }) => state === 'done');
  const isCorrection = before.length > 0 && !before.some(({ columns }) => isSame(columns, one.columns));
  const newest = await readNewestAge(tx, connection);
  if ((before.length > 0 && !isCorrection) || (newest && one.madeAt < newest)) return 0;
  const refs = applications.map(({ applicationRef }) => applicationRef);
  const key = await readCompanyKey(tx, parts.vault, connection.companyId);
  const plan = planImport(applications, {
    madeAt: one.madeAt,
    receivedAt: one.receivedAt,
    markedAt: connection.markedAt,
    backfillFrom: connection.backfillFrom,
    seen: await readSeen(tx, connection, refs),
    recorded: await readRecorded(tx, connection, refs),
    isCorrection,
    digest: (text) => key.digest('import row', text),
  });
  const now = parts.clock.now();
  await dropKept(tx, connection, plan.drop);
  for (const batch of toBatches(plan.apply, batchSize))
    await applyApplications(parts, tx, connection, batch, new Map());
  for (const batch of toBatches(plan.keep, batchSize)) await keepApplications(tx, connection, batch, now);
  for (const batch of toBatches(plan.seen, batchSize)) await saveSeen(tx, connection, batch);
  return plan.rejections;
}

/**
 * Acts on what files told from before the mark, decided at or after the date an admin chose, as on what they tell anew.
 * In batches of one transaction each, so a run that breaks off has lost nothing and repeats nothing.
 */
export async function actOnKept(parts: ImportParts, connection: Connection, from: Date): Promise<void> {
  for (let isMore = true; isMore; ) {
    isMore = await parts.database.forCompany(connection.companyId, async (tx) => {
      await lockConnection(tx, connection);
      const kept = await takeKept(tx, connection, from, batchSize);
      await applyApplications(parts, tx, connection, kept, new Map());
      await dropSightings(tx, connection.connectionId, kept);
      return kept.length === batchSize;
    });
  }
}

function isSame(a: Columns, b: Columns): boolean {
  return fileColumns.every((column) => a[column] === b[column]);
}

function withSample(one: FileImport, table: TableFile): ImportResult {
  return { ...one, sample: takeSamples(table, one.columns) };
}

async function tellDone(parts: ImportParts, tx: Tx, one: FileImport, actor: string): Promise<void> {
  const { rows, rejections, skipped, setAside } = one;
  await tellFinished(parts, tx, one, 'done');
  await appendAudit(tx, {
    companyId: one.companyId,
    at: one.settledAt ?? one.receivedAt,
    actor,
    action: 'import.done',
    subject: one.importId,
    detail: { connectionId: one.connectionId, rows, rejections, skipped, setAside: setAside.length },
  });
}

function tellFinished(
  { events }: ImportParts,
  tx: Tx,
  { importId, companyId, connectionId, rows, rejections, setAside }: FileImport,
  state: 'needs-confirmation' | 'done',
): Promise<void> {
  const told = { companyId, importId, connectionId, state, rows, rejections, setAside: setAside.length };
  return events.publish(tx, 'import-finished', [told]);
}
