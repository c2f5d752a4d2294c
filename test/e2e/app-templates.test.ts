import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addCompany, openRelay, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookOptions } from '../support/app.ts';
import { readers } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';

/** Letter templates in a real browser, over the real server: from an edit to the letter that goes out. */

let relay: TestRelay;
let app: App;
let company: { readonly slug: string; readonly id: string };
let connectionId: string;

beforeAll(async () => {
  relay = await openRelay();
  app = await openApp(relay, []);
  company = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', {
    company: company.slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  connectionId = body.id;
  await relay.call('PATCH', `/connections/${connectionId}`, {
    state: 'live',
    letter: { holdMinutes: 0, window: 'always' },
  });
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay.close();
});

async function reject(givenName: string, familyName: string): Promise<void> {
  const email = 'applicant@example.com';
  const { headers, body } = relay.fake.reject({ givenName, familyName, email, job: '営業（東京）' });
  await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

test('what an owner writes and publishes is what the next applicant reads', async () => {
  const { page, offences, context } = await app.open({}, { companies: [company] });
  await page.goto(`${app.origin}/app/c/${company.slug}/letters?view=templates`);

  await page.getByRole('button', { name: 'テンプレートを作る' }).click();
  await page.getByLabel('テンプレートの名前').fill('一次選考 O’Brien');
  await page.getByRole('button', { name: '作る', exact: true }).click();
  const text = page.getByRole('textbox', { name: '2番目の文章', exact: true });
  await text.fill('𠮷野食品の採用チームです。<b>面接</b>での**お話**、印象に残っています。\n');
  await page.getByRole('button', { name: '2番目の文章に差し込みを入れる' }).click();
  await page.getByRole('menuitem', { name: '職種', exact: true }).click();
  await page.frameLocator('iframe').getByText('印象に残っています').waitFor();
  const isBold = await page.frameLocator('iframe').locator('strong', { hasText: 'お話' }).count();
  await text.scrollIntoViewIfNeeded();
  await takePicture(page, 'templates-typing');
  await page.getByRole('button', { name: '保存する' }).click();
  await page.getByText('下書きを保存しました。').waitFor();
  await page.getByRole('button', { name: '公開する' }).click();
  await page.getByText('この文面を公開しますか？').waitFor();
  await takePicture(page, 'templates-publish');
  await page.getByRole('dialog').getByRole('button', { name: '公開する' }).click();
  await page.getByText('版1を公開しました。').waitFor();
  await page.getByRole('link', { name: 'テンプレートの一覧へ' }).click();
  await page.getByRole('button', { name: '既定にする' }).click();
  await page.getByRole('button', { name: '既定から外す' }).waitFor();
  await reject('一郎', '髙﨑');

  const { body: outbox } = await relay.call('GET', `/outbox?company=${company.slug}`);
  const { body: letters } = await relay.call('GET', `/letters?company=${company.slug}`);
  await page.goto(`${app.origin}/app/c/${company.slug}/letters?letter=${letters.items[0].id}`);
  await page.frameLocator('iframe').getByText('印象に残っています').waitFor();

  expect(isBold).toBe(1);
  expect(outbox.items[0].text).toContain(
    '𠮷野食品の採用チームです。<b>面接</b>でのお話、印象に残っています。\n営業（東京）',
  );
  expect(outbox.items[0].html).toContain('&lt;b&gt;面接&lt;/b&gt;での<strong>お話</strong>');
  expect(offences).toEqual([]);
  await context.close();
}, 90_000);

/** A company whose ATS sends the letter, with words of its own that were pasted there before they were replaced. */
async function addPasted(locale: 'ja' | 'en') {
  const { slug } = await addCompany(relay);
  const { body: connection } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${connection.id}`, { mode: 'ats-static' });
  const { body: template } = await relay.call('POST', '/letter-templates', { company: slug, name: '一次選考の𠮷野' });
  const draft = `/letter-templates/${template.id}/drafts/${locale}`;
  const { body: first } = await relay.call('POST', `${draft}/publish`, {});
  const exported = await relay.call('GET', `/connections/${connection.id}/template`);
  const path = `/connections/${connection.id}/template?locale=${locale}`;
  const old = await relay.call('GET', `${path}&template=${template.id}`);
  relay.fake.addTemplate(`O'Brien の不採用メール ${slug}`, old.body.text);
  relay.fake.addTemplate(`標準 ${slug}`, exported.body.text);
  const text =
    locale === 'ja'
      ? '{{ application }}に、心より感謝します。受付は{{ linkDays }}日間です。'
      : 'Thank you for {{ application }}. The page is open for {{ linkDays }} days.';
  const blocks = first.blocks.with(1, { kind: 'paragraph', text });
  await relay.call('PUT', draft, { subject: first.subject, blocks });
  await relay.call('POST', `${draft}/publish`, {});
  return { slug, template: template.id as string };
}

describe.each(readers)('in $locale', (reader) => {
  test('everybody can take the published words to the ATS, and is told which of them stand there', async () => {
    const { slug, template } = await addPasted(reader.locale);
    const { page, offences, context } = await app.open(toLookOptions(reader), {
      companies: [{ slug, name: 'さくら食品株式会社', role: 'viewer' }],
    });
    const at = `${app.origin}/app/c/${slug}/letters`;
    const say = (ja: string, en: string) => (reader.locale === 'ja' ? ja : en);
    const faults: string[] = [];

    await page.goto(`${at}/templates/${template}`);
    await page.locator('pre', { hasText: say('心より感謝します。受付は60日間', 'open for 60 days') }).waitFor();
    await page
      .getByRole('heading', { name: say('ATSのテンプレートへの登録', 'In your ATS’s template') })
      .scrollIntoViewIfNeeded();
    faults.push(...(await lookAt(page, 'templates-paste', reader)));
    await page.goto(`${at}?view=wording`);
    await page.locator('pre').waitFor();
    const before = await page.locator('pre').textContent();
    await page.getByLabel(say('貼り付ける文面', 'Words to paste')).selectOption({ label: '一次選考の𠮷野' });
    await page.locator('pre', { hasText: say('心より感謝します', 'open for 60 days') }).waitFor();
    await page.getByRole('button', { name: say('ATSに登録されているか確認', 'Is it in the ATS?') }).click();
    const pasted = page.getByRole('listitem').filter({ hasText: `O'Brien の不採用メール ${slug}` });
    await pasted.getByText(say('「一次選考の𠮷野」版1（日本語）', '"一次選考の𠮷野", version 1 (English)')).waitFor();
    await pasted.scrollIntoViewIfNeeded();
    faults.push(...(await lookAt(page, 'templates-check', reader)));

    expect(before).not.toMatch(/心より感謝します。受付|open for 60 days/);
    expect(await pasted.getByText(say('以前の文面', 'Earlier words'), { exact: true }).count()).toBe(1);
    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  }, 60_000);

  test('everybody can read the templates, one with faults, and its history', async () => {
    const { slug } = await addCompany(relay);
    const { body: template } = await relay.call('POST', '/letter-templates', { company: slug, name: '一次選考' });
    await relay.call('POST', '/letter-templates', { company: slug, name: '最終選考（営業・東京）' });
    const draft = `/letter-templates/${template.id}/drafts/${reader.locale}`;
    const { body: sound } = await relay.call('POST', `${draft}/publish`, {});
    await relay.call('PATCH', `/letter-templates/${template.id}`, { isDefault: true });
    const text = reader.locale === 'ja' ? '{{ salary }}とギフト券について' : 'About {{ salary }} and a gift';
    const blocks = sound.blocks
      .with(1, { kind: 'paragraph', text })
      .filter(({ kind }: { kind: string }) => kind !== 'refusal');
    await relay.call('PUT', draft, { subject: sound.subject, blocks });
    const { page, offences, context } = await app.open(toLookOptions(reader), {
      companies: [{ slug, name: 'さくら食品株式会社', role: 'owner' }],
    });
    const at = `${app.origin}/app/c/${slug}/letters`;
    const faults: string[] = [];

    await page.goto(`${at}?view=templates`);
    await page.getByText('最終選考（営業・東京）').waitFor();
    faults.push(...(await lookAt(page, 'templates-list', reader)));
    await page.goto(`${at}/templates/${template.id}`);
    await page.frameLocator('iframe').locator('a').first().waitFor();
    faults.push(...(await lookAt(page, 'templates-editor', reader)));
    await page.getByRole('button', { name: reader.locale === 'ja' ? '変更履歴' : 'History' }).click();
    await page
      .getByRole('button', { name: reader.locale === 'ja' ? '前の版との違いを見る' : 'Show what changed' })
      .click();
    faults.push(...(await lookAt(page, 'templates-history', reader)));

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  }, 60_000);
});
