import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.ts';
import { RelayError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Limits } from './contract.ts';
import { type Answer, readCount } from './vendor-errors.ts';

/** Waits this many milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

/** Keeps one connection's calls within what its vendor allows. */
export interface Limiter {
  /** Starts the work when there is room. @throws RelayError vendor_rate_limited when the window stays shut for too long. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Learns from an answer's headers what is left of the vendor's window and when the next begins. */
  observe(headers: Answer['headers']): void;
}

export interface Limiters {
  /** The limiter of a connection; always the same one while it is in use. */
  of(connectionId: string, connector: { readonly id: string; readonly limits: Limits }): Limiter;
  close(): Promise<void>;
}

export interface LimitersParts {
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly log: Log;
  /** Where all processes count together; without it each counts alone. */
  readonly redisUrl: string | undefined;
}

/** A window that opens later than this is left to the job's own retry. */
const longestWaitMs = 60_000;

export function openLimiters(parts: LimitersParts): Limiters {
  const cluster = parts.redisUrl === undefined ? undefined : openCluster(parts.redisUrl, parts.log);
  const local = openGroups();
  const shared = cluster && openGroups(cluster.connection);
  const windows = new Map<string, Window>();

  return {
    of(connectionId, connector) {
      const slots: Slots = (start) => local.of(connector).key(connectionId).schedule(start);
      const sharedSlots: Slots | undefined =
        shared && ((start) => shared.of(connector).key(connectionId).schedule(start));
      const window =
        windows.get(connectionId) ?? openWindow(parts, connector.limits.rate, cluster?.openAllowance(connectionId));
      windows.set(connectionId, window);
      return {
        observe: window.observe,
        run: (work) => {
          const start = async () => {
            await window.enter();
            return work();
          };
          return cluster && sharedSlots ? cluster.run(start, sharedSlots, slots) : slots(start);
        },
      };
    },
    async close() {
      await local.close();
      await cluster?.close();
    },
  };
}

type Slots = <T>(start: () => Promise<T>) => Promise<T>;

interface Groups {
  /** One group of limiters per connector; a limiter that nobody used for five minutes is dropped. */
  of(connector: { readonly id: string; readonly limits: Limits }): Bottleneck.Group;
  /** Stops the clocks of the limiters of this process; those that are shared stop with their connection. */
  close(): Promise<void>;
}

function openGroups(connection?: Bottleneck.IORedisConnection): Groups {
  const groups = new Map<string, Bottleneck.Group>();
  return {
    of({ id, limits: { concurrency, rate } }) {
      const known = groups.get(id);
      if (known) return known;
      const group = new Bottleneck.Group({
        id: `career-relay-${id}`,
        maxConcurrent: concurrency,
        timeout: 300_000,
        ...(rate.kind === 'bucket' ? toReservoir(rate) : {}),
        ...(connection ? { connection, ...(rate.kind === 'bucket' ? { heartbeatInterval: refillMs } : {}) } : {}),
      });
      group.on('error', () => undefined); // told once, by the connection
      groups.set(id, group);
      return group;
    },
    async close() {
      const limiters = [...groups.values()].flatMap((group) => group.limiters());
      await Promise.all(limiters.map(({ limiter }) => limiter.disconnect()));
    },
  };
}

/**
 * Bottleneck takes multiples of 250 only. Redis refills a bucket when it is asked, and while all wait nobody asks but the
 * limiter's heartbeat, every 5 seconds unless told otherwise: a bucket of 20 would then give 4 calls a second, not 10.
 * Source: bottleneck 2.19.5, lib/LocalDatastore.js and src/redis/process_tick.lua (read 2026-11-22).
 */
const refillMs = 1000;

/** A bucket that holds `burst` calls and gains `perSecond` of them every second. */
function toReservoir({ perSecond, burst }: Extract<Limits['rate'], { kind: 'bucket' }>): Bottleneck.ConstructorOptions {
  return {
    reservoir: burst,
    reservoirIncreaseInterval: refillMs,
    reservoirIncreaseAmount: perSecond,
    reservoirIncreaseMaximum: burst,
  };
}

interface Window {
  /** Waits until the vendor takes calls again, and counts this one. */
  enter(): Promise<void>;
  observe(headers: Answer['headers']): void;
}

/** What is left of a vendor's window, counted by whoever calls. */
interface Allowance {
  /** Counts one call. 0: it may be made; else how many milliseconds from `nowMs` until the next window. */
  take(nowMs: number): number;
  /** Answers overtake each other: within one window the lowest figure is the newest. */
  learn(left: number, resetMs: number): void;
}

/** The same among all processes. undefined: they cannot be asked now. */
interface SharedAllowance {
  take(nowMs: number): Promise<number | undefined>;
  learn(left: number, resetMs: number): void;
}

/**
 * The vendor's rate window, as its headers tell it; between two answers each call is counted here, and where processes
 * share a Redis, there for all of them. Alone, a process learns of the others' calls from the vendor's next answer.
 */
function openWindow(
  { clock, sleep }: Pick<LimitersParts, 'clock' | 'sleep'>,
  rate: Limits['rate'],
  shared: SharedAllowance | undefined,
): Window {
  if (rate.kind !== 'window') return { enter: async () => undefined, observe: () => undefined };
  const own = openAllowance();
  let opening: Promise<void> | undefined;

  async function take(nowMs: number): Promise<number> {
    const ownWaitMs = own.take(nowMs);
    return (await shared?.take(nowMs)) ?? ownWaitMs;
  }

  return {
    async enter() {
      let nowMs = clock.now().getTime();
      for (let waitMs = await take(nowMs); waitMs > 0; waitMs = await take(nowMs)) {
        if (waitMs > longestWaitMs)
          throw new RelayError('vendor_rate_limited', { message: 'the rate window is used up', retryAfterMs: waitMs });
        opening ??= sleep(waitMs).finally(() => {
          opening = undefined;
        });
        await opening;
        nowMs = Math.max(nowMs + waitMs, clock.now().getTime());
      }
    },
    observe(headers) {
      const left = readCount(headers[rate.remainingHeader]);
      const reset = readCount(headers[rate.resetHeader]);
      if (left === undefined || reset === undefined || reset * 1000 <= clock.now().getTime()) return;
      own.learn(left, reset * 1000);
      shared?.learn(left, reset * 1000);
    },
  };
}

function openAllowance(): Allowance {
  let left = 0;
  let resetMs = 0;
  return {
    take(nowMs) {
      if (resetMs <= nowMs) return 0;
      if (left <= 0) return resetMs - nowMs;
      left -= 1;
      return 0;
    },
    learn(told, toldResetMs) {
      left = toldResetMs === resetMs ? Math.min(left, told) : told;
      resetMs = toldResetMs;
    },
  };
}

/** openAllowance in Redis: KEYS the window of one connection, ARGV the present instant. */
const takeScript = `
  local reset = tonumber(redis.call('HGET', KEYS[1], 'reset') or '0')
  local now = tonumber(ARGV[1])
  if reset <= now then return 0 end
  if tonumber(redis.call('HGET', KEYS[1], 'left')) <= 0 then return reset - now end
  redis.call('HINCRBY', KEYS[1], 'left', -1)
  return 0`;
const learnScript = `
  local left = tonumber(ARGV[1])
  if redis.call('HGET', KEYS[1], 'reset') == ARGV[2] then
    left = math.min(left, tonumber(redis.call('HGET', KEYS[1], 'left')))
  end
  redis.call('HSET', KEYS[1], 'left', left, 'reset', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])`;
/** No window of a vendor is longer. */
const windowTtlMs = 3_600_000;

interface Cluster {
  readonly connection: Bottleneck.IORedisConnection;
  /** Runs in a shared slot, or in one of this process alone while Redis is away. The work starts once, whatever breaks. */
  run<T>(work: () => Promise<T>, shared: Slots, alone: Slots): Promise<T>;
  openAllowance(connectionId: string): SharedAllowance;
  close(): Promise<void>;
}

function openCluster(url: string, log: Log): Cluster {
  const client = new Redis(url, {
    maxRetriesPerRequest: 1,
    retryStrategy: (tries) => Math.min(tries * 200, 5_000),
    disconnectTimeout: 250,
  });
  const connection = new Bottleneck.IORedisConnection({ client });
  /** Those who wait for a slot; woken when the connection breaks. */
  const waiting = new Set<() => void>();
  let isAway = false;
  let isClosed = false;
  let isToldOf = false;
  connection.on('error', (error: unknown) => {
    if (!isToldOf && !isClosed)
      log.warn({ err: error }, 'the shared limiter cannot be reached; each process limits alone');
    isToldOf = true;
  });
  client.on('close', () => {
    isAway = true;
    for (const wake of waiting) wake();
  });
  client.on('ready', () => {
    isAway = false;
    isToldOf = false;
  });

  const settledOrLost = (slot: Promise<unknown>) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      slot.then(wake, wake);
    });

  return {
    connection,
    async run(work, shared, alone) {
      let outcome: ReturnType<typeof work> | undefined;
      const start = () => {
        outcome ??= work();
        return outcome;
      };
      if (!isAway) await settledOrLost(shared(start));
      return outcome ?? alone(start);
    },
    openAllowance(connectionId) {
      const key = `career-relay-window-${connectionId}`;
      return {
        async take(nowMs) {
          if (isAway) return undefined;
          const waitMs = await client.eval(takeScript, 1, key, nowMs).catch(() => undefined);
          return typeof waitMs === 'number' ? waitMs : undefined;
        },
        learn(left, resetMs) {
          if (!isAway) client.eval(learnScript, 1, key, left, resetMs, windowTtlMs).catch(() => undefined);
        },
      };
    },
    async close() {
      isClosed = true;
      await connection.disconnect(client.status === 'ready').catch(() => connection.disconnect(false));
    },
  };
}
