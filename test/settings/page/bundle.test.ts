import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';

const folder = fileURLToPath(new URL('../../../dist-page', import.meta.url));

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}
const manifest = JSON.parse(readFileSync(join(folder, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>;

/** The files a browser needs before these parts run. */
function listFiles(parts: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const files = new Set<string>();
  const visit = (part: string) => {
    const chunk = manifest[part];
    if (!chunk) throw new Error(`nothing was built from ${part}`);
    if (seen.has(part)) return;
    seen.add(part);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    chunk.imports?.forEach(visit);
  };
  parts.forEach(visit);
  return files;
}

const weigh = (files: ReadonlySet<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);

const entry = ['index.html', 'texts/ja.json'];

test.each([
  ['signing in', [...entry, 'sign-in/sign-in.tsx']],
  ['the mapping', [...entry, 'parts/shell.tsx', 'mapping/mapping-page.tsx']],
  ['the dashboard, without its pictures', [...entry, 'parts/shell.tsx', 'dashboard/dashboard-page.tsx']],
  ['the activity', [...entry, 'parts/shell.tsx', 'activity/activity-page.tsx']],
  ['the credits, without their picture', [...entry, 'parts/shell.tsx', 'credits/credits-page.tsx']],
])('the first view of %s weighs at most 350 kB', (_name, parts) => {
  const weight = weigh(listFiles(parts));

  expect(weight).toBeGreaterThan(50_000);
  expect(weight).toBeLessThan(350_000);
});

test('what only one page needs is loaded with that page', () => {
  const first = [...listFiles(['index.html'])].map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');

  expect(first.includes('createRoot')).toBe(true);
  for (const word of ['recharts', '/credits/entries', '台帳に残ります'])
    expect({ word, isThere: first.includes(word) }).toEqual({ word, isThere: false });
});

test('it is built for use, not for development', () => {
  const first = [...listFiles(['index.html'])].map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');

  expect(first.includes('Invalid hook call')).toBe(false);
});

test('nothing of the server is in what browsers load', () => {
  const scripts = readdirSync(join(folder, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(folder, 'assets', name), 'utf8'))
    .join('\n');

  expect(scripts.includes('/api/v1')).toBe(true);
  for (const word of ['ZodError', 'fastify', 'kysely', 'ADMIN_TOKEN', 'better-auth'])
    expect({ word, isThere: scripts.includes(word) }).toEqual({ word, isThere: false });
});
