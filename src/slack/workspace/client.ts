import type { webApi } from '@slack/bolt';
import type { Log } from '../../platform/log.ts';
import { toSlackLogger } from '../slack-log.ts';
import { fetchOrSayUnreached } from './unreached.ts';

export type WebClient = webApi.WebClient;

/** Longest time for one call, in milliseconds. */
export const callTimeoutMs = 8_000;

/** How we call Slack: nothing is tried again by itself, and no rate limit is waited for; whoever calls decides. */
export function toClientOptions(apiUrl: string | undefined) {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    fetch: fetchOrSayUnreached,
    timeout: callTimeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  };
}

/**
 * Slack's Web API, with a workspace's token or without any. It tries nothing again by itself and waits for no rate
 * limit: whoever calls decides. The library is loaded with the first call: it is large, and many never need it.
 */
export async function openWebClient({
  token,
  apiUrl,
  log,
}: {
  readonly token?: string | undefined;
  readonly apiUrl: string | undefined;
  readonly log: Log;
}): Promise<WebClient> {
  const { webApi } = await import('@slack/bolt');
  return new webApi.WebClient(token, { ...toClientOptions(apiUrl), logger: toSlackLogger(log) });
}
