import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { connectionId, openScene, otherConnectionId, type Scene, type SceneOptions } from './scene.ts';

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
const calls = (...methods: string[]) => slack.calls.filter((method) => methods.includes(method));
const told = () => slack.messages.map(({ text }) => text.split(' | ')[1]);
const earned = (available: number) => ({ postingId: newId(), available });

function change({ letters }: Scene, letterId: string, to: Parameters<Scene['addLetters']>[1]): void {
  const letter = letters.get(letterId);
  if (letter) letters.set(letterId, { ...letter, ...to });
}

test('a hundred rejections in a minute make one message, edited in place at most once in five seconds', async () => {
  const scene = await open();

  for (let second = 0; second < 60; second += 1) {
    await scene.addLetters(second % 3 === 0 ? 3 : 1);
    await scene.pass(1_000);
  }
  await scene.pass(10_000);

  expect(scene.letters.size).toBe(100);
  expect(calls('chat.postMessage')).toHaveLength(1);
  expect(calls('chat.update').length).toBeGreaterThan(5);
  expect(calls('chat.update').length).toBeLessThanOrEqual(13);
  expect(told()).toEqual(['letters-planned planned=100 next=2026-11-25T01:00:00.000Z']);
  expect(await scene.notices()).toMatchObject([{ status: 'sent', text: expect.stringContaining('planned=100') }]);
  expect(scene.jobs.waiting).toEqual([]);
});

test('a hundred at once make one message without any edit', async () => {
  const scene = await open();

  await scene.addLetters(100);
  await scene.pass(30_000);

  expect(told()).toEqual([expect.stringContaining('planned=100')]);
  expect(calls('chat.update')).toEqual([]);
});

test('what comes ten minutes after a message was sent is a message of its own', async () => {
  const scene = await open();
  await scene.addLetters(1);
  await scene.pass(6_000);

  await scene.pass(10 * 60_000);
  await scene.addLetters(2);
  await scene.pass(6_000);

  expect(told()).toEqual([expect.stringContaining('planned=1'), expect.stringContaining('planned=2')]);
});

test('credits earned together add up, and the newest balance and progress count, in whatever order they come', async () => {
  const scene = await open();
  const [one, two] = [earned(3), earned(4)];
  const counted = (towardsNext: number) => ({ referralId: newId(), postingId: newId(), towardsNext, perCredit: 10 });
  const [seven, eight] = [counted(7), counted(8)];

  await scene.publish('credit-earned', two);
  await scene.publish('referral-counted', eight);
  await scene.pass(6_000);
  await scene.publish('credit-earned', one);
  await scene.publish('referral-counted', seven);
  await scene.pass(6_000);

  expect(told()).toEqual(['credit-earned available=4 earned=2', 'progress missing=2 perCredit=10 towardsNext=8']);
});

test('a message tells how its letters stand now: sent, held and why, cancelled', async () => {
  const scene = await open();
  const [first, second, third] = await scene.addLetters(4);
  await scene.pass(6_000);

  change(scene, first?.letterId ?? '', { status: 'sent' });
  await scene.publish('letter-sent', { letterId: first?.letterId ?? '', rejectionId: newId() });
  change(scene, second?.letterId ?? '', { status: 'cancelled' });
  await scene.publish('letter-changed', { letterId: second?.letterId ?? '' });
  const held = { letterId: third?.letterId ?? '', rejectionId: newId(), connectionId, reason: 'reason-unknown' };
  change(scene, held.letterId, { status: 'held', reason: held.reason });
  await scene.publish('letter-held', held);
  await scene.pass(20_000);

  expect(told()).toEqual([
    'letters-planned planned=1 held=1 sent=1 cancelled=1 reason-unknown=1 next=2026-11-25T01:00:00.000Z',
    'letters-held held=1 reason-unknown=1',
  ]);
  expect(calls('chat.update')).toHaveLength(1);
});

test('a letter that was cancelled before its event was heard is not told at all', async () => {
  const scene = await open();

  const [letter] = await scene.addLetters(1);
  change(scene, letter?.letterId ?? '', { status: 'cancelled' });
  await scene.pass(10_000);

  expect(await scene.notices()).toEqual([]);
});

test('letters of a connection in shadow are told too, and that they are', async () => {
  const scene = await open({ isShadow: true });

  await scene.addLetters(2);
  await scene.pass(6_000);

  expect(told()).toEqual([expect.stringMatching(/planned=2 .*shadow/)]);
});

test('an edit that Slack no longer allows is not tried again, and neither is any later one', async () => {
  const scene = await open();
  const [letter] = await scene.addLetters(1);
  const { letterId = '' } = letter ?? {};
  await scene.pass(6_000);
  slack.troubleFor('chat.update', { kind: 'error', error: 'edit_window_closed' });

  await scene.publish('letter-changed', { letterId });
  await scene.pass(20_000);
  await scene.publish('letter-changed', { letterId });
  await scene.pass(20_000);

  expect(calls('chat.update')).toHaveLength(1);
  expect(await scene.notices()).toMatchObject([{ status: 'sent', reason: null }]);
  expect(scene.logged).toMatchObject([{ level: 30, reason: 'edit_window_closed' }]);
  expect(scene.jobs.waiting).toEqual([]);
});

test('an edit that meets a limit or a failure is made later, and no message is posted twice', async () => {
  const scene = await open();
  await scene.addLetters(1);
  await scene.pass(6_000);
  slack.troubleFor('chat.update', { kind: 'status', status: 429, retryAfter: '8' }, { kind: 'hang-up' });

  await scene.addLetters(1);
  await scene.pass(60_000);

  expect(told()).toEqual([expect.stringContaining('planned=2')]);
  expect(calls('chat.postMessage')).toHaveLength(1);
  expect(calls('chat.update')).toHaveLength(3);
});

test('nothing arrives at night, on a weekend or on a holiday, and then it is one message', async () => {
  const scene = await open({ hours: { from: '09:00', to: '20:00', days: 'business' } });
  // A Friday evening in Japan, before a long weekend.
  clock.set('2026-11-20T11:00:00Z');

  await scene.addLetters(30);
  await scene.publish('credit-reserved', { reservationId: newId(), available: 1 });
  await scene.jobs.runDue();
  clock.set('2026-11-23T23:59:58Z');
  await scene.addLetters(20);
  await scene.slack.notices.sweeps.unsent();
  await scene.pass(1_000);
  const atNight = [...slack.messages];
  await scene.pass(5_000);

  expect(atNight).toEqual([]);
  expect([...told()].sort()).toEqual(['credit-reserved available=1', expect.stringContaining('planned=50')]);
});

test('routes choose by kind, connection and job; each place hears once, and the default what nobody claims', async () => {
  const [sales, letters] = ['sales', 'letters'].map((name) => slack.first.addChannel({ name }));
  const boss = slack.first.addUser({ name: '𠮷野' });
  const scene = await open({ places: [slack.channel, sales ?? '', letters ?? '', boss] });
  await addConnection(scene, otherConnectionId);
  const [, salesPlace, lettersPlace, bossPlace] = await scene.slack.places.list(scene.companyId);
  const route = (place: typeof salesPlace, kinds: readonly ('letters-planned' | 'credit-reserved')[]) => ({
    placeId: place?.placeId ?? '',
    kinds,
    connectionId: null,
    job: null,
  });
  await scene.slack.places.replaceRoutes(
    scene.companyId,
    [
      { ...route(salesPlace, ['letters-planned']), job: '営業' },
      { ...route(lettersPlace, ['letters-planned']), connectionId: otherConnectionId },
      { ...route(lettersPlace, ['letters-planned']), job: '営業' },
      route(bossPlace, ['credit-reserved']),
    ],
    'admin',
  );

  await scene.addLetters(2);
  await scene.addLetters(3, { connectionId: otherConnectionId, job: '経理' });
  await scene.addLetters(4, { job: '経理' });
  await scene.publish('credit-reserved', { reservationId: newId(), available: 1 });
  await scene.pass(10_000);

  const texts = (ref: string) => slack.first.messagesIn(ref).map(({ text }) => text.split(' | ')[1]?.split(' next')[0]);
  expect(texts(sales ?? '')).toEqual(['letters-planned planned=2']);
  expect(texts(letters ?? '')).toEqual(['letters-planned planned=5']);
  expect(texts(slack.channel)).toEqual(['letters-planned planned=4']);
  expect(texts(boss)).toEqual(['credit-reserved available=1']);
});

async function addConnection({ companyId }: Scene, id: string): Promise<void> {
  const now = clock.now();
  await database.forCompany(companyId, (tx) =>
    tx
      .insertInto('connection')
      .values({
        connection_id: id,
        company_id: companyId,
        connector: 'sample',
        state: 'live',
        settings: '{}',
        letter: '{}',
        mapping: '{}',
        access: null,
        failing_since: null,
        failing_code: null,
        created_at: now,
        updated_at: now,
        removed_at: null,
      })
      .execute(),
  );
}

test('without a default place, what no route claims is kept and logged', async () => {
  const scene = await open();
  await scene.slack.places.setDefault(scene.companyId, null, 'admin');

  await scene.addLetters(2);
  await scene.pass(10_000);

  expect(await scene.notices()).toMatchObject([{ status: 'logged', place: null }]);
  expect(slack.messages).toEqual([]);
});

test('people are named only where names are switched on, never in what is kept, and not once they are erased', async () => {
  const quiet = slack.first.addChannel({ name: 'quiet' });
  const scene = await open({ places: [slack.channel, quiet] });
  const [named, unnamed] = await scene.slack.places.list(scene.companyId);
  await scene.slack.places.setNames(scene.companyId, named?.placeId ?? '', true, 'admin');
  const route = (placeId = '') => ({ placeId, kinds: [], connectionId: null, job: null });
  await scene.slack.places.replaceRoutes(scene.companyId, [route(named?.placeId), route(unnamed?.placeId)], 'admin');

  const [letter] = await scene.addLetters(1);
  await scene.addLetters(1, { familyName: "O'Brien", givenName: 'Sean' });
  await scene.pass(6_000);
  const before = slack.first.messagesIn(slack.channel)[0]?.text;
  change(scene, letter?.letterId ?? '', { familyName: null, givenName: null, status: 'cancelled' });
  await scene.publish('rejection-lifted', { rejectionId: letter?.letterId ?? '', why: 'erased' });
  await scene.pass(10_000);
  const afterErasure = slack.first.messagesIn(slack.channel)[0]?.text;
  await scene.slack.places.setNames(scene.companyId, named?.placeId ?? '', false, 'admin');
  await scene.pass(10_000);

  expect(before).toContain('髙﨑 一郎 様 (営業)');
  expect(before).toContain("O'Brien");
  expect(afterErasure).not.toContain('髙﨑');
  expect(afterErasure).toContain("O'Brien");
  expect(slack.first.messagesIn(slack.channel)[0]?.text).not.toContain("O'Brien");
  expect(JSON.stringify(slack.first.messagesIn(quiet))).not.toMatch(/髙﨑|O'Brien/);
  expect(JSON.stringify([await scene.notices(), scene.logged])).not.toMatch(/髙﨑|O'Brien/);
});

test('names go from what stands in a place that is taken away, and nothing more is told there', async () => {
  const scene = await open();
  const { companyId } = scene;
  const [place] = await scene.slack.places.list(companyId);
  await scene.slack.places.setNames(companyId, place?.placeId ?? '', true, 'admin');
  const [letter] = await scene.addLetters(2);
  await scene.pass(6_000);
  const before = slack.first.messagesIn(slack.channel)[0]?.text;

  await scene.slack.places.remove(companyId, place?.placeId ?? '', 'admin');
  await scene.pass(10_000);
  change(scene, letter?.letterId ?? '', { status: 'cancelled' });
  await scene.publish('letter-changed', { letterId: letter?.letterId ?? '' });
  await scene.pass(10_000);

  expect(before).toContain('髙﨑');
  expect(slack.first.messagesIn(slack.channel).map(({ text }) => text)).toEqual([expect.not.stringContaining('髙﨑')]);
  expect(slack.first.messagesIn(slack.channel)[0]?.text).toContain('planned=2');
  expect(await scene.notices()).toMatchObject([{ status: 'sent', place: null }]);
});

test('a remark is shown below the message, once for each act, and the company’s own wording is used', async () => {
  const wording = { title: '不採用の連絡', body: '' };
  const scene = await open({ reads: { wording: async () => wording } });
  await scene.addLetters(3);
  await scene.pass(6_000);
  const [notice] = await scene.notices();
  const { companyId } = scene;
  const act = { companyId, noticeId: notice?.id ?? '', by: 'U0HANAKO', did: 'letters-held', count: 2 } as const;

  const known = await database.forCompany(companyId, (tx) => scene.slack.notices.remark(tx, act));
  const unknown = await database.forCompany(companyId, (tx) =>
    scene.slack.notices.remark(tx, { ...act, noticeId: newId() }),
  );
  await scene.pass(6_000);

  expect([known, unknown]).toEqual([true, false]);
  expect(told()).toEqual([expect.stringMatching(/^不採用の連絡 planned=3 .* U0HANAKO:letters-held:2$/)]);
});

test('credits that end soon are told 30 and 7 days before, each once, together for one day', async () => {
  const expiresAt = new Date('2026-12-31T14:59:59Z');
  const credits = [newId(), newId()].map((creditId) => ({ creditId, expiresAt }));
  const scene = await open({
    reads: { endingCredits: async (_tx, _companyId, before) => credits.filter((credit) => credit.expiresAt < before) },
  });
  const sweep = async (at: string) => {
    clock.set(at);
    await scene.slack.notices.sweeps.endingCredits();
    await scene.slack.notices.sweeps.endingCredits();
    await scene.pass(6_000);
  };

  await sweep('2026-11-30T01:00:00Z');
  await sweep('2026-12-02T01:00:00Z');
  await sweep('2026-12-10T01:00:00Z');
  await sweep('2026-12-25T01:00:00Z');
  await sweep('2026-12-31T15:00:00Z');

  expect(told()).toEqual([
    'credit-expiring credits=2 days=30 expiresOn=2026-12-31',
    'credit-expiring credits=2 days=7 expiresOn=2026-12-31',
  ]);
});
