import KeyvRedis, { createClient } from '@keyv/redis';
import { Keyv } from 'keyv';
import type { z } from 'zod';
import type { Log } from './log.ts';

/** Keeps what is cheap to lose. A cache that is broken, slow or holds nonsense only costs a call: nothing here throws. */
export interface Cache {
  /** The value under the key if it fits the schema; else loads it, once for all who ask meanwhile, and keeps it `ttlMs`. */
  remember<T>(key: string, ttlMs: number, schema: z.ZodType<T>, load: () => Promise<T>): Promise<T>;
  read<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** @param value must survive JSON. */
  write(key: string, ttlMs: number, value: unknown): Promise<void>;
  forget(key: string): Promise<void>;
  close(): Promise<void>;
}

/** In this process's memory, or in Redis, where all processes share it. */
export function openCache(parts: { readonly redisUrl: string | undefined; readonly log: Log }): Cache {
  const { redisUrl, log } = parts;
  const store = redisUrl === undefined ? openMemory() : openRedis(redisUrl, log);
  const loading = new Map<string, Promise<unknown>>();

  async function read<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const kept = schema.safeParse(await store.get(key));
    return kept.success ? kept.data : undefined;
  }

  async function load<T>(key: string, ttlMs: number, work: () => Promise<T>): Promise<T> {
    const value = await work();
    await store.set(key, value, ttlMs);
    return value;
  }

  return {
    read,
    async remember<T>(key: string, ttlMs: number, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
      const kept = await read(key, schema);
      if (kept !== undefined) return kept;
      const running = loading.get(key);
      if (running) return schema.parse(await running);
      const started = load(key, ttlMs, work).finally(() => loading.delete(key));
      loading.set(key, started);
      return started;
    },
    write: (key, ttlMs, value) => store.set(key, value, ttlMs),
    forget: (key) => store.delete(key),
    close: () => store.close(),
  };
}

/** Never throws: get gives undefined where there is nothing or no store to ask. */
interface Store {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

function openMemory(): Store {
  const keyv = new Keyv();
  return { ...toStore(keyv, Promise.resolve()), close: () => keyv.disconnect() };
}

function openRedis(url: string, log: Log): Store {
  const client = createClient({
    url,
    disableOfflineQueue: true, // while it is away a command fails at once instead of waiting for it
    socket: { connectTimeout: 2_000, reconnectStrategy: (tries) => Math.min(tries * 200, 5_000) },
  });
  const keyv = new Keyv(new KeyvRedis(client, { throwOnConnectError: false }), {
    namespace: 'career-relay',
    useKeyPrefix: false,
  });
  let isAway = false;
  keyv.on('error', (error: unknown) => {
    if (!isAway) log.warn({ err: error }, 'the cache cannot be reached; work goes on without it');
    isAway = true;
  });
  client.on('ready', () => {
    isAway = false;
  });
  const connected = client.connect().then(
    () => undefined,
    () => undefined,
  );
  return {
    ...toStore(keyv, within(connected, 1_000)),
    async close() {
      if (client.isReady) await client.close();
      else if (client.isOpen) client.destroy();
    },
  };
}

function toStore(keyv: Keyv<unknown>, opened: Promise<void>): Omit<Store, 'close'> {
  const orNothing = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    await opened;
    // keyv tells its 'error' listeners itself
    return work().catch(() => undefined);
  };
  return {
    get: (key) => orNothing(() => keyv.get(key)),
    set: async (key, value, ttlMs) => void (await orNothing(() => keyv.set(key, value, ttlMs))),
    delete: async (key) => void (await orNothing(() => keyv.delete(key))),
  };
}

function within(work: Promise<void>, ms: number): Promise<void> {
  return Promise.race([work, new Promise<void>((resolve) => setTimeout(resolve, ms).unref())]);
}
