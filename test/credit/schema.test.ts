import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Insertable } from 'kysely';
import type { Database, Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import type { LedgerEntryTable, LedgerPostingTable } from '../../src/platform/tables.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom, type TestRoom } from './room.ts';

let database: Database;
let room: TestRoom;
let last: Insertable<LedgerPostingTable>;

beforeAll(async () => {
  database = await openTestDatabase();
  room = await openRoom(database);
  await room.agree(1);
  last = await inCompany((tx) => tx.selectFrom('ledger_posting').selectAll().executeTakeFirstOrThrow());
});
afterAll(() => database.close());

const inCompany = <T>(work: (tx: Tx) => Promise<T>) => database.forCompany(room.companyId, work);

type EntryChange = Partial<Insertable<LedgerEntryTable>>;

/** Posts number 2 as our code never would, with entries of the test's choice. */
function post(entries: readonly EntryChange[], change: Partial<Insertable<LedgerPostingTable>> = {}): Promise<void> {
  return inCompany(async (tx) => {
    const posting = { ...last, posting_id: newId(), seq: 2, idempotency_key: 'raw', ...change };
    await tx.insertInto('ledger_posting').values(posting).execute();
    const place = { company_id: room.companyId, agency_id: room.agencyId, seq: 2 };
    const counted = { account: 'counted', asset: 'referral', amount: 1 } as const;
    const rows = entries.map((entry) => ({ ...place, ...counted, ...entry }));
    if (rows.length > 0) await tx.insertInto('ledger_entry').values(rows).execute();
  });
}

const fromWorld: EntryChange = { account: 'world', amount: -1 };

test.each([
  ['no entries', [], /does not balance/],
  ['one side only', [{}], /does not balance/],
  ['one asset against another', [{ account: 'issued', asset: 'credit', amount: -1 }, {}], /does not balance/],
  ['unequal sides', [fromWorld, { amount: 2 }], /does not balance/],
  ['an account under the wrong asset', [fromWorld, { asset: 'credit' }], /check/],
  ['nothing moved', [fromWorld, { amount: 0 }], /check/],
  ['an account that does not exist', [fromWorld, { account: 'cash' as never }], /check/],
  ['more taken than is there', [{ account: 'world', amount: 2 }, { amount: -2 }], /below zero/],
] as const)('the database refuses a posting with %s', async (_, entries, message) => {
  await expect(post(entries)).rejects.toThrow(message);
});

test.each([
  ['a key that was posted', () => ({ idempotency_key: last.idempotency_key }), /duplicate key/],
  ['a number that was given', () => ({ seq: 1 }), /duplicate key/],
  ['a referral that is not there', () => ({ referral_id: newId() }), /foreign key/],
  ['another company', () => ({ company_id: newId() }), /row-level security/],
] as const)('the database refuses a posting with %s', async (_, change, message) => {
  await expect(post([fromWorld, {}], change())).rejects.toThrow(message);
});

test('nothing can be added to a posting later', async () => {
  const late = inCompany((tx) =>
    tx
      .insertInto('ledger_entry')
      .values({
        company_id: room.companyId,
        agency_id: room.agencyId,
        seq: 1,
        account: 'converted',
        asset: 'referral',
        amount: 1,
      })
      .execute(),
  );

  await expect(late).rejects.toThrow(/does not balance/);
});

test('the same posting is accepted when it is as it should be', async () => {
  await expect(post([fromWorld, {}])).resolves.toBeUndefined();
});

test.each([
  ['ledger_posting', "update ledger_posting set reason = 'x'"],
  ['ledger_posting', 'delete from ledger_posting'],
  ['ledger_posting', 'truncate ledger_posting cascade'],
  ['ledger_entry', 'update ledger_entry set amount = amount * 2'],
  ['ledger_entry', 'delete from ledger_entry'],
  ['ledger_entry', 'truncate ledger_entry'],
])('%s is append-only, for its owner as well: %s', async (_, statement) => {
  await expect(database.runScript(statement)).rejects.toThrow(/append-only/);
});

test.each(['ledger_posting', 'ledger_entry'] as const)(
  'neither run-time role may change or delete %s',
  async (table) => {
    const remove = (tx: Tx): Promise<unknown> => tx.deleteFrom(table).execute();
    const change = (tx: Tx): Promise<unknown> => tx.updateTable(table).set({ seq: 9 }).execute();

    for (const work of [remove, change]) {
      await expect(inCompany(work)).rejects.toThrow(/permission denied/);
      await expect(database.forSystem(work)).rejects.toThrow(/permission denied/);
    }
  },
);
