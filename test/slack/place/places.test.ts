import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { listAudit } from '../../../src/platform/audit.ts';
import type { Database } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import { chooseRoutes, type Route } from '../../../src/slack/place/model.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { openScene, type Scene, type SceneOptions } from '../notice/scene.ts';

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
const add = ({ slack: room, companyId }: Scene, slackRef: string) => room.places.add(companyId, { slackRef }, 'admin');
const first = async ({ slack: room, companyId }: Scene) => (await room.places.list(companyId))[0]?.placeId ?? '';

async function readActions({ companyId }: Scene): Promise<readonly string[]> {
  const { items } = await database.forCompany(companyId, (tx) => listAudit(tx, { companyId, limit: 50 }));
  return items.map(({ action }) => action).reverse();
}

const places = [
  { placeId: 'a', isDefault: true },
  { placeId: 'b', isDefault: false },
  { placeId: 'c', isDefault: false },
];
const route = (placeId: string, change: Partial<Route> = {}): Route => ({
  placeId,
  kinds: [],
  connectionId: null,
  job: null,
  ...change,
});
const letters = { kind: 'letters-held', connectionId: 'x', job: '営業' } as const;

test.each([
  ['no route at all', [], ['a']],
  ['a route of everything', [route('b')], ['b']],
  ['its kind', [route('b', { kinds: ['letters-held', 'progress'] }), route('c', { kinds: ['progress'] })], ['b']],
  ['its connection', [route('b', { connectionId: 'x' }), route('c', { connectionId: 'y' })], ['b']],
  ['its job', [route('b', { job: '営業' }), route('c', { job: '経理' })], ['b']],
  ['all three at once', [route('b', { kinds: ['letters-held'], connectionId: 'x', job: '経理' })], ['a']],
  ['two routes to one place', [route('b'), route('b', { job: '営業' }), route('c')], ['b', 'c']],
  ['a route to a place that is gone', [route('z')], ['a']],
])('a notice goes by %s', (_by, routes, expected) => {
  expect(chooseRoutes(letters, places, routes)).toEqual(expected);
});

test('what concerns the whole company goes to no route of one connection or job', () => {
  const whole = { kind: 'credit-earned', connectionId: null, job: null } as const;

  expect(chooseRoutes(whole, places, [route('b', { connectionId: 'x' }), route('c', { job: '営業' })])).toEqual(['a']);
});

test('the first place is the default one, and adding it again changes nothing', async () => {
  const scene = await open();
  const user = slack.first.addUser({ name: '𠮷野' });

  const again = await add(scene, slack.channel);
  const person = await add(scene, user);

  expect(again).toMatchObject({ ok: true, isNew: false });
  expect(person).toMatchObject({ ok: true, isNew: true, place: { kind: 'person', isDefault: false } });
  expect(await scene.slack.places.list(scene.companyId)).toMatchObject([
    { kind: 'channel', slackRef: slack.channel, isDefault: true, hasNames: false },
    { kind: 'person', slackRef: user, isDefault: false, hasNames: false },
  ]);
  expect(await readActions(scene)).toEqual(expect.arrayContaining(['slack.place-added']));
});

test.each([
  ['a name', () => '#saiyo', 'not-a-ref'],
  ['a channel that is not there', () => 'C0NOWHERE1', 'not-found'],
  [
    'a private channel without the app',
    () => slack.first.addChannel({ isPrivate: true, isMember: false }),
    'not-found',
  ],
  ['a channel without the app', () => slack.first.addChannel({ isMember: false }), 'not-member'],
  ['an archived channel', () => slack.first.addChannel({ isArchived: true }), 'archived'],
  ['a person who is not there', () => 'U0NOBODY01', 'not-found'],
  ['a person who left', () => slack.first.addUser({ isDeleted: true }), 'deleted'],
])('%s cannot be a place', async (_what, ref, reason) => {
  const scene = await open({ places: [] });

  expect(await add(scene, ref())).toEqual({ ok: false, reason });
  expect(await scene.slack.places.list(scene.companyId)).toEqual([]);
});

test('without a workspace, or while Slack does not answer, no place is added', async () => {
  const untied = await open({ isTied: false, sender: { ok: false, reason: 'not-tied' } });
  const scene = await open({ places: [] });
  slack.troubleFor('conversations.info', { kind: 'hang-up' });

  expect(await add(untied, slack.channel)).toEqual({ ok: false, reason: 'not-tied' });
  expect(await add(scene, slack.channel)).toEqual({ ok: false, reason: 'unreachable' });
});

test('who switches names on or off, and who changes routes, stands in the audit log', async () => {
  const scene = await open();
  const { companyId } = scene;
  const placeId = await first(scene);

  await scene.slack.places.setNames(companyId, placeId, true, 'admin');
  await scene.slack.places.setNames(companyId, placeId, true, 'admin');
  await scene.slack.places.setNames(companyId, placeId, false, 'admin');
  await scene.slack.places.replaceRoutes(
    companyId,
    [route(placeId, { kinds: ['progress'], connectionId: null })],
    'admin',
  );

  expect((await readActions(scene)).slice(-3)).toEqual(['slack.names-on', 'slack.names-off', 'slack.routes-changed']);
});

test('routes name only places and connections of the company, and a wrong one changes nothing', async () => {
  const scene = await open();
  const foreign = await open();
  const { companyId } = scene;
  const good = route(await first(scene), { kinds: ['progress'], job: '営業' });
  await scene.slack.places.replaceRoutes(companyId, [good], 'admin');

  const replace = (routes: readonly Route[]) => scene.slack.places.replaceRoutes(companyId, routes, 'admin');
  const wrongPlace = await replace([route(await first(foreign))]);
  const wrongConnection = await replace([{ ...good, connectionId: newId() }]);

  expect(wrongPlace).toEqual({ ok: false, reason: 'unknown-place' });
  expect(wrongConnection).toEqual({ ok: false, reason: 'unknown-connection' });
  expect(await scene.slack.places.listRoutes(companyId)).toEqual([good]);
});

test('a place of another company is neither changed nor taken away', async () => {
  const scene = await open();
  const foreign = await open();
  const placeId = await first(foreign);
  const { places: room } = scene.slack;
  const { companyId } = scene;

  expect(await room.setNames(companyId, placeId, true, 'admin')).toEqual({ ok: false, reason: 'unknown-place' });
  expect(await room.setDefault(companyId, placeId, 'admin')).toBe(false);
  expect(await room.remove(companyId, placeId, 'admin')).toBe(false);
  expect(await room.unblock(companyId, placeId)).toEqual({ ok: false, reason: 'unknown-place' });
  expect(await foreign.slack.places.list(foreign.companyId)).toMatchObject([{ hasNames: false, isDefault: true }]);
});

test('a channel that is called otherwise now is listed so', async () => {
  const scene = await open();

  await scene.slack.places.rename(scene.companyId, slack.channel, '採用チーム');

  expect(await scene.slack.places.list(scene.companyId)).toMatchObject([{ name: '採用チーム' }]);
});
