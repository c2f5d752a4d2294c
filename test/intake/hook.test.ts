import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { FakeDelivery } from '../../src/connector/index.ts';
import { listDeliveries } from '../../src/intake/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { RelayError } from '../../src/platform/errors.ts';
import { newId } from '../../src/platform/ids.ts';
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

async function readDeliveries() {
  return (
    await database.forCompany(world.company.companyId, (tx) =>
      listDeliveries(tx, { connectionId: world.connection.connectionId, limit: 200 }),
    )
  ).items;
}

function sign(body: Buffer, secret = world.fake.settings('https://x').webhookSecret ?? ''): Record<string, string> {
  return {
    signature: `sha256 ${createHmac('sha256', secret).update(body).digest('hex')}`,
    'content-type': 'application/json',
  };
}

test('a signed delivery is stored byte for byte together with its job, and then answered 200', async () => {
  const delivery = world.fake.reject(applicant);

  const status = await world.send(delivery);

  const [stored] = await readDeliveries();
  const row = await database.forSystem((tx) =>
    tx
      .selectFrom('delivery')
      .select('body')
      .where('delivery_id', '=', stored?.id ?? '')
      .executeTakeFirstOrThrow(),
  );
  expect(status).toBe(200);
  expect(Buffer.from(row.body).equals(delivery.body)).toBe(true);
  expect(world.jobs.waiting).toHaveLength(1);
});

const refusals: readonly (readonly [string, (delivery: FakeDelivery) => Pick<FakeDelivery, 'headers' | 'body'>])[] = [
  ['a missing signature', ({ body }) => ({ body, headers: { 'content-type': 'application/json' } })],
  ['a short signature', ({ body, headers }) => ({ body, headers: { ...headers, Signature: 'sha256 00' } })],
  ['an empty signature', ({ body, headers }) => ({ body, headers: { ...headers, Signature: '' } })],
  ['a signature of another secret', ({ body }) => ({ body, headers: sign(body, 'another-secret') })],
  [
    'a signature with an empty secret',
    ({ body }) => ({ body, headers: { signature: `sha256 ${createHmac('sha256', '').update(body).digest('hex')}` } }),
  ],
  [
    'another algorithm',
    ({ body, headers }) => ({ body, headers: { ...headers, Signature: `sha1 ${'0'.repeat(40)}` } }),
  ],
  [
    'a changed body',
    ({ body, headers }) => ({ body: Buffer.from(body.toString().replace('rejected', 'rejectee')), headers }),
  ],
  ['no body', ({ headers }) => ({ body: Buffer.alloc(0), headers })],
];

test.each(refusals)('%s is refused with 401 and leaves nothing behind', async (_name, spoil) => {
  const status = await world.send(spoil(world.fake.reject(applicant)));

  expect(status).toBe(401);
  expect(await readDeliveries()).toEqual([]);
  expect(world.counted).toEqual(['refused']);
});

test('an unknown connection, a strange address and a wrong signature are answered alike', async () => {
  const { headers, body } = world.fake.reject(applicant);
  const post = async (path: string, changed: Record<string, string> = {}) => {
    const answer = await world.server.inject({
      method: 'POST',
      url: path,
      headers: { ...headers, ...changed },
      payload: body,
    });
    return { status: answer.statusCode, body: answer.body };
  };

  const answers = [
    await post(`/hooks/${newId()}`),
    await post('/hooks/not-an-id'),
    await post(`/hooks/${world.connection.connectionId}`, { Signature: `sha256 ${'0'.repeat(64)}` }),
  ];

  expect(answers[0]?.status).toBe(401);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test('a body over 1 MiB is cut off with 413, told beforehand or streamed, and one of 1 MiB passes', async () => {
  const address = await world.server.listen({ port: 0, host: '127.0.0.1' });
  const url = `${address}/hooks/${world.connection.connectionId}`;
  const fits = Buffer.from(JSON.stringify({ action: 'x'.repeat(1024 * 1024 - 13) }));
  const large = Buffer.concat([fits, Buffer.from(' ')]);

  expect(fits.length).toBe(1024 * 1024);
  expect(await post(url, fits, sign(fits), false)).toBe(200);
  expect(await post(url, large, sign(large), false)).toBe(413);
  expect(await post(url, large, sign(large), true)).toBe(413);
  expect(await readDeliveries()).toHaveLength(1);
});

/** Posts with a length, or in chunks without one. */
function post(url: string, body: Buffer, headers: Record<string, string>, isStreamed: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      url,
      { method: 'POST', headers: { ...headers, ...(isStreamed ? {} : { 'content-length': String(body.length) }) } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    // A server that has answered 413 may close while we still send.
    outgoing.on('error', (error: Error & { code?: string }) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
    );
    outgoing.end(body);
  });
}

test('the same delivery again is answered 200, stored once and counted', async () => {
  const delivery = world.fake.reject(applicant);

  const statuses = await Promise.all([...Array(20)].map(() => world.send(delivery)));
  statuses.push(await world.send(delivery));

  const deliveries = await readDeliveries();
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(deliveries.map(({ duplicates }) => duplicates)).toEqual([20]);
  expect(world.counted.filter((outcome) => outcome === 'stored')).toHaveLength(1);
  await world.jobs.runDue();
  expect(world.events.published('rejection-recorded')).toHaveLength(1);
});

test('deliveries without a name of their own are told apart by their bytes', async () => {
  const [one, two] = [Buffer.from('{"action":"ping","n":1}'), Buffer.from('{"action":"ping","n":2}')];

  await world.send({ body: one, headers: sign(one) });
  await world.send({ body: one, headers: sign(one) });
  await world.send({ body: two, headers: sign(two) });

  expect((await readDeliveries()).map(({ duplicates }) => duplicates)).toEqual([0, 1]);
});

test('deliveries that arrive together share commits: 100 need at most five', async () => {
  const deliveries = [...Array(100)].map((_, index) =>
    world.fake.reject({ ...applicant, email: `a${index}@example.com` }),
  );
  await world.connections.door(world.connection.connectionId);
  let commits = 0;
  const counting: Database = {
    ...database,
    forSystem: (work) => {
      commits += 1;
      return database.forSystem(work);
    },
  };
  const { openInbox } = await import('../../src/intake/inbox.ts');
  const inbox = openInbox({ database: counting, jobs: world.jobs, clock: world.clock });

  await Promise.all(
    deliveries.map(({ applicationRef, body }) =>
      inbox.store({
        companyId: world.company.companyId,
        connectionId: world.connection.connectionId,
        deliveryRef: applicationRef,
        body,
      }),
    ),
  );

  expect(await readDeliveries()).toHaveLength(100);
  expect(commits).toBeLessThanOrEqual(5);
});

test('while the database is down nothing is acknowledged: 503, and the next delivery after it is well again', async () => {
  let isDown = true;
  const failing: Database = {
    ...database,
    forSystem: (work) => (isDown ? Promise.reject(new RelayError('database_unavailable')) : database.forSystem(work)),
  };
  const { openIntake } = await import('../../src/intake/index.ts');
  const { openHttpServer } = await import('../../src/platform/http-server.ts');
  const { openLog } = await import('../../src/platform/log.ts');
  const server = await openHttpServer({ log: openLog('silent'), trustedProxies: 0, isHttps: true });
  const { clock, events, connections } = world;
  const { openTestVault } = await import('../support/company.ts');
  const { makeTestJobs } = await import('../support/jobs.ts');
  await openIntake({
    database: failing,
    vault: openTestVault(),
    clock,
    events,
    jobs: makeTestJobs(clock),
    connections,
    count: () => undefined,
  }).routes(server);
  const { headers, body } = world.fake.reject(applicant);
  const send = async () =>
    (
      await server.inject({
        method: 'POST',
        url: `/hooks/${world.connection.connectionId}`,
        headers: { ...headers },
        payload: body,
      })
    ).statusCode;

  const during = await send();
  isDown = false;
  const after = await send();
  await server.close();

  expect([during, after]).toEqual([503, 200]);
  expect(await readDeliveries()).toHaveLength(1);
});
