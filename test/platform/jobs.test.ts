import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openEvents } from '../../src/events.ts';
import type { Database } from '../../src/platform/database.ts';
import { RelayError } from '../../src/platform/errors.ts';
import { newId } from '../../src/platform/ids.ts';
import { openJobs } from '../../src/platform/jobs.ts';
import { openLog } from '../../src/platform/log.ts';
import { openTestDatabase } from '../support/database.ts';

interface Item {
  readonly companyId: string;
  readonly name: string;
}

let database: Database;
const handled: Item[] = [];
const refusedOnce = new Set<string>();
const batches: number[] = [];
let waiters: (() => void)[] = [];

const log = openLog('silent');
let jobs: ReturnType<typeof openJobs>;
let events: ReturnType<typeof openEvents>;

beforeAll(async () => {
  database = await openTestDatabase();
  jobs = openJobs(database, log);
  events = openEvents(jobs);
  jobs.define<Item>({ name: 'test.work', batch: 20, handle: work });
  events.listen('test-a', 'letter-sent', async (all) =>
    record(all.map(({ companyId, letterId }) => ({ companyId, name: `a ${letterId}` }))),
  );
  events.listen('test-b', 'letter-sent', async (all) =>
    record(all.map(({ companyId, letterId }) => ({ companyId, name: `b ${letterId}` }))),
  );
  await jobs.start({ work: true });
});

afterAll(async () => {
  await jobs.stop();
  await database.close();
});

async function work(items: readonly Item[]): Promise<void> {
  batches.push(new Set(items.map(({ companyId }) => companyId)).size);
  const bad = items.find(({ name }) => name.startsWith('bad') && !refusedOnce.has(name));
  if (bad) {
    if (items.length === 1) refusedOnce.add(bad.name);
    throw new RelayError('vendor_unavailable');
  }
  record(items);
}

function record(items: readonly Item[]): void {
  handled.push(...items);
  for (const wake of waiters.splice(0)) wake();
}

async function untilHandled(names: readonly string[]): Promise<void> {
  while (!names.every((name) => handled.some((item) => item.name === name))) {
    await new Promise<void>((resolve) => {
      waiters = [...waiters, resolve];
    });
  }
}

test('a job exists if its transaction commits, and not otherwise', async () => {
  const companyId = newId();

  await database.forCompany(companyId, (tx) => jobs.enqueue(tx, 'test.work', [{ companyId, name: 'kept' }]));
  const rolledBack = database.forCompany(companyId, async (tx) => {
    await jobs.enqueue(tx, 'test.work', [{ companyId, name: 'lost' }]);
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await database.forCompany(companyId, (tx) => jobs.enqueue(tx, 'test.work', [{ companyId, name: 'last' }]));

  await untilHandled(['kept', 'last']);
  expect(handled.some(({ name }) => name === 'lost')).toBe(false);
});

test('one bad job of a batch is tried again alone and holds up no other', async () => {
  const companyId = newId();
  const names = ['good 1', 'bad 1', 'good 2'];

  await database.forCompany(companyId, (tx) =>
    jobs.enqueue(
      tx,
      'test.work',
      names.map((name) => ({ companyId, name })),
    ),
  );

  await untilHandled(names);
  expect(
    handled
      .filter((item) => item.companyId === companyId)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['bad 1', 'good 1', 'good 2']);
});

test('a handler sees the jobs of one company at a time', async () => {
  const companies = [newId(), newId(), newId()];

  await database.forSystem((tx) =>
    jobs.enqueue(
      tx,
      'test.work',
      companies.map((companyId) => ({ companyId, name: `of ${companyId}` })),
    ),
  );

  await untilHandled(companies.map((companyId) => `of ${companyId}`));
  expect(new Set(batches)).toEqual(new Set([1]));
});

test('an event reaches every listening room, each in a job of its own', async () => {
  const companyId = newId();
  const letterId = newId();

  await database.forCompany(companyId, (tx) =>
    events.publish(tx, 'letter-sent', [{ companyId, letterId, rejectionId: newId() }]),
  );

  await untilHandled([`a ${letterId}`, `b ${letterId}`]);
});

test('dead jobs are counted by queue and cause, of one company or of all, and go back by company', async () => {
  const [own, other] = [newId(), newId()];
  await database.forSystem(async (tx) => {
    for (const [companyId, output] of [
      [own, { code: 'mail_unavailable', message: 'x' }],
      [own, { code: 'mail_unavailable', message: 'y' }],
      [own, null],
      [other, { code: 'mail_unavailable', message: 'z' }],
    ] as const)
      await sql`
        insert into pgboss.job (name, data, source_name, source_output)
        values ('test.work.dead', ${JSON.stringify({ companyId, name: `revived ${companyId}` })}::jsonb, 'test.work',
          ${output && JSON.stringify(output)}::jsonb)`.execute(tx);
  });

  const ofOwn = await jobs.listDead(own);
  const ofAll = await jobs.listDead();
  const moved = await jobs.redrive('test.work', own);
  await untilHandled([`revived ${own}`]);

  expect(ofOwn).toMatchObject([
    { queue: 'test.work', code: 'mail_unavailable', count: 2, newestAt: expect.any(Date) },
    { queue: 'test.work', code: null, count: 1 },
  ]);
  expect(ofAll[0]).toMatchObject({ code: 'mail_unavailable', count: 3 });
  expect(moved).toBe(3);
  expect(await jobs.listDead(own)).toEqual([]);
  expect(await jobs.listDead(other)).toMatchObject([{ count: 1 }]);
});
