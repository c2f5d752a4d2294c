import { spawnSync } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Limiter, type Limiters, openLimiters } from '../../src/connector/limiter.ts';
import { newId } from '../../src/platform/ids.ts';
import { openLog } from '../../src/platform/log.ts';
import { makeTestClock } from '../support/clock.ts';
import { limits } from './support/vendor.ts';

const redisUrl = process.env.REDIS_URL;
const opened: Limiters[] = [];
function open(url: string | undefined): Limiters {
  const limiters = openLimiters({
    clock: makeTestClock(),
    sleep: async () => undefined,
    log: openLog('silent'),
    redisUrl: url,
  });
  opened.push(limiters);
  return limiters;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((limiters) => limiters.close()));
});

const acme = { id: 'acme', limits };
/** A vendor that counts with a bucket: 20 calls at once, and 10 more with every second. */
const bucketed = {
  id: 'bucketed',
  limits: { ...limits, concurrency: 100, rate: { kind: 'bucket', perSecond: 10, burst: 20 } },
} as const;

/** Work that says how much of it ran at once. It ends when `release` is called. */
function makeWork() {
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  let running = 0;
  const seen = { most: 0, started: 0 };
  const work = async () => {
    seen.started += 1;
    seen.most = Math.max(seen.most, ++running);
    if (running === limits.concurrency) full.resolve();
    await gate.promise;
    running -= 1;
    return 'done';
  };
  return { seen, work, full: full.promise, release: () => gate.resolve() };
}

test('alone, a connection’s work runs as many at once as the connector says', async () => {
  const limiter = open(undefined).of(newId(), acme);
  const { work, seen, full, release } = makeWork();

  const all = Promise.all(Array.from({ length: 6 }, () => limiter.run(work)));
  await full;
  release();

  expect(await all).toEqual(Array(6).fill('done'));
  expect(seen).toEqual({ most: 2, started: 6 });
});

test('one connection does not hold up another', async () => {
  const limiters = open(undefined);
  const busy = makeWork();
  const held = [1, 2, 3].map(() => limiters.of('a', acme).run(busy.work));
  await busy.full;

  expect(await limiters.of('b', acme).run(async () => 'free')).toBe('free');

  busy.release();
  await Promise.all(held);
});

test('an error of the work passes unchanged', async () => {
  const error = new Error('no answer');

  await expect(
    open(undefined)
      .of('a', acme)
      .run(() => Promise.reject(error)),
  ).rejects.toBe(error);
});

test('with a Redis that cannot be reached the work is done once, limited by this process', async () => {
  const limiter = open(await findClosedPort()).of(newId(), acme);
  const { work, seen, full, release } = makeWork();

  const all = Promise.all(Array.from({ length: 6 }, () => limiter.run(work)));
  await full;
  release();

  expect(await all).toEqual(Array(6).fill('done'));
  expect(seen).toEqual({ most: 2, started: 6 });
});

describe('a bucket', () => {
  afterEach(() => {
    jest.useRealTimers();
  });
  const fakeTime = () => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });

  function start(limiter: Limiter, count: number) {
    const seen = { started: 0 };
    for (let index = 0; index < count; index += 1)
      void limiter.run(async () => {
        seen.started += 1;
      });
    return seen;
  }

  /** Lets so much time go by, and whatever is due now be done: Bottleneck starts work over several timers of 0 ms. */
  async function pass(ms: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(ms);
    for (let step = 0; step < 80; step += 1) await jest.advanceTimersByTimeAsync(1);
  }

  test('gives its burst at once, then so many with every second, and holds no more than its burst', async () => {
    fakeTime();
    const limiter = open(undefined).of(newId(), bucketed);

    const first = start(limiter, 45);
    const counts: number[] = [];
    for (const ms of [0, 700, 400, 1_000, 1_000]) {
      await pass(ms);
      counts.push(first.started);
    }
    await pass(60_000);
    const later = start(limiter, 45);
    await pass(0);

    expect(counts).toEqual([20, 20, 30, 40, 45]);
    expect(later.started).toBe(20);
  });

  test('is one per connection', async () => {
    fakeTime();
    const limiters = open(undefined);

    const seen = ['a', 'b'].map((id) => start(limiters.of(id, bucketed), 30));
    await pass(0);

    expect(seen.map(({ started }) => started)).toEqual([20, 20]);
  });

  test('that nobody used for five minutes, or whose process closes, keeps no clock running', async () => {
    fakeTime();
    const limiters = open(undefined);
    const use = async (...ids: readonly string[]) => {
      for (const id of ids) start(limiters.of(id, bucketed), 1);
      await pass(0);
      return jest.getTimerCount();
    };

    const withOne = await use('first');
    const withFour = await use('a', 'b', 'c');
    await pass(10 * 60_000);
    const afterIdling = jest.getTimerCount();
    await use('again');
    const closing = limiters.close();
    await pass(0);
    await closing;

    expect([withFour - withOne, afterIdling - withOne, jest.getTimerCount() - withOne]).toEqual([3, -1, -1]);
  });

  test('does not hold its process open', () => {
    const file = new URL('../../src/connector/limiter.ts', import.meta.url).href;
    const program = `
      const { openLimiters } = await import(${JSON.stringify(file)});
      const limiters = openLimiters({ clock: { now: () => new Date() }, sleep: async () => {}, log: {} });
      const limits = ${JSON.stringify(bucketed.limits)};
      process.stdout.write(await limiters.of('a', { id: 'b', limits }).run(async () => 'done'));
    `;

    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 60_000,
    });

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'done' });
  }, 70_000);
});

const told = (left: number, resetsAt: Date) => ({
  'x-ratelimit-remaining': String(left),
  'x-ratelimit-reset': String(resetsAt.getTime() / 1000),
});
const inSeconds = (seconds: number) => new Date(makeTestClock().now().getTime() + seconds * 1000);

describe('what is left', () => {
  test('of a window is what was told last while it lasts; else nothing is known', async () => {
    const clock = makeTestClock();
    const limiters = openLimiters({ clock, sleep: async () => undefined, log: openLog('silent'), redisUrl: undefined });
    opened.push(limiters);
    const before = await limiters.budgetOf('a', acme);
    await limiters.of('a', acme).run(async (observe) => observe(told(38, inSeconds(30))));
    const during = await limiters.budgetOf('a', acme);
    const ofAnother = await limiters.budgetOf('b', acme);
    clock.advance(30_000);

    expect(during).toEqual({ kind: 'window', left: 38, resetsAt: inSeconds(30), concurrency: 2, isShared: false });
    expect([before, ofAnother, await limiters.budgetOf('a', acme)]).toEqual([null, null, null]);
  });

  test('of a bucket is what this process did not take; who never called knows nothing, and asking changes nothing', async () => {
    const limiters = open(undefined);
    const before = [await limiters.budgetOf('a', bucketed), await limiters.budgetOf('a', bucketed)];
    for (let calls = 0; calls < 5; calls += 1) await limiters.of('a', bucketed).run(async () => undefined);

    const after = await limiters.budgetOf('a', bucketed);

    expect(before).toEqual([null, null]);
    expect(after).toEqual({ kind: 'bucket', left: 15, burst: 20, perSecond: 10, concurrency: 100, isShared: false });
  });

  test.each(['is away', 'never answers'])('is told of this process, and soon, while Redis %s', async (state) => {
    const silent = state === 'is away' ? undefined : await listenInSilence();
    const limiters = open(silent?.url ?? (await findClosedPort()));

    const seen = [await limiters.budgetOf('a', acme), await limiters.budgetOf('a', bucketed)];

    expect(seen).toEqual([null, null]);
    silent?.close();
  });
});

/** A vendor that takes nine calls in 30 seconds, whoever makes them: no multiple of what may be under way at once. */
const callsPerWindow = 9;

function makeVendor() {
  const clock = makeTestClock();
  const seen = { taken: 0, refused: 0 };
  let used = 0;
  let endsAt = 0;
  return {
    clock,
    seen,
    /** Waiting moves the clock; who waits for the same instant moves it no further. */
    async sleep(ms: number) {
      const until = clock.now().getTime() + ms;
      await new Promise((resolve) => setImmediate(resolve));
      if (clock.now().getTime() < until) clock.set(new Date(until).toISOString());
    },
    /** Counts the call when it comes in, and answers a little later: some later than others. */
    async answer() {
      const now = clock.now().getTime();
      if (now >= endsAt) [used, endsAt] = [0, Math.floor(now / 30_000) * 30_000 + 30_000];
      used += 1;
      const isTaken = used <= callsPerWindow;
      seen[isTaken ? 'taken' : 'refused'] += 1;
      const headers = {
        'x-ratelimit-remaining': String(Math.max(0, callsPerWindow - used)),
        'x-ratelimit-reset': String(endsAt / 1000),
      };
      for (let turns = used % 3; turns >= 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      return headers;
    },
  };
}

/** So many calls by each of the processes; each answer is observed, as the http client does. */
async function callFrom(
  vendor: ReturnType<typeof makeVendor>,
  url: string | undefined,
  processes: number,
  calls: number,
) {
  const { clock, sleep } = vendor;
  const connectionId = newId();
  const limiters = Array.from({ length: processes }, () => {
    const own = openLimiters({ clock, sleep, log: openLog('silent'), redisUrl: url });
    opened.push(own);
    return own.of(connectionId, acme);
  });
  const call = (limiter: Limiter) => limiter.run(async (observe) => observe(await vendor.answer()));
  await Promise.all(limiters.flatMap((limiter) => Array.from({ length: calls }, () => call(limiter))));
}

test('with one call left, the second of two waits until the first is answered, however long that takes', async () => {
  const limiters = open(undefined);
  const limiter = limiters.of('a', acme);
  const end = inSeconds(30);
  const held = Promise.withResolvers<void>();
  const seen: string[] = [];

  await limiter.run(async (observe) => observe(told(1, end)));
  const first = limiter.run(async (observe) => {
    await held.promise;
    seen.push('first answered');
    observe(told(1, end)); // the figure of before: it had not counted this call yet
  });
  const second = limiter.run(async () => void seen.push('second made'));
  // Work asked for later, of another connection, is done: so the second had its time, too.
  for (let calls = 0; calls < 5; calls += 1) await limiters.of('b', acme).run(async () => undefined);
  held.resolve();
  await Promise.all([first, second]);

  expect(seen).toEqual(['first answered', 'second made']);
});

test('one process alone never overruns the window of the vendor, and leaves nothing of it unused', async () => {
  const vendor = makeVendor();
  const startedAt = vendor.clock.now().getTime();

  await callFrom(vendor, undefined, 1, 60);

  expect(vendor.seen).toEqual({ taken: 60, refused: 0 });
  expect(vendor.clock.now().getTime() - startedAt).toBe((Math.ceil(60 / callsPerWindow) - 1) * 30_000);
});

test('without a Redis two processes overrun a window by no more than the calls they have under way', async () => {
  const vendor = makeVendor();

  await callFrom(vendor, undefined, 2, 30);

  const { taken, refused } = vendor.seen;
  const windows = Math.ceil(taken / callsPerWindow);
  expect(taken + refused).toBe(60);
  expect(refused).toBeLessThanOrEqual(windows * 2 * limits.concurrency);
});

// Without REDIS_URL there is no Redis that processes could share.
(redisUrl === undefined ? describe.skip : describe)('with Redis', () => {
  test('two processes together run as many at once as the connector says', async () => {
    const connectionId = newId();
    const both: Limiter[] = [open(redisUrl), open(redisUrl)].map((limiters) => limiters.of(connectionId, acme));
    const { work, seen, full, release } = makeWork();

    const all = Promise.all(Array.from({ length: 12 }, (_, index) => both[index % 2]?.run(work)));
    await full;
    release();

    expect(await all).toEqual(Array(12).fill('done'));
    expect(seen).toEqual({ most: 2, started: 12 });
  });

  test('two processes drink from one bucket, which refills while all of them wait', async () => {
    // Redis counts by its own clock, so this one runs in real time; whatever the machine's pace, the bound holds.
    const slow = {
      id: 'slow',
      limits: { ...bucketed.limits, rate: { kind: 'bucket', perSecond: 10, burst: 10 } },
    } as const;
    const connectionId = newId();
    const both = [open(redisUrl), open(redisUrl)].map((limiters) => limiters.of(connectionId, slow));
    const beganMs = performance.now();
    const allowed: boolean[] = [];
    let started = 0;

    const work = async () => {
      started += 1;
      allowed.push(started <= 10 + 10 * Math.ceil((performance.now() - beganMs) / 1000));
    };
    await Promise.all(Array.from({ length: 30 }, (_, index) => both[index % 2]?.run(work)));

    expect(started).toBe(30);
    expect(allowed).not.toContain(false);
    // Two seconds; ten where Redis is only asked at Bottleneck's own pace.
  }, 8_000);

  test('two processes together never overrun the window of the vendor', async () => {
    const vendor = makeVendor();

    await callFrom(vendor, redisUrl, 2, 30);

    expect(vendor.seen).toEqual({ taken: 60, refused: 0 });
  });

  test('what is left is that of all processes, also for one that never called', async () => {
    const slow = {
      id: 'slow',
      limits: { ...bucketed.limits, rate: { kind: 'bucket', perSecond: 1, burst: 20 } },
    } as const;
    const [ofWindow, ofBucket] = [newId(), newId()];
    const [caller, asker] = [open(redisUrl), open(redisUrl)];
    await caller.of(ofWindow, acme).run(async (observe) => observe(told(38, inSeconds(30))));
    for (let calls = 0; calls < 15; calls += 1) await caller.of(ofBucket, slow).run(async () => undefined);

    const window = await asker.budgetOf(ofWindow, acme);
    const bucket = await asker.budgetOf(ofBucket, slow);
    const untouched = await asker.budgetOf(newId(), acme);

    expect(window).toEqual({ kind: 'window', left: 38, resetsAt: inSeconds(30), concurrency: 2, isShared: true });
    expect(bucket).toMatchObject({ kind: 'bucket', burst: 20, isShared: true });
    // Redis counts by real time: a second or two may have gone by.
    expect([5, 6, 7, 8, 9]).toContain(bucket?.left);
    expect(untouched).toBeNull();
  });

  test('an error of the work passes unchanged', async () => {
    const error = new Error('no answer');

    await expect(
      open(redisUrl)
        .of(newId(), acme)
        .run(() => Promise.reject(error)),
    ).rejects.toBe(error);
  });

  test('a connection to Redis that breaks under way loses no work and does none twice', async () => {
    const name = `test-${newId()}`;
    const limiter = open(`${redisUrl}?connectionName=${name}`).of(newId(), acme);
    await limiter.run(async () => undefined);
    const { work, seen, full, release } = makeWork();

    const all = Promise.all(Array.from({ length: 6 }, () => limiter.run(work)));
    await full;
    await cutClients(redisUrl ?? '', name);
    release();

    expect(await all).toEqual(Array(6).fill('done'));
    expect(seen.started).toBe(6);
  });

  test('closing leaves no connection to Redis behind', async () => {
    const name = `test-${newId()}`;
    const limiters = open(`${redisUrl}?connectionName=${name}`);
    await limiters.of(newId(), acme).run(async () => undefined);
    const before = await countClients(redisUrl ?? '', name);

    await limiters.close();

    expect([before, await countClients(redisUrl ?? '', name)]).toEqual([2, 0]);
  });
});

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Cuts the connections of that name only: the Redis may be shared with others. */
function cutClients(url: string, name: string): Promise<void> {
  return withRedis(url, async (redis) => {
    for (const id of await listClients(redis, name)) await redis.call('CLIENT', 'KILL', 'ID', id);
  });
}

function countClients(url: string, name: string): Promise<number> {
  return withRedis(url, async (redis) => (await listClients(redis, name)).length);
}

async function listClients(redis: Redis, name: string): Promise<readonly string[]> {
  const lines = String(await redis.client('LIST')).split('\n');
  return lines.filter((line) => line.includes(` name=${name} `)).flatMap((line) => /^id=(\d+)/.exec(line)?.[1] ?? []);
}

async function findClosedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** A Redis that takes every connection and says nothing. */
async function listenInSilence(): Promise<{ readonly url: string; readonly close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
