import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import { servePage } from '../../src/settings/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'career-relay-page-'));
let server: Server;

const open = () => openHttpServer({ log: pino({ level: 'silent' }), trustedProxies: 0, isHttps: true });
const get = (url: string, headers = {}) => server.inject({ method: 'GET', url, headers });

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<head><meta property="csp-nonce" nonce="__STYLE_NONCE__"></head><script type="module" src="/app/assets/a.js"></script>',
  );
  writeFileSync(join(folder, '.sources'), 'a stamp');
  writeFileSync(join(folder, 'assets', 'a.js'), 'export {};');
  writeFileSync(join(folder, 'assets', 'a.js.br'), brotliCompressSync('export {};'));
  server = await open();
  await servePage(server, { folder, hasSlackSignIn: true });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['/app', '/app/', '/app/sign-in', '/app/c/sakura-foods/credits?kind=used'])(
  '%s is an address of the page, and its answer is never kept',
  async (url) => {
    const response = await get(url);

    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    });
  },
);

test('no script runs but ours, no style counts but ours, and nobody frames the page', async () => {
  const { headers, body } = await get('/app');

  const nonce = /nonce="([\w-]{43})"/.exec(body)?.[1];
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; img-src 'self' data:; ` +
      "font-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  );
});

test('the nonce is another one for every answer', async () => {
  const bodies = [await get('/app'), await get('/app')].map(({ body }) => body);

  expect(bodies[0]).not.toBe(bodies[1]);
  expect(bodies.join()).not.toContain('__STYLE_NONCE__');
});

test('assets are kept for ever, and come compressed where that is understood', async () => {
  const plain = await get('/app/assets/a.js');
  const small = await get('/app/assets/a.js', { 'accept-encoding': 'br' });

  expect(plain.body).toBe('export {};');
  expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(plain.headers['content-type']).toMatch(/javascript/);
  expect(small.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
});

test('an asset that is gone is not there', async () => {
  expect((await get('/app/assets/gone.js')).statusCode).toBe(404);
});

test.each(['/app/.sources', '/app/assets/../.sources', '/app/assets/%2e%2e/.sources', '/app/assets/..%2f.sources'])(
  '%s gives nothing from outside the assets',
  async (url) => {
    expect((await get(url)).body).not.toContain('a stamp');
  },
);

test.each([
  [true, 'yes'],
  [false, 'no'],
])('the page knows whether people sign in with Slack: %s', async (hasSlackSignIn, content) => {
  const other = await open();
  await servePage(other, { folder, hasSlackSignIn });

  const { body } = await other.inject({ method: 'GET', url: '/app' });

  expect(body).toContain(`<meta name="sign-in-with-slack" content="${content}">`);
  await other.close();
});

describe('where it was not built', () => {
  test('every address says so, and what to run', async () => {
    const bare = await open();
    await servePage(bare, { folder: join(folder, 'nowhere'), hasSlackSignIn: false });

    const response = await bare.inject({ method: 'GET', url: '/app/sign-in' });

    expect(response.statusCode).toBe(503);
    expect(response.body).toContain('npm run build:page');
    await bare.close();
  });
});
