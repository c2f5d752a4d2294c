import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  listEndingCredits,
  listOpenReservations,
  type ReservationAnswer,
  readProjection,
} from '../../src/credit/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom, type TestRoom } from './room.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const toId = (answer: ReservationAnswer) => (answer.ok ? answer.reservationId : '');
const dayMs = 86_400_000;

describe('what becomes of a credit is told, with the balance after it', () => {
  test('when it is reserved, used, and given back; a repeated or refused wish tells nothing', async () => {
    const room = await openRoom(database, { perCredit: 1 });
    await room.agree(2);
    const { companyId } = room;

    const used = toId(await room.credits.reserve(companyId, { reason: 'x', key: 'a' }));
    await room.credits.reserve(companyId, { reason: 'x', key: 'a' });
    const released = toId(await room.credits.reserve(companyId, { reason: 'x', key: 'b' }));
    await room.credits.reserve(companyId, { reason: 'x', key: 'c' });
    for (const settle of [room.credits.use, room.credits.release]) await settle(used);
    for (const settle of [room.credits.release, room.credits.use]) await settle(released);

    expect(room.events.published('credit-reserved')).toEqual([
      { companyId, reservationId: used, available: 1 },
      { companyId, reservationId: released, available: 0 },
    ]);
    expect(room.events.published('credit-used')).toEqual([{ companyId, reservationId: used, available: 0 }]);
    expect(room.events.published('credit-released')).toEqual([{ companyId, reservationId: released, available: 1 }]);
    expect(room.events.published('credit-expired')).toEqual([]);
  });

  test('once for all that run out together, and not again', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: 1 });
    await room.agree(3);
    await room.credits.reserve(room.companyId, { reason: 'x' });
    room.clock.set('2027-06-01T00:00:00Z');
    await room.agree(1);

    await room.credits.sweepExpiry();
    await room.credits.sweepExpiry();

    const { companyId } = room;
    const postings = await database.forCompany(companyId, (tx) =>
      tx
        .selectFrom('ledger_posting')
        .select('posting_id')
        .where('kind', '=', 'credit-expired')
        .orderBy('seq')
        .execute(),
    );
    expect(postings).toHaveLength(2);
    expect(room.events.published('credit-expired')).toEqual([
      { companyId, postingId: postings[1]?.posting_id, credits: 2, available: 1 },
    ]);
  });

  test('as expired when it is given back after its end', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: 1 });
    await room.agree(1);
    const reservationId = toId(await room.credits.reserve(room.companyId, { reason: 'x' }));
    room.clock.set('2027-06-01T00:00:00Z');

    await room.credits.release(reservationId);

    expect(room.events.published('credit-released')).toEqual([]);
    expect(room.events.published('credit-expired')).toMatchObject([{ credits: 1, available: 0 }]);
  });
});

const as = <T>({ companyId }: TestRoom, work: Parameters<typeof database.forCompany<T>>[1]) =>
  database.forCompany(companyId, work);

describe('what lies ahead', () => {
  test('credits that end before an instant are listed, the soonest first, without those that are held', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: 2 });
    await room.agree(2);
    await room.agreeTerms({ perCredit: 1, creditValidMonths: 1 });
    await room.agree(1);
    await room.agreeTerms({ perCredit: 1, creditValidMonths: null });
    await room.agree(1);
    await room.credits.reserve(room.companyId, { reason: 'x' }); // takes the one of one month
    const list = (before: string) => as(room, (tx) => listEndingCredits(tx, room.companyId, new Date(before)));

    const [soon, later, all] = [
      await list('2027-01-24T15:00:00Z'),
      await list('2027-01-24T15:00:01Z'),
      await list('2099-01-01T00:00:00Z'),
    ];

    expect(soon).toEqual([]);
    expect(later.map(({ expiresAt }) => expiresAt)).toEqual([
      new Date('2027-01-24T15:00:00Z'),
      new Date('2027-01-24T15:00:00Z'),
    ]);
    expect(all).toEqual(later);
  });

  test('open reservations are listed, the oldest first, until they are settled', async () => {
    const room = await openRoom(database, { perCredit: 1 });
    await room.agree(3);
    const { companyId } = room;
    const first = toId(await room.credits.reserve(companyId, { reason: '営業職の紹介 🌸 <!channel>' }));
    const reservedAt = room.clock.now();
    room.clock.advance(1_000);
    const second = toId(await room.credits.reserve(companyId, { reason: "O'Brien" }));
    const third = toId(await room.credits.reserve(companyId, { reason: 'x' }));
    await room.credits.use(second);

    const open = await as(room, (tx) => listOpenReservations(tx, companyId));

    expect(open).toEqual([
      { reservationId: first, reason: '営業職の紹介 🌸 <!channel>', reservedAt },
      { reservationId: third, reason: 'x', reservedAt: room.clock.now() },
    ]);
  });

  test('another company sees none of either', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: 1 });
    const other = await openRoom(database);
    await room.agree(2);
    await room.credits.reserve(room.companyId, { reason: 'x' });

    const seen = await as(other, async (tx) => [
      await listEndingCredits(tx, room.companyId, new Date('2099-01-01')),
      await listOpenReservations(tx, room.companyId),
    ]);

    expect(seen).toEqual([[], []]);
  });

  const project = (room: TestRoom) => as(room, (tx) => readProjection(tx, room.companyId, room.clock.now()));

  test('the pace is the mean of the last eight full weeks', async () => {
    const room = await openRoom(database);
    await room.agree(20); // older than eight weeks by the end
    room.clock.advance(14 * dayMs);
    for (let week = 0; week < 8; week += 1) {
      room.clock.advance(7 * dayMs);
      if (week % 2 === 1) await room.agree(1);
    }
    room.clock.advance(dayMs);

    const pace = await project(room);
    const then = room.clock.now();
    room.clock.advance(dayMs);
    await room.agree(1);

    expect(pace).toEqual({ referralsPerWeek: 0.5, weeks: 8, weeksToNextCredit: 12, isRough: true });
    expect(await as(room, (tx) => readProjection(tx, room.companyId, then))).toMatchObject({ referralsPerWeek: 0.5 });
  });

  test('a young company’s pace is the mean of the full weeks since its first referral, of one at the least', async () => {
    const room = await openRoom(database);
    await room.agree(2);
    room.clock.advance(dayMs);
    const young = await project(room);
    room.clock.advance(9 * dayMs);
    await room.agree(1);
    room.clock.advance(5 * dayMs);

    expect(young).toEqual({ referralsPerWeek: 2, weeks: 1, weeksToNextCredit: 4, isRough: true });
    // 15 days: two full weeks
    expect(await project(room)).toEqual({ referralsPerWeek: 0.5, weeks: 2, weeksToNextCredit: 14, isRough: true });
  });

  test('nothing that came in promises nothing, and what was taken back does not count', async () => {
    const room = await openRoom(database);
    const untouched = await project(room);
    await room.agree(1);
    const [referral] = await as(room, (tx) => tx.selectFrom('referral').select('referral_id').execute());
    await room.credits.reverseReferral(room.companyId, referral?.referral_id ?? '', 'x', 'admin');
    room.clock.advance(dayMs);

    const nothing = { referralsPerWeek: 0, weeks: 0, weeksToNextCredit: null, isRough: true };
    expect([untouched, await project(room)]).toEqual([nothing, nothing]);
    expect(await database.forSystem((tx) => readProjection(tx, newId(), room.clock.now()))).toEqual(nothing);
  });

  test('a pace is a guess until four weeks and five referrals are behind it, and again once they are long ago', async () => {
    const room = await openRoom(database);
    await room.agree(1);
    room.clock.advance(2 * dayMs);
    await room.agree(5);
    const seen: unknown[] = [];
    for (const days of [20, 7, 60]) {
      room.clock.advance(days * dayMs);
      const { weeks, weeksToNextCredit, isRough } = await project(room);
      seen.push([weeks, weeksToNextCredit, isRough]);
    }

    expect(seen).toEqual([
      [3, 2.4, true],
      [4, 3.2, false],
      [8, null, true],
    ]);
  });
});
