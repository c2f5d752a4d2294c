import { beforeEach, describe, expect, test } from '@jest/globals';
import { createGreenhouseFake, type GreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { askToken, authorize, fetchCode, origin, redirectUri } from './greenhouse-support.ts';

let clock: TestClock;
let fake: GreenhouseFake;

beforeEach(() => {
  clock = makeTestClock();
  fake = createGreenhouseFake({ now: clock.now, redirectUri });
});

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

const exchange = (code: string, change: Readonly<Record<string, string>> = {}) =>
  askToken(fake, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...change });
const refresh = (token: string) => askToken(fake, { grant_type: 'refresh_token', refresh_token: token });
const read = async (answer: Promise<Response>) => (await (await answer).json()) as Tokens & { readonly error: string };

async function callWith(token: string, path = '/v3/applications'): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fake.handle(new Request(`${origin}${path}`, { headers }))).status;
}

describe('the authorisation page', () => {
  test('sends the person back with a code and the state', async () => {
    const answer = await authorize(fake);

    const location = new URL(answer.headers.get('location') ?? '');
    expect(answer.status).toBe(302);
    expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
    expect(location.searchParams.get('state')).toBe('state-1');
    expect(location.searchParams.get('code')).toMatch(/./);
  });

  test.each([
    [{ client_id: 'somebody-else' }],
    [{ redirect_uri: 'https://elsewhere.example.com/' }],
    [{ redirect_uri: `${redirectUri}/` }],
  ])('sends nobody anywhere with %j', async (change) => {
    const answer = await authorize(fake, change);

    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
  });

  test.each([
    [{ scope: 'harvest:everything:list' }, 'invalid_scope'],
    [{ scope: '' }, 'invalid_scope'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ code_challenge: 'x' }, 'invalid_request'],
  ])('sends back a refusal of %j', async (change, error) => {
    const location = new URL((await authorize(fake, change)).headers.get('location') ?? '');

    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('state')).toBe('state-1');
    expect(location.searchParams.has('code')).toBe(false);
  });
});

describe('partner tokens', () => {
  test('a code works once, for a minute, and only with the address it was asked for with', async () => {
    const code = await fetchCode(fake);
    expect(await read(exchange(code))).toMatchObject({ token_type: 'Bearer', expires_at: '2026-11-24T02:00:00.000Z' });
    expect(await read(exchange(code))).toEqual({ error: 'invalid_grant' });

    const late = await fetchCode(fake);
    clock.advance(60_000);
    expect(await read(exchange(late))).toEqual({ error: 'invalid_grant' });
    expect(await read(exchange(await fetchCode(fake), { redirect_uri: origin }))).toEqual({ error: 'invalid_grant' });
  });

  test('a refresh token works once and for 24 hours; the next comes with it', async () => {
    const first = await read(exchange(await fetchCode(fake)));
    clock.advance(24 * 3_600_000 - 1);
    const second = await read(refresh(first.refresh_token));

    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await callWith(second.access_token)).toBe(200);
    expect(await read(refresh(first.refresh_token))).toEqual({ error: 'invalid_grant' });
    clock.advance(24 * 3_600_000);
    expect(await read(refresh(second.refresh_token))).toEqual({ error: 'invalid_grant' });
  });

  test('an access token lives for an hour and does what was agreed to, no more', async () => {
    const scope = 'harvest:applications:list harvest:webhooks:list';
    const { access_token } = await read(exchange(await fetchCode(fake, { scope })));

    expect(await callWith(access_token)).toBe(200);
    expect(await callWith(access_token, '/v3/webhooks')).toBe(200);
    expect(await callWith(access_token, '/v3/candidates')).toBe(403);
    clock.advance(3_600_000);
    expect(await callWith(access_token)).toBe(401);
  });

  test('neither client may take the way of the other, and webhooks are the partner’s', async () => {
    const { clientId = '', clientSecret = '' } = fake.settings(origin);
    const own = await askToken(fake, { grant_type: 'client_credentials' }, { clientId, clientSecret });
    const { access_token } = (await own.json()) as Tokens;

    expect(await read(askToken(fake, { grant_type: 'client_credentials' }))).toEqual({ error: 'unauthorized_client' });
    expect(await read(askToken(fake, { grant_type: 'refresh_token' }, { clientId, clientSecret }))).toEqual({
      error: 'unauthorized_client',
    });
    expect((await askToken(fake, {}, { clientId, clientSecret: 'wrong' })).status).toBe(401);
    expect(await callWith(access_token)).toBe(200);
    expect(await callWith(access_token, '/v3/webhooks')).toBe(403);
  });
});
