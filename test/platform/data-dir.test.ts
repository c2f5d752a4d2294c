import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { DataDirBusyError, holdDataDir } from '../../src/platform/data-dir.ts';

const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'career-relay-lock-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Another process that holds the folder until it is killed. */
async function holdElsewhere(folder: string) {
  const module = new URL('../../src/platform/data-dir.ts', import.meta.url).href;
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { holdDataDir } = await import('${module}'); holdDataDir('${folder}'); console.log('held'); setInterval(() => {}, 1e6);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  return child;
}

test('a second process is refused at once, told by whom, and let in when the first was killed', async () => {
  const folder = makeFolder();
  const child = await holdElsewhere(folder);

  expect(() => holdDataDir(folder)).toThrow(DataDirBusyError);
  expect(() => holdDataDir(folder)).toThrow(new RegExp(`process ${child.pid} `));

  child.kill('SIGKILL');
  await once(child, 'exit');
  holdDataDir(folder).release();
});

test('a folder given back can be taken again', () => {
  const folder = makeFolder();

  holdDataDir(folder).release();

  holdDataDir(folder).release();
});

test('a kept file is made once, for the owner alone', () => {
  const folder = makeFolder();
  const dataDir = holdDataDir(folder);

  const first = dataDir.keep('admin-token', () => 'one');
  const second = dataDir.keep('admin-token', () => 'two');
  dataDir.release();

  expect([first, second]).toEqual(['one', 'one']);
  expect(statSync(join(folder, 'admin-token')).mode & 0o777).toBe(0o600);
});
