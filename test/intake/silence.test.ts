import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { findPercentile, type Hearing, judgeSilence } from '../../src/intake/silence.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { dayMs, openPolled, type Polled } from './polled.ts';

const hourMs = 60 * 60_000;
/** A Monday, 9:00 in Japan, with four business days after it. */
const monday = Date.parse('2026-11-09T00:00:00Z');

/** Deliveries every `gapHours` from Monday on. */
function hear(count: number, gapHours: number): readonly Date[] {
  return Array.from({ length: count }, (_, index) => new Date(monday + index * gapHours * hourMs));
}

function judge(change: Partial<Hearing>, hoursAfterLast: number) {
  const hearing = { heardAt: hear(10, 1), missedAt: [], told: null, ...change };
  const last = hearing.heardAt.at(-1)?.getTime() ?? monday;
  return judgeSilence(hearing, new Date(last + hoursAfterLast * hourMs));
}

test('48 hours without a webhook are a silence where they come every hour, and not a minute less', () => {
  expect(judge({}, 48)).toBeUndefined();
  expect(judge({}, 48.02)).toEqual({ since: hear(10, 1).at(-1), missed: 0 });
});

test('fewer than ten deliveries tell nothing about what is usual', () => {
  expect(judge({ heardAt: hear(9, 1) }, 200)).toBeUndefined();
  expect(judge({ heardAt: [] }, 200)).toBeUndefined();
});

test('who hears seldom waits for three times the usual gap', () => {
  const heardAt = Array.from({ length: 12 }, (_, index) => new Date(monday + index * 14 * dayMs));

  const last = heardAt.at(-1)?.getTime() ?? 0;
  const after = (days: number) => judgeSilence({ heardAt, missedAt: [], told: null }, new Date(last + days * dayMs));
  expect(after(36)).toBeUndefined();
  expect(after(60)).toBeDefined();
});

test('a weekend and holidays are not a silence', () => {
  const friday = Array.from(
    { length: 10 },
    (_, index) => new Date(Date.parse('2026-11-20T00:00:00Z') + index * hourMs),
  );

  const at = (instant: string) => judgeSilence({ heardAt: friday, missedAt: [], told: null }, new Date(instant));
  // Saturday, Sunday and 勤労感謝の日 on Monday.
  expect(at('2026-11-24T09:00:00Z')).toBeUndefined();
  expect(at('2026-11-26T00:00:00Z')).toBeDefined();
});

test('a silence is told once, and the next one anew', () => {
  const heardAt = hear(10, 1);
  const told = { lastHeardAt: heardAt.at(-1) ?? new Date(0), toldAt: new Date(monday + 60 * hourMs) };

  expect(judge({ heardAt, told }, 300)).toBeUndefined();
  expect(judge({ heardAt: hear(11, 1), told }, 300)).toBeDefined();
});

test('rejections that no webhook told are told with their number, at most once a week while others come', () => {
  const missedAt = [new Date(monday + hourMs), new Date(monday + 2 * hourMs)];
  const told = { lastHeardAt: new Date(monday - hourMs), toldAt: new Date(monday) };

  expect(judge({ missedAt }, 17)).toMatchObject({ missed: 2 });
  expect(judge({ missedAt, told }, 17)).toBeUndefined();
  expect(judge({ missedAt, told: { ...told, toldAt: new Date(monday - 7 * dayMs) } }, 17)).toMatchObject({ missed: 2 });
  expect(judge({ missedAt, told: { ...told, lastHeardAt: new Date(monday + 1.5 * hourMs) } }, 200)).toMatchObject({
    missed: 1,
  });
});

test('a company that never set up webhooks hears nothing of them', () => {
  expect(judge({ heardAt: [], missedAt: [new Date(monday)] }, 300)).toBeUndefined();
});

test.each([
  [[], 0],
  [[5], 5],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], 19],
  [[20, 1, 1], 20],
])('the 95th percentile of %j is %i', (values, expected) => {
  expect(findPercentile(values, 0.95)).toBe(expected);
});

let database: Database;
let polled: Polled;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  polled = await openPolled(database);
  polled.clock.set(new Date(monday).toISOString());
});
afterEach(() => polled.close());

async function hearTen(): Promise<void> {
  await polled.intake.poll(await polled.present(), {});
  for (let index = 0; index < 10; index += 1) {
    polled.clock.advance(hourMs);
    await polled.hear(polled.reject(0));
  }
}

test('a connection that falls silent is told of once, by whichever process looks, and again when it does so anew', async () => {
  await hearTen();
  const lastHeardAt = polled.clock.now().toISOString();
  const other = polled.openAnother().intake;
  const early = await polled.intake.sweepSilence();

  polled.clock.advance(49 * hourMs);
  const both = await Promise.all([polled.intake.sweepSilence(), other.sweepSilence()]);
  polled.clock.advance(hourMs);
  const later = await polled.intake.sweepSilence();
  await polled.hear(polled.reject(0));
  polled.clock.advance(20 * dayMs);
  const anew = await polled.intake.sweepSilence();

  const { companyId, connectionId } = polled.connection;
  expect([early, both.toSorted(), later, anew]).toEqual([0, [0, 1], 0, 1]);
  expect(polled.events.published('connection-silent')[0]).toEqual({
    companyId,
    connectionId,
    since: lastHeardAt,
    missed: 0,
  });
});

test('a rejection that only polling found is counted as missed once the vendor has given up telling it', async () => {
  await hearTen();
  polled.reject(0);
  await polled.intake.poll(await polled.present(), {});
  polled.clock.advance(15 * hourMs);
  const early = await polled.intake.sweepSilence();

  polled.clock.advance(1 * hourMs);
  const told = await polled.intake.sweepSilence();

  expect([early, told]).toEqual([0, 1]);
  expect(polled.events.published('connection-silent')).toMatchObject([{ missed: 1 }]);
});

test('a webhook that came after polling had found its rejection makes it none of the missed', async () => {
  await hearTen();
  const late = polled.reject(0);
  await polled.intake.poll(await polled.present(), {});
  polled.clock.advance(15 * hourMs);
  await polled.hear(late);

  polled.clock.advance(2 * hourMs);

  expect(await polled.intake.sweepSilence()).toBe(0);
});

test('a back-fill is not missed by anybody', async () => {
  polled.reject(10);
  await hearTen();
  await database.forCompany(polled.connection.companyId, async (tx) => {
    const backfillFrom = new Date(polled.clock.now().getTime() - 30 * dayMs);
    const chosen = await polled.connections.update(tx, polled.connection.connectionId, { backfillFrom });
    await polled.intake.backfill(tx, chosen);
  });
  await polled.jobs.runDue();

  expect(await polled.rejections()).toHaveLength(11);
  expect(await polled.intake.sweepSilence()).toBe(0);
});

test('a paused connection may be silent', async () => {
  await hearTen();
  await database.forCompany(polled.connection.companyId, (tx) =>
    polled.connections.update(tx, polled.connection.connectionId, { state: 'paused' }),
  );
  polled.clock.advance(20 * dayMs);

  expect(await polled.intake.sweepSilence()).toBe(0);
});
