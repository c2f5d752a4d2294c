import type { Events } from '../events.ts';
import { appendAudit } from '../platform/audit.ts';
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
  return change(parts, letterId, actor, 'letter.cancelled', open, { status: 'cancelled', reason: 'by-hand' });
}

/**
 * Sends a letter on now, over its hold and its hours. It is still asked after in the ATS, still needs an address and an
 * agency in order, and leaves only while the connection is live. Of an 'unknown' letter the person may get a second copy.
 * @throws RelayError request_not_found, request_conflict as cancelLetter.
 */
export function releaseLetter(parts: ByHandParts, letterId: string, actor: string): Promise<Letter> {
  const now = parts.clock.now();
  const released = { status: 'planned', reason: null, due_at: now, released_at: now } as const;
  return change(parts, letterId, actor, 'letter.released', open, released);
}

/**
 * Keeps a planned letter back until somebody sends or cancels it, whatever changes meanwhile.
 * @throws RelayError request_not_found, request_conflict when it is not planned.
 */
export function holdLetter(parts: ByHandParts, letterId: string, actor: string): Promise<Letter> {
  return change(parts, letterId, actor, 'letter.held', ['planned'], { status: 'held', reason: 'by-hand' });
}

async function change(
  { database, clock, events }: ByHandParts,
  letterId: string,
  actor: string,
  action: string,
  from: readonly LetterStatus[],
  to: Parameters<typeof changeLetter>[3],
): Promise<Letter> {
  const companyId = await database.forSystem((tx) => readCompanyOfLetter(tx, letterId));
  if (!companyId) throw new RelayError('request_not_found', { message: 'there is no such letter' });
  return database.forCompany(companyId, async (tx) => {
    const now = clock.now();
    const before = await readLetter(tx, letterId);
    const letter = await changeLetter(tx, letterId, from, to, now);
    if (!before || !letter) throw new RelayError('request_conflict', { message: 'the letter is past this' });
    const detail = { from: before.status, reason: before.reason };
    await appendAudit(tx, { companyId, at: now, actor, action, subject: letterId, detail });
    await tellChanged(tx, events, [{ companyId, letterId }]);
    return letter;
  });
}
