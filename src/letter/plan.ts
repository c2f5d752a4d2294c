import type { EventOf } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { type FactSource, type ReadFacts, readFacts } from './facts.ts';
import { type LetterPlan, planLetter } from './model.ts';
import { followPeople } from './personal-link.ts';
import { cancelLifted, insertLetters } from './store.ts';

export interface PlanParts extends FactSource {
  readonly database: Database;
  readonly clock: Clock;
}

/** Gives each recorded rejection its one letter, planned, held or skipped. Repeating it changes nothing. */
export async function planLetters(parts: PlanParts, events: readonly EventOf<'rejection-recorded'>[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const { companyId } = first;
  const now = parts.clock.now();
  const rejectionIds = [...new Set(events.map(({ rejectionId }) => rejectionId))];
  await parts.database.forCompany(companyId, async (tx) => {
    const facts = await readFacts(parts, tx, companyId, rejectionIds);
    const letters = [...facts.values()].map((known) => ({
      companyId,
      rejectionId: known.rejection.rejectionId,
      connectionId: known.rejection.connectionId,
      personId: known.rejection.personId,
      plan: toPlan(known, now),
    }));
    await insertLetters(tx, letters, now);
    await followPeople(tx, rejectionIds);
  });
}

function toPlan({ connection, ...facts }: ReadFacts, now: Date): LetterPlan {
  if (connection) return planLetter({ ...facts, connection }, now);
  return { status: 'cancelled', reason: 'connection-removed', locale: facts.company.locale };
}

/** Calls off the letters whose rejection no longer stands and that have not left. Repeating it changes nothing. */
export async function callOffLetters(
  { database, clock }: Omit<PlanParts, 'connections'>,
  events: readonly EventOf<'rejection-lifted'>[],
): Promise<void> {
  const [first] = events;
  if (!first) return;
  const lifted = events.map(({ rejectionId, why }) => ({ rejectionId, why }));
  await database.forCompany(first.companyId, (tx) => cancelLifted(tx, lifted, clock.now()));
}
