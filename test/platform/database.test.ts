import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database, Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { prepared, sentAhead } from '../../src/platform/postgres-client.ts';
import { openTestDatabase } from '../support/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

function addLease(tx: Tx, name: string) {
  return tx
    .insertInto('lease')
    .values({ name, holder: newId(), expires_at: new Date(0) })
    .execute();
}

function countLeases(name: string): Promise<number> {
  return database.forSystem(async (tx) => {
    const rows = await tx.selectFrom('lease').select('name').where('name', '=', name).execute();
    return rows.length;
  });
}

test('a statement that was sent ahead and fails takes its transaction with it, and says why', async () => {
  const doomed = database.forSystem(async (tx) => {
    await sql`${sql.raw(sentAhead)}select 1 / ${0}::integer`.execute(tx);
    await addLease(tx, 'doomed');
  });

  await expect(doomed).rejects.toThrow('division by zero');
  expect(await countLeases('doomed')).toBe(0);
});

test('a transaction that ends with a statement sent ahead is kept only if that one succeeded', async () => {
  const end = (divisor: number) =>
    database.forSystem(async (tx) => {
      await addLease(tx, `ends-${divisor}`);
      await sql`${sql.raw(sentAhead)}select 1 / ${divisor}::integer`.execute(tx);
    });

  await end(1);
  await expect(end(0)).rejects.toThrow('division by zero');

  expect([await countLeases('ends-1'), await countLeases('ends-0')]).toEqual([1, 0]);
});

test('after a transaction that failed, its connection serves the next one', async () => {
  for (let round = 0; round < 12; round += 1) {
    await expect(
      database.forSystem((tx) => sql`${sql.raw(prepared)}select 1 / ${0}::integer as n`.execute(tx)),
    ).rejects.toThrow('division by zero');
    const answer = await database.forSystem((tx) =>
      sql<{ n: number }>`${sql.raw(prepared)}select 6 / ${3}::integer as n`.execute(tx),
    );
    expect(answer.rows).toEqual([{ n: 2 }]);
  }
});

test('prepared statements side by side give each its own answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      database.forSystem(async (tx) => {
        const one = await sql<{ n: number }>`${sql.raw(prepared)}select ${index}::integer as n`.execute(tx);
        const two = await sql<{ n: number }>`${sql.raw(prepared)}select ${index}::integer + 1 as n`.execute(tx);
        return [one.rows[0]?.n, two.rows[0]?.n];
      }),
    ),
  );

  expect(answers).toEqual(Array.from({ length: 40 }, (_, index) => [index, index + 1]));
});

test('closing ends the connections, of one also that ran scripts only', async () => {
  const another = await openTestDatabase();
  await another.runScript('select 1');

  await another.close();

  await expect(another.runScript('select 1')).rejects.toThrow();
});
