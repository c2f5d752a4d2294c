import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { listReferrals, type MismatchCode, verifyLedger } from '../../src/credit/index.ts';
import { hashPosting, move } from '../../src/credit/ledger.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom, type TestRoom } from './room.ts';

let database: Database;

let room: TestRoom;

beforeAll(async () => {
  database = await openTestDatabase();
  room = await makeHistory();
  for (const table of tables) await tamper(`create table untouched_${table} as table ${table}`);
});
afterAll(() => database.close());

const tables = ['referral', 'credit', 'credit_reservation', 'ledger_posting', 'ledger_entry'];

async function restore(): Promise<void> {
  for (const table of tables) await tamper(`delete from ${table}; insert into ${table} table untouched_${table}`);
}

/** A ledger in which everything happened once: counted, converted, reversed, waiting, used, released, held, expired. */
async function makeHistory(): Promise<TestRoom> {
  const room = await openRoom(database, { perCredit: 2, creditValidMonths: 1 });
  const { companyId, credits } = room;
  await room.agree(9);
  const referrals = await database.forCompany(companyId, (tx) => listReferrals(tx, { companyId, limit: 1 }));
  await credits.reverseReferral(companyId, referrals.items[0]?.id ?? '', 'void', 'admin');
  await room.agree(1);
  const reserve = async () => {
    const held = await credits.reserve(companyId, { reason: '紹介枠' });
    return held.ok ? held.reservationId : '';
  };
  await credits.use(await reserve());
  await credits.release(await reserve());
  await reserve();
  const endedLater = await reserve();
  room.clock.advance(45 * 24 * 60 * 60 * 1000);
  await credits.release(endedLater);
  await credits.sweepExpiry();
  await room.agreeTerms({ countsAt: 'confirmation' });
  await room.agree(1);
  return room;
}

interface Mutation {
  readonly name: string;
  readonly code: MismatchCode;
  /** What somebody with the owner's rights does. `one(table, condition)` names a row chosen at random. */
  sql(one: (table: string, condition?: string) => string, room: TestRoom): string;
}

const posting = 'ledger_posting';
const entry = 'ledger_entry';

const mutations: readonly Mutation[] = [
  {
    name: 'an entry is made larger',
    code: 'posting-unbalanced',
    sql: (one) => `update ledger_entry set amount = amount + sign(amount)::int where ${one(entry)}`,
  },
  {
    name: 'an entry is removed',
    code: 'posting-unbalanced',
    sql: (one) => `delete from ledger_entry where ${one(entry)}`,
  },
  {
    name: 'an entry is moved to another account',
    code: 'chain-broken',
    sql: (one) => `update ledger_entry set account = 'used' where ${one(entry, `account in ('available', 'expired')`)}
      and not exists (select from ledger_entry e where e.seq = ledger_entry.seq and e.company_id = ledger_entry.company_id and e.account = 'used')`,
  },
  {
    name: 'both sides of a posting are doubled',
    code: 'posting-misshapen',
    sql: (one) =>
      `update ledger_entry set amount = amount * 2 where (company_id, seq) in (select company_id, seq from ledger_posting where ${one(posting)})`,
  },
  {
    name: 'entries appear that belong to no posting',
    code: 'balance-mismatch',
    sql: (_, { companyId, agencyId }) => `insert into ledger_entry values
      ('${companyId}', '${agencyId}', 999, 'issued', 'credit', -1), ('${companyId}', '${agencyId}', 999, 'available', 'credit', 1)`,
  },
  {
    name: 'a posting is removed from the middle',
    code: 'sequence-broken',
    sql: (one) =>
      removePosting(
        one(posting, 'seq < (select max(seq) from ledger_posting p where p.company_id = ledger_posting.company_id)'),
      ),
  },
  {
    name: 'the last posting is removed',
    code: 'credit-mismatch',
    sql: (_, { companyId }) =>
      removePosting(
        `company_id = '${companyId}' and seq = (select max(seq) from ledger_posting where company_id = '${companyId}')`,
      ),
  },
  {
    name: 'the reason of a posting is changed',
    code: 'chain-broken',
    sql: (one) => `update ledger_posting set reason = coalesce(reason, '') || '髙' where ${one(posting)}`,
  },
  {
    name: 'the time of a posting is changed',
    code: 'chain-broken',
    sql: (one) => `update ledger_posting set posted_at = posted_at - interval '1 ms' where ${one(posting)}`,
  },
  {
    name: 'the key of a posting is changed',
    code: 'chain-broken',
    sql: (one) => `update ledger_posting set idempotency_key = idempotency_key || 'x' where ${one(posting)}`,
  },
  {
    name: 'the kind of a posting is changed',
    code: 'posting-misshapen',
    sql: (one) => `update ledger_posting set kind = 'credit-used' where ${one(posting, "kind <> 'credit-used'")}`,
  },
  {
    name: 'the subject of a posting is changed',
    code: 'chain-broken',
    sql: (one) => `update ledger_posting set referral_id = gen_random_uuid() where ${one(posting)}`,
  },
  {
    name: 'two postings change places',
    code: 'chain-broken',
    sql: (_, { companyId }) => `
      update ledger_posting set seq = 999 where company_id = '${companyId}' and seq = 3;
      update ledger_posting set seq = 3 where company_id = '${companyId}' and seq = 4;
      update ledger_posting set seq = 4 where company_id = '${companyId}' and seq = 999`,
  },
  {
    name: 'a hash is changed',
    code: 'chain-broken',
    sql: (one) => `update ledger_posting set hash = md5(hash) where ${one(posting)}`,
  },
  {
    name: 'a counted referral is removed',
    code: 'referral-mismatch',
    sql: (one) => `delete from referral where ${one('referral', "status = 'counted'")}`,
  },
  {
    name: 'a counted referral is said not to count',
    code: 'referral-mismatch',
    sql: (one) =>
      `update referral set status = 'not-counted', counted_at = null, credit_id = null where ${one('referral', "status = 'counted'")}`,
  },
  {
    name: 'a reversed referral is said to count',
    code: 'referral-mismatch',
    sql: (one) => `update referral set status = 'counted' where ${one('referral', "status = 'reversed'")}`,
  },
  {
    name: 'a waiting referral is said to count',
    code: 'referral-mismatch',
    sql: (one) =>
      `update referral set status = 'counted', counted_at = agreed_at where ${one('referral', "status = 'waiting'")}`,
  },
  {
    name: 'a referral is put down to another person',
    code: 'referral-mismatch',
    sql: (one) => `update referral set person_id = gen_random_uuid() where ${one('referral', "status = 'counted'")}`,
  },
  {
    name: 'a referral is put under other terms',
    code: 'referral-mismatch',
    sql: (one) =>
      `update referral set terms_id = (select terms_id from agency_terms t where t.company_id = referral.company_id and t.terms_id <> referral.terms_id limit 1) where ${one('referral', "status <> 'waiting'")}`,
  },
  {
    name: 'a referral is taken out of its credit',
    code: 'conversion-mismatch',
    sql: (one) => `update referral set credit_id = null where ${one('referral', 'credit_id is not null')}`,
  },
  {
    name: 'a referral is put into a credit',
    code: 'conversion-mismatch',
    sql: (one) =>
      `update referral set credit_id = (select credit_id from credit where company_id = referral.company_id limit 1) where ${one('referral', "status = 'counted' and credit_id is null")}`,
  },
  {
    name: 'a used or expired credit is said to be available',
    code: 'credit-mismatch',
    sql: (one) =>
      `update credit set status = 'available', reservation_id = null where ${one('credit', "status <> 'available'")}`,
  },
  {
    name: 'a credit is removed',
    code: 'credit-mismatch',
    sql: (one) => `delete from credit where ${one('credit')}`,
  },
  {
    name: 'a credit appears out of nothing',
    code: 'credit-mismatch',
    sql: (one) =>
      `insert into credit select gen_random_uuid(), company_id, agency_id, terms_id, 'available', null, granted_at, null from credit where ${one('credit')}`,
  },
  {
    name: 'the end of a credit is put off',
    code: 'credit-mismatch',
    sql: (one) => `update credit set expires_at = expires_at + interval '1 day' where ${one('credit')}`,
  },
  {
    name: 'a settled reservation is opened again',
    code: 'reservation-mismatch',
    sql: (one) =>
      `update credit_reservation set status = 'reserved', settled_at = null where ${one('credit_reservation', "status <> 'reserved'")}`,
  },
  {
    name: 'a reservation is removed',
    code: 'reservation-mismatch',
    sql: (one) => `delete from credit_reservation where ${one('credit_reservation')}`,
  },
  {
    name: 'a reservation appears out of nothing',
    code: 'reservation-mismatch',
    sql: (one) =>
      `insert into credit_reservation select gen_random_uuid(), company_id, agency_id, 'reserved', 'x', reserved_at, null from credit_reservation where ${one('credit_reservation')}`,
  },
  {
    name: 'the agreements of one person are moved together in time',
    code: 'person-counted-twice',
    sql: (_, { companyId }) => `
      update referral set agreed_at = agreed_at + interval '1 day', person_id = (select person_id from referral r where r.company_id = '${companyId}' and r.status = 'counted' order by referral_id limit 1)
      where company_id = '${companyId}' and referral_id = (select referral_id from referral r where r.company_id = '${companyId}' and r.status = 'counted' order by referral_id desc limit 1)`,
  },
];

function removePosting(condition: string): string {
  return `
    delete from ledger_entry where (company_id, seq) in (select company_id, seq from ledger_posting where ${condition});
    delete from ledger_posting where ${condition}`;
}

/** Runs a script as the owner, with every trigger and foreign key asleep. */
function tamper(script: string): Promise<void> {
  return database.runScript(`begin; set local session_replication_role = replica; ${script}; commit;`);
}

test('a ledger in which everything happened verifies', async () => {
  expect(await verifyLedger(database, room.companyId)).toEqual([]);
  expect(await room.readBalance()).toEqual({
    referrals: { counted: 9, towardsNext: 1, perCredit: 10 },
    credits: { available: 0, reserved: 1, used: 1, expired: 2 },
  });
});

test.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
  'verify finds it when %s',
  async (_, mutation) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const one = (table: string, condition = 'true') =>
          `${table}.ctid = (select ctid from ${table} where ${condition} order by md5('${seed}' || ctid::text) limit 1)`;

        await tamper(mutation.sql(one, room));

        const found = await verifyLedger(database);
        await restore();
        expect(found.map(({ code }) => code)).toContain(mutation.code);
      }),
      { numRuns: 5, endOnFailure: true },
    );
  },
);

test('verify finds a forged posting even where its hash is right', async () => {
  const { companyId, agencyId } = room;
  const last = await database.forCompany(companyId, (tx) =>
    tx.selectFrom('ledger_posting').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow(),
  );
  const forged = {
    postingId: newId(),
    seq: last.seq + 1,
    key: 'forged',
    kind: 'referral-counted' as const,
    termsId: last.terms_id,
    referralId: newId(),
    creditId: null,
    reservationId: null,
    reason: null,
    postedAt: room.clock.now(),
    prevHash: last.hash,
    entries: move('world', 'counted'),
  };
  const hash = hashPosting({ companyId, agencyId }, forged);

  await tamper(`
    insert into ledger_posting values ('${forged.postingId}', '${companyId}', '${agencyId}', '${forged.termsId}', 'forged',
      'referral-counted', ${forged.seq}, '${forged.referralId}', null, null, null, '${forged.postedAt.toISOString()}', '${forged.prevHash}', '${hash}');
    insert into ledger_entry values ('${companyId}', '${agencyId}', ${forged.seq}, 'world', 'referral', -1),
      ('${companyId}', '${agencyId}', ${forged.seq}, 'counted', 'referral', 1)`);

  const found = await verifyLedger(database, companyId);
  await restore();
  expect(found).toEqual([{ code: 'referral-mismatch', companyId, agencyId, subject: forged.referralId }]);
});

test('what is wrong in one company is put down to no other, and holds up nobody else’s expiry', async () => {
  const other = await openRoom(database, { perCredit: 1, creditValidMonths: 1 });
  await other.agree(1);
  other.clock.advance(45 * 24 * 60 * 60 * 1000);

  await tamper(`update credit set status = 'available', reservation_id = null where company_id = '${room.companyId}'`);

  const sweep = other.credits.sweepExpiry();
  await expect(sweep).rejects.toThrow(/below zero/);
  expect((await other.readBalance()).credits).toMatchObject({ available: 0, expired: 1 });
  expect(await verifyLedger(database, other.companyId)).toEqual([]);
  expect(new Set((await verifyLedger(database)).map(({ companyId }) => companyId))).toEqual(new Set([room.companyId]));
});
