import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { webApi } from '@slack/bolt';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import { type Called, callSlack, requestSlack } from './fake-slack-call.ts';

let clock: TestClock;
let slack: FakeSlack;

beforeEach(async () => {
  clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
});
afterEach(() => slack.close());

const text = '髙﨑さんと𠮷野さん 🍱';
const call = (method: string, args: Readonly<Record<string, unknown>> = {}, token = slack.token): Promise<Called> =>
  callSlack(slack, token, method, args);
const post = (args: Readonly<Record<string, unknown>> = {}): Promise<Called> =>
  call('chat.postMessage', { channel: slack.channel, text, ...args });

describe('limits and troubles', () => {
  test('a channel takes a short burst, then one message a second, and another channel is not held up', async () => {
    const other = slack.first.addChannel();
    const burst = await Promise.all(Array.from({ length: 5 }, () => post()));

    const refused = await requestSlack(slack, slack.token, 'chat.postMessage', { channel: slack.channel, text });
    const elsewhere = await post({ channel: other });
    clock.advance(999);
    const early = await post();
    clock.advance(1);
    const later = await post();

    expect(burst.every(({ ok }) => ok)).toBe(true);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect([elsewhere.ok, early.error, later.ok]).toEqual([true, 'ratelimited', true]);
  });

  test.each([
    ['conversations.list', 24],
    ['chat.update', 54],
    ['users.info', 104],
  ])('%s is taken %i times a minute in one workspace', async (method, most) => {
    for (let count = 0; count < most; count += 1) await call(method);
    const other = slack.addWorkspace();

    const refused = await requestSlack(slack, slack.token, method);
    const elsewhere = await requestSlack(slack, other.token, method);
    clock.advance(Number(refused.headers.get('retry-after')) * 1_000);
    const later = await requestSlack(slack, slack.token, method);

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect([elsewhere.status, later.status]).toEqual([200, 200]);
  });

  test('a trouble meets the next call of its method, with its effect or without', async () => {
    slack.troubleFor('chat.update', { kind: 'error', error: 'internal_error' });
    slack.trouble({ kind: 'status', status: 503, takes: true }, { kind: 'hang-up' });

    const untouched = await call('auth.test');
    const failed = await requestSlack(slack, slack.token, 'chat.postMessage', { channel: slack.channel, text });
    const cut = await post().catch(() => 'cut');
    const updated = await call('chat.update', { channel: slack.channel, ts: slack.messages[0]?.ts, text: '次' });
    const well = await post();

    expect([untouched.ok, failed.status, cut, updated.error, well.ok]).toEqual([
      true,
      503,
      'cut',
      'internal_error',
      true,
    ]);
    expect(slack.messages.map((message) => message.text)).toEqual([text, text]);
  });

  test('a Slack that is down takes nothing, and comes back at the same address', async () => {
    const codeOf = (error: Error) => (error.cause as { code?: string }).code;

    await slack.down(true);
    const refused = await post().catch(codeOf);
    await slack.down(false);
    const between = await post();
    await slack.down(true, 'hang-up');
    const cut = await post().catch(codeOf);
    await slack.down(false);
    const after = await post();

    expect([refused, between.ok, cut, after.ok]).toEqual(['ECONNREFUSED', true, 'UND_ERR_SOCKET', true]);
    expect(slack.messages).toHaveLength(2);
  });

  test('a stalled call is answered when it is let go', async () => {
    const stalled = slack.stallNext();
    const posting = post();
    await stalled.reached;
    const before = slack.messages.length;

    stalled.release();
    await posting;

    expect([before, slack.messages.length]).toEqual([0, 1]);
  });

  test('calls are seen with what was sent, and without a secret', async () => {
    await post();

    expect(slack.calls).toEqual(['chat.postMessage']);
    expect(slack.seen).toEqual([
      { method: 'chat.postMessage', teamRef: slack.first.teamRef, args: { channel: slack.channel, text } },
    ]);
    expect(JSON.stringify(slack.seen)).not.toContain(slack.token);
  });
});

describe('files', () => {
  const picture = Buffer.from('an invented picture');
  const show = (id: string) => [{ type: 'image', alt_text: '推移', slack_file: { id } }];
  const open = () => new webApi.WebClient(slack.token, { slackApiUrl: slack.url, retryConfig: { retries: 0 } });

  test("a picture goes up by Slack's own library and stands in a message", async () => {
    const client = open();
    const answer = await client.files.uploadV2({ file: picture, filename: 'chart.png', title: '推移' });
    const [stored] = slack.first.files;
    const id = stored?.fileId ?? '';

    const posted = await post({ blocks: show(id) });
    const info = await client.files.info({ file: id });

    expect(answer.ok).toBe(true);
    expect(stored?.bytes).toEqual(picture);
    expect(posted.ok).toBe(true);
    expect(info.file).toMatchObject({ id, mimetype: 'image/png' });
  });

  test('a file is shown only when it is whole, ready, and of this workspace', async () => {
    slack.delayFiles(2_000);
    const begun = await call('files.getUploadURLExternal', { filename: 'chart.png', length: picture.length });
    const id = String(begun.file_id);
    const early = await call('files.completeUploadExternal', { files: [{ id }] });
    const short = await fetch(String(begun.upload_url), { method: 'POST', body: 'short' });
    const whole = await fetch(String(begun.upload_url), { method: 'POST', body: new Uint8Array(picture) });
    const unfinished = await post({ blocks: show(id) });
    const completed = await call('files.completeUploadExternal', { files: [{ id }] });
    const unready = await post({ blocks: show(id) });
    clock.advance(2_000);
    const ready = await post({ blocks: show(id) });
    const other = slack.addWorkspace();
    const channel = other.addChannel();
    const foreign = await call('chat.postMessage', { channel, text, blocks: show(id) }, other.token);

    expect([early.error, short.status, whole.status, completed.ok]).toEqual(['file_not_found', 400, 200, true]);
    expect([unfinished, unready, ready, foreign].map(({ error }) => error)).toEqual([
      'invalid_blocks',
      'invalid_blocks',
      undefined,
      'invalid_blocks',
    ]);
  });
});
