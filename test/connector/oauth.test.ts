import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/connector/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { openTestDatabase } from '../support/database.ts';
import { fakeHandler, openTestNetwork, type TestNetwork } from '../support/msw.ts';
import { type AcmeFake, acmeOrigin, acmeSettings, acmeTokenUrl, makeAcmeFake } from './support/acme.ts';
import { openTestRoom, type TestRoom } from './support/room.ts';
import { showEverywhere } from './support/shown.ts';

let database: Database;
let network: TestNetwork;
let room: TestRoom;
let fake: AcmeFake;

beforeAll(async () => {
  database = await openTestDatabase();
  network = openTestNetwork();
});
beforeEach(async () => {
  fake = makeAcmeFake();
  network.use(fakeHandler(fake, acmeOrigin), fakeHandler(fake, new URL(acmeTokenUrl).origin));
  room = await openTestRoom(database);
});
afterEach(async () => {
  await room.close();
  expect(network.strays).toEqual([]);
  network.reset();
});
afterAll(async () => {
  network.close();
  await database.close();
});

function connect(settings: Readonly<Record<string, string>> = {}): Promise<Connection> {
  return database.forCompany(room.companyId, (tx) =>
    room.connections.create(tx, {
      companyId: room.companyId,
      connector: 'acme',
      settings: { ...acmeSettings, ...settings },
    }),
  );
}

function readTokenRows(connectionId: string) {
  return database.forSystem((tx) =>
    tx
      .selectFrom('connection_secret')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .where('name', '=', 'accessToken')
      .execute(),
  );
}

const tokenCalls = () => fake.callsOf('/token');

test('the token is asked for with the credentials as HTTP Basic and a form, and carried by every call', async () => {
  const connection = await connect({ userId: '42' });

  await room.connections.reread(connection, ['1']);

  const [asked] = tokenCalls();
  expect(asked?.method).toBe('POST');
  expect(Buffer.from(asked?.authorization.replace('Basic ', '') ?? '', 'base64').toString()).toBe(
    'acme-client:canary-client-secret',
  );
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
    grant_type: 'client_credentials',
    sub: '42',
  });
  expect(fake.callsOf('/v1/applications')[0]?.authorization).toBe('Bearer canary-token-1');
});

test('no subject is sent where none is set', async () => {
  const connection = await connect();

  await room.connections.reread(connection, ['1']);

  expect(tokenCalls()[0]?.body).toBe('grant_type=client_credentials');
});

test('one token serves many calls, and many that ask at once', async () => {
  const connection = await connect();

  await Promise.all(Array.from({ length: 8 }, (_, index) => room.connections.reread(connection, [`${index}`])));
  await room.connections.reread(connection, ['9']);

  expect(tokenCalls()).toHaveLength(1);
});

test('two processes that need a token at once ask for one', async () => {
  const connection = await connect();
  const another = room.openAnother();

  await Promise.all([room.connections.reread(connection, ['1']), another.reread(connection, ['2'])]);

  expect(tokenCalls()).toHaveLength(1);
});

test('a token is stored sealed, with its end', async () => {
  const connection = await connect();

  await room.connections.reread(connection, ['1']);

  const [row] = await readTokenRows(connection.connectionId);
  expect(row?.ciphertext).toMatch(/^v1\./);
  expect(JSON.stringify(row)).not.toContain('canary');
  expect(row?.expires_at).toEqual(new Date('2026-11-24T02:00:00Z'));
});

describe('a token ends', () => {
  test.each([
    ['after expires_in seconds', { expires_in: 600 }, '2026-11-24T01:10:00Z'],
    ['after expires_in given as text', { expires_in: '600' }, '2026-11-24T01:10:00Z'],
    ['at expires_at as an ISO instant', { expires_at: '2026-11-24T10:20:00+09:00' }, '2026-11-24T01:20:00Z'],
    [
      'at expires_at in epoch seconds',
      { expires_at: Date.parse('2026-11-24T01:30:00Z') / 1000 },
      '2026-11-24T01:30:00Z',
    ],
    ['after the documented lifetime when nothing is said', {}, '2026-11-24T02:00:00Z'],
    ['after the documented lifetime when null is said', { expires_in: null, expires_at: null }, '2026-11-24T02:00:00Z'],
  ])('%s', async (_what, life, end) => {
    fake.tokenLife = life;
    const connection = await connect();

    await room.connections.reread(connection, ['1']);

    expect((await readTokenRows(connection.connectionId))[0]?.expires_at).toEqual(new Date(end));
  });

  test('and is renewed one minute before', async () => {
    const connection = await connect();
    await room.connections.reread(connection, ['1']);

    room.clock.set('2026-11-24T01:58:59Z');
    await room.connections.reread(connection, ['2']);
    const before = tokenCalls().length;
    room.clock.set('2026-11-24T01:59:00Z');
    await room.connections.reread(connection, ['3']);

    expect([before, tokenCalls().length]).toEqual([1, 2]);
  });
});

describe('a token the ATS refuses', () => {
  test('is replaced by a fresh one, once, and the call succeeds', async () => {
    const connection = await connect();
    await room.connections.reread(connection, ['1']);

    fake.revokeTokens();
    const applications = await room.connections.reread(connection, ['2']);

    expect(applications).toHaveLength(1);
    expect(tokenCalls()).toHaveLength(2);
  });

  test('is not replaced again where another process already did', async () => {
    const connection = await connect();
    const another = room.openAnother();
    await room.connections.reread(connection, ['1']);
    await another.reread(connection, ['1']);

    fake.revokeTokens();
    await room.connections.reread(connection, ['2']);
    await another.reread(connection, ['2']);

    expect(tokenCalls()).toHaveLength(2);
  });
});

test('the token outlives the process: a new one finds it in the database', async () => {
  const connection = await connect();
  await room.connections.reread(connection, ['1']);

  await room.openAnother().reread(connection, ['1']);

  expect(tokenCalls()).toHaveLength(1);
});

test.each([
  [400, 'vendor_unauthorized'],
  [401, 'vendor_unauthorized'],
  [403, 'vendor_forbidden'],
  [429, 'vendor_rate_limited'],
  [503, 'vendor_unavailable'],
  [302, 'vendor_refused'],
])('a token endpoint that answers %i means %s, and neither error nor log shows a credential', async (status, code) => {
  const connection = await connect();
  fake.refuseTokens(status);

  const error = await room.connections.reread(connection, ['1']).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ code });
  const basic = Buffer.from('acme-client:canary-client-secret').toString('base64');
  const shown = showEverywhere(error);
  expect(shown).not.toContain('canary');
  expect(shown).not.toContain(basic);
});

test('a token endpoint that answers something else is not understood', async () => {
  const connection = await connect();
  fake.tokenLife = { access_token: '' };

  await expect(room.connections.reread(connection, ['1'])).rejects.toMatchObject({ code: 'vendor_not_understood' });
});
