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
    await giveBack(database, name, holder);
  }
}

/** A lease that its holder keeps for as long as it goes on. */
export interface Turn {
  /** Holds it for another `holdMs` from now. */
  renew(): Promise<void>;
}

/**
 * Runs work in this name's turn, or not at all: where another holds it for longer than `waitMs`, nothing is run.
 */
export async function takeTurn<T>(
  database: Database,
  name: string,
  {
    holdMs,
    waitMs = 0,
    pauseMs = 250,
  }: { readonly holdMs: number; readonly waitMs?: number; readonly pauseMs?: number },
  work: (turn: Turn) => Promise<T>,
): Promise<{ readonly taken: true; readonly result: T } | { readonly taken: false }> {
  const holder = newId();
  for (let waitedMs = 0; !(await takeLease(database, name, holder, holdMs)); waitedMs += pauseMs) {
    if (waitedMs >= waitMs) return { taken: false };
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  try {
    return { taken: true, result: await work({ renew: () => renewLease(database, name, holder, holdMs) }) };
  } finally {
    await giveBack(database, name, holder);
  }
}

async function renewLease(database: Database, name: string, holder: string, holdMs: number): Promise<void> {
  await database.forSystem((tx) =>
    tx
      .updateTable('lease')
      .set({ expires_at: fromNow(holdMs) })
      .where('name', '=', name)
      .where('holder', '=', holder)
      .execute(),
  );
}

async function giveBack(database: Database, name: string, holder: string): Promise<void> {
  await database.forSystem((tx) =>
    tx.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute(),
  );
}

/** By the database's clock, which all processes share. */
function fromNow(ms: number) {
  return sql<Date>`now() + ${ms} * interval '1 millisecond'`;
}

function takeLease(database: Database, name: string, holder: string, holdMs: number): Promise<boolean> {
  return database.forSystem(async (tx) => {
    const until = fromNow(holdMs);
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
