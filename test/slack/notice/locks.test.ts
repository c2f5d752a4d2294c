import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database, Tx } from '../../../src/platform/database.ts';
import { holdCompany } from '../../../src/slack/hold-company.ts';
import { type Opening, openNotice } from '../../../src/slack/notice/store.ts';
import { untieCompany } from '../../../src/slack/workspace/store.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
import { meet } from '../../support/meet.ts';
import { openScene, type Scene } from './scene.ts';

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

// The embedded database has one connection, so there no transaction ever waits for a row of another.
const onServer = process.env.DATABASE_URL ? test : test.skip;

/** A company with one notice of letters in Slack that still takes in more. */
async function openStory() {
  const scene = await openScene({ database, clock, slack });
  await scene.addLetters(1);
  await scene.pass(10_000);
  const [notice] = await scene.notices();
  const [place] = await scene.slack.places.list(scene.companyId);
  return { scene, companyId: scene.companyId, noticeId: notice?.id ?? '', placeId: place?.placeId ?? '' };
}

const lockNotice = (noticeId: string) => (tx: Tx) =>
  tx.selectFrom('notice').select('notice_id').where('notice_id', '=', noticeId).forUpdate().execute();
const lockPlace = (placeId: string) => (tx: Tx) =>
  tx.selectFrom('slack_place').select('place_id').where('place_id', '=', placeId).forNoKeyUpdate().execute();

function remark({ slack: room, companyId }: Scene, noticeId: string): Promise<boolean> {
  const act = { companyId, noticeId, by: 'U0123456789', did: 'letters-sent', count: 1 } as const;
  return database.forCompany(companyId, (tx) => room.notices.remark(tx, act));
}

onServer('what somebody did is said below a notice that is taking in more letters at that moment', async () => {
  const { scene, companyId, noticeId } = await openStory();

  const met = meet(database, { first: (tx) => holdCompany(tx, companyId), second: lockNotice(noticeId) }, () =>
    remark(scene, noticeId),
  );

  await expect(met).resolves.toBe(true);
});

onServer.each([
  ['names are switched off', (scene: Scene, placeId: string) => setNames(scene, placeId)],
  [
    'the place is removed',
    ({ slack: { places }, companyId }: Scene, id: string) => places.remove(companyId, id, 'admin'),
  ],
  ['the company is untied', ({ companyId }: Scene) => database.forSystem((tx) => untieCompany(tx, companyId))],
])('a notice is taken to be edited while %s, and neither stops the other', async (_what, change) => {
  const { scene, companyId, noticeId, placeId } = await openStory();
  await scene.slack.places.setNames(companyId, placeId, true, 'admin');

  const met = meet(database, { first: lockNotice(noticeId), second: lockPlace(placeId) }, async () => {
    await change(scene, placeId);
    return 'done';
  });

  await expect(met).resolves.toBe('done');
});

function setNames({ slack: { places }, companyId }: Scene, placeId: string) {
  return places.setNames(companyId, placeId, false, 'admin');
}

/** A notice as it is recorded, within its transaction. */
const recordFor = (placeId: string, opening: Opening) => async (tx: Tx) => {
  const companyId = await readCompanyOf(tx, placeId);
  await holdCompany(tx, companyId);
  const notice = { kind: 'credit-used', factKeys: [], groupKey: null, tokens: {}, connectionId: null } as const;
  await openNotice(tx, companyId, { ...notice, job: null, placeId }, opening, clock.now());
};

async function readCompanyOf(tx: Tx, placeId: string): Promise<string> {
  const place = tx.selectFrom('slack_place').select('company_id').where('place_id', '=', placeId);
  return (await place.executeTakeFirstOrThrow()).company_id;
}

onServer('a place is removed while something is recorded for it', async () => {
  const { scene, companyId, noticeId, placeId } = await openStory();
  const record = recordFor(placeId, { status: 'waiting', dueAt: clock.now(), reason: null });

  const met = meet(database, { first: record, second: lockNotice(noticeId) }, () =>
    scene.slack.places.remove(companyId, placeId, 'admin'),
  );

  await expect(met).resolves.toBe(true);
});

onServer('what is recorded for a blocked place just while it is mended does not stay behind', async () => {
  const { scene, companyId, placeId } = await openStory();
  const record = recordFor(placeId, { status: 'blocked', dueAt: null, reason: 'not_in_channel' });

  await meet(database, { first: record }, () => scene.slack.notices.resumePlaces(companyId));
  await scene.pass(10_000);

  expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent', 'sent']);
});
