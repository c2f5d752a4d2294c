import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import { openSlack } from '../../src/slack/index.ts';
import { makeTestClock } from '../support/clock.ts';
import { makeTestJobs } from '../support/jobs.ts';
import { untiedPorts } from '../support/slack-ports.ts';

const signingSecret = 'an invented signing secret';
const log = pino({ level: 'silent' });
/** Bolt asks the machine for the time, so here the clock is set to it. */
const clock = makeTestClock(new Date().toISOString());
const opened: Server[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** A listening server with the room's routes; gives its origin. */
async function listen(config: { readonly channel?: string; readonly isConnected?: boolean } = {}): Promise<string> {
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: false });
  opened.push(server);
  const { channel = 'C0FAKE0001', isConnected = true } = config;
  const unused = {} as never;
  openSlack({
    database: unused,
    connections: unused,
    events: { listen: () => undefined },
    ...untiedPorts,
    jobs: makeTestJobs(clock),
    clock,
    log,
    baseUrl: 'https://relay.example.com',
    slack: isConnected
      ? { botToken: 'xoxb-fake', signingSecret, channel, apiUrl: 'http://127.0.0.1:1/api/' }
      : undefined,
  }).routes(server);
  await server.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

interface Sending {
  readonly type?: string;
  readonly secret?: string;
  /** Seconds from now at which the request claims to be signed. */
  readonly signedAfter?: number;
}

function send(origin: string, body: string, sending: Sending = {}): Promise<Response> {
  const { type = 'application/json', secret = signingSecret, signedAfter = 0 } = sending;
  const timestamp = String(Math.floor(clock.now().getTime() / 1000) + signedAfter);
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return fetch(`${origin}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': type, 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` },
    body,
  });
}

const form = 'application/x-www-form-urlencoded';
const challenge = JSON.stringify({ type: 'url_verification', challenge: '髙﨑-3eZbrw1aB' });
const helpCommand = new URLSearchParams({
  command: '/career-relay',
  text: '',
  team_id: 'T0FAKE',
  channel_id: 'C0OTHER',
  user_id: 'U0FAKE',
  response_url: 'https://hooks.example.com/',
}).toString();

test('Slack can verify the address of the app', async () => {
  const origin = await listen();

  const response = await send(origin, challenge);

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ challenge: '髙﨑-3eZbrw1aB' });
});

test('the command answers only the one who asked, in both languages, and says where notices go', async () => {
  const origin = await listen();

  const response = await send(origin, helpCommand, { type: form });
  const answer = (await response.json()) as { response_type: string; text: string; blocks: object[] };

  expect(response.status).toBe(200);
  expect(answer.response_type).toBe('ephemeral');
  expect(answer.text).toMatch(/無料紹介[\s\S]*free introduction/);
  expect(JSON.stringify(answer.blocks)).toMatch(/お知らせの届け先：<#C0FAKE0001>[\s\S]*Notices go to <#C0FAKE0001>/);
});

test('a channel given by name is named, and can be no mention', async () => {
  const origin = await listen({ channel: '#採用 <!here>' });

  const response = await send(origin, helpCommand, { type: form });
  const { blocks } = (await response.json()) as { blocks: object[] };

  expect(JSON.stringify(blocks)).toContain('お知らせの届け先：#採用 &lt;!here&gt;');
});

test.each([
  ['forged with another secret', { secret: 'another secret' }],
  ['signed more than five minutes ago', { signedAfter: -301 }],
  ['signed more than five minutes ahead', { signedAfter: 360 }],
])('a request %s is refused without a reason', async (_name, sending) => {
  const origin = await listen();

  const response = await send(origin, challenge, sending);

  expect(response.status).toBe(401);
  expect(await response.text()).toBe('');
});

test('a request with no signature, or a broken one, is refused', async () => {
  const origin = await listen();
  const headers = { 'content-type': 'application/json' };
  const timestamp = String(Math.floor(clock.now().getTime() / 1000));

  for (const extra of [
    {},
    { 'x-slack-signature': 'v0=', 'x-slack-request-timestamp': timestamp },
    { 'x-slack-signature': 'sha256=00', 'x-slack-request-timestamp': timestamp },
    { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': 'soon' },
  ]) {
    const init = {
      method: 'POST',
      headers: new Headers({ ...headers, ...extra } as Record<string, string>),
      body: challenge,
    };
    const response = await fetch(`${origin}/slack/events`, init);
    expect(response.status).toBe(401);
  }
});

test('a signed body that is changed on the way is refused', async () => {
  const origin = await listen();
  const timestamp = String(Math.floor(clock.now().getTime() / 1000));
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${challenge}`).digest('hex');

  const response = await fetch(`${origin}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${digest}`,
    },
    body: challenge.replace('3eZ', '4eZ'),
  });

  expect(response.status).toBe(401);
});

test('a body that is too large is refused', async () => {
  const origin = await listen();

  const response = await send(origin, JSON.stringify({ type: 'url_verification', challenge: 'x'.repeat(300_000) }));

  expect(response.status).toBe(413);
});

test('a signed body that is no JSON is refused as such', async () => {
  const origin = await listen();

  const response = await send(origin, '{');

  expect(response.status).toBe(400);
});

test('without a workspace there is no such address', async () => {
  const origin = await listen({ isConnected: false });

  const response = await send(origin, challenge);

  expect(response.status).toBe(404);
});

test('the routes of other rooms still read their bodies', async () => {
  const server = await openHttpServer({ log, trustedProxies: 0, isHttps: false });
  opened.push(server);
  openSlack({
    database: {} as never,
    connections: {} as never,
    events: { listen: () => undefined },
    ...untiedPorts,
    jobs: makeTestJobs(clock),
    clock,
    log,
    baseUrl: 'https://relay.example.com',
    slack: { botToken: 'xoxb-fake', signingSecret, channel: 'C0FAKE0001', apiUrl: undefined },
  }).routes(server);
  server.post('/echo', async (request) => request.body);

  const response = await server.inject({ method: 'POST', url: '/echo', payload: { name: '髙﨑' } });

  expect(response.json()).toEqual({ name: '髙﨑' });
});
