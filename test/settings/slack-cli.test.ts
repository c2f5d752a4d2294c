import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTestClock } from '../support/clock.ts';
import { addCompany } from './relay.ts';
import { openSlackRoom, type SlackRoom } from './slack-room.ts';
import { type Type, typeAt } from './terminal.ts';

const clock = makeTestClock();
let room: SlackRoom;
let url: string;

beforeAll(async () => {
  room = await openSlackRoom(clock);
  url = await room.relay.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => room.close());

const type: Type = (args, surroundings) => typeAt(url, ['slack', ...args], surroundings);
/** What the command prints with --json. */
const typeJson = async (args: readonly string[]) => JSON.parse((await type([...args, '--json'])).out);
const ended = (exitCode: number, err: unknown = '') => ({ exitCode, err });

test('a company is tied, told where to write, and shown, from the line', async () => {
  const { slug } = await addCompany(room.relay);
  const workspace = room.slack.addWorkspace({ name: '架空さくら 🌸' });
  const channel = workspace.addChannel({ name: '採用' });

  const before = await type(['status', slug]);
  const connected = await type(['connect', slug, '--bot-token', '-'], { input: `${workspace.token}\n` });
  const hours = await type(['hours', slug, '--from', '08:00', '--to', '19:30', '--days', 'every']);
  const added = await type(['place', 'add', slug, channel]);
  const status = await type(['status', slug]);
  const gone = await type(['disconnect', slug]);
  const again = await type(['disconnect', slug]);

  const all = [before, connected, hours, added, status, gone, again];
  expect(all.map(({ exitCode, err }) => ({ exitCode, err }))).toEqual(all.map(() => ended(0)));
  expect(before.out).toMatch(
    /Slack +tied to no workspace\nWorkspace +–\nNotices arrive +09:00–20:00, on business days/,
  );
  expect(connected.out).toContain(`架空さくら 🌸 (${workspace.teamRef})`);
  expect(added.out).toBe('✓ 採用 gets notices that no route claims.\n');
  expect(status.out).toMatch(/tied, and working[\s\S]+08:00–19:30, every day/);
  expect(gone.out).toContain('is untied, and the app is out of the workspace.');
  expect(again.out).toContain('was tied to no workspace.');
  expect(all.map(({ out }) => out).join('')).not.toContain(workspace.token);
});

test('a bot token is read from standard input, or taken from the line', async () => {
  const [first, second] = [await addCompany(room.relay), await addCompany(room.relay)];
  const { token } = room.slack.addWorkspace();

  const read = await type(['connect', first.slug, '--bot-token', '-'], { input: `  ${token}\r\n` });
  const given = await type(['connect', second.slug, '--bot-token', token]);

  expect([read, given]).toEqual([expect.objectContaining(ended(0)), expect.objectContaining(ended(0))]);
});

test.each([
  ['none', ''],
  ['a person’s', 'xoxp-0000000000-canary'],
])('%s from standard input is no bot token: nothing is asked, and it is not repeated', async (_what, input) => {
  const { slug } = await addCompany(room.relay);
  const before = room.slack.calls.length;

  const typed = await type(['connect', slug, '--bot-token', '-'], { input });

  expect(typed).toMatchObject({ out: '', exitCode: 2 });
  expect(typed.err).toContain('begins with xoxb-');
  expect(typed.err).not.toContain('canary');
  expect(room.slack.calls.length).toBe(before);
});

test('an address to install at is printed, which opens once', async () => {
  const { slug } = await addCompany(room.relay);

  const printed = await type(['install', slug]);
  const { url: address } = await typeJson(['install', slug]);

  const pattern = /^https:\/\/relay\.example\.com\/install\/slack\?ticket=[\w-]{43}$/;
  expect(printed.out.trimEnd().split('\n').at(-1)).toMatch(pattern);
  expect(address).toMatch(pattern);
});

test('the manifest is printed as JSON without asking the service, for both ways in', async () => {
  const nowhere = { env: {} };

  const http = await type(['manifest', '--url', 'https://relay.example.com'], nowhere);
  const socket = await type(['manifest', '--url', 'https://relay.example.com', '--socket-mode'], nowhere);
  const wrong = await type(['manifest', '--url', 'relay'], nowhere);
  const none = await type(['manifest'], nowhere);

  expect([http, socket].map(({ exitCode, err }) => ({ exitCode, err }))).toEqual([ended(0), ended(0)]);
  expect(JSON.parse(http.out).settings).toMatchObject({
    socket_mode_enabled: false,
    event_subscriptions: { request_url: 'https://relay.example.com/slack/events' },
  });
  expect(JSON.parse(socket.out).settings.socket_mode_enabled).toBe(true);
  expect([wrong.exitCode, none.exitCode]).toEqual([2, 2]);
  expect(wrong.err).toContain('--url');
  expect(wrong.out + none.out).toBe('');
});

test('places are listed, made the default, retried and removed', async () => {
  const { slug, workspace } = await room.tie();
  const guest = workspace.addUser({ name: 'o’brien', isGuest: true });
  const empty = await type(['place', 'list', slug]);
  const shared = await type(['place', 'add', slug, workspace.addChannel({ name: '採用', isShared: true })]);
  const person = await type(['place', 'add', slug, guest]);
  const [channel, direct] = (await typeJson(['place', 'list', slug])).items;

  const madeDefault = await type(['place', 'default', slug, direct.id]);
  const retried = await type(['place', 'retry', slug, channel.id]);
  const listed = await type(['place', 'list', slug]);
  const removed = await type(['place', 'remove', slug, channel.id]);
  const missing = await type(['place', 'remove', slug, channel.id]);

  expect(empty.out).toContain('Invite the app to a channel');
  expect(shared.out).toContain('People of other organisations read in this channel.');
  expect(person.out).toContain('o’brien gets notices that a route sends there.\n  This person is a guest');
  expect(madeDefault).toMatchObject({ out: '✓ o’brien is the default.\n', exitCode: 0 });
  expect(retried).toMatchObject({ out: '✓ Notices arrive in 採用.\n', exitCode: 0 });
  expect(listed.out).toMatch(new RegExp(`${direct.id} +${guest} +o’brien +yes`));
  expect(removed).toMatchObject({ exitCode: 0, err: '' });
  expect(missing).toMatchObject({ out: '', exitCode: 1 });
  expect(missing.err).toContain('(request_not_found)');
});

test('names are shown only with --yes; without it, the line says what that means', async () => {
  const { slug, workspace } = await room.tie();
  const { id } = await typeJson(['place', 'add', slug, workspace.addChannel({ name: '採用' })]);

  const asked = await type(['place', 'with-names', slug, id]);
  const before = (await typeJson(['place', 'list', slug])).items[0].hasNames;
  const agreed = await type(['place', 'with-names', slug, id, '--yes']);
  const listed = await type(['place', 'list', slug]);
  const off = await type(['place', 'without-names', slug, id]);

  expect(asked).toMatchObject({ out: '', exitCode: 2 });
  for (const words of ['応募者の氏名', 'everybody in that channel', '--yes']) expect(asked.err).toContain(words);
  expect(before).toBe(false);
  expect(agreed).toMatchObject({ out: 'Names are shown in 採用 from now on.\n', ...ended(0) });
  expect(listed.out).toMatch(/採用 +yes +shown/);
  expect(off).toMatchObject({ out: '✓ 採用 shows no names.\n', ...ended(0) });
});

test('a place that Slack refuses ends with 1 and says what to do', async () => {
  const { slug, workspace } = await room.tie();

  const refused = await type(['place', 'add', slug, workspace.addChannel({ isMember: false })]);

  expect(refused).toMatchObject({ out: '', exitCode: 1 });
  expect(refused.err).toContain('/invite @career-relay');
  expect(refused.err).toContain('(slack_refused)');
});

test('a name from Slack steers no terminal', async () => {
  const { slug, workspace } = await room.tie();
  const user = workspace.addUser({ name: '\u001b[31m𠮷野\u0007\r\n' });

  const added = await type(['place', 'add', slug, user]);
  const { id } = (await typeJson(['place', 'list', slug])).items[0];
  const others = [await type(['place', 'default', slug, id]), await type(['place', 'retry', slug, id])];

  for (const { out } of [added, ...others]) {
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(out).toContain('𠮷野');
  }
});

test('routes are added to those that stand, listed by number, and taken away by it', async () => {
  const { slug, workspace } = await room.tie();
  const connectionId = await room.connectAts(slug);
  const { id } = await typeJson(['place', 'add', slug, workspace.addChannel()]);
  const empty = await type(['route', 'list', slug]);

  const everything = await type(['route', 'add', slug, id]);
  const limits = ['--kind', 'letters-held', 'progress', '--connection', connectionId, '--job', '営業職（東京）'];
  const limited = await type(['route', 'add', slug, id, ...limits]);
  const listed = await type(['route', 'list', slug]);
  const removed = await type(['route', 'remove', slug, '1']);
  const left = await typeJson(['route', 'list', slug]);
  const beyond = await type(['route', 'remove', slug, '2']);

  expect(empty.out).toContain('None: every notice goes to the default place.');
  expect([everything, limited, removed].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(listed.out).toMatch(new RegExp(`1 +${id} +all +any +any`));
  expect(listed.out).toMatch(new RegExp(`2 +${id} +progress, letters-held +${connectionId} +営業職（東京）`));
  expect(left.items).toMatchObject([{ job: '営業職（東京）', connectionId }]);
  expect(beyond).toMatchObject({ out: '', ...ended(1, expect.stringContaining('no route of that number')) });
});

test('people are linked by id or by a code, listed and unlinked', async () => {
  const { slug, workspace } = await room.tie();
  const user = workspace.addUser();

  const empty = await type(['person', 'list', slug]);
  const code = await type(['person', 'code', slug, '--role', 'recruiter']);
  const made = await typeJson(['person', 'code', slug, '--role', 'owner']);
  const linked = await type(['person', 'link', slug, user, '--role', 'viewer']);
  const listed = await type(['person', 'list', slug]);
  const unlinked = await type(['person', 'unlink', slug, user]);
  const missing = await type(['person', 'unlink', slug, user]);

  expect(empty.out).toContain('Nobody yet.');
  expect(code.out).toMatch(/\n {2}\/career-relay link (?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\n$/);
  expect(made).toEqual({
    code: expect.any(String),
    command: `/career-relay link ${made.code}`,
    expiresAt: expect.any(String),
  });
  expect(linked.out).toBe(`✓ ${user} is viewer.\n`);
  expect(listed.out).toMatch(new RegExp(`${user} +viewer`));
  expect(unlinked).toMatchObject({ out: `✓ ${user} may do nothing any more.\n`, ...ended(0) });
  expect(missing).toMatchObject({ out: '', exitCode: 1 });
});

test('a notice is previewed, worded otherwise, and worded as we do again', async () => {
  const { slug } = await room.tie();
  const words = ['--title', '{{ earned }}件増えました 🌸', '--body', '髙﨑、O’Brien'];
  const empty = await type(['wording', 'list', slug]);

  const ours = await type(['preview', slug, 'credit-earned']);
  const english = await type(['preview', slug, 'credit-earned', '--locale', 'en']);
  const set = await type(['wording', 'set', slug, 'credit-earned', '--locale', 'ja', ...words]);
  const listed = await type(['wording', 'list', slug]);
  const shown = await typeJson(['preview', slug, 'credit-earned']);
  const removed = await type(['wording', 'remove', slug, 'credit-earned', '--locale', 'ja']);

  expect(empty.out).toContain('None: every notice is worded as we do.');
  expect(ours.out).toContain('クレジットが1件増えました');
  expect(english.out).not.toMatch(/[ぁ-ん]/);
  expect(set).toMatchObject({ out: '✓ credit-earned is worded so from now on.\n', ...ended(0) });
  expect(listed.out).toMatch(/credit-earned +ja +\{\{ earned \}\}件増えました 🌸/);
  expect(JSON.stringify(shown.blocks)).toContain('1件増えました 🌸');
  expect(removed).toMatchObject(ended(0));
  expect((await typeJson(['wording', 'list', slug])).items).toEqual([]);
});

test('a wording that cannot be used ends with 1, and what is wrong is named', async () => {
  const { slug } = await room.tie();
  const words = ['--title', '題', '--body', '<!channel> {{ naem }}'];

  const { out, err, exitCode } = await type(['wording', 'set', slug, 'progress', '--locale', 'ja', ...words]);

  expect({ out, exitCode }).toEqual({ out: '', exitCode: 1 });
  expect(err).toContain('body: token-unknown naem; body: control-sequence <!channel>');
});

test('what is printed with --json is the answer of the API and nothing else', async () => {
  const { slug, call, workspace } = await room.tie();
  await type(['place', 'add', slug, workspace.addChannel()]);

  for (const [args, path] of [
    [['status', slug], ''],
    [['place', 'list', slug], '/places'],
    [['route', 'list', slug], '/routes'],
    [['person', 'list', slug], '/people'],
    [['wording', 'list', slug], '/wordings'],
  ] as const) {
    expect(await typeJson(args)).toEqual((await call('GET', path)).body);
  }
  expect(await typeJson(['wording', 'remove', slug, 'progress', '--locale', 'ja'])).toEqual({ ok: true });
  expect(await typeJson(['disconnect', slug])).toEqual({ app: 'uninstalled' });
});

test.each([
  ['no token', ['connect', 'x'], '--bot-token'],
  ['no time', ['hours', 'x', '--from', '09:00'], '--to'],
  ['a day that is none', ['hours', 'x', '--from', '09:00', '--to', '10:00', '--days', 'never'], 'business, every'],
  ['a kind that is none', ['route', 'add', 'x', 'y', '--kind', 'lottery'], 'letters-held'],
  ['a number that is none', ['route', 'remove', 'x', 'first'], 'whole number'],
  ['a role that is none', ['person', 'link', 'x', 'U0123456789', '--role', 'admin'], 'recruiter'],
  ['a wording of no language', ['wording', 'set', 'x', 'progress', '--title', 'a', '--body', 'b'], '--locale'],
  ['a preview of nothing', ['preview', 'x', 'lottery'], 'credit-earned'],
  ['an unknown command', ['burn'], 'unknown command'],
])('%s ends with 2, and says what to type', async (_what, args, text) => {
  const { out, err, exitCode } = await type(args);

  expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
  expect(err).toContain(text);
});

test('hours the service refuses are named', async () => {
  const { slug } = await room.tie();

  const { err, exitCode } = await type(['hours', slug, '--from', '9:00', '--to', '20:00']);

  expect(exitCode).toBe(1);
  expect(err).toContain('from must be a time such as 09:00');
});
