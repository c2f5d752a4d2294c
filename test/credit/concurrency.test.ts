import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyLedger } from '../../src/credit/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom } from './room.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** As many at the same time as the pool has connections: more would only wait for one, and give up on a slow machine. */
async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const workers = Array.from({ length: 10 }, async () => {
    for (const item of waiting) await work(item);
  });
  await Promise.all(workers);
}

test('a hundred agreements counted at the same time, each heard twice, make exactly ten credits', async () => {
  const room = await openRoom(database);
  const granted = await room.decide(await room.addPeople(100));
  const jobs = [...granted, ...granted.toReversed()];

  await atOnce(jobs, (one) => room.events.deliver('consent-granted', [one]));

  expect(await room.readBalance()).toEqual({
    referrals: { counted: 100, towardsNext: 0, perCredit: 10 },
    credits: { available: 10, reserved: 0, used: 0, expired: 0 },
  });
  expect(room.events.published('referral-counted')).toHaveLength(100);
  expect(room.events.published('credit-earned').map(({ available }) => available)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  expect(await verifyLedger(database, room.companyId)).toEqual([]);
});

test('of fifty reservations of one credit at the same time exactly one wins', async () => {
  const room = await openRoom(database, { perCredit: 1 });
  await room.agree(1);

  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => room.credits.reserve(room.companyId, { reason: 'x', key: `${index}` })),
  );

  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(answers.filter(({ ok }) => !ok)).toEqual(Array(49).fill({ ok: false, reason: 'credits-exhausted' }));
  expect((await room.readBalance()).credits).toEqual({ available: 0, reserved: 1, used: 0, expired: 0 });
  expect(await verifyLedger(database, room.companyId)).toEqual([]);
});

test('the same request for a credit, sent many times at once, holds one', async () => {
  const room = await openRoom(database, { perCredit: 1 });
  await room.agree(5);

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => room.credits.reserve(room.companyId, { reason: 'x', key: 'order-7' })),
  );

  expect(new Set(answers.map((answer) => answer.ok && answer.reservationId)).size).toBe(1);
  expect((await room.readBalance()).credits).toMatchObject({ available: 4, reserved: 1 });
});

test('a reservation used and released at the same time is settled once', async () => {
  const room = await openRoom(database, { perCredit: 1 });
  await room.agree(1);
  const held = await room.credits.reserve(room.companyId, { reason: 'x' });
  const id = held.ok ? held.reservationId : '';

  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? room.credits.use(id) : room.credits.release(id))),
  );

  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  const { available, reserved, used } = (await room.readBalance()).credits;
  expect([available + used, reserved]).toEqual([1, 0]);
  expect(await verifyLedger(database, room.companyId)).toEqual([]);
});

test('one person’s agreements counted at the same time count once', async () => {
  const room = await openRoom(database);
  const people = await room.addPeople(1);
  const granted = [];
  for (let round = 0; round < 10; round += 1) {
    granted.push(...(await room.decide(people)));
    await room.decide(people, 'withdrawn');
  }

  await Promise.all(granted.map((one) => room.events.deliver('consent-granted', [one])));

  expect((await room.readBalance()).referrals).toMatchObject({ counted: 1, towardsNext: 1 });
  expect(await verifyLedger(database, room.companyId)).toEqual([]);
});

test('counting, confirming, reversing, spending, expiring and verifying at the same time leave a ledger that holds', async () => {
  const room = await openRoom(database, { perCredit: 2, creditValidMonths: 1 });
  await room.agree(20);
  room.clock.advance(40 * 24 * 60 * 60 * 1000);
  const granted = await room.decide(await room.addPeople(30));
  const { companyId, credits } = room;

  const work = await Promise.allSettled([
    ...granted.map((one) => room.events.deliver('consent-granted', [one])),
    ...Array.from({ length: 10 }, async (_, index) => {
      const held = await credits.reserve(companyId, { reason: 'x', key: `${index}` });
      if (held.ok) await (index % 2 ? credits.use : credits.release)(held.reservationId);
    }),
    ...Array.from({ length: 5 }, () => credits.sweepExpiry()),
    ...Array.from({ length: 5 }, async () => expect(await verifyLedger(database, companyId)).toEqual([])),
  ]);

  expect(work.filter(({ status }) => status === 'rejected')).toEqual([]);
  const balance = await room.readBalance();
  expect(balance.referrals).toMatchObject({ counted: 50, towardsNext: 0 });
  expect(balance.credits.expired).toBe(10);
  expect(balance.credits.available + balance.credits.used).toBe(15);
  expect(await verifyLedger(database, companyId)).toEqual([]);
});
