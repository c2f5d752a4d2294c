import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';

const folder = new URL('./migrations/', import.meta.url);

/**
 * Brings the schema up to date, forward only. Safe when several processes start at once: the first takes a lock that
 * ends with its transaction, the others wait and then find nothing to do.
 */
export async function migrate(database: Pick<Database, 'runScript'>): Promise<void> {
  const names = readdirSync(fileURLToPath(folder))
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const steps = names.map((name) => toGuardedStep(name, readFileSync(new URL(name, folder), 'utf8')));
  await database.runScript(
    [
      'begin',
      "select pg_advisory_xact_lock(hashtext('career-relay'), hashtext('migrations'))",
      journal,
      ...steps,
      'commit',
    ].join(';\n'),
  );
}

const journal =
  'create table if not exists schema_migration (name text primary key, applied_at timestamptz not null default now())';

/** Runs a file's text once: PL/pgSQL's execute takes many statements, and the journal row is written beside them. */
function toGuardedStep(name: string, text: string): string {
  return `do $step$ begin
  if not exists (select from schema_migration where name = ${quote(name)}) then
    execute ${quote(text)};
    insert into schema_migration (name) values (${quote(name)});
  end if;
end $step$`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
