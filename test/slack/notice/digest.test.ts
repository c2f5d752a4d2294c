import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
import type { NoticeReads } from '../../../src/slack/index.ts';
import { findDigestWeek } from '../../../src/slack/notice/digest.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { openScene, type SceneOptions } from './scene.ts';

let database: Database;
let slack: FakeSlack;
let clock: TestClock;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  // Monday, 8:59 in Japan.
  clock = makeTestClock('2026-11-29T23:59:00Z');
  slack = await startFakeSlack({ now: () => clock.now() });
});
afterEach(() => slack.close());
afterAll(() => database.close());

/** Forty letters in the week before, eight in each of those before it. */
const reads: Partial<NoticeReads> = {
  countLetters: async (_tx, _companyId, { from }) => ({ sent: from >= new Date('2026-11-22T15:00:00Z') ? 40 : 8 }),
  countConsents: async (_tx, _companyId, { from }) => ({ granted: from >= new Date('2026-11-22T15:00:00Z') ? 9 : 2 }),
  countHeld: async () => 5,
  balance: async () => ({ referrals: { towardsNext: 7, perCredit: 10 }, credits: { available: 2 } }),
  projection: async () => ({ weeksToNextCredit: 0.6 }),
};
const picture = Buffer.from('not really a picture');
const open = (options: SceneOptions = {}) =>
  openScene({ database, clock, slack }, { reads, drawChart: async () => picture, ...options });
const images = () =>
  slack.messages.map(({ blocks }) => blocks.filter((block) => (block as { type: string }).type === 'image').length);
const uploads = () => slack.calls.filter((method) => method === 'files.completeUploadExternal').length;

test.each([
  ['2026-11-29T23:59:59Z', '2026-W47', 'Monday, before nine'],
  ['2026-11-30T00:00:00Z', '2026-W48', 'Monday at nine'],
  ['2026-12-06T14:59:59Z', '2026-W48', 'the Sunday after'],
  ['2027-01-04T00:00:00Z', '2026-W53', 'a year of 53 weeks'],
  ['2027-01-11T00:00:00Z', '2027-W01', 'the first week of a year'],
])('at %s the week to tell of is %s (%s)', (now, name) => {
  expect(findDigestWeek(new Date(now)).name).toBe(name);
});

test('the week before is told on Monday at nine, once, with its picture of eight weeks', async () => {
  const drawn: unknown[] = [];
  const scene = await open({
    drawChart: async (weeks) => {
      drawn.push(weeks);
      return picture;
    },
  });
  const rival = scene.rival();

  await scene.slack.notices.sweeps.digests();
  await scene.pass(1_000);
  const early = slack.messages.length;
  clock.advance(60_000);
  await Promise.all([scene, rival].map(({ slack: room }) => room.notices.sweeps.digests()));
  await scene.pass(10_000);
  await rival.pass(10_000);
  await scene.rival().slack.notices.sweeps.digests();

  expect(early).toBe(0);
  expect(slack.messages.map(({ text }) => text.split(' | ')[1])).toEqual([
    'weekly-digest available=2 consents=9 openHeld=5 perCredit=10 ratePercent=23 sent=40 towardsNext=7 week=11/23〜11/29 weeksToNext=1',
  ]);
  expect(images()).toEqual([1]);
  expect(drawn).toHaveLength(1);
  expect(drawn[0]).toEqual([
    { label: '10/5', sent: 8, consents: 2 },
    { label: '10/12', sent: 8, consents: 2 },
    { label: '10/19', sent: 8, consents: 2 },
    { label: '10/26', sent: 8, consents: 2 },
    { label: '11/2', sent: 8, consents: 2 },
    { label: '11/9', sent: 8, consents: 2 },
    { label: '11/16', sent: 8, consents: 2 },
    { label: '11/23', sent: 40, consents: 9 },
  ]);
});

test('where nine is not within the company’s hours, the digest arrives with them', async () => {
  const scene = await open({ hours: { from: '10:30', to: '19:00', days: 'business' } });

  clock.set('2026-11-30T00:00:00Z');
  await scene.slack.notices.sweeps.digests();
  await scene.pass(60_000);
  const early = slack.messages.length;
  clock.set('2026-11-30T01:30:00Z');
  await scene.pass(2_000);

  expect(early).toBe(0);
  expect(slack.messages).toHaveLength(1);
});

test('a company in which nothing was gets no digest', async () => {
  const scene = await open({ reads: { countHeld: async () => 5 } });
  clock.set('2026-11-30T00:00:00Z');

  await scene.slack.notices.sweeps.digests();

  expect(await scene.notices()).toEqual([]);
});

test('a week that nobody was there to tell of is not told at the end of the next', async () => {
  const scene = await open();
  clock.set('2026-12-05T00:00:01Z');

  await scene.slack.notices.sweeps.digests();

  expect(await scene.notices()).toEqual([]);
});

test('a picture is uploaded once, however often its message is tried', async () => {
  const scene = await open();
  clock.set('2026-11-30T00:00:00Z');
  slack.trouble({ kind: 'status', status: 503 }, { kind: 'status', status: 503 });

  await scene.slack.notices.sweeps.digests();
  await scene.pass(60_000);

  expect(images()).toEqual([1]);
  expect(uploads()).toBe(1);
  expect(slack.first.files).toHaveLength(1);
});

test.each([
  ['the app may not upload', () => slack.first.allowScope('files:write', false)],
  [
    'uploads fail twice',
    () => slack.troubleFor('files.getUploadURLExternal', { kind: 'hang-up' }, { kind: 'hang-up' }),
  ],
  ['Slack has not the picture ready', () => slack.delayFiles(600_000)],
])('where %s, the digest goes without its picture', async (_when, breakIt) => {
  const scene = await open();
  clock.set('2026-11-30T00:00:00Z');
  breakIt();

  await scene.slack.notices.sweeps.digests();
  await scene.pass(60_000);

  expect(images()).toEqual([0]);
  expect(await scene.notices()).toMatchObject([{ kind: 'weekly-digest', status: 'sent' }]);
  expect(scene.broken).toEqual([]);
});
