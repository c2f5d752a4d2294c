import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { connectors } from '../connectors/index.ts';
import { toListing } from '../connectors/manifest.ts';
import { modes } from '../src/connector/index.ts';

const root = new URL('../', import.meta.url);
const readText = (path: string) => readFileSync(new URL(path, root), 'utf8');
const readJson = (path: string): unknown => JSON.parse(readText(path));

const schema = z.fromJSONSchema(readJson('manifest.schema.json') as Parameters<typeof z.fromJSONSchema>[0]);

interface Listed {
  readonly id: string;
  readonly install: string | null;
  readonly redirect: object;
}
type Manifest = Record<string, unknown> & {
  readonly name: string;
  readonly version: string;
  readonly icon: string;
  readonly connectors: readonly Listed[];
};
const manifest = readJson('manifest.json') as Manifest;

test('the manifest fits its schema', () => {
  expect(schema.safeParse(manifest).error?.issues).toBeUndefined();
});

test.each([
  ['a field nobody knows', { ...manifest, rating: 5 }],
  ['no privacy address', { ...manifest, addresses: { home: '/', support: '/', settings: '/' } }],
  ['an address without https', { ...manifest, publisher: { name: 'x', url: 'http://x.example' } }],
  ['a text in one language', { ...manifest, tagline: { ja: 'あ' } }],
  ['no connector', { ...manifest, connectors: [] }],
  [
    'a mode that is impossible without a reason',
    {
      ...manifest,
      connectors: manifest.connectors.map((connector) => ({
        ...connector,
        modes: Object.fromEntries(modes.map((mode) => [mode, { possible: false }])),
      })),
    },
  ],
])('the schema refuses %s', (_name, wrong) => {
  expect(schema.safeParse(wrong).success).toBe(false);
});

test('the manifest lists the connectors as they are declared, in their order (else run: npm run manifest)', () => {
  expect(manifest.connectors).toEqual(JSON.parse(JSON.stringify(connectors.map(toListing))));
});

test('a connector that is installed by agreeing in the ATS has a path back, and one that is not says why', () => {
  const text = { ja: expect.stringMatching(/./), en: expect.stringMatching(/./) };
  for (const { id, install, redirect } of manifest.connectors) {
    const back = install === null ? { path: null, reason: text } : { path: `/install/${id}/callback`, reason: null };
    expect([id, redirect]).toEqual([id, back]);
  }
});

test('name and version are those of the package', () => {
  const pack = readJson('package.json') as { readonly version: string; readonly files: readonly string[] };

  expect(manifest.version).toBe(pack.version);
  expect(pack.files).toEqual(expect.arrayContaining(['manifest.json', 'manifest.schema.json', 'templates']));
});

test('the icon is a square SVG of 128 that loads nothing from elsewhere', () => {
  const icon = readText(manifest.icon);

  expect(icon).toMatch(/<svg[^>]* width="128" height="128" viewBox="0 0 128 128"/);
  expect(icon.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<script|<image|<style/);
});
