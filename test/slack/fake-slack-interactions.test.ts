import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, type SlackRequest, startFakeSlack } from '../support/fake-slack.ts';
import { type Called, callSlack } from './fake-slack-call.ts';

let clock: TestClock;
let slack: FakeSlack;
let workspace: FakeWorkspace;
let user: string;
let channel: string;
const servers: Server[] = [];

beforeEach(async () => {
  clock = makeTestClock(new Date().toISOString());
  slack = await startFakeSlack({ now: () => clock.now() });
  workspace = slack.first;
  channel = slack.channel;
  user = workspace.addUser({ name: '髙﨑' });
});
afterEach(async () => {
  await slack.close();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

const call = (method: string, args: Readonly<Record<string, unknown>>): Promise<Called> =>
  callSlack(slack, slack.token, method, args);
const plain = (text: string) => ({ type: 'plain_text', text });
const button = (actionId: string, value: string) => ({
  type: 'button',
  text: plain('送る'),
  action_id: actionId,
  value,
});
const blocks = [
  { type: 'actions', block_id: 'act', elements: [button('letter-send', 'l1'), button('letter-hold', 'l1')] },
];
const field = { type: 'plain_text_input', action_id: 'text', max_length: 20 };
const choice = {
  type: 'static_select',
  action_id: 'reason',
  options: ['a', 'b'].map((value) => ({ text: plain(value), value })),
};
const modal = (title = '確認', fields: object = {}) => ({
  type: 'modal',
  title: plain(title),
  submit: plain('送る'),
  blocks: [
    { type: 'input', block_id: 'why', label: plain('理由'), element: field },
    { type: 'input', block_id: 'which', label: plain('区分'), element: choice, optional: true },
  ],
  ...fields,
});
const home = { type: 'home', blocks };
const idOf = ({ view }: Called) => (view as { id: string }).id;
const actionOf = ({ payload }: SlackRequest) => (payload.actions as Record<string, unknown>[])[0];

async function post(): Promise<string> {
  return String((await call('chat.postMessage', { channel, text: 'x', blocks })).ts);
}

async function openModal(view: object = modal()): Promise<string> {
  return idOf(await call('views.open', { trigger_id: slack.trigger(workspace, user), view }));
}

/** An app that answers every request with this. */
async function answerWith(status: number, body: string): Promise<string> {
  const server = createServer(async (request, response) => {
    await readText(request);
    response.writeHead(status).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('views', () => {
  test('a trigger opens one modal, within three seconds, in its own workspace', async () => {
    const triggers = [0, 1, 2].map(() => slack.trigger(workspace, user));
    const other = slack.addWorkspace();
    const foreign = slack.trigger(other, other.addUser());
    const open = (trigger_id = '') => call('views.open', { trigger_id, view: modal() });

    clock.advance(3_000);
    const answers = [await open(triggers[0]), await open(triggers[0]), await open(foreign), await open('1.2.a')];
    clock.advance(1);
    const late = await open(triggers[1]);

    expect([...answers, late].map(({ error }) => error)).toEqual([
      undefined,
      'exchanged_trigger_id',
      'invalid_trigger_id',
      'invalid_trigger_id',
      'expired_trigger_id',
    ]);
    expect(workspace.openViews).toHaveLength(1);
  });

  test('a view that breaks a limit opens nothing, and its trigger stays good', async () => {
    const trigger_id = slack.trigger(workspace, user);

    const wrong = await call('views.open', { trigger_id, view: modal('あ'.repeat(25)) });
    const right = await call('views.open', { trigger_id, view: modal() });

    expect(wrong).toMatchObject({ error: 'invalid_arguments', errors: [expect.stringContaining('/title/text')] });
    expect(right.ok).toBe(true);
  });

  test('a view is updated only by the hash it has', async () => {
    const opened = await call('views.open', { trigger_id: slack.trigger(workspace, user), view: modal() });
    const { id: view_id, hash } = opened.view as { id: string; hash: string };

    const first = await call('views.update', { view_id, hash, view: modal('次') });
    const second = await call('views.update', { view_id, hash, view: modal('その次') });
    const unknown = await call('views.update', { view_id: 'V0UNKNOWN1', view: modal() });

    expect([first.ok, second.error, unknown.error]).toEqual([true, 'hash_conflict', 'not_found']);
    expect(workspace.openViews).toMatchObject([{ view: { title: { text: '次' } } }]);
  });

  test('at most three modals stand on each other', async () => {
    const withButton = modal('段', { blocks });
    const viewIds = [await openModal(withButton)];
    const push = async () => {
      const { triggerId: trigger_id } = slack.click(workspace, {
        user,
        viewId: viewIds.at(-1) ?? '',
        actionId: 'letter-send',
      });
      const answer = await call('views.push', { trigger_id, view: withButton });
      if (answer.ok) viewIds.push(idOf(answer));
      return answer.error;
    };

    const errors = [await push(), await push(), await push()];

    expect(errors).toEqual([undefined, undefined, 'push_limit_reached']);
    expect(workspace.openViews.map(({ previousViewId }) => previousViewId)).toEqual([null, viewIds[0], viewIds[1]]);
  });

  test('each person has one home, the last that was published', async () => {
    const other = workspace.addUser({ name: '𠮷野' });
    const first = await call('views.publish', { user_id: user, view: home });
    const { hash } = first.view as { hash: string };

    const second = await call('views.publish', { user_id: user, hash, view: { ...home, callback_id: 'second' } });
    const stale = await call('views.publish', { user_id: user, hash, view: home });
    const unknown = await call('views.publish', { user_id: 'U0NOBODY01', view: home });
    const titled = await call('views.publish', { user_id: other, view: { ...home, title: plain('x') } });

    expect([second.ok, stale.error, unknown.error, titled.error]).toEqual([
      true,
      'hash_conflict',
      'invalid_arguments',
      'invalid_arguments',
    ]);
    expect([...workspace.homes.keys()]).toEqual([user]);
    expect(workspace.homes.get(user)?.view.callback_id).toBe('second');
  });
});

describe('what people do', () => {
  test('only a button that stands there now can be clicked', async () => {
    const ts = await post();
    const click = (actionId: string) => slack.click(workspace, { user, channel, ts, actionId });

    const clicked = click('letter-send');
    const [old] = workspace.messages;
    await call('chat.update', { channel, ts, text: '送りました' });
    const late = slack.action(workspace, { user, ...(old ? { message: old } : {}), actionId: 'letter-send' });

    expect(actionOf(clicked)).toMatchObject({ action_id: 'letter-send', block_id: 'act', value: 'l1', type: 'button' });
    expect(clicked.payload).toMatchObject({ type: 'block_actions', container: { message_ts: ts }, message: { ts } });
    expect(() => click('letter-send')).toThrow('no element letter-send');
    expect(actionOf(late)).toMatchObject({ value: 'l1' });
  });

  test('among buttons of one action the value names one, and nobody clicks in the home of another', async () => {
    const two = [1, 2].map((count) => ({ type: 'actions', elements: [button('letter-send', `l${count}`)] }));
    await call('views.publish', { user_id: user, view: { type: 'home', blocks: two } });
    const click = (value?: string) =>
      slack.click(workspace, { user, isHome: true, actionId: 'letter-send', ...(value ? { value } : {}) });

    const second = click('l2');

    expect(actionOf(second)).toMatchObject({ value: 'l2' });
    expect(second.payload).toMatchObject({ container: { type: 'view' }, view: { type: 'home' } });
    expect(() => click()).toThrow('name one by value');
    expect(() => click('l3')).toThrow('name one by value');
    const other = workspace.addUser();
    expect(() => slack.click(workspace, { user: other, isHome: true, actionId: 'letter-send' })).toThrow('has no home');
  });

  test('a form is sent with what was put in, and only what can be put in', async () => {
    const viewId = await openModal();
    const submit = (values: Record<string, Record<string, string>>) =>
      slack.submit(workspace, { user, viewId, values });

    const sent = submit({ why: { text: "O'Brien 🍱" }, which: { reason: 'b' } });

    expect(sent.payload).toMatchObject({
      type: 'view_submission',
      view: {
        id: viewId,
        state: {
          values: {
            why: { text: { type: 'plain_text_input', value: "O'Brien 🍱" } },
            which: { reason: { type: 'static_select', selected_option: { value: 'b' } } },
          },
        },
      },
    });
    expect(() => submit({})).toThrow('why is required');
    expect(() => submit({ why: { text: 'あ'.repeat(21) } })).toThrow('does not fit');
    expect(() => submit({ why: { text: 'x' }, which: { reason: 'c' } })).toThrow('no option c');
    expect(() => submit({ why: { other: 'x' } })).toThrow('no field why/other');
    expect(() => slack.submit(workspace, { user: workspace.addUser(), viewId })).toThrow('is open before');
  });

  test('Bolt takes each request as its own kind, by the signature', async () => {
    const ts = await post();
    const viewId = await openModal(modal('確認', { callback_id: 'letter' }));
    const seen: string[] = [];
    const note = (what: string, ack: () => Promise<void>) => {
      seen.push(what);
      return ack();
    };
    const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, endpoints: '/', logLevel: LogLevel.ERROR });
    const app = new App({ receiver, authorize: async () => ({ botToken: slack.token }), convoStore: false });
    app.command('/career-relay', ({ ack, command }) => note(`command ${command.text}`, ack));
    app.action('letter-send', ({ ack }) => note('action', ack));
    app.shortcut('reject', ({ ack }) => note('shortcut', ack));
    app.view('letter', ({ ack }) => note('submission', ack));
    app.event('app_home_opened', async ({ event }) => void seen.push(`event ${event.user}`));
    const server = createServer(receiver.requestListener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

    const requests = [
      slack.command(workspace, { user, channel, text: 'balance' }),
      slack.click(workspace, { user, channel, ts, actionId: 'letter-send' }),
      slack.shortcut(workspace, { user, callbackId: 'reject' }),
      slack.shortcut(workspace, { user, callbackId: 'reject', channel, ts }),
      slack.submit(workspace, { user, viewId, values: { why: { text: 'x' } } }),
      slack.event(workspace, { type: 'app_home_opened', user, tab: 'home', channel: workspace.direct(user) }),
    ];
    const answers = [];
    for (const request of requests) answers.push(await slack.deliver(address, request));
    const body = JSON.stringify({ type: 'event_callback' });
    const forged = await fetch(address, { method: 'POST', headers: slack.sign(body, { secret: 'guessed' }), body });

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(seen).toEqual(['command balance', 'action', 'shortcut', 'shortcut', 'submission', `event ${user}`]);
    expect(forged.status).toBe(401);
    expect(workspace.openViews).toEqual([]);
  });

  test('an event that is sent again says so, under the same id', () => {
    const once = slack.event(workspace, { type: 'app_uninstalled' });
    const eventId = String(once.payload.event_id);

    const again = slack.event(workspace, { type: 'app_uninstalled' }, { eventId, retryNum: 1 });

    expect(again.payload.event_id).toBe(eventId);
    expect(again.headers).toMatchObject({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' });
    expect(once.headers).not.toHaveProperty('x-slack-retry-num');
  });
});

describe('what the app answers', () => {
  const submission = (viewId: string) => slack.submit(workspace, { user, viewId, values: { why: { text: 'x' } } });

  test("a command's reply is seen by the one who asked, or by the channel, within a message's limits", async () => {
    const command = () => slack.command(workspace, { user, channel });

    await slack.deliver(await answerWith(200, '残高'), command());
    await slack.deliver(
      await answerWith(200, JSON.stringify({ response_type: 'in_channel', text: '皆へ' })),
      command(),
    );
    const tooMany = JSON.stringify({ blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) });
    const wrong = slack.deliver(await answerWith(200, tooMany), command());

    await expect(wrong).rejects.toThrow('invalid_blocks');
    expect(workspace.ephemeral).toMatchObject([{ user, channel, text: '残高' }]);
    expect(workspace.messages).toMatchObject([{ text: '皆へ' }]);
  });

  test('a submission closes its modal, changes it, puts one on top, or says what is wrong', async () => {
    const viewId = await openModal();
    const answer = async (body: object) =>
      slack.deliver(
        await answerWith(200, JSON.stringify(body)),
        submission(workspace.openViews.at(-1)?.viewId ?? viewId),
      );

    await answer({ response_action: 'errors', errors: { why: '短すぎます' } });
    const afterErrors = workspace.openViews.length;
    await answer({ response_action: 'update', view: modal('次') });
    await answer({ response_action: 'push', view: modal('上') });
    const titles = workspace.openViews.map(({ view }) => (view.type === 'modal' ? view.title.text : ''));
    await answer({});
    const afterClose = workspace.openViews.length;
    await answer({ response_action: 'clear' });

    expect([afterErrors, titles, afterClose, workspace.openViews.length]).toEqual([1, ['次', '上'], 1, 0]);
  });

  test.each([
    ['an error for no input', { response_action: 'errors', errors: { act: 'x' } }, 'no input'],
    ['a view that breaks a limit', { response_action: 'update', view: modal('あ'.repeat(25)) }, 'at most 24'],
    ['a home', { response_action: 'push', view: home }, 'only a modal'],
    ['a word Slack does not know', { response_action: 'stay' }, 'response_action'],
  ])('%s is no answer to a submission', async (_what, body, reason) => {
    const viewId = await openModal();

    const delivered = slack.deliver(await answerWith(200, JSON.stringify(body)), submission(viewId));

    await expect(delivered).rejects.toThrow(reason);
    expect(workspace.openViews).toHaveLength(1);
  });

  test('a response_url takes five answers within half an hour, in the place of the message or for one person', async () => {
    const ts = await post();
    const { responseUrl } = slack.click(workspace, { user, channel, ts, actionId: 'letter-send' });
    const old = slack.command(workspace, { user, channel }).responseUrl;
    const respond = async (url: string, body: object) =>
      (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status;

    const wrong = await respond(responseUrl, { blocks: [{ type: 'chart' }] });
    const replaced = await respond(responseUrl, { replace_original: true, text: '送りました', blocks: [] });
    const shown = await respond(responseUrl, { text: 'あなたへ' });
    const deleted = await respond(responseUrl, { delete_original: true });
    await respond(responseUrl, { text: '五' });
    const sixth = await respond(responseUrl, { text: '六' });
    clock.advance(30 * 60_000 + 1);
    const late = await respond(old, { text: 'x' });

    expect([wrong, replaced, shown, deleted, sixth, late]).toEqual([400, 200, 200, 200, 404, 404]);
    expect(workspace.ephemeral.map(({ text }) => text)).toEqual(['あなたへ', '五']);
    expect(workspace.messages).toEqual([]);
    expect(slack.responses).toHaveLength(5);
    expect(slack.responses[1]).toMatchObject({ user, channel, body: { replace_original: true, text: '送りました' } });
  });
});
