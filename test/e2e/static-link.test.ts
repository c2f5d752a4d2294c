import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import type { Database } from '../../src/platform/database.ts';
import { openRoom, type TestRoom } from '../consent/room.ts';
import { openChromium } from '../support/chromium.ts';
import { openTestDatabase } from '../support/database.ts';
import { takePicture } from '../support/pictures.ts';
import { findFreePort, findViolations, watchPage } from '../support/watched-page.ts';

let database: Database;
let room: TestRoom;
let origin: string;
let link: string;
let browser: Browser;
const watch = (context: BrowserContext) => watchPage(context, origin);

beforeAll(async () => {
  database = await openTestDatabase();
  const port = await findFreePort();
  origin = `http://localhost:${port}`;
  room = await openRoom(database, { baseUrl: origin });
  link = `${origin}/r/${room.company.slug}`;
  await room.server.listen({ port, host: 'localhost' });
  browser = await openChromium();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await room.server.close();
  await database.close();
});

async function receive(): Promise<string> {
  await room.jobs.runDue();
  return /^(\d{6})$/m.exec(room.mailer.sent.at(-1)?.text ?? '')?.[1] ?? 'no code';
}

describe.each([false, true])('with JavaScript %s', (javaScriptEnabled) => {
  test.each(['ja', 'en'])('an applicant proves the address and agrees, in %s', async (lang) => {
    const email = `hanako-${lang}-${javaScriptEnabled}@example.com`;
    const applicant = await room.addApplicant({ email });
    const context = await browser.newContext({ javaScriptEnabled });
    const { page, offences } = await watch(context);

    await page.goto(`${link}?lang=${lang}`);
    await page.fill('#name', "髙﨑 花子, O'Neil 🌸");
    // As a Japanese keyboard may leave it.
    await page.fill('#email', email.replace('@', '＠'));
    await page.click('button');
    await page.fill('#code', await receive());
    await page.click('button');
    await page.check('#introduction');
    await page.click('button[value=grant]');
    const code = await page.textContent('.code');

    const decisions = await room.readConsents(applicant.personId);
    expect(decisions.map(({ decision }) => decision)).toEqual(['granted']);
    expect(code).toBe(decisions[0]?.referralCode);
    expect(page.url()).toContain(`/c/`);
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('the keyboard alone is enough, and Enter sends', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const { page } = await watch(context);
  await page.goto(link);

  await page.focus('#name');
  await page.keyboard.type('Taro');
  await page.keyboard.press('Tab');
  await page.keyboard.type('taro@example.com');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#code');
  await page.focus('#code');
  await page.keyboard.type(await receive());
  await page.keyboard.press('Enter');

  await page.waitForSelector('#introduction');
  await context.close();
});

describe.each(['ja', 'en'])('everyone can use it, in %s', (lang) => {
  test.each(['light', 'dark'] as const)(
    'axe finds nothing against WCAG 2.2 AA on any page, in %s',
    async (colorScheme) => {
      const found: string[] = [];
      const context = await browser.newContext({ colorScheme });
      const { page, offences } = await watch(context);
      const check = async (name: string) => {
        for (const width of [360, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          for (const violation of await findViolations(page)) found.push(`${name}, ${width}: ${violation}`);
          const overflow = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
          if (overflow) found.push(`${name}: wider than a screen of ${width}`);
          await takePicture(page, `static-link-${name}-${lang}-${colorScheme}-${width}`);
        }
      };

      await page.goto(`${link}?lang=${lang}`);
      await check('ask');
      await page.fill('#email', 'hanako＠');
      await page.click('button');
      await check('ask-faults');
      await page.fill('#name', '髙﨑 花子');
      await page.fill('#email', `hanako.of.the.long.address-${lang}-${colorScheme}@recruiting-department.example.com`);
      await page.click('button');
      await page.waitForSelector('#code');
      await check('code');
      for (const wrong of ['12', '000000', '000001', '000002', '000003', '000004']) {
        await page.fill('#code', wrong);
        await page.click('button');
        if (wrong === '000000') await check('code-wrong');
      }
      await page.waitForSelector('#code', { state: 'detached' });
      await check('code-ended');
      await context.close();

      expect(found).toEqual([]);
      expect(offences.filter((offence) => !/status of (410|422)/.test(offence))).toEqual([]);
    },
    60_000,
  );
});
