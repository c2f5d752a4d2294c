import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { issueLink } from '../../src/letter/index.ts';
import { newId } from '../../src/platform/ids.ts';
import { addCompany, openRelay, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';

/** A company's own words on the applicants' page: where they are written, and where they are read. */
const words = {
  heading: 'ご応募いただいたみなさまへ',
  introduction:
    '採用担当の𠮷野です。このたびはご縁がありませんでしたが、お話しできた時間をうれしく思っています。\nこれからのお仕事探しに役立てていただけるように、ひとつご案内をお送りします。',
  questions: [
    { question: '登録しないとどうなりますか', answer: '何も変わりません。このまま画面を閉じていただいて大丈夫です。' },
    { question: '費用はかかりますか', answer: 'いいえ、かかりません。' },
  ],
  closing: "O'Brien & 髙﨑 より、感謝をこめて。",
  thanksGranted: 'お返事をありがとうございます。',
  thanksDeclined: 'お返事をありがとうございます。ご活躍をお祈りしています。',
};
const english = {
  ...words,
  heading: 'To everybody who applied',
  introduction: 'Thank you for the time you gave us.\nHere is something that may help you on your way.',
  questions: [{ question: 'What if I do not register?', answer: 'Nothing changes. You may simply close this page.' }],
  closing: 'With thanks, O’Brien and 髙﨑',
};

let relay: TestRelay;
let app: App;
let origin: string;
let written: { readonly slug: string; readonly link: string };
let bare: { readonly slug: string; readonly link: string };

beforeAll(async () => {
  relay = await openRelay();
  app = await openApp(relay, []);
  origin = app.origin;
  [written, bare] = [await addApplicant(), await addApplicant()];
  const page = `/companies/${written.slug}/applicants-page`;
  for (const [locale, said] of [
    ['ja', { ...words, questions: words.questions.slice(0, 1) }],
    ['ja', words],
    ['en', english],
  ] as const) {
    await relay.call('PUT', `${page}/${locale}/draft`, said);
    await relay.call('POST', `${page}/${locale}/publish`);
  }
  await relay.call('PUT', `${page}/ja/draft`, { ...words, closing: '同意された方には、ギフトを差し上げます。' });
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
});

/** A company in order, and the link in the letter to one of its applicants. */
async function addApplicant(): Promise<typeof written> {
  const { slug, id } = await addCompany(relay);
  const token = await relay.database.forCompany(id, async (tx) => {
    const nothing = { email_key: null, email: null, locale: null, erased_at: null };
    const person = { person_id: newId(), company_id: id, given_name: '花子', family_name: '髙﨑' };
    const now = relay.clock.now();
    await tx
      .insertInto('person')
      .values({ ...person, ...nothing, created_at: now })
      .execute();
    return issueLink(tx, { companyId: id, personId: person.person_id, rejectionId: null, letterId: null, now });
  });
  return { slug, link: `/c/${token}` };
}

describe.each(readers)('in $locale', (reader) => {
  test('everybody can use the desk, and read what was written there', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader), { companies: [written, bare] });

    await page.goto(`${origin}/app/c/${written.slug}/applicants-page`);
    await page.frameLocator('iframe').locator('.own').first().waitFor();
    await page.getByRole('list').last().waitFor();
    const desk = await lookAt(page, 'applicants-desk', reader);
    await page.goto(`${origin}${written.link}?lang=${reader.locale}`);
    await page.locator('.own').first().waitFor();
    const asked = await lookAt(page, 'applicants-asked', reader);

    expect([...desk, ...asked]).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('words are written, looked at, published, changed and taken up again, and applicants read what is in force', async () => {
  const { page, offences, context } = await app.open({}, { companies: [written, bare] });
  const applicant = async () => {
    const read = await relay.server.inject({ url: bare.link });
    return read.body;
  };
  const publish = async () => {
    await page.getByRole('button', { name: '公開する' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '公開する' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  };

  await page.goto(`${origin}/app/c/${bare.slug}/applicants-page?width=phone`);
  await page.getByLabel('はじめの言葉').fill('ギフトを差し上げます');
  await page.getByText('「ギフト」は使えません').waitFor();
  await takePicture(page, 'applicants-fault');
  await page.getByLabel('はじめの言葉').fill('お時間をいただき、ありがとうございました。');
  await page.frameLocator('iframe').getByText('お時間をいただき').waitFor();
  await page.getByRole('combobox', { name: '表示するページ' }).click();
  await page.getByRole('option', { name: '期限が切れたリンク' }).click();
  await page.frameLocator('iframe').getByText('このページは表示できません').waitFor();
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('下書きあり').waitFor();
  const unpublished = await applicant();
  await publish();
  await page.getByText('第1版を公開中').waitFor();
  const first = await applicant();
  await page.getByLabel('はじめの言葉').fill('二つ目の言葉です。');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('下書きあり').waitFor();
  await publish();
  await page.getByText('第2版を公開中').waitFor();
  await page.getByRole('button', { name: '変更点を見る 第2版' }).click();
  await page.getByRole('dialog').getByText('お時間をいただき').waitFor();
  const faults = await lookAt(page, 'applicants-difference');
  await page.getByRole('dialog').getByRole('button', { name: '閉じる' }).click();
  await page.getByRole('button', { name: '下書きに戻す 第1版' }).click();
  await page.getByText('下書きあり').waitFor();

  expect(unpublished).not.toContain('お時間をいただき');
  expect(first).toContain('お時間をいただき');
  expect(await applicant()).toContain('二つ目の言葉です。');
  expect(await page.getByLabel('はじめの言葉').inputValue()).toContain('お時間をいただき');
  expect(faults).toEqual([]);
  expect(offences).toEqual([]);
  await context.close();
}, 90_000);

test('words that were typed and not saved are not lost by looking at another language', async () => {
  const { page, context } = await app.open({}, { companies: [written, bare] });
  await page.goto(`${origin}/app/c/${bare.slug}/applicants-page`);
  await page.getByLabel('結びの言葉').fill('保存していない言葉');

  await page.locator('main label').filter({ hasText: '英語' }).click();
  await page.getByRole('button', { name: 'このページにとどまる' }).click();

  expect(await page.getByLabel('結びの言葉').inputValue()).toBe('保存していない言葉');
  await context.close();
});
