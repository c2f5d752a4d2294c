import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { listDeliveries, listRejections } from '../../src/intake/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { applicant, openWorld, type World } from './support.ts';

let database: Database;
let world: World;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  world = await openWorld(database);
});
afterEach(() => world.close());

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
  ).items;
const people = () =>
  database.forCompany(world.company.companyId, (tx) => tx.selectFrom('person').selectAll().execute());

async function sendSigned(body: string): Promise<void> {
  const secret = world.fake.settings('https://x').webhookSecret ?? '';
  await world.send({
    body: Buffer.from(body),
    headers: { signature: `sha256 ${createHmac('sha256', secret).update(body).digest('hex')}` },
  });
}

test('a delivery becomes a rejection with what the ATS says now, its person, and one event', async () => {
  const delivery = world.fake.reject({ ...applicant, stage: '一次面接' });

  await world.send(delivery);
  await world.jobs.runDue();

  const [rejection] = await rejections();
  expect(rejection).toMatchObject({
    applicationRef: delivery.applicationRef,
    candidateRef: delivery.candidateRef,
    decidedAt: world.clock.now(),
    decidedBy: 'company',
    stage: '一次面接',
    job: '営業職（東京）',
    source: 'direct',
    status: 'current',
  });
  expect(await people()).toMatchObject([
    { email: 'hanako.takasaki@example.com', given_name: '花子', family_name: '髙﨑', person_id: rejection?.personId },
  ]);
  expect(world.events.published('rejection-recorded')).toEqual([
    { companyId: world.company.companyId, connectionId: world.connection.connectionId, rejectionId: rejection?.id },
  ]);
  expect((await deliveries()).map(({ status }) => status)).toEqual(['processed']);
});

test('the same decision reported by several deliveries stands once', async () => {
  const delivery = world.fake.reject(applicant);
  const again = { ...delivery, headers: { ...delivery.headers, 'Greenhouse-Event-ID': 'another-name' } };

  await world.send(delivery);
  await world.jobs.runDue();
  await world.send(again);
  await world.jobs.runDue();

  expect(await rejections()).toHaveLength(1);
  expect(world.events.published('rejection-recorded')).toHaveLength(1);
});

test('a job that runs twice records nothing twice', async () => {
  await world.send(world.fake.reject(applicant));
  const [job] = world.jobs.waiting;
  await world.jobs.runDue();

  await database.forSystem((tx) => world.jobs.enqueue(tx, job?.queue ?? '', [job?.data ?? { companyId: '' }]));
  await world.jobs.runDue();

  expect(await rejections()).toHaveLength(1);
  expect(world.events.published('rejection-recorded')).toHaveLength(1);
});

test('a delivery that lies about a decision the ATS does not know records nothing', async () => {
  const delivery = world.fake.reject(applicant);
  world.fake.reinstate(delivery.applicationRef);

  await world.send(delivery);
  await world.jobs.runDue();

  expect(await rejections()).toEqual([]);
  expect((await deliveries()).map(({ status }) => status)).toEqual(['processed']);
});

test('an un-reject lifts the rejection, and a new decision is a new rejection', async () => {
  const first = world.fake.reject(applicant);
  await world.send(first);
  await world.jobs.runDue();

  await world.send(world.fake.reinstate(first.applicationRef));
  await world.jobs.runDue();
  world.clock.advance(60_000);
  await world.send(
    world.fake.reject({ ...applicant, applicationRef: first.applicationRef, candidateRef: first.candidateRef }),
  );
  await world.jobs.runDue();

  expect((await rejections()).map(({ status }) => status)).toEqual(['current', 'reinstated']);
  expect(world.events.published('rejection-lifted')).toMatchObject([{ why: 'reinstated' }]);
});

test('deliveries out of order end in what the ATS says, not in what came last', async () => {
  const rejected = world.fake.reject(applicant);
  const reinstated = world.fake.reinstate(rejected.applicationRef);

  await world.send(reinstated);
  await world.jobs.runDue();
  await world.send(rejected);
  await world.jobs.runDue();

  expect((await rejections()).filter(({ status }) => status === 'current')).toEqual([]);
});

test('who is hired gets no letter for any other application, before or after', async () => {
  const before = world.fake.reject({ ...applicant, job: '経理' });
  await world.send(before);
  await world.jobs.runDue();
  const hiredFor = world.fake.reject({ ...applicant, candidateRef: before.candidateRef, job: '法務' });
  world.fake.reinstate(hiredFor.applicationRef);

  await world.send(world.fake.hire(hiredFor.applicationRef));
  await world.jobs.runDue();
  await world.send(world.fake.reject({ ...applicant, candidateRef: before.candidateRef, job: '人事' }));
  await world.jobs.runDue();

  expect((await rejections()).map(({ job, status }) => [job, status])).toEqual([
    ['人事', 'hired'],
    ['経理', 'hired'],
  ]);
  expect(world.events.published('rejection-lifted')).toMatchObject([{ why: 'hired' }]);
});

test('an erased candidate leaves no name, address or body behind', async () => {
  const delivery = world.fake.reject({ ...applicant, email: 'canary.髙﨑@example.com', familyName: 'カナリア' });
  await world.send(delivery);
  await world.jobs.runDue();

  await world.send(world.fake.eraseCandidate(delivery.candidateRef));
  await world.jobs.runDue();

  const everything = await database.forCompany(world.company.companyId, async (tx) =>
    JSON.stringify([
      (await sql`select row_to_json(p) from person p`.execute(tx)).rows,
      (await sql`select row_to_json(r) from rejection r`.execute(tx)).rows,
      (await sql`select convert_from(body, 'UTF8') as body from delivery`.execute(tx)).rows,
    ]),
  );
  expect(everything).not.toMatch(/カナリア|canary/);
  expect((await rejections()).map(({ status }) => status)).toEqual(['erased']);
  expect(world.events.published('rejection-lifted')).toMatchObject([{ why: 'erased' }]);
});

test('a merge moves the rejections to the candidate who remains', async () => {
  const gone = world.fake.reject(applicant);
  const stays = world.fake.reject({ ...applicant, email: 'hanako2@example.com' });
  await world.send(gone);
  await world.send(stays);
  await world.jobs.runDue();

  await world.send(world.fake.mergeCandidate(gone.candidateRef, stays.candidateRef));
  await world.jobs.runDue();

  expect(new Set((await rejections()).map(({ candidateRef }) => candidateRef))).toEqual(new Set([stays.candidateRef]));
});

test('one mailbox in different case and width is one person', async () => {
  await world.send(world.fake.reject({ ...applicant, email: 'Hanako@Example.com' }));
  await world.send(world.fake.reject({ ...applicant, email: ' ｈａｎａｋｏ@example.com' }));
  await world.jobs.runDue();

  expect(await people()).toHaveLength(1);
  expect(await rejections()).toHaveLength(2);
});

test('pings and unknown actions are ignored; strange bodies are set aside with their reason, not lost', async () => {
  await world.send(world.fake.ping());
  await sendSigned('{"action":"offer_created","payload":{}}');
  await sendSigned('not json');
  await sendSigned('{"action":"reject_candidate","payload":{"application":{"id":"髙﨑"}}}');
  await world.jobs.runDue();

  expect((await deliveries()).map(({ status, reason }) => [status, reason]).toReversed()).toEqual([
    ['ignored', 'not-for-us'],
    ['ignored', 'not-for-us'],
    ['set-aside', 'not-json'],
    ['set-aside', 'delivery_not_understood'],
  ]);
});

test('50 deliveries that wait together are read again in a handful of calls', async () => {
  for (let index = 0; index < 50; index += 1)
    await world.send(world.fake.reject({ ...applicant, email: `a${index}@example.com` }));
  const before = world.fake.calls.length;

  await world.jobs.runDue();

  expect(await rejections()).toHaveLength(50);
  expect(world.fake.calls.length - before).toBeLessThanOrEqual(5);
});

test('while the ATS fails the delivery waits with its reason, and is worked on when the ATS is well', async () => {
  await world.send(world.fake.reject(applicant));
  world.setVendorDown(true);

  await expect(world.jobs.runNext()).rejects.toMatchObject({ code: 'vendor_unavailable' });
  const during = await deliveries();
  world.setVendorDown(false);
  await world.jobs.runDue();

  expect(during.map(({ status, reason }) => [status, reason])).toEqual([['failed', 'vendor_unavailable']]);
  expect((await deliveries()).map(({ status }) => status)).toEqual(['processed']);
  expect(await rejections()).toHaveLength(1);
});

test('asked again before sending, a rejection stands, or is lifted and recorded as such', async () => {
  const [one, two] = [world.fake.reject(applicant), world.fake.reject({ ...applicant, email: 'two@example.com' })];
  await world.send(one);
  await world.send(two);
  await world.jobs.runDue();
  world.fake.reinstate(two.applicationRef);
  const known = await rejections();

  const checked = await world.intake.recheck(
    world.company.companyId,
    known.map(({ id }) => id),
  );

  const of = (ref: string) => checked.get(known.find(({ applicationRef }) => applicationRef === ref)?.id ?? '');
  expect([of(one.applicationRef), of(two.applicationRef)]).toEqual(['stands', 'lifted']);
  expect((await rejections()).filter(({ status }) => status === 'reinstated')).toHaveLength(1);
});

test('a replayed delivery is worked on once more and records no second rejection', async () => {
  await world.send(world.fake.reject(applicant));
  await world.jobs.runDue();
  const [delivery] = await deliveries();

  await world.intake.replay(delivery?.id ?? '', 'admin');
  await world.jobs.runDue();

  expect((await deliveries()).map(({ status }) => status)).toEqual(['processed']);
  expect(await rejections()).toHaveLength(1);
  expect(world.events.published('rejection-recorded')).toHaveLength(1);
});
