import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toSpan } from '../../src/settings/api/dashboard.ts';
import { toRate } from '../../src/settings/api/rate.ts';
import { hideSmall, toBand } from '../../src/settings/api/small-numbers.ts';
import { addDeliveries, addOutcome } from './outcomes.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

async function connect(): Promise<{
  readonly slug: string;
  readonly companyId: string;
  readonly connectionId: string;
}> {
  const { slug, id: companyId } = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  return { slug, companyId, connectionId: body.id };
}

// Tuesday, 24 November 2026, 10:00 in Japan.
const thisWeek = new Date('2026-11-23T15:30:00Z');
const lastWeek = new Date('2026-11-22T14:59:00Z');

test('weeks, share and groups tell what happened, and nothing of fewer than ten people', async () => {
  const place = await connect();
  const outcomes = [
    { count: 24, decidedAt: lastWeek, reason: 'スキル不足', job: '営業 (東京)', letters: 20, consents: 12 },
    { count: 9, decidedAt: thisWeek, reason: '経験不足', job: "O'Brien, Sales 🌸", letters: 8, consents: 1 },
    { count: 3, decidedAt: thisWeek, reason: null, job: null, letters: 0, consents: 0 },
  ];
  for (const outcome of outcomes) await addOutcome(relay, place, outcome);

  const { status, body } = await relay.call('GET', `/dashboard?company=${place.slug}`);

  expect(status).toBe(200);
  expect([body.from, body.to, body.weeks.length]).toEqual(['2026-09-07', '2026-11-29', 12]);
  expect(body.weeks.slice(-2)).toEqual([
    { week: '2026-11-16', rejections: 24, letters: 20, consents: 12, referrals: 0 },
    { week: '2026-11-23', rejections: 12, letters: 8, consents: 1, referrals: 0 },
  ]);
  expect(body.rate).toMatchObject({ part: 13, whole: 28 });
  expect(body.reasons).toEqual({
    cells: [
      {
        name: 'スキル不足',
        rejections: { least: 20, most: 24 },
        letters: { least: 20, most: 24 },
        consents: { least: 10, most: 14 },
      },
    ],
    rest: { groups: 2, rejections: { least: 10, most: 14 }, letters: null, consents: null },
  });
  expect(JSON.stringify(body.jobs)).not.toContain('Brien');
});

test('a company in which nothing was yet is told so, and what it lacks', async () => {
  const { slug } = await addCompany(relay, false);

  const { body } = await relay.call('GET', `/dashboard?company=${slug}`);

  expect(body).toMatchObject({
    needs: [{ kind: 'agency', count: 1, reason: 'agency-missing', connectionId: null }],
    rate: { part: 0, whole: 0, share: null, low: null, high: null },
    reasons: { cells: [], rest: null },
    projection: { weeksToNextCredit: null },
  });
});

test('what needs a person stands there, most urgent first, with the connection it is about', async () => {
  const place = await connect();
  await addDeliveries(relay, place, [
    { status: 'set-aside', reason: 'not-json' },
    { status: 'failed', reason: 'internal_error' },
    { status: 'set-aside', reason: 'erased' },
    { status: 'processed' },
  ]);
  await addOutcome(relay, place, {
    count: 2,
    decidedAt: thisWeek,
    reason: 'その他',
    job: null,
    letters: 2,
    consents: 0,
  });
  await relay.database.forCompany(place.companyId, (tx) =>
    tx
      .updateTable('letter')
      .set({ status: 'held', reason: 'reason-unknown' })
      .where('company_id', '=', place.companyId)
      .execute(),
  );

  const { body } = await relay.call('GET', `/dashboard?company=${place.slug}`);

  const { connectionId } = place;
  expect(body.needs).toEqual([
    { kind: 'reasons-unknown', count: 1, reason: null, connectionId },
    { kind: 'letters-held', count: 2, reason: 'reason-unknown', connectionId },
    { kind: 'deliveries-stuck', count: 2, reason: null, connectionId },
  ]);
});

test.each([
  ['from=2026-11-20&to=2026-11-01', 'ends before it begins'],
  ['from=2020-01-01&to=2026-11-01', 'is too long'],
  ['from=tomorrow', 'is no day'],
  ['weeks=107', 'is too long'],
])('a span of %s is refused: it %s', async (span) => {
  const { slug } = await addCompany(relay);

  const answer = await relay.call('GET', `/dashboard?company=${slug}&${span}`);

  expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
});

test('a span is made of whole weeks in Japan', () => {
  const lateSunday = new Date('2026-11-29T14:59:59Z');
  const monday = new Date('2026-11-29T15:00:00Z');

  expect(toSpan({ weeks: 12 }, lateSunday).to).toEqual(monday);
  expect(toSpan({ weeks: 12 }, monday).to).toEqual(new Date('2026-12-06T15:00:00Z'));
  expect(toSpan({ from: '2026-11-25', to: '2026-11-25', weeks: 12 }, monday)).toEqual({
    from: new Date('2026-11-22T15:00:00Z'),
    to: monday,
  });
});

describe('the range a share may lie in', () => {
  test.each([
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [5, 10, 0.2366, 0.7634],
    [81, 263, 0.2553, 0.3662],
  ])('is, of %d in %d, as Wilson has it', (part, whole, low, high) => {
    const rate = toRate(part, whole);

    expect(rate.low).toBeCloseTo(low, 3);
    expect(rate.high).toBeCloseTo(high, 3);
  });

  test('always holds the share, and stays a share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (whole, any) => {
        const { share, low, high } = toRate(any % (whole + 1), whole);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(share).toBeGreaterThanOrEqual((low ?? 1) - 1e-12);
        expect(share).toBeLessThanOrEqual((high ?? 0) + 1e-12);
      }),
    );
  });
});

describe('small numbers', () => {
  const group = (name: string, rejections: number) => ({ name, rejections, letters: rejections, consents: 0 });

  test('nine are never told, ten are', () => {
    expect([toBand(0), toBand(9), toBand(10), toBand(14)]).toEqual([
      null,
      null,
      { least: 10, most: 14 },
      { least: 10, most: 14 },
    ]);
  });

  test('a single small group takes the next with it: the total would tell it otherwise', () => {
    const { cells, rest } = hideSmall([group('a', 30), group('b', 12), group('c', 1)]);

    expect(cells.map(({ name }) => name)).toEqual(['a']);
    expect(rest).toMatchObject({ groups: 2, rejections: { least: 10, most: 14 } });
  });

  test('no total less what is shown leaves fewer than ten', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }), (counts) => {
        const groups = counts.toSorted((a, b) => b - a).map((count, index) => group(String(index), count));
        const { cells, rest } = hideSmall(groups);
        const shown = groups.filter(({ name }) => cells.some((cell) => cell.name === name));
        const left = groups.filter((one) => !shown.includes(one)).reduce((sum, { rejections }) => sum + rejections, 0);
        expect(shown.every(({ rejections }) => rejections >= 10)).toBe(true);
        expect(rest === null ? left === 0 : left >= 10 || cells.length === 0).toBe(true);
      }),
    );
  });

  test('one person more shows in no number unless a band is left', () => {
    const before = hideSmall([group('a', 20), group('b', 11)]);
    const after = hideSmall([group('a', 20), group('b', 12)]);

    expect(after).toEqual(before);
  });
});
