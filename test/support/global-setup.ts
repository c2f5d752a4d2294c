import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { openPostgres } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { createServerDatabase } from './database.ts';

const buildScript = fileURLToPath(new URL('../../build-page.ts', import.meta.url));

/** Builds the settings page where it changed, and migrates one database that every test file then begins with: five times quicker than doing so anew. */
export default async function setUp(): Promise<void> {
  execFileSync(process.execPath, [buildScript], { stdio: 'inherit' });
  const url = process.env.DATABASE_URL;
  process.env.CAREER_RELAY_TEST_TEMPLATE = url ? await migrateOnServer(url) : await migrateEmbedded();
}

/** The address of a database on the server. */
async function migrateOnServer(url: string): Promise<string> {
  const template = await createServerDatabase(url);
  const database = await openPostgres(template.url, 1);
  await migrate(database);
  await database.close();
  return template.url;
}

/** The file that PGlite's folder was dumped into. */
async function migrateEmbedded(): Promise<string> {
  const pglite = await PGlite.create('memory://');
  await migrate({ runScript: async (script) => void (await pglite.exec(script)) });
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  const file = join(mkdtempSync(join(tmpdir(), 'career-relay-')), 'template.tar');
  writeFileSync(file, Buffer.from(await dump.arrayBuffer()));
  return file;
}
