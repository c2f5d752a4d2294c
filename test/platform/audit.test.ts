import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendAudit, appendAudits, findBrokenAudit } from '../../src/platform/audit.ts';
import type { Database } from '../../src/platform/database.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';

const now = new Date('2026-11-24T01:00:00Z');
let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function addLines(count: number): Promise<string> {
  const { company } = await addCompany(database, openTestVault(), now);
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      database.forCompany(company.companyId, (tx) =>
        appendAudit(tx, {
          companyId: company.companyId,
          at: now,
          actor: 'admin',
          action: 'letter.cancelled',
          subject: `letter ${index}`,
          detail: { count: index, because: '手違い' },
        }),
      ),
    ),
  );
  return company.companyId;
}

const check = (companyId: string) => database.forCompany(companyId, (tx) => findBrokenAudit(tx, companyId));

test('lines written at once are numbered without gap or twin, and the chain holds', async () => {
  const companyId = await addLines(20);

  const rows = await database.forCompany(companyId, (tx) =>
    tx.selectFrom('audit_entry').select('seq').orderBy('seq').execute(),
  );

  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(await check(companyId)).toBeUndefined();
});

test('the run-time roles can neither change nor remove a line', async () => {
  const companyId = await addLines(1);

  const change = database.forCompany(companyId, (tx) => tx.updateTable('audit_entry').set({ actor: 'x' }).execute());
  const removal = database.forCompany(companyId, (tx) => tx.deleteFrom('audit_entry').execute());

  await Promise.all([change, removal].map((attempt) => expect(attempt).rejects.toThrow(/permission denied/)));
});

test.each([
  ['changed', 'update audit_entry set subject = subject || $$!$$ where seq = 2'],
  ['removed', 'delete from audit_entry where seq = 2'],
  ['moved', 'update audit_entry set seq = 99 where seq = 2'],
])('an owner who has %s a line behind our back is found out', async (_name, damage) => {
  const companyId = await addLines(3);

  await database.runScript(`
    alter table audit_entry disable trigger user; alter table audit_entry no force row level security;
    ${damage} and company_id = '${companyId}';
    alter table audit_entry force row level security; alter table audit_entry enable trigger user;`);

  expect(await check(companyId)).toBe(2);
});

test('even the owner meets the append-only trigger', async () => {
  await addLines(1);

  await expect(database.runScript('truncate audit_entry')).rejects.toThrow(/append-only/);
});

test('lines written together follow each other in the order given, and the chain holds', async () => {
  const companyId = await addLines(2);
  const subjects = ['first', 'second', 'third'];
  await database.forCompany(companyId, (tx) =>
    appendAudits(
      tx,
      companyId,
      subjects.map((subject) => ({ at: now, actor: 'applicant', action: 'consent.granted', subject })),
    ),
  );

  const rows = await database.forCompany(companyId, (tx) =>
    tx.selectFrom('audit_entry').select(['seq', 'subject']).where('seq', '>', 2).orderBy('seq').execute(),
  );
  expect(rows).toEqual(subjects.map((subject, index) => ({ seq: 3 + index, subject })));
  expect(await check(companyId)).toBeUndefined();
});
