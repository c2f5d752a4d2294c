import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { listEntries, listReferrals, readBalance, verifyLedger } from '../../src/credit/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom, type TestRoom } from './room.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
afterEach(async () => expect(await verifyLedger(database)).toEqual([]));

const readReferrals = (room: TestRoom) =>
  database.forCompany(room.companyId, (tx) => listReferrals(tx, { companyId: room.companyId, limit: 200 }));
const readEntries = (room: TestRoom, limit = 200, cursor?: string) =>
  database.forCompany(room.companyId, (tx) => listEntries(tx, { companyId: room.companyId, limit, cursor }));

describe('counting', () => {
  test('ten people who agree make one credit, and it is told with what is left to the next', async () => {
    const room = await openRoom(database);

    await room.agree(9);
    const before = await room.readBalance();
    await room.agree(1);

    expect(before).toEqual({
      referrals: { counted: 9, towardsNext: 9, perCredit: 10 },
      credits: { available: 0, reserved: 0, used: 0, expired: 0 },
    });
    expect(await room.readBalance()).toEqual({
      referrals: { counted: 10, towardsNext: 0, perCredit: 10 },
      credits: { available: 1, reserved: 0, used: 0, expired: 0 },
    });
    const told = room.events.published('referral-counted');
    expect(told.map(({ towardsNext }) => towardsNext)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    expect(new Set(told.map(({ postingId }) => postingId)).size).toBe(10);
    expect(told.every(({ perCredit, companyId }) => perCredit === 10 && companyId === room.companyId)).toBe(true);
    expect(room.events.published('credit-earned')).toEqual([
      { companyId: room.companyId, postingId: expect.any(String), available: 1 },
    ]);
  });

  test('one batch over several boundaries converts at each of them', async () => {
    const room = await openRoom(database);

    await room.agree(33);

    expect(await room.readBalance()).toMatchObject({
      referrals: { counted: 33, towardsNext: 3 },
      credits: { available: 3 },
    });
    expect(room.events.published('credit-earned').map(({ available }) => available)).toEqual([1, 2, 3]);
    const { items } = await readEntries(room);
    const conversions = items.filter(({ kind }) => kind === 'referrals-converted');
    expect(conversions.map(({ seq }) => seq)).toEqual([33, 22, 11]);
    expect(conversions[0]?.entries).toEqual(
      expect.arrayContaining([
        { account: 'counted', amount: -10 },
        { account: 'converted', amount: 10 },
        { account: 'issued', amount: -1 },
        { account: 'available', amount: 1 },
      ]),
    );
  });

  test('a job that runs twice, alone or with others, changes nothing more and tells nothing more', async () => {
    const room = await openRoom(database);
    const granted = await room.agree(12);

    await room.events.deliver('consent-granted', granted);
    await room.events.deliver('consent-granted', [...granted.slice(3), ...granted.slice(0, 5)]);

    expect(await room.readBalance()).toMatchObject({
      referrals: { counted: 12, towardsNext: 2 },
      credits: { available: 1 },
    });
    expect(room.events.published('referral-counted')).toHaveLength(12);
    expect(room.events.published('credit-earned')).toHaveLength(1);
  });

  test('a consent that is not a grant, or not there, counts nothing', async () => {
    const room = await openRoom(database);
    const declined = await room.decide(await room.addPeople(1), 'declined');

    await room.events.deliver('consent-granted', declined);
    await room.events.deliver('consent-granted', [{ ...room, consentId: newId(), personId: newId() }]);

    expect((await readReferrals(room)).items).toEqual([]);
  });

  test('a person counts once in twelve months and again on the day they are over, in Japan', async () => {
    const room = await openRoom(database);
    room.clock.set('2026-11-24T20:00:00Z'); // 25 November in Japan
    const people = await room.addPeople(1);
    const agreeAgain = async (instant: string) => {
      room.clock.set(instant);
      await room.events.deliver('consent-withdrawn', await room.decide(people, 'withdrawn'));
      await room.events.deliver('consent-granted', await room.decide(people));
    };
    await room.events.deliver('consent-granted', await room.decide(people));

    await agreeAgain('2027-11-24T14:59:59Z'); // still the 24th in Japan
    await agreeAgain('2027-11-24T15:00:00Z'); // the 25th

    const { items } = await readReferrals(room);
    expect(items.map(({ status, reason }) => [status, reason])).toEqual([
      ['counted', null],
      ['not-counted', 'counted-already'],
      ['counted', null],
    ]);
    expect(await room.readBalance()).toMatchObject({ referrals: { counted: 2, towardsNext: 2 } });
  });

  test('a person who agrees twice in one batch counts once', async () => {
    const room = await openRoom(database);
    const people = await room.addPeople(1);
    const first = await room.decide(people);
    await room.decide(people, 'withdrawn');
    const second = await room.decide(people);

    await room.events.deliver('consent-granted', [...second, ...first]);

    expect(await room.readBalance()).toMatchObject({ referrals: { counted: 1 } });
  });

  test('a withdrawal after counting takes nothing back', async () => {
    const room = await openRoom(database);
    const granted = await room.agree(3);
    const withdrawn = await room.decide(
      granted.map(({ personId }) => personId),
      'withdrawn',
    );

    await room.events.deliver('consent-withdrawn', withdrawn);

    expect(await room.readBalance()).toMatchObject({ referrals: { counted: 3, towardsNext: 3 } });
  });

  test('the terms in force at the agreement decide, not those at the counting', async () => {
    const room = await openRoom(database);
    const early = await room.decide(await room.addPeople(3));
    room.clock.advance(60_000);
    await room.agreeTerms({ perCredit: 3, countsAt: 'confirmation' });
    const late = await room.decide(await room.addPeople(1));

    await room.events.deliver('consent-granted', [...late, ...early]);

    const { items } = await readReferrals(room);
    expect(items.map(({ status }) => status).toSorted()).toEqual(['counted', 'counted', 'counted', 'waiting']);
    expect(await room.readBalance()).toMatchObject({
      referrals: { counted: 3, towardsNext: 3, perCredit: 3 },
      credits: { available: 0 },
    });
  });

  test('an agreement before the first terms counts by the first', async () => {
    const room = await openRoom(database);
    room.clock.advance(-60_000);

    await room.agree(1);

    expect(await room.readBalance()).toMatchObject({ referrals: { counted: 1 } });
  });

  test('referrals carry over when new terms ask for fewer', async () => {
    const room = await openRoom(database);
    await room.agree(7);
    await room.agreeTerms({ perCredit: 3 });

    await room.agree(1);

    expect(await room.readBalance()).toMatchObject({
      referrals: { counted: 8, towardsNext: 2, perCredit: 3 },
      credits: { available: 2 },
    });
    expect(room.events.published('referral-counted').at(-1)).toMatchObject({ towardsNext: 2, perCredit: 3 });
  });
});

describe('confirmation by the agency', () => {
  test('a referral waits, counts when confirmed, and only once', async () => {
    const room = await openRoom(database, { countsAt: 'confirmation' });
    const [granted] = await room.agree(1);
    const [referral] = (await readReferrals(room)).items;
    const id = referral?.id ?? '';

    const waiting = await room.readBalance();
    const first = await room.credits.confirmReferral(room.companyId, id, 'admin');
    const second = await room.credits.confirmReferral(room.companyId, id, 'admin');

    expect(referral).toMatchObject({ status: 'waiting', referralCode: granted?.consentId, countedAt: null });
    expect(waiting).toMatchObject({ referrals: { counted: 0 } });
    expect(first).toEqual({ ok: true, referralId: id });
    expect(second).toEqual({ ok: false, reason: 'already-settled' });
    expect(await room.readBalance()).toMatchObject({ referrals: { counted: 1 } });
    expect(room.events.published('referral-counted')).toHaveLength(1);
  });

  test('a confirmation of what is not there, or of another company, is refused', async () => {
    const room = await openRoom(database, { countsAt: 'confirmation' });
    const other = await openRoom(database, { countsAt: 'confirmation' });
    await other.agree(1);
    const foreign = (await readReferrals(other)).items[0]?.id ?? '';

    const answers = [
      await room.credits.confirmReferral(room.companyId, newId(), 'admin'),
      await room.credits.confirmReferral(room.companyId, foreign, 'admin'),
    ];

    expect(answers).toEqual([
      { ok: false, reason: 'not-found' },
      { ok: false, reason: 'not-found' },
    ]);
  });

  test.each([
    ['agreement first', ['consent-granted', 'consent-withdrawn']],
    ['withdrawal first', ['consent-withdrawn', 'consent-granted']],
    ['withdrawal heard twice', ['consent-withdrawn', 'consent-granted', 'consent-withdrawn']],
  ] as const)('a withdrawal ends a referral that waits: %s', async (_, order) => {
    const room = await openRoom(database, { countsAt: 'confirmation' });
    const people = await room.addPeople(1);
    const heard = {
      'consent-granted': await room.decide(people),
      'consent-withdrawn': await room.decide(people, 'withdrawn'),
    };

    for (const name of order) await room.events.deliver(name, heard[name]);

    const { items } = await readReferrals(room);
    expect(items).toMatchObject([{ status: 'not-counted', reason: 'withdrawn' }]);
    expect(await room.credits.confirmReferral(room.companyId, items[0]?.id ?? '', 'admin')).toEqual({
      ok: false,
      reason: 'already-settled',
    });
  });

  test('who agrees anew after a withdrawal waits anew', async () => {
    const room = await openRoom(database, { countsAt: 'confirmation' });
    const people = await room.addPeople(1);
    await room.events.deliver('consent-granted', await room.decide(people));
    room.clock.advance(1_000);
    const withdrawn = await room.decide(people, 'withdrawn');
    room.clock.advance(1_000);
    await room.events.deliver('consent-granted', await room.decide(people));

    await room.events.deliver('consent-withdrawn', withdrawn);

    const { items } = await readReferrals(room);
    expect(items.map(({ status }) => status)).toEqual(['waiting', 'not-counted']);
  });

  test('of two referrals of one person the one confirmed first counts, the other never will', async () => {
    const room = await openRoom(database, { countsAt: 'confirmation' });
    const people = await room.addPeople(1);
    await room.events.deliver('consent-granted', await room.decide(people));
    await room.events.deliver('consent-granted', await room.decide(people));
    const [newer, older] = (await readReferrals(room)).items;

    const first = await room.credits.confirmReferral(room.companyId, newer?.id ?? '', 'admin');
    const second = await room.credits.confirmReferral(room.companyId, older?.id ?? '', 'admin');

    expect([first.ok, second]).toEqual([true, { ok: false, reason: 'counted-already' }]);
    expect((await readReferrals(room)).items).toMatchObject([
      { status: 'counted' },
      { status: 'not-counted', reason: 'counted-already' },
    ]);
  });
});

describe('reversal', () => {
  test('a counted referral is reversed by a posting of its own, and the person may count again', async () => {
    const room = await openRoom(database);
    const [granted] = await room.agree(1);
    const id = (await readReferrals(room)).items[0]?.id ?? '';

    const answer = await room.credits.reverseReferral(room.companyId, id, 'registered-before', 'admin');
    const again = await room.credits.reverseReferral(room.companyId, id, 'registered-before', 'admin');
    await room.events.deliver('consent-granted', await room.decide([granted?.personId ?? '']));

    expect(answer).toEqual({ ok: true, referralId: id });
    expect(again).toEqual({ ok: false, reason: 'not-counted' });
    expect((await readReferrals(room)).items.map(({ status }) => status)).toEqual(['counted', 'reversed']);
    const { items } = await readEntries(room);
    expect(items.map(({ kind, towardsNext }) => [kind, towardsNext])).toEqual([
      ['referral-counted', 1],
      ['referral-reversed', 0],
      ['referral-counted', 1],
    ]);
  });

  test('what became part of a credit is not taken back', async () => {
    const room = await openRoom(database);
    await room.agree(11);
    const items = (await readReferrals(room)).items.toReversed();

    const converted = await room.credits.reverseReferral(room.companyId, items[0]?.id ?? '', 'x', 'admin');
    const pending = await room.credits.reverseReferral(room.companyId, items[10]?.id ?? '', 'x', 'admin');
    const unknown = await room.credits.reverseReferral(room.companyId, newId(), 'x', 'admin');

    expect(converted).toEqual({ ok: false, reason: 'already-converted' });
    expect(pending.ok).toBe(true);
    expect(unknown).toEqual({ ok: false, reason: 'not-found' });
    expect(await room.readBalance()).toMatchObject({
      referrals: { counted: 10, towardsNext: 0 },
      credits: { available: 1 },
    });
  });
});

describe('spending', () => {
  test('a credit is reserved, then used, and then is gone', async () => {
    const room = await openRoom(database, { perCredit: 1 });
    await room.agree(1);

    const held = await room.credits.reserve(room.companyId, { reason: 'opening-42', key: 'a' });
    const none = await room.credits.reserve(room.companyId, { reason: 'opening-43', key: 'b' });
    const whileHeld = await room.readBalance();
    const id = held.ok ? held.reservationId : '';
    const used = await room.credits.use(id);
    const usedAgain = await room.credits.use(id);
    const releasedAfter = await room.credits.release(id);

    expect(held).toEqual({ ok: true, reservationId: id, status: 'reserved' });
    expect(none).toEqual({ ok: false, reason: 'credits-exhausted' });
    expect(whileHeld.credits).toEqual({ available: 0, reserved: 1, used: 0, expired: 0 });
    expect(used).toEqual({ ok: true, reservationId: id, status: 'used' });
    expect(usedAgain).toEqual({ ok: false, reason: 'already-settled', status: 'used' });
    expect(releasedAfter).toEqual({ ok: false, reason: 'already-settled', status: 'used' });
    expect((await room.readBalance()).credits).toEqual({ available: 0, reserved: 0, used: 1, expired: 0 });
  });

  test('a released credit can be reserved again', async () => {
    const room = await openRoom(database, { perCredit: 1 });
    await room.agree(1);

    const first = await room.credits.reserve(room.companyId, { reason: 'x' });
    const released = await room.credits.release(first.ok ? first.reservationId : '');
    const second = await room.credits.reserve(room.companyId, { reason: 'x' });

    expect(released).toMatchObject({ ok: true, status: 'released' });
    expect(second.ok).toBe(true);
    expect(await room.credits.use(first.ok ? first.reservationId : '')).toMatchObject({ reason: 'already-settled' });
  });

  test('the same key holds one credit only, also after it was settled', async () => {
    const room = await openRoom(database, { perCredit: 1 });
    await room.agree(3);
    const request = { reason: 'opening-42', key: 'order-7' };

    const first = await room.credits.reserve(room.companyId, request);
    const repeated = await room.credits.reserve(room.companyId, request);
    await room.credits.use(first.ok ? first.reservationId : '');
    const later = await room.credits.reserve(room.companyId, request);

    expect(repeated).toEqual(first);
    expect(later).toEqual({ ...first, status: 'used' });
    expect((await room.readBalance()).credits).toMatchObject({ available: 2, reserved: 0, used: 1 });
  });

  test('what is not there cannot be reserved, used or released', async () => {
    expect(await (await openRoom(database)).credits.reserve(newId(), { reason: 'x' })).toEqual({
      ok: false,
      reason: 'agency-missing',
    });
    const room = await openRoom(database);
    expect(await room.credits.reserve(room.companyId, { reason: 'x' })).toEqual({
      ok: false,
      reason: 'credits-exhausted',
    });
    expect(await room.credits.use(newId())).toEqual({ ok: false, reason: 'not-found' });
    expect(await room.credits.release(newId())).toEqual({ ok: false, reason: 'not-found' });
  });

  test('credits end with the last day of their months in Japan: none is reserved after, each expires once', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: 3 });
    room.clock.set('2026-11-30T03:00:00Z'); // three months later is 28 February
    await room.agree(2);

    room.clock.set('2027-02-28T14:59:59Z');
    const inTime = await room.credits.reserve(room.companyId, { reason: 'x' });
    const early = await room.credits.sweepExpiry();
    room.clock.set('2027-02-28T15:00:00Z');
    const late = await room.credits.reserve(room.companyId, { reason: 'x' });
    const swept = [await room.credits.sweepExpiry(), await room.credits.sweepExpiry()];

    expect([inTime.ok, late]).toEqual([true, { ok: false, reason: 'credits-exhausted' }]);
    expect([early, ...swept]).toEqual([0, 1, 0]);
    expect((await room.readBalance()).credits).toEqual({ available: 0, reserved: 1, used: 0, expired: 1 });
  });

  test('a credit held past its end may still be used; released, it expires', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: 1 });
    await room.agree(2);
    const one = await room.credits.reserve(room.companyId, { reason: 'x' });
    const two = await room.credits.reserve(room.companyId, { reason: 'x' });
    room.clock.set('2027-06-01T00:00:00Z');

    const used = await room.credits.use(one.ok ? one.reservationId : '');
    const released = await room.credits.release(two.ok ? two.reservationId : '');

    expect([used, released]).toMatchObject([{ status: 'used' }, { ok: true, status: 'expired' }]);
    expect((await room.readBalance()).credits).toEqual({ available: 0, reserved: 0, used: 1, expired: 1 });
    expect(await room.credits.sweepExpiry()).toBe(0);
  });

  test('the credit that ends soonest is spent first', async () => {
    const room = await openRoom(database, { perCredit: 1, creditValidMonths: null });
    await room.agree(1);
    room.clock.advance(1_000);
    await room.agreeTerms({ perCredit: 1, creditValidMonths: 2 });
    await room.agree(1);

    await room.credits.reserve(room.companyId, { reason: 'x' });
    room.clock.set('2028-01-01T00:00:00Z');

    expect(await room.credits.sweepExpiry()).toBe(0);
    expect((await room.readBalance()).credits).toMatchObject({ available: 1, reserved: 1, expired: 0 });
  });

  test('every move of a credit by a person is in the audit log, without a reason in words', async () => {
    const room = await openRoom(database, { perCredit: 1 });
    await room.agree(2);
    const one = await room.credits.reserve(room.companyId, { reason: '山田さん', actor: 'admin' });
    const two = await room.credits.reserve(room.companyId, { reason: '山田さん' });
    await room.credits.use(one.ok ? one.reservationId : '', 'admin');
    await room.credits.release(two.ok ? two.reservationId : '');

    const audit = await database.forCompany(room.companyId, (tx) =>
      tx.selectFrom('audit_entry').select(['action', 'detail']).orderBy('seq').execute(),
    );

    expect(audit.map(({ action }) => action)).toEqual([
      'credit.reserved',
      'credit.reserved',
      'credit.used',
      'credit.released',
    ]);
    expect(JSON.stringify(audit)).not.toContain('山田');
  });
});

describe('lists and balance', () => {
  test('entries come newest first with the balances after each, page by page', async () => {
    const room = await openRoom(database, { perCredit: 2 });
    await room.agree(3);
    await room.credits.reserve(room.companyId, { reason: '採用枠🌸, "O\'Brien" ﾀﾛｳ', key: 'a' });

    const first = await readEntries(room, 2);
    const second = await readEntries(room, 2, first.nextCursor ?? '');
    const third = await readEntries(room, 2, second.nextCursor ?? '');

    const all = [...first.items, ...second.items, ...third.items];
    expect(all.map(({ seq, kind, available, towardsNext }) => [seq, kind, available, towardsNext])).toEqual([
      [5, 'credit-reserved', 0, 1],
      [4, 'referral-counted', 1, 1],
      [3, 'referrals-converted', 1, 0],
      [2, 'referral-counted', 0, 2],
      [1, 'referral-counted', 0, 1],
    ]);
    expect(all[0]).toMatchObject({ reason: '採用枠🌸, "O\'Brien" ﾀﾛｳ', reservationId: expect.any(String) });
    expect(third.nextCursor).toBeNull();
  });

  test('referrals come newest first, page by page, without a name', async () => {
    const room = await openRoom(database);
    await room.agree(5);

    const page = (cursor?: string) =>
      database.forCompany(room.companyId, (tx) => listReferrals(tx, { companyId: room.companyId, limit: 3, cursor }));
    const first = await page();
    const second = await page(first.nextCursor ?? '');

    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 2, null]);
    expect(Object.keys(first.items[0] ?? {}).toSorted()).toEqual(
      [
        'id',
        'status',
        'reason',
        'referralCode',
        'agreedAt',
        'countedAt',
        'personId',
        'consentId',
        'termsId',
        'creditId',
      ].toSorted(),
    );
  });

  test('a company without an agency, or with an untouched ledger, has nothing', async () => {
    const room = await openRoom(database);
    const other = await openRoom(database);
    await other.agree(10);

    const nothing = {
      referrals: { counted: 0, towardsNext: 0, perCredit: 10 },
      credits: { available: 0, reserved: 0, used: 0, expired: 0 },
    };
    expect(await room.readBalance()).toStrictEqual(nothing);
    expect(await database.forSystem((tx) => readBalance(tx, newId()))).toStrictEqual(nothing);
    expect((await readEntries(room)).items).toEqual([]);
  });
});
