import { openHttp } from '../../../src/connector/http.ts';
import type { Http } from '../../../src/connector/index.ts';
import { openLimiters } from '../../../src/connector/limiter.ts';
import { type NetworkGuard, openNetworkGuard } from '../../../src/connector/network-guard.ts';
import type { TokenSource } from '../../../src/connector/oauth.ts';
import { openLog } from '../../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';

export const origin = 'https://api.vendor.example.com';
/** Must never be seen in an error or a log. */
export const canary = 'canary-5f1c2e';

export const limits = {
  concurrency: 2,
  remainingHeader: 'x-ratelimit-remaining',
  resetHeader: 'x-ratelimit-reset',
  rereadMax: 3,
  source: 'invented',
} as const;

export interface TestHttp {
  readonly http: Http;
  readonly clock: TestClock;
  /** How long was waited, in order; waiting moves the clock. */
  readonly waits: readonly number[];
  readonly dropped: readonly string[];
}

/** The real client with a clock, a wait and tokens of the test's own. */
export function openTestHttp(
  options: {
    readonly baseUrl?: string;
    readonly guard?: NetworkGuard;
    readonly timeoutMs?: number;
    readonly tokens?: TokenSource;
  } = {},
): TestHttp {
  const clock = makeTestClock();
  const waits: number[] = [];
  const dropped: string[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
    clock.advance(ms);
  };
  const tokens: TokenSource = {
    read: async () => `${canary}-${dropped.length}`,
    drop: async (token) => void dropped.push(token),
    reset: async () => undefined,
  };
  const limiters = openLimiters({ clock, sleep, log: openLog('silent'), redisUrl: undefined });
  const http = openHttp({
    baseUrl: options.baseUrl ?? origin,
    guard: options.guard ?? openNetworkGuard({ allowPrivateNetwork: false }),
    limiter: limiters.of('connection', { id: 'acme', limits }),
    tokens: options.tokens ?? tokens,
    limits,
    clock,
    sleep,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  return { http, clock, waits, dropped };
}
