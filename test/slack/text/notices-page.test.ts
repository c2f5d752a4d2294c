import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { openHttpServer, type Server } from '../../../src/platform/http-server.ts';
import { newId } from '../../../src/platform/ids.ts';
import type { PageRequest } from '../../../src/platform/page.ts';
import { noticeKinds } from '../../../src/slack/notice/kinds.ts';
import { blocksCsp, type PageMessage } from '../../../src/slack/text/block-page.ts';
import { registerNoticesPage } from '../../../src/slack/text/notices-page.ts';
import { toSampleView } from '../../../src/slack/text/preview.ts';
import { renderNotice } from '../../../src/slack/text/render-notice.ts';
import { openChromium } from '../../support/chromium.ts';
import { findFreePort, findViolations, watchPage } from '../../support/watched-page.ts';

let server: Server;
let origin: string;
let items: readonly (PageMessage & { readonly id: string })[];
let nextCursor: string | null;
let asked: PageRequest | undefined;

beforeAll(async () => {
  server = await openHttpServer({ log: pino({ level: 'silent' }), trustedProxies: 0, isHttps: false });
  await registerNoticesPage(server, {
    listForPage: async (request) => {
      asked = request;
      return { items, nextCursor };
    },
  });
  const port = await findFreePort();
  await server.listen({ port, host: 'localhost' });
  origin = `http://localhost:${port}`;
});
beforeEach(() => {
  items = [];
  nextCursor = null;
});
afterAll(() => server.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  server.inject({ method: 'GET', url, headers: { host: 'localhost:3000', ...headers } });

/** One notice of each kind, with everything that can stand in it. */
const everyNotice = (locale: 'ja' | 'en') =>
  noticeKinds.map((kind) => ({
    id: newId(),
    at: new Date('2026-11-24T00:00:00Z'),
    where: '#saiyo',
    ...renderNotice(
      {
        ...toSampleView(kind),
        people: [{ name: "髙﨑 O'Brien 🍱", job: '営業' }],
        remarks: [{ by: 'U0123456789', did: 'letters-sent', count: 3, at: '2026-11-24T05:05:00Z' }],
        chart: { fileRef: 'F0123456789' },
      },
      { locale, company: '架空食品<!channel>株式会社', wording: undefined, baseUrl: 'https://relay.example.com' },
    ),
  }));

test('notices are shown as in Slack, with a way to the older ones', async () => {
  items = everyNotice('ja');
  nextCursor = newId();

  const { statusCode, headers, body } = await get('/notices', { 'accept-language': 'ja-JP,ja;q=0.9' });

  expect(statusCode).toBe(200);
  expect(headers['content-security-policy']).toBe(blocksCsp);
  expect(headers['cache-control']).toBe('no-store');
  expect(body).toContain('クレジットが1件増えました');
  expect(body).toContain('架空食品&lt;!channel&gt;株式会社');
  expect(body).toContain(`<a href="/notices?cursor=${nextCursor}">以前のお知らせ</a>`);
  expect(asked).toEqual({ cursor: undefined, limit: 30 });
});

test('the cursor is handed on, and one that is none is refused', async () => {
  const cursor = newId();

  const page = await get(`/notices?cursor=${cursor}`);
  const refused = await get('/notices?cursor=x');

  expect(page.statusCode).toBe(200);
  expect(asked?.cursor).toBe(cursor);
  expect(refused.statusCode).toBe(400);
});

test('while there are none the page says when there will be, in the language of the browser', async () => {
  const [japanese, english] = [await get('/notices', { 'accept-language': 'ja' }), await get('/notices')];

  expect(japanese.body).toContain('まだお知らせはありません');
  expect(english.body).toContain('There are no notices yet');
});

test('who comes by another name than this machine’s finds nothing', async () => {
  items = everyNotice('ja');

  const answers = await Promise.all(
    ['relay.example.com', 'localhost.example.com'].map((host) => get('/notices', { host })),
  );

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
});

describe('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  }, 60_000);
  afterAll(() => browser.close());

  test.each(
    (['ja', 'en'] as const).flatMap((locale) =>
      (['light', 'dark'] as const).flatMap((scheme) => [320, 1_200].map((width) => [locale, scheme, width] as const)),
    ),
  )('everyone can read every notice, in %s, %s and %s pixels', async (locale, colorScheme, width) => {
    items = everyNotice(locale);
    nextCursor = newId();
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, locale });
    const { page, offences } = await watchPage(context, origin);

    await page.goto(`${origin}/notices`);

    expect(await findViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    expect(offences).toEqual([]);
    await context.close();
  });
});
