import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { listAudit } from '../../../src/platform/audit.ts';
import type { Database, Tx } from '../../../src/platform/database.ts';
import { noticeKinds } from '../../../src/slack/notice/kinds.ts';
import { lintWording } from '../../../src/slack/text/lint-wording.ts';
import { previewNotice } from '../../../src/slack/text/preview.ts';
import { noticeTokens } from '../../../src/slack/text/tokens.ts';
import { listWordings, readWording, removeWording, saveWording } from '../../../src/slack/text/wording.ts';
import { makeTestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import { openTestDatabase } from '../../support/database.ts';
import { validateBlocks } from '../../support/fake-slack.ts';

const baseUrl = 'https://relay.example.com';
const lint = (body: string, title = '題') => lintWording('progress', { title, body }, baseUrl);

describe('lint', () => {
  test.each([
    'あと *{{ missing }}名* です。\n• 一つ目\n• 二つ目 🍱',
    "{{company}}: {{- towardsNext -}} of {{ perCredit }} & O'Brien, 髙﨑",
    '設定は https://relay.example.com/app をご覧ください。',
    '3 < 5',
  ])('takes tokens, bold, lists and links to the settings: %s', (body) => {
    expect(lint(body)).toEqual([]);
  });

  test.each([
    ['', 'empty', ''],
    [' \n ', 'empty', ''],
    ['あ'.repeat(2_001), 'too-long', '2000'],
    ['{{ available }}', 'token-unknown', 'available'],
    ['{{ constructor }}', 'token-unknown', 'constructor'],
    ['{{ missing', 'token-broken', ''],
    ['missing }}', 'token-broken', ''],
    ['{% if missing', 'token-broken', ''],
    ['{% if missing %}', 'tag-forbidden', '{% if missing %}'],
    ['{{ missing | plus: 1 }}', 'tag-forbidden', '{{ missing | plus: 1 }}'],
    ['{{ "x" }}', 'tag-forbidden', '{{ "x" }}'],
    ['<!channel>', 'control-sequence', '<!channel>'],
    ['<@U0123456789>', 'control-sequence', '<@U0123456789>'],
    ['みなさん @channel', 'broadcast', '@channel'],
    ['＠everyone 髙﨑', 'broadcast', '＠everyone'],
    ['https://evil.example.com/x', 'outside-link', 'https://evil.example.com/x'],
    ['http://relay.example.com/', 'outside-link', 'http://relay.example.com/'],
    ['https://relay.example.com.evil.example.com', 'outside-link', 'https://relay.example.com.evil.example.com'],
    ['www.example.com', 'outside-link', 'www.example.com'],
  ])('refuses %j as %s', (body, fault, found) => {
    expect(lint(body)).toContainEqual({ part: 'body', fault, found });
  });

  test('looks at the title too, which may be as long as a header', () => {
    expect(lint('本文', 'あ'.repeat(150))).toEqual([]);
    expect(lint('本文', 'あ'.repeat(151))).toEqual([{ part: 'title', fault: 'too-long', found: '150' }]);
    expect(lint('本文', '')).toEqual([{ part: 'title', fault: 'empty', found: '' }]);
  });

  test('of an endless text only the length is told, at once', () => {
    expect(lint('{{'.repeat(1_000_000))).toEqual([{ part: 'body', fault: 'too-long', found: '2000' }]);
  });
});

describe('preview', () => {
  test.each(noticeKinds)('shows every token of %s with a sample', (kind) => {
    const body = noticeTokens[kind].map(({ name }) => `${name}={{ ${name} }}`).join(' ');
    const wording = { title: '{{ company }}', body: `髙﨑 ${body}` };

    const { blocks, problems } = previewNotice({ kind, locale: 'ja', company: '架空食品', baseUrl, wording });

    expect(problems).toEqual([]);
    expect(validateBlocks(blocks, 'message')).toEqual([]);
    expect(JSON.stringify(blocks)).toContain('髙﨑');
    expect(JSON.stringify(blocks)).not.toContain('{{');
  });

  test('of words that may not be used shows ours, and why', () => {
    const wording = { title: '題', body: '<!channel>' };

    const { text, blocks, problems } = previewNotice({
      kind: 'progress',
      locale: 'en',
      company: 'Sakura',
      baseUrl,
      wording,
    });

    expect(problems).toEqual([{ part: 'body', fault: 'control-sequence', found: '<!channel>' }]);
    expect(text).toContain('Sakura: 3 more people');
    expect(JSON.stringify(blocks)).not.toContain('channel');
  });
});

describe('kept', () => {
  const clock = makeTestClock();
  let database: Database;
  let companyId: string;
  const change = { actor: 'admin', at: clock.now(), baseUrl };
  const wording = { title: 'あと{{ missing }}名', body: "*{{ missing }}名* 髙﨑 🍱 O'Brien" };

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  beforeEach(async () => {
    companyId = (await addCompany(database, openTestVault(), clock.now())).company.companyId;
  });
  afterAll(() => database.close());

  const act = <T>(step: (tx: Tx) => Promise<T>) => database.forCompany(companyId, step);
  const save = (kept = wording) =>
    act((tx) => saveWording(tx, { companyId, kind: 'progress', locale: 'ja' }, kept, change));
  const read = () => act((tx) => readWording(tx, companyId, 'progress', 'ja'));
  const readAudit = async () =>
    (await act((tx) => listAudit(tx, { companyId, limit: 50 }))).items.filter(({ action }) =>
      action.startsWith('slack.'),
    );

  test("a company's own words are kept for that kind and language alone, and given back", async () => {
    const saved = await save();

    expect(saved).toEqual({ ok: true, updatedAt: clock.now() });
    expect(await read()).toEqual(wording);
    expect(await act((tx) => readWording(tx, companyId, 'progress', 'en'))).toBeUndefined();
    expect(await act((tx) => listWordings(tx, companyId))).toEqual([
      { kind: 'progress', locale: 'ja', ...wording, updatedAt: clock.now() },
    ]);
  });

  test('words that may not be used are not kept, and what stood before stays', async () => {
    await save();

    const refused = await save({ title: '題', body: '{{ gone }}' });

    expect(refused).toEqual({ ok: false, problems: [{ part: 'body', fault: 'token-unknown', found: 'gone' }] });
    expect(await read()).toEqual(wording);
  });

  test('each change is noted once, with no word of the text', async () => {
    await save();
    await save();
    await save({ ...wording, title: '別の題' });
    const removed = [];
    for (let turn = 0; turn < 2; turn += 1)
      removed.push(await act((tx) => removeWording(tx, { companyId, kind: 'progress', locale: 'ja' }, change)));

    const audit = await readAudit();
    expect(removed).toEqual([true, false]);
    expect(await read()).toBeUndefined();
    expect(audit.map(({ action, subject, detail }) => [action, subject, detail])).toEqual([
      ['slack.wording-changed', 'progress.ja', { words: 'ours' }],
      ['slack.wording-changed', 'progress.ja', { words: 'own' }],
      ['slack.wording-changed', 'progress.ja', { words: 'own' }],
    ]);
  });

  test('another company sees none of it', async () => {
    await save();
    const other = (await addCompany(database, openTestVault(), clock.now())).company.companyId;

    const seen = await database.forCompany(other, (tx) => readWording(tx, companyId, 'progress', 'ja'));

    expect(seen).toBeUndefined();
  });
});
