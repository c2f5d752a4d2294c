import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { RelayError } from '../../src/connector/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { addRejection, openBrowser, openRoom, type TestRoom } from './room.ts';

let database: Database;
let room: TestRoom;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  room = await openRoom(database);
});
afterEach(() => room.server.close());
afterAll(() => database.close());

async function answer(token: string, ...wishes: readonly ('grant' | 'decline' | 'withdraw')[]): Promise<void> {
  const browser = openBrowser(room.server);
  await browser.open(`/c/${token}`);
  for (const wish of wishes) await browser.press(wish);
}

/** Lets the room plan what it heard of. */
async function plan(): Promise<void> {
  await room.events.deliver('consent-granted', room.events.published('consent-granted'));
  await room.events.deliver('consent-withdrawn', room.events.published('consent-withdrawn'));
}

const readRows = () =>
  database.forCompany(room.company.companyId, async (tx) => {
    const rows = await tx
      .selectFrom('write_back')
      .innerJoin('consent', 'consent.consent_id', 'write_back.consent_id')
      .select(['consent.decision', 'write_back.status', 'write_back.reason', 'write_back.steps'])
      .orderBy('write_back_id')
      .execute();
    return rows;
  });
const readStatuses = async () => (await readRows()).map(({ decision, status, reason }) => [decision, status, reason]);

test('an agreement is written on every candidate the person was, once each', async () => {
  const { token, personId, candidateRef } = await room.addApplicant();
  await database.forCompany(room.company.companyId, async (tx) => {
    const own = { companyId: room.company.companyId, connectionId: room.connectionId, personId, now: room.clock.now() };
    await addRejection(tx, { ...own, rejectionId: newId(), candidateRef });
    await addRejection(tx, { ...own, rejectionId: newId(), candidateRef: 'another' });
  });
  await answer(token, 'grant');

  await plan();
  await plan();
  await room.jobs.runDue();

  expect(room.ats.written.map((item) => [item.candidateRef, item.decision, item.agencyName])).toEqual(
    expect.arrayContaining([
      [candidateRef, 'granted', '架空キャリア株式会社'],
      ['another', 'granted', '架空キャリア株式会社'],
    ]),
  );
  expect(room.ats.written).toHaveLength(2);
  expect(await readStatuses()).toEqual([
    ['granted', 'written', null],
    ['granted', 'written', null],
  ]);
});

test('a "no" is not written to the ATS', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'decline');

  await plan();
  await room.jobs.runDue();

  expect(room.ats.written).toEqual([]);
  expect(await readRows()).toEqual([]);
});

test('a withdrawal is written where the agreement was', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  await room.jobs.runDue();

  await answer(token, 'withdraw');
  await plan();
  await room.jobs.runDue();

  expect(room.ats.written.map(({ decision }) => decision)).toEqual(['granted', 'withdrawn']);
});

test('a withdrawal before anything was written leaves the ATS untouched', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  await answer(token, 'withdraw');
  await plan();

  await room.jobs.runDue();

  expect(room.ats.written).toEqual([]);
  expect(await readStatuses()).toEqual([
    ['granted', 'skipped', 'superseded'],
    ['withdrawn', 'skipped', 'never-written'],
  ]);
});

test('a withdrawal whose job runs first spares the agreement its call', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  const [grantJob] = room.jobs.waiting;
  await answer(token, 'withdraw');
  await plan();
  const withdrawJob = room.jobs.waiting.find((job) => job !== grantJob);

  await room.runWriteBacks([withdrawJob?.data]);
  await room.runWriteBacks([grantJob?.data]);

  expect(room.ats.written).toEqual([]);
  expect((await readStatuses()).map(([, status]) => status)).toEqual(['skipped', 'skipped']);
});

test('a withdrawal that comes while the agreement is being written waits for it and is written after it', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  const [grantJob] = room.jobs.waiting;
  let refusedMeanwhile: unknown;
  room.ats.answer = async () => {
    room.ats.answer = undefined;
    await answer(token, 'withdraw');
    await plan();
    const withdrawJob = room.jobs.waiting.find((job) => job !== grantJob);
    refusedMeanwhile = await room.runWriteBacks([withdrawJob?.data]).catch((error: unknown) => error);
    return { ok: true };
  };

  await room.runWriteBacks([grantJob?.data]);
  await room.jobs.runDue();

  expect(refusedMeanwhile).toMatchObject({ code: 'request_conflict' });
  expect(room.ats.written.map(({ decision }) => decision)).toEqual(['granted', 'withdrawn']);
});

test('after a crash in the middle of writing the agreement, the withdrawal is written, for nobody knows what arrived', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  room.ats.answer = async () => Promise.reject(new RelayError('vendor_unavailable'));
  await expect(room.jobs.runDue()).rejects.toMatchObject({ code: 'vendor_unavailable' });
  room.ats.answer = undefined;
  await answer(token, 'withdraw');
  await plan();

  await room.jobs.runDue();

  expect(room.ats.written.map(({ decision }) => decision)).toEqual(['withdrawn']);
  expect((await readStatuses()).map(([, status]) => status)).toEqual(['skipped', 'written']);
});

test('who agrees, withdraws and agrees again stands as agreed in the ATS', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant', 'withdraw', 'grant');
  await plan();

  await room.jobs.runDue();

  expect(room.ats.written.map(({ decision }) => decision)).toEqual(['granted']);
});

test('a step finished before a failure is not done again', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  const done: string[] = [];
  room.ats.answer = async (_item, steps) => {
    for (const step of ['field', 'note']) {
      if (steps.isDone(step)) continue;
      if (step === 'note' && !done.includes('failed')) {
        done.push('failed');
        throw new RelayError('vendor_rate_limited');
      }
      done.push(step);
      await steps.finish(step);
      expect(steps.isDone(step)).toBe(true);
    }
    return { ok: true };
  };

  await expect(room.jobs.runDue()).rejects.toMatchObject({ code: 'vendor_rate_limited' });
  expect(await readStatuses()).toEqual([['granted', 'waiting', 'vendor_rate_limited']]);
  await room.jobs.runDue();

  expect(done).toEqual(['field', 'failed', 'note']);
  expect(await readRows()).toMatchObject([{ status: 'written', reason: null, steps: ['(begun)', 'field', 'note'] }]);
});

test('a write-back that fails holds up no other of the same batch', async () => {
  const one = await room.addApplicant();
  const other = await room.addApplicant();
  await answer(one.token, 'grant');
  await answer(other.token, 'grant');
  await plan();
  room.ats.answer = async (item) => {
    if (item.candidateRef === one.candidateRef) throw new RelayError('vendor_forbidden');
    return { ok: true };
  };

  await expect(room.jobs.runDue()).rejects.toMatchObject({ code: 'vendor_forbidden' });

  expect(room.ats.written.map(({ candidateRef }) => candidateRef)).toEqual([other.candidateRef]);
});

test('a candidate that is gone, or a connection that was removed, is skipped', async () => {
  const gone = await room.addApplicant();
  await answer(gone.token, 'grant');
  await plan();
  room.ats.answer = async () => ({ ok: false, reason: 'candidate-gone' });
  await room.jobs.runDue();
  const late = await room.addApplicant();
  await answer(late.token, 'grant');
  await plan();
  await database.forSystem((tx) =>
    tx
      .updateTable('connection')
      .set({ removed_at: room.clock.now() })
      .where('connection_id', '=', room.connectionId)
      .execute(),
  );
  await room.jobs.runDue();

  expect(await readStatuses()).toEqual([
    ['granted', 'skipped', 'candidate-gone'],
    ['granted', 'skipped', 'connection-removed'],
  ]);
});

test('a job that runs twice writes once', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();
  const jobs = room.jobs.waiting.map(({ data }) => data);

  await room.runWriteBacks(jobs);
  await room.runWriteBacks(jobs);

  expect(room.ats.written).toHaveLength(1);
});

test('jobs carry ids only', async () => {
  const { token } = await room.addApplicant();
  await answer(token, 'grant');
  await plan();

  expect(room.jobs.waiting.map(({ data }) => Object.keys(data).sort())).toEqual([['companyId', 'writeBackId']]);
});
