import { z } from 'zod';
import { UnreachedError } from './workspace/unreached.ts';

/**
 * What is not known about a call that did not end well: `none` Slack did not take it · `answered` Slack answered with a
 * failure of its own and most likely did not take it · `unanswered` it may have done what it was asked.
 */
export type Doubt = 'none' | 'answered' | 'unanswered';

/** Slack does not take it, and asking again changes nothing: Slack's own word, such as `not_in_channel`. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
}
/** Not taken; ask again after that long. */
export interface Limited {
  readonly kind: 'limited';
  readonly retryAfterMs: number;
}
/** Slack did not answer, or with a failure of its own: not taken as far as `doubt` says. */
export interface Failed {
  readonly kind: 'failed';
  readonly doubt: Doubt;
}
export type Trouble = Refused | Limited | Failed;

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

/** What the library threw, in our words. */
export function toTrouble(error: unknown): Trouble {
  const { data: failure } = Failure.safeParse(error);
  if (!failure) return { kind: 'failed', doubt: 'unanswered' };
  switch (failure.code) {
    case 'slack_webapi_rate_limited_error':
      return { kind: 'limited', retryAfterMs: failure.retryAfter * 1000 };
    case 'slack_webapi_http_error':
      // Slack says its refusals with 200; any other status is an outage of it, or a proxy between us.
      return { kind: 'failed', doubt: 'answered' };
    case 'slack_webapi_request_error':
      return { kind: 'failed', doubt: failure.original instanceof UnreachedError ? 'none' : 'unanswered' };
    case 'slack_webapi_platform_error': {
      const reason = failure.data.error;
      if (limitedWords.has(reason)) return { kind: 'limited', retryAfterMs: limitedMs };
      return troubledWords.has(reason) ? { kind: 'failed', doubt: 'answered' } : { kind: 'refused', reason };
    }
  }
}
