import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { newId } from '../../../src/platform/ids.ts';
import { toSlackSignIn } from '../../../src/settings/index.ts';
import { addCompany, openRelay, type TestRelay } from '../relay.ts';
import { addMember, type Browser, openBrowser, sessionCookie } from './browser.ts';
import { stopDate } from './time.ts';

/** Slack's side of OpenID Connect: it says of everybody who asks what `person` says. */
let slack: HttpServer;
let person: Record<string, unknown>;
const exchanged: string[] = [];
let relay: TestRelay;
let company: { readonly slug: string; readonly id: string };

beforeAll(async () => {
  slack = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isToken = request.url === '/api/openid.connect.token';
      if (isToken) exchanged.push(Buffer.concat(chunks).toString());
      const isOurs = request.headers.authorization === 'Bearer xoxp-of-tests';
      const body = isToken ? { ok: true, access_token: 'xoxp-of-tests', token_type: 'Bearer' } : person;
      response.writeHead(isToken || isOurs ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => slack.once('listening', resolve));
  const origin = `http://127.0.0.1:${(slack.address() as AddressInfo).port}`;
  const app = { clientId: '1.2', clientSecret: 'a-slack-secret', apiUrl: `${origin}/api/`, authorizeUrl: origin };
  relay = await openRelay({ slackSignIn: app });
  stopDate(relay);
  company = await addCompany(relay);
  await tie(company.id, 'T0000000001');
});
afterAll(async () => {
  jest.useRealTimers();
  await relay.close();
  slack.close();
});

async function tie(companyId: string, teamRef: string): Promise<void> {
  const now = relay.clock.now();
  const workspace = newId();
  await relay.database.forSystem(async (tx) => {
    await tx
      .insertInto('slack_workspace')
      .values({
        workspace_id: workspace,
        team_ref: teamRef,
        name: '架空食品',
        app_ref: null,
        bot_user_ref: null,
        data_key: 'v1.x',
        installation: null,
        source: 'oauth',
        installed_at: now,
        uninstalled_at: null,
        broken_reason: null,
        updated_at: now,
      })
      .execute();
    await tx
      .insertInto('slack_tie')
      .values({
        company_id: companyId,
        workspace_id: workspace,
        hours: JSON.stringify({ from: '09:00', to: '20:00', days: 'business' }),
        tied_at: now,
        updated_at: now,
      })
      .execute();
  });
}

function toPerson(email: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ok: true,
    sub: `U-${email}`,
    'https://slack.com/user_id': `U-${email}`,
    'https://slack.com/team_id': 'T0000000001',
    email,
    email_verified: true,
    name: '髙﨑 花子',
    ...change,
  };
}

async function begin(browser: Browser): Promise<URL> {
  const { body } = await browser.auth('/sign-in/slack', {});
  return new URL(body.url);
}

/** Agrees at Slack and comes back. */
async function comeBack(browser: Browser, to: URL): Promise<string> {
  const state = to.searchParams.get('state') ?? '';
  const answer = await browser.send(
    'GET',
    `/api/auth/callback/slack?code=c0de&state=${encodeURIComponent(state)}`,
    undefined,
    {
      origin: '',
      'sec-fetch-site': 'cross-site',
    },
  );
  expect(answer.statusCode).toBe(302);
  return String(answer.headers.location);
}

test('a member of the tied workspace comes in with Slack, and nothing of Slack is kept but who it was', async () => {
  const { email, userId } = await addMember(relay, company.slug, 'recruiter');
  person = toPerson(email);
  const browser = openBrowser(relay);

  const to = await begin(browser);
  const location = await comeBack(browser, to);
  const me = await browser.call('GET', '/me');
  const account = await relay.database.statements
    .selectFrom('auth_account' as never)
    .selectAll()
    .execute();

  expect(to.pathname).toBe('/openid/connect/authorize');
  expect(to.searchParams.get('redirect_uri')).toBe('https://relay.example.com/api/auth/callback/slack');
  expect(to.searchParams.get('scope')).toBe('openid profile email');
  expect((to.searchParams.get('state') ?? '').length).toBeGreaterThanOrEqual(32);
  expect(location).toBe('/app');
  expect(me.body.user.id).toBe(userId);
  expect(account).toMatchObject([{ provider_id: 'slack', access_token: null, refresh_token: null, id_token: null }]);
  expect(exchanged.at(-1)).toContain('code=c0de');
  expect(relay.logged.join('')).not.toMatch(/xoxp-|a-slack-secret|c0de/);
});

test('who comes again is the same person, and nothing of Slack is kept then either', async () => {
  const { email, userId } = await addMember(relay, company.slug, 'recruiter');
  person = toPerson(email);
  const first = openBrowser(relay);
  await comeBack(first, await begin(first));
  const browser = openBrowser(relay);

  await comeBack(browser, await begin(browser));

  expect((await browser.call('GET', '/me')).body.user.id).toBe(userId);
  const accounts = await relay.database.statements
    .selectFrom('auth_account' as never)
    .selectAll()
    .execute();
  expect(JSON.stringify(accounts)).not.toContain('xoxp');
});

test.each([
  ['an address nobody has here', (_email: string) => toPerson('nobody@example.com')],
  ['an address that Slack has not verified', (email: string) => toPerson(email, { email_verified: false })],
  ['a workspace that is not tied', (email: string) => toPerson(email, { 'https://slack.com/team_id': 'T9' })],
  ['a name and nothing else', () => ({ ok: true, name: 'x' })],
])('Slack lets nobody in with %s, and does not tell why', async (_with, make) => {
  const { email } = await addMember(relay, company.slug, 'recruiter');
  person = make(email);
  const browser = openBrowser(relay);

  const location = await comeBack(browser, await begin(browser));

  expect(location).toBe('/app/sign-in?refused=slack');
  expect(browser.cookies.has(sessionCookie)).toBe(false);
});

test('an answer counts once, and in the browser that asked', async () => {
  const { email } = await addMember(relay, company.slug, 'recruiter');
  person = toPerson(email);
  const browser = openBrowser(relay);
  const to = await begin(browser);
  const thief = openBrowser(relay);
  await begin(thief);

  const stolen = await comeBack(thief, to);
  const own = openBrowser(relay);
  const next = await begin(own);
  await comeBack(own, next);
  const again = await comeBack(own, next);

  expect(stolen).toBe('/app/sign-in?refused=slack');
  expect(again).toBe('/app/sign-in?refused=slack');
  expect(thief.cookies.has(sessionCookie)).toBe(false);
});

test('who has a second factor is asked for it behind Slack as well', async () => {
  const { email, userId } = await addMember(relay, company.slug, 'recruiter');
  await relay.database.forSystem((tx) =>
    tx.updateTable('auth_user').set({ two_factor_enabled: true }).where('id', '=', userId).execute(),
  );
  person = toPerson(email);
  const browser = openBrowser(relay);

  const location = await comeBack(browser, await begin(browser));

  expect(location).toBe('/app/sign-in?step=second-factor');
  expect((await browser.call('GET', '/me')).status).toBe(401);
});

test('without a client at Slack there is no such way in', async () => {
  expect(toSlackSignIn(undefined)).toBeUndefined();
  expect(toSlackSignIn({ clientId: '1.2' })).toBeUndefined();
  expect(toSlackSignIn({ clientId: '1.2', clientSecret: 'x' })).toMatchObject({
    authorizeUrl: 'https://slack.com/openid/connect/authorize',
    tokenUrl: 'https://slack.com/api/openid.connect.token',
    userInfoUrl: 'https://slack.com/api/openid.connect.userInfo',
  });
});
