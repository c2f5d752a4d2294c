import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '../../src/platform/database.ts';
import { takeTurn, withLease } from '../../src/platform/lease.ts';
import { openTestDatabase } from '../support/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

test('work of one name runs one at a time', async () => {
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await database.ping();
    running -= 1;
  };

  await Promise.all(Array.from({ length: 8 }, () => withLease(database, 'refresh', 10_000, work, 1)));

  expect(most).toBe(1);
});

test('work that fails gives its lease back', async () => {
  const failing = withLease(database, 'failing', 60_000, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');

  await expect(withLease(database, 'failing', 60_000, async () => 'ran')).resolves.toBe('ran');
});

test('a holder that died is succeeded when its time is over', async () => {
  await database.forSystem((tx) =>
    tx
      .insertInto('lease')
      .values({ name: 'dead', holder: '00000000-0000-7000-8000-000000000000', expires_at: new Date(0) })
      .execute(),
  );

  await expect(withLease(database, 'dead', 60_000, async () => 'ran')).resolves.toBe('ran');
});

test('a turn that another holds is not waited for longer than asked, and nothing is run', async () => {
  let ran = 0;
  const outcome = await withLease(database, 'held', 60_000, () =>
    takeTurn(database, 'held', { holdMs: 60_000, waitMs: 2, pauseMs: 1 }, async () => ++ran),
  );
  const then = await takeTurn(database, 'held', { holdMs: 60_000 }, async () => ++ran);

  expect([outcome, then]).toEqual([{ taken: false }, { taken: true, result: 1 }]);
});

test('a turn that is renewed is not taken over, and one that failed is given back', async () => {
  const taken = await takeTurn(database, 'renewed', { holdMs: 0 }, async ({ renew }) => {
    await database.forSystem((tx) =>
      tx
        .updateTable('lease')
        .set({ expires_at: new Date(0) })
        .where('name', '=', 'renewed')
        .execute(),
    );
    await renew();
    const rows = await database.forSystem((tx) =>
      tx.selectFrom('lease').select('expires_at').where('name', '=', 'renewed').execute(),
    );
    return rows[0]?.expires_at.getTime();
  });
  const failing = takeTurn(database, 'renewed', { holdMs: 60_000 }, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');

  expect(taken).toMatchObject({ taken: true });
  expect(taken.taken && taken.result).toBeGreaterThan(0);
  expect(await takeTurn(database, 'renewed', { holdMs: 60_000 }, async () => 'ran')).toMatchObject({ result: 'ran' });
});
