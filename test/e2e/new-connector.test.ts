import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** A copy of what a connector's author works in. */
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'career-relay-new-'));
  const house = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'manifest.json',
    'build-page.ts',
    'vite.config.ts',
  ];
  for (const part of [...house, 'connectors', 'src', 'test', 'templates', 'dist-page'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly output: string;
}

async function node(...args: readonly string[]): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd: copy, timeout: 120_000 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    };
    return { code, output: stdout + stderr };
  }
}

test('a new connector compiles, is listed, and the suite says line by line what it misses', async () => {
  const made = await node('connectors/new-connector.ts', 'acme-hire');
  const types = await node('node_modules/typescript/bin/tsc', '--noEmit');
  const suite = await node(
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    ...['test/contract/connectors', '-t', 'acme-hire'],
  );

  expect(made).toEqual({ code: 0, output: expect.stringContaining('made  connectors/acme-hire/index.ts') });
  expect(types).toEqual({ code: 0, output: '' });
  expect(suite.code).toBe(1);
  const lines = suite.output.split('\n').map((line) => line.trim());
  const missing = [...new Set(lines.filter((line) => line.startsWith('acme-hire: missing ')))];
  for (const part of ['title', 'docs', 'a way in', 'fake.ts', 'fixtures', 'README.md', 'manifest.json', 'cannot'])
    expect(missing.filter((line) => line.startsWith(`acme-hire: missing ${part}`))).toHaveLength(1);
}, 180_000);

test.each([
  ['a name that is no id', 'Acme Hire'],
  ['a connector that is there', 'greenhouse'],
  ['nothing', ''],
])('%s makes nothing', async (_what, id) => {
  const before = readFileSync(join(copy, 'connectors/index.ts'), 'utf8');

  const { code, output } = await node('connectors/new-connector.ts', id);

  expect(code).toBe(1);
  expect(output).toMatch(/is no id|is there already/);
  expect(readFileSync(join(copy, 'connectors/index.ts'), 'utf8')).toBe(before);
});
