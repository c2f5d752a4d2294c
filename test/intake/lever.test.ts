import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLeverFake, type LeverFake } from '../../connectors/lever/fake.ts';
import type { FakeDelivery } from '../../src/connector/index.ts';
import { listDeliveries, listRejections } from '../../src/intake/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { applicant, openWorldOf, type World } from './support.ts';

let database: Database;
let world: World<LeverFake>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  world = await openWorldOf(database, {
    connector: 'lever',
    origin: 'https://api.lever.example',
    createFake: createLeverFake,
  });
});
afterEach(() => world.close());

const hourMs = 60 * 60 * 1000;

async function arrive(delivery: Pick<FakeDelivery, 'headers' | 'body'>): Promise<number> {
  const status = await world.send(delivery);
  await world.jobs.runDue();
  return status;
}

/** The same signature over the same token and instant, around something else. */
function alter(delivery: FakeDelivery, change: object): FakeDelivery {
  const message = JSON.parse(delivery.body.toString());
  return { ...delivery, body: Buffer.from(JSON.stringify({ ...message, ...change })) };
}

const reads = () => world.fake.calls.filter(({ path }) => path.startsWith('/v1/opportunities')).length;
const rejections = async () =>
  (
    await database.forCompany(world.company.companyId, (tx) =>
      listRejections(tx, { companyId: world.company.companyId, limit: 200 }),
    )
  ).items;
const deliveries = async () =>
  (
    await database.forCompany(world.company.companyId, (tx) =>
      listDeliveries(tx, { companyId: world.company.companyId, limit: 200 }),
    )
  ).items.map(({ status, reason }) => [status, reason]);
const people = () =>
  database.forCompany(world.company.companyId, (tx) => tx.selectFrom('person').selectAll().execute());

test('a delivery is read again and recorded as Lever says it now, by a reason that only the company can judge', async () => {
  const delivery = world.fake.reject({ ...applicant, stage: '一次面接', source: 'referral' });

  expect(await arrive(delivery)).toBe(200);

  expect(await rejections()).toMatchObject([
    {
      applicationRef: delivery.applicationRef,
      candidateRef: delivery.candidateRef,
      decidedAt: world.clock.now(),
      decidedBy: 'unknown',
      reason: 'スキル・経験の不一致',
      stage: '一次面接',
      job: '営業職（東京）',
      source: 'referral',
      status: 'current',
    },
  ]);
  expect(await people()).toMatchObject([
    { email: 'hanako.takasaki@example.com', given_name: null, family_name: '髙﨑 花子' },
  ]);
  expect(reads()).toBe(1);
});

describe('a delivery that is not what Lever sent', () => {
  test('altered under the same token and instant, it causes no second re-read and has no effect', async () => {
    const other = world.fake.reject({ ...applicant, email: 'other@example.com' });
    const delivery = world.fake.reject(applicant);
    await arrive(delivery);

    const altered = [
      delivery,
      alter(delivery, { data: { opportunityId: other.applicationRef } }),
      alter(delivery, { event: 'candidateDeleted' }),
      alter(delivery, { event: 'contactUpdated', data: { contactId: delivery.candidateRef } }),
    ];
    for (const one of altered) expect(await arrive(one)).toBe(200);

    expect(reads()).toBe(1);
    expect((await rejections()).map(({ applicationRef, status }) => [applicationRef, status])).toEqual([
      [delivery.applicationRef, 'current'],
    ]);
  });

  test('altered and sent first, it causes the one re-read, and what that finds is true', async () => {
    const other = world.fake.reject({ ...applicant, email: 'other@example.com' });
    const delivery = world.fake.reject(applicant);

    await arrive(alter(delivery, { event: 'candidateDeleted', data: { opportunityId: other.applicationRef } }));
    await arrive(delivery);

    expect(reads()).toBe(1);
    expect((await rejections()).map(({ applicationRef, status }) => [applicationRef, status])).toEqual([
      [other.applicationRef, 'current'],
    ]);
  });

  test.each([
    ['as a number', Number],
    ['as a text', String],
  ])('with a digit moved between token and instant, %s, it is old and read by nobody', async (_how, spell) => {
    const delivery = world.fake.reject(applicant);
    const { token, triggeredAt } = JSON.parse(delivery.body.toString());
    const joined = `${token}${triggeredAt}`;
    const split = (at: number) => alter(delivery, { token: joined.slice(0, at), triggeredAt: spell(joined.slice(at)) });

    const statuses = [await arrive(split(token.length + 1)), await arrive(split(token.length + 3))];

    expect(statuses).toEqual([200, 200]);
    expect(await deliveries()).toEqual([
      ['ignored', 'stale'],
      ['ignored', 'stale'],
    ]);
    expect(reads()).toBe(0);
  });

  test('an instant as text under a name of its own is old, too', async () => {
    const delivery = world.fake.reject(applicant);
    const { triggeredAt } = JSON.parse(delivery.body.toString());

    await arrive(alter(delivery, { triggeredAt: String(triggeredAt) }));

    expect(await deliveries()).toEqual([['ignored', 'stale']]);
    expect(reads()).toBe(0);
  });

  test('naming a way through our calls instead of an opportunity, it is set aside', async () => {
    const delivery = world.fake.reject(applicant);

    await arrive(alter(delivery, { data: { opportunityId: '../webhooks?limit=1' } }));

    expect(await deliveries()).toEqual([['set-aside', 'delivery_not_understood']]);
    expect(world.fake.calls).toEqual([]);
  });
});

describe('the time a delivery takes', () => {
  test.each([
    ['ten minutes', 10 * 60_000],
    ['a night', 10 * hourMs],
  ])('%s late, it works', async (_how, ms) => {
    const delivery = world.fake.reject(applicant);

    world.clock.advance(ms);
    await arrive(delivery);

    expect(await rejections()).toHaveLength(1);
  });

  test.each([
    ['a day and more late', 24 * hourMs + 1],
    ['a day and more ahead', -(24 * hourMs + 1)],
  ])('%s, it is acknowledged and read by nobody', async (_how, ms) => {
    const delivery = world.fake.reject(applicant);

    world.clock.advance(ms);

    expect(await arrive(delivery)).toBe(200);
    expect(await deliveries()).toEqual([['ignored', 'stale']]);
    expect(world.fake.calls).toEqual([]);
  });
});

describe('an end that a delivery claims', () => {
  test('a deletion that Lever knows nothing of erases nothing', async () => {
    const delivery = world.fake.reject(applicant);
    await arrive(delivery);

    await arrive(world.fake.deliver('candidateDeleted', { opportunityId: delivery.applicationRef }));

    expect((await rejections()).map(({ status }) => status)).toEqual(['current']);
    expect(await people()).toHaveLength(1);
  });

  test.each<[string, (fake: LeverFake, candidateRef: string) => FakeDelivery]>([
    ['deleted', (fake, candidateRef) => fake.eraseCandidate(candidateRef)],
    ['anonymised', (fake, candidateRef) => fake.anonymize(candidateRef)],
  ])('who was really %s leaves no name and no address behind', async (_how, end) => {
    const delivery = world.fake.reject({ ...applicant, email: 'canary@example.com', familyName: 'カナリア' });
    await arrive(delivery);

    await arrive(end(world.fake, delivery.candidateRef));

    expect((await rejections()).map(({ status }) => status)).toEqual(['erased']);
    expect(JSON.stringify(await people())).not.toMatch(/canary|カナリア/);
  });

  test('a hire ends the person’s other rejections, and unarchiving lifts one', async () => {
    const first = world.fake.reject({ ...applicant, job: '経理' });
    const second = world.fake.reject({ ...applicant, candidateRef: first.candidateRef, job: '法務' });
    await arrive(first);
    await arrive(second);

    await arrive(world.fake.reinstate(second.applicationRef));
    await arrive(world.fake.hire(second.applicationRef));

    expect((await rejections()).map(({ job, status }) => [job, status])).toEqual([
      ['法務', 'reinstated'],
      ['経理', 'hired'],
    ]);
  });
});

test('a trial delivery, which names nobody, is answered and ignored', async () => {
  expect(await arrive(world.fake.ping())).toBe(200);

  expect(await deliveries()).toEqual([['ignored', 'not-for-us']]);
});

test('webhooks that were set up by us are accepted by the tokens that Lever told then, and those before still are', async () => {
  const before = world.fake.reject(applicant);
  const url = `https://relay.example/hooks/${world.connection.connectionId}`;

  expect(await world.connections.setUpWebhooks(world.connection, url)).toBe(true);
  const after = world.fake.reinstate(before.applicationRef);

  expect(world.fake.webhooks()).toHaveLength(6);
  expect([await arrive(before), await arrive(after)]).toEqual([200, 200]);
});
