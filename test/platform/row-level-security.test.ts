import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';

const now = new Date('2026-11-24T01:00:00Z');
let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

interface GuardedTable {
  readonly name: string;
  readonly has_company: boolean;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly using: string | null;
  readonly check: string | null;
  readonly owner_is_role: boolean;
}

async function readCatalogue(): Promise<readonly GuardedTable[]> {
  const result = await database.forSystem((tx) =>
    sql<GuardedTable>`
      select c.relname as name,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id' and a.attnotnull) as has_company,
        c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
        p.qual as using, p.with_check as check,
        pg_get_userbyid(c.relowner) in ('career_relay_app', 'career_relay_system', 'career_relay_eraser') as owner_is_role
      from pg_class c
      left join pg_policies p on p.tablename = c.relname and p.policyname = 'company_rows' and 'career_relay_app' = any (p.roles)
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      order by c.relname`.execute(tx),
  );
  return result.rows;
}

/** Tables that hold no company's facts: several companies may share them, and the system role alone reads them. */
const common = ['lease', 'schema_migration', 'slack_workspace', 'first_link'];
const isCommon = (name: string) => common.includes(name) || name.startsWith('auth_');

test('every table carries company_id, ENABLE, FORCE, USING and WITH CHECK, and belongs to neither run-time role', async () => {
  const tables = await readCatalogue();

  expect(tables.length).toBeGreaterThan(20);
  for (const table of tables.filter(({ name }) => !isCommon(name))) {
    expect(table).toMatchObject({ has_company: true, enabled: true, forced: true, owner_is_role: false });
    expect(table.using).toContain('app.company_id');
    expect(table.check).toContain('app.company_id');
  }
});

test('the run-time roles cannot step around row-level security', async () => {
  const roles = await database.forSystem((tx) =>
    sql<{ rolname: string; rolsuper: boolean; rolbypassrls: boolean; rolcanlogin: boolean }>`
      select rolname, rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname like 'career_relay_%' order by 1`.execute(
      tx,
    ),
  );

  expect(roles.rows).toEqual([
    { rolname: 'career_relay_app', rolsuper: false, rolbypassrls: false, rolcanlogin: false },
    { rolname: 'career_relay_eraser', rolsuper: false, rolbypassrls: false, rolcanlogin: false },
    { rolname: 'career_relay_system', rolsuper: false, rolbypassrls: false, rolcanlogin: false },
  ]);
});

test('a company sees and writes its own rows only', async () => {
  const vault = openTestVault();
  const { company: mine } = await addCompany(database, vault, now);
  const { company: theirs } = await addCompany(database, vault, now);

  const seen = await database.forCompany(mine.companyId, (tx) =>
    tx.selectFrom('company').select('company_id').execute(),
  );
  const changed = await database.forCompany(mine.companyId, (tx) =>
    tx.updateTable('agency').set({ name: 'x' }).where('company_id', '=', theirs.companyId).executeTakeFirst(),
  );
  const foreignWrite = database.forCompany(mine.companyId, (tx) =>
    tx
      .insertInto('connection')
      .values({
        connection_id: newId(),
        company_id: theirs.companyId,
        connector: 'x',
        state: 'shadow',
        settings: '{}',
        letter: '{}',
        mapping: '{}',
        failing_since: null,
        failing_code: null,
        created_at: now,
        updated_at: now,
        removed_at: null,
      })
      .execute(),
  );

  expect(seen).toEqual([{ company_id: mine.companyId }]);
  expect(changed.numUpdatedRows).toBe(0n);
  await expect(foreignWrite).rejects.toThrow(/row-level security/);
});

test('with no company named nothing is seen and nothing can be written', async () => {
  await addCompany(database, openTestVault(), now);

  const seen = await database.forCompany('', (tx) => tx.selectFrom('company').selectAll().execute());

  expect(seen).toEqual([]);
});

test('a company reads no workspace of Slack, with or without its tokens', async () => {
  const { company } = await addCompany(database, openTestVault(), now);

  const reading = database.forCompany(company.companyId, (tx) =>
    tx.selectFrom('slack_workspace').select('team_ref').execute(),
  );

  await expect(reading).rejects.toThrow(/permission denied/);
});
