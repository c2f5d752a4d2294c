import type { Authority } from '../../../src/connector/authority.ts';
import { openHttp } from '../../../src/connector/http.ts';
import type { Http } from '../../../src/connector/index.ts';
import { openLimiters } from '../../../src/connector/limiter.ts';
import { type NetworkGuard, openNetworkGuard } from '../../../src/connector/network-guard.ts';
import { openLog } from '../../../src/platform/log.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';

export const origin = 'https://api.vendor.example.com';
/** Must never be seen in an error or a log. */
export const canary = 'canary-5f1c2e';

export const limits = {
  concurrency: 2,
  rate: { kind: 'window', remainingHeader: 'x-ratelimit-remaining', resetHeader: 'x-ratelimit-reset' },
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
    readonly authority?: Authority;
  } = {},
): TestHttp {
  const clock = makeTestClock();
  const waits: number[] = [];
  const dropped: string[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
    clock.advance(ms);
  };
  const authority: Authority = {
    read: async () => `Bearer ${canary}-${dropped.length}`,
    async drop(authorization) {
      dropped.push(authorization);
      return true;
    },
    reset: async () => undefined,
  };
  const limiters = openLimiters({ clock, sleep, log: openLog('silent'), redisUrl: undefined });
  const http = openHttp({
    baseUrl: options.baseUrl ?? origin,
    guard: options.guard ?? openNetworkGuard({ allowPrivateNetwork: false }),
    limiter: limiters.of('connection', { id: 'acme', limits }),
    authority: options.authority ?? authority,
    limits,
    clock,
    sleep,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  return { http, clock, waits, dropped };
}
