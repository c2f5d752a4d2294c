import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import { type Called, callSlack } from './fake-slack-call.ts';

let clock: TestClock;
let slack: FakeSlack;

beforeEach(async () => {
  clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
});
afterEach(() => slack.close());

const text = "髙﨑さん、O'Brien です 🍱 &lt;!channel&gt;";
const blocks = [{ type: 'section', text: { type: 'mrkdwn', text } }];
const call = (method: string, args: Readonly<Record<string, unknown>> = {}, token = slack.token): Promise<Called> =>
  callSlack(slack, token, method, args);
const post = (args: Readonly<Record<string, unknown>> = {}): Promise<Called> =>
  call('chat.postMessage', { channel: slack.channel, text, ...args });

describe('who calls', () => {
  test.each([
    ['no token', '', 'not_authed'],
    ['an unknown token', 'xoxb-unknown', 'invalid_auth'],
    ['the token of the app', 'xapp-1-A0FAKE0001-fake', 'not_allowed_token_type'],
  ])('%s is refused', async (_what, token, error) => {
    const answer = await call('auth.test', {}, token);

    expect(answer).toEqual({ ok: false, error });
  });

  test('a token is one of its workspace, and sees nothing of another', async () => {
    const other = slack.addWorkspace({ name: '架空運輸' });
    const channel = other.addChannel({ name: '採用' });

    const who = await call('auth.test', {}, other.token);
    const posted = await call('chat.postMessage', { channel, text });

    expect(who).toMatchObject({ ok: true, team_id: other.teamRef, team: '架空運輸', user_id: other.botUserRef });
    expect(posted).toEqual({ ok: false, error: 'channel_not_found' });
  });

  test('a revoked token, and one of a workspace without the app, are dead each in its way', async () => {
    const revoked = await call('auth.revoke');
    const afterRevoke = await call('auth.test');
    const other = slack.addWorkspace();
    slack.uninstall(other);
    const afterUninstall = await call('auth.test', {}, other.token);

    expect([revoked, afterRevoke, afterUninstall]).toEqual([
      { ok: true, revoked: true },
      { ok: false, error: 'token_revoked' },
      { ok: false, error: 'account_inactive' },
    ]);
    expect(slack.events.map(({ payload }) => (payload.event as { type: string }).type)).toEqual([
      'tokens_revoked',
      'tokens_revoked',
      'app_uninstalled',
    ]);
  });

  test.each([
    ['chat:write', 'chat.postMessage', {}],
    ['users:read', 'users.info', { user: 'U0' }],
    ['channels:join', 'conversations.join', {}],
    ['im:write', 'conversations.open', { users: 'U0' }],
    ['channels:read', 'conversations.info', {}],
    ['channels:read', 'conversations.list', {}],
    ['channels:history', 'conversations.history', {}],
    ['files:write', 'files.getUploadURLExternal', {}],
  ])('without the scope %s the method %s names it', async (scope, method, args) => {
    slack.first.allowScope(scope, false);

    const answer = await call(method, { channel: slack.channel, text, ...args });

    expect(answer).toMatchObject({ ok: false, error: 'missing_scope', needed: scope });
    expect(String(answer.provided).split(',')).not.toContain(scope);
  });

  test('a method Slack does not have is none here', async () => {
    const answer = await call('chat.shout');

    expect(answer).toMatchObject({ ok: false, error: 'unknown_method' });
  });
});

describe('messages', () => {
  test('a message stands as it was sent, and is changed in its place', async () => {
    const metadata = { event_type: 'career_relay_notice', event_payload: { notice_id: 'n1' } };
    const posted = await post({ blocks, metadata });
    const { ts } = posted;

    const updated = await call('chat.update', { channel: slack.channel, ts, text: '次', blocks });

    expect(posted).toMatchObject({ ok: true, channel: slack.channel, message: { text, bot_id: slack.first.botId } });
    expect(updated).toMatchObject({ ok: true, ts, text: '次' });
    expect(slack.messages).toEqual([
      {
        channel: slack.channel,
        ts,
        text: '次',
        blocks,
        metadata,
        edited: expect.any(String),
        by: slack.first.botUserRef,
        threadTs: null,
      },
    ]);
  });

  test('an update with a text alone takes the blocks away, one with blocks alone keeps the text', async () => {
    const { ts } = await post({ blocks });

    await call('chat.update', { channel: slack.channel, ts, text: '次' });
    const afterText = slack.messages[0];
    await call('chat.update', { channel: slack.channel, ts, blocks, metadata: {} });

    expect(afterText).toMatchObject({ text: '次', blocks: [] });
    expect(slack.messages[0]).toMatchObject({ text: '次', blocks, metadata: null });
  });

  test.each([
    ['no channel', { channel: '' }, 'channel_not_found'],
    ['an unknown channel', { channel: 'C0UNKNOWN1' }, 'channel_not_found'],
    ['a name instead of an id', { channel: '採用' }, 'channel_not_found'],
    ['no words', { text: '' }, 'no_text'],
    ['more than 40,000 characters', { text: 'あ'.repeat(40_001) }, 'msg_too_long'],
    ['blocks that are no JSON', { blocks: '[{' }, 'invalid_blocks_format'],
    ['metadata without a type', { metadata: { event_payload: {} } }, 'invalid_metadata_schema'],
    ['metadata that is no JSON', { metadata: '{' }, 'invalid_metadata_format'],
    [
      'metadata without end',
      { metadata: { event_type: 'x', event_payload: { x: 'あ'.repeat(8_000) } } },
      'metadata_too_large',
    ],
    ['an answer to no message', { thread_ts: '1.000001' }, 'thread_not_found'],
  ])('%s is refused', async (_what, args, error) => {
    const answer = await post(args);

    expect(answer).toEqual({ ok: false, error });
    expect(slack.messages).toEqual([]);
  });

  test('blocks that break a limit are refused with the place, and change nothing', async () => {
    const { ts } = await post({ blocks });
    const wrong = [{ type: 'section', text: { type: 'mrkdwn', text: 'あ'.repeat(3_001) } }];

    const posted = await post({ blocks: wrong });
    const updated = await call('chat.update', { channel: slack.channel, ts, text, blocks: wrong });

    for (const answer of [posted, updated])
      expect(answer).toMatchObject({
        error: 'invalid_blocks',
        errors: [expect.stringContaining('/blocks/0/text/text')],
      });
    expect(slack.messages).toMatchObject([{ blocks, edited: null }]);
  });

  test('a channel the app is not in, an archived one and a private one of others are refused each in its way', async () => {
    const { first } = slack;
    const outside = first.addChannel({ isMember: false });
    const archived = first.addChannel({ isArchived: true });
    const secret = first.addChannel({ isMember: false, isPrivate: true });

    const answers = await Promise.all([outside, archived, secret].map((channel) => post({ channel })));
    first.allowScope('chat:write.public', true);
    const withPublic = await post({ channel: outside });

    expect(answers.map(({ error }) => error)).toEqual(['not_in_channel', 'is_archived', 'channel_not_found']);
    expect(withPublic.ok).toBe(true);
  });

  test('a person gets a direct message, and it is read and changed by the id of that conversation', async () => {
    const user = slack.first.addUser({ name: '𠮷野' });
    const posted = await post({ channel: user });
    const channel = String(posted.channel);

    const byUser = await call('chat.update', { channel: user, ts: posted.ts, text: '次' });
    const byChannel = await call('chat.update', { channel, ts: posted.ts, text: '次' });
    const read = await call('conversations.history', { channel });
    slack.first.allowScope('im:history', false);
    const unread = await call('conversations.history', { channel });

    expect(channel).toMatch(/^D/);
    expect(slack.first.messagesIn(user)).toMatchObject([{ channel, text: '次' }]);
    expect([byUser.error, byChannel.ok]).toEqual(['channel_not_found', true]);
    expect(read.messages).toMatchObject([{ ts: posted.ts }]);
    expect(unread).toMatchObject({ error: 'missing_scope', needed: 'im:history' });
  });

  test('only own messages that exist are changed or deleted', async () => {
    const { channel } = slack;
    const user = slack.first.addUser();
    const ts = slack.first.say({ user, channel, text: 'お疲れさまです' });
    const own = await post();

    const foreignUpdate = await call('chat.update', { channel, ts, text });
    const foreignDelete = await call('chat.delete', { channel, ts });
    const missing = await call('chat.update', { channel, ts: '1.000001', text });
    const deleted = await call('chat.delete', { channel, ts: own.ts });

    expect([foreignUpdate.error, foreignDelete.error, missing.error, deleted.ok]).toEqual([
      'cant_update_message',
      'cant_delete_message',
      'message_not_found',
      true,
    ]);
    expect(slack.messages.map((message) => message.ts)).toEqual([ts]);
  });

  test('an ephemeral message is for a person who is there, and stands in no channel', async () => {
    const user = slack.first.addUser();
    const { channel } = slack;

    const shown = await call('chat.postEphemeral', { channel, user, text, blocks });
    const nobody = await call('chat.postEphemeral', { channel, user: 'U0NOBODY01', text });

    expect([shown.ok, nobody.error]).toEqual([true, 'user_not_in_channel']);
    expect(slack.first.ephemeral).toMatchObject([{ channel, user, text, blocks }]);
    expect(slack.messages).toEqual([]);
  });

  test('whoever would call everybody is written down, and nobody else', async () => {
    const section = (words: string) => ({ type: 'section', text: { type: 'mrkdwn', text: words } });
    const name = { type: 'header', text: { type: 'plain_text', text: '<!channel>' } };

    await post({ text: '<!here|here> と &lt;!channel&gt; と @channel', blocks: [section('<!everyone>'), name] });
    await post({ text: '@channel', parse: 'full' });

    expect(slack.first.broadcasts.map(({ mention }) => mention)).toEqual(['<!here|here>', '<!everyone>', '@channel']);
  });
});

describe('conversations and people', () => {
  test('a history comes newest first, page by page, with metadata only where it is asked for', async () => {
    const metadata = { event_type: 'x', event_payload: {} };
    const sent = [await post({ metadata }), await post(), await post()].map(({ ts }) => ts);
    const { channel } = slack;

    const first = await call('conversations.history', { channel, limit: 2 });
    const { next_cursor: cursor } = first.response_metadata as { next_cursor: string };
    const second = await call('conversations.history', { channel, limit: 2, cursor, include_all_metadata: true });
    const bare = await call('conversations.history', { channel });
    const tooMuch = await call('conversations.history', { channel, limit: 1_000 });
    const since = await call('conversations.history', { channel, oldest: sent[1] });

    const tsOf = ({ messages }: Called) => (messages as { ts: string }[]).map(({ ts }) => ts);
    expect([tsOf(first), tsOf(second), tsOf(since)]).toEqual([[sent[2], sent[1]], [sent[0]], [sent[2]]]);
    expect([first.has_more, second.has_more, tooMuch.error]).toEqual([true, false, 'invalid_limit']);
    expect(second.messages).toMatchObject([{ metadata }]);
    expect(JSON.stringify(bare)).not.toContain('metadata":{"event_type');
  });

  test('the app reads and joins what it may, and nothing else', async () => {
    const { first } = slack;
    const open = first.addChannel({ name: '新卒採用', isMember: false });
    const secret = first.addChannel({ isPrivate: true });
    const foreign = first.addChannel({ isPrivate: true, isMember: false });

    const before = await call('conversations.history', { channel: open });
    const joined = await call('conversations.join', { channel: open });
    const after = await call('conversations.history', { channel: open });
    const private_ = await call('conversations.join', { channel: secret });
    const unseen = await call('conversations.info', { channel: foreign });
    const listed = await call('conversations.list', { types: 'public_channel,private_channel' });

    expect([before.error, joined.ok, after.ok]).toEqual(['not_in_channel', true, true]);
    expect([private_.error, unseen.error]).toEqual(['method_not_supported_for_channel_type', 'channel_not_found']);
    expect((listed.channels as { id: string }[]).map(({ id }) => id)).toEqual([slack.channel, open, secret]);
  });

  test('a person has a language, and an address only with the scope for it', async () => {
    const user = slack.first.addUser({ name: "O'Brien", locale: 'en-GB', email: 'obrien@example.com' });
    const gone = slack.first.addUser({ isDeleted: true });

    const seen = await call('users.info', { user, include_locale: true });
    slack.first.allowScope('users:read.email', false);
    const less = await call('users.info', { user });
    const unknown = await call('users.info', { user: 'U0NOBODY01' });
    const opened = await call('conversations.open', { users: gone });

    expect(seen.user).toMatchObject({
      real_name: "O'Brien",
      locale: 'en-GB',
      profile: { email: 'obrien@example.com' },
    });
    expect(JSON.stringify(less)).not.toMatch(/obrien@|locale/);
    expect([unknown.error, opened.error]).toEqual(['user_not_found', 'user_disabled']);
  });
});
