import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Cache, openCache } from '../../src/platform/cache.ts';
import { newId } from '../../src/platform/ids.ts';
import { openLog } from '../../src/platform/log.ts';

const log = openLog('silent');
const redisUrl = process.env.REDIS_URL;
const Names = z.array(z.string());
const text = ['日本語', '髙﨑', '𠮷野', 'ｶﾅ', '😀', 'O’Hara', 'a, b'];

const opened: Cache[] = [];
function open(url: string | undefined): Cache {
  const cache = openCache({ redisUrl: url, log });
  opened.push(cache);
  return cache;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
});

describe.each([
  ['in memory', undefined],
  ['in Redis', redisUrl],
])('%s', (where, url) => {
  // Without REDIS_URL there is no Redis to ask.
  const check = where === 'in Redis' && url === undefined ? test.skip : test;

  check('a value is loaded once and then remembered, letter for letter', async () => {
    const cache = open(url);
    const key = newId();
    let loads = 0;
    const load = async () => {
      loads += 1;
      return text;
    };

    const values = [
      await cache.remember(key, 60_000, Names, load),
      await cache.remember(key, 60_000, Names, load),
      await cache.read(key, Names),
    ];

    expect(values).toEqual([text, text, text]);
    expect(loads).toBe(1);
  });

  check('many who ask at once share one load', async () => {
    const cache = open(url);
    const key = newId();
    let loads = 0;
    const load = async () => [String(++loads)];

    const values = await Promise.all(Array.from({ length: 20 }, () => cache.remember(key, 60_000, Names, load)));

    expect(new Set(values.map(String))).toEqual(new Set(['1']));
    expect(loads).toBe(1);
  });

  check('a kept value of another shape is loaded anew', async () => {
    const cache = open(url);
    const key = newId();
    await cache.write(key, 60_000, { names: text });

    expect(await cache.remember(key, 60_000, Names, async () => ['new'])).toEqual(['new']);
  });

  check('a load that fails is not remembered and leaves the next to try', async () => {
    const cache = open(url);
    const key = newId();

    const failed = cache.remember(key, 60_000, Names, async () => Promise.reject(new Error('no answer')));

    await expect(failed).rejects.toThrow('no answer');
    expect(await cache.remember(key, 60_000, Names, async () => text)).toEqual(text);
  });

  check('what is forgotten is gone', async () => {
    const cache = open(url);
    const key = newId();
    await cache.write(key, 60_000, text);

    await cache.forget(key);

    expect(await cache.read(key, Names)).toBeUndefined();
  });
});

(redisUrl === undefined ? test.skip : test)('two processes share what is kept in Redis', async () => {
  const [first, second] = [open(redisUrl), open(redisUrl)];
  const key = newId();
  await first.write(key, 60_000, text);

  expect(await second.read(key, Names)).toEqual(text);
});

test('a Redis that cannot be reached only costs the call', async () => {
  const cache = open(await findClosedPort());

  const value = await cache.remember('key', 60_000, Names, async () => text);
  await cache.forget('key');

  expect(value).toEqual(text);
  expect(await cache.read('key', Names)).toBeUndefined();
});

async function findClosedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}
