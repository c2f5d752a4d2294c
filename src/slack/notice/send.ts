import { readCompany } from '../../company/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { isError, toRelayError } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';
import { blockPlace } from '../place/store.ts';
import type { Sender, Senders } from '../senders.ts';
import type { NoticeView, RenderedNotice } from '../text/view.ts';
import type { Trouble } from '../trouble.ts';
import type { Message, SlackApi } from '../web-api.ts';
import { callTimeoutMs } from '../workspace/client.ts';
import { attachChart, type ChartParts } from './chart-file.ts';
import { type Claim, delayPlace, type Settlement, settleClaim, type Taking, takeNotice } from './claims.ts';
import { isFrozen, toRefusalOf } from './model.ts';
import { type Draft, readDraft, type ViewParts } from './read-view.ts';
import { enqueueNotices, type NoticeJob } from './record.ts';

export interface SendingParts extends ViewParts, ChartParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Log;
  readonly senders: Senders;
}

/** A run makes at most six calls, a picture's three among them; one that holds a notice longer has died. In milliseconds. */
export const holdMs = 6 * callTimeoutMs + 4_000;

/**
 * Posts or edits notices of one company, each once. Slack has no idempotency key for messages, so each carries its id as
 * message metadata: before a second try the channel's history is searched for it. Where the app may not read the history
 * and the try before may have arrived, the notice fails as `unknown-outcome`: a lost notice is better than one told twice.
 * What Slack does not take now waits in its row, not in the job.
 */
export async function sendNotices(parts: SendingParts, jobs: readonly NoticeJob[]): Promise<void> {
  for (const { companyId, noticeId } of jobs) await sendNotice(parts, companyId, noticeId);
}

interface InHand {
  readonly claim: Claim;
  readonly draft: Draft;
}

async function sendNotice(parts: SendingParts, companyId: string, noticeId: string): Promise<void> {
  const { database, clock, log } = parts;
  const taken = await database.forCompany(companyId, async (tx) => {
    const taking = await takeNotice(tx, noticeId, { now: clock.now(), holdMs });
    if (taking.kind === 'later') await enqueueNotices(parts.jobs, tx, companyId, [{ noticeId, dueAt: taking.dueAt }]);
    return taking.kind === 'taken' ? readInHand(parts, tx, taking) : taking;
  });
  if ('kind' in taken) {
    if (taken.kind === 'logged') log.info({ noticeId, text: taken.text }, 'notice to recruiters');
    return;
  }
  const { claim } = taken;
  const sender = await findSender(parts, companyId);
  const ended = await tell(parts, sender, taken).catch((thrown: unknown) => toBug(parts, claim, thrown));
  const end = await weigh(sender, ended);
  await database.forCompany(companyId, (tx) => settle(parts, tx, claim, end));
  if (end.kind === 'failed' || end.kind === 'frozen')
    log[end.kind === 'failed' ? 'error' : 'info'](
      { noticeId, code: 'slack_refused', reason: end.reason },
      'Slack did not take a notice',
    );
  if (end.kind === 'blocked')
    log.warn({ noticeId, code: 'slack_refused', reason: end.reason }, 'notices wait until Slack takes them again');
}

/** A refusal of the workspace is one of its token: of a token that was replaced meanwhile nothing follows. */
async function weigh(sender: Sender | undefined, end: Settlement): Promise<Settlement> {
  if (end.kind !== 'blocked' || !sender?.ok || toRefusalOf(end.reason) !== 'workspace') return end;
  return (await sender.markBroken(end.reason)) ? end : { kind: 'later', doubt: 'none', afterMs: undefined };
}

async function readInHand(
  parts: SendingParts,
  tx: Tx,
  { claim }: Taking & { kind: 'taken' },
): Promise<InHand | Taking> {
  const company = await readCompany(tx, claim.notice.companyId);
  if (!company) return { kind: 'over' };
  return { claim, draft: await readDraft(parts, tx, company, claim.notice, claim.place.hasNames) };
}

/** undefined: nobody can say now, such as while a token is renewed. */
async function findSender({ senders, log }: SendingParts, companyId: string): Promise<Sender | undefined> {
  try {
    return await senders.for(companyId);
  } catch (thrown) {
    const { code } = toRelayError(thrown);
    log.warn({ code, message: isError(thrown) ? thrown.message : '' }, 'no token for Slack could be had');
    return undefined;
  }
}

async function tell(parts: SendingParts, sender: Sender | undefined, { claim, draft }: InHand): Promise<Settlement> {
  if (!sender) return { kind: 'later', doubt: claim.doubt, afterMs: undefined };
  if (!sender.ok) return { kind: 'blocked', reason: sender.reason };
  const { standing } = claim.notice;
  const chart = await attachChart(parts, sender.api, claim.notice);
  if (chart.kind === 'later') return { kind: 'later', doubt: claim.doubt, afterMs: chart.afterMs };
  return standing
    ? edit(sender.api, claim, draft(chart.picture), standing)
    : postOnce(sender.api, claim, draft, chart.picture);
}

/** Nothing was posted: what Slack does is never thrown. A message that we cannot write holds up no other. */
function toBug({ log }: SendingParts, { notice, doubt }: Claim, thrown: unknown): Settlement {
  const error = toRelayError(thrown);
  log.error({ noticeId: notice.noticeId, code: error.code, err: error }, 'a notice could not be written');
  if (error.kind === 'transient') return { kind: 'later', doubt, afterMs: undefined };
  return { kind: 'failed', reason: error.code };
}

/** Posts, after a look into the channel where the try before may have arrived. */
async function postOnce(api: SlackApi, claim: Claim, draft: Draft, picture: NoticeView['chart']): Promise<Settlement> {
  const { notice, place, doubt } = claim;
  const { noticeId, createdAt } = notice;
  const opened =
    place.kind === 'person'
      ? await api.openConversation(place.slackRef)
      : ({ kind: 'open', channelRef: place.slackRef } as const);
  if (opened.kind !== 'open') return toSettlement(opened, claim);
  const { channelRef } = opened;
  const { message, keptText: text } = draft(picture);
  if (doubt !== 'none') {
    const found = await api.find({ channelRef, noticeId, since: createdAt });
    if (found.kind === 'found') return { ...found, kind: 'sent', channelRef, text };
    if (found.kind === 'limited') return { kind: 'later', doubt, afterMs: found.retryAfterMs };
    if (found.kind === 'failed') return { kind: 'later', doubt, afterMs: undefined };
    if (found.kind === 'closed' && doubt === 'unanswered') return { kind: 'failed', reason: 'unknown-outcome' };
  }
  const outcome = await api.post(toMessage(message, channelRef, notice));
  if (outcome.kind === 'sent') return { ...outcome, version: notice.version, text };
  if (outcome.kind !== 'refused' || outcome.reason !== 'invalid_blocks' || picture === null)
    return toSettlement(outcome, { doubt: outcome.kind === 'failed' ? outcome.doubt : 'none' });
  // Slack may not have the picture ready yet: the figures stand in the text as well.
  const plain = await api.post(toMessage(draft(null).message, channelRef, notice));
  if (plain.kind === 'sent') return { ...plain, version: notice.version, text };
  return toSettlement(plain, { doubt: plain.kind === 'failed' ? plain.doubt : 'none' });
}

async function edit(
  api: SlackApi,
  { notice }: Claim,
  { message, keptText }: ReturnType<Draft>,
  standing: NonNullable<Claim['notice']['standing']>,
): Promise<Settlement> {
  const outcome = await api.update({ ...toMessage(message, standing.channelRef, notice), ts: standing.ts });
  if (outcome.kind === 'edited') return { kind: 'edited', text: keptText };
  if (outcome.kind === 'refused' && isFrozen(outcome.reason)) return { kind: 'frozen', reason: outcome.reason };
  return toSettlement(outcome, { doubt: 'none' });
}

function toMessage(
  { text, blocks }: RenderedNotice,
  channelRef: string,
  { noticeId, version }: Claim['notice'],
): Message {
  return { channelRef, noticeId, version, text, blocks };
}

function toSettlement(trouble: Trouble, { doubt }: Pick<Claim, 'doubt'>): Settlement {
  switch (trouble.kind) {
    case 'limited':
      return { kind: 'later', doubt, afterMs: trouble.retryAfterMs };
    case 'failed':
      return { kind: 'later', doubt, afterMs: undefined };
    case 'refused':
      // A token that ran out is renewed before the next try.
      if (trouble.reason === 'token_expired') return { kind: 'later', doubt, afterMs: undefined };
      return toRefusalOf(trouble.reason) === 'message'
        ? { kind: 'failed', reason: trouble.reason }
        : { kind: 'blocked', reason: trouble.reason };
  }
}

async function settle(parts: SendingParts, tx: Tx, claim: Claim, end: Settlement): Promise<void> {
  const { notice, place } = claim;
  const now = parts.clock.now();
  const { isOurs, dueAt } = await settleClaim(tx, claim, end, now);
  if (!isOurs) return;
  const { companyId, noticeId } = notice;
  if (dueAt) await enqueueNotices(parts.jobs, tx, companyId, [{ noticeId, dueAt }]);
  const { placeId } = place;
  if (placeId === null) return;
  if (end.kind === 'blocked' && toRefusalOf(end.reason) === 'place') await blockPlace(tx, placeId, end.reason, now);
  // Slack's limit of posts is one of the channel: the others there would meet it too. Edits have a limit of their own.
  if (end.kind === 'later' && end.afterMs !== undefined && !notice.standing && dueAt)
    await delayPlace(tx, placeId, dueAt);
}
