import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
import { RelayError } from '../../../src/platform/errors.ts';
import { newId } from '../../../src/platform/ids.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { openScene, type Scene, type SceneOptions } from './scene.ts';

let database: Database;
let slack: FakeSlack;
let clock: TestClock;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
});
afterEach(() => slack.close());
afterAll(() => database.close());

const open = (options?: SceneOptions) => openScene({ database, clock, slack }, options);
const posts = () => slack.calls.filter((method) => method === 'chat.postMessage');

async function reserve(scene: Scene): Promise<void> {
  await scene.publish('credit-reserved', { reservationId: newId(), available: 1 });
  await scene.pass(2_000);
}

test.each([
  ['not_in_channel', { isMember: false }],
  ['is_archived', { isArchived: true }],
] as const)(
  'a channel that refuses with %s keeps its notices waiting, and gets them when it is mended',
  async (reason, broken) => {
    const scene = await open();
    slack.first.changeChannel(slack.channel, broken);

    await reserve(scene);
    await reserve(scene);
    await scene.pass(60_000);
    const waiting = await scene.notices();
    const asked = posts().length;
    slack.first.changeChannel(slack.channel, { isMember: true, isArchived: false });
    await scene.slack.notices.resumePlaces(scene.companyId, { slackRef: slack.channel });
    await scene.pass(10_000);

    expect(waiting).toMatchObject([
      { status: 'blocked', reason },
      { status: 'blocked', reason },
    ]);
    expect(asked).toBe(1);
    expect(slack.messages).toHaveLength(2);
    expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent', 'sent']);
    expect(await scene.slack.places.list(scene.companyId)).toMatchObject([{ blockedReason: null }]);
    expect(scene.broken).toEqual([]);
  },
);

test('an admin who mended a place says so, and what waited longer than seven days is told no more', async () => {
  const scene = await open();
  slack.first.removeChannel(slack.channel);
  await reserve(scene);
  clock.advance(7 * 24 * 3_600_000);
  await reserve(scene);
  const [place] = await scene.slack.places.list(scene.companyId);
  slack.first.addChannel({ ref: slack.channel });

  const answer = await scene.slack.places.unblock(scene.companyId, place?.placeId ?? '');
  await scene.pass(10_000);

  expect(place).toMatchObject({ blockedReason: 'channel_not_found' });
  expect(answer.ok).toBe(true);
  expect(await scene.notices()).toMatchObject([{ status: 'sent' }, { status: 'failed', reason: 'too-old' }]);
  expect(slack.messages).toHaveLength(1);
});

test('a person gets a direct message, edited in place, and waits like a channel once the account is gone', async () => {
  const user = slack.first.addUser({ name: '𠮷野' });
  const scene = await open({ places: [user] });
  await scene.addLetters(1);
  await scene.pass(6_000);

  await scene.addLetters(1);
  await scene.pass(10_000);
  const texts = slack.first.messagesIn(user).map(({ text }) => text.match(/planned=\d/)?.[0]);
  slack.first.changeUser(user, { isDeleted: true });
  await reserve(scene);

  expect(texts).toEqual(['planned=2']);
  expect(await scene.notices()).toMatchObject([{ status: 'blocked', reason: 'user_disabled' }, { status: 'sent' }]);
  expect(await scene.slack.places.list(scene.companyId)).toMatchObject([{ blockedReason: 'user_disabled' }]);
});

test('while no token can be had, a notice waits and is sent later', async () => {
  let isRenewing = true;
  const scene = await open({
    senders: (sender) => async () => {
      if (isRenewing) throw new RelayError('slack_unavailable');
      return sender;
    },
    places: [],
  });
  isRenewing = false;
  await scene.addPlace(slack.channel);
  isRenewing = true;
  await reserve(scene);
  const waiting = await scene.notices();

  isRenewing = false;
  await scene.pass(10_000);

  expect(waiting).toMatchObject([{ status: 'waiting', reason: null }]);
  expect(slack.messages).toHaveLength(1);
});

test('a blocked place holds up no other, and an edit there waits like a message', async () => {
  const other = slack.first.addChannel({ name: 'other' });
  const scene = await open({ places: [slack.channel, other] });
  const [first, second] = await scene.slack.places.list(scene.companyId);
  const routes = [first, second].map((place) => ({
    placeId: place?.placeId ?? '',
    kinds: [],
    connectionId: null,
    job: null,
  }));
  await scene.slack.places.replaceRoutes(scene.companyId, routes, 'admin');
  await scene.addLetters(1);
  await scene.pass(6_000);
  slack.first.changeChannel(slack.channel, { isMember: false });
  slack.troubleFor('chat.update', { kind: 'error', error: 'not_in_channel' });

  await scene.addLetters(1);
  await scene.pass(10_000);
  const texts = () =>
    [slack.channel, other].map((ref) => slack.first.messagesIn(ref)[0]?.text.match(/planned=\d/)?.[0]);
  const before = texts();
  slack.first.changeChannel(slack.channel, { isMember: true });
  await scene.slack.notices.resumePlaces(scene.companyId, { slackRef: slack.channel });
  await scene.pass(10_000);

  expect([...before].sort()).toEqual(['planned=1', 'planned=2']);
  expect(texts()).toEqual(['planned=2', 'planned=2']);
});

test('an uninstalled workspace is marked broken once, and its notices wait without another call', async () => {
  const scene = await open();
  slack.uninstall(slack.first);

  await reserve(scene);
  await reserve(scene);
  const waiting = await scene.notices();
  const asked = posts().length;
  expect(waiting).toMatchObject([
    { status: 'blocked', reason: 'account_inactive' },
    { status: 'blocked', reason: 'account_inactive' },
  ]);
  expect(asked).toBe(1);
  expect(scene.broken).toEqual(['account_inactive']);
  expect(await scene.slack.places.list(scene.companyId)).toMatchObject([{ blockedReason: null }]);
});

test('a workspace that is mended gets all that waited', async () => {
  const scene = await open();
  slack.trouble({ kind: 'error', error: 'token_revoked' });
  await reserve(scene);
  await reserve(scene);

  scene.broken.splice(0);
  await scene.slack.notices.resumePlaces(scene.companyId);
  await scene.pass(10_000);

  expect(slack.messages).toHaveLength(2);
  expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent', 'sent']);
});

test('a company whose workspace was disconnected keeps what waits for its places', async () => {
  const scene = await open();
  const untied = await open({ places: [] });
  await reserve(untied);

  scene.broken.push('not-tied');
  await reserve(scene);

  expect(await scene.notices()).toMatchObject([{ status: 'blocked', reason: 'not-tied' }]);
  expect(await untied.notices()).toMatchObject([{ status: 'logged' }]);
  expect(slack.messages).toEqual([]);
});

test('what waits for a place that is taken away stays to be read', async () => {
  const scene = await open();
  await scene.publish('credit-reserved', { reservationId: newId(), available: 1 });
  await scene.jobs.runNext();
  const [place] = await scene.slack.places.list(scene.companyId);

  await scene.slack.places.remove(scene.companyId, place?.placeId ?? '', 'admin');
  await scene.pass(10_000);

  expect(await scene.notices()).toMatchObject([{ status: 'logged', place: null }]);
  expect(slack.messages).toEqual([]);
});

test('a notice that was refused to a token replaced meanwhile is sent with the new one', async () => {
  const scene = await open({ senders: (sender) => async () => ({ ...sender, markBroken: async () => false }) });
  slack.trouble({ kind: 'error', error: 'token_revoked' });

  await reserve(scene);
  await scene.pass(10_000);

  expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent']);
  expect(slack.messages).toHaveLength(1);
});

test('what waited for a workspace is sent, though the process that saw it mended died before it said so', async () => {
  const other = slack.first.addChannel({ name: 'other' });
  const scene = await open({ places: [slack.channel, other] });
  await scene.addLetters(1);
  await scene.pass(6_000);
  slack.trouble({ kind: 'error', error: 'token_revoked' });
  await reserve(scene);
  await scene.addLetters(1);
  await scene.pass(10_000);
  const waiting = (await scene.notices()).map(({ status, version }) => [status, version]);

  scene.broken.splice(0);
  await mend(scene.companyId);
  await scene.slack.notices.sweeps.unsent();
  await scene.pass(10_000);

  expect(waiting).toEqual([
    ['blocked', 1],
    ['sent', 2],
  ]);
  expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent', 'sent']);
  expect(slack.messages.map(({ text }) => text.match(/planned=\d|credit-reserved/)?.[0])).toEqual([
    'planned=2',
    'credit-reserved',
  ]);
});

test('a workspace that takes notices does not let go what waits for a channel that takes none', async () => {
  const scene = await open();
  slack.first.changeChannel(slack.channel, { isMember: false });
  await reserve(scene);
  await mend(scene.companyId);

  await scene.slack.notices.sweeps.unsent();
  await scene.pass(10_000);

  expect(await scene.notices()).toMatchObject([{ status: 'blocked', reason: 'not_in_channel' }]);
  expect(posts()).toHaveLength(1);
});

/** The company's workspace is installed and whole, as an install leaves it. */
function mend(companyId: string): Promise<unknown> {
  return database.forSystem((tx) =>
    tx
      .updateTable('slack_workspace')
      .set({ installation: 'sealed', broken_reason: null })
      .where('workspace_id', '=', (of) =>
        of.selectFrom('slack_tie').select('workspace_id').where('company_id', '=', companyId),
      )
      .execute(),
  );
}
