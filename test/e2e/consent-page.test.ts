import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { openNonces } from '../../src/consent/nonce.ts';
import type { Database } from '../../src/platform/database.ts';
import { openRoom, type TestRoom } from '../consent/room.ts';
import { openChromium } from '../support/chromium.ts';
import { openTestDatabase } from '../support/database.ts';
import { findFreePort, findViolations, watchPage } from '../support/watched-page.ts';

let database: Database;
let room: TestRoom;
let origin: string;
let browser: Browser;

const watch = (context: BrowserContext) => watchPage(context, origin);

beforeAll(async () => {
  database = await openTestDatabase();
  // The address must be known before the room opens, for the page checks a form's origin against it.
  const port = await findFreePort();
  origin = `http://localhost:${port}`;
  room = await openRoom(database, { baseUrl: origin });
  await room.server.listen({ port, host: 'localhost' });
  browser = await openChromium();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await room.server.close();
  await database.close();
});

describe.each([false, true])('with JavaScript %s', (javaScriptEnabled) => {
  test.each(['ja', 'en'])('an applicant agrees, gets a code and withdraws, in %s', async (lang) => {
    const { token, personId } = await room.addApplicant();
    const context = await browser.newContext({ javaScriptEnabled });
    const { page, offences } = await watch(context);

    await page.goto(`${origin}/c/${token}?lang=${lang}`);
    const isTickedAtFirst = await page.isChecked('#introduction');
    await page.check('#introduction');
    await page.click('button[value=grant]');
    const code = await page.textContent('.code');
    const address = page.url();
    await page.click('button[value=withdraw]');
    const heading = await page.textContent('h1');

    const decisions = await room.readConsents(personId);
    expect(isTickedAtFirst).toBe(false);
    expect(code).toBe(decisions[0]?.referralCode);
    expect(address).toBe(`${origin}/c/${token}?lang=${lang}`);
    expect(heading).toMatch(lang === 'ja' ? /取り消しました/ : /withdrawn/);
    expect(decisions.map(({ decision }) => decision)).toEqual(['granted', 'withdrawn']);
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('from the mail, in a browser that knows nothing yet, the keyboard alone is enough', async () => {
  const { token, personId } = await room.addApplicant();
  const context = await browser.newContext();
  const { page } = await watch(context);
  await page.setContent(`<a id="mail" href="${origin}/c/${token}">a mail program</a>`);
  await page.click('#mail');
  await page.waitForSelector('#introduction');

  await page.focus('#introduction');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.code');

  expect((await room.readConsents(personId)).map(({ decision }) => decision)).toEqual(['granted']);
  await context.close();
});

test('without the tick the browser is told kindly, and the word leads to the box', async () => {
  const { token, personId } = await room.addApplicant();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page } = await watch(context);
  await page.goto(`${origin}/c/${token}`);

  await page.click('button[value=grant]');
  const hint = await page.textContent('[role=alert]');
  await page.click('[role=alert] a');

  expect(hint).toContain('まだ同意は記録されていません');
  expect(page.url()).toContain('#introduction');
  expect(await room.readConsents(personId)).toEqual([]);
  await context.close();
});

test('after a "no" the question waits folded away, and can be answered anew', async () => {
  const { token, personId } = await room.addApplicant();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page } = await watch(context);
  await page.goto(`${origin}/c/${token}`);
  await page.click('button[value=decline]');
  const isAskedAgain = await page.isVisible('#introduction');

  await page.click('summary');
  await page.check('#introduction');
  await page.click('button[value=grant]');
  await page.waitForSelector('.code');

  expect(isAskedAgain).toBe(false);
  expect((await room.readConsents(personId)).map(({ decision }) => decision)).toEqual(['declined', 'granted']);
  await context.close();
});

test('two tabs opened from the same link can both be answered', async () => {
  const { token, personId } = await room.addApplicant();
  const context = await browser.newContext();
  const first = (await watch(context)).page;
  const second = (await watch(context)).page;
  await first.goto(`${origin}/c/${token}`);
  await second.goto(`${origin}/c/${token}`);

  await first.check('#introduction');
  await first.click('button[value=grant]');
  await first.waitForSelector('.code');
  await second.click('button[value=decline]');
  await second.waitForSelector('.when');

  expect((await room.readConsents(personId)).map(({ decision }) => decision)).toEqual(['granted', 'withdrawn']);
  await context.close();
});

test('a form planted on another site records nothing, even in the browser that has the cookie', async () => {
  const { token, personId } = await room.addApplicant();
  const context = await browser.newContext();
  const { page } = await watch(context);
  await page.goto(`${origin}/c/${token}`);
  const [cookie] = await context.cookies();
  const nonce = await page.getAttribute('input[name=nonce]', 'value');
  const elsewhere = origin.replace('localhost', '127.0.0.1');
  await page.route(`${elsewhere}/trap`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${origin}/c/${token}"><input name="nonce" value="${nonce}">
        <input name="introduction" value="yes"><button name="decision" value="grant">win</button></form>`,
    }),
  );
  await page.goto(`${elsewhere}/trap`);

  const [response] = await Promise.all([
    page.waitForResponse((one) => one.url().includes('/c/')),
    page.click('button'),
  ]);

  expect(cookie?.name).toBe('consent');
  expect(response.status()).toBe(403);
  expect(await room.readConsents(personId)).toEqual([]);
  await context.close();
});

test('the browser names its origin to us, and tells nobody else where it came from', async () => {
  const { token } = await room.addApplicant();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page } = await watch(context);
  await page.route('https://agency.example.com/**', (route) => route.fulfill({ body: 'agency' }));
  await page.goto(`${origin}/c/${token}`);
  await page.check('#introduction');

  const [answer] = await Promise.all([
    page.waitForRequest((request) => request.method() === 'POST'),
    page.click('button[value=grant]'),
  ]);
  const [leaving] = await Promise.all([
    page.waitForRequest((request) => request.url().startsWith('https://agency.example.com/register')),
    page.click('a[href="https://agency.example.com/register"]'),
  ]);

  expect((await answer.allHeaders()).origin).toBe(origin);
  expect(await leaving.allHeaders()).not.toHaveProperty('referer');
  await context.close();
});

describe.each(['ja', 'en'])('everyone can use it, in %s', (lang) => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing against WCAG 2.2 AA on any page, in %s',
    async (colorScheme) => {
      const { token } = await room.addApplicant();
      const context = await browser.newContext({ colorScheme, viewport: { width: 360, height: 740 } });
      const { page, offences } = await watch(context);
      const found: string[] = [];
      const check = async (name: string) => {
        for (const violation of await findViolations(page)) found.push(`${name}: ${violation}`);
        const overflow = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        if (overflow) found.push(`${name}: wider than the screen`);
      };

      await page.goto(`${origin}/c/${token}?lang=${lang}`);
      await check('ask');
      await page.click('button[value=grant]');
      await check('hint');
      await page.check('#introduction');
      await page.click('button[value=grant]');
      await check('granted');
      await page.click('button[value=withdraw]');
      await page.click('summary');
      await check('withdrawn');
      await page.click('a[href*="/held"]');
      await check('held');
      await page.goto(`${origin}/c/unknown?lang=${lang}`);
      await check('unknown');

      expect(found).toEqual([]);
      // The 422 and the 404 are the only things the console mentions.
      expect(offences.filter((offence) => !/status of (404|422)/.test(offence))).toEqual([]);
      await context.close();
    },
  );
});

test('the two answers look alike: same size, same colours, side by side or one under the other', async () => {
  const { token } = await room.addApplicant();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const { page } = await watch(context);
  await page.goto(`${origin}/c/${token}`);

  const looks = await page.evaluate(`['grant', 'decline'].map((value) => {
    const button = document.querySelector('button[value=' + value + ']');
    const style = getComputedStyle(button);
    const { width, height, top } = button.getBoundingClientRect();
    return [width, height, top, style.color, style.backgroundColor, style.borderColor, style.fontSize, style.fontWeight].join(' ');
  })`);

  const [grant, decline] = looks as readonly string[];
  expect(decline).toBe(grant);
  await context.close();
});

test('a nonce of this page is worth nothing under another key', async () => {
  const { token, personId } = await room.addApplicant();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page } = await watch(context);
  await page.goto(`${origin}/c/${token}`);
  const [cookie] = await context.cookies();
  const forged = openNonces([Buffer.alloc(32, 7)]).make(
    cookie?.value ?? '',
    'a'.repeat(64),
    { locale: 'ja', textHash: 'b'.repeat(64) },
    room.clock.now(),
  );

  const response = await context.request.post(`${origin}/c/${token}`, {
    headers: { origin },
    form: { nonce: forged, introduction: 'yes', decision: 'grant' },
  });

  expect(response.status()).toBe(403);
  expect(await room.readConsents(personId)).toEqual([]);
  await context.close();
});
