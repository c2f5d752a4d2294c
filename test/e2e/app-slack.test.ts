import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openRelay, sampleAgency, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { makeTestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../support/fake-slack.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';

/** The page of Slack over the real server, with a Slack that answers as strictly as the real one. */
const tabs = ['places', 'routes', 'hours', 'people', 'wording'] as const;

let slack: FakeSlack;
let relay: TestRelay;
let workspace: FakeWorkspace;
let app: App;
let origin: string;

beforeAll(async () => {
  const clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
  const { clientId, clientSecret, signingSecret, authorizeUrl, url: apiUrl } = slack;
  relay = await openRelay({ clock, slack: { clientId, clientSecret, signingSecret, authorizeUrl, apiUrl } });
  app = await openApp(relay, [{ slug: 'sakura-foods' }, { slug: 'walk' }, { slug: 'none' }], { hasSlackSignIn: false });
  origin = app.origin;
  slack.limitRates(false);
  workspace = slack.addWorkspace({ name: '架空さくら' });
  await addTied('sakura-foods');
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
  await slack.close();
});

async function addCompany(slug: string): Promise<string> {
  await relay.call('POST', '/companies', {
    slug,
    name: 'さくら食品株式会社',
    locale: 'ja',
    postalAddress: '東京都港区架空台4-5-6',
    contactEmail: 'recruit@example.com',
  });
  await relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  return `/companies/${slug}/slack`;
}

/** With two places, a route, and somebody who may act. */
async function addTied(slug: string): Promise<void> {
  const path = await addCompany(slug);
  await relay.call('POST', `${path}/connect`, { botToken: workspace.token });
  const places = [workspace.addChannel({ name: 'saiyo' }), workspace.addUser()];
  for (const slackRef of places) await relay.call('POST', `${path}/places`, { slackRef });
  const { body } = await relay.call('GET', `${path}/places`);
  const route = { placeId: body.items[1].id, kinds: ['letters-held', 'weekly-digest'], job: '営業職（東京）' };
  await relay.call('PUT', `${path}/routes`, { routes: [route] });
  await relay.call('POST', `${path}/people`, { slackRef: workspace.addUser(), role: 'recruiter' });
}

describe.each(readers)('in $locale', (reader) => {
  test('everybody can use every part of the page, and it asks nobody else', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader));
    const faults: string[] = [];

    for (const tab of tabs) {
      await page.goto(`${origin}/app/c/sakura-foods/slack?tab=${tab}`);
      await page.locator('[role=tabpanel] :is(li, input, iframe)').first().waitFor();
      if (tab === 'wording') await page.frameLocator('iframe').locator('article').waitFor();
      faults.push(...(await lookAt(page, `slack-${tab}`, reader)));
    }

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('from nothing to notices: a token, a channel that refuses first, names, a route, a code, and words of one’s own', async () => {
  const path = await addCompany('walk');
  const tied = slack.addWorkspace({ name: '架空すみれ' });
  const closed = tied.addChannel({ name: 'jinji', isMember: false });
  const channel = tied.addChannel({ name: 'saiyo' });
  const { page, offences, context } = await app.open();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog');

  await page.goto(`${origin}/app/c/walk/slack`);
  await page.getByText('Slackとまだつながっていません').waitFor();
  await takePicture(page, 'slack-none');
  await press('トークンで接続する（Socket Modeを使う場合）');
  await page.getByLabel('ボットトークン', { exact: true }).fill(tied.token);
  await takePicture(page, 'slack-token');
  await press('このトークンで接続する');
  await page.getByText('届け先がまだありません').waitFor();

  await press('届け先を追加する');
  await page.getByLabel('チャンネルIDまたはメンバーID').fill(closed);
  await press('確認して追加する');
  await dialog.getByText('アプリがまだチャンネルに参加していません').waitFor();
  await takePicture(page, 'slack-refused');
  await page.getByLabel('チャンネルIDまたはメンバーID').fill(`https://kakuu.slack.com/archives/${channel}`);
  await press('確認して追加する');
  await page.getByRole('list', { name: '届け先' }).getByText('#saiyo').waitFor();

  await page.getByRole('switch', { name: '#saiyo に氏名を表示' }).click({ force: true });
  await page.getByLabel('上の内容を読み、社内の規程を確認しました').check();
  await takePicture(page, 'slack-names');
  await press('氏名を表示する');
  await page.getByText('チャンネル ・').getByText('氏名を表示').waitFor();
  const { body: places } = await relay.call('GET', `${path}/places`);

  await page.getByRole('tab', { name: '振り分け' }).click();
  await press('振り分けを追加する');
  await page.getByLabel('職種').fill('営業職（東京）');
  await page.getByRole('tab', { name: '届く時間' }).click();
  await press('このページにとどまる');
  await press('保存する');
  await page.getByText('保存していない変更があります').first().waitFor({ state: 'hidden' });
  const { body: routes } = await relay.call('GET', `${path}/routes`);

  await page.getByRole('tab', { name: '操作できる人' }).click();
  await press('操作できる人を追加する');
  await press('コードを発行する');
  const command = await dialog.locator('pre').textContent();
  await takePicture(page, 'slack-code');
  await press('渡しました');

  await page.goto(`${origin}/app/c/walk/slack?tab=wording&kind=credit-earned&locale=ja`);
  await page.getByLabel('タイトル').fill('@channel 髙﨑さん');
  await page.getByText('このままでは保存できません').waitFor();
  await page.getByLabel('タイトル').fill('{{ earned }}件、おめでとうございます 🌸');
  await page.frameLocator('iframe').getByText('1件、おめでとうございます 🌸').waitFor();
  await takePicture(page, 'slack-wording-own');
  await press('保存する');
  await page.getByText('自社の文面', { exact: true }).waitFor();
  const { body: wordings } = await relay.call('GET', `${path}/wordings`);
  await press('標準の文面に戻す');
  await dialog.getByRole('button', { name: '標準の文面に戻す' }).click();
  await page.getByText('標準の文面', { exact: true }).waitFor();

  expect(places.items).toMatchObject([{ name: 'saiyo', hasNames: true, isDefault: true }]);
  expect(routes.items).toMatchObject([{ placeId: places.items[0].id, kinds: [], job: '営業職（東京）' }]);
  expect(command).toMatch(/^\/career-relay link \S+$/);
  expect(wordings.items).toMatchObject([{ kind: 'credit-earned', title: '{{ earned }}件、おめでとうございます 🌸' }]);
  expect((await relay.call('GET', `${path}/wordings`)).body.items).toEqual([]);
  expect(offences).toEqual([
    'console: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)',
  ]);
  await context.close();
});

test('who may only look sees how it stands and no button that the server would refuse', async () => {
  await addCompany('none');
  const { page, offences, context } = await app.open({}, { role: 'viewer' });

  await page.goto(`${origin}/app/c/none/slack`);
  await page.getByText('会社のオーナーの操作が必要です').waitFor();
  const whereNone = await page.locator('main button').count();
  await page.goto(`${origin}/app/c/sakura-foods/slack`);
  await page.getByRole('list', { name: '届け先' }).waitFor();
  const where = await page.locator('main button:not([role=tab])').count();

  expect([whereNone, where]).toEqual([0, 0]);
  expect(offences).toEqual([]);
  await context.close();
});
