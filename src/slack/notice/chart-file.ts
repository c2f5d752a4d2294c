import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { toRelayError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { NoticeView } from '../text/view.ts';
import type { SlackApi } from '../web-api.ts';
import type { Tokens } from './kinds.ts';
import { type StoredNotice, saveTokens } from './store.ts';

/** One week of the digest's picture. */
export const ChartWeek = z.object({ label: z.string(), sent: z.int(), consents: z.int() });
export type ChartWeek = z.infer<typeof ChartWeek>;

export interface ChartParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Draws the picture as PNG; undefined: digests have none. */
  readonly drawChart: ((weeks: readonly ChartWeek[]) => Promise<Buffer>) | undefined;
}

type Attached =
  | { readonly kind: 'ready'; readonly picture: NoticeView['chart'] }
  | { readonly kind: 'later'; readonly afterMs: number | undefined };

const none: Attached = { kind: 'ready', picture: null };
/** After so many uploads that did not end well a digest goes without its picture. */
const triesAtMost = 2;

/** Gives the workspace the picture of a digest, once: the file stands in the notice's tokens, so no try uploads it again. */
export async function attachChart(parts: ChartParts, api: SlackApi, notice: StoredNotice): Promise<Attached> {
  const { chartFile, chartTries = 0, history } = notice.tokens;
  if (typeof chartFile === 'string') return { kind: 'ready', picture: { fileRef: chartFile } };
  if (!parts.drawChart || typeof history !== 'string' || Number(chartTries) >= triesAtMost) return none;
  if (notice.standing) return none;
  const bytes = await draw(parts, parts.drawChart, history);
  if (!bytes) return none;
  const outcome = await api.upload({ name: 'career-relay-weeks.png', title: 'Career Relay', bytes });
  if (outcome.kind === 'uploaded') {
    await keep(parts, notice, { chartFile: outcome.fileRef });
    return { kind: 'ready', picture: { fileRef: outcome.fileRef } };
  }
  // A refusal, such as of a missing scope, will be no other next time.
  const tries = outcome.kind === 'refused' ? triesAtMost : Number(chartTries) + 1;
  await keep(parts, notice, { chartTries: tries });
  if (tries < triesAtMost)
    return { kind: 'later', afterMs: outcome.kind === 'limited' ? outcome.retryAfterMs : undefined };
  parts.log.warn({ noticeId: notice.noticeId, code: 'slack_refused' }, 'a digest goes without its picture');
  return none;
}

/** undefined: it could not be drawn, which is our bug and no reason to keep the figures back. */
async function draw(
  { log }: ChartParts,
  drawChart: NonNullable<ChartParts['drawChart']>,
  history: string,
): Promise<Buffer | undefined> {
  try {
    return await drawChart(z.array(ChartWeek).parse(JSON.parse(history)));
  } catch (thrown) {
    const error = toRelayError(thrown);
    log.error({ code: error.code, err: error }, 'the picture of a digest could not be drawn');
    return undefined;
  }
}

function keep({ database }: ChartParts, notice: StoredNotice, tokens: Tokens): Promise<void> {
  return database.forCompany(notice.companyId, (tx) => saveTokens(tx, notice.noticeId, tokens));
}
