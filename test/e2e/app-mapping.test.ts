import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addCompany, openRelay, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';

/** The mapping in a real browser, over the real server, with a fake ATS and letters that wait. */

let relay: TestRelay;
let app: App;
let company: { readonly slug: string; readonly id: string };
let connectionId: string;

beforeAll(async () => {
  relay = await openRelay();
  app = await openApp(relay, []);
  company = await addCompany(relay);
  await addConnections();
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
});

/** One with letters that wait for a reason, a rule of old that the ATS has no more, and a history; and one by files. */
async function addConnections(): Promise<void> {
  const connect = async (connector: string, settings: object) =>
    (await relay.call('POST', '/connections', { company: company.slug, connector, settings })).body.id;
  connectionId = await connect('greenhouse', relay.settings);
  await connect('hrmos', {});
  await reject('さくら', '𠮷野', 'unknown', '一次面接');
  await reject('Conan', "O'Brien", 'unknown', '最終面接');
  await reject('一郎', '髙﨑', 'company', '書類選考');
  const put = (mapping: object) => relay.call('PUT', `/connections/${connectionId}/mapping`, mapping);
  await put({ reasons: { '31': { decidedBy: 'candidate' }, '9901': { letter: 'skip' } } });
  await put({
    reasons: { '31': { decidedBy: 'candidate', letter: 'skip' }, '9901': { letter: 'skip' } },
    stages: { 最終面接: { letter: 'hold' } },
  });
}

async function reject(givenName: string, familyName: string, decidedBy: 'company' | 'unknown', stage: string) {
  const who = {
    givenName,
    familyName,
    email: 'applicant@example.com',
    job: '営業・企画（東京, 大阪）',
    decidedBy,
    stage,
  };
  const { headers, body } = relay.fake.reject({ ...who, email: `${stage.length}${familyName.length}@example.com` });
  await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  await relay.jobs.runDue();
}

/** Answered here: what they say is a page of its own. */
const templates = { items: [{ id: '0199f0c2-1111-7000-8000-000000000001', name: '最終選考の方へ' }], nextCursor: null };

async function open(options: Parameters<App['open']>[0] = {}) {
  const opened = await app.open(options, { role: 'recruiter', companies: [company] });
  await opened.context.route('**/api/v1/letter-templates?*', (route) => route.fulfill({ json: templates }));
  return opened;
}

const toAddress = (query = '') => `${app.origin}/app/c/${company.slug}/mapping?connection=${connectionId}${query}`;

describe.each(readers)('in $locale', (reader) => {
  test('everybody can read reasons, stages, what would change and the history', async () => {
    const { page, offences, context } = await open(toLookOptions(reader));
    const faults: string[] = [];
    const see = async (name: string) => faults.push(...(await lookAt(page, `mapping-${name}`, reader)));
    const say = (ja: string, en: string) => (reader.locale === 'ja' ? ja : en);

    await page.goto(toAddress());
    const letter = page.getByLabel(say('Otherの「手紙」', 'Letter for Other'));
    await letter.waitFor();
    await see('reasons');
    await letter.selectOption('send');
    await page.getByRole('button', { name: say('保存する', 'Save') }).click();
    await page.getByRole('dialog').locator('dl dd').first().waitFor();
    await see('changes');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: say('変更履歴', 'History') }).click();
    await page.getByRole('article').nth(2).waitFor();
    await see('history');
    await page.keyboard.press('Escape');
    await page.getByRole('tab').nth(1).click();
    await page.getByRole('table', { name: say('選考段階', 'Stages') }).waitFor();
    await see('stages');

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  }, 60_000);
});

test('a reason is settled after a look at what changes, the letters that waited go on, and it is gone back', async () => {
  const { page, offences, context } = await open();
  const other = page.getByLabel('Otherの「誰の判断か」');

  await page.goto(toAddress('&show=open'));
  await page.getByText('確認待ち 2通').waitFor();
  await other.selectOption('company');
  await page.getByRole('button', { name: '保存する' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('保留中から送信予定になる手紙').waitFor();
  await dialog.getByRole('button', { name: '保存する' }).click();
  await page.getByText('保存しました（第4版）').waitFor();
  await relay.jobs.runDue();
  const { body: letters } = await relay.call('GET', `/letters?company=${company.slug}&status=held`);
  await page.reload();
  await page.getByText('未設定の理由はありません').waitFor();
  await page.getByRole('button', { name: '変更履歴' }).click();
  await page.getByRole('button', { name: '第3版に戻す' }).click();
  await page.getByRole('button', { name: 'この版に戻す' }).click();
  await page.getByText('保存しました（第5版）').waitFor();

  // The second one waits at 最終面接 by the rule of that stage.
  expect(letters.items.map(({ reason }: { readonly reason: string }) => reason)).toEqual(['reason-hold']);
  const { body } = await relay.call('GET', `/connections/${connectionId}/mapping/versions?limit=1`);
  expect(body.items).toMatchObject([{ version: 5, restores: 3 }]);
  expect(offences).toEqual([]);
  await context.close();
});
