import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sample } from '../../connectors/_sample/index.ts';
import type { Connector } from '../../src/connector/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { dayMs, openPolled, type Polled } from './polled.ts';

let database: Database;
let polled: Polled;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  polled = await openPolled(database);
});
afterEach(() => polled.close());

const poll = async (ask: { readonly days?: number } = {}) => polled.intake.poll(await polled.present(), ask);
/** Marks the connection, so that what follows is acted on. */
const mark = async () => {
  await poll();
  polled.clock.advance(60_000);
};

test('the first reading sets the mark and only notes what was decided before, 90 days back', async () => {
  const [tooOld, old, recent] = [polled.reject(91), polled.reject(89), polled.reject(1)];
  const now = polled.clock.now();

  const found = await poll();

  expect(found).toEqual({
    pages: 1,
    seen: 2,
    known: 0,
    recorded: 0,
    backfill: 2,
    lifted: 0,
    markedAt: now,
    isComplete: true,
  });
  expect(await polled.rejections()).toEqual([]);
  expect(await polled.sightings()).toEqual([old.applicationRef, recent.applicationRef]);
  expect((await polled.present()).markedAt).toEqual(now);
  expect(polled.events.published('rejection-recorded')).toEqual([]);
  expect(tooOld.applicationRef).toBeTruthy();
});

test('a rejection that no webhook told is found, read again and recorded with its event', async () => {
  await mark();
  const missed = polled.reject(0);

  const found = await poll();

  expect(found).toMatchObject({ seen: 1, known: 0, recorded: 1, backfill: 0 });
  expect(await polled.rejections()).toEqual([[missed.applicationRef, 'current']]);
  expect(polled.events.published('rejection-recorded')).toHaveLength(1);
});

test('what a webhook told already costs no reading again and stays as it is', async () => {
  await polled.hear(polled.reject(0));
  const before = polled.countCalls('/applications');

  const first = await poll();
  const second = await poll();

  expect(first).toMatchObject({ seen: 1, known: 1, recorded: 0, backfill: 0 });
  expect(second).toMatchObject({ known: 1, recorded: 0 });
  expect(polled.countCalls('/applications')).toBe(before);
  expect(await polled.sightings()).toEqual([]);
  expect(polled.events.published('rejection-recorded')).toHaveLength(1);
});

test('what was noted once is known the next time', async () => {
  polled.reject(3);
  await poll();

  expect(await poll({ days: 100 })).toMatchObject({ seen: 1, known: 1, backfill: 0 });
});

test('a rejection of another application of the same instant is not taken for the first', async () => {
  await mark();
  const [one, other] = [polled.reject(0), polled.reject(0)];
  await polled.hear(one);

  expect(await poll()).toMatchObject({ seen: 2, known: 1, recorded: 1 });
  expect((await polled.rejections()).map(([ref]) => ref).sort()).toEqual([one.applicationRef, other.applicationRef]);
});

test('a second decision on an application lifts the first and is recorded', async () => {
  await mark();
  const first = polled.reject(0);
  await poll();
  polled.clock.advance(60_000);
  polled.reject(0, { applicationRef: first.applicationRef });

  expect(await poll()).toMatchObject({ recorded: 1, lifted: 1 });
  expect((await polled.rejections()).map(([, status]) => status)).toEqual(['reinstated', 'current']);
});

test('what was decided long ago and comes late is acted on only from the date an admin chose', async () => {
  await mark();
  polled.reject(300);
  const chosen = polled.reject(30);
  const backfillFrom = new Date(polled.clock.now().getTime() - 40 * dayMs);
  await database.forCompany(polled.connection.companyId, (tx) =>
    polled.connections.update(tx, polled.connection.connectionId, { backfillFrom }),
  );

  expect(await poll({ days: 365 })).toMatchObject({ seen: 2, recorded: 1, backfill: 1 });
  expect(await polled.rejections()).toEqual([[chosen.applicationRef, 'current']]);
});

test('a page that fails half way loses nothing: the next reading begins from the kept cursor', async () => {
  await mark();
  const refs = Array.from({ length: 8 }, () => polled.reject(0).applicationRef);
  const callsBefore = polled.countCalls('/declined');
  let rereads = 0;
  polled.intercept(({ pathname }) => {
    if (pathname === '/applications') rereads += 1;
    return pathname === '/applications' && rereads > 1 ? new Response('{}', { status: 503 }) : undefined;
  });

  await expect(poll()).rejects.toMatchObject({ code: 'vendor_unavailable' });
  const between = (await polled.rejections()).length;
  polled.intercept(undefined);
  const rest = await poll();

  expect(between).toBe(3);
  expect(rest).toMatchObject({ pages: 2, recorded: 5, known: 0, isComplete: true });
  expect((await polled.rejections()).map(([ref]) => ref)).toEqual(refs);
  expect(polled.countCalls('/declined') - callsBefore).toBe(4);
});

test('a process that dies inside the transaction of a page loses nothing and tells nothing twice', async () => {
  await mark();
  const refs = Array.from({ length: 7 }, () => polled.reject(0).applicationRef);
  let pages = 0;
  const { publish } = polled.events;
  polled.events.publish = async (tx, name, events) => {
    if (name === 'rejection-recorded' && ++pages === 2) throw new Error('killed');
    return publish(tx, name, events);
  };

  await expect(poll()).rejects.toThrow('killed');
  const between = (await polled.rejections()).length;
  const rest = await poll();

  expect(between).toBe(3);
  expect(rest).toMatchObject({ pages: 2, recorded: 4, known: 0 });
  expect((await polled.rejections()).map(([ref]) => ref)).toEqual(refs);
  expect(polled.events.published('rejection-recorded')).toHaveLength(7);
});

test('two processes at once read every page once between them', async () => {
  const pages = 6;
  for (let index = 0; index < pages * 3; index += 1) polled.reject(1 + index);
  const [one, other] = [polled.intake, polled.openAnother().intake];
  const connection = await polled.present();

  const found = await Promise.all([one.poll(connection, {}), other.poll(connection, {})]);

  const [first, second] = found.toSorted((a, b) => b.pages - a.pages);
  expect(first).toMatchObject({ pages, backfill: pages * 3, known: 0, isComplete: true });
  // The one that waited reads on from where the first ended: one page, with the decision the cursor stands on.
  expect(second).toMatchObject({ pages: 1, seen: 1, known: 1, backfill: 0 });
  expect(polled.countCalls('/declined')).toBe(pages + 1);
  expect(await polled.sightings()).toHaveLength(pages * 3);
});

test('of two readings that hold the same page only one stores it', async () => {
  await mark();
  const refs = Array.from({ length: 5 }, () => polled.reject(0).applicationRef);
  const other = polled.openAnother().intake;
  const connection = await polled.present();
  let overtaking: Promise<unknown> | undefined;
  polled.intercept(async ({ pathname }) => {
    if (pathname !== '/declined' || overtaking) return undefined;
    // The lease of the first has run out: another takes the same page before this one is answered.
    await database.forSystem((tx) => tx.deleteFrom('lease').where('name', 'like', 'poll:%').execute());
    overtaking = other.poll(connection, {});
    await overtaking;
    return undefined;
  });

  const overtaken = await polled.intake.poll(connection, {});

  expect(await overtaking).toMatchObject({ pages: 2, recorded: 5, isComplete: true });
  expect(overtaken).toMatchObject({ pages: 0, recorded: 0, isComplete: false });
  expect((await polled.rejections()).map(([ref]) => ref)).toEqual(refs);
  expect(polled.events.published('rejection-recorded')).toHaveLength(5);
  expect((await polled.state()).version).toBe(3);
});

test('every connection that is due is polled by a job, once an interval, whoever looks', async () => {
  const other = polled.openAnother();
  polled.reject(1);

  const early = await polled.intake.sweepPolls();
  polled.clock.advance(5 * 60_000);
  const started = await Promise.all([polled.intake.sweepPolls(), other.intake.sweepPolls()]);
  await other.jobs.runDue();
  await polled.jobs.runDue();
  const callsAtFirst = polled.countCalls('/declined');
  polled.clock.advance(59 * 60_000);
  await polled.intake.sweepPolls();
  await polled.jobs.runDue();
  const callsBefore = polled.countCalls('/declined');
  polled.clock.advance(60_000);
  await polled.intake.sweepPolls();
  await polled.jobs.runDue();

  expect(early).toBe(0);
  expect(started.toSorted()).toEqual([0, 1]);
  expect(callsAtFirst).toBe(1);
  expect(callsBefore).toBe(callsAtFirst);
  expect(polled.countCalls('/declined')).toBe(callsBefore + 1);
});

test.each(['paused', 'removed'] as const)('a connection that is %s is not polled', async (how) => {
  await mark();
  const { companyId, connectionId } = polled.connection;
  await database.forCompany(companyId, async (tx) => {
    if (how === 'removed') await polled.connections.remove(tx, connectionId);
    else await polled.connections.update(tx, connectionId, { state: 'paused' });
  });
  const before = polled.countCalls('/declined');

  polled.clock.advance(2 * dayMs);
  await polled.intake.sweepPolls();
  await polled.jobs.runDue();

  expect(polled.countCalls('/declined')).toBe(before);
});

test('a long reading goes on in further jobs until its end', async () => {
  for (let index = 0; index < 21; index += 1) polled.reject(1);
  polled.intercept(({ pathname }) => {
    if (pathname === '/declined') polled.clock.advance(100_000);
    return undefined;
  });
  polled.clock.advance(5 * 60_000);
  await polled.intake.sweepPolls();

  await polled.jobs.runNext();
  const afterOne = await polled.sightings();
  await polled.jobs.runDue();

  expect(afterOne).toHaveLength(9);
  expect(await polled.sightings()).toHaveLength(21);
  expect(polled.countCalls('/declined')).toBe(7);
  expect(await polled.state()).toMatchObject({ last_outcome: 'complete' });
});

test('a job that finds another reading under way comes back when that one must have ended', async () => {
  await mark();
  await database.forSystem((tx) =>
    tx
      .insertInto('lease')
      .values({
        name: `poll:${polled.connection.connectionId}`,
        holder: '00000000-0000-7000-8000-000000000000',
        expires_at: new Date('2126-01-01T00:00:00Z'),
      })
      .execute(),
  );
  const before = polled.countCalls('/declined');
  polled.clock.advance(60 * 60_000);
  await polled.intake.sweepPolls();

  await polled.jobs.runDue();

  const { next_poll_at } = await polled.state();
  expect(polled.countCalls('/declined')).toBe(before);
  expect(next_poll_at.getTime() - polled.clock.now().getTime()).toBe(3 * 60_000);
});

test.each([
  [503, {}, 'vendor_unavailable', 5 * 60_000],
  [429, { 'retry-after': '600' }, 'vendor_rate_limited', 10 * 60_000],
  [403, {}, 'vendor_forbidden', 60 * 60_000],
] as const)('a poll that is answered %i is tried again when it is due', async (status, headers, code, afterMs) => {
  await mark();
  polled.clock.advance(60 * 60_000);
  polled.intercept(({ pathname }) =>
    pathname === '/declined' ? new Response('{}', { status, headers: { ...headers } }) : undefined,
  );
  await polled.intake.sweepPolls();
  await polled.jobs.runDue();
  const { next_poll_at, last_outcome } = await polled.state();
  const failedAt = polled.clock.now();
  const missed = polled.reject(0);

  polled.intercept(undefined);
  polled.clock.set(next_poll_at.toISOString());
  await polled.intake.sweepPolls();
  await polled.jobs.runDue();

  expect(last_outcome).toBe(code);
  expect(next_poll_at.getTime() - failedAt.getTime()).toBe(afterMs);
  expect(await polled.rejections()).toEqual([[missed.applicationRef, 'current']]);
  const isConfig = status === 403;
  expect(polled.events.published('connection-failing')).toHaveLength(isConfig ? 1 : 0);
  expect(polled.events.published('connection-recovered')).toHaveLength(isConfig ? 1 : 0);
});

test('a token that expires in the middle of a reading is renewed and no page is lost', async () => {
  await mark();
  for (let index = 0; index < 6; index += 1) polled.reject(0);
  let calls = 0;
  polled.intercept(({ pathname }) => {
    if (pathname !== '/declined') return undefined;
    calls += 1;
    return calls === 2 ? new Response('{}', { status: 401 }) : undefined;
  });

  expect(await poll()).toMatchObject({ pages: 2, recorded: 6, isComplete: true });
});

test.each([
  ['of another version of ours', async () => spoilCursor()],
  ['that the vendor has forgotten', async () => forgetCursor()],
])('a cursor %s is given up and the reading begins anew, a day before the last one ended', async (_name, spoil) => {
  await mark();
  const [early, late] = [polled.reject(0.9), polled.reject(0)];
  await spoil();

  expect(await poll()).toMatchObject({ seen: 2, recorded: 1, backfill: 1, isComplete: true });
  expect(await polled.sightings()).toEqual([early.applicationRef]);
  expect(await polled.rejections()).toEqual([[late.applicationRef, 'current']]);
});

async function spoilCursor(): Promise<void> {
  await database.forCompany(polled.connection.companyId, (tx) =>
    tx.updateTable('poll').set({ cursor: '{"from":"another version"}' }).execute(),
  );
}

async function forgetCursor(): Promise<void> {
  let asked = 0;
  polled.intercept(({ pathname }) => {
    if (pathname !== '/declined') return undefined;
    asked += 1;
    return asked === 1 ? new Response('{}', { status: 422 }) : undefined;
  });
}

test('a page that leads back to itself ends the reading instead of going on for ever', async () => {
  polled.intercept(({ pathname }) =>
    pathname === '/declined' ? Response.json({ items: [], next: 'here' }) : undefined,
  );

  await expect(poll()).rejects.toMatchObject({ code: 'vendor_not_understood' });
});

test('an application that is not understood is set aside and holds up no other', async () => {
  await mark();
  const [strange, fine] = [polled.reject(0), polled.reject(0)];
  polled.intercept((url) => {
    const isStrange = url.searchParams.get('ids')?.split(',').includes(strange.applicationRef);
    return isStrange ? Response.json([{ id: strange.applicationRef, state: 'a new word' }]) : undefined;
  });

  const found = await poll();
  const noted = await polled.sightings();
  polled.intercept(undefined);
  await polled.jobs.runDue();

  expect(found).toMatchObject({ seen: 2, recorded: 1, isComplete: true });
  expect(noted).toEqual([strange.applicationRef]);
  expect((await polled.rejections()).map(([ref]) => ref)).toEqual([fine.applicationRef, strange.applicationRef]);
  expect(await polled.sightings()).toEqual([]);
});

test('a rejection that is known as erased, hired or taken back is not read again', async () => {
  await mark();
  const [erased, reinstated] = [polled.reject(0), polled.reject(0)];
  await polled.hear(erased);
  await polled.hear(reinstated);
  await polled.hear(polled.fake.reinstate(reinstated.applicationRef));
  const before = polled.countCalls('/applications');
  await polled.hear({ ...polled.fake.eraseCandidate(erased.candidateRef) });
  const list = [erased, reinstated].map(({ applicationRef }) => ({
    id: applicationRef,
    declinedAt: polled.clock.now().toISOString(),
  }));
  polled.intercept(({ pathname }) =>
    pathname === '/declined' ? Response.json({ items: list, next: null }) : undefined,
  );

  expect(await poll()).toMatchObject({ seen: 2, known: 2, recorded: 0 });
  expect(polled.countCalls('/applications')).toBe(before);
});

test('a connector that is not polled says so', async () => {
  const { poll: _poll, ...api } = sample.api as NonNullable<Connector['api']>;
  const silent = await openPolled(database, { ...sample, api });

  const asked = silent.intake.poll(silent.connection, {});

  await expect(asked).rejects.toMatchObject({ code: 'request_conflict' });
  await silent.close();
});
