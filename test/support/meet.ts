import { sql } from 'kysely';
import type { Database, Tx } from '../../src/platform/database.ts';

/**
 * Does `first` in a transaction, lets `other` run until it waits for a lock of it, then does `second` and commits: two
 * orders of locking that do not fit end one of the two. For PostgreSQL: the embedded database has one connection.
 */
export async function meet<T>(
  database: Database,
  { first, second }: { readonly first: (tx: Tx) => Promise<unknown>; readonly second?: (tx: Tx) => Promise<unknown> },
  other: () => Promise<T>,
): Promise<T> {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const ours = database.forSystem(async (tx) => {
    await first(tx);
    begin();
    while (!(await isSomebodyWaiting(database)));
    await second?.(tx);
  });
  await Promise.race([begun, ours]);
  const [, outcome] = await Promise.all([ours, other()]);
  return outcome;
}

async function isSomebodyWaiting(database: Database): Promise<boolean> {
  const { rows } = await database.forSystem((tx) =>
    sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(tx),
  );
  return (rows[0]?.waiting ?? 0) > 0;
}
