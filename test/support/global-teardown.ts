import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { dropServerDatabase } from './database.ts';

/** Removes what the set-up left for the test files. */
export default async function tearDown(): Promise<void> {
  const template = process.env.CAREER_RELAY_TEST_TEMPLATE;
  if (template === undefined) return;
  if (process.env.DATABASE_URL) await dropServerDatabase(template);
  else rmSync(dirname(template), { recursive: true, force: true });
}
