import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Database } from '../../../src/platform/database.ts';
import { openHttpServer } from '../../../src/platform/http-server.ts';
import { type AppParts, openSlackApp } from '../../../src/slack/app/index.ts';
import { keepConnected, type Socket } from '../../../src/slack/app/keep-connected.ts';
import { makeTestClock } from '../../support/clock.ts';
import { openTestDatabase } from '../../support/database.ts';
import { makeConnection, makeLetter, openRig, type Rig, textOf } from './rig.ts';

let database: Database;
let rig: Rig;
/** What is opened while a test holds the database. */
const holds: (() => void)[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  rig = await openRig({
    ...database,
    forSystem: (work) => held.then(() => database.forSystem(work)),
    forCompany: (companyId, work) => held.then(() => database.forCompany(companyId, work)),
  });
});
afterEach(async () => {
  for (const release of holds.splice(0)) release();
  for (const stop of stops.splice(0)) await stop();
  await rig.close();
});

let held: Promise<void> = Promise.resolve();
/** From now on nobody gets an answer of the database, until this is called. */
function holdDatabase(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  held = promise;
  const release = () => {
    held = Promise.resolve();
    resolve();
  };
  holds.push(release);
  return release;
}

const challenge = JSON.stringify({ type: 'url_verification', challenge: '髙﨑-3eZbrw1aB' });

interface Sending {
  readonly secret?: string;
  /** Seconds from now at which the request claims to be signed. */
  readonly signedAfter?: number;
}

function send(body: string, { secret = rig.slack.signingSecret, signedAfter = 0 }: Sending = {}): Promise<Response> {
  const timestamp = String(Math.floor(rig.clock.now().getTime() / 1000) + signedAfter);
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return fetch(rig.address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${digest}`,
    },
    body,
  });
}

test('Slack can verify the address of the app', async () => {
  const response = await send(challenge);

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ challenge: '髙﨑-3eZbrw1aB' });
});

test.each([
  ['forged with another secret', { secret: 'another secret' }],
  ['signed more than five minutes ago', { signedAfter: -301 }],
  ['signed more than five minutes ahead', { signedAfter: 360 }],
])('a request %s is refused without a reason', async (_name, sending) => {
  const response = await send(challenge, sending);

  expect(response.status).toBe(401);
  expect(await response.text()).toBe('');
});

test('a request with no signature, or a broken one, is refused', async () => {
  const timestamp = String(Math.floor(rig.clock.now().getTime() / 1000));

  for (const extra of [
    {},
    { 'x-slack-signature': 'v0=', 'x-slack-request-timestamp': timestamp },
    { 'x-slack-signature': 'sha256=00', 'x-slack-request-timestamp': timestamp },
    { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': 'soon' },
  ]) {
    const headers = new Headers({ 'content-type': 'application/json', ...extra } as Record<string, string>);
    const response = await fetch(rig.address, { method: 'POST', headers, body: challenge });
    expect(response.status).toBe(401);
  }
});

test('a signed body that is changed on the way is refused', async () => {
  const user = await rig.addUser('recruiter');
  const request = rig.slack.command(rig.workspace, { user, channel: rig.workspace.addChannel(), text: 'balance' });

  const { status } = await rig.slack.deliver(rig.address, {
    ...request,
    body: request.body.replace('balance', 'held'),
  });

  expect(status).toBe(401);
  expect(rig.slack.responses).toEqual([]);
});

test('a body that is too large is refused', async () => {
  const response = await send(JSON.stringify({ type: 'url_verification', challenge: 'x'.repeat(300_000) }));

  expect(response.status).toBe(413);
});

test('a signed body that is no JSON is refused as such', async () => {
  const response = await send('{');

  expect(response.status).toBe(400);
});

test('without a signing secret there is no such address, and other routes still read their bodies', async () => {
  const log = pino({ level: 'silent' });
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: false });
  openSlackApp({ clock: makeTestClock(), log } as unknown as AppParts, {}).routes(server);
  openSlackApp({ clock: makeTestClock(), log } as unknown as AppParts, {
    signingSecret: 'x',
    appToken: 'xapp-1',
  }).routes(server);
  server.post('/echo', async (request) => request.body);
  await server.listen({ port: 0, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;

  const slack = await fetch(`${origin}/slack/events`, { method: 'POST', body: challenge });
  const echo = await server.inject({ method: 'POST', url: '/echo', payload: { name: '髙﨑' } });

  expect(slack.status).toBe(404);
  expect(echo.json()).toEqual({ name: '髙﨑' });
  await server.close();
});

test('Slack has its answer to a command while the database answers nobody, and the person theirs after', async () => {
  const user = await rig.addUser('recruiter');
  const release = holdDatabase();

  const command = { user, channel: rig.workspace.addChannel(), text: '残高' };
  const { status } = await rig.slack.deliver(rig.address, rig.slack.command(rig.workspace, command));
  const before = rig.slack.responses.length;
  release();
  await rig.settle();

  expect(status).toBe(200);
  expect(before).toBe(0);
  expect(rig.slack.responses).toHaveLength(1);
});

test('a click and a submission are acknowledged while the database answers nobody', async () => {
  const user = await rig.addUser('recruiter');
  await rig.press(user, 'credit-reserve', { companyId: rig.company.companyId });
  const viewId = rig.modal(user).viewId;
  const release = holdDatabase();

  const values = { purpose: { purpose: '営業職の採用' } };
  const submitted = await rig.slack.deliver(rig.address, rig.slack.submit(rig.workspace, { user, viewId, values }));
  const meanwhile = textOf(rig.modal(user).view);
  release();
  await rig.settle();

  expect(submitted.status).toBe(200);
  expect(meanwhile).toMatch(/少々お待ちください/);
  expect(textOf(rig.modal(user).view)).toMatch(/1件確保しました/);
});

test('a button opens its modal before the database is asked anything, for Slack lets it only for three seconds', async () => {
  const user = await rig.addUser('recruiter');
  const release = holdDatabase();

  const pressed = rig.press(user, 'letters-review', { companyId: rig.company.companyId });
  while (rig.workspace.openViews.length === 0) await new Promise(setImmediate);
  const meanwhile = textOf(rig.modal(user).view);
  release();
  await pressed;

  expect(meanwhile).toMatch(/少々お待ちください[\s\S]*One moment/);
  expect(textOf(rig.modal(user).view)).toMatch(/確認待ち/);
});

test('when Slack no longer lets a modal open, the person is asked in private to click again', async () => {
  const user = await rig.addUser('recruiter');
  rig.slack.troubleFor('views.open', { kind: 'error', error: 'expired_trigger_id' });

  await rig.press(user, 'letters-review', { companyId: rig.company.companyId });

  expect(rig.workspace.openViews).toHaveLength(0);
  expect(rig.slack.responses.map(({ body }) => body)).toMatchObject([
    { response_type: 'ephemeral', replace_original: false, text: expect.stringMatching(/もう一度お試し/) },
  ]);
});

test('in a workspace that is not installed nothing happens but a friendly private answer', async () => {
  const other = rig.slack.addWorkspace();
  const user = other.addUser();
  const before = rig.slack.seen.length;

  const command = { user, channel: other.addChannel(), text: '一時停止' };
  const { status } = await rig.deliver(rig.slack.command(other, command));

  expect(status).toBe(200);
  expect(rig.slack.seen).toHaveLength(before);
  expect(rig.slack.responses.map(({ body }) => body)).toMatchObject([{ response_type: 'ephemeral' }]);
});

test('what fails behind the answer is said to the person alone, and changes no message', async () => {
  const user = await rig.addUser('recruiter');
  const connection = makeConnection(rig.company.companyId);
  rig.stream.connections = [connection];
  rig.stream.letters = [makeLetter(connection.connectionId)];
  await rig.press(user, 'letters-review', { companyId: rig.company.companyId });
  held = Promise.reject(new Error('the disk is full of 髙﨑'));
  held.catch(() => undefined);

  await rig.click(user, 'letter-send');
  held = Promise.resolve();

  expect(textOf(rig.modal(user).view)).toMatch(/こちらの不具合/);
  expect(textOf(rig.modal(user).view)).not.toMatch(/disk|髙﨑/);
  expect(rig.remarks).toEqual([]);
});

test('in socket mode the same commands are answered, also after Slack ended the connection', async () => {
  const user = await rig.addUser('recruiter');
  const { appToken, url } = rig.slack;
  const app = openSlackApp(rig.parts, { appToken, apiUrl: url });
  const command = () => rig.slack.command(rig.workspace, { user, channel: rig.workspace.addChannel(), text: '残高' });
  stops.push(() => app.stop());
  app.start();
  await rig.slack.sockets.connected(1);

  await rig.slack.sockets.send(command());
  rig.slack.sockets.disconnect('refresh_requested');
  while (rig.slack.calls.filter((method) => method === 'apps.connections.open').length < 2)
    await new Promise(setImmediate);
  await rig.slack.sockets.connected(1);
  await rig.slack.sockets.send(command());
  await app.stop();

  expect(rig.slack.responses).toHaveLength(2);
  expect(rig.slack.responses.map(({ body }) => body.text)).toEqual([
    expect.stringMatching(/クレジット/),
    expect.stringMatching(/クレジット/),
  ]);
});

test('a socket that cannot be opened is tried again, less and less often, until the process stops', async () => {
  const pauses: number[] = [];
  let tries = 0;
  const enough = Promise.withResolvers<void>();
  const refused: Socket = {
    start: () => Promise.reject(new Error('no network')),
    disconnect: async () => undefined,
    once: () => undefined,
  };

  const kept = keepConnected(
    pino({ level: 'silent' }),
    async () => {
      tries += 1;
      return refused;
    },
    async (ms) => {
      pauses.push(ms);
      if (pauses.length === 8) enough.resolve();
      await new Promise(setImmediate);
    },
  );
  await enough.promise;
  await kept.stop();

  expect(pauses.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(tries).toBeGreaterThanOrEqual(8);
});
