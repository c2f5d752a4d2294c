import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { noticeKinds } from '../../src/slack/index.ts';
import { makeTestClock } from '../support/clock.ts';
import { validateBlocks } from '../support/fake-slack.ts';
import { openSlackRoom, type SlackRoom, type Tied, textOf } from './slack-room.ts';

const clock = makeTestClock();
let room: SlackRoom;
let company: Tied;

beforeAll(async () => {
  room = await openSlackRoom(clock);
});
beforeEach(async () => {
  company = await room.tie();
});
afterAll(() => room.close());

const own = { title: '選考結果のご連絡 🌸 O’Brien', body: '*{{ company }}* です。3 < 5、& もどうぞ。\n• 一つ目' };
const list = async () => (await company.call('GET', '/wordings')).body.items;

describe('a wording', () => {
  test('is kept for its kind and language, replaced, and taken back', async () => {
    const saved = await company.call('PUT', '/wordings/letters-planned/ja', own);
    const changed = await company.call('PUT', '/wordings/letters-planned/ja', { ...own, title: '別の題' });
    const english = await company.call('PUT', '/wordings/letters-planned/en', { title: 'Letters', body: 'A, b.' });
    const listed = await list();
    const removed = await company.call('DELETE', '/wordings/letters-planned/ja');
    const again = await company.call('DELETE', '/wordings/letters-planned/ja');

    const updatedAt = clock.now().toISOString();
    expect(saved).toEqual({ status: 200, body: { kind: 'letters-planned', locale: 'ja', ...own, updatedAt } });
    expect(listed).toEqual([changed.body, english.body]);
    expect([removed.status, again.status, await list()]).toEqual([204, 204, [english.body]]);
    const actions = (await room.listActions(company.slug)).filter((action) => action === 'slack.wording-changed');
    expect(actions).toHaveLength(4);
  });

  test('saved again with the same words changes nothing, and says when it was made', async () => {
    const first = await company.call('PUT', '/wordings/progress/ja', own);
    clock.advance(60_000);

    const second = await company.call('PUT', '/wordings/progress/ja', own);

    expect(second.body).toEqual(first.body);
    expect(await list()).toEqual([first.body]);
  });

  test('is refused with everything that is wrong, and what stood stays', async () => {
    await company.call('PUT', '/wordings/progress/ja', own);
    const body = '{{ naem }} {% if x %} <!channel> @here https://evil.example.com/x';

    const answer = await company.call('PUT', '/wordings/progress/ja', { title: 'あ'.repeat(151), body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
    for (const problem of [
      'title: too-long 150',
      'body: token-unknown naem',
      'body: tag-forbidden {% if x %}',
      'body: control-sequence <!channel>',
      'body: broadcast @here',
      'body: outside-link https://evil.example.com/x',
    ])
      expect(answer.body.detail).toContain(problem);
    expect(await list()).toMatchObject([own]);
  });

  test.each([
    ['/wordings/lottery/ja', own, 'kind'],
    ['/wordings/progress/fr', own, 'locale'],
    ['/wordings/progress/ja', { title: '題' }, 'body'],
    ['/wordings/progress/ja', { title: '題', body: 'あ'.repeat(4_001) }, 'body'],
  ])('at %s as %j names the field', async (path, body, field) => {
    const answer = await company.call('PUT', path, body);

    expect(answer).toMatchObject({ status: 400, body: { fields: [{ path: field }] } });
  });

  test('is what the next notice says, until it is taken back', async () => {
    const channel = company.workspace.addChannel();
    await company.call('POST', '/places', { slackRef: channel });
    const connectionId = await room.connectAts(company.slug);
    await company.call('PUT', '/wordings/letters-planned/ja', own);

    await room.reject(connectionId, 1);
    await room.work();
    const [first] = company.workspace.messagesIn(channel);
    await company.call('DELETE', '/wordings/letters-planned/ja');
    clock.advance(24 * 3_600_000); // far beyond the time in which notices gather
    await room.reject(connectionId, 1);
    await room.work();

    const last = company.workspace.messagesIn(channel).at(-1);
    expect(textOf(first?.blocks)).toContain('選考結果のご連絡 🌸 O’Brien');
    expect(textOf(first?.blocks)).toContain('3 &lt; 5、&amp; もどうぞ');
    expect(last?.ts).not.toBe(first?.ts);
    expect(textOf(last?.blocks)).toContain('手紙の送信予定');
    expect(company.workspace.broadcasts).toEqual([]);
  });
});

describe('a preview', () => {
  const preview = async (body: object) => (await company.call('POST', '/preview', body)).body;

  test.each(noticeKinds)('of %s is in the language of the company, and as Slack takes it', async (kind) => {
    const [japanese, english] = [await preview({ kind }), await preview({ kind, locale: 'en' })];

    for (const { blocks, text, html, problems } of [japanese, english]) {
      expect(validateBlocks(blocks, 'message')).toEqual([]);
      expect(text.length).toBeGreaterThan(5);
      expect(html).toMatch(/^<!doctype html>[\s\S]+<\/html>\s*$/i);
      expect(problems).toEqual([]);
    }
    expect(japanese.html).toContain('lang="ja"');
    expect(english.html).toContain('lang="en"');
    expect(japanese.text).toMatch(/[ぁ-ん]/);
    expect(english.text).not.toMatch(/[ぁ-ん]/);
  });

  test('has the words given, else the company’s own, else ours; and keeps and sends nothing', async () => {
    const before = room.slack.calls.length;
    const ours = await preview({ kind: 'letters-planned' });
    await company.call('PUT', '/wordings/letters-planned/ja', own);
    const saved = await preview({ kind: 'letters-planned' });
    const given = await preview({ kind: 'letters-planned', wording: { title: '試しの題', body: '試し' } });
    const english = await preview({ kind: 'letters-planned', locale: 'en' });

    expect(textOf(ours.blocks)).toContain('手紙の送信予定');
    expect(textOf(saved.blocks)).toContain(own.title);
    expect(saved.html).toContain('3 &lt; 5');
    expect(textOf(given.blocks)).toContain('試しの題');
    expect(textOf(english.blocks)).not.toContain(own.title);
    expect(await list()).toMatchObject([own]);
    expect(room.slack.calls.length).toBe(before);
  });

  test('of words that cannot be used says why, and shows ours', async () => {
    const wording = { title: '題', body: '<!channel> {{ naem }}' };

    const shown = await preview({ kind: 'credit-earned', wording });

    expect(shown.problems).toEqual(['body: token-unknown naem', 'body: control-sequence <!channel>']);
    expect(textOf(shown.blocks)).toContain('クレジットが');
    expect(textOf(shown.blocks) + shown.html).not.toContain('!channel');
  });

  test('of no kind, or in no language of ours, is refused', async () => {
    const answers = [
      await company.call('POST', '/preview', { kind: 'lottery' }),
      await company.call('POST', '/preview', { kind: 'progress', locale: 'fr' }),
    ];

    expect(answers.map(({ status, body }) => [status, body.fields[0].path])).toEqual([
      [400, 'kind'],
      [400, 'locale'],
    ]);
  });
});
