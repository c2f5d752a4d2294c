import type { EventOf, Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { type FactSource, type ReadFacts, readFacts, toTemplate } from './facts.ts';
import { type LetterPlan, planLetter } from './model.ts';
import { followPeople } from './personal-link.ts';
import { cancelLifted, insertLetters, type LetterFate } from './store.ts';
import { tellFates } from './tell.ts';
import { readWordings } from './wording/choose.ts';

export interface PlanParts extends FactSource {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Pick<Events, 'publish'>;
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
    const wordings = await readWordings(tx, companyId, [...facts.values()].map(toTemplate));
    const letters = [...facts.values()].map((known) => {
      const plan = toPlan(known, now);
      return {
        companyId,
        rejectionId: known.rejection.rejectionId,
        connectionId: known.rejection.connectionId,
        personId: known.rejection.personId,
        plan,
        wording: wordings.choose(toTemplate(known), plan.locale),
      };
    });
    const added = await insertLetters(tx, letters, now);
    // Of one that is never to leave nothing was told, so nothing has changed.
    await tellFates(tx, parts.events, added.filter(isOpen));
    await followPeople(tx, rejectionIds);
  });
}

function isOpen({ status }: LetterFate): boolean {
  return status === 'planned' || status === 'held';
}

/** What is to become of a letter as things stand now. */
export function toPlan({ connection, ...facts }: ReadFacts, now: Date, isReleased = false): LetterPlan {
  if (connection) return planLetter({ ...facts, connection, isReleased }, now);
  return { status: 'cancelled', reason: 'connection-removed', locale: facts.company.locale };
}

/** Calls off the letters whose rejection no longer stands and that have not left. Repeating it changes nothing. */
export async function callOffLetters(
  { database, clock, events }: Omit<PlanParts, 'connections'>,
  lifts: readonly EventOf<'rejection-lifted'>[],
): Promise<void> {
  const [first] = lifts;
  if (!first) return;
  const lifted = lifts.map(({ rejectionId, why }) => ({ rejectionId, why }));
  await database.forCompany(first.companyId, async (tx) =>
    tellFates(tx, events, await cancelLifted(tx, lifted, clock.now())),
  );
}
