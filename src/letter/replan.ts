import { agencyLacks } from '../company/index.ts';
import type { EventOf } from '../events.ts';
import type { Tx } from '../platform/database.ts';
import type { JobData } from '../platform/jobs.ts';
import { readFacts } from './facts.ts';
import { type PlanParts, toPlan } from './plan.ts';
import { type HeldLetter, type HeldRequest, lockHeld, type Replan, saveReplans } from './store.ts';
import { tellFates } from './tell.ts';

/** Stored, so never renamed. */
export const replanQueue = 'letter.replan';

const lettersAtOnce = 500;

/** Looks again at the held letters of connections whose mapping was mended. Repeating it changes nothing. */
export async function replanMapped(parts: PlanParts, events: readonly EventOf<'mapping-changed'>[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const connectionIds = [...new Set(events.map(({ connectionId }) => connectionId))];
  await replanHeld(parts, { companyId: first.companyId, connectionIds });
}

/** Looks again at the letters of a company that wait for an agency in order. Repeating it changes nothing. */
export async function replanAgency(parts: PlanParts, jobs: readonly JobData[]): Promise<void> {
  const [first] = jobs;
  if (first) await replanHeld(parts, { companyId: first.companyId, reasons: agencyLacks });
}

/** In batches of one transaction each, so a run that breaks off has lost nothing and repeats nothing. */
async function replanHeld(parts: PlanParts, which: Omit<HeldRequest, 'after' | 'limit'>): Promise<void> {
  for (let after: string | undefined, isMore = true; isMore; ) {
    const looked = await parts.database.forCompany(which.companyId, async (tx) => {
      const held = await lockHeld(tx, { ...which, after, limit: lettersAtOnce });
      await replanLetters(parts, tx, which.companyId, held);
      return held;
    });
    after = looked.at(-1)?.letterId;
    isMore = looked.length === lettersAtOnce;
  }
}

async function replanLetters(parts: PlanParts, tx: Tx, companyId: string, held: readonly HeldLetter[]): Promise<void> {
  if (held.length === 0) return;
  const now = parts.clock.now();
  const facts = await readFacts(
    parts,
    tx,
    companyId,
    held.map(({ rejectionId }) => rejectionId),
  );
  const replans = held.flatMap((letter): readonly Replan[] => {
    const known = facts.get(letter.rejectionId);
    const plan = known && toPlan(known, now, letter.isReleased);
    if (!plan) return [];
    const { letterId } = letter;
    if (plan.status === 'planned') return [{ letterId, status: 'planned', reason: null, dueAt: plan.dueAt }];
    if (plan.reason === letter.reason) return [];
    return [{ letterId, status: plan.status, reason: plan.reason, dueAt: null }];
  });
  await tellFates(tx, parts.events, await saveReplans(tx, replans, ['held'], now));
}
