import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signDelivery } from '../../src/connector/index.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

const hourMs = 3_600_000;
const first = 'the-first-secret-0123456789';

interface Connected {
  readonly id: string;
  readonly slug: string;
}

async function connect(company?: string): Promise<Connected> {
  const slug = company ?? (await addCompany(relay)).slug;
  const settings = { ...relay.settings, webhookSecret: first };
  const { body } = await relay.call('POST', '/connections', { company: slug, connector: 'greenhouse', settings });
  return { id: body.id, slug };
}

let deliveries = 0;

/** What the door answers to a delivery that is signed with this secret. */
async function deliver({ id }: Connected, secret: string): Promise<number> {
  deliveries += 1;
  const body = Buffer.from(JSON.stringify({ action: 'ping', payload: { web_hook_id: deliveries } }));
  const signature = relay.connections.connector('greenhouse')?.webhook?.signature;
  if (signature?.scheme !== 'hmac-header') throw new Error('greenhouse signs in a header');
  const response = await relay.server.inject({
    method: 'POST',
    url: `/hooks/${id}`,
    headers: { 'content-type': 'application/json', [signature.header]: signDelivery(signature, secret, body) },
    payload: body,
  });
  return response.statusCode;
}

const rotate = ({ id }: Connected, body: object) =>
  relay.call('POST', `/connections/${id}/webhook-secret/rotate`, body);
const readHealth = async ({ id }: Connected) => (await relay.call('GET', `/connections/${id}/health`)).body;

describe('replacing the webhook secret', () => {
  test('loses no delivery: old and new are accepted until the chosen hour, then the new alone', async () => {
    const connected = await connect();

    const { status, body } = await rotate(connected, { keepOldForHours: 24 });
    const during = [await deliver(connected, first), await deliver(connected, body.secret)];
    const until = (await readHealth(connected)).oldSecretUntil;
    relay.clock.advance(24 * hourMs);
    const after = [await deliver(connected, first), await deliver(connected, body.secret)];

    expect(status).toBe(200);
    expect(body.secret).toMatch(/^[\w-]{43}$/);
    expect(until).toBe(body.oldUntil);
    expect(during).toEqual([200, 200]);
    expect(after).toEqual([401, 200]);
    expect((await readHealth(connected)).oldSecretUntil).toBeNull();
  });

  test('twice keeps each old one for as long as was promised', async () => {
    const connected = await connect();

    const second = await rotate(connected, { keepOldForHours: 24 });
    relay.clock.advance(hourMs);
    const third = await rotate(connected, { keepOldForHours: 1 });

    expect(await deliver(connected, first)).toBe(200);
    expect(await deliver(connected, second.body.secret)).toBe(200);
    relay.clock.advance(2 * hourMs);
    expect(await deliver(connected, first)).toBe(200);
    expect(await deliver(connected, second.body.secret)).toBe(401);
    expect(await deliver(connected, third.body.secret)).toBe(200);
  });

  test('for zero hours shuts out every earlier one at once, as after a leak', async () => {
    const connected = await connect();
    const second = await rotate(connected, { keepOldForHours: 24 });

    const third = await rotate(connected, { keepOldForHours: 0 });

    expect(third.body.oldUntil).toBeNull();
    expect(await deliver(connected, first)).toBe(401);
    expect(await deliver(connected, second.body.secret)).toBe(401);
    expect(await deliver(connected, third.body.secret)).toBe(200);
  });

  test('takes one that the ATS made, and refuses one that is too short', async () => {
    const connected = await connect();

    const given = await rotate(connected, { keepOldForHours: 0, secret: 'made-by-the-ats-0123456789' });
    const short = await rotate(connected, { keepOldForHours: 0, secret: 'short' });

    expect(given.body.secret).toBe('made-by-the-ats-0123456789');
    expect(await deliver(connected, 'made-by-the-ats-0123456789')).toBe(200);
    expect(short).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
  });

  test('is refused where no webhooks come, or where the ATS makes the secret and none is given', async () => {
    const { slug } = await addCompany(relay);
    const hrmos = await relay.call('POST', '/connections', { company: slug, connector: 'hrmos' });

    const lever = await relay.call('POST', '/connections', {
      company: slug,
      connector: 'lever',
      access: 'api-key',
      settings: { apiKey: 'an-invented-key', performAs: '00000000-0000-4000-8000-000000000001' },
    });

    const answers = await Promise.all(
      [hrmos, lever].map(({ body }) => rotate({ id: body.id, slug }, { keepOldForHours: 1 })),
    );

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'request_conflict'],
      [400, 'request_invalid'],
    ]);
  });

  test('is told in the audit log, without the secret, and nothing of it is logged', async () => {
    const connected = await connect();

    const { body } = await rotate(connected, { keepOldForHours: 24 });
    const audit = await relay.call('GET', `/audit?company=${connected.slug}`);

    expect(audit.body.items[0]).toMatchObject({
      action: 'connection.webhook-secret-rotated',
      subject: connected.id,
      detail: { oldUntil: body.oldUntil },
    });
    expect(JSON.stringify(audit.body) + relay.logged.join('\n')).not.toContain(body.secret);
  });

  test('leaves nothing behind: the sweep deletes what ran out, and only that', async () => {
    await relay.connections.sweepOldSecrets();
    const connected = await connect();
    await rotate(connected, { keepOldForHours: 1 });
    await rotate(connected, { keepOldForHours: 5 });
    relay.clock.advance(2 * hourMs);

    expect(await relay.connections.sweepOldSecrets()).toBe(1);
    expect(await relay.connections.sweepOldSecrets()).toBe(0);
  });
});

describe('health', () => {
  test('of a new connection: nothing came yet', async () => {
    const connected = await connect();

    expect(await readHealth(connected)).toEqual({
      lastDeliveryAt: null,
      lastPolledAt: null,
      nextPollAt: null,
      pollOutcome: null,
      lastImportAt: null,
      waitingSince: null,
      days: 7,
      deliveries: { stored: 0, processed: 0, ignored: 0, setAside: 0, failed: 0, duplicates: 0 },
      failing: null,
      rate: null,
      plannedLetters: 0,
      oldSecretUntil: null,
    });
  });

  test('counts the deliveries of a week of this connection alone, and says since when one waits', async () => {
    const connected = await connect();
    const other = await connect(connected.slug);
    await deliver(connected, first);
    relay.clock.advance(8 * 24 * hourMs);
    await deliver(connected, first);
    await deliver(connected, first);
    await deliver(other, first);

    const health = await readHealth(connected);

    expect(health.deliveries.stored).toBe(2);
    expect(health.lastDeliveryAt).toBe(relay.clock.now().toISOString());
    expect(health.waitingSince).toBe(new Date(relay.clock.now().getTime() - 8 * 24 * hourMs).toISOString());
  });

  test('tells what the ATS still takes, for as long as its word holds', async () => {
    const connected = await connect();
    await relay.call('POST', `/connections/${connected.id}/poll`);

    const { rate } = await readHealth(connected);
    relay.clock.advance(60_000);

    expect(rate).toEqual({
      kind: 'window',
      left: expect.any(Number),
      resetsAt: expect.any(String),
      concurrency: 4,
      isShared: expect.any(Boolean),
    });
    expect(rate.left).toBeGreaterThan(0);
    expect(Date.parse(rate.resetsAt)).toBeGreaterThan(relay.clock.now().getTime() - 60_000);
    expect((await readHealth(connected)).rate).toBeNull();
  });

  test('says in both languages why the ATS refuses us, and how the last reading ended', async () => {
    const connected = await connect();
    await relay.call('POST', `/connections/${connected.id}/poll`);
    const read = await readHealth(connected);
    await relay.call('PATCH', `/connections/${connected.id}`, { settings: { clientSecret: 'wrong-secret' } });

    const check = await relay.call('POST', `/connections/${connected.id}/check`);
    const refused = await readHealth(connected);

    expect(read).toMatchObject({ pollOutcome: 'complete', failing: null });
    expect(read.lastPolledAt).not.toBeNull();
    expect(check.status).toBe(422);
    expect(refused.failing).toMatchObject({
      code: check.body.code,
      ja: expect.stringContaining('ATS'),
      en: expect.stringContaining('ATS'),
    });
  });
});

describe('two admins', () => {
  const ask = (method: 'GET' | 'PATCH', { id }: Connected, headers: Readonly<Record<string, string>>, body?: object) =>
    relay.server.inject({
      method,
      url: `/api/v1/connections/${id}`,
      headers: { authorization: `Bearer ${adminToken}`, ...headers },
      ...(body && { payload: body }),
    });

  test('who save at once: the second is told, and nothing of the first is lost', async () => {
    const connected = await connect();
    const version = String((await ask('GET', connected, {})).headers.etag);

    const one = await ask('PATCH', connected, { 'if-match': version }, { letter: { holdMinutes: 60 } });
    const two = await ask('PATCH', connected, { 'if-match': version }, { letter: { holdMinutes: 120 } });
    const next = await ask('PATCH', connected, { 'if-match': String(one.headers.etag) }, { mode: 'ats-static' });

    expect(one.statusCode).toBe(200);
    expect([two.statusCode, two.json().code]).toEqual([412, 'request_outdated']);
    expect(next.json()).toMatchObject({ letter: { holdMinutes: 60 }, mode: 'ats-static' });
    expect(next.headers.etag).toBe((await ask('GET', connected, {})).headers.etag);
  });

  test('are not disturbed by what happens by itself', async () => {
    const connected = await connect();
    const version = (await ask('GET', connected, {})).headers.etag;

    await relay.call('POST', `/connections/${connected.id}/poll`);

    expect((await ask('GET', connected, {})).headers.etag).toBe(version);
  });
});
