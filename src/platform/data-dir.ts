import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isError } from './errors.ts';

/** Says which process already works on the folder. The operator must stop it or choose another DATA_DIR. */
export class DataDirBusyError extends Error {
  override readonly name = 'DataDirBusyError';
}

/** The folder of the embedded database, held by this process alone. */
export interface DataDir {
  readonly path: string;
  /** Reads a small file, or makes it with mode 0600 on first use. */
  keep(name: string, make: () => string): string;
  release(): void;
}

/**
 * Takes the folder for this process. PGlite does not guard its directory, and two processes on it lose rows.
 * The lock is SQLite's own file lock, which the operating system drops with the process, however it ends.
 * @throws DataDirBusyError at once when another process holds it.
 */
export function holdDataDir(path: string): DataDir {
  const folder = resolve(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(folder);
  writeFileSync(join(folder, 'holder'), `process ${process.pid} on ${hostname()}\n`);
  return { path: folder, keep: (name, make) => keepFile(join(folder, name), make), release: () => letGo(lock) };
}

/** The same folder without the lock, for processes that share a PostgreSQL. */
export function shareDataDir(path: string): DataDir {
  const folder = resolve(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { path: folder, keep: (name, make) => keepFile(join(folder, name), make), release: () => undefined };
}

/** Reads a small file of the folder without holding it; undefined when there is none. */
export function peekDataDir(path: string, name: string): string | undefined {
  const file = join(resolve(path), name);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function letGo(lock: DatabaseSync): void {
  held.delete(lock);
  lock.close();
}

/** Locks in force. A lock nobody refers to would be let go by the garbage collector while the process still works. */
const held = new Set<DatabaseSync>();

function takeLock(folder: string): DatabaseSync {
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
    held.add(lock);
    return lock;
  } catch (error) {
    lock.close();
    if (!isError(error) || !error.message.includes('locked')) throw error;
    const holder = peekDataDir(folder, 'holder') ?? 'another process';
    throw new DataDirBusyError(
      `DATA_DIR ${folder} is in use by ${holder}. Stop that process, choose another DATA_DIR, or use DATABASE_URL to run several.`,
    );
  }
}

function keepFile(file: string, make: () => string): string {
  try {
    writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(isError(error) && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
