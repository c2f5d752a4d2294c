import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addCompany, openRelay, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookName, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';
import { findViolations } from '../support/watched-page.ts';

/** The letters in a real browser, over the real server with real letters. */

let relay: TestRelay;
let app: App;
let origin: string;
let company: { readonly slug: string; readonly id: string };
/** The letters by whom they go to. */
let letterIds: ReadonlyMap<string, string>;

beforeAll(async () => {
  relay = await openRelay();
  app = await openApp(relay, () => [company]);
  origin = app.origin;
  company = await addCompany(relay);
  await addLetters();
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
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

describe.each(readers)('in $locale', (reader) => {
  test('everybody can read the list, a letter and the wording, and they ask nobody else', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader));
    const at = `${origin}/app/c/${company.slug}/letters`;
    const faults: string[] = [];
    const see = async (name: string) => faults.push(...(await lookAt(page, `letters-${name}`, reader)));

    await page.goto(at);
    await page.locator('tbody tr[data-index="3"]').waitFor();
    await see('list');
    await page.getByRole('checkbox').first().check();
    await page.getByRole('button', { name: /^条件に合う.+すべて$|^All .+ that fit$/ }).click();
    await takePicture(page, `letters-all-chosen-${toLookName(reader)}`);
    await page.getByRole('button', { name: /^(送らない|Do not send)$/ }).click();
    await page.getByText(/通を取り消します$|letters will be cancelled$/).waitFor();
    await see('all');
    await page.goto(`${at}?letter=${letterIds.get("O'Brien Conan")}`);
    await page.frameLocator('iframe').locator('body a').first().waitFor();
    await see('one');
    await page.goto(`${at}?view=wording`);
    await page.frameLocator('iframe').locator('body a').first().waitFor();
    await page.locator('pre').first().waitFor();
    await see('wording');

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('filters stand in the address, letters are chosen and held together, and it is asked first', async () => {
  const { page, offences, context } = await app.open();
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

test('all that fit are decided in the background, with their progress on the page, also after it is loaded anew', async () => {
  const { page, offences, context } = await app.open();
  await page.goto(`${origin}/app/c/${company.slug}/letters?show=waiting`);
  await page.getByRole('checkbox').first().check();
  await page.getByRole('button', { name: /^条件に合う.+すべて$/ }).click();
  await page.getByRole('button', { name: '送らない' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/通を取り消します/).waitFor();
  await dialog.getByRole('button', { name: '送らない' }).click();
  const progress = page.getByRole('region', { name: '一括操作の状況' });
  await progress.waitFor();
  await page.reload();
  await progress.getByRole('button', { name: '中止する' }).waitFor();
  const faults = [...(await lookAt(page, 'letters-batch'))];

  await relay.jobs.runDue();
  await progress.getByText('一括での取り消しが終わりました').waitFor();
  await page.getByText('条件に合う手紙はありません').waitFor();
  faults.push(...(await lookAt(page, 'letters-batch-done')));
  const { body } = await relay.call('GET', `/letters/counts?company=${company.slug}`);

  expect(faults).toEqual([]);
  expect(offences).toEqual([]);
  expect([body.counts.held, body.counts.unknown]).toEqual([undefined, undefined]);
  await context.close();
});

test('what stands in the ATS is looked for, and said', async () => {
  const { page, offences, context } = await app.open();
  await page.goto(`${origin}/app/c/${company.slug}/letters?view=wording`);

  await page.getByRole('button', { name: 'ATSに登録されているか確認' }).click();
  await page.getByText(/リンク入りのテンプレートが/).waitFor();
  await takePicture(page, 'letters-check');

  expect(await findViolations(page)).toEqual([]);
  expect(offences).toEqual([]);
  await context.close();
});
