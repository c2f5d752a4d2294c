import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { adminToken, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

function ask(authorization?: string, remoteAddress = '203.0.113.1') {
  return relay.server.inject({
    method: 'GET',
    url: '/api/v1/companies',
    remoteAddress,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  });
}

test('the right token opens the API', async () => {
  const response = await ask(`Bearer ${adminToken}`);

  expect(response.statusCode).toBe(200);
  expect(response.headers['cache-control']).toBe('no-store');
});

test.each([
  ['none', undefined],
  ['an empty one', 'Bearer '],
  ['another one', `Bearer ${adminToken.slice(0, -1)}x`],
  ['the beginning of it', `Bearer ${adminToken.slice(0, -1)}`],
  ['it with more behind', `Bearer ${adminToken}0`],
  ['it under another scheme', `Basic ${adminToken}`],
  ['it without a scheme', adminToken],
])('with %s for a token nothing is told', async (_name, authorization) => {
  const response = await ask(authorization, '203.0.113.2');

  expect(response.statusCode).toBe(401);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="career-relay"');
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.json()).toMatchObject({ status: 401, code: 'request_unauthorized' });
});

test('who guesses is told to wait, and the bearer of the token behind the same address is not', async () => {
  const address = '203.0.113.3';
  for (let tries = 0; tries < 20; tries += 1) await ask('Bearer wrong', address);

  const guess = await ask('Bearer wrong', address);
  const admin = await ask(`Bearer ${adminToken}`, address);
  const elsewhere = await ask('Bearer wrong', '203.0.113.4');

  expect(guess.statusCode).toBe(429);
  expect(Number(guess.headers['retry-after'])).toBeGreaterThan(0);
  expect(guess.json()).toMatchObject({ code: 'request_rate_limited' });
  expect(admin.statusCode).toBe(200);
  expect(elsewhere.statusCode).toBe(401);
});

test('every route under /api/v1 but the document is closed without the token', async () => {
  const routes = relay.routes.filter(({ url }) => url.startsWith('/api/v1'));
  const open: string[] = [];
  for (const [index, { method, url }] of routes.entries()) {
    const path = url.replaceAll(/:\w+/g, newId());
    const response = await relay.server.inject({ method, url: path, remoteAddress: `198.51.100.${index}` });
    if (response.statusCode !== 401) open.push(`${method} ${url}`);
  }

  expect(routes.length).toBeGreaterThan(40);
  expect(open).toEqual(['GET /api/v1/openapi.json', 'HEAD /api/v1/openapi.json']);
});

test('what does not exist under /api/v1 is closed as well', async () => {
  const stranger = await relay.server.inject({ method: 'GET', url: '/api/v1/nothing' });
  const admin = await relay.call('GET', '/nothing');

  expect(stranger.statusCode).toBe(401);
  expect(admin).toMatchObject({ status: 404, body: { code: 'request_not_found' } });
});

test('the token stands in no log', () => {
  expect(relay.logged.join('\n')).not.toContain(adminToken);
});
