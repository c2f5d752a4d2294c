import { afterAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { listMappingVersions } from '../../src/connector/index.ts';
import { type Database, openEmbeddedDatabase, openPostgres } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { addCompany, openTestVault } from '../support/company.ts';
import { createServerDatabase } from '../support/database.ts';

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

/** An empty database, and more handles on the same one where a server makes that possible. */
async function openEmpty(handles: number): Promise<readonly Database[]> {
  const url = process.env.DATABASE_URL;
  if (!url) {
    const database = await openEmbeddedDatabase('memory://');
    closers.push(() => database.close());
    return Array.from({ length: handles }, () => database);
  }
  const own = await createServerDatabase(url);
  const databases = await Promise.all(Array.from({ length: handles }, () => openPostgres(own.url, 2)));
  closers.push(async () => {
    for (const database of databases) await database.close();
    await own.drop();
  });
  return databases;
}

test('ten processes that start at once migrate once, and starting again changes nothing', async () => {
  const databases = await openEmpty(10);

  await Promise.all(databases.map((database) => migrate(database)));
  await migrate(databases[0] as Database);

  const journal = await (databases[0] as Database).forSystem((tx) =>
    sql<{
      tables: number;
    }>`select count(*)::int as tables from pg_class where relname in ('company', 'letter', 'consent', 'ledger_entry') and relkind = 'r'`.execute(
      tx,
    ),
  );
  expect(journal.rows[0]?.tables).toBe(4);
});

test('a connection from before versions were kept has its mapping as the first', async () => {
  const [database] = await openEmpty(1);
  if (!database) throw new Error('no database');
  await migrate(database);
  const { companyId } = (await addCompany(database, openTestVault(), new Date())).company;
  const connectionId = newId();
  await database.runScript(`
    insert into connection (connection_id, company_id, connector, state, settings, letter, mapping, created_at, updated_at)
    values ('${connectionId}', '${companyId}', 'greenhouse', 'live', '{}', '{}', '{"reasons": {"髙": {"letter": "hold"}}}', now(), now());
    drop table mapping_version;
    drop index rejection_lately;
    delete from schema_migration where name = '0026-mapping-version.sql'`);

  await migrate(database);

  const versions = await database.forCompany(companyId, (tx) => listMappingVersions(tx, connectionId, { limit: 10 }));
  expect(versions).toMatchObject([{ version: 1, mapping: { reasons: { 髙: { letter: 'hold' } } }, madeBy: null }]);
});
