import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countConsents } from '../../src/consent/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openRoom, type TestRoom } from '../credit/room.ts';
import { openTestDatabase } from '../support/database.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const count = ({ companyId }: TestRoom, from: Date, to: Date) =>
  database.forCompany(companyId, (tx) => countConsents(tx, companyId, { from, to }));

test('people are counted once, under the last thing they decided in the span', async () => {
  const room = await openRoom(database);
  const [fickle, steady, shy, late] = await room.addPeople(4);
  const from = room.clock.now();
  await room.decide([fickle ?? '', steady ?? '']);
  await room.decide([shy ?? ''], 'declined');
  room.clock.advance(1_000);
  await room.decide([fickle ?? ''], 'withdrawn');
  room.clock.advance(1_000);
  const to = room.clock.now();
  await room.decide([late ?? '', fickle ?? '']);

  expect(await count(room, from, to)).toEqual({ granted: 1, declined: 1, withdrawn: 1 });
  expect(await count(room, to, new Date(to.getTime() + 1))).toEqual({ granted: 2, declined: 0, withdrawn: 0 });
});

test('where nobody decided nothing is counted, and another company’s people are not seen', async () => {
  const room = await openRoom(database);
  const other = await openRoom(database);
  await other.decide(await other.addPeople(1));
  const none = { granted: 0, declined: 0, withdrawn: 0 };
  const [from, to] = [new Date(0), new Date('2099-01-01')];

  const foreign = await database.forCompany(room.companyId, (tx) => countConsents(tx, other.companyId, { from, to }));

  expect([await count(room, from, to), foreign]).toEqual([none, none]);
});
