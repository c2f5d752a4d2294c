import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { saveAgency } from '../../src/company/index.ts';
import { type Connection, listMappingVersions, maskSettings, readMappingVersion } from '../../src/connector/index.ts';
import type { Database, Tx } from '../../src/platform/database.ts';
import { newId } from '../../src/platform/ids.ts';
import { addCompany, openTestVault, sampleAgency } from '../support/company.ts';
import { openTestDatabase } from '../support/database.ts';
import { meet } from '../support/meet.ts';
import { fakeHandler, openTestNetwork, type TestNetwork } from '../support/msw.ts';
import { type AcmeFake, acme, acmeOrigin, acmeSettings, acmeTokenUrl, makeAcmeFake } from './support/acme.ts';
import { openTestRoom, type TestRoom } from './support/room.ts';

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

type Change = Parameters<TestRoom['connections']['update']>[2];

const asCompany: Database['forCompany'] = (companyId, work) => database.forCompany(companyId, work);
function connect(settings: Readonly<Record<string, string>> = {}, connector = 'acme'): Promise<Connection> {
  return asCompany(room.companyId, (tx) =>
    room.connections.create(tx, { companyId: room.companyId, connector, settings: { ...acmeSettings, ...settings } }),
  );
}
const change = ({ connectionId }: Connection, to: Change) =>
  asCompany(room.companyId, (tx) => room.connections.update(tx, connectionId, to));
const read = ({ connectionId }: Connection) =>
  asCompany(room.companyId, (tx) => room.connections.read(tx, connectionId));
const remove = ({ connectionId }: Connection) =>
  asCompany(room.companyId, (tx) => room.connections.remove(tx, connectionId));
const readSecrets = ({ connectionId }: Connection) =>
  database.forSystem((tx) =>
    tx.selectFrom('connection_secret').selectAll().where('connection_id', '=', connectionId).orderBy('name').execute(),
  );
const readAudit = () =>
  asCompany(room.companyId, (tx) =>
    tx.selectFrom('audit_entry').select(['actor', 'action', 'subject', 'detail']).orderBy('seq').execute(),
  );

describe('a new connection', () => {
  test('starts in shadow, with a day’s hold in business hours and no mapping', async () => {
    const connection = await connect();

    expect(connection).toEqual({
      connectionId: expect.any(String),
      companyId: room.companyId,
      connector: 'acme',
      state: 'shadow',
      resumesAs: null,
      settings: { clientId: 'acme-client', userId: '', baseUrl: acmeOrigin, tokenUrl: acmeTokenUrl },
      letter: { holdMinutes: 1440, window: 'business-hours' },
      mapping: { reasons: {} },
      access: 'client-credentials',
      mode: 'relay-sent',
      markedAt: null,
      backfillFrom: null,
      failingSince: null,
      failingCode: null,
      createdAt: room.clock.now(),
    });
    expect(await read(connection)).toEqual(connection);
  });

  test('keeps its secrets sealed, in their own table only', async () => {
    const connection = await connect();

    const secrets = await readSecrets(connection);
    const row = await database.forSystem((tx) =>
      tx.selectFrom('connection').selectAll().where('connection_id', '=', connection.connectionId).execute(),
    );

    expect(secrets.map(({ name }) => name)).toEqual(['clientSecret', 'webhookSecret']);
    expect(JSON.stringify([secrets, row, connection])).not.toContain('canary');
  });

  test.each([
    ['a missing field', { clientSecret: '' }, 'clientSecret is required'],
    ['a wrong field', { clientId: '髙﨑' }, 'clientId has odd characters'],
    ['an unknown field', { colour: 'red' }, 'colour'],
  ])('with %s is refused, naming it', async (_what, settings, message) => {
    await expect(connect(settings)).rejects.toMatchObject({
      code: 'request_invalid',
      message: expect.stringContaining(message),
    });
  });

  test('names every bad field at once and repeats no value', async () => {
    const refusal = connect({ clientId: 'b@d value', webhookSecret: 'short!!' });

    await expect(refusal).rejects.toMatchObject({
      message: expect.stringMatching(/^(?!.*(b@d|short!!)).*clientId.*webhookSecret/),
    });
  });

  test.each(['https://10.0.0.1', 'http://api.acme.example.com', 'https://user@api.acme.example.com'])(
    'to the address %s is refused',
    async (baseUrl) => {
      await expect(connect({ baseUrl })).rejects.toMatchObject({ code: 'vendor_address_refused' });
    },
  );

  test('of an ATS we do not know is refused', async () => {
    await expect(connect({}, 'unknown')).rejects.toMatchObject({ code: 'connector_unknown' });
  });
});

describe('a change', () => {
  test('of settings replaces those given and keeps the rest; a masked secret is unchanged', async () => {
    const connection = await connect();
    const before = await readSecrets(connection);

    const changed = await change(connection, {
      settings: { ...maskSettings(acme, connection.settings), userId: '42', webhookSecret: 'canary-new-secret' },
    });

    const after = await readSecrets(connection);
    expect(changed.settings).toEqual({ ...connection.settings, userId: '42' });
    expect(after[0]).toEqual(before[0]);
    expect(after[1]?.ciphertext).not.toBe(before[1]?.ciphertext);
    const door = await room.connections.door(connection.connectionId);
    expect(door?.secrets.map((key) => key.export().toString('utf8'))).toEqual(['canary-new-secret']);
  });

  test('to blank sets an optional field back to its default, and deletes an optional secret', async () => {
    const connection = await connect({
      userId: '42',
      spareSecret: 'canary-spare',
      baseUrl: 'https://other.example.com',
    });

    const changed = await change(connection, { settings: { userId: '', spareSecret: '', baseUrl: '' } });

    expect(changed.settings).toMatchObject({ userId: '', baseUrl: acmeOrigin });
    expect((await readSecrets(connection)).map(({ name }) => name)).toEqual(['clientSecret', 'webhookSecret']);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a required field left blank', { clientSecret: ' ' }, 'request_invalid'],
    ['an unknown field', { colour: 'red' }, 'request_invalid'],
    ['a private address', { tokenUrl: 'https://169.254.169.254/token' }, 'vendor_address_refused'],
  ])('with %s is refused and changes nothing', async (_what, settings, code) => {
    const connection = await connect();
    const before = await readSecrets(connection);

    await expect(change(connection, { settings })).rejects.toMatchObject({ code });

    expect([await read(connection), await readSecrets(connection)]).toEqual([connection, before]);
  });

  // The embedded database has one connection, so there no two changes are ever made at once.
  (process.env.DATABASE_URL ? test : test.skip)(
    'of one reason keeps what somebody else said of another at that moment',
    async () => {
      const connection = await connect();
      const { connectionId } = connection;
      const map = (reasonRef: string) => async (tx: Tx) => {
        const { mapping } = await room.connections.hold(tx, connectionId);
        const reasons = { ...mapping.reasons, [reasonRef]: { letter: 'send' } as const };
        await room.connections.update(tx, connectionId, { mapping: { reasons } });
      };

      await meet(database, { first: map('7') }, () => asCompany(room.companyId, map('8')));

      expect((await read(connection))?.mapping.reasons).toEqual({ '7': { letter: 'send' }, '8': { letter: 'send' } });
    },
  );

  test('of state, letter and mapping leaves the settings alone', async () => {
    const connection = await connect();
    const letter = { holdMinutes: 60, window: 'always' } as const;
    const mapping = { reasons: { '7': { letter: 'hold' } } } as const;

    const changed = await change(connection, { state: 'live', letter, mapping });

    expect(changed).toEqual({ ...connection, state: 'live', letter, mapping });
    expect(await read(connection)).toEqual(changed);
  });

  test('of settings makes the next call with a new token and looks names up anew', async () => {
    const connection = await connect();
    await room.connections.reread(connection, ['1']);

    await change(connection, { settings: { clientSecret: 'canary-other' } });
    await room.connections.reread(connection, ['1']);

    const [, second] = fake.callsOf('/token');
    expect(Buffer.from(second?.authorization.slice(6) ?? '', 'base64').toString()).toBe('acme-client:canary-other');
    expect(fake.callsOf('/v1/names')).toHaveLength(2);
  });

  test('of a connection that is not there is refused', async () => {
    const ghost = { ...(await connect()), connectionId: newId() };

    await expect(change(ghost, { state: 'live' })).rejects.toMatchObject({ code: 'request_not_found' });
  });
});

describe('a pause', () => {
  const pause = ({ connectionId }: Connection) =>
    asCompany(room.companyId, (tx) => room.connections.pause(tx, connectionId, 'slack:U0AAAAAAA'));
  const resume = ({ connectionId }: Connection) =>
    asCompany(room.companyId, (tx) => room.connections.resume(tx, connectionId, 'slack:U0AAAAAAA'));
  const expire = (licenceExpiresOn: string) =>
    asCompany(room.companyId, (tx) =>
      saveAgency(tx, room.companyId, { ...sampleAgency, licenceExpiresOn }, room.clock.now()),
    );

  test.each(['shadow', 'live'] as const)('of one in %s ends in exactly that', async (state) => {
    const connection = await connect();
    await change(connection, { state });

    const paused = await pause(connection);
    const whilePaused = await read(connection);
    const resumed = await resume(connection);

    expect(paused).toEqual({ ok: true, connection: { ...connection, state: 'paused', resumesAs: state } });
    expect(whilePaused).toMatchObject({ state: 'paused', resumesAs: state });
    expect(resumed).toEqual({ ok: true, connection: { ...connection, state, resumesAs: null } });
    expect(await read(connection)).toMatchObject({ state, resumesAs: null });
  });

  test('that was made by a change of state is remembered too, and any other state forgets it', async () => {
    const connection = await connect();
    await change(connection, { state: 'live' });
    await change(connection, { state: 'paused' });
    await change(connection, { state: 'paused', letter: { holdMinutes: 1, window: 'always' } });
    const kept = await read(connection);

    const changed = await change(connection, { state: 'shadow' });

    expect(kept).toMatchObject({ state: 'paused', resumesAs: 'live' });
    expect(changed).toMatchObject({ state: 'shadow', resumesAs: null });
  });

  test('from before anybody noted what was paused ends in shadow', async () => {
    const connection = await connect();
    await change(connection, { state: 'live' });
    await pause(connection);
    await database.runScript('update connection set resumes_as = null');

    expect(await resume(connection)).toMatchObject({ ok: true, connection: { state: 'shadow' } });
  });

  test('of one that is paused, and the end of none, change nothing and say so', async () => {
    const connection = await connect();

    const running = await resume(connection);
    await pause(connection);
    const lines = (await readAudit()).length;
    const again = await pause(connection);

    expect([running, again]).toEqual([
      { ok: false, reason: 'not-paused' },
      { ok: false, reason: 'already-paused' },
    ]);
    expect(await read(connection)).toMatchObject({ state: 'paused', resumesAs: 'shadow' });
    expect(await readAudit()).toHaveLength(lines);
  });

  test('does not end live while the agency’s licence has expired', async () => {
    const connection = await connect();
    await change(connection, { state: 'live' });
    await pause(connection);
    await expire('2026-11-01');

    await expect(resume(connection)).rejects.toMatchObject({ code: 'agency_incomplete', message: 'licence-expired' });

    expect(await read(connection)).toMatchObject({ state: 'paused', resumesAs: 'live' });
    await expire('2029-03-31');
    expect(await resume(connection)).toMatchObject({ ok: true, connection: { state: 'live' } });
  });

  test('stands in the audit log with who made it, and of what is not there is refused', async () => {
    const connection = await connect();
    await pause(connection);
    await resume(connection);

    const common = { actor: 'slack:U0AAAAAAA', action: 'connection.state-changed', subject: connection.connectionId };
    expect((await readAudit()).slice(1)).toEqual([
      { ...common, detail: { from: 'shadow', to: 'paused' } },
      { ...common, detail: { from: 'paused', to: 'shadow' } },
    ]);
    const ghost = { ...connection, connectionId: newId() };
    await expect(pause(ghost)).rejects.toMatchObject({ code: 'request_not_found' });
    await expect(resume(ghost)).rejects.toMatchObject({ code: 'request_not_found' });
  });
});

test('a mapping that was changed is told, one given again as it was is not', async () => {
  const connection = await connect();
  const { connectionId, companyId } = connection;
  const mapping = { reasons: { 髙: { letter: 'hold' } } } as const;

  await change(connection, { mapping });
  await change(connection, { mapping: structuredClone(mapping), state: 'live' });
  await change(connection, { letter: { holdMinutes: 1, window: 'always' } });
  const once = room.events.published('mapping-changed');
  await asCompany(companyId, (tx) =>
    room.connections.update(tx, connectionId, { mapping: { reasons: {} } }, 'slack:U0AAAAAAA'),
  );

  expect(once).toEqual([{ companyId, connectionId }]);
  expect(room.events.published('mapping-changed')).toHaveLength(2);
  expect((await readAudit()).at(-1)).toMatchObject({ actor: 'slack:U0AAAAAAA', detail: { changed: 'mapping' } });
});

test('every mapping is kept, with who made it; what says nothing new makes no version', async () => {
  const connection = await connect();
  const { connectionId, companyId } = connection;
  const list = () => asCompany(companyId, (tx) => listMappingVersions(tx, connectionId, { limit: 10 }));

  await change(connection, { mapping: { reasons: { 髙: { letter: 'hold' }, 空: {} }, stages: { 書類選考: {} } } });
  await change(connection, { mapping: { reasons: { 髙: { letter: 'hold' } } } });
  await asCompany(companyId, (tx) =>
    room.connections.update(tx, connectionId, { mapping: { reasons: {} }, restores: 1 }, 'slack:U0AAAAAAA'),
  );

  const expected = [
    { version: 3, mapping: { reasons: {} }, madeBy: 'slack:U0AAAAAAA', restores: 1 },
    { version: 2, mapping: { reasons: { 髙: { letter: 'hold' } } }, madeBy: 'admin', restores: null },
    { version: 1, mapping: { reasons: {} }, restores: null },
  ];
  expect(await list()).toMatchObject(expected);
  expect(await asCompany(companyId, (tx) => readMappingVersion(tx, connectionId, 2))).toMatchObject({ version: 2 });
  expect(await asCompany(companyId, (tx) => readMappingVersion(tx, connectionId, 4))).toBeUndefined();
});

test('two mappings told at once are two versions', async () => {
  const connection = await connect();
  const { connectionId, companyId } = connection;

  await Promise.all(
    ['send', 'skip', 'hold'].map((letter) =>
      change(connection, { mapping: { reasons: { 髙: { letter: letter as 'send' } } } }),
    ),
  );

  const versions = await asCompany(companyId, (tx) => listMappingVersions(tx, connectionId, { limit: 10 }));
  expect(versions.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
});

test('the audit log says what was done, by names and states, never by values', async () => {
  const connection = await connect();
  await change(connection, { state: 'live', settings: { clientSecret: 'canary-other', userId: '42' } });
  await change(connection, { state: 'live' });
  await remove(connection);

  const entries = await readAudit();

  const common = { actor: 'admin', subject: connection.connectionId };
  expect(entries).toEqual([
    { ...common, action: 'connection.created', detail: { connector: 'acme' } },
    { ...common, action: 'connection.updated', detail: { changed: 'settings.clientSecret,settings.userId' } },
    { ...common, action: 'connection.state-changed', detail: { from: 'shadow', to: 'live' } },
    { ...common, action: 'connection.removed', detail: { connector: 'acme' } },
  ]);
});

test('a removed connection loses its secrets at once and is found by nobody', async () => {
  const connection = await connect();
  await room.connections.reread(connection, ['1']);

  await remove(connection);

  expect(await readSecrets(connection)).toEqual([]);
  expect(await read(connection)).toBeUndefined();
  expect(await asCompany(room.companyId, (tx) => room.connections.list(tx, room.companyId))).toEqual([]);
  expect(await room.connections.door(connection.connectionId)).toBeUndefined();
  await expect(room.connections.reread(connection, ['1'])).rejects.toMatchObject({ code: 'request_not_found' });
  await expect(remove(connection)).rejects.toMatchObject({ code: 'request_not_found' });
});

test('a company lists its own connections, oldest first, and sees nobody else’s', async () => {
  const { company: other } = await addCompany(database, openTestVault(), room.clock.now());
  const [first, second] = [await connect(), await connect()];

  const own = await asCompany(room.companyId, (tx) => room.connections.list(tx, room.companyId));
  const foreign = await asCompany(other.companyId, async (tx) => [
    await room.connections.list(tx, room.companyId),
    await room.connections.read(tx, first.connectionId),
  ]);

  expect(own).toEqual([first, second]);
  expect(foreign).toEqual([[], undefined]);
});

test('an id that cannot be one of ours is simply not found', async () => {
  const ids = ['', 'x', "'; drop table connection; --", '髙﨑'];

  for (const id of ids) {
    expect(await room.connections.door(id)).toBeUndefined();
    expect(await asCompany(room.companyId, (tx) => room.connections.read(tx, id))).toBeUndefined();
  }
});

describe('the webhook door', () => {
  /** A database whose transactions are counted. */
  function countTransactions(): { readonly count: () => number; readonly restore: () => void } {
    const { forSystem } = database;
    let count = 0;
    Object.assign(database, {
      forSystem: (work: never) => {
        count += 1;
        return forSystem(work);
      },
    });
    return { count: () => count, restore: () => Object.assign(database, { forSystem }) };
  }

  test('gives the connection, its connector and its secret', async () => {
    const connection = await connect();

    const door = await room.connections.door(connection.connectionId);

    expect(door).toEqual({ connection, connector: acme, secrets: [expect.anything()] });
    expect(door?.secrets.map((key) => key.export().toString('utf8'))).toEqual([acmeSettings.webhookSecret]);
  });

  test('asks the database once in five seconds, for known and unknown ids, however many ask', async () => {
    const known = (await connect()).connectionId;
    const unknown = newId();
    const transactions = countTransactions();
    const askBoth = () => Promise.all([known, unknown, known, unknown].map((id) => room.connections.door(id)));

    await askBoth();
    await askBoth();
    const warm = transactions.count();
    room.clock.advance(5_001);
    await askBoth();
    transactions.restore();

    expect([warm, transactions.count()]).toEqual([2, 4]);
  });

  test('a change is seen at once where it was made, and after five seconds elsewhere', async () => {
    const connection = await connect();
    const another = room.openAnother();
    await another.door(connection.connectionId);
    await room.connections.door(connection.connectionId);

    await change(connection, { state: 'live' });

    const here = await room.connections.door(connection.connectionId);
    const stale = await another.door(connection.connectionId);
    room.clock.advance(5_001);
    const elsewhere = await another.door(connection.connectionId);
    expect([here, stale, elsewhere].map((door) => door?.connection.state)).toEqual(['live', 'shadow', 'live']);
  });

  test('is closed for an ATS that sends no webhooks', async () => {
    const connection = await connect({}, 'mute');

    expect(await room.connections.door(connection.connectionId)).toBeUndefined();
  });
});

describe('reading again', () => {
  test('asks in batches of the vendor’s size, each reference once, and gives all', async () => {
    const connection = await connect();

    const applications = await room.connections.reread(connection, ['1', '2', '3', '4', '5', '2', '1']);

    expect(
      fake
        .callsOf('/v1/applications')
        .map(({ query }) => query.refs)
        .sort(),
    ).toEqual(['1,2,3', '4,5']);
    expect(applications.map(({ applicationRef }) => applicationRef)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('looks slow-changing names up once', async () => {
    const connection = await connect();

    await room.connections.reread(connection, ['1', '2', '3', '4', '5', '6', '7']);
    await room.connections.reread(connection, ['8']);

    expect(fake.callsOf('/v1/names')).toHaveLength(1);
  });

  test('nothing asks nothing', async () => {
    expect(await room.connections.reread(await connect(), [])).toEqual([]);

    expect(fake.calls).toEqual([]);
  });
});

describe('a connection the ATS refuses', () => {
  const events = () => [room.events.published('connection-failing'), room.events.published('connection-recovered')];

  test('is marked failing once, however often it fails, and announced once', async () => {
    const connection = await connect();
    const since = room.clock.now();

    for (let times = 0; times < 3; times += 1) {
      fake.failNext(403);
      await expect(room.connections.reread(connection, ['1'])).rejects.toMatchObject({ code: 'vendor_forbidden' });
      room.clock.advance(60_000);
    }

    expect(await read(connection)).toMatchObject({ failingSince: since, failingCode: 'vendor_forbidden' });
    const { companyId, connectionId } = connection;
    const failing = { companyId, connectionId, code: 'vendor_forbidden', since: since.toISOString() };
    expect(events()).toEqual([[failing], []]);
  });

  test('keeps the first instant and shows the latest reason', async () => {
    const connection = await connect();
    const since = room.clock.now();
    fake.failNext(403);
    await room.connections.check(connection).catch(() => undefined);
    room.clock.advance(60_000);

    fake.refuseTokens(401);
    await room.connections.check(connection).catch(() => undefined);

    expect(await read(connection)).toMatchObject({ failingSince: since, failingCode: 'vendor_unauthorized' });
    expect(events()[0]).toHaveLength(1);
  });

  test('is marked recovered by the next success, and announced once', async () => {
    const connection = await connect();
    const since = room.clock.now().toISOString();
    fake.failNext(403);
    await room.connections.check(connection).catch(() => undefined);

    await room.connections.check(connection);
    await room.connections.check(connection);

    expect(await read(connection)).toMatchObject({ failingSince: null, failingCode: null });
    const { companyId, connectionId } = connection;
    expect(events()[1]).toEqual([{ companyId, connectionId, since }]);
  });

  test.each([500, 429, 422])('by %i alone is not failing: nobody can mend it in the settings', async (status) => {
    const connection = await connect();
    fake.failNext(status, status, status, status);

    await expect(room.connections.reread(connection, ['1'])).rejects.toThrow();

    expect(await read(connection)).toMatchObject({ failingSince: null });
    expect(events()).toEqual([[], []]);
  });
});

test('a check asks for a new token, so that rights just given count', async () => {
  const connection = await connect();
  await room.connections.reread(connection, ['1']);

  await room.connections.check(connection);

  expect(fake.callsOf('/token')).toHaveLength(2);
});

describe('a write-back', () => {
  const item = {
    consentId: newId(),
    applicationRef: '1',
    candidateRef: '2',
    decision: 'granted',
    decidedAt: new Date('2026-11-24T01:00:00Z'),
    agencyName: '架空キャリア株式会社',
  } as const;

  test('is recorded by the connector, step by step', async () => {
    const done = new Set<string>();
    const steps = { isDone: (step: string) => done.has(step), finish: async (step: string) => void done.add(step) };
    const connection = await connect();

    const first = await room.connections.writeBack(connection, item, steps);
    const again = await room.connections.writeBack(connection, item, steps);

    expect([first, again]).toEqual([{ ok: true }, { ok: true }]);
    expect(fake.callsOf('/v1/notes')).toHaveLength(1);
  });

  test('on a candidate who is gone says so', async () => {
    const steps = { isDone: () => false, finish: async () => undefined };

    const result = await room.connections.writeBack(await connect(), { ...item, candidateRef: 'gone' }, steps);

    expect(result).toEqual({ ok: false, reason: 'candidate-gone' });
  });

  test('to an ATS that takes none is refused, not pretended', async () => {
    const steps = { isDone: () => false, finish: async () => undefined };

    const refusal = room.connections.writeBack(await connect({}, 'mute'), item, steps);

    await expect(refusal).rejects.toMatchObject({ code: 'request_conflict' });
  });
});
