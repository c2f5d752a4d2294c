import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listStatementPlaces, readStatement, type StatementLine } from '../../src/credit/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { openRoom, type TestRoom } from './room.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function read({ companyId }: TestRoom, span: { readonly from?: Date; readonly to?: Date } = {}) {
  const places = await database.forCompany(companyId, (tx) => listStatementPlaces(tx, companyId));
  const batches: (readonly StatementLine[])[] = [];
  for (const place of places) for await (const lines of readStatement(database, place, span)) batches.push(lines);
  return { batches, lines: batches.flat() };
}

const toEnds = (lines: readonly StatementLine[], kind: StatementLine['kind']) =>
  Object.fromEntries(lines.filter((line) => line.kind === kind).map(({ account, balance }) => [account, balance]));

test('opening, every entry and closing of a long ledger come some at a time, and the balances are those of the ledger', async () => {
  const room = await openRoom(database);
  await room.agree(1_005);
  await room.credits.reserve(room.companyId, { reason: 'x', actor: 'user:u1' });

  const { batches, lines } = await read(room);

  const moved = lines.filter(({ seq }) => seq !== null);
  expect(batches.length).toBeGreaterThan(4);
  expect(moved.map(({ seq }) => seq)).toEqual(moved.map(({ seq }) => seq).toSorted((a, b) => Number(a) - Number(b)));
  for (const asset of ['referral', 'credit'])
    expect(moved.filter((line) => line.asset === asset).reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
  const { credits, referrals } = await room.readBalance();
  expect(toEnds(lines, 'closing')).toMatchObject({
    counted: referrals.towardsNext,
    available: credits.available,
    reserved: 1,
  });
  expect(toEnds(lines, 'opening')).toMatchObject({ counted: 0, available: 0 });
});

test('a period begins with what stood before it and ends with what stands after it', async () => {
  const room = await openRoom(database, { perCredit: 10 });
  await room.agree(3);
  room.clock.set('2027-01-10T00:00:00Z');
  await room.agree(4);
  room.clock.set('2027-02-10T00:00:00Z');
  await room.agree(1);

  const { lines } = await read(room, { from: new Date('2027-01-01T00:00:00Z'), to: new Date('2027-02-01T00:00:00Z') });

  expect(toEnds(lines, 'opening')).toMatchObject({ counted: 3, world: -3 });
  expect(lines.filter(({ account, seq }) => account === 'counted' && seq !== null)).toHaveLength(4);
  expect(toEnds(lines, 'closing')).toMatchObject({ counted: 7, world: -7 });
});

test('who did it is said where a person did, and nothing where it followed by itself', async () => {
  const room = await openRoom(database, { perCredit: 1 });
  await room.agree(1);
  const held = await room.credits.reserve(room.companyId, { reason: '営業職', actor: 'user:u1' });
  await room.credits.use(held.ok ? held.reservationId : '', 'user:u2');

  const { lines } = await read(room);

  const actors = new Map(lines.filter(({ seq }) => seq !== null).map(({ kind, actor }) => [kind, actor]));
  expect(Object.fromEntries(actors)).toEqual({
    'referral-counted': null,
    'referrals-converted': null,
    'credit-reserved': 'user:u1',
    'credit-used': 'user:u2',
  });
});
