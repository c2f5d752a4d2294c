import { describe, expect, test } from '@jest/globals';
import { may, type Right, roles } from '../../../src/company/index.ts';
import { openApi } from '../../../src/settings/page/api/client.ts';
import { ApiProblem, toActor } from '../../../src/settings/page/api/problem.ts';
import { isAllowed } from '../../../src/settings/page/api/rights.ts';
import type { CreditEntry } from '../../../src/settings/page/api/types.ts';
import {
  addMonths,
  readEntries,
  toChange,
  toMonths,
  toOpenReservations,
} from '../../../src/settings/page/credits/ledger.ts';
import { toRate } from '../../../src/settings/page/parts/count.tsx';
import { formatTime } from '../../../src/settings/page/parts/time.tsx';
import { toBack } from '../../../src/settings/page/sign-in/calls.ts';
import { answerWith } from './support/answers.ts';

const everyRight = {
  look: true,
  letters: true,
  mapping: true,
  reject: true,
  credits: true,
  pause: true,
  resume: true,
  audit: true,
  bodies: true,
  settings: true,
  members: true,
} as const satisfies Record<Right, true>;

test('the page shows what the server allows, for every role and right', () => {
  const pairs = roles.flatMap((role) => (Object.keys(everyRight) as Right[]).map((right) => [role, right] as const));

  expect(pairs.map(([role, right]) => [role, right, isAllowed(role, right)])).toEqual(
    pairs.map(([role, right]) => [role, right, may(role, right)]),
  );
});

const posting = (change: Partial<CreditEntry>): CreditEntry => ({
  id: '0',
  seq: 1,
  kind: 'referral-counted',
  postedAt: '2026-11-28T00:00:00.000Z',
  referralId: null,
  creditId: null,
  reservationId: null,
  reason: null,
  entries: [],
  available: 0,
  towardsNext: 0,
  ...change,
});

describe('the ledger', () => {
  test('a posting changes referrals and credits as its entries say', () => {
    const entries = [
      { account: 'counted', amount: -10 },
      { account: 'converted', amount: 10 },
      { account: 'issued', amount: -1 },
      { account: 'available', amount: 1 },
    ];

    expect(toChange(posting({ entries }))).toEqual({ referrals: -10, credits: 1 });
  });

  test('a reservation is open until it is used or released', () => {
    const items = [
      posting({ kind: 'credit-used', reservationId: 'r1' }),
      posting({ kind: 'credit-reserved', reservationId: 'r3' }),
      posting({ kind: 'credit-released', reservationId: 'r2' }),
      posting({ kind: 'credit-reserved', reservationId: 'r2' }),
      posting({ kind: 'credit-reserved', reservationId: 'r1' }),
    ];

    expect([...toOpenReservations(items)]).toEqual(['r3']);
  });

  test('months are those of Japan, and a referral taken back is taken off', () => {
    const items = [
      posting({ postedAt: '2026-10-31T15:00:00.000Z' }),
      posting({ postedAt: '2026-10-31T14:59:59.000Z' }),
      posting({ kind: 'referral-reversed', postedAt: '2026-11-10T00:00:00.000Z' }),
      posting({ postedAt: '2026-11-11T00:00:00.000Z' }),
    ];

    const months = toMonths(items, '2026-11');

    expect(months).toHaveLength(12);
    expect(months[0]).toEqual({ month: '2025-12', referrals: 0 });
    expect(months.slice(-2)).toEqual([
      { month: '2026-10', referrals: 1 },
      { month: '2026-11', referrals: 1 },
    ]);
  });

  test.each([
    ['2026-01', -1, '2025-12'],
    ['2026-12', 1, '2027-01'],
    ['2026-11', -11, '2025-12'],
  ])('%s and %d months are %s', (month, count, expected) => {
    expect(addMonths(month, count)).toBe(expected);
  });

  test('all its pages are read, and no more than are needed', async () => {
    const pages: Record<string, object> = {
      '': { items: [posting({ id: '3', postedAt: '2026-11-01T00:00:00.000Z' })], nextCursor: '3' },
      '3': { items: [posting({ id: '2', postedAt: '2026-09-01T00:00:00.000Z' })], nextCursor: '2' },
      '2': { items: [posting({ id: '1', postedAt: '2026-08-01T00:00:00.000Z' })], nextCursor: null },
    };
    const { fetch, asked } = answerWith((url) => ({ body: pages[url.searchParams.get('cursor') ?? ''] ?? {} }));
    const api = openApi({ fetch, language: () => 'ja' });

    const all = await readEntries(api, 'sakura-foods');
    const some = await readEntries(api, 'sakura-foods', '2026-10');

    expect(all.map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(some.map(({ id }) => id)).toEqual(['3']);
    expect(asked).toHaveLength(5);
  });
});

describe('asking the server', () => {
  test('goes to our own origin with the cookie, in the language of the reader', async () => {
    const { fetch, asked } = answerWith(() => ({ body: { ok: true }, headers: { etag: '"7"' } }));
    const api = openApi({ fetch, language: () => 'ja' });

    const tagged = await api.getTagged('/credits', { company: '髙﨑', cursor: undefined });
    await api.send('PATCH', '/connections/1', { state: 'live' }, tagged.etag);

    expect(tagged).toEqual({ value: { ok: true }, etag: '"7"' });
    expect(asked).toMatchObject([
      {
        url: '/api/v1/credits?company=%E9%AB%99%EF%A8%91',
        init: { credentials: 'same-origin', headers: { 'accept-language': 'ja' } },
      },
      { init: { method: 'PATCH', headers: { 'if-match': '"7"', 'content-type': 'application/json' } } },
    ]);
  });

  test('gives what a refusal says, and what a gateway does not say', async () => {
    const details = { type: 'about:blank', title: '使えません', status: 409, code: 'credit_exhausted' };
    const refusing = answerWith(() => ({ status: 409, body: details, type: 'application/problem+json' }));
    const gateway = answerWith(() => ({ status: 502, body: '<html>', type: 'text/html' }));

    const refused = openApi({ fetch: refusing.fetch, language: () => 'ja' }).get('/credits');
    const lost = openApi({ fetch: gateway.fetch, language: () => 'ja' }).get('/credits');

    await expect(refused).rejects.toMatchObject({ code: 'credit_exhausted', title: '使えません', status: 409 });
    await expect(lost).rejects.toMatchObject({ code: 'unreachable', status: 502 });
  });

  test('gives undefined where there is no body', async () => {
    const { fetch } = answerWith(() => ({ status: 204 }));

    expect(await openApi({ fetch, language: () => 'ja' }).send('DELETE', '/sessions/1')).toBeUndefined();
  });

  test.each([
    [{ status: 0, code: 'unreachable' }, 'operator'],
    [{ status: 400, code: 'request_invalid' }, 'you'],
    [{ status: 403, code: 'request_forbidden' }, 'admin'],
    [{ status: 422, code: 'vendor_unauthorized' }, 'admin'],
    [{ status: 503, code: 'vendor_unavailable' }, 'nobody'],
    [{ status: 500, code: 'internal_error' }, 'support'],
    [{ status: 502, code: 'something_new' }, 'operator'],
  ])('%j is for %s to mend', (problem, actor) => {
    expect(toActor(new ApiProblem({ title: '', fields: undefined, ...problem }))).toBe(actor);
  });
});

test.each([
  ['/c/sakura-foods/credits', '/c/sakura-foods/credits'],
  ['/c/a?filter=held', '/c/a?filter=held'],
  ['//elsewhere.example.com', '/'],
  ['/\\elsewhere.example.com', '/'],
  ['https://elsewhere.example.com', '/'],
  ['javascript:alert(1)', '/'],
  ['/c/a\r\nx', '/'],
  [undefined, '/'],
  [['/c/a'], '/'],
])('after signing in %j leads to %s', (text, back) => {
  expect(toBack(text)).toBe(back);
});

test.each([
  ['ja', 'minute', '2026/04/01 00:05'],
  ['ja', 'day', '2026/04/01'],
  ['en', 'minute', '1 Apr 2026, 00:05 JST'],
  ['en', 'day', '1 Apr 2026'],
] as const)('in %s, to the %s, an instant is %s, as it was in Japan', (language, show, text) => {
  expect(formatTime('2026-03-31T15:05:00.000Z', language, show)).toBe(text);
});

test('a share of few people says how little it says', () => {
  const { share, low, high } = toRate(8, 10);

  expect(share).toBe(0.8);
  expect(low).toBeCloseTo(0.49, 2);
  expect(high).toBeCloseTo(0.943, 2);
  expect(toRate(0, 5)).toMatchObject({ low: 0 });
  expect(toRate(5, 5)).toMatchObject({ high: 1 });
});
