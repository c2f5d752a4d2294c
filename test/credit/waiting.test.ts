import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { listReferrals, verifyLedger } from '../../src/credit/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom, type TestRoom } from './room.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
afterEach(async () => expect(await verifyLedger(database)).toEqual([]));

/** Somebody who agreed by the static link and is found in no ATS. */
async function agreeAlone(room: TestRoom) {
  const people = await room.addPeople(1, { areRejected: false });
  const granted = await room.decide(people);
  await room.events.deliver('consent-granted', granted);
  return { people, granted };
}

async function readReferral(room: TestRoom) {
  const { items } = await database.forCompany(room.companyId, (tx) =>
    listReferrals(tx, { companyId: room.companyId, limit: 200 }),
  );
  const [referral] = items;
  if (!referral) throw new Error('there is no referral');
  return referral;
}

const readCounted = async (room: TestRoom) => (await room.readBalance()).referrals.counted;

test('who agreed without a known rejection waits and counts nothing', async () => {
  const room = await openRoom(database);

  await agreeAlone(room);

  expect(await readReferral(room)).toMatchObject({ status: 'waiting', reason: 'no-rejection', countedAt: null });
  expect(await readCounted(room)).toBe(0);
  expect(room.events.published('referral-counted')).toEqual([]);
});

test('the rejection that comes later makes it count, once, by the terms of the day of the agreement', async () => {
  const room = await openRoom(database, { perCredit: 1 });
  const { people, granted } = await agreeAlone(room);
  room.clock.advance(1_000);
  await room.agreeTerms({ perCredit: 5 });

  const recorded = await room.reject(people);
  await room.events.deliver('rejection-recorded', recorded);
  await room.events.deliver('rejection-recorded', recorded);
  await room.events.deliver('consent-granted', granted);

  expect(await readReferral(room)).toMatchObject({ status: 'counted', reason: null });
  expect(await readCounted(room)).toBe(1);
  expect((await room.readBalance()).credits.available).toBe(1);
  expect(room.events.published('referral-counted')).toHaveLength(1);
});

test('a rejection heard before its agreement is not lost', async () => {
  const room = await openRoom(database);
  const people = await room.addPeople(1, { areRejected: false });
  const granted = await room.decide(people);
  await room.events.deliver('rejection-recorded', await room.reject(people));

  await room.events.deliver('consent-granted', granted);

  expect(await readCounted(room)).toBe(1);
});

test('an admin’s word counts it too, with a line in the audit log, and the rejection then adds nothing', async () => {
  const room = await openRoom(database);
  const { people } = await agreeAlone(room);
  const { id } = await readReferral(room);

  const confirmed = await room.credits.confirmReferral(room.companyId, id, 'admin');
  await room.events.deliver('rejection-recorded', await room.reject(people));

  expect(confirmed).toEqual({ ok: true, referralId: id });
  expect(await readReferral(room)).toMatchObject({ status: 'counted', reason: null });
  expect(await readCounted(room)).toBe(1);
  const audit = await database.forCompany(room.companyId, (tx) =>
    tx.selectFrom('audit_entry').select(['actor', 'action', 'subject']).execute(),
  );
  expect(audit).toContainEqual({ actor: 'admin', action: 'referral.confirmed', subject: id });
});

test('where the terms count at confirmation, the rejection alone is not enough', async () => {
  const room = await openRoom(database, { countsAt: 'confirmation' });
  const { people } = await agreeAlone(room);

  await room.events.deliver('rejection-recorded', await room.reject(people));

  expect(await readReferral(room)).toMatchObject({ status: 'waiting', reason: null });
  expect(await readCounted(room)).toBe(0);
});

test.each([
  ['the person withdrew the application', { decidedBy: 'candidate' }],
  ['nobody knows who decided', { decidedBy: 'unknown' }],
  ['an agency brought the person', { source: 'agency' }],
  ['the application is private', { isPrivate: true }],
  ['the search is confidential', { isConfidential: true }],
  ['the decision was taken back', { status: 'reinstated' }],
  ['the person was hired', { status: 'hired' }],
] as const)('a rejection does not make it count when %s', async (_, facts) => {
  const room = await openRoom(database);
  const { people } = await agreeAlone(room);

  await room.events.deliver('rejection-recorded', await room.reject(people, facts));

  expect(await readReferral(room)).toMatchObject({ status: 'waiting', reason: 'no-rejection' });
  expect(await readCounted(room)).toBe(0);
});

test.each([
  ['the company mapped its reason to itself', { decidedBy: 'company' }],
  ['the company sends letters for its reason', { letter: 'send' }],
] as const)('a rejection nobody owned makes it count when %s', async (_, rule) => {
  const room = await openRoom(database);
  const { people } = await agreeAlone(room);
  await room.mapReason('r1', rule);

  await room.events.deliver(
    'rejection-recorded',
    await room.reject(people, { decidedBy: 'unknown', reasonRef: 'r1', canEmail: false }),
  );

  expect(await readCounted(room)).toBe(1);
});

describe('a withdrawal before the rejection', () => {
  test('ends the waiting, and the rejection then counts nothing', async () => {
    const room = await openRoom(database);
    const { people } = await agreeAlone(room);
    await room.events.deliver('consent-withdrawn', await room.decide(people, 'withdrawn'));

    await room.events.deliver('rejection-recorded', await room.reject(people));

    expect(await readReferral(room)).toMatchObject({ status: 'not-counted', reason: 'withdrawn' });
    expect(await readCounted(room)).toBe(0);
  });

  test.each([
    ['the agreement', ['consent-granted', 'rejection-recorded', 'consent-withdrawn']],
    ['the rejection', ['rejection-recorded', 'consent-granted', 'consent-withdrawn']],
    ['the withdrawal', ['consent-withdrawn', 'rejection-recorded', 'consent-granted']],
  ] as const)('counts nothing even when %s is heard first', async (_, order) => {
    const room = await openRoom(database);
    const people = await room.addPeople(1, { areRejected: false });
    const said = {
      'consent-granted': await room.decide(people),
      'consent-withdrawn': await room.decide(people, 'withdrawn'),
      'rejection-recorded': await room.reject(people),
    };

    await room.events.deliver(order[0], said[order[0]] as never);
    await room.events.deliver(order[1], said[order[1]] as never);
    await room.events.deliver(order[2], said[order[2]] as never);

    expect(await readReferral(room)).toMatchObject({ status: 'not-counted', reason: 'withdrawn' });
    expect(await readCounted(room)).toBe(0);
  });
});

test('agreement, rejection and confirmation count one person once, in any order, repeated and all at the same moment', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(['granted', 'rejected', 'confirm', 'granted', 'rejected', 'confirm', 'rejected'] as const, {
        minLength: 3,
      }),
      fc.boolean(),
      async (steps, isAtOnce) => {
        const room = await openRoom(database);
        const people = await room.addPeople(1, { areRejected: false });
        const granted = await room.decide(people);
        const recorded = await room.reject(people);
        const act = {
          granted: () => room.events.deliver('consent-granted', granted),
          rejected: () => room.events.deliver('rejection-recorded', recorded),
          async confirm() {
            const { items } = await database.forCompany(room.companyId, (tx) =>
              listReferrals(tx, { companyId: room.companyId, limit: 5 }),
            );
            for (const { id } of items) await room.credits.confirmReferral(room.companyId, id, 'admin');
          },
        };

        if (isAtOnce) await Promise.all(steps.map((step) => act[step]()));
        else for (const step of steps) await act[step]();
        await act.granted();
        await act.rejected();

        expect(await readCounted(room)).toBe(1);
        expect(room.events.published('referral-counted')).toHaveLength(1);
        expect(await readReferral(room)).toMatchObject({ status: 'counted' });
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
}, 60_000);
