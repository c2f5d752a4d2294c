import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openHttpServer } from '../src/platform/http-server.ts';
import { servePage } from '../src/settings/index.ts';
import { openChromium } from '../test/support/chromium.ts';
import { widths } from '../test/support/looks.ts';
import { addLetters } from './letters.ts';
import { adminToken, median, type Rig, report, startRig } from './support.ts';

const rounds = 5;
const manyLetters = 100_000;
const fewLetters = 100;
const root = fileURLToPath(new URL('..', import.meta.url));

/** The settings page in a real browser: its first view beside the same page built as one file, and a long list beside a short one. */
export async function benchPage(): Promise<void> {
  const rig = await startRig([]);
  const oneFile = mkdtempSync(join(tmpdir(), 'career-relay-page-'));
  const browser = await openChromium();
  try {
    await addLetters(rig, 'bench', manyLetters);
    await rig.api.post('/companies', toSmallCompany());
    await addLetters(rig, 'small', fewLetters);
    await buildOneFile(oneFile);
    await benchFirstView(rig, browser, oneFile);
    await benchLetters(rig, browser);
  } finally {
    await browser.close();
    await rig.close();
    rmSync(oneFile, { recursive: true, force: true });
  }
}

function toSmallCompany(): object {
  return {
    slug: 'small',
    name: '架空商店株式会社',
    locale: 'ja',
    postalAddress: '東京都千代田区架空町1-2-3',
    contactEmail: 'saiyo@example.com',
  };
}

/** The plain way: everything in one script, as a build without routes of its own makes it. */
async function buildOneFile(outDir: string): Promise<void> {
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  await build({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, rolldownOptions: { output: { codeSplitting: false } } },
  });
}

/** A browser with nothing kept, on a machine a quarter as quick and a line of 10 Mbit/s with 40 ms. */
async function benchFirstView({ service }: Rig, browser: Browser, oneFile: string): Promise<void> {
  const ours = await serveFront(join(root, 'dist-page'), service.baseUrl);
  const plain = await serveFront(oneFile, service.baseUrl);
  const times = { ours: [] as number[], plain: [] as number[] };
  let bytes = { ours: 0, plain: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const one = await viewOnce(browser, ours.origin);
    const other = await viewOnce(browser, plain.origin);
    times.ours.push(one.ms);
    times.plain.push(other.ms);
    bytes = { ours: one.bytes, plain: other.bytes };
  }
  await Promise.all([ours.close(), plain.close()]);
  const [mine, theirs] = [median(times.ours), median(times.plain)];
  report('The first view of the dashboard, nothing kept (CPU ÷ 4, 10 Mbit/s, 40 ms)', [
    ['ours: what the view needs', `${mine.toFixed(0)} ms, ${(bytes.ours / 1000).toFixed(0)} kB over the wire`],
    ['plain: the whole page as one file', `${theirs.toFixed(0)} ms, ${(bytes.plain / 1000).toFixed(0)} kB`],
    ['ratio', `${(mine / theirs).toFixed(2)} ×`],
    ['goal', '≤ 0.8 ×'],
  ]);
}

async function viewOnce(browser: Browser, origin: string): Promise<{ readonly ms: number; readonly bytes: number }> {
  const context = await openSignedIn(browser);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  let bytes = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await devtools.send('Network.enable');
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: 1_250_000,
    uploadThroughput: 1_250_000,
  });
  await page.goto(`${origin}/app/c/bench/dashboard`);
  await page.locator('main h2').first().waitFor();
  const ms = await readNow(page);
  await context.close();
  return { ms, bytes };
}

/** Both pages are served alike: by our own server, which asks the same service for everything else. */
async function serveFront(
  folder: string,
  api: string,
): Promise<{ readonly origin: string; close(): Promise<undefined> }> {
  const server = await openHttpServer({ log: pino({ level: 'silent' }), trustedProxies: 0, isHttps: false });
  await servePage(server, { folder, hasSlackSignIn: false });
  server.get('/api/*', async (request, reply) => {
    const answer = await fetch(`${api}${request.url}`, { headers: { authorization: `Bearer ${adminToken}` } });
    return reply
      .status(answer.status)
      .type('application/json')
      .send(await answer.text());
  });
  const origin = await server.listen({ port: 0, host: '127.0.0.1' });
  return { origin, close: () => server.close() };
}

/** From the address to rows in sight; then page after page to the thousandth row; then what stands in the middle. */
async function benchLetters({ service, api }: Rig, browser: Browser): Promise<void> {
  const [many, few] = [[] as Walk[], [] as Walk[]];
  for (let round = 0; round < rounds; round += 1) {
    many.push(await walkOnce(browser, service.baseUrl, 'bench', 10));
    few.push(await walkOnce(browser, service.baseUrl, 'small', 0));
  }
  const [mine, theirs] = [median(many.map(({ firstMs }) => firstMs)), median(few.map(({ firstMs }) => firstMs))];
  const nodes = Math.max(...many.map(({ rows }) => rows));
  report(`The list of ${manyLetters} letters in the browser, warm`, [
    [`ours: ${manyLetters} letters, to the first rows`, `${mine.toFixed(0)} ms`],
    [`the same page with ${fewLetters} letters`, `${theirs.toFixed(0)} ms`],
    ['ratio', `${(mine / theirs).toFixed(2)} ×`],
    ['goal', '≤ 1.3 ×'],
    ['rows in the document after 1,000 were walked', String(nodes)],
  ]);
  await benchDepth(api);
}

interface Walk {
  readonly firstMs: number;
  /** How many rows the document holds in the end. */
  readonly rows: number;
}

async function walkOnce(browser: Browser, origin: string, company: string, pages: number): Promise<Walk> {
  const context = await openSignedIn(browser);
  const page = await context.newPage();
  await page.goto(`${origin}/app/c/${company}/credits`);
  await page.locator('main h2').first().waitFor();
  const row = page.locator('tbody tr[data-index="0"]');
  const begun = await readNow(page);
  await page.locator('nav a[href$="/letters"]').click();
  await row.waitFor();
  const firstMs = (await readNow(page)) - begun;
  await row.focus();
  for (let turn = 1; turn <= pages; turn += 1) {
    await page.keyboard.press('End');
    await page.locator('tbody tr:focus + tr[data-index]').waitFor();
  }
  const rows = await page.locator('tbody tr').count();
  await context.close();
  return { firstMs, rows };
}

/** A page of the list half way down beside the first one: with `offset` it would cost what lies before it. */
async function benchDepth(api: Rig['api']): Promise<void> {
  const times = { first: [] as number[], deep: [] as number[] };
  const cursor = await findMiddle(api);
  for (let round = 0; round < 30; round += 1) {
    times.first.push(await timeOf(() => api.get('/letters?company=bench&limit=100')));
    times.deep.push(await timeOf(() => api.get(`/letters?company=bench&limit=100&cursor=${cursor}`)));
  }
  const [first, deep] = [median(times.first), median(times.deep)];
  report(`A page of 100 letters of ${manyLetters} by the API`, [
    ['from the middle of the list', `${deep.toFixed(1)} ms`],
    ['the first page', `${first.toFixed(1)} ms`],
    ['ratio', `${(deep / first).toFixed(2)} ×`],
    ['goal', '≤ 1.2 ×: depth costs nothing'],
  ]);
}

/** The cursor of a page half way down, found by walking there. */
async function findMiddle(api: Rig['api']): Promise<string> {
  let cursor = '';
  for (let walked = 0; walked < manyLetters / 2; walked += 200) {
    const answer = await api.get(`/letters?company=bench&limit=200${cursor && `&cursor=${cursor}`}`);
    cursor = String(answer.nextCursor);
  }
  return cursor;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function readNow(page: Page): Promise<number> {
  return page.evaluate('performance.now()');
}

/** Who is signed in is answered here; everything else by the service. */
async function openSignedIn(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({
    locale: 'ja',
    viewport: widths.wide,
    extraHTTPHeaders: { authorization: `Bearer ${adminToken}` },
  });
  const companies = ['bench', 'small'].map((slug) => ({ id: slug, slug, name: slug, role: 'owner' }));
  const user = { id: 'u1', name: '髙﨑 花子', email: 'hanako@example.com', hasSecondFactor: false, passkeys: 0 };
  await context.route('**/api/v1/me', (route) =>
    route.fulfill({ json: { kind: 'user', actor: 'user:u1', isOperator: false, user, companies } }),
  );
  return context;
}
