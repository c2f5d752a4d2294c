import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeadJobs } from '../../src/platform/jobs.ts';
import { addDeliveries, addOutcome } from '../settings/outcomes.ts';
import { openRelay, sampleAgency, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookName, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';
import { findViolations } from '../support/watched-page.ts';

const weekMs = 7 * 24 * 60 * 60_000;

let relay: TestRelay;
let app: App;
let origin: string;
let place: { readonly companyId: string; readonly connectionId: string };
let dead: readonly DeadJobs[] = [];

beforeAll(async () => {
  relay = await openRelay({
    listDead: async () => dead,
    redrive: async () => {
      dead = [];
      return 4;
    },
  });
  app = await openApp(relay, [{ slug: 'sakura-foods' }, { slug: 'new-works', name: "O'Brien New Works" }]);
  origin = app.origin;
  const company = { slug: 'sakura-foods', locale: 'ja', postalAddress: '東京都港区架空台4-5-6' };
  const { body } = await relay.call('POST', '/companies', {
    ...company,
    name: 'さくら食品株式会社',
    contactEmail: 'recruit@example.com',
  });
  await relay.call('POST', '/companies', {
    ...company,
    slug: 'new-works',
    name: "O'Brien New Works",
    contactEmail: 'recruit@example.com',
  });
  await relay.call('PUT', '/companies/sakura-foods/agency', sampleAgency);
  const connection = await relay.call('POST', '/connections', {
    company: 'sakura-foods',
    connector: 'greenhouse',
    settings: relay.settings,
  });
  place = { companyId: body.id, connectionId: connection.body.id };
  await addHistory();
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
});

async function addHistory(): Promise<void> {
  const now = relay.clock.now().getTime();
  const jobs = ['営業（東京）', "Sales, O'Brien 🌸", '𠮷野工場 生産管理・品質保証（正社員・夜勤あり）', null];
  const reasons = ['スキル・経験が求める水準に届かない', '条件が合わない', 'ポジション充足'];
  for (let week = 0; week < 9; week += 1)
    await addOutcome(relay, place, {
      count: 6 + ((week * 5) % 9),
      decidedAt: new Date(now - week * weekMs),
      reason: reasons[week % 3] ?? null,
      job: jobs[week % 4] ?? null,
      letters: 5 + ((week * 3) % 2),
      consents: (week * 2) % 5,
    });
  await relay.database.forCompany(place.companyId, (tx) =>
    tx
      .updateTable('letter')
      .set({ status: 'held', reason: 'reason-unknown' })
      .where('sent_at', '>', new Date(now - weekMs / 2))
      .execute(),
  );
  const body = Buffer.from(
    JSON.stringify({ action: 'rejected', candidate: { name: '髙﨑 花子', mail: 'a@example.com' } }),
  );
  await addDeliveries(relay, place, [
    ...Array.from({ length: 12 }, () => ({ status: 'processed', body }) as const),
    { status: 'set-aside', reason: 'not-json', body: Buffer.from('<xml>') },
    { status: 'ignored', reason: 'stale', body },
    { status: 'failed', reason: 'internal_error', body },
  ]);
  await relay.call('PATCH', `/connections/${place.connectionId}`, { letter: { holdMinutes: 60 } });
}

const pages = [
  ['dashboard', 'sakura-foods/dashboard', '.recharts-surface'],
  ['dashboard-empty', 'new-works/dashboard', 'main h2'],
  ['deliveries', 'sakura-foods/activity', 'tbody tr[data-index="0"]'],
  ['dead', 'sakura-foods/activity?tab=dead', 'main li'],
  ['audit', 'sakura-foods/activity?tab=audit', 'tbody tr[data-index="0"]'],
  ['health', 'sakura-foods/activity?tab=health', 'main h3'],
] as const;

describe.each(readers)('in $locale', (reader) => {
  test('everybody can use dashboard and activity, and they ask nobody else', async () => {
    const at = relay.clock.now();
    dead = [{ queue: 'letter.send', code: 'mail_unavailable', count: 4, oldestAt: at, newestAt: at }];
    const { page, offences, context } = await app.open(toLookOptions(reader));
    const faults: string[] = [];

    for (const [name, path, sign] of pages) {
      await page.goto(`${origin}/app/c/${path}`);
      await page.locator(sign).first().waitFor();
      faults.push(...(await lookAt(page, name, reader)));
      if (name !== 'dashboard') continue;
      for (const [part, below] of [
        ['charts', '.recharts-surface'],
        ['groups', 'table >> nth=-1'],
      ] as const) {
        await page.locator(below).first().scrollIntoViewIfNeeded();
        await takePicture(page, `dashboard-${part}-${toLookName(reader)}`);
      }
    }

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  }, 90_000);
});

test('from what needs a person, by the link, to the deliveries, their content, and all of them worked on again', async () => {
  const { page, offences, context } = await app.open();
  await page.goto(`${origin}/app/c/sakura-foods/dashboard`);

  await page.getByRole('link', { name: '受信データを見る' }).click();
  await page.getByRole('combobox', { name: '状態' }).click();
  await page.getByRole('option', { name: '失敗' }).click();
  await page.getByText('こちらの不具合で処理できませんでした').waitFor();
  const address = new URL(page.url()).searchParams;
  await page.getByRole('button', { name: '内容を見る' }).click();
  await page.getByRole('button', { name: '内容を表示する' }).click();
  await page.getByText('髙﨑 花子', { exact: false }).last().waitFor();
  const violations = await findViolations(page);
  await takePicture(page, 'delivery-body');
  await page.getByRole('dialog').getByRole('button', { name: '閉じる' }).last().click();
  await page.getByRole('button', { name: 'まとめて処理する' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'まとめて処理する' }).click();
  await page.getByText('1件を処理に回しました').waitFor();
  await takePicture(page, 'replay-all');
  await page.getByRole('dialog').getByRole('button', { name: '閉じる' }).last().click();
  await page.getByText('この条件の受信データはありません').waitFor();

  expect(Object.fromEntries(address)).toEqual({ connection: place.connectionId, status: 'failed' });
  expect(violations).toEqual([]);
  expect(offences).toEqual([]);
  const { body } = await relay.call('GET', '/audit?company=sakura-foods&about=delivery');
  expect(body.items.map(({ action }: { readonly action: string }) => action)).toEqual([
    'delivery.replayed',
    'delivery.read',
  ]);
  await context.close();
});

test('what is stuck goes on after a question, and the span stands in the address', async () => {
  const { page, offences, context } = await app.open();
  await page.goto(`${origin}/app/c/sakura-foods/activity?tab=dead`);

  await page.getByRole('button', { name: '再開する: 手紙の送信' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '再開する' }).click();
  await page.getByText('止まった処理はありません').waitFor();
  await page.goto(`${origin}/app/c/sakura-foods/dashboard`);
  await page.getByText('半年', { exact: true }).click();
  await page.waitForURL(/weeks=26/);
  await page.reload();
  await page.locator('.recharts-surface').first().waitFor();

  expect(await page.getByRole('radio', { name: '半年' }).isChecked()).toBe(true);
  expect(offences).toEqual([]);
  await context.close();
});
