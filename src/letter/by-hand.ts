import type { Events } from '../events.ts';
import { appendAudits } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { LetterAct, LetterStatus } from '../platform/tables.ts';
import {
  changeLetters,
  type Letter,
  type LetterChange,
  type LetterState,
  lockLetters,
  readCompanyOfLetter,
  readLetter,
  readStates,
} from './store.ts';
import { tellChanged } from './tell.ts';

export type { LetterAct };

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

/**
 * The same for many letters of one company, all at once; those that are past it, or not the company's, stay as they are.
 * Gives the ids of those changed.
 */
export async function decideLetters(
  { database, clock, events }: ByHandParts,
  asked: { readonly companyId: string; readonly letterIds: readonly string[]; readonly act: LetterAct },
  actor: string,
): Promise<readonly string[]> {
  const { companyId, act } = asked;
  const letters = asked.letterIds.map((letterId) => ({ letterId: letterId.toLowerCase() }));
  return database.forCompany(companyId, async (tx) => {
    const { changed } = await decideIn(tx, events, { companyId, act, actor, now: clock.now() }, letters);
    return asked.letterIds.filter((letterId) => changed.has(letterId.toLowerCase()));
  });
}

/** What is decided about letters of one company, and by whom. */
export interface Decision {
  readonly companyId: string;
  readonly act: LetterAct;
  readonly actor: string;
  readonly now: Date;
  /** The work it is a part of; stands in each letter's line of the audit log. */
  readonly batchId?: string;
}

/** A letter to be decided about; with `was`, only if it still is as it was found. */
export interface AskedLetter {
  readonly letterId: string;
  readonly was?: Pick<LetterState, 'status' | 'releasedAt'>;
}

/** Decides in the caller's transaction. Gives what was changed, and how many stay because they had left or were leaving. */
export async function decideIn(
  tx: Tx,
  events: ByHandParts['events'],
  { companyId, act, actor, now, batchId }: Decision,
  asked: readonly AskedLetter[],
): Promise<{ readonly changed: ReadonlySet<string>; readonly gone: number }> {
  const { action, to } = toChange(act, now);
  const letterIds = asked.map(({ letterId }) => letterId);
  await lockLetters(tx, letterIds);
  const states = await readStates(tx, letterIds);
  const found = new Map(asked.map(({ letterId, was }) => [letterId, was]));
  const before = states.filter(
    (state) => actsFrom[act].includes(state.status) && isAsFound(state, found.get(state.letterId)),
  );
  const changed = before.map(({ letterId }) => letterId);
  await changeLetters(tx, changed, to, now);
  await appendAudits(
    tx,
    companyId,
    before.map(({ letterId, status, reason }) => ({
      ...{ at: now, actor, action, subject: letterId },
      detail: { from: status, reason, ...(batchId !== undefined && { batch: batchId }) },
    })),
  );
  await tellChanged(
    tx,
    events,
    changed.map((letterId) => ({ companyId, letterId })),
  );
  const gone = states.filter(({ status }) => status === 'sending' || status === 'sent').length;
  return { changed: new Set(changed), gone };
}

/** A person who holds or cancels changes the state; who sends on leaves the instant of it. */
function isAsFound(state: LetterState, was: AskedLetter['was']): boolean {
  return (
    was === undefined || (state.status === was.status && state.releasedAt?.getTime() === was.releasedAt?.getTime())
  );
}

/** From which states each act changes a letter. */
export const actsFrom: Readonly<Record<LetterAct, readonly LetterStatus[]>> = {
  send: open,
  hold: ['planned'],
  cancel: open,
};

interface Change {
  readonly action: string;
  readonly to: LetterChange;
}

function toChange(act: LetterAct, now: Date): Change {
  const changes: Readonly<Record<LetterAct, Change>> = {
    send: {
      action: 'letter.released',
      to: { status: 'planned', reason: null, due_at: now, released_at: now },
    },
    hold: { action: 'letter.held', to: { status: 'held', reason: 'by-hand' } },
    cancel: { action: 'letter.cancelled', to: { status: 'cancelled', reason: 'by-hand' } },
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
    const { changed } = await decideIn(tx, events, { companyId, act, actor, now: clock.now() }, [{ letterId }]);
    const letter = changed.size > 0 ? await readLetter(tx, letterId) : undefined;
    if (!letter) throw new RelayError('request_conflict', { message: 'the letter is past this' });
    return letter;
  });
}
