import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.ts';
import { RelayError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Limits } from './contract.ts';
import { type Answer, readCount } from './vendor-errors.ts';

/** Waits this many milliseconds. */
export type Sleep = (ms: number) => Promise<void>;

/** Learns from an answer's headers what is left of the vendor's window and when the next begins. */
export type Observe = (headers: Answer['headers']) => void;

/** Keeps one connection's calls within what its vendor allows. */
export interface Limiter {
  /** Starts the work when there is room. @throws RelayError vendor_rate_limited when the window stays shut for too long. */
  run<T>(work: (observe: Observe) => Promise<T>): Promise<T>;
}

/** What a vendor still takes, whole calls. `isShared`: counted by all processes together, not by this one alone. */
export type Budget = { readonly concurrency: number; readonly isShared: boolean } & (
  | { readonly kind: 'window'; readonly left: number; readonly resetsAt: Date }
  | { readonly kind: 'bucket'; readonly left: number; readonly burst: number; readonly perSecond: number }
);

export interface Limiters {
  /** The limiter of a connection; always the same one while it is in use. */
  of(connectionId: string, connector: { readonly id: string; readonly limits: Limits }): Limiter;
  /**
   * What is left: of a window as the vendor's answers told and while it lasts, of a bucket as we count. With Redis, that
   * of all processes; without it, or while it does not answer in time, that of this one. null: nothing is known. Never throws.
   */
  budgetOf(connectionId: string, connector: { readonly id: string; readonly limits: Limits }): Promise<Budget | null>;
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
/** Who only wants to know what is left does not wait for Redis longer than this. */
const longestLookMs = 250;

export function openLimiters(parts: LimitersParts): Limiters {
  const cluster = parts.redisUrl === undefined ? undefined : openCluster(parts.redisUrl, parts.log);
  const local = openLimiterGroups();
  const shared = cluster && openLimiterGroups(cluster.connection);
  const windows = new Map<string, Window>();

  return {
    of(connectionId, connector) {
      const slots: Slots = (start) => local.of(connector).key(connectionId).schedule(start);
      const sharedSlots: Slots | undefined =
        shared && ((start) => shared.of(connector).key(connectionId).schedule(start));
      const window =
        windows.get(connectionId) ?? openWindow(parts, connector.limits.rate, cluster?.openWindow(connectionId));
      windows.set(connectionId, window);
      return {
        run: (work) => {
          const start = () => window.pass(work);
          return cluster && sharedSlots ? cluster.run(start, sharedSlots, slots) : slots(start);
        },
      };
    },
    async budgetOf(connectionId, { id, limits }) {
      const { concurrency, rate } = limits;
      if (rate.kind === 'window') {
        const together = await cluster?.ask(() => cluster.openWindow(connectionId).read());
        const told = together ?? windows.get(connectionId)?.read();
        if (!told || told.resetMs <= parts.clock.now().getTime()) return null;
        const left = Math.max(0, told.left);
        return { kind: 'window', concurrency, isShared: !!together, left, resetsAt: new Date(told.resetMs) };
      }
      const together = await cluster?.ask(async () => shared?.of({ id, limits }).key(connectionId).currentReservoir());
      const left = together ?? (await local.find(id, connectionId)?.currentReservoir());
      if (typeof left !== 'number') return null;
      const isShared = typeof together === 'number';
      return {
        kind: 'bucket',
        concurrency,
        isShared,
        left: Math.max(0, left),
        burst: rate.burst,
        perSecond: rate.perSecond,
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
  /** The limiter of a connection if it is in use; none is made. */
  find(connectorId: string, connectionId: string): Bottleneck | undefined;
  /** Stops the clocks of the limiters of this process; those that are shared stop with their connection. */
  close(): Promise<void>;
}

function openLimiterGroups(connection?: Bottleneck.IORedisConnection): Groups {
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
    find: (connectorId, connectionId) =>
      groups
        .get(connectorId)
        ?.limiters()
        .find(({ key }) => key === connectionId)?.limiter,
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

interface Told {
  readonly left: number;
  readonly resetMs: number;
}

interface Window {
  /** As last told; a window that is over stays until the next is told of. */
  read(): Told;
  /** Runs a call once the vendor takes calls again, and counts it as under way until it ends. */
  pass<T>(call: (observe: Observe) => Promise<T>): Promise<T>;
}

/** 0: the call may be made · 'answer': first one of those under way must end · else milliseconds until the next window. */
type Turn = number | 'answer';

/** The window as all processes share it. undefined: they cannot be asked now. */
interface SharedWindow {
  /** Counts the call as under way when its turn is 0. */
  take(callId: string, nowMs: number): Promise<Turn | undefined>;
  learn(left: number, resetMs: number): void;
  /** @param isTold false: no answer told what is left after this call, so it is taken off here. */
  end(callId: string, isTold: boolean): void;
  /** undefined: nothing was told lately. */
  read(): Promise<Told | undefined>;
}

/** How often to look again while only other processes have calls under way. */
const lookMs = 25;

/**
 * The vendor's rate window, as its headers tell it. An answer may or may not count the calls that were under way beside
 * it, so all of those are taken off its figure until they have ended. Where processes share a Redis they count there;
 * alone, each learns of the others' calls from the vendor's next answer.
 */
function openWindow(
  { clock, sleep }: Pick<LimitersParts, 'clock' | 'sleep'>,
  rate: Limits['rate'],
  shared: SharedWindow | undefined,
): Window {
  if (rate.kind !== 'window') return { read: () => ({ left: 0, resetMs: 0 }), pass: (call) => call(() => undefined) };
  const rateHeaders = rate;
  let left = 0;
  let resetMs = 0;
  let underWay = 0;
  let opening: Promise<void> | undefined;
  const waiting = new Set<() => void>();

  function look(nowMs: number): Turn {
    if (resetMs <= nowMs) return 0;
    if (left <= 0) return resetMs - nowMs;
    return left <= underWay ? 'answer' : 0;
  }

  function nextAnswer(): Promise<void> {
    if (underWay === 0) return sleep(lookMs);
    return new Promise((resolve) => waiting.add(resolve));
  }

  function nextWindow(waitMs: number): Promise<void> {
    if (waitMs > longestWaitMs)
      throw new RelayError('vendor_rate_limited', { message: 'the rate window is used up', retryAfterMs: waitMs });
    opening ??= sleep(waitMs).finally(() => {
      opening = undefined;
    });
    return opening;
  }

  async function enter(callId: string): Promise<void> {
    let nowMs = clock.now().getTime();
    for (;;) {
      const turn = (await shared?.take(callId, nowMs)) ?? look(nowMs);
      if (turn === 0) break;
      await (turn === 'answer' ? nextAnswer() : nextWindow(turn));
      nowMs = Math.max(nowMs + (turn === 'answer' ? 0 : turn), clock.now().getTime());
    }
    underWay += 1;
  }

  /** false: the headers say nothing of use. */
  function learn(headers: Answer['headers']): boolean {
    const told = readCount(headers[rateHeaders.remainingHeader]);
    const reset = readCount(headers[rateHeaders.resetHeader]);
    if (told === undefined || reset === undefined || reset * 1000 <= clock.now().getTime()) return false;
    // Answers overtake each other: within one window the lowest figure is the newest.
    left = reset * 1000 === resetMs ? Math.min(left, told) : told;
    resetMs = reset * 1000;
    shared?.learn(told, resetMs);
    return true;
  }

  function end(callId: string, isTold: boolean): void {
    underWay -= 1;
    if (!isTold) left -= 1;
    shared?.end(callId, isTold);
    for (const wake of waiting) wake();
    waiting.clear();
  }

  return {
    read: () => ({ left, resetMs }),
    async pass(call) {
      const callId = newId();
      await enter(callId);
      let isTold = false;
      try {
        return await call((headers) => {
          isTold = learn(headers);
        });
      } finally {
        end(callId, isTold);
      }
    },
  };
}

/** The same in Redis. KEYS: what was told, and the calls under way. A call whose process died is forgotten after a minute. */
const takeScript = `
  local now = tonumber(ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 60000)
  local reset = tonumber(redis.call('HGET', KEYS[1], 'reset') or '0')
  if reset > now then
    local left = tonumber(redis.call('HGET', KEYS[1], 'left'))
    if left <= 0 then return reset - now end
    if left <= redis.call('ZCARD', KEYS[2]) then return -1 end
  end
  redis.call('ZADD', KEYS[2], now, ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return 0`;
const learnScript = `
  local left = tonumber(ARGV[1])
  if redis.call('HGET', KEYS[1], 'reset') == ARGV[2] then
    left = math.min(left, tonumber(redis.call('HGET', KEYS[1], 'left')))
  end
  redis.call('HSET', KEYS[1], 'left', left, 'reset', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])`;
const endScript = `
  redis.call('ZREM', KEYS[2], ARGV[1])
  if ARGV[2] == 'untold' and redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'left', -1) end`;
/** No window of a vendor is longer. */
const windowTtlMs = 3_600_000;

interface Cluster {
  readonly connection: Bottleneck.IORedisConnection;
  /** Runs in a shared slot, or in one of this process alone while Redis is away. The work starts once, whatever breaks. */
  run<T>(work: () => Promise<T>, shared: Slots, alone: Slots): Promise<T>;
  openWindow(connectionId: string): SharedWindow;
  /** undefined: Redis is away, or does not answer in time. */
  ask<T>(question: () => Promise<T>): Promise<T | undefined>;
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
    openWindow(connectionId) {
      const told = `career-relay-window-{${connectionId}}`;
      const underWay = `career-relay-calls-{${connectionId}}`;
      const quietly = (work: Promise<unknown>) => void work.catch(() => undefined);
      return {
        async take(callId, nowMs) {
          if (isAway) return undefined;
          const turn = await client
            .eval(takeScript, 2, told, underWay, nowMs, callId, windowTtlMs)
            .catch(() => undefined);
          if (typeof turn !== 'number') return undefined;
          return turn < 0 ? 'answer' : turn;
        },
        learn(left, resetMs) {
          if (!isAway) quietly(client.eval(learnScript, 1, told, left, resetMs, windowTtlMs));
        },
        async read() {
          const [left, reset] = await client.hmget(told, 'left', 'reset');
          return left && reset ? { left: Number(left), resetMs: Number(reset) } : undefined;
        },
        end(callId, isTold) {
          if (!isAway) quietly(client.eval(endScript, 2, told, underWay, callId, isTold ? 'told' : 'untold'));
        },
      };
    },
    async ask(question) {
      if (isAway) return undefined;
      const tooLate = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => tooLate.resolve(undefined), longestLookMs);
      try {
        return await Promise.race([question().catch(() => undefined), tooLate.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
    async close() {
      isClosed = true;
      await connection.disconnect(client.status === 'ready').catch(() => connection.disconnect(false));
    },
  };
}
