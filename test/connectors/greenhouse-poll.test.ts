import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { HttpResponse, http } from 'msw';
import type { Sighting } from '../../src/connector/index.ts';
import { openTestNetwork, type TestNetwork } from '../support/msw.ts';
import { api, callsOf, hanako, openVendor, origin, type Vendor } from './greenhouse-support.ts';

let network: TestNetwork;
beforeAll(() => {
  network = openTestNetwork();
});
afterEach(() => {
  expect(network.strays).toEqual([]);
  network.reset();
});
afterAll(() => network.close());

const poll = api.poll as NonNullable<typeof api.poll>;
const dayMs = 24 * 3_600_000;

/** Reads to the end, as the core does; between two pages `meanwhile` happens. */
async function readAll(
  { context, clock }: Vendor,
  from: unknown,
  meanwhile: (page: number) => void = () => undefined,
): Promise<{ readonly sightings: readonly Sighting[]; readonly cursor: unknown; readonly pages: number }> {
  const sightings: Sighting[] = [];
  let cursor = from;
  for (let pages = 1; ; pages += 1) {
    const kept = poll.cursor.parse(JSON.parse(JSON.stringify(cursor)));
    const page = await poll.pull(context, kept, clock.now());
    sightings.push(...page.sightings);
    cursor = page.cursor;
    if (page.isLast) return { sightings, cursor, pages };
    meanwhile(pages);
  }
}

const refs = (sightings: readonly Sighting[]) => sightings.map(({ applicationRef }) => applicationRef);
const since = ({ clock }: Vendor, days: number) => poll.first(new Date(clock.now().getTime() - days * dayMs));

test('an application of two years ago that is rejected today is found, and what was decided before is not', async () => {
  const vendor = openVendor(network);
  const appliedAt = new Date('2024-11-01T00:00:00Z');
  vendor.fake.reject({ ...hanako, appliedAt, decidedAt: new Date('2024-12-01T00:00:00Z') });
  const { applicationRef, candidateRef } = vendor.fake.apply?.({ ...hanako, appliedAt }) ?? {};
  vendor.fake.reject({ ...hanako, ...(applicationRef && candidateRef && { applicationRef, candidateRef }) });

  const { sightings } = await readAll(vendor, since(vendor, 90));

  expect(sightings).toEqual([{ applicationRef, decidedAt: vendor.clock.now() }]);
});

test('prospects, and what is open, hired or rejected no more, are left out', async () => {
  const vendor = openVendor(network);
  vendor.fake.rejectProspect(hanako);
  vendor.fake.apply?.(hanako);
  vendor.fake.hire(vendor.fake.reject(hanako).applicationRef);
  vendor.fake.reinstate(vendor.fake.reject(hanako).applicationRef);
  const { applicationRef } = vendor.fake.reject(hanako);

  expect(refs((await readAll(vendor, since(vendor, 1))).sightings)).toEqual([applicationRef]);
});

test('a full read takes one call per 500 of those that are rejected, whatever the number of the others', async () => {
  const vendor = openVendor(network);
  const decidedAt = new Date('2026-11-20T00:00:00Z');
  for (let count = 0; count < 10_000; count += 1)
    if (count % 5 === 0) vendor.fake.reject({ ...hanako, decidedAt });
    else vendor.fake.apply?.({ ...hanako, appliedAt: decidedAt });

  const { sightings, pages } = await readAll(vendor, since(vendor, 90));

  expect(new Set(refs(sightings)).size).toBe(2_000);
  expect(pages).toBe(4);
  expect(callsOf(vendor)).toHaveLength(4);
});

test('what changes while the pages are read is seen now or in the next reading', async () => {
  const vendor = openVendor(network);
  const early = Array.from({ length: 1200 }, () => vendor.fake.apply?.(hanako).applicationRef ?? '');
  const rejected = Array.from({ length: 1200 }, () => vendor.fake.reject(hanako).applicationRef);
  const [passed = '', touched = ''] = [early[3], rejected[10]];
  vendor.clock.advance(dayMs);

  const first = await readAll(vendor, since(vendor, 90), (page) => {
    vendor.clock.advance(3_600_000);
    if (page !== 1) return;
    // One before the page just read, one on it that changes again, and one that is rejected no more.
    vendor.fake.reject({ ...hanako, applicationRef: passed });
    vendor.fake.reinstate(touched);
    vendor.fake.reject({ ...hanako, applicationRef: touched });
    vendor.fake.reinstate(rejected[20] ?? '');
  });
  const second = await readAll(vendor, first.cursor);

  const seen = new Set([...refs(first.sightings), ...refs(second.sightings)]);
  expect(rejected.filter((ref) => !seen.has(ref))).toEqual([]);
  expect(seen.has(passed)).toBe(true);
  expect(second.sightings).toContainEqual({
    applicationRef: touched,
    decidedAt: new Date('2026-11-25T02:00:00Z'),
  });
  expect(second.pages).toBe(1);
});

test('a reading begins where the last one began, so an hour without news costs one call and repeats little', async () => {
  const vendor = openVendor(network);
  for (let count = 0; count < 700; count += 1) vendor.fake.reject(hanako);
  vendor.clock.advance(dayMs);
  const last = vendor.fake.reject(hanako);
  let { cursor } = await readAll(vendor, since(vendor, 90));
  const before = callsOf(vendor).length;

  const found: string[][] = [];
  for (let hour = 0; hour < 3; hour += 1) {
    vendor.clock.advance(3_600_000);
    const reading = await readAll(vendor, cursor);
    cursor = reading.cursor;
    found.push([...refs(reading.sightings)]);
  }

  expect(found).toEqual([[last.applicationRef], [last.applicationRef], []]);
  expect(vendor.fake.calls.filter(({ path, status }) => path.startsWith('/v3/') && status === 200)).toHaveLength(
    before + 3,
  );
});

test('a clock of ours that is an hour fast skips nothing', async () => {
  const vendor = openVendor(network);
  vendor.fake.reject(hanako);
  const fast = new Date(vendor.clock.now().getTime() + 3_600_000);
  const first = await poll.pull(vendor.context, since(vendor, 1), fast);
  vendor.clock.advance(60_000);
  const late = vendor.fake.reject(hanako);

  const second = await poll.pull(vendor.context, first.cursor, fast);

  expect(refs(second.sightings)).toContain(late.applicationRef);
});

test('every following page is asked for by the cursor alone', async () => {
  const vendor = openVendor(network);
  for (let count = 0; count < 1001; count += 1) vendor.fake.reject(hanako);
  const asked: string[] = [];
  network.use(
    http.get(`${origin}/v3/applications`, async ({ request }) => {
      const url = new URL(request.url);
      asked.push([...url.searchParams.keys()].join(' '));
      const answer = await vendor.fake.handle(request);
      return new HttpResponse(answer.body, answer);
    }),
  );

  await readAll(vendor, since(vendor, 1));

  expect(asked).toEqual(['status updated_at fields per_page', 'cursor', 'cursor']);
});

test('a page whose cursor has grown too old begins the reading again, once', async () => {
  const vendor = openVendor(network);
  for (let count = 0; count < 501; count += 1) vendor.fake.reject(hanako);
  const page = await poll.pull(vendor.context, since(vendor, 1), vendor.clock.now());
  const stale = { ...(page.cursor as object), next: '/v3/applications?cursor=grown-too-old' };

  const again = await poll.pull(vendor.context, stale, vendor.clock.now());
  const { sightings } = await readAll(vendor, again.cursor);

  expect(again).toMatchObject({ sightings: [], isLast: false });
  expect(new Set(refs(sightings)).size).toBe(501);
  await expect(poll.pull(vendor.context, { ...stale, isRestarted: true }, vendor.clock.now())).rejects.toMatchObject({
    code: 'vendor_refused',
  });
});
