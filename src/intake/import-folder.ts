import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, type Connections, mostBytes } from '../connector/index.ts';
import type { Database } from '../platform/database.ts';
import { isError, RelayError, toRelayError } from '../platform/errors.ts';
import { isId, sha256 } from '../platform/ids.ts';
import { takeTurn } from '../platform/lease.ts';
import type { Log } from '../platform/log.ts';
import { readImport } from './import-store.ts';
import type { Imports } from './imports.ts';

export interface FolderParts {
  /** Holds one folder for each connection, named by its id. */
  readonly folder: string;
  readonly database: Database;
  readonly connections: Pick<Connections, 'read'>;
  readonly imports: Pick<Imports, 'take'>;
  readonly log: Log;
}

/** How a file looked the last time. */
interface Look {
  readonly size: number;
  readonly changedMs: number;
  /** The import that waits for confirmation. */
  readonly importId?: string;
}

/** Longer than one file can take; a worker that dies is succeeded then. */
const holdMs = 5 * 60_000;

/**
 * Watches `<folder>/<connection id>/`. A file that looked the same twice is taken; then it is moved to `done/`, or to
 * `refused/` with the reason beside it. One that waits for confirmation stays. Links are not followed, and nothing is
 * touched outside the folder.
 * @returns a sweep for a ticker; safe in several processes at once.
 */
export function watchFolder(parts: FolderParts): () => Promise<void> {
  const looks = new Map<string, Look>();
  return async () => {
    await mkdir(parts.folder, { recursive: true });
    const root = await realpath(parts.folder);
    for (const entry of await readdir(root, { withFileTypes: true })) {
      if (!entry.isDirectory() || !isId(entry.name)) continue;
      const connection = await parts.database.forSystem((tx) => parts.connections.read(tx, entry.name));
      if (!connection) continue;
      await takeTurn(parts.database, `import-folder:${entry.name}`, { holdMs }, () =>
        sweepOne(parts, looks, join(root, entry.name), connection),
      );
    }
  };
}

async function sweepOne(
  parts: FolderParts,
  looks: Map<string, Look>,
  folder: string,
  connection: Connection,
): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // What begins with a dot is being written by somebody's copying program.
    if (entry.isDirectory() || entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    try {
      await lookAt(parts, looks, folder, entry.name, connection);
    } catch (thrown) {
      const error = toRelayError(thrown);
      if (error.kind === 'transient' || error.kind === 'internal') throw error;
      looks.delete(path);
      await refuse(folder, entry.name, error);
      parts.log.warn(
        { connectionId: connection.connectionId, code: error.code },
        'a file in the watched folder was refused',
      );
    }
  }
}

async function lookAt(
  parts: FolderParts,
  looks: Map<string, Look>,
  folder: string,
  name: string,
  connection: Connection,
): Promise<void> {
  const path = join(folder, name);
  const found = await lstat(path).catch(ignoreMissing);
  if (!found) return;
  if (!found.isFile()) throw new RelayError('file_not_understood', { message: 'it is a link or no file' });
  const before = looks.get(path);
  const look: Look = { size: found.size, changedMs: found.mtimeMs };
  if (before?.size !== look.size || before.changedMs !== look.changedMs) return void looks.set(path, look);
  if (before.importId !== undefined && (await isWaiting(parts, before.importId))) return;
  const bytes = await readOwn(path);
  const result = await parts.imports.take(connection, { name, bytes }, 'system');
  if (result.state === 'needs-confirmation') return void looks.set(path, { ...look, importId: result.importId });
  looks.delete(path);
  await move(path, join(folder, 'done'), name, sha256(bytes));
}

async function isWaiting({ database }: FolderParts, importId: string): Promise<boolean> {
  const found = await database.forSystem((tx) => readImport(tx, importId));
  return found?.state === 'needs-confirmation';
}

/** Reads a plain file; a link that took its place meanwhile is not followed. @throws RelayError request_too_large. */
async function readOwn(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if ((await file.stat()).size > mostBytes) throw new RelayError('request_too_large');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function refuse(folder: string, name: string, { code, message, userMessage }: RelayError): Promise<void> {
  const to = await move(join(folder, name), join(folder, 'refused'), name, code);
  if (to === undefined) return;
  await writeFile(`${to}.reason.txt`, `${userMessage.ja}\n${userMessage.en}\n${message} (${code})\n`, {
    flag: 'wx',
  }).catch(ignoreExisting);
}

/** Moves within the connection's folder; a file of the same name stays, and this one gets `mark` behind its name. */
async function move(path: string, to: string, name: string, mark: string): Promise<string | undefined> {
  await mkdir(to, { recursive: true });
  if (!(await lstat(to)).isDirectory())
    throw new RelayError('internal_error', { message: 'done or refused is a link' });
  const isTaken = await lstat(join(to, name)).catch(ignoreMissing);
  const target = join(to, isTaken ? `${name}.${mark.slice(0, 12)}` : name);
  try {
    await rename(path, target);
    return target;
  } catch (thrown) {
    return ignoreMissing(thrown);
  }
}

function ignoreMissing(thrown: unknown): undefined {
  if (isError(thrown) && thrown.code === 'ENOENT') return undefined;
  throw thrown;
}

function ignoreExisting(thrown: unknown): undefined {
  if (isError(thrown) && thrown.code === 'EEXIST') return undefined;
  throw thrown;
}
