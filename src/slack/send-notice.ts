import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import { type NoticeJob, noticeQueue } from './record-notices.ts';
import { callTimeoutMs, type PostOutcome, type SlackApi } from './slack-api.ts';
import { type Settlement, settleTry, type Try, takeNotice } from './store.ts';

export interface SendingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Log;
  /** undefined while no workspace is connected. */
  readonly api: SlackApi | undefined;
}

/** A run makes at most two calls; one that holds a notice longer has died. In milliseconds. */
export const holdMs = 2 * callTimeoutMs + 4_000;

/**
 * Sends notices, each once. Slack has no idempotency key for messages, so each carries its id as message metadata:
 * before a second try the channel's history is searched for it. Where the app may not read the history and the try
 * before may have arrived, the notice fails as `unknown-outcome`: a lost notice is better than one told twice.
 * @throws RelayError slack_unavailable (transient).
 */
export async function sendNotices(parts: SendingParts, jobs: readonly NoticeJob[]): Promise<void> {
  for (const [index, job] of jobs.entries()) {
    const later = await sendNotice(parts, job);
    if (!later) continue;
    // Slack's limit is per channel: the rest would meet it too.
    await parts.database.forCompany(job.companyId, (tx) =>
      parts.jobs.enqueue(tx, noticeQueue, jobs.slice(index), { startAfter: later }),
    );
    return;
  }
}

/** @returns when to try again, where Slack or another run named a time. */
async function sendNotice(parts: SendingParts, { companyId, noticeId }: NoticeJob): Promise<Date | undefined> {
  const { database, clock } = parts;
  const taken = await database.forCompany(companyId, (tx) => takeNotice(tx, noticeId, clock.now(), holdMs));
  if (taken.kind === 'busy') return taken.until;
  if (taken.kind === 'over') return undefined;
  const settle = (end: Settlement) => database.forCompany(companyId, (tx) => settleTry(tx, taken.try, end));
  if (!parts.api) {
    await settle({ status: 'logged' });
    parts.log.info({ noticeId, text: taken.try.text }, 'notice to recruiters');
    return undefined;
  }
  const outcome = await postOnce(parts.api, taken.try);
  switch (outcome.kind) {
    case 'sent':
      await settle({ status: 'sent', slackTs: outcome.ts, sentAt: clock.now() });
      return undefined;
    case 'refused':
      await settle({ status: 'failed', reason: outcome.reason });
      parts.log.error({ noticeId, code: 'slack_refused', reason: outcome.reason }, 'Slack did not take a notice');
      return undefined;
    case 'limited':
      await settle({ status: 'waiting', doubt: outcome.doubt });
      return new Date(clock.now().getTime() + outcome.retryAfterMs);
    case 'failed':
      await settle({ status: 'waiting', doubt: outcome.doubt });
      throw new RelayError('slack_unavailable', { message: 'Slack did not answer a notice' });
  }
}

type TryOutcome = Exclude<PostOutcome, { kind: 'limited' }> | (PostOutcome & { kind: 'limited' } & Pick<Try, 'doubt'>);

/** Posts, after a look into the channel where the try before may have arrived. */
async function postOnce(api: SlackApi, { noticeId, text, blocks, createdAt, doubt }: Try): Promise<TryOutcome> {
  if (doubt !== 'none') {
    const found = await api.find(noticeId, createdAt);
    if (found.kind === 'found') return { kind: 'sent', ts: found.ts };
    if (found.kind === 'limited') return { ...found, doubt };
    if (found.kind === 'failed') return { kind: 'failed', doubt };
    if (found.kind === 'closed' && doubt === 'unanswered') return { kind: 'refused', reason: 'unknown-outcome' };
  }
  const outcome = await api.post({ noticeId, text, blocks });
  return outcome.kind === 'limited' ? { ...outcome, doubt: 'none' } : outcome;
}
