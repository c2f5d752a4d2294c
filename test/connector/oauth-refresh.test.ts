import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpResponse, http } from 'msw';
import type { Connection } from '../../src/connector/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { RelayError } from '../../src/platform/errors.ts';
import { openTestDatabase } from '../support/database.ts';
import { fakeHandler, openTestNetwork, type TestNetwork } from '../support/msw.ts';
import {
  type AcmeFake,
  acmeOrigin,
  acmeSettings,
  acmeTokenUrl,
  makeAcmeFake,
  marketAccess,
  toMarket,
} from './support/acme.ts';
import { openTestRoom, type TestRoom } from './support/room.ts';
import { showEverywhere } from './support/shown.ts';

const hour = 3_600_000;
/** Its refresh tokens die within the hour, and its client proves itself by a header. */
const hasty = toMarket('hasty', {
  ...marketAccess,
  refreshIdleSeconds: 3_600,
  clientAuthentication: 'basic',
  hasPkce: false,
});

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
  room = await openTestRoom(database, [hasty]);
  // Keep-alive looks at every company: what earlier tests left is not to be seen.
  await database.forSystem((tx) => tx.updateTable('connection').set({ removed_at: room.clock.now() }).execute());
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

async function readStored(connectionId: string) {
  const rows = await database.forSystem((tx) =>
    tx.selectFrom('connection_secret').selectAll().where('connection_id', '=', connectionId).execute(),
  );
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}

function readConnection({ connectionId }: Connection) {
  return database.forSystem((tx) => room.connections.read(tx, connectionId));
}

const formsOf = (grantType: string) =>
  fake
    .callsOf('/token')
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
    .filter((form) => form.grant_type === grantType);
const refreshes = () => formsOf('refresh_token');

/** The database as a process has it that cannot write while `isAway`. */
function openShaky() {
  const shaky = { isAway: false, refused: 0 };
  const through: Database = {
    ...database,
    forCompany: (companyId, work) => {
      if (!shaky.isAway) return database.forCompany(companyId, work);
      shaky.refused += 1;
      return Promise.reject(new RelayError('database_unavailable'));
    },
  };
  return { shaky, through };
}

test('the code of an install becomes tokens, which stand sealed in the database', async () => {
  const connection = await room.install(fake);

  const stored = await readStored(connection.connectionId);
  expect(connection).toMatchObject({ connector: 'market', access: 'authorization-code', state: 'shadow' });
  expect(stored.accessToken?.expires_at).toEqual(new Date('2026-11-24T02:00:00Z'));
  expect(Object.keys(stored).sort()).toEqual(['accessToken', 'install', 'refreshToken', 'webhookSecret']);
  expect(JSON.stringify(stored)).not.toContain('canary');
});

test('our client proves itself in the body or by HTTP Basic, as the vendor wants it', async () => {
  await room.install(fake);
  await room.install(fake, 'hasty');

  const [body, basic] = fake.callsOf('/token');
  expect(Object.fromEntries(new URLSearchParams(body?.body))).toMatchObject({
    client_id: 'relay-client',
    client_secret: 'canary-own-secret',
    code_verifier: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(body?.authorization).toBe('');
  expect(Object.fromEntries(new URLSearchParams(basic?.body))).toEqual({
    grant_type: 'authorization_code',
    code: expect.any(String),
    redirect_uri: 'https://relay.example.com/install/hasty/callback',
  });
  expect(Buffer.from(basic?.authorization.replace('Basic ', '') ?? '', 'base64').toString()).toBe(
    'relay-client:canary-own-secret',
  );
});

test('an access token serves until a minute before its end, and then one refresh serves all who ask at once', async () => {
  const connection = await room.install(fake);

  await room.connections.reread(connection, ['1']);
  room.clock.advance(hour - 60_001);
  await room.connections.reread(connection, ['2']);
  const before = refreshes().length;
  room.clock.advance(1);
  await Promise.all(['3', '4', '5'].map((ref) => room.connections.reread(connection, [ref])));

  expect([before, refreshes().length]).toEqual([0, 1]);
  expect(refreshes()).toEqual([
    {
      grant_type: 'refresh_token',
      refresh_token: 'canary-refresh-2',
      client_id: 'relay-client',
      client_secret: 'canary-own-secret',
    },
  ]);
  expect(fake.callsOf('/v1/applications').at(-1)?.authorization).toBe('Bearer canary-token-2');
});

test('two processes that need a token at once refresh once', async () => {
  const connection = await room.install(fake);
  const another = room.openAnother();
  room.clock.advance(hour);

  await Promise.all([room.connections.reread(connection, ['1']), another.reread(connection, ['2'])]);

  expect(refreshes()).toHaveLength(1);
  expect(fake.callsOf('/v1/applications').map(({ authorization }) => authorization)).toEqual([
    'Bearer canary-token-2',
    'Bearer canary-token-2',
  ]);
});

test('each refresh uses the refresh token of the one before, where the vendor rotates them', async () => {
  const connection = await room.install(fake);

  for (const ref of ['1', '2', '3']) {
    room.clock.advance(hour);
    await room.connections.reread(connection, [ref]);
  }

  expect(refreshes().map((form) => form.refresh_token)).toEqual([
    'canary-refresh-2',
    'canary-refresh-3',
    'canary-refresh-4',
  ]);
});

test('the refresh token stays where the vendor gives no new one, and its use is noted', async () => {
  fake.rotates = false;
  const connection = await room.install(fake);
  const before = await readStored(connection.connectionId);

  for (const ref of ['1', '2']) {
    room.clock.advance(hour);
    await room.connections.reread(connection, [ref]);
  }

  const after = await readStored(connection.connectionId);
  expect(refreshes().map((form) => form.refresh_token)).toEqual(['canary-refresh-2', 'canary-refresh-2']);
  expect(after.refreshToken?.ciphertext).toBe(before.refreshToken?.ciphertext);
  expect(after.refreshToken?.updated_at).toEqual(room.clock.now());
});

describe('no refresh token is lost', () => {
  test('the new one is stored before the new access token is used', async () => {
    const connection = await room.install(fake);
    const before = await readStored(connection.connectionId);
    room.clock.advance(hour);
    const atFirstUse: unknown[] = [];
    network.use(
      http.all(`${acmeOrigin}/*`, async ({ request }) => {
        const { refreshToken } = await readStored(connection.connectionId);
        atFirstUse.push([
          refreshToken?.ciphertext !== before.refreshToken?.ciphertext,
          refreshToken?.updated_at.getTime() === room.clock.now().getTime(),
        ]);
        return new HttpResponse((await fake.handle(request)).body);
      }),
    );

    await room.connections.reread(connection, ['1']);

    expect(atFirstUse[0]).toEqual([true, true]);
  });

  test('while the database takes nothing, the answer is offered again', async () => {
    const connection = await room.install(fake);
    const { shaky, through } = openShaky();
    const process = room.openAnother(through);
    room.clock.advance(hour);
    fake.beforeAnswer = async () => {
      shaky.isAway = true;
    };
    const unavailable = process.reread(connection, ['1']).catch((thrown: unknown) => thrown);

    await expect(unavailable).resolves.toMatchObject({ code: 'database_unavailable' });
    const refused = shaky.refused;
    const whileAway = fake.callsOf('/v1/applications').length;
    fake.beforeAnswer = async () => undefined;
    shaky.isAway = false;
    await process.reread(connection, ['1']);
    room.clock.advance(hour);
    await room.openAnother().reread(connection, ['2']);

    expect(refused).toBeGreaterThanOrEqual(4);
    expect(whileAway).toBe(0); // an access token whose refresh token is not safe is used for nothing
    expect(refreshes().map((form) => form.refresh_token)).toEqual(['canary-refresh-2', 'canary-refresh-3']);
  });

  test('an install during a refresh keeps its tokens, whatever the refresh answers', async () => {
    const connection = await room.install(fake);
    room.clock.advance(hour);
    fake.beforeAnswer = async () => {
      fake.beforeAnswer = async () => undefined;
      await room.install(fake);
    };

    await room.connections.reread(connection, ['1']);
    room.clock.advance(hour);
    await room.openAnother().reread(connection, ['2']);

    const given = formsOf('refresh_token').map((form) => form.refresh_token);
    expect(given).toEqual(['canary-refresh-2', 'canary-refresh-5']);
    expect(fake.callsOf('/v1/applications').map(({ authorization }) => authorization)).toEqual([
      'Bearer canary-token-3',
      'Bearer canary-token-4',
    ]);
  });

  test('a refresh whose turn ran out goes on with what its successor stored', async () => {
    const connection = await room.install(fake);
    const another = room.openAnother();
    room.clock.advance(hour);
    fake.beforeAnswer = async () => {
      fake.beforeAnswer = async () => undefined;
      // As if this process had stood still for longer than its turn: another takes over, and is refused.
      await database.forSystem((tx) => tx.deleteFrom('lease').execute());
      await another.reread(connection, ['2']).catch(() => undefined);
    };

    const applications = await room.connections.reread(connection, ['1']);

    expect(applications).toHaveLength(1);
    room.clock.advance(hour);
    await another.reread(connection, ['3']);
    expect(refreshes().at(-1)?.refresh_token).toBe('canary-refresh-3');
  });
});

describe('a refresh token that the vendor refuses', () => {
  test('makes the connection fail for its admin, who is told once to install again', async () => {
    const connection = await room.install(fake);
    room.clock.advance(hour);
    fake.killRefreshTokens();

    const error = await room.connections.reread(connection, ['1']).catch((thrown: unknown) => thrown);
    await room.connections.reread(connection, ['1']).catch(() => undefined);

    expect(error).toMatchObject({
      code: 'vendor_unauthorized',
      kind: 'config',
      userMessage: { en: expect.stringContaining('install it again') },
    });
    expect(await readConnection(connection)).toMatchObject({ failingCode: 'vendor_unauthorized' });
    expect(room.events.published('connection-failing')).toHaveLength(1);
    expect(showEverywhere(error)).not.toContain('canary');
  });

  test('is a refusal with status 403 too, where the answer names invalid_grant', async () => {
    const connection = await room.install(fake);
    room.clock.advance(hour);
    network.use(http.post(acmeTokenUrl, () => HttpResponse.json({ error: 'invalid_grant' }, { status: 403 })));

    await expect(room.connections.reread(connection, ['1'])).rejects.toMatchObject({ code: 'vendor_unauthorized' });
  });

  test('is told apart from a vendor that is away: then nothing fails, and the token is tried again', async () => {
    const connection = await room.install(fake);
    room.clock.advance(hour);
    fake.refuseTokens(503);

    await expect(room.connections.reread(connection, ['1'])).rejects.toMatchObject({ code: 'vendor_unavailable' });
    fake.refuseTokens(undefined);
    await room.connections.reread(connection, ['1']);

    expect(await readConnection(connection)).toMatchObject({ failingSince: null });
  });
});

test('an access token the ATS refuses is replaced by one refresh, and the call succeeds', async () => {
  const connection = await room.install(fake);
  const another = room.openAnother();
  await room.connections.reread(connection, ['1']);
  await another.reread(connection, ['1']);
  fake.revokeTokens();

  await room.connections.reread(connection, ['2']);
  await another.reread(connection, ['2']);

  expect(refreshes()).toHaveLength(1);
});

describe('keep-alive', () => {
  test('uses a refresh token that lay idle for a quarter of its life, and none before', async () => {
    const connection = await room.install(fake);

    room.clock.advance(6 * hour - 1);
    await room.connections.keepAlive();
    const before = refreshes().length;
    room.clock.advance(1);
    await room.connections.keepAlive();
    await room.connections.keepAlive();

    expect([before, refreshes().length]).toEqual([0, 1]);
    expect((await readStored(connection.connectionId)).refreshToken?.updated_at).toEqual(room.clock.now());
  });

  test('keeps a connection for days in which nobody calls', async () => {
    const connection = await room.install(fake);

    for (let hours = 0; hours < 72; hours += 1) {
      room.clock.advance(hour);
      await room.connections.keepAlive();
    }

    expect(refreshes()).toHaveLength(12);
    expect(await room.connections.reread(connection, ['1'])).toHaveLength(1);
  });

  test('counts a use by a call', async () => {
    const connection = await room.install(fake);
    room.clock.advance(5 * hour);
    await room.connections.reread(connection, ['1']);

    room.clock.advance(5 * hour);
    await room.connections.keepAlive();

    expect(refreshes()).toHaveLength(1);
  });

  test('never runs more often than hourly, however short the life', async () => {
    await room.install(fake, 'hasty');

    room.clock.advance(hour - 1);
    await room.connections.keepAlive();
    const before = refreshes().length;
    room.clock.advance(1);
    await room.connections.keepAlive();

    expect([before, refreshes().length]).toEqual([0, 1]);
  });

  test('keeps paused connections, and neither removed ones nor those with a key of their own', async () => {
    const paused = await room.install(fake);
    const removed = await room.install(fake, 'hasty');
    await database.forCompany(room.companyId, async (tx) => {
      await room.connections.update(tx, paused.connectionId, { state: 'paused' });
      await room.connections.remove(tx, removed.connectionId);
      await room.connections.create(tx, { companyId: room.companyId, connector: 'acme', settings: acmeSettings });
    });

    room.clock.advance(12 * hour);
    await room.connections.keepAlive();

    expect(refreshes().map((form) => form.refresh_token)).toEqual(['canary-refresh-2']);
    expect(formsOf('client_credentials')).toEqual([]);
  });

  test('is done by one of two processes', async () => {
    await room.install(fake);
    const another = room.openAnother();
    room.clock.advance(6 * hour);

    await Promise.all([room.connections.keepAlive(), another.keepAlive()]);

    expect(refreshes()).toHaveLength(1);
  });

  test('goes on to the next connection when one is refused, and tells who must act', async () => {
    const dead = await room.install(fake, 'hasty');
    fake.killRefreshTokens();
    const alive = await room.install(fake);
    room.clock.advance(6 * hour);

    await room.connections.keepAlive();

    expect(await readConnection(dead)).toMatchObject({ failingCode: 'vendor_unauthorized' });
    expect(await readConnection(alive)).toMatchObject({ failingSince: null });
    expect((await readStored(alive.connectionId)).refreshToken?.updated_at).toEqual(room.clock.now());
  });

  test('does not call a connection recovered that fails for another reason', async () => {
    const connection = await room.install(fake);
    fake.failNext(403, 403);
    await room.connections.reread(connection, ['1']).catch(() => undefined);
    room.clock.advance(6 * hour);

    await room.connections.keepAlive();

    expect(refreshes()).toHaveLength(1);
    expect(await readConnection(connection)).toMatchObject({ failingCode: 'vendor_forbidden' });
  });
});
