import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeTestClock, type TestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../support/fake-slack.ts';
import { callSlack } from './fake-slack-call.ts';

let clock: TestClock;
let slack: FakeSlack;
let workspace: FakeWorkspace;
let admin: string;

beforeEach(async () => {
  clock = makeTestClock();
  slack = await startFakeSlack({ now: () => clock.now() });
  workspace = slack.addWorkspace({ name: '架空運輸', rotates: true, isInstalled: false });
  admin = workspace.addUser({ name: '𠮷野', isAdmin: true });
});
afterEach(() => slack.close());

const redirectUri = 'https://relay.example.com/slack/oauth_redirect';
const scope = 'chat:write,commands';

function toAuthorizeUrl(query: Readonly<Record<string, string>> = {}): string {
  const asked = { client_id: slack.clientId, scope, redirect_uri: redirectUri, state: '髙 s', ...query };
  return `${slack.authorizeUrl}?${new URLSearchParams(asked)}`;
}

function agree(): string {
  return new URL(slack.agree(toAuthorizeUrl(), workspace, admin)).searchParams.get('code') ?? '';
}

function access(args: Readonly<Record<string, unknown>>) {
  const client = { client_id: slack.clientId, client_secret: slack.clientSecret };
  return callSlack(slack, '', 'oauth.v2.access', { ...client, redirect_uri: redirectUri, ...args });
}

const refresh = (token: string) => access({ grant_type: 'refresh_token', refresh_token: token });
const tokenError = async (token: string) => (await callSlack(slack, token, 'auth.test')).error;

test('whoever agrees comes back with a code and the state, and whoever does not with an error and the state', () => {
  const agreed = new URL(slack.agree(toAuthorizeUrl(), workspace, admin));
  const denied = new URL(slack.deny(toAuthorizeUrl(), workspace, admin));

  expect(agreed.origin + agreed.pathname).toBe(redirectUri);
  expect(agreed.searchParams.get('code')).toMatch(/^\w+$/);
  expect([agreed, denied].map(({ searchParams }) => searchParams.get('state'))).toEqual(['髙 s', '髙 s']);
  expect([denied.searchParams.get('error'), denied.searchParams.get('code')]).toEqual(['access_denied', null]);
});

test.each([
  ['another client', { client_id: '1.1' }, 'invalid_client_id'],
  ['no scopes', { scope: '' }, 'no_scopes'],
  ['an address without encryption', { redirect_uri: 'http://relay.example.com/' }, 'bad_redirect_uri'],
])('the authorize page does not open for %s', (_what, query, error) => {
  expect(() => slack.agree(toAuthorizeUrl(query), workspace, admin)).toThrow(error);
});

test('a code brings an expiring token with the scopes that were asked for, once', async () => {
  const code = agree();

  const granted = await access({ code });
  const again = await access({ code });

  expect(granted).toMatchObject({
    ...{ ok: true, token_type: 'bot', scope, expires_in: 43_200, access_token: workspace.token },
    ...{ refresh_token: workspace.refreshToken, bot_user_id: workspace.botUserRef, authed_user: { id: admin } },
    team: { id: workspace.teamRef, name: '架空運輸' },
  });
  expect(workspace.token).toMatch(/^xoxe\.xoxb-1-/);
  expect(again).toEqual({ ok: false, error: 'invalid_code' });
});

test.each([
  ['an unknown code', { code: 'unknown' }, 'invalid_code'],
  ['another address than before', { redirect_uri: 'https://relay.example.com/' }, 'bad_redirect_uri'],
  ['an unknown client', { client_id: '1.1' }, 'invalid_client_id'],
  ['a wrong secret', { client_secret: 'guessed' }, 'bad_client_secret'],
  ['an unknown grant', { grant_type: 'password' }, 'invalid_grant_type'],
])('%s brings no token, and the code stays good', async (_what, args, error) => {
  const code = agree();

  const refused = await access({ code, ...args });
  const granted = await access({ code });

  expect(refused).toEqual({ ok: false, error });
  expect(granted.ok).toBe(true);
});

test('a code is good for ten minutes', async () => {
  const [early, late] = [agree(), agree()];

  clock.advance(10 * 60_000);
  const inTime = await access({ code: early });
  clock.advance(1);
  const tooLate = await access({ code: late });

  expect([inTime.ok, tooLate.error]).toEqual([true, 'invalid_code']);
});

test('a client may show its secret in the header instead', async () => {
  const code = agree();
  const credentials = Buffer.from(`${slack.clientId}:${slack.clientSecret}`).toString('base64');

  const response = await fetch(`${slack.url}oauth.v2.access`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ code, redirect_uri: redirectUri }),
  });

  expect(await response.json()).toMatchObject({ ok: true });
});

test('a refresh token works once, and the access token before it lives until its twelve hours are over', async () => {
  await access({ code: agree() });
  const [old, refreshToken] = [workspace.token, workspace.refreshToken];
  clock.advance(11 * 3_600_000);

  const refreshed = await refresh(refreshToken);
  const again = await refresh(refreshToken);
  const alive = [await tokenError(old), await tokenError(workspace.token)];
  clock.advance(3_600_000);
  const later = [await tokenError(old), await tokenError(workspace.token)];

  expect(refreshed).toMatchObject({ ok: true, access_token: workspace.token, refresh_token: workspace.refreshToken });
  expect(workspace.token).not.toBe(old);
  expect(again).toEqual({ ok: false, error: 'invalid_refresh_token' });
  expect([alive, later]).toEqual([
    [undefined, undefined],
    ['token_expired', undefined],
  ]);
});

test('a workspace that does not rotate keeps its token when the app is installed again, with the new scopes', async () => {
  const steady = slack.addWorkspace({ scopes: ['commands'] });
  const user = steady.addUser();
  const before = steady.token;
  const code = new URL(slack.agree(toAuthorizeUrl(), steady, user)).searchParams.get('code');

  const granted = await access({ code });

  expect(granted).toMatchObject({ access_token: before, scope: 'commands,chat:write' });
  expect(granted).not.toHaveProperty('refresh_token');
});

test('after an uninstall every token is dead, also for refreshing, and a new install brings a living one', async () => {
  await access({ code: agree() });
  const [old, refreshToken] = [workspace.token, workspace.refreshToken];
  const { clientId: client_id, clientSecret: client_secret } = slack;

  const refused = await callSlack(slack, old, 'apps.uninstall', { client_id, client_secret: 'guessed' });
  const uninstalled = await callSlack(slack, old, 'apps.uninstall', { client_id, client_secret });
  const dead = [await tokenError(old), (await refresh(refreshToken)).error];
  await access({ code: agree() });

  expect([refused.error, uninstalled.ok]).toEqual(['bad_client_secret', true]);
  expect(dead).toEqual(['account_inactive', 'invalid_refresh_token']);
  expect(await tokenError(workspace.token)).toBeUndefined();
  expect(slack.events.map(({ payload }) => payload)).toMatchObject([
    { team_id: workspace.teamRef, event: { type: 'tokens_revoked', tokens: { bot: [workspace.botUserRef] } } },
    { team_id: workspace.teamRef, event: { type: 'app_uninstalled' } },
  ]);
});
