import type { Tx } from '../../platform/database.ts';
import { readUser } from '../identity/store.ts';

/** The names of the people among these actors of the audit log, by actor. System transaction. */
export async function readActorNames(tx: Tx, actors: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const actor of new Set(actors)) {
    if (!actor.startsWith('user:')) continue;
    const user = await readUser(tx, actor.slice('user:'.length));
    if (user) names.set(actor, user.name);
  }
  return names;
}
