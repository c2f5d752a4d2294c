import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database, Tx } from '../../../src/platform/database.ts';
import { holdCompany } from '../../../src/slack/hold-company.ts';
import { type Opening, openNotice } from '../../../src/slack/notice/store.ts';
import { untieCompany } from '../../../src/slack/workspace/store.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, startFakeSlack } from '../../support/fake-slack.ts';
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

async function isSomebodyWaiting(): Promise<boolean> {
  const { rows } = await database.forSystem((tx) =>
    sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(tx),
  );
  return (rows[0]?.waiting ?? 0) > 0;
}

/** Takes one lock, lets `other` run into it, then takes a second one: two orders that do not fit end one of them. */
async function meet(
  companyId: string,
  first: (tx: Tx) => Promise<unknown>,
  second: (tx: Tx) => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<unknown> {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const ours = database.forCompany(companyId, async (tx) => {
    await first(tx);
    begin();
    while (!(await isSomebodyWaiting()));
    await second(tx);
  });
  await begun;
  return Promise.all([ours, other()]);
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

  const met = meet(
    companyId,
    (tx) => holdCompany(tx, companyId),
    lockNotice(noticeId),
    () => remark(scene, noticeId),
  );

  await expect(met).resolves.toMatchObject([undefined, true]);
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

  const met = meet(companyId, lockNotice(noticeId), lockPlace(placeId), () => change(scene, placeId));

  await expect(met).resolves.toBeDefined();
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

  const met = meet(companyId, record, lockNotice(noticeId), () =>
    scene.slack.places.remove(companyId, placeId, 'admin'),
  );

  await expect(met).resolves.toMatchObject([undefined, true]);
});

onServer('what is recorded for a blocked place just while it is mended does not stay behind', async () => {
  const { scene, companyId, placeId } = await openStory();
  const record = recordFor(placeId, { status: 'blocked', dueAt: null, reason: 'not_in_channel' });

  await meet(
    companyId,
    record,
    async () => undefined,
    () => scene.slack.notices.resumePlaces(companyId),
  );
  await scene.pass(10_000);

  expect((await scene.notices()).map(({ status }) => status)).toEqual(['sent', 'sent']);
});
