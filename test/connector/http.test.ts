import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { delay, HttpResponse, http as vendor } from 'msw';
import { z } from 'zod';
import { openNetworkGuard } from '../../src/connector/network-guard.ts';
import { RelayError } from '../../src/platform/errors.ts';
import { openTestNetwork, type TestNetwork } from '../support/msw.ts';
import { showEverywhere } from './support/shown.ts';
import { canary, openTestHttp, origin } from './support/vendor.ts';

const Item = z.object({ id: z.number() });
const resetAt = (iso: string) => String(Date.parse(iso) / 1000);

let network: TestNetwork;
beforeAll(() => {
  network = openTestNetwork();
});
afterEach(() => {
  expect(network.strays).toEqual([]);
  network.reset();
});
afterAll(() => network.close());

/** Answers each call with the next answer, the last one again and again; gives the calls received. */
function answer(path: string, ...answers: (() => Response | Promise<Response>)[]): Request[] {
  const calls: Request[] = [];
  network.use(
    vendor.all(`${origin}${path}`, ({ request }) => {
      calls.push(request.clone());
      return (answers[calls.length - 1] ?? answers.at(-1) ?? (() => HttpResponse.json({})))();
    }),
  );
  return calls;
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new HttpResponse(null, { status: code, headers });
const json =
  (body: object, headers: Record<string, string> = {}) =>
  () =>
    HttpResponse.json(body, { headers });

async function catchError(work: Promise<unknown>): Promise<RelayError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RelayError)) throw new Error(`expected a RelayError, got ${inspect(error)}`);
  return error;
}

test('a call goes to the connection’s origin, authorised, with its query, and its answer is parsed', async () => {
  const { http } = openTestHttp();
  const calls = answer('/v3/items', json({ id: 1, name: '髙﨑 𠮷野 ｶﾅ 😀 O’Hara, Inc.' }));

  const item = await http.get('/v3/items', Item, { ids: '1,2', updated_at: 'gte|2026-11-24T00:00:00Z' });

  expect(item).toEqual({ id: 1 });
  expect(calls).toHaveLength(1);
  expect(Object.fromEntries(new URL(calls[0]?.url ?? '').searchParams)).toEqual({
    ids: '1,2',
    updated_at: 'gte|2026-11-24T00:00:00Z',
  });
  expect(calls[0]?.headers.get('authorization')).toBe(`Bearer ${canary}-0`);
});

test('post and patch send JSON as UTF-8; an empty answer is undefined; delete wants no body', async () => {
  const { http } = openTestHttp();
  const posts = answer('/v3/notes', json({ id: 7 }));
  const patches = answer('/v3/candidates/1', status(204));
  const deletes = answer('/v3/tags/1', status(204));
  const body = { body: '髙﨑、𠮷野 ｶﾅ 😀 O’Hara, Inc.' };

  const created = await http.post('/v3/notes', body, Item);
  const changed = await http.patch('/v3/candidates/1', body, z.undefined());
  await http.delete('/v3/tags/1');

  expect([created, changed]).toEqual([{ id: 7 }, undefined]);
  expect(await posts[0]?.json()).toEqual(body);
  expect(posts[0]?.headers.get('content-type')).toBe('application/json');
  expect([patches[0]?.method, deletes[0]?.method]).toEqual(['PATCH', 'DELETE']);
});

test.each([
  [400, 'vendor_refused', 'data'],
  [401, 'vendor_unauthorized', 'config'],
  [403, 'vendor_forbidden', 'config'],
  [404, 'vendor_refused', 'data'],
  [422, 'vendor_refused', 'data'],
  [429, 'vendor_rate_limited', 'transient'],
  [500, 'vendor_unavailable', 'transient'],
  [503, 'vendor_unavailable', 'transient'],
  [301, 'vendor_refused', 'data'],
  [302, 'vendor_refused', 'data'],
  [308, 'vendor_refused', 'data'],
])('the status %i becomes %s', async (code, expected, kind) => {
  const { http } = openTestHttp();
  answer('/v3/items', status(code));

  const error = await catchError(http.get('/v3/items', Item));

  expect(error).toMatchObject({ code: expected, kind });
});

test.each([301, 302, 303, 307, 308])('a %i redirect is not followed, not even on the same origin', async (code) => {
  const { http } = openTestHttp();
  const elsewhere = answer('/v3/elsewhere', json({ id: 1 }));
  answer('/v3/items', status(code, { location: `${origin}/v3/elsewhere` }));

  await catchError(http.get('/v3/items', Item));

  expect(elsewhere).toHaveLength(0);
});

test.each([
  ['another shape', json({ id: canary })],
  ['no JSON', () => new HttpResponse(`<html>${canary}</html>`)],
  ['nothing', status(200)],
])('%s is not understood, and the error repeats none of it', async (_what, respond) => {
  const { http } = openTestHttp();
  answer('/v3/items', respond);

  const error = await catchError(http.get('/v3/items', Item));

  expect(error.code).toBe('vendor_not_understood');
  expect(inspect(error)).not.toContain(canary);
});

test.each([
  [5 * 1024 * 1024, 'taken'],
  [5 * 1024 * 1024 + 1, 'vendor_not_understood'],
])('an answer of %i bytes is %s', async (bytes, expected) => {
  const { http } = openTestHttp();
  answer('/v3/items', () => new HttpResponse(`"${'a'.repeat(bytes - 2)}"`));

  const outcome = await http.get('/v3/items', z.string()).then(
    () => 'taken',
    (error: RelayError) => error.code,
  );

  expect(outcome).toBe(expected);
});

test('what the vendor does not have is undefined to a find, and every other refusal stays an error', async () => {
  const { http } = openTestHttp();
  answer('/v3/items/1', json({ id: 1 }));
  answer('/v3/items/2', status(404));
  answer('/v3/items/3', status(410));
  answer('/v3/items/4', status(302, { location: '/v3/items/1' }));

  expect(await http.find('/v3/items/1', Item)).toEqual({ id: 1 });
  expect(await http.find('/v3/items/2', Item)).toBeUndefined();
  for (const path of ['/v3/items/3', '/v3/items/4'])
    expect(await catchError(http.find(path, Item))).toMatchObject({ code: 'vendor_refused' });
});

test('an answer that does not come in time is given up', async () => {
  const { http } = openTestHttp({ timeoutMs: 20 });
  const calls = answer('/v3/items', async () => {
    await delay('infinite');
    return new HttpResponse();
  });

  const error = await catchError(http.post('/v3/items', {}, Item));

  expect([error.code, calls.length]).toEqual(['vendor_unavailable', 1]);
});

test('a broken connection is unavailable, and tried three more times for a read', async () => {
  const { http, waits } = openTestHttp();
  const calls = answer('/v3/items', () => HttpResponse.error());

  const error = await catchError(http.get('/v3/items', Item));

  expect(error.code).toBe('vendor_unavailable');
  expect(calls).toHaveLength(4);
  expect(waits).toEqual([500, 1000, 2000]);
});

describe('retries', () => {
  test('a read is tried again after a failure of the vendor', async () => {
    const { http, waits } = openTestHttp();
    answer('/v3/items', status(503), status(502), json({ id: 1 }));

    const item = await http.get('/v3/items', Item);

    expect([item, waits]).toEqual([{ id: 1 }, [500, 1000]]);
  });

  test.each(['post', 'patch', 'delete'] as const)(
    'a %s is sent once when the vendor fails: it may have done it',
    async (method) => {
      const { http } = openTestHttp();
      const calls = answer('/v3/items', status(503));

      const work = method === 'delete' ? http.delete('/v3/items') : http[method]('/v3/items', {}, Item);
      const error = await catchError(work);

      expect([error.code, calls.length]).toEqual(['vendor_unavailable', 1]);
    },
  );

  test('a post is sent again after 429, when the vendor says that it did nothing', async () => {
    const { http, waits } = openTestHttp();
    const calls = answer('/v3/items', status(429, { 'retry-after': '2' }), json({ id: 1 }));

    await http.post('/v3/items', {}, Item);

    expect([calls.length, waits]).toEqual([2, [2000]]);
  });

  test.each([400, 403, 404, 422])('a %i is not tried again', async (code) => {
    const { http } = openTestHttp();
    const calls = answer('/v3/items', status(code));

    await catchError(http.get('/v3/items', Item));

    expect(calls).toHaveLength(1);
  });

  test.each([
    ['seconds', { 'retry-after': '3' }, 3000],
    ['an HTTP date', { 'retry-after': 'Tue, 24 Nov 2026 01:00:07 GMT' }, 7000],
    ['a date that has passed', { 'retry-after': 'Tue, 24 Nov 2026 00:59:00 GMT' }, 0],
    ['the end of the window', { 'x-ratelimit-reset': resetAt('2026-11-24T01:00:04Z') }, 4000],
    ['nonsense', { 'retry-after': 'soon' }, 500],
  ])('the wait asked for as %s is kept', async (_what, headers, expected) => {
    const { http, waits } = openTestHttp();
    answer('/v3/items', status(429, headers), json({ id: 1 }));

    await http.get('/v3/items', Item);

    expect(waits).toEqual([expected]);
  });

  test('a wait of more than ten seconds is left to the job, with its length', async () => {
    const { http, waits } = openTestHttp();
    const calls = answer('/v3/items', status(429, { 'retry-after': '25' }));

    const error = await catchError(http.get('/v3/items', Item));

    expect(error).toMatchObject({ code: 'vendor_rate_limited', retryAfterMs: 25_000 });
    expect([calls.length, waits]).toEqual([1, []]);
  });
});

describe('the rate window', () => {
  const used = (left: number, iso: string) => ({
    'x-ratelimit-remaining': String(left),
    'x-ratelimit-reset': resetAt(iso),
  });

  test('once used up, no call is made until the vendor opens the next', async () => {
    const { http, waits, clock } = openTestHttp();
    const seen: string[] = [];
    answer('/v3/items', () => {
      seen.push(clock.now().toISOString());
      return HttpResponse.json({ id: 1 }, { headers: used(0, '2026-11-24T01:00:30Z') });
    });

    await http.get('/v3/items', Item);
    await http.get('/v3/items', Item);

    expect(waits).toEqual([30_000]);
    expect(seen).toEqual(['2026-11-24T01:00:00.000Z', '2026-11-24T01:00:30.000Z']);
  });

  test('calls under way count: with one left, the second of two waits', async () => {
    const { http, waits } = openTestHttp();
    answer('/v3/items', json({ id: 1 }, used(1, '2026-11-24T01:00:30Z')), json({ id: 1 }));

    await http.get('/v3/items', Item);
    await Promise.all([http.get('/v3/items', Item), http.get('/v3/items', Item)]);

    expect(waits).toEqual([30_000]);
  });

  test('one that opens in more than a minute is left to the job', async () => {
    const { http } = openTestHttp();
    answer('/v3/items', json({ id: 1 }, used(0, '2026-11-24T01:05:00Z')));
    await http.get('/v3/items', Item);

    const error = await catchError(http.post('/v3/items', {}, Item));

    expect(error).toMatchObject({ code: 'vendor_rate_limited', retryAfterMs: 300_000 });
  });

  test('one that is over, or headers that say nothing, hold nobody up', async () => {
    const { http, waits } = openTestHttp();
    answer(
      '/v3/items',
      json({ id: 1 }, used(0, '2026-11-24T00:59:59Z')),
      json({ id: 1 }, { 'x-ratelimit-remaining': 'none', 'x-ratelimit-reset': '-1' }),
      json({ id: 1 }),
    );

    for (let calls = 0; calls < 3; calls += 1) await http.get('/v3/items', Item);

    expect(waits).toEqual([]);
  });

  test('no more calls are under way at once than the connector says', async () => {
    const { http } = openTestHttp();
    const two = Promise.withResolvers<void>();
    let now = 0;
    let most = 0;
    answer('/v3/items', async () => {
      most = Math.max(most, ++now);
      if (now === 2) two.resolve();
      await two.promise;
      now -= 1;
      return HttpResponse.json({ id: 1 });
    });

    await Promise.all(Array.from({ length: 9 }, () => http.get('/v3/items', Item)));

    expect(most).toBe(2);
  });
});

describe('a token that is refused', () => {
  test('is dropped once, and the call made once more with a fresh one', async () => {
    const { http, dropped } = openTestHttp();
    const calls = answer('/v3/items', status(401), json({ id: 1 }));

    await http.post('/v3/items', {}, Item);

    expect(dropped).toEqual([`Bearer ${canary}-0`]);
    expect(calls.map((call) => call.headers.get('authorization'))).toEqual([
      `Bearer ${canary}-0`,
      `Bearer ${canary}-1`,
    ]);
  });

  test('twice is the customer’s to mend, after two calls', async () => {
    const { http } = openTestHttp();
    const calls = answer('/v3/items', status(401));

    const error = await catchError(http.get('/v3/items', Item));

    expect([error.code, calls.length]).toEqual(['vendor_unauthorized', 2]);
  });
});

describe('a list', () => {
  test('is read to its end, and the next address used exactly as given', async () => {
    const { http } = openTestHttp();
    const next = `${origin}/v3/items?cursor=eyJpZCI6Mn0%3D%7C1`;
    const calls = answer(
      '/v3/items',
      json([{ id: 1 }, { id: 2 }], { link: `<${next}>; rel="next"` }),
      json([{ id: 3 }]),
    );

    const items = await http.list('/v3/items', Item, { per_page: '2' });

    expect(items).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(calls.map((call) => call.url)).toEqual([`${origin}/v3/items?per_page=2`, next]);
  });

  test.each([
    ['a relative address', '</v3/items?cursor=2>; rel="next"'],
    ['one among others', `<${origin}/v3/items?cursor=0>; rel="prev", <${origin}/v3/items?cursor=2>; rel="next"`],
    ['one with more parameters', `<${origin}/v3/items?cursor=2>; title="a"; rel=next`],
  ])('follows %s', async (_what, link) => {
    const { http } = openTestHttp();
    const calls = answer('/v3/items', json([], { link }), json([]));

    await http.list('/v3/items', Item);

    expect(calls[1]?.url).toBe(`${origin}/v3/items?cursor=2`);
  });

  test.each([
    'https://evil.example.com/v3/items?cursor=2',
    'http://api.vendor.example.com/v3/items?cursor=2',
    'https://api.vendor.example.com:8443/v3/items',
    'https://user@api.vendor.example.com/v3/items',
    '//evil.example.com/v3/items',
    'https://127.0.0.1/',
    'javascript:alert(1)',
  ])('does not carry the token to %s', async (next) => {
    const { http } = openTestHttp();
    answer('/v3/items', json([{ id: 1 }], { link: `<${next}>; rel="next"` }));

    const error = await catchError(http.list('/v3/items', Item));

    expect(error.code).toBe('vendor_address_refused');
  });

  test('that leads back to itself is given up', async () => {
    const { http } = openTestHttp();
    const calls = answer('/v3/items', json([{ id: 1 }], { link: `<${origin}/v3/items?cursor=2>; rel="next"` }));

    const error = await catchError(http.list('/v3/items', Item));

    expect([error.code, calls.length]).toEqual(['vendor_not_understood', 2]);
  });

  test('continues where a page fails once', async () => {
    const { http } = openTestHttp();
    answer(
      '/v3/items',
      json([{ id: 1 }], { link: `<${origin}/v3/items?cursor=2>; rel="next"` }),
      status(500),
      json([{ id: 2 }]),
    );

    expect(await http.list('/v3/items', Item)).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

test.each([
  'https://evil.example.com/',
  '//evil.example.com/',
  'v3/items',
  '@evil.example.com/',
  '\\\\evil.example.com',
])('the path %p leaves the origin in no way', async (path) => {
  const { http } = openTestHttp();

  await expect(http.get(path, Item)).rejects.toMatchObject({ code: 'internal_error' });
});

test('a connection to a private address is refused before anything is sent', () => {
  expect(() => openTestHttp({ baseUrl: 'https://169.254.169.254' })).toThrow(
    expect.objectContaining({ code: 'vendor_address_refused' }),
  );
  expect(() => openTestHttp({ baseUrl: 'http://api.vendor.example.com' })).toThrow(RelayError);
});

test.each([
  ['401', status(401, { 'www-authenticate': canary })],
  ['429', status(429, { 'retry-after': '60' })],
  ['a failure', () => HttpResponse.json({ message: canary }, { status: 422 })],
  ['a redirect', status(302, { location: `https://evil.example.com/?token=${canary}` })],
  ['a broken connection', () => HttpResponse.error()],
  ['no JSON', () => new HttpResponse(canary)],
])('after %s neither error nor log shows the token, the query or the answer', async (_what, respond) => {
  const { http } = openTestHttp();
  answer('/v3/items', respond);

  const error = await catchError(http.get('/v3/items', Item, { email: `${canary}@example.com` }));

  expect(showEverywhere(error)).not.toContain(canary);
  expect(error.cause).toBeUndefined();
});

test('a name that resolves to a private address is refused, and its error says so', async () => {
  network.close();
  const resolve = ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
    done(null, [{ address: '127.0.0.1', family: 4 }])) as never;
  const { http } = openTestHttp({ guard: openNetworkGuard({ allowPrivateNetwork: false, resolve }) });

  const error = await catchError(http.get('/v3/items', Item));

  network = openTestNetwork();
  expect(error.code).toBe('vendor_address_refused');
});
