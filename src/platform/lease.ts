import { sql } from 'kysely';
import type { Database } from './database.ts';
import { newId } from './ids.ts';

/**
 * Runs work while no other process runs work of the same name. For work that talks to a vendor, where a transaction
 * held open would stop everybody else. A holder that dies is succeeded after `holdMs`.
 * @param holdMs longer than the work can take. @param pauseMs between tries while another holds it.
 */
export async function withLease<T>(
  database: Database,
  name: string,
  holdMs: number,
  work: () => Promise<T>,
  pauseMs = 25,
): Promise<T> {
  const holder = newId();
  while (!(await takeLease(database, name, holder, holdMs))) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  try {
    return await work();
  } finally {
    await database.forSystem((tx) =>
      tx.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute(),
    );
  }
}

function takeLease(database: Database, name: string, holder: string, holdMs: number): Promise<boolean> {
  return database.forSystem(async (tx) => {
    // The database's clock, which all processes share.
    const until = sql<Date>`now() + ${holdMs} * interval '1 millisecond'`;
    const taken = await tx
      .insertInto('lease')
      .values({ name, holder, expires_at: until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, expires_at: until })
          .where('lease.expires_at', '<', sql<Date>`now()`),
      )
      .returning('holder')
      .executeTakeFirst();
    return taken?.holder === holder;
  });
}
