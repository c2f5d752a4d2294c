import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { issueLink } from '../../src/letter/index.ts';
import { newId } from '../../src/platform/ids.ts';
import { servePage } from '../../src/settings/index.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from '../settings/relay.ts';
import { openChromium } from '../support/chromium.ts';
import { looks, widths } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';
import { findViolations, watchPage } from '../support/watched-page.ts';

/** A company's own words on the applicants' page: where they are written, and where they are read. */
const folder = fileURLToPath(new URL('../../dist-page', import.meta.url));
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
let origin: string;
let browser: Browser;
let written: { readonly slug: string; readonly link: string };
let bare: { readonly slug: string; readonly link: string };

beforeAll(async () => {
  relay = await openRelay();
  await servePage(relay.server, { folder, hasSlackSignIn: false });
  origin = await relay.server.listen({ port: 0, host: '127.0.0.1' });
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
  browser = await openChromium();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await relay.close();
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
  return { slug, link: `${origin}/c/${token}` };
}

async function open(options: BrowserContextOptions = {}, role = 'owner') {
  const context = await browser.newContext({
    locale: 'ja',
    reducedMotion: 'reduce',
    viewport: widths.wide,
    extraHTTPHeaders: { authorization: `Bearer ${adminToken}` },
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const me = {
    kind: 'user',
    actor: 'user:u1',
    isOperator: false,
    user: { id: 'u1', name: '髙﨑 花子', email: 'hanako@example.com', hasSecondFactor: false, passkeys: 0 },
    companies: [written, bare].map(({ slug }) => ({ id: slug, slug, name: '架空食品株式会社', role })),
  };
  await context.route('**/api/v1/me', (route) => route.fulfill({ json: me }));
  return { context, ...(await watchPage(context, origin)) };
}

const isTooWide = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe.each(looks)('in $locale, $colorScheme, $width', ({ locale, colorScheme, width }) => {
  test('everybody can use the desk, and read what was written there', async () => {
    const { page, offences, context } = await open({ locale, colorScheme, viewport: widths[width] });
    const found: Record<string, unknown> = {};
    const look = async (name: string) => {
      found[name] = [await findViolations(page), await isTooWide(page)];
      await takePicture(page, `${name}-${locale}-${colorScheme}-${width}`);
    };

    await page.goto(`${origin}/app/c/${written.slug}/applicants-page`);
    await page.frameLocator('iframe').locator('.own').first().waitFor();
    await page.getByRole('list').last().waitFor();
    await look('desk');
    await page.goto(`${written.link}?lang=${locale}`);
    await page.locator('.own').first().waitFor();
    await look('asked');

    expect(found).toEqual({ desk: [[], false], asked: [[], false] });
    expect(offences).toEqual([]);
    await context.close();
  });
});

test('words are written, looked at, published, changed and taken up again, and applicants read what is in force', async () => {
  const { page, offences, context } = await open();
  const applicant = async () => {
    const read = await relay.server.inject({ url: new URL(bare.link).pathname });
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
  await takePicture(page, 'fault');
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
  await takePicture(page, 'difference');
  const violations = await findViolations(page);
  await page.getByRole('button', { name: '閉じる' }).click();
  await page.getByRole('button', { name: '下書きに戻す 第1版' }).click();
  await page.getByText('下書きあり').waitFor();

  expect(unpublished).not.toContain('お時間をいただき');
  expect(first).toContain('お時間をいただき');
  expect(await applicant()).toContain('二つ目の言葉です。');
  expect(await page.getByLabel('はじめの言葉').inputValue()).toContain('お時間をいただき');
  expect(violations).toEqual([]);
  expect(offences).toEqual([]);
  await context.close();
});

test('words that were typed and not saved are not lost by looking at another language', async () => {
  const { page, context } = await open();
  await page.goto(`${origin}/app/c/${bare.slug}/applicants-page`);
  await page.getByLabel('結びの言葉').fill('保存していない言葉');

  await page.locator('main label').filter({ hasText: '英語' }).click();
  await page.getByRole('button', { name: 'このページにとどまる' }).click();

  expect(await page.getByLabel('結びの言葉').inputValue()).toBe('保存していない言葉');
  await context.close();
});
