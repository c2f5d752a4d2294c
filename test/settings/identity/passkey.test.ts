import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addCompany, baseUrl, openRelay, type TestRelay } from '../relay.ts';
import { makeAuthenticator } from './authenticator.ts';
import { addMember, openBrowser } from './browser.ts';
import { minute, pass, stopDate } from './time.ts';

let relay: TestRelay;
let company: string;

beforeAll(async () => {
  relay = await openRelay();
  stopDate(relay);
  company = (await addCompany(relay)).slug;
});
afterAll(async () => {
  jest.useRealTimers();
  await relay.close();
});

async function register() {
  const member = await addMember(relay, company, 'recruiter', '𠮷野 太郎');
  const authenticator = makeAuthenticator(baseUrl);
  const options = await member.browser.auth('/passkey/generate-register-options');
  const response = authenticator.register(options.body);
  const registered = await member.browser.auth('/passkey/verify-registration', { response, name: '仕事のPC' });
  return { ...member, authenticator, options, registered };
}

test('a passkey is registered with its owner proved, and signs in by itself', async () => {
  const { userId, authenticator, options, registered } = await register();
  const browser = openBrowser(relay);

  const asked = await browser.auth('/passkey/generate-authenticate-options');
  const entered = await browser.auth('/passkey/verify-authentication', {
    response: authenticator.authenticate(asked.body),
  });
  const me = await browser.call('GET', '/me');

  expect(options.body).toMatchObject({
    rp: { name: 'Career Relay', id: 'relay.example.com' },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  expect(registered.status).toBe(200);
  expect(asked.body.allowCredentials ?? []).toEqual([]);
  expect(entered.status).toBe(200);
  expect(me.body.user).toMatchObject({ id: userId, passkeys: 1 });
});

test('a passkey is two factors in one: no code is asked for behind it', async () => {
  const { userId, authenticator } = await register();
  await relay.database.forSystem((tx) =>
    tx.updateTable('auth_user').set({ two_factor_enabled: true }).where('id', '=', userId).execute(),
  );
  const browser = openBrowser(relay);
  const asked = await browser.auth('/passkey/generate-authenticate-options');

  await browser.auth('/passkey/verify-authentication', { response: authenticator.authenticate(asked.body) });

  expect((await browser.call('GET', '/me')).status).toBe(200);
});

test.each([
  ['whose owner did not prove himself', { isVerified: false }],
  ['used on another site', { origin: 'https://evil.example.com' }],
])('a passkey %s opens nothing', async (_name, change) => {
  const { authenticator } = await register();
  const browser = openBrowser(relay);
  const asked = await browser.auth('/passkey/generate-authenticate-options');

  const refused = await browser.auth('/passkey/verify-authentication', {
    response: authenticator.authenticate(asked.body, change),
  });

  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect((await browser.call('GET', '/me')).status).toBe(401);
});

test('an answer counts once, for its own challenge, for five minutes', async () => {
  const { authenticator } = await register();
  const browser = openBrowser(relay);
  const asked = await browser.auth('/passkey/generate-authenticate-options');
  const response = authenticator.authenticate(asked.body);
  const cookies = new Map(browser.cookies);
  await browser.auth('/passkey/verify-authentication', { response });
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  const replayed = await openBrowser(relay).auth('/passkey/verify-authentication', { response }, { cookie });
  const stranger = await openBrowser(relay).auth('/passkey/verify-authentication', { response });
  const slow = openBrowser(relay);
  const later = await slow.auth('/passkey/generate-authenticate-options');
  pass(relay, 6 * minute);
  const late = await slow.auth('/passkey/verify-authentication', {
    response: authenticator.authenticate(later.body),
  });

  for (const { status } of [replayed, stranger, late]) expect(status).toBe(400);
});

test('nobody registers a passkey without a session, or removes that of another', async () => {
  const { browser, registered } = await register();
  const other = await addMember(relay, company, 'owner');

  const without = await openBrowser(relay).auth('/passkey/generate-register-options');
  const foreign = await other.browser.auth('/passkey/delete-passkey', { id: registered.body.id });
  const listed = await browser.auth('/passkey/list-user-passkeys');
  const own = await browser.auth('/passkey/delete-passkey', { id: registered.body.id });

  expect(without.status).toBe(401);
  expect(foreign.status).toBeGreaterThanOrEqual(400);
  expect(listed.body).toMatchObject([{ id: registered.body.id, name: '仕事のPC' }]);
  expect(own.status).toBe(200);
});
