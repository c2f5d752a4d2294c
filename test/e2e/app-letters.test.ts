import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { servePage } from '../../src/settings/index.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from '../settings/relay.ts';
import { openChromium } from '../support/chromium.ts';
import { looks, widths } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';
import { findViolations, type Watched, watchPage } from '../support/watched-page.ts';

/** The letters in a real browser, over the real server with real letters. */

const folder = fileURLToPath(new URL('../../dist-page', import.meta.url));

let relay: TestRelay;
let origin: string;
let browser: Browser;
let company: { readonly slug: string; readonly id: string };
/** The letters by whom they go to. */
let letterIds: ReadonlyMap<string, string>;

beforeAll(async () => {
  relay = await openRelay();
  await servePage(relay.server, { folder, hasSlackSignIn: true });
  origin = await relay.server.listen({ port: 0, host: '127.0.0.1' });
  company = await addCompany(relay);
  await addLetters();
  browser = await openChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await relay.close();
});

/** One sent, one held, one of which nobody can tell, one planned. */
async function addLetters(): Promise<void> {
  const { body } = await relay.call('POST', '/connections', {
    company: company.slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  const set = (change: object) => relay.call('PATCH', `/connections/${body.id}`, change);
  await set({ state: 'live', letter: { holdMinutes: 0, window: 'always' } });
  await reject(body.id, '一郎', '髙﨑', '営業（東京）');
  await reject(body.id, 'Conan', "O'Brien", 'Backend engineer');
  await set({ state: 'shadow' });
  await reject(body.id, 'さくら', '𠮷野', '経理・総務');
  await reject(body.id, '澪', '渡邉', '設計');
  await set({ mode: 'ats-static' });
  const { body: listed } = await relay.call('GET', `/letters?company=${company.slug}`);
  letterIds = new Map(listed.items.map(({ id, name }: { readonly id: string; readonly name: string }) => [name, id]));
  await relay.call('POST', `/letters/${letterIds.get('𠮷野 さくら')}/hold`);
  await relay.database.forCompany(company.id, (tx) =>
    tx
      .updateTable('letter')
      .set({ status: 'unknown', reason: 'mail-unconfirmed' })
      .where('letter_id', '=', letterIds.get("O'Brien Conan") ?? '')
      .execute(),
  );
}

async function reject(connectionId: string, givenName: string, familyName: string, job: string): Promise<void> {
  const email = `applicant-${job.length}@example.com`;
  const { headers, body } = relay.fake.reject({ givenName, familyName, email, job });
  await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

interface Opened extends Watched {
  readonly context: BrowserContext;
}

/** Somebody signed in: who he is is answered here, everything else by the server. */
async function open(options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    locale: 'ja',
    reducedMotion: 'reduce',
    viewport: widths.wide,
    extraHTTPHeaders: { authorization: `Bearer ${adminToken}` },
    ...options,
  });
  context.setDefaultTimeout(10_000);
  await context.route('**/api/v1/me', (route) =>
    route.fulfill({
      json: {
        kind: 'user',
        actor: 'user:u1',
        isOperator: false,
        user: { id: 'u1', name: '髙﨑 花子', email: 'hanako@example.com', hasSecondFactor: false, passkeys: 0 },
        companies: [{ id: company.id, slug: company.slug, name: 'さくら食品株式会社', role: 'owner' }],
      },
    }),
  );
  return { context, ...(await watchPage(context, origin)) };
}

const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe.each(looks)('in $locale, $colorScheme, $width', ({ locale, colorScheme, width }) => {
  test('everybody can read the list, a letter and the wording, and they ask nobody else', async () => {
    const { page, offences, context } = await open({ locale, colorScheme, viewport: widths[width] });
    const at = `${origin}/app/c/${company.slug}/letters`;
    const found: unknown[] = [];
    const look = async (name: string) => {
      found.push([name, await findViolations(page), await isTooWide(page)]);
      await takePicture(page, `letters-${name}-${locale}-${colorScheme}-${width}`);
    };

    await page.goto(at);
    await page.locator('tbody tr[data-index="3"]').waitFor();
    await look('list');
    await page.goto(`${at}?letter=${letterIds.get("O'Brien Conan")}`);
    await page.frameLocator('iframe').locator('body a').first().waitFor();
    await look('one');
    await page.goto(`${at}?view=wording`);
    await page.frameLocator('iframe').locator('body a').first().waitFor();
    await page.locator('pre').first().waitFor();
    await look('wording');

    expect(found).toEqual(['list', 'one', 'wording'].map((name) => [name, [], false]));
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('filters stand in the address, letters are chosen and held together, and it is asked first', async () => {
  const { page, offences, context } = await open();
  await page.goto(`${origin}/app/c/${company.slug}/letters`);
  await page.locator('tbody tr[data-index="3"]').waitFor();

  await page.getByLabel('応募番号').fill('no such');
  await page.getByText('条件に合う手紙はありません').waitFor();
  const address = new URL(page.url()).searchParams.get('q');
  await page.getByRole('button', { name: '条件をすべて外す' }).click();
  await page.getByRole('checkbox', { name: '渡邉 澪' }).check();
  await page.getByRole('button', { name: '保留する' }).click();
  await page.getByText('1通の手紙を保留しますか？').waitFor();
  await takePicture(page, 'letters-ask');
  await page.getByRole('dialog').getByRole('button', { name: '保留する' }).click();
  await page.getByText('1通を保留しました。').waitFor();
  const { body } = await relay.call('GET', `/letters/${letterIds.get('渡邉 澪')}`);

  expect(address).toBe('no such');
  expect(body.status).toBe('held');
  expect(offences).toEqual([]);
  await context.close();
});

test('what stands in the ATS is looked for, and said', async () => {
  const { page, offences, context } = await open();
  await page.goto(`${origin}/app/c/${company.slug}/letters?view=wording`);

  await page.getByRole('button', { name: 'ATSに登録されているか確認' }).click();
  await page.getByText(/リンク入りのテンプレートが/).waitFor();
  await takePicture(page, 'letters-check');

  expect(await findViolations(page)).toEqual([]);
  expect(offences).toEqual([]);
  await context.close();
});
