import { readFileSync } from 'node:fs';
import pg from 'pg';
import { type Database, openEmbeddedDatabase, openPostgres } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { migrate } from '../../src/platform/migrate.ts';

/**
 * A migrated, empty database of this test file's own: on the server of DATABASE_URL when that is set, else in memory.
 * Close it with `close`; on a server it is dropped then.
 */
export async function openTestDatabase(): Promise<Database> {
  const url = process.env.DATABASE_URL;
  if (url) return openOnServer(url);
  const template = readTemplate();
  const database = await openEmbeddedDatabase('memory://', template);
  if (!template) await migrate(database);
  return database;
}

function readTemplate(): Blob | undefined {
  const file = process.env.CAREER_RELAY_TEST_TEMPLATE;
  return file ? new Blob([readFileSync(file)]) : undefined;
}

/** Makes a fresh database on the server; gives its address and how to drop it. */
export async function createServerDatabase(url: string): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `test_${newId().replaceAll('-', '')}`;
  await onServer(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => onServer(url, `drop database if exists ${name} with (force)`) };
}

async function openOnServer(url: string): Promise<Database> {
  const own = await createServerDatabase(url);
  const database = await openPostgres(own.url);
  await migrate(database);
  return {
    ...database,
    async close() {
      await database.close();
      await own.drop();
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
