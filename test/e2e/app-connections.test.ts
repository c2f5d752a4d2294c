import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openRelay, sampleAgency, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';
import { findViolations } from '../support/watched-page.ts';

const name = 'さくら食品株式会社';

let relay: TestRelay;
let app: App;
let origin: string;
let companyId: string;
let greenhouse: string;
let hrmos: string;

const file = [
  '応募ID,選考ステータス,不合格日,氏名,メールアドレス,求人名',
  '1,不合格,2026/11/20,髙﨑 花子,hanako@example.com,営業職',
  "2,不合格,2026/11/21,Conan O'Brien,conan@example.com,企画職",
  '3,選考中,,𠮷野 太郎,taro@example.com,営業職',
  '4,不合格,いつか,山本 次郎,jiro@example.com,営業職',
].join('\n');

beforeAll(async () => {
  relay = await openRelay();
  app = await openApp(relay, () => [{ slug: 'sakura-foods', id: companyId, name }]);
  origin = app.origin;
  const { body } = await relay.call('POST', '/companies', {
    slug: 'sakura-foods',
    name,
    locale: 'ja',
    postalAddress: '東京都港区架空台4-5-6',
    contactEmail: 'recruit@example.com',
  });
  companyId = body.id;
  await relay.call('PUT', '/companies/sakura-foods/agency', sampleAgency);
  greenhouse = await connect('greenhouse', relay.settings);
  hrmos = await connect('hrmos', {});
  await relay.call('POST', `/connections/${greenhouse}/poll`);
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
});

async function connect(connector: string, settings: object): Promise<string> {
  const { body } = await relay.call('POST', '/connections', { company: 'sakura-foods', connector, settings });
  return body.id;
}

describe.each(readers)('in $locale', (reader) => {
  test('everybody can use the pages of connections, and they ask nobody else', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader));
    const faults: string[] = [];
    const pages = {
      list: ['', 'main ul li time'],
      gallery: ['/new', 'main ul li h2'],
      add: ['/new/greenhouse', 'main form input'],
      state: [`/${greenhouse}`, 'main dl'],
      letters: [`/${greenhouse}?tab=letters`, 'main [role=radiogroup]'],
      settings: [`/${greenhouse}?tab=settings`, 'main input'],
      past: [`/${greenhouse}?tab=past`, 'main h2'],
      files: [`/${hrmos}?tab=files`, 'main ol li'],
    } as const;

    for (const [title, [path, sign]] of Object.entries(pages)) {
      await page.goto(`${origin}/app/c/sakura-foods/connections${path}`);
      await page.locator(sign).first().waitFor();
      faults.push(...(await lookAt(page, `connections-${title}`, reader)));
    }

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  }, 60_000);
});

test('an ATS is connected from the gallery, checked at once, and goes live only by the company’s name', async () => {
  const { page, offences, context } = await app.open();
  const { clientId = '', clientSecret = '', baseUrl = '', tokenUrl = '' } = relay.settings;
  await page.goto(`${origin}/app/c/sakura-foods/connections`);

  await page.getByRole('link', { name: '接続を追加する' }).click();
  await page.getByRole('link', { name: 'Greenhouse に接続する' }).click();
  await page.getByLabel('自社の認証情報').check();
  await page.getByLabel('クライアントID', { exact: true }).fill(clientId);
  await page.getByLabel('クライアントシークレット', { exact: true }).fill(clientSecret);
  await page.getByRole('button', { name: '通常は変更しない項目' }).click();
  await page.getByLabel('APIのアドレス（任意）').fill(baseUrl);
  await page.getByLabel('トークンのアドレス（任意）').fill(tokenUrl);
  await page.getByRole('button', { name: '接続する' }).click();
  await page.getByText('シークレットが表示されるのは今だけです').waitFor();
  await page.getByText('問題なく接続できました').waitFor();
  await takePicture(page, 'connections-connected');
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('link', { name: 'この接続の画面へ' }).click();
  await page.waitForURL(/connections\/[0-9a-f-]{36}/);
  const [id = ''] = /[0-9a-f-]{36}/.exec(page.url()) ?? [];
  await context.route('**/go-live*', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const { body } = await relay.call('GET', `/connections/${id}/go-live`);
    // A page that is closing asks once more and waits for no answer.
    await route.fulfill({ json: { ...body, planned: { all: 36, old: 0 } } }).catch(() => undefined);
  });
  await page.getByRole('button', { name: '本番に切り替える' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('36通が送られます').waitFor();
  const isOpenAtFirst = await dialog.getByRole('button', { name: '本番に切り替える' }).isEnabled();
  await takePicture(page, 'connections-go-live');
  expect(await findViolations(page)).toEqual([]);
  await dialog.getByRole('textbox').fill(name);
  await dialog.getByRole('button', { name: '本番に切り替える' }).click();
  await page.getByText('手紙を送っています。').waitFor();
  await page.getByRole('button', { name: 'シークレットを交換する' }).click();
  await dialog.getByRole('button', { name: 'シークレットを交換する' }).click();
  await dialog.getByText('シークレットが表示されるのは今だけです').waitFor();
  await takePicture(page, 'connections-rotated');
  await dialog.getByRole('button', { name: '保管しました' }).click();
  await page.getByText('以前のシークレットを受け付ける期限').waitFor();
  await page.getByRole('button', { name: '接続を外す' }).click();
  await dialog.getByRole('textbox').fill('Greenhouse');
  await dialog.getByRole('button', { name: '接続を外す' }).click();
  await page.waitForURL(`${origin}/app/c/sakura-foods/connections`);

  expect(isOpenAtFirst).toBe(false);
  expect(offences).toEqual([]);
  await context.close();
});

test('a dropped file shows what was guessed beside its values, waits for one, and rows that cannot be read say why', async () => {
  const { page, offences, context } = await app.open();
  await page.goto(`${origin}/app/c/sakura-foods/connections/${hrmos}?tab=files`);

  await page
    .locator('input[type=file]')
    .setInputFiles({ name: '応募者.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.getByText("髙﨑 花子 ／ Conan O'Brien").waitFor();
  await takePicture(page, 'connections-columns');
  expect(await findViolations(page)).toEqual([]);
  // Left, and gone on with from the list.
  await page.reload();
  await page.getByRole('button', { name: /続ける/ }).click();
  await page.getByText("髙﨑 花子 ／ Conan O'Brien").waitFor();
  await takePicture(page, 'connections-resumed');
  await page.getByRole('button', { name: 'この列で取り込む' }).click();
  await page.getByText('新しい不採用が2件ありました').waitFor();
  await takePicture(page, 'connections-imported');
  expect(await findViolations(page)).toEqual([]);
  await page.goto(`${origin}/app/c/sakura-foods/connections/${hrmos}?tab=past`);
  await page.getByRole('button', { name: '2件を対象にする' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '対象にする' }).click();
  await page.getByText('対象の始まり').waitFor();
  await takePicture(page, 'connections-past');

  expect(offences).toEqual([]);
  await context.close();
});

test('what was typed is not lost by leaving, and a change of another admin is not overwritten', async () => {
  const { page, context } = await app.open();
  await page.goto(`${origin}/app/c/sakura-foods/connections/${hrmos}?tab=letters`);
  await page.getByLabel('いつでも').check();

  await page.getByRole('tab', { name: '状態' }).click();
  await page.getByRole('button', { name: 'このページにとどまる' }).click();
  await relay.call('PATCH', `/connections/${hrmos}`, { letter: { holdMinutes: 60 } });
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('ほかの人がこの内容を保存しました').waitFor();
  await page.getByRole('button', { name: '最新の内容を読み込む' }).click();
  await page.locator('input[value="1時間"]').waitFor();
  await page.getByLabel('いつでも').check();
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByRole('button', { name: '保存する' }).waitFor({ state: 'detached' });

  const { body } = await relay.call('GET', `/connections/${hrmos}`);
  expect(body.letter).toEqual({ holdMinutes: 60, window: 'always' });
  await context.close();
});
