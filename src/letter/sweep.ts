import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { Mailer } from '../platform/mail.ts';
import { markUnknown, type QueuedLetter, takeDue, takeStranded, touchSending } from './store.ts';
import { tellFates } from './tell.ts';

export interface SweepParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Pick<Events, 'publish'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly mailer: Pick<Mailer, 'isIdempotent'>;
  readonly log: Log;
}

/** Stored, so never renamed. */
export const sendQueue = 'letter.send';

const lettersAtMost = 500;
/** Longer than any job is retried: its letter is then taken up anew. */
const queuedTooLongMs = 12 * 3_600_000;
/** Longer than one sending can take: its sender is then dead. */
const sendingTooLongMs = 3 * 60_000;

/**
 * Hands the letters that have become due to the sender; gives how many. Any number of processes may sweep at once.
 * Also takes up what a dead process left behind: where a repeated sending is harmless it is repeated, else the letter
 * becomes 'unknown' and waits for a person.
 */
export async function sweepLetters({ database, clock, events, jobs, mailer, log }: SweepParts): Promise<number> {
  const now = clock.now();
  const earlier = (ms: number) => new Date(now.getTime() - ms);
  return database.forSystem(async (tx) => {
    const due = await takeDue(tx, now, lettersAtMost);
    const before = { queued: earlier(queuedTooLongMs), sending: earlier(sendingTooLongMs) };
    const stranded = await takeStranded(tx, before, now, lettersAtMost);
    const repeated = mailer.isIdempotent ? stranded.sending : [];
    if (mailer.isIdempotent) await touchSending(tx, repeated, now);
    else await tellFates(tx, events, await markUnknown(tx, stranded.sending, 'sender-died', now));
    if (stranded.sending.length > 0)
      log.warn({ letters: stranded.sending.length }, 'letters were left in sending by a process that died');
    const taken: readonly QueuedLetter[] = [...due, ...stranded.planned, ...repeated];
    await jobs.enqueue(tx, sendQueue, taken);
    return taken.length;
  });
}
