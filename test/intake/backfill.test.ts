import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { dayMs, openPolled, type Polled } from './polled.ts';

let database: Database;
let polled: Polled;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  polled = await openPolled(database);
});
afterEach(() => polled.close());

const poll = async (ask: { readonly days?: number } = {}) => polled.intake.poll(await polled.present(), ask);

/** Chooses the date, as the API does: with its job, in one transaction. */
async function chooseDaysAgo(days: number): Promise<void> {
  const backfillFrom = new Date(polled.clock.now().getTime() - days * dayMs);
  await database.forCompany(polled.connection.companyId, async (tx) => {
    const chosen = await polled.connections.update(tx, polled.connection.connectionId, { backfillFrom });
    await polled.intake.backfill(tx, chosen);
  });
}

test('from the chosen date on everything seen is read again, recorded and told; what is older stays noted', async () => {
  const [older, first, last] = [polled.reject(60), polled.reject(30), polled.reject(2)];
  await poll();

  await chooseDaysAgo(40);
  await polled.jobs.runDue();

  expect(await polled.rejections()).toEqual([
    [first.applicationRef, 'current'],
    [last.applicationRef, 'current'],
  ]);
  expect(await polled.sightings()).toEqual([older.applicationRef]);
  expect(polled.events.published('rejection-recorded')).toHaveLength(2);
});

test('an earlier date chosen later takes in only what was left', async () => {
  polled.reject(60);
  polled.reject(30);
  await poll();
  await chooseDaysAgo(40);
  await polled.jobs.runDue();
  const before = polled.countCalls('/applications');

  await chooseDaysAgo(70);
  await polled.jobs.runDue();

  expect(await polled.rejections()).toHaveLength(2);
  expect(await polled.sightings()).toEqual([]);
  expect(polled.countCalls('/applications')).toBe(before + 1);
});

test('what changed in the ATS since it was seen is taken as it is now', async () => {
  const [reinstated, hired, erased, stands] = [polled.reject(5), polled.reject(4), polled.reject(3), polled.reject(2)];
  await poll();
  polled.fake.reinstate(reinstated.applicationRef);
  polled.fake.hire(hired.applicationRef);
  polled.fake.eraseCandidate(erased.candidateRef);

  await chooseDaysAgo(10);
  await polled.jobs.runDue();

  expect(await polled.rejections()).toEqual([[stands.applicationRef, 'current']]);
  expect(await polled.sightings()).toEqual([]);
});

test('what a webhook told meanwhile is not recorded twice', async () => {
  const seen = polled.reject(5);
  await poll();
  await polled.hear(seen);
  const before = polled.countCalls('/applications');

  await chooseDaysAgo(10);
  await polled.jobs.runDue();

  expect(await polled.rejections()).toEqual([[seen.applicationRef, 'current']]);
  expect(polled.events.published('rejection-recorded')).toHaveLength(1);
  expect(polled.countCalls('/applications')).toBe(before);
});

test('a back-fill that breaks off goes on where it was, and one that runs again changes nothing', async () => {
  for (let index = 0; index < 5; index += 1) polled.reject(5);
  await poll();
  polled.intercept(({ pathname }) => (pathname === '/applications' ? new Response('{}', { status: 503 }) : undefined));

  await chooseDaysAgo(10);
  await expect(polled.jobs.runDue()).rejects.toMatchObject({ code: 'vendor_unavailable' });
  const kept = await polled.sightings();
  polled.intercept(undefined);
  await polled.jobs.runDue();
  await chooseDaysAgo(10);
  await polled.jobs.runDue();

  expect(kept).toHaveLength(5);
  expect(await polled.rejections()).toHaveLength(5);
  expect(polled.events.published('rejection-recorded')).toHaveLength(5);
});

test('a back-fill waits while the connection is being read, so that nothing falls between the two', async () => {
  polled.reject(5);
  let chosen: Promise<void> | undefined;
  let waited = 0;
  polled.intercept(async ({ pathname }) => {
    if (pathname !== '/declined' || chosen) return undefined;
    chosen = chooseDaysAgo(10);
    await chosen;
    await polled.jobs.runNext();
    waited = polled.jobs.waiting.length;
    return undefined;
  });

  const found = await poll();
  polled.clock.advance(15_000);
  await polled.jobs.runDue();

  expect(waited).toBe(1);
  expect(found).toMatchObject({ seen: 1, backfill: 1 });
  expect(await polled.rejections()).toHaveLength(1);
  expect(await polled.sightings()).toEqual([]);
});

test('a date later than the mark holds back nothing that was decided after the mark', async () => {
  await poll();
  polled.clock.advance(dayMs);
  const missed = polled.reject(0.5);
  await chooseDaysAgo(0);

  expect(await poll()).toMatchObject({ recorded: 1, backfill: 0 });
  expect(await polled.rejections()).toEqual([[missed.applicationRef, 'current']]);
});

test('a date chosen before the first reading lets it reach back so far and act on it', async () => {
  const old = polled.reject(200);
  await chooseDaysAgo(250);
  await polled.jobs.runDue();

  expect(await poll()).toMatchObject({ seen: 1, recorded: 1, backfill: 0 });
  expect(await polled.rejections()).toEqual([[old.applicationRef, 'current']]);
});
