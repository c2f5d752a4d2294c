import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { verifyLedger } from '../../src/credit/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { anyOperation, anyRules } from './arbitrary-operations.ts';
import { makeReference } from './reference.ts';
import { openRoomBook } from './room-book.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('the room on its database answers as the reference does, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyRules,
      fc.array(anyOperation(8), { minLength: 10, maxLength: 60, size: 'max' }),
      async (rules, operations) => {
        const reference = makeReference(rules);
        const room = await openRoomBook(database, rules);

        for (const operation of operations) {
          expect([operation, await room.apply(operation)]).toEqual([operation, reference.apply(operation)]);
        }

        expect(await room.figures()).toEqual(reference.figures());
        expect(await verifyLedger(database, room.companyId)).toEqual([]);
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
}, 120_000);
