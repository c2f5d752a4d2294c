import { z } from 'zod';
import type { Log } from '../platform/log.ts';
import { type Doubt, escapeMrkdwn } from './model.ts';
import type { Block } from './notice-text.ts';
import type { OneChannel as SlackConfig } from './one-channel.ts';
import { toSlackLogger } from './slack-log.ts';

/** A notice as it goes to Slack. */
export interface Message {
  readonly noticeId: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/**
 * sent: it stands in the channel · refused: Slack does not take it, and asking again changes nothing · limited: not
 * taken, ask again after that long · failed: not taken as far as `doubt` says.
 */
export type PostOutcome =
  | { readonly kind: 'sent'; readonly ts: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'failed'; readonly doubt: Doubt };

/** closed: this app may not read the channel's history, so nobody can tell. */
export type FindOutcome =
  | { readonly kind: 'found'; readonly ts: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'failed' };

/** The two calls we make to Slack's Web API. Neither throws for what Slack or the network does. */
export interface SlackApi {
  post(message: Message): Promise<PostOutcome>;
  /** Looks for a notice in the channel, from some minutes before `since` on. */
  find(noticeId: string, since: Date): Promise<FindOutcome>;
}

/** Longest time for one call, in milliseconds. */
export const callTimeoutMs = 8_000;
const eventType = 'career_relay_notice';
const slowClockMs = 5 * 60_000;
const mostPages = 10;

/** Opens the Web API with a bot token. The library is loaded with the first call: it is large, and many never need it. */
export function openSlackApi(config: SlackConfig, log: Log): SlackApi {
  let opened: ReturnType<typeof openClient> | undefined;
  const client = () => {
    opened ??= openClient(config, log);
    return opened;
  };
  const { channel } = config;
  return {
    async post({ noticeId, text, blocks }) {
      const { chat } = await client();
      try {
        const answer = await chat.postMessage({
          channel,
          text: escapeMrkdwn(text),
          blocks: [...blocks],
          metadata: { event_type: eventType, event_payload: { notice_id: noticeId } },
          unfurl_links: false,
          unfurl_media: false,
        });
        return answer.ts ? { kind: 'sent', ts: answer.ts } : { kind: 'failed', doubt: 'unanswered' };
      } catch (error) {
        return toPostOutcome(error);
      }
    },
    async find(noticeId, since) {
      const { conversations } = await client();
      let cursor = '';
      try {
        for (let page = 0; page < mostPages; page += 1) {
          const answer = await conversations.history({
            channel,
            oldest: String((since.getTime() - slowClockMs) / 1000),
            include_all_metadata: true,
            limit: 200,
            ...(cursor ? { cursor } : {}),
          });
          const found = History.parse(answer).messages.find(({ metadata }) => names(metadata, noticeId));
          if (found) return { kind: 'found', ts: found.ts };
          cursor = answer.response_metadata?.next_cursor ?? '';
          if (!cursor) return { kind: 'absent' };
        }
        return { kind: 'closed' };
      } catch (error) {
        return toFindOutcome(error);
      }
    },
  };
}

async function openClient(config: SlackConfig, log: Log) {
  const { webApi } = await import('@slack/bolt');
  return new webApi.WebClient(config.botToken, {
    ...(config.apiUrl ? { slackApiUrl: config.apiUrl } : {}),
    logger: toSlackLogger(log),
    fetch: fetchOrSayUnreached,
    timeout: callTimeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  });
}

const Metadata = z.object({ event_type: z.string(), event_payload: z.object({ notice_id: z.string() }) });
const History = z.object({ messages: z.array(z.object({ ts: z.string(), metadata: z.unknown() })) });

function names(metadata: unknown, noticeId: string): boolean {
  const parsed = Metadata.safeParse(metadata);
  return parsed.success && parsed.data.event_type === eventType && parsed.data.event_payload.notice_id === noticeId;
}

/** How the library reports a call that did not end well: @slack/web-api 8, errors.d.ts. */
const Failure = z.discriminatedUnion('code', [
  z.object({ code: z.literal('slack_webapi_platform_error'), data: z.object({ error: z.string() }) }),
  z.object({ code: z.literal('slack_webapi_rate_limited_error'), retryAfter: z.number() }),
  z.object({ code: z.literal('slack_webapi_http_error'), statusCode: z.number() }),
  z.object({ code: z.literal('slack_webapi_request_error'), original: z.unknown() }),
]);

const limitedMs = 30_000;
const limitedWords = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded']);
/** Slack's own failures; the docs say of the first two that a part of the work may have been done. */
const troubledWords = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
/** Failures before a byte could leave. */
const unreachedCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function toPostOutcome(error: unknown): PostOutcome {
  const { data: failure } = Failure.safeParse(error);
  if (!failure) return { kind: 'failed', doubt: 'unanswered' };
  switch (failure.code) {
    case 'slack_webapi_rate_limited_error':
      return { kind: 'limited', retryAfterMs: failure.retryAfter * 1000 };
    case 'slack_webapi_http_error':
      return failure.statusCode >= 500
        ? { kind: 'failed', doubt: 'answered' }
        : { kind: 'refused', reason: `http-${failure.statusCode}` };
    case 'slack_webapi_request_error':
      return { kind: 'failed', doubt: failure.original instanceof UnreachedError ? 'none' : 'unanswered' };
    case 'slack_webapi_platform_error': {
      const reason = failure.data.error;
      if (limitedWords.has(reason)) return { kind: 'limited', retryAfterMs: limitedMs };
      return troubledWords.has(reason) ? { kind: 'failed', doubt: 'answered' } : { kind: 'refused', reason };
    }
  }
}

function toFindOutcome(error: unknown): FindOutcome {
  const outcome = toPostOutcome(error);
  if (outcome.kind === 'limited') return outcome;
  // A history we may not read, or cannot understand, will be no other next time.
  return outcome.kind === 'refused' || error instanceof z.ZodError ? { kind: 'closed' } : { kind: 'failed' };
}

/** Nothing left this machine. */
class UnreachedError extends Error {
  override readonly name = 'UnreachedError';
}

/** Tells the failures before a byte could leave from the others, here where fetch still shows their cause. */
async function fetchOrSayUnreached(...call: Parameters<typeof fetch>): Promise<Response> {
  try {
    return await fetch(...call);
  } catch (error) {
    const code = Unreached.safeParse(error).data?.cause.code;
    throw code !== undefined && unreachedCodes.has(code) ? new UnreachedError(code) : error;
  }
}

const Unreached = z.object({ cause: z.object({ code: z.string() }) });
