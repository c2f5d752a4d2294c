import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { forecastLetters, type LetterBatch, type LetterFilter, listBatches } from '../../src/letter/index.ts';
import { findBrokenAudit, listAuditOf } from '../../src/platform/audit.ts';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { type LetterRow, openStage, type Stage } from './stage.ts';

/** One decision about all letters that a filter finds. */

let database: Database;
let stage: Stage;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  stage = await openStage(database);
  await stage.setConnection({ state: 'shadow' });
  await database.runScript('delete from stage.job');
});
afterAll(() => database.close());

/** Letters that wait, each of a rejection of its own. */
async function addLetters(count: number, status: 'planned' | 'held' | 'sent' = 'planned'): Promise<void> {
  const { companyId } = stage.company;
  const now = stage.clock.now();
  await database.forCompany(companyId, (tx) =>
    sql`
      with added as (
        insert into rejection (rejection_id, company_id, connection_id, application_ref, candidate_ref, decided_at,
          decided_by, job, source, is_private, is_confidential, can_email, recorded_at)
        select gen_random_uuid(), ${companyId}, ${stage.connectionId}, gen_random_uuid(), 'c', ${now},
          'company', '営業', 'direct', false, false, true, ${now}
        from generate_series(1, ${count})
        returning rejection_id
      )
      insert into letter (letter_id, company_id, rejection_id, connection_id, status, reason, locale, template,
        template_version, due_at, sent_at, created_at, updated_at)
      select gen_random_uuid(), ${companyId}, rejection_id, ${stage.connectionId}, ${status},
        ${status === 'held' ? 'reason-unknown' : null}, 'ja', 'career-relay', 'x', ${now}, ${status === 'sent' ? now : null},
        ${now}, ${now}
      from added`.execute(tx),
  );
}

function ask(change: { act?: 'send' | 'hold' | 'cancel'; filter?: LetterFilter; confirmedCount?: number } = {}) {
  return stage
    .open()
    .letters.askBatch(
      { companyId: stage.company.companyId, act: 'hold', filter: {}, confirmedCount: 10_000, ...change },
      'user:u1',
    );
}

async function readBatch(): Promise<LetterBatch | undefined> {
  const { companyId } = stage.company;
  const [newest] = await database.forCompany(companyId, (tx) => listBatches(tx, companyId, 1));
  return newest;
}

const countBy = async (status: string) => (await stage.letters()).filter((letter) => letter.status === status).length;

/** How many lines of the audit log and how many events there are for each letter, each number once. */
async function countTraces(letters: readonly LetterRow[]): Promise<readonly number[]> {
  const { companyId } = stage.company;
  const told = Map.groupBy(await stage.published('letter-changed'), ({ letterId }) => letterId);
  const traces = await database.forCompany(companyId, async (tx) => {
    const { rows } = await sql<{ subject: string; lines: number }>`
      select subject, count(*)::integer as lines from audit_entry where company_id = ${companyId} group by 1`.execute(
      tx,
    );
    const lines = new Map(rows.map((row) => [row.subject, row.lines]));
    return letters.flatMap(({ letter_id }) => [lines.get(letter_id) ?? 0, told.get(letter_id)?.length ?? 0]);
  });
  return [...new Set(traces)];
}

test('a thousand letters are decided, each once, with a line and an event of its own and one line for the whole', async () => {
  await addLetters(1_000);
  await addLetters(3, 'held');
  const batch = await ask({ filter: { statuses: ['planned'], job: '営業' } });

  await stage.open().jobs.runAll();

  const held = (await stage.letters()).filter(({ reason }) => reason === 'by-hand');
  const { companyId } = stage.company;
  const lines = await database.forCompany(companyId, (tx) =>
    listAuditOf(tx, { companyId, subject: batch.id, limit: 9 }),
  );
  const [one] = await database.forCompany(companyId, (tx) =>
    listAuditOf(tx, { companyId, subject: held[0]?.letter_id ?? '', limit: 9 }),
  );
  expect(held).toHaveLength(1_000);
  expect(await countTraces(held)).toEqual([1]);
  expect(await readBatch()).toMatchObject({ status: 'done', found: 1_000, done: 1_000, gone: 0, changed: 0 });
  expect(lines.map(({ action, actor, detail }) => [action, actor, detail])).toEqual([
    ['letter.batch-done', 'system', { found: 1_000, done: 1_000, gone: 0, changed: 0 }],
    ['letter.batch-asked', 'user:u1', { act: 'hold', letters: 1_000, statuses: 'planned', byJob: true }],
  ]);
  expect(one).toMatchObject({ action: 'letter.held', actor: 'user:u1', detail: { from: 'planned', batch: batch.id } });
  expect(await database.forCompany(companyId, (tx) => findBrokenAudit(tx, companyId))).toBeUndefined();
});

test('more than one job can do is handed on to the next', async () => {
  await addLetters(4_100);
  await ask({ act: 'cancel' });
  const { jobs } = stage.open();

  await jobs.runCopy('letter.batch');
  const inBetween = await readBatch();
  await database.runScript(
    "delete from stage.job where id = (select min(id) from stage.job where queue = 'letter.batch')",
  );
  await jobs.runAll();

  expect(inBetween).toMatchObject({ status: 'working', done: 4_000 });
  expect(await readBatch()).toMatchObject({ status: 'done', done: 4_100 });
  expect(await countBy('cancelled')).toBe(4_100);
}, 60_000);

test('cut short in the middle it goes on where it was, and no letter is decided twice', async () => {
  await addLetters(500);
  await ask();
  let published = 0;
  const dying = stage.open({
    events: {
      listen: () => undefined,
      publish: async () => {
        published += 1;
        if (published === 2) throw new Error('the process dies here');
      },
    },
  });
  await expect(dying.jobs.runAll()).rejects.toThrow('dies here');
  const inBetween = await readBatch();
  const doneThen = await countBy('held');

  await stage.open().jobs.runAll();
  await stage.open().jobs.runCopy('letter.batch');

  const { companyId } = stage.company;
  const lines = await database.forCompany(companyId, (tx) =>
    tx.selectFrom('audit_entry').select('subject').where('action', '=', 'letter.held').execute(),
  );
  const own = new Set((await stage.letters()).map(({ letter_id }) => letter_id));
  const ofOwn = lines.filter(({ subject }) => own.has(subject));
  expect([inBetween?.done, doneThen]).toEqual([200, 200]);
  expect(await readBatch()).toMatchObject({ status: 'done', found: 500, done: 500 });
  expect([ofOwn.length, new Set(ofOwn.map(({ subject }) => subject)).size]).toEqual([500, 500]);
});

test('stopped in the middle, what was decided stays so and the others stay as they are', async () => {
  await addLetters(500);
  const batch = await ask({ act: 'cancel' });
  const { companyId } = stage.company;
  const admin = stage.open();
  let steps = 0;
  const worker = stage.open({
    database: {
      ...database,
      forCompany: async (id, work) => {
        steps += 1;
        if (steps === 3) await admin.letters.stopBatch({ companyId, batchId: batch.id }, 'user:u2');
        return database.forCompany(id, work);
      },
    },
  });

  await worker.jobs.runAll();

  const left = await database.forCompany(companyId, (tx) => tx.selectFrom('letter_batch_item').selectAll().execute());
  const lines = await database.forCompany(companyId, (tx) =>
    listAuditOf(tx, { companyId, subject: batch.id, limit: 9 }),
  );
  expect(await readBatch()).toMatchObject({ status: 'stopped', found: 500, done: 400, endedBy: 'user:u2' });
  expect([await countBy('cancelled'), await countBy('planned'), left.length]).toEqual([400, 100, 0]);
  expect(lines.map(({ action, actor }) => [action, actor])).toEqual([
    ['letter.batch-stopped', 'user:u2'],
    ['letter.batch-asked', 'user:u1'],
  ]);
  await expect(admin.letters.stopBatch({ companyId, batchId: batch.id }, 'user:u2')).rejects.toMatchObject({
    code: 'request_conflict',
  });
});

test('of two admins who ask at once one is refused, and another may ask once the first has ended', async () => {
  await addLetters(3);

  const asked = await Promise.allSettled([ask({ act: 'send' }), ask({ act: 'cancel' })]);
  await stage.open().jobs.runAll();
  await stage.setConnection({ state: 'shadow' });
  const later = await ask({ act: 'hold' });

  const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused).toEqual([expect.objectContaining({ code: 'request_conflict' })]);
  expect(refused[0]?.userMessage?.ja ?? '').toContain('別の一括操作を実行中です');
  expect(later).toMatchObject({ status: 'working', found: 3 });
});

test('what somebody else decides meanwhile, or has left, is passed over and counted', async () => {
  await addLetters(6);
  const { letters, jobs } = stage.open();
  const [cancelled, heldAndSent, leaving, ...others] = (await stage.letters()).map(({ letter_id }) => letter_id);
  await ask({ act: 'hold' });
  stage.clock.advance(1_000);
  await letters.cancel(cancelled ?? '', 'user:u2');
  await letters.hold(heldAndSent ?? '', 'user:u2');
  await letters.send(heldAndSent ?? '', 'user:u2');
  await database.forCompany(stage.company.companyId, (tx) =>
    tx
      .updateTable('letter')
      .set({ status: 'sending' })
      .where('letter_id', '=', leaving ?? '')
      .execute(),
  );

  await jobs.runAll();

  const after = new Map((await stage.letters()).map((letter) => [letter.letter_id, letter.status]));
  expect(await readBatch()).toMatchObject({ status: 'done', found: 6, done: 3, gone: 1, changed: 2 });
  expect([cancelled, heldAndSent, leaving].map((id) => after.get(id ?? ''))).toEqual([
    'cancelled',
    'planned',
    'sending',
  ]);
  expect(others.map((id) => after.get(id))).toEqual(['held', 'held', 'held']);
});

test('what comes into the filter after it was asked is not touched', async () => {
  await addLetters(2);
  await ask({ act: 'cancel', filter: { statuses: ['planned'] } });
  await addLetters(2);
  await addLetters(2, 'held');

  await stage.open().jobs.runAll();

  expect(await readBatch()).toMatchObject({ found: 2, done: 2 });
  expect([await countBy('cancelled'), await countBy('planned'), await countBy('held')]).toEqual([2, 2, 2]);
});

test.each([
  ['more letters than were confirmed', 2, {}],
  ['no letter that would change', 9, { filter: { statuses: ['sent'] as const } }],
  ['a filter of another connection', 9, { filter: { connectionId: newId() } }],
])('with %s nothing is begun', async (_what, confirmedCount, change) => {
  await addLetters(3);
  await addLetters(1, 'sent');

  await expect(ask({ ...change, confirmedCount })).rejects.toMatchObject({ code: 'request_conflict' });

  expect(await readBatch()).toBeUndefined();
});

test('letters sent on are judged again before they leave, as if each were sent alone', async () => {
  await stage.setConnection({ state: 'live', mapping: { reasons: { r1: { letter: 'hold' } } } });
  const [stands, lifted] = [await stage.addRejection(), await stage.addRejection()];
  const { letters, jobs } = stage.open();
  await stage.record(stands, lifted);
  await jobs.runAll();
  stage.answers.set(lifted, 'lifted');
  await ask({ act: 'send', filter: { statuses: ['held'] } });

  await jobs.runAll();
  await letters.sweep();
  await jobs.runAll();

  expect([(await stage.letterOf(stands)).status, (await stage.letterOf(lifted)).status]).toEqual(['sent', 'cancelled']);
});

test('a forecast tells by state how many there are, how old, and what may be decided', async () => {
  await addLetters(3);
  await addLetters(2, 'sent');
  stage.clock.advance(8 * 86_400_000);
  await addLetters(4, 'held');
  const { companyId } = stage.company;

  const states = await database.forCompany(companyId, (tx) =>
    forecastLetters(tx, companyId, { job: '業' }, stage.clock.now()),
  );

  const ages = { olderThan30Days: 0, notLive: expect.any(Number) };
  expect(states).toEqual([
    { status: 'held', letters: 4, acts: ['send', 'cancel'], olderThan7Days: 0, ...ages, oldestAt: expect.any(Date) },
    {
      status: 'planned',
      letters: 3,
      acts: ['send', 'hold', 'cancel'],
      olderThan7Days: 3,
      ...ages,
      oldestAt: expect.any(Date),
    },
    { status: 'sent', letters: 2, acts: [], olderThan7Days: 2, ...ages, oldestAt: expect.any(Date) },
  ]);
  expect(states.map(({ notLive }) => notLive)).toEqual([4, 3, 2]);
});
