import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { serveFake } from '../../src/connector/index.ts';
import { adminToken, openRelay, sampleAgency, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { openChromium } from '../support/chromium.ts';
import { readers, widths } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';
import { findFreePort, startService } from '../support/service.ts';
import { findViolations, watchPage } from '../support/watched-page.ts';

/** The first run: from the printed link to a letter that left. */

const name = 'さくら食品株式会社';
const dayMs = 24 * 3_600_000;

let browser: Browser;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  browser = await openChromium();
}, 60_000);
afterAll(async () => {
  await browser.close();
  for (const end of ends) await end();
});

test('from the first admin’s link to a letter that left, with a break in between', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'career-relay-start-'));
  ends.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const port = await findFreePort();
  const service = await startService({
    PORT: String(port),
    DATA_DIR: dataDir,
    BASE_URL: `http://127.0.0.1:${port}`,
    ADMIN_TOKEN: adminToken,
    ALLOW_PRIVATE_NETWORK: 'true',
  });
  ends.unshift(() => service.stop());
  const fake = createGreenhouseFake({ now: () => new Date() });
  const hosted = await serveFake(fake);
  ends.unshift(() => hosted.close());
  const settings: Readonly<Record<string, string>> = fake.settings(hosted.origin);
  const person = { familyName: '𠮷野', givenName: '太郎', email: 'taro@example.com', job: '営業職' };
  fake.reject({ ...person, decidedAt: new Date(Date.now() - 20 * dayMs) });

  const context = await browser.newContext({ locale: 'ja', reducedMotion: 'reduce', viewport: widths.wide });
  context.setDefaultTimeout(60_000);
  const { page, offences } = await watchPage(context, service.baseUrl);
  const next = () => page.getByRole('button', { name: '次の手順へ' }).click();
  const waitForStep = (title: string) => page.getByRole('heading', { level: 2, name: title, exact: true }).waitFor();

  await page.goto(/http\S+\/app\/first\?code=\S+/.exec(service.output())?.[0] ?? '');
  await page.getByLabel('お名前').fill('髙﨑 花子');
  await page.getByLabel('メールアドレス').fill('hanako@example.com');
  await page.getByRole('button', { name: 'はじめる' }).click();
  await page.getByRole('heading', { name: '会社を登録する' }).waitFor();
  await page.getByLabel('会社名').fill(name);
  await page.getByLabel('住所').fill('東京都港区架空台4-5-6');
  await page.getByLabel('問い合わせ先のメールアドレス').fill('recruit@example.com');
  await page.getByLabel('アドレスに使う名前').fill('sakura-foods');
  await takePicture(page, 'start-0-company');
  await page.getByRole('button', { name: '登録して設定を始める' }).click();

  await page.waitForURL('**/app/c/sakura-foods/start');
  await waitForStep('会社と差出人');
  const isClosedAtFirst = await page.getByRole('button', { name: '次の手順へ' }).isDisabled();
  await page.getByRole('button', { name: '自分にテストメールを送る' }).click();
  await page.getByText('hanako@example.com 宛のメールを、送信箱に入れました').waitFor();
  await page.getByText('この手順は完了です').waitFor();
  await takePicture(page, 'start-1-sender');
  await next();

  await waitForStep('紹介会社と許可');
  await page.getByLabel('名称').fill(sampleAgency.name);
  await page.getByLabel('所在地').fill(sampleAgency.address);
  await page.getByLabel('代表者').fill(sampleAgency.representative);
  await page.getByLabel('許可番号').fill('１３ーﾕー９９９９９９');
  await page.getByLabel('許可の有効期限').fill('2035-03-31');
  await page.getByLabel('個人情報の取り扱いのページ').fill(sampleAgency.privacyUrl);
  await page.getByLabel('登録ページ').fill(sampleAgency.registrationUrl);
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('この手順は完了です').waitFor();
  await takePicture(page, 'start-2-agency');
  await next();

  await waitForStep('ATS（採用管理システム）');
  await page.getByRole('button', { name: 'Greenhouse に接続する' }).click();
  await page.getByLabel('自社の認証情報').check();
  await page.getByLabel('クライアントID', { exact: true }).fill(settings.clientId ?? '');
  await page.getByLabel('クライアントシークレット', { exact: true }).fill(settings.clientSecret ?? '');
  await page.getByLabel('Webhook シークレットキー').fill(settings.webhookSecret ?? '');
  await page.getByRole('button', { name: '通常は変更しない項目' }).click();
  await page.getByLabel('APIのアドレス（任意）').fill(settings.baseUrl ?? '');
  await page.getByLabel('トークンのアドレス（任意）').fill(settings.tokenUrl ?? '');
  await page.getByRole('button', { name: '接続する', exact: true }).click();
  await page.getByText('問題なく接続できました').waitFor();
  const { items } = await call('GET', '/connections?company=sakura-foods');
  const { id } = items[0];
  // The real clock may say that it is night.
  await call('PATCH', `/connections/${id}`, { letter: { holdMinutes: 0, window: 'always' } });
  await page.getByRole('button', { name: '保管したので、確認に進む' }).click();
  await page.getByRole('button', { name: 'いま照合する' }).click();
  await page.getByText('この手順は完了です').waitFor();
  await takePicture(page, 'start-3-ats');
  await next();

  await waitForStep('手紙');
  await page.getByRole('button', { name: 'この内容で送ってよい' }).click();
  await page.getByText('この手順は完了です').waitFor();
  await takePicture(page, 'start-4-letter');

  await page.goto(`${service.baseUrl}/app/c/sakura-foods/dashboard`);
  await page.getByText('次は「Slack」です。').waitFor();
  await takePicture(page, 'start-5-card');
  await page.getByRole('link', { name: '続ける' }).click();
  await waitForStep('Slack');
  await page.getByRole('button', { name: 'あとで設定する' }).click();
  await page.getByText('あとで設定することにしました').waitFor();
  await takePicture(page, 'start-6-slack');
  await next();

  await waitForStep('試験運転の結果と本番運転');
  await page.getByText('不採用はまだ届いていません').waitFor();
  await takePicture(page, 'start-7-nothing-yet');
  await page.getByRole('button', { name: '1件を対象にする' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '対象にする' }).click();
  const { headers, body } = fake.reject({ ...person, givenName: '花子', familyName: '髙﨑', email: 'h@example.com' });
  await fetch(`${service.baseUrl}/hooks/${id}`, { method: 'POST', headers, body });
  await page.getByRole('button', { name: '髙﨑 花子 への手紙の内容を見る' }).click();
  await page.getByRole('button', { name: '𠮷野 太郎 への手紙の内容を見る' }).waitFor();
  await takePicture(page, 'start-8-trial');
  await page.getByRole('button', { name: '本番運転を始める' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1通が送られます').waitFor();
  await takePicture(page, 'start-9-ask');
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: '本番運転を始める' }).click();
  await page.getByRole('heading', { name: '本番運転を始めました' }).waitFor();
  await page.getByText('古い手紙1通を取り消しました').waitFor();
  await takePicture(page, 'start-10-live');

  await page.getByRole('link', { name: 'ダッシュボードへ' }).click();
  await page.getByRole('heading', { name: 'これまでの動き' }).waitFor();
  const isOver = (await page.getByText('導入の続き').count()) + (await page.getByText('はじめの設定').count()) === 0;
  const mail = await readLetterTo('h@example.com');
  const { counts } = await call('GET', '/letters/counts?company=sakura-foods');
  await context.close();

  expect(isClosedAtFirst).toBe(true);
  expect(isOver).toBe(true);
  expect(mail.text).toContain(`${service.baseUrl}/c/`);
  expect(counts).toEqual({ sent: 1, cancelled: 1 });
  expect(offences).toEqual([]);

  async function call(method: string, path: string, sent?: object) {
    const response = await fetch(`${service.baseUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, ...(sent && { 'content-type': 'application/json' }) },
      ...(sent && { body: JSON.stringify(sent) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    return response.json() as Promise<any>;
  }

  /** It is sent by a job, behind the answer. */
  async function readLetterTo(address: string): Promise<{ readonly text: string }> {
    for (;;) {
      const outbox = await call('GET', '/outbox?company=sakura-foods');
      const found = outbox.items.find(({ to }: { readonly to: string }) => to.includes(address));
      if (found) return found;
    }
  }
}, 360_000);

describe('on the way', () => {
  let relay: TestRelay;
  let app: App;

  beforeAll(async () => {
    relay = await openRelay();
    let companyId = '';
    app = await openApp(relay, () => [{ slug: 'sakura-foods', id: companyId, name }]);
    const { body } = await relay.call('POST', '/companies', {
      slug: 'sakura-foods',
      name,
      locale: 'ja',
      postalAddress: '東京都港区架空台4-5-6',
      contactEmail: 'recruit@example.com',
    });
    companyId = body.id;
    await relay.call('PUT', '/companies/sakura-foods/agency', sampleAgency);
    const { body: connection } = await relay.call('POST', '/connections', {
      company: 'sakura-foods',
      connector: 'greenhouse',
      settings: relay.settings,
    });
    await relay.call('PUT', '/companies/sakura-foods/start/letter', { isApproved: true });
    await relay.call('PUT', '/companies/sakura-foods/start/slack', { isSkipped: true });
    await relay.database.forCompany(companyId, (tx) =>
      tx
        .insertInto('first_run_mark')
        .values({ company_id: companyId, mark: 'mail-tested', actor: 'admin', marked_at: relay.clock.now() })
        .execute(),
    );
    await reject(connection.id, { familyName: '髙﨑', givenName: '花子', email: 'hanako@example.com' });
    relay.clock.advance(20 * dayMs);
    await reject(connection.id, { familyName: "O'Brien", givenName: 'Conan', email: 'conan@example.com' });
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    await relay?.close();
  });

  async function reject(
    connectionId: string,
    person: { readonly familyName: string; readonly givenName: string; readonly email: string },
  ): Promise<void> {
    const { headers, body } = relay.fake.reject({ ...person, job: '営業職（東京）' });
    await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
    await relay.jobs.runDue();
  }

  test.each(readers)(
    'everybody can use each step in $locale, and the pages ask nobody else',
    async (reader) => {
      const { page, offences, context } = await app.open(toLookOptions(reader));
      context.setDefaultTimeout(30_000);
      const pages = {
        company: ['start?step=company', 'section textarea'],
        agency: ['start?step=agency', 'section input[type=date]'],
        ats: ['start?step=ats', 'section code'],
        letter: ['start?step=letter', 'section iframe'],
        slack: ['start?step=slack', 'section button[aria-expanded]'],
        live: ['start', 'section iframe'],
        card: ['dashboard', 'main [role=progressbar]'],
      } as const;
      const faults: string[] = [];

      for (const [title, [path, sign]] of Object.entries(pages)) {
        await page.goto(`${app.origin}/app/c/sakura-foods/${path}`);
        await page.locator(sign).first().waitFor();
        faults.push(...(await lookAt(page, `start-${title}`, reader)));
      }
      const fresh = await app.open(toLookOptions(reader), { isOperator: true, companies: [] });
      fresh.context.setDefaultTimeout(30_000);
      await fresh.page.goto(`${app.origin}/app/`);
      await fresh.page.locator('form textarea').first().waitFor();
      faults.push(...(await lookAt(fresh.page, 'start-create', reader)));

      expect(faults).toEqual([]);
      expect([...offences, ...fresh.offences]).toEqual([]);
      await context.close();
      await fresh.context.close();
    },
    240_000,
  );
});
