import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openRelay, sampleAgency, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';

/** The company's settings and the preview of the applicants' page, over the real server. */
const pages = {
  company: 'sakura-foods/settings',
  agency: 'sakura-foods/settings?tab=agency',
  data: 'sakura-foods/settings?tab=data',
  'data-ending': 'ending/settings?tab=data',
  applicants: 'sakura-foods/applicants-page',
} as const;
const name = 'さくら食品株式会社';

let relay: TestRelay;
let app: App;
let origin: string;

beforeAll(async () => {
  relay = await openRelay();
  const places = [{ slug: 'sakura-foods' }, { slug: 'walk' }, { slug: 'ending', endsAt: '2026-12-24T01:00:00.000Z' }];
  app = await openApp(relay, places, { hasSlackSignIn: false });
  origin = app.origin;
  for (const slug of ['sakura-foods', 'walk', 'ending'])
    await relay.call('POST', '/companies', {
      slug,
      name,
      locale: 'ja',
      postalAddress: '東京都港区架空台4-5-6',
      contactEmail: 'recruit@example.com',
    });
  await relay.call('PUT', '/companies/sakura-foods/agency', sampleAgency);
  await relay.call('POST', '/companies/ending/deletion', { name });
  // One is gone, one can be downloaded, one is being made.
  for (const isMade of [true, true, false]) {
    await relay.call('POST', '/companies/sakura-foods/exports');
    if (!isMade) break;
    await relay.jobs.runDue();
    relay.clock.advance(4 * 24 * 3_600_000);
    await relay.companyData.exports.sweep();
  }
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
});

describe.each(readers)('in $locale', (reader) => {
  test('everybody can use the pages, and they ask nobody else', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader));
    const faults: string[] = [];

    for (const [what, path] of Object.entries(pages)) {
      await page.goto(`${origin}/app/c/${path}`);
      if (what === 'applicants') await page.frameLocator('iframe').locator('h1').waitFor();
      else if (what.startsWith('data')) await page.locator('[role=tabpanel] section').nth(2).waitFor();
      else await page.locator('[role=tabpanel] input').first().waitFor();
      if (what === 'data') await page.getByRole('progressbar').scrollIntoViewIfNeeded();
      faults.push(...(await lookAt(page, what, reader)));
    }

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('without an agency one is led to give its details, and then sees what applicants will read on a phone', async () => {
  const { page, offences, context } = await app.open();

  await page.goto(`${origin}/app/c/walk/applicants-page`);
  await page.getByText('紹介会社がまだ登録されていません').waitFor();
  await takePicture(page, 'applicants-lack');
  await page.getByRole('link', { name: '紹介会社の情報を開く' }).click();
  await page.getByLabel('名称').fill('架空キャリア株式会社');
  await page.getByRole('button', { name: '保存する' }).click();
  await page
    .getByText('https:// で始まるアドレスを入力してください')
    .or(page.getByText('入力してください'))
    .first()
    .waitFor();
  await takePicture(page, 'agency-faults');
  await page.getByLabel('所在地').fill('東京都千代田区架空町1-2-3');
  await page.getByLabel('代表者').fill('髙﨑 一郎');
  await page.getByLabel('許可番号').fill('１３ーﾕー９９９９９９');
  await page.getByLabel('許可の有効期限').fill('2029-03-31');
  await page.getByLabel('個人情報の取り扱いのページ').fill('https://agency.example.com/privacy');
  await page.getByLabel('登録ページ').fill('https://agency.example.com/register');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('応募者に案内できる状態です').waitFor();
  await page.goto(`${origin}/app/c/walk/applicants-page?locale=en&page=granted&width=phone`);
  await page.frameLocator('iframe').getByText('K7QP-3M9X').waitFor();
  await takePicture(page, 'applicants-phone');
  const frame = await page.locator('iframe').boundingBox();
  const { body } = await relay.call('GET', '/companies/walk/agency');

  expect(body).toMatchObject({ licenceNumber: '13-ユ-999999', lack: null });
  expect(frame?.width).toBeLessThanOrEqual(392);
  expect(offences).toEqual(['console: Failed to load resource: the server responded with a status of 404 (Not Found)']);
  await context.close();
});

test('whoever saves after somebody else is told, and may look at what stands now', async () => {
  const { page, context } = await app.open();
  await page.goto(`${origin}/app/c/sakura-foods/settings`);
  await page.getByLabel('住所').fill('東京都港区架空台7-8-9');
  await relay.call('PATCH', '/companies/sakura-foods', { contactEmail: 'saiyo@example.com' });

  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('ほかの人がこの内容を保存しました').first().waitFor();
  await page.getByRole('button', { name: '最新の内容を読み込む' }).click();
  await page.waitForFunction("document.querySelector('input[inputmode=email]').value === 'saiyo@example.com'");
  await page.getByLabel('住所').fill('東京都港区架空台7-8-9');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('保存していない変更があります').first().waitFor({ state: 'hidden' });

  const { body } = await relay.call('GET', '/companies/sakura-foods');
  expect(body).toMatchObject({ postalAddress: '東京都港区架空台7-8-9', contactEmail: 'saiyo@example.com' });
  await context.close();
});

test('another licence number is asked about first, for agreements are not carried over', async () => {
  const { page, context } = await app.open();
  await page.goto(`${origin}/app/c/sakura-foods/settings?tab=agency`);
  await page.getByLabel('許可番号').fill('13-ユ-888888');

  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByRole('dialog').getByText('引き継がれません').waitFor();
  await page.getByRole('button', { name: 'キャンセル' }).click();

  expect((await relay.call('GET', '/companies/sakura-foods/agency')).body.licenceNumber).toBe('13-ユ-999999');
  await context.close();
});

test('a company is deleted by typing its name, and until it is gone that is stopped', async () => {
  const { page, offences, context } = await app.open();
  await page.goto(`${origin}/app/c/walk/settings?tab=data`);

  await page.getByRole('button', { name: '会社を削除する' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(name);
  await takePicture(page, 'data-delete');
  await page.getByRole('button', { name: '30日後に削除する' }).click();
  await page.getByText('削除の手続き中です').waitFor();
  const begun = await relay.call('GET', '/companies/walk/deletion');
  await page.getByRole('button', { name: '削除を取り消す' }).click();
  await page.getByRole('button', { name: '会社を削除する' }).waitFor();

  expect(begun.body.state).toBe('waiting');
  expect((await relay.call('GET', '/companies/walk/deletion')).body.state).toBe('none');
  expect(offences).toEqual([]);
  await context.close();
});

test('who may only look can change nothing', async () => {
  const { page, offences, context } = await app.open({}, { role: 'viewer' });

  await page.goto(`${origin}/app/c/sakura-foods/settings?tab=agency`);
  await page.getByLabel('名称').waitFor();

  expect(await page.locator('main input:not([disabled])').count()).toBe(0);
  expect(offences).toEqual([]);
  await context.close();
});
