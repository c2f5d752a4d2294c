import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  countLetters,
  countWaiting,
  type DetailsRequest,
  listLettersOf,
  listUnknownReasons,
  readLettersOf,
} from '../../src/letter/index.ts';
import type { Database, Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { makeRecordingMailer, openStage, type Stage } from './stage.ts';

let database: Database;
let stage: Stage;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  stage = await openStage(database);
  await database.runScript('delete from stage.job; delete from link; delete from letter');
});
afterAll(() => database.close());

const unclear = { decided_by: 'unknown' as const };
const read = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.forCompany(stage.company.companyId, work);
const list = (change: Partial<DetailsRequest> = {}) =>
  read((tx) => listLettersOf(tx, { companyId: stage.company.companyId, statuses: ['held'], limit: 10, ...change }));

async function run(rejectionIds: readonly string[], mailer = makeRecordingMailer()) {
  const { jobs, letters } = stage.open({ mailer });
  await stage.record(...rejectionIds);
  await jobs.runAll();
  await letters.sweep();
  await jobs.runAll();
}

const removeConnection = () => database.runScript("update connection set removed_at = '2026-11-24'");

describe('letters with what a person must know to decide', () => {
  test('tell of the rejection and the person beside why they wait', async () => {
    const rejectionId = await stage.addRejection({
      person: { givenName: '𠮷', familyName: "O'Brien" },
      rejection: { ...unclear, reason: '<!channel> 見送り 🌸', application_ref: '7', candidate_ref: '8' },
    });
    await run([rejectionId]);

    const { items, nextCursor } = await list();

    const { letter_id: id, person_id: personId } = await stage.letterOf(rejectionId);
    expect(items).toEqual([
      {
        id,
        letter: expect.objectContaining({ id, rejectionId, status: 'held', reason: 'reason-unknown' }),
        isReleased: false,
        applicationRef: '7',
        candidateRef: '8',
        decidedAt: stage.clock.now(),
        job: '営業, 東京',
        stage: 'Interview',
        reasonRef: 'r1',
        reason: '<!channel> 見送り 🌸',
        personId,
        givenName: '𠮷',
        familyName: "O'Brien",
      },
    ]);
    expect(nextCursor).toBeNull();
  });

  test('come newest first, page by page, of the states, the connection and the job that were asked for', async () => {
    const held = [];
    for (const job of ['営業', '営業', '設計']) held.push(await stage.addRejection({ rejection: { ...unclear, job } }));
    await run([...held, await stage.addRejection()]);

    const first = await list({ limit: 2 });
    const second = await list({ limit: 2, cursor: first.nextCursor ?? undefined });

    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
    expect([ids.length, second.nextCursor]).toEqual([3, null]);
    expect((await list({ job: '営業' })).items).toHaveLength(2);
    expect((await list({ statuses: ['held', 'sent'] })).items).toHaveLength(4);
    expect((await list({ connectionId: stage.connectionId })).items).toHaveLength(3);
    expect((await list({ connectionId: newId() })).items).toEqual([]);
  });

  test('are found without a person too, and by their ids', async () => {
    const rejectionId = await stage.addRejection({ person: null });
    await run([rejectionId]);
    const { letter_id: id } = await stage.letterOf(rejectionId);

    const found = await read((tx) => readLettersOf(tx, [id, newId()]));

    expect(found).toMatchObject([{ id, personId: null, givenName: null, familyName: null }]);
    expect((await list()).items).toEqual(found);
    expect(await read((tx) => readLettersOf(tx, []))).toEqual([]);
  });

  test('are not listed once their connection was removed, and never to another company', async () => {
    await run([await stage.addRejection(unclearRejection)]);
    const other = await openStage(database);
    const ids = (await list()).items.map(({ id }) => id);

    const foreign = await database.forCompany(other.company.companyId, async (tx) => [
      (await listLettersOf(tx, { companyId: stage.company.companyId, statuses: ['held'], limit: 10 })).items,
      await readLettersOf(tx, ids),
    ]);
    await removeConnection();

    expect(ids).toHaveLength(1);
    expect(foreign).toEqual([[], []]);
    expect((await list()).items).toEqual([]);
  });
});

const unclearRejection = { rejection: unclear };

test('what waits for a person is counted by connection and reason, until its connection is removed', async () => {
  const { companyId } = stage.company;
  await run([
    await stage.addRejection(unclearRejection),
    await stage.addRejection(unclearRejection),
    await stage.addRejection({ person: { email: null } }),
    await stage.addRejection({ rejection: { source: 'agency' } }),
  ]);
  await run(
    [await stage.addRejection()],
    makeRecordingMailer(() => ({ kind: 'unknown', reason: 'answer-missing' })),
  );

  const waiting = await read((tx) => countWaiting(tx, companyId));
  await removeConnection();

  const { connectionId } = stage;
  expect(waiting).toEqual([
    { connectionId, status: 'held', reason: 'reason-unknown', letters: 2 },
    { connectionId, status: 'held', reason: 'no-address', letters: 1 },
    { connectionId, status: 'unknown', reason: 'mail-unconfirmed', letters: 1 },
  ]);
  expect(await read((tx) => countWaiting(tx, companyId))).toEqual([]);
});

test('letters that left are counted in the span in which they did', async () => {
  const { companyId } = stage.company;
  const from = stage.clock.now();
  await run([await stage.addRejection(), await stage.addRejection(unclearRejection)]);
  stage.clock.advance(1_000);
  const to = stage.clock.now();
  await run([await stage.addRejection()]);

  const count = (span: { readonly from: Date; readonly to: Date }) => read((tx) => countLetters(tx, companyId, span));

  expect(await count({ from, to })).toEqual({ sent: 1 });
  expect(await count({ from: to, to: new Date(to.getTime() + 1) })).toEqual({ sent: 1 });
  expect(await count({ from: new Date(0), to: from })).toEqual({ sent: 0 });
});

test('the reasons that nobody mapped are named with how many letters they keep back', async () => {
  const { companyId } = stage.company;
  const add = (reason_ref: string | null, reason: string | null, decided_at = stage.clock.now()) =>
    stage.addRejection({ rejection: { ...unclear, reason_ref, reason, decided_at } });
  const later = new Date(stage.clock.now().getTime() + 1_000);
  await run([
    await add('1', 'ご縁 🌸'),
    await add('1', "ご縁がなかった O'Brien", later),
    await add('2', null),
    await add(null, null),
    await stage.addRejection({ person: { email: null }, rejection: { reason_ref: '3' } }),
  ]);

  const reasons = await read((tx) => listUnknownReasons(tx, companyId));

  const { connectionId } = stage;
  expect(reasons).toEqual([
    { connectionId, reasonRef: '1', name: "ご縁がなかった O'Brien", heldLetters: 2 },
    { connectionId, reasonRef: '2', name: '2', heldLetters: 1 },
  ]);
});
