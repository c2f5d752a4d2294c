import type { Events } from '../events.ts';
import { appendAudit, appendAudits } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { LetterStatus } from '../platform/tables.ts';
import { changeLetter, type Letter, readCompanyOfLetter, readLetter } from './store.ts';
import { tellChanged } from './tell.ts';

export interface ByHandParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Pick<Events, 'publish'>;
}

/** What a person may still decide about: everything that has neither left nor is just leaving. */
const open: readonly LetterStatus[] = ['planned', 'held', 'failed', 'unknown'];

/** Calls a letter off. @throws RelayError request_not_found, request_conflict when it left, is leaving or was never to be sent. */
export function cancelLetter(parts: ByHandParts, letterId: string, actor: string): Promise<Letter> {
  return change(parts, letterId, actor, 'cancel');
}

/**
 * Sends a letter on now, over its hold and its hours. It is still asked after in the ATS, still needs an address and an
 * agency in order, and leaves only while the connection is live. Of an 'unknown' letter the person may get a second copy.
 * @throws RelayError request_not_found, request_conflict as cancelLetter.
 */
export function releaseLetter(parts: ByHandParts, letterId: string, actor: string): Promise<Letter> {
  return change(parts, letterId, actor, 'send');
}

/**
 * Keeps a planned letter back until somebody sends or cancels it, whatever changes meanwhile.
 * @throws RelayError request_not_found, request_conflict when it is not planned.
 */
export function holdLetter(parts: ByHandParts, letterId: string, actor: string): Promise<Letter> {
  return change(parts, letterId, actor, 'hold');
}

export type LetterAct = 'send' | 'hold' | 'cancel';

/**
 * The same for many letters of one company, all at once; those that are past it, or not the company's, stay as they are.
 * Gives the ids of those changed.
 */
export async function decideLetters(
  { database, clock, events }: ByHandParts,
  asked: { readonly companyId: string; readonly letterIds: readonly string[]; readonly act: LetterAct },
  actor: string,
): Promise<readonly string[]> {
  const { companyId } = asked;
  const now = clock.now();
  const { action, from, to } = toChange(asked.act, now);
  return database.forCompany(companyId, async (tx) => {
    const facts = [];
    // In one order, so that two who decide at once wait for each other and do not lock each other out.
    for (const letterId of [...new Set(asked.letterIds)].toSorted()) {
      const before = await readLetter(tx, letterId);
      const letter = before && (await changeLetter(tx, letterId, from, to, now));
      if (!letter) continue;
      facts.push({ at: now, actor, action, subject: letterId, detail: { from: before.status, reason: before.reason } });
    }
    await appendAudits(tx, companyId, facts);
    const changed = facts.map(({ subject }) => subject);
    await tellChanged(
      tx,
      events,
      changed.map((letterId) => ({ companyId, letterId })),
    );
    return changed;
  });
}

interface Change {
  readonly action: string;
  readonly from: readonly LetterStatus[];
  readonly to: Parameters<typeof changeLetter>[3];
}

function toChange(act: LetterAct, now: Date): Change {
  const changes: Readonly<Record<LetterAct, Change>> = {
    send: {
      action: 'letter.released',
      from: open,
      to: { status: 'planned', reason: null, due_at: now, released_at: now },
    },
    hold: { action: 'letter.held', from: ['planned'], to: { status: 'held', reason: 'by-hand' } },
    cancel: { action: 'letter.cancelled', from: open, to: { status: 'cancelled', reason: 'by-hand' } },
  };
  return changes[act];
}

async function change(
  { database, clock, events }: ByHandParts,
  letterId: string,
  actor: string,
  act: LetterAct,
): Promise<Letter> {
  const companyId = await database.forSystem((tx) => readCompanyOfLetter(tx, letterId));
  if (!companyId) throw new RelayError('request_not_found', { message: 'there is no such letter' });
  return database.forCompany(companyId, async (tx) => {
    const now = clock.now();
    const { action, from, to } = toChange(act, now);
    const before = await readLetter(tx, letterId);
    const letter = await changeLetter(tx, letterId, from, to, now);
    if (!before || !letter) throw new RelayError('request_conflict', { message: 'the letter is past this' });
    const detail = { from: before.status, reason: before.reason };
    await appendAudit(tx, { companyId, at: now, actor, action, subject: letterId, detail });
    await tellChanged(tx, events, [{ companyId, letterId }]);
    return letter;
  });
}
