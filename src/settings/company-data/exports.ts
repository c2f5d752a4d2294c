import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { dayMs } from '../../platform/japan.ts';
import type { JobData, Jobs } from '../../platform/jobs.ts';
import type { ExportedFile } from '../../platform/tables.ts';
import {
  addParts,
  claimExport,
  countBytes,
  type DataExport,
  endExports,
  insertExport,
  type Making,
  readExport,
  readPart,
  readRows,
} from './export-store.ts';
import { exportedTables, exportVersion, leftOut } from './exported.ts';
import { addToCrc, lastBlock, toDirectory, toLocalHeader, zipBytesMax } from './zip.ts';

export interface ExportParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  /** Rows of one file at the most, and about as many as one job takes, which must be over within minutes; 100,000. */
  readonly rowsPerFile?: number;
}

interface ExportJob extends JobData {
  readonly exportId: string;
}

/** Archives of what is held of a company. */
export interface Exports {
  /** @throws RelayError request_conflict while one is in the making. */
  ask(companyId: string, actor: string): Promise<DataExport>;
  /** Notes that somebody takes it away. @returns its bytes, in parts. @throws RelayError request_not_found, export_not_ready. */
  download(
    companyId: string,
    exportId: string,
    actor: string,
  ): Promise<{ readonly byteCount: number; readonly parts: AsyncIterable<Uint8Array> }>;
  /** Deletes archives whose time is over. */
  sweep(): Promise<number>;
}

/** How long a finished archive can be downloaded. */
export const exportKeptDays = 7;
const usualRows = 100_000;
/** Stored, so never renamed. */
const queue = 'settings.export';

export function openExports(parts: ExportParts): Exports {
  const { database, clock, jobs } = parts;
  jobs.define<ExportJob>({
    name: queue,
    batch: 1,
    async handle(asked) {
      for (const { companyId, exportId } of asked) await makeOn(parts, companyId, exportId);
    },
  });

  return {
    ask: (companyId, actor) =>
      database.forCompany(companyId, async (tx) => {
        const now = clock.now();
        const exportId = newId();
        const asked = await insertExport(tx, { exportId, companyId, askedBy: actor, now });
        if (!asked) throw new RelayError('request_conflict', { message: 'an export is in the making already' });
        await appendAudit(tx, { companyId, at: now, actor, action: 'export.asked', subject: exportId });
        await jobs.enqueue<ExportJob>(tx, queue, [{ companyId, exportId }]);
        return asked;
      }),

    async download(companyId, exportId, actor) {
      const byteCount = await database.forCompany(companyId, async (tx) => {
        const known = await readExport(tx, companyId, exportId);
        if (!known) throw new RelayError('request_not_found', { message: 'there is no such export' });
        const at = clock.now();
        if (known.status !== 'ready' || known.byteCount === null || (known.expiresAt && known.expiresAt <= at))
          throw new RelayError('export_not_ready');
        await appendAudit(tx, { companyId, at, actor, action: 'export.downloaded', subject: exportId });
        return known.byteCount;
      });
      return { byteCount, parts: readParts(database, companyId, exportId) };
    },

    sweep() {
      const now = clock.now();
      return database.forSystem((tx) => endExports(tx, { now, unfinishedSince: new Date(now.getTime() - dayMs) }));
    },
  };
}

/** One part after the other, so that memory holds one, however large the archive is. */
async function* readParts(database: Database, companyId: string, exportId: string): AsyncGenerator<Uint8Array> {
  let after = { piece: -1, seq: -1 };
  for (;;) {
    const part = await database.forCompany(companyId, (tx) => readPart(tx, exportId, after));
    if (!part) return;
    yield part.bytes;
    after = part;
  }
}

/** Makes files until enough was done for one job, and hands the rest to the next. Running twice changes nothing more. */
async function makeOn(parts: ExportParts, companyId: string, exportId: string): Promise<void> {
  const { database, jobs, rowsPerFile = usualRows } = parts;
  let making = await database.forCompany(companyId, (tx) => claimExport(tx, exportId));
  for (let rows = 0; making && rows < rowsPerFile; ) {
    if (making.tableIndex >= exportedTables.length) return finish(parts, making);
    const before = making;
    making = await makeFile(parts, before);
    rows += making?.files.at(-1)?.rows ?? 0;
  }
  if (making) await database.forCompany(companyId, (tx) => jobs.enqueue(tx, queue, [{ companyId, exportId }]));
}

const deflate = promisify<Buffer, object, Buffer>(deflateRaw);
/** Each piece ends at a whole byte, so that pieces of different processes make one stream. */
const flushed = { finishFlush: constants.Z_SYNC_FLUSH };

/** Writes one file: a table, or as much of it as one file holds. @returns what is next; undefined when another makes it now. */
async function makeFile(
  { database, rowsPerFile = usualRows }: ExportParts,
  making: Making,
): Promise<Making | undefined> {
  const table = exportedTables[making.tableIndex];
  if (!table) return making;
  const inCompany = <T>(work: (tx: Tx) => Promise<T>) => database.forCompany(making.companyId, work);
  const hash = createHash('sha256');
  let { after } = making;
  let file = { rows: 0, bytes: 0, packedBytes: 0, crc: 0 };
  let isWhole = false;
  for (let seq = 1; !isWhole && file.rows < rowsPerFile; seq += 1) {
    const { lines, lastKey } = await inCompany((tx) => readRows(tx, making.companyId, table, after));
    isWhole = lines.length < table.page;
    if (lines.length === 0) break;
    const text = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
    hash.update(text);
    const bytes = await deflate(text, flushed);
    if (!(await inCompany((tx) => addParts(tx, making, [{ seq, bytes }], { rows: lines.length })))) return undefined;
    after = lastKey;
    file = {
      rows: file.rows + lines.length,
      bytes: file.bytes + text.length,
      packedBytes: file.packedBytes + bytes.length,
      crc: addToCrc(file.crc, text),
    };
  }
  const done: ExportedFile = {
    ...file,
    packedBytes: file.packedBytes + lastBlock.length,
    name: toName(table.name, making),
    table: table.name,
    sha256: hash.digest('hex'),
  };
  const next = {
    piece: making.piece + 1,
    tableIndex: isWhole ? making.tableIndex + 1 : making.tableIndex,
    after: isWhole ? null : after,
    files: [...making.files, done],
  };
  const frame = [
    { seq: 0, bytes: toLocalHeader(done, making.askedAt) },
    { seq: lastSeq, bytes: lastBlock },
  ];
  const isOurs = await inCompany((tx) => addParts(tx, making, frame, { next }));
  return isOurs ? { ...making, ...next, claim: making.claim } : undefined;

  function toName(name: string, { files }: Making): string {
    const earlier = files.filter((one) => one.table === name).length;
    return earlier === 0 ? `${name}.jsonl` : `${name}-${earlier + 1}.jsonl`;
  }
}

const lastSeq = 2_147_483_647;

/** Writes the manifest and the directory, and says that the archive is ready. */
async function finish({ database, clock }: ExportParts, making: Making): Promise<void> {
  const { companyId, exportId, askedAt } = making;
  const now = clock.now();
  const text = Buffer.from(`${JSON.stringify(toManifest(making, now), null, 2)}\n`, 'utf8');
  const packed = await deflate(text, {});
  const name = 'manifest.json';
  const manifest = { name, crc: addToCrc(0, text), packedBytes: packed.length, bytes: text.length };
  const entries = [...making.files, manifest];
  await database.forCompany(companyId, async (tx) => {
    const parts = [
      { seq: 0, bytes: toLocalHeader(manifest, askedAt) },
      { seq: 1, bytes: packed },
      { seq: lastSeq, bytes: toDirectory(entries, askedAt) },
    ];
    const size = (await countBytes(tx, exportId)) + parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isTooLarge = size > zipBytesMax || entries.some(({ bytes }) => bytes > zipBytesMax);
    if (isTooLarge) {
      await addParts(tx, making, [], { failed: 'too-large' });
      await tx.deleteFrom('data_export_part').where('export_id', '=', exportId).execute();
      return;
    }
    const expiresAt = new Date(now.getTime() + exportKeptDays * dayMs);
    if (!(await addParts(tx, making, parts, { ready: { byteCount: size, at: now, expiresAt } }))) return;
    const rows = making.files.reduce((sum, file) => sum + file.rows, 0);
    const detail = { bytes: size, rows };
    await appendAudit(tx, { companyId, at: now, actor: 'system', action: 'export.made', subject: exportId, detail });
  });
}

/** The lines were read one page after the other, so the archive is no picture of one instant: it says between which two. */
function toManifest({ exportId, companyId, askedBy, askedAt, files }: Making, now: Date) {
  return {
    version: exportVersion,
    exportId,
    companyId,
    askedBy,
    readFrom: askedAt.toISOString(),
    readUntil: now.toISOString(),
    files: files.map(({ name, table, rows, bytes, sha256 }) => ({ name, table, rows, bytes, sha256 })),
    leftOut: {
      tables: leftOut,
      columns: Object.fromEntries(
        exportedTables.flatMap(({ name, without }) => (without.length > 0 ? [[name, without]] : [])),
      ),
    },
  };
}
