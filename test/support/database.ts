import pg from 'pg';
import { type Database, openEmbeddedDatabase, openPostgres } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { readEmbeddedParts } from './environment.ts';

/**
 * A migrated, empty database of this test file's own: on the server of DATABASE_URL when that is set, else in memory.
 * Close it with `close`; on a server it is dropped then.
 */
export async function openTestDatabase(): Promise<Database> {
  const url = process.env.DATABASE_URL;
  if (url) return openOnServer(url);
  const parts = await readEmbeddedParts();
  const database = await openEmbeddedDatabase('memory://', parts);
  if (!parts.loadDataDir) await migrate(database);
  return database;
}

/** Makes a fresh database on the server; gives its address and how to drop it. */
export async function createServerDatabase(
  url: string,
  from?: { readonly template: string },
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const own = new URL(url);
  own.pathname = `/test_${newId().replaceAll('-', '')}`;
  await onServer(url, `create database ${nameOf(own.href)}${from ? ` template ${nameOf(from.template)}` : ''}`);
  return { url: own.href, drop: () => dropServerDatabase(own.href) };
}

export async function dropServerDatabase(url: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  await onServer(server.href, `drop database if exists ${nameOf(url)} with (force)`);
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

async function openOnServer(url: string): Promise<Database> {
  const template = process.env.CAREER_RELAY_TEST_TEMPLATE;
  const own = await createServerDatabase(url, template === undefined ? undefined : { template });
  const database = await openPostgres(own.url);
  if (template === undefined) await migrate(database);
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
