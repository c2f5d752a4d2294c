import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Mailer, MailOutcome } from '../../../src/platform/mail.ts';
import { addCompany, openRelay, type TestRelay } from '../relay.ts';
import { addMember, openBrowser, readMailedCode, sessionCookie, signIn } from './browser.ts';
import { hour, minute, pass, stopDate } from './time.ts';

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

test('who asks for a link and opens it in the same browser is signed in', async () => {
  const { email, userId } = await addMember(relay, company, 'recruiter', '𠮷野 太郎');
  const browser = openBrowser(relay);

  const asked = await browser.auth('/sign-in/magic-link', { email: email.toUpperCase() });
  const opened = await browser.auth('/magic-link', { code: await readMailedCode(relay, email) });
  const me = await browser.call('GET', '/me');

  expect(asked).toEqual({ status: 200, body: { status: true } });
  expect(opened.status).toBe(200);
  expect(me.body).toMatchObject({
    kind: 'user',
    actor: `user:${userId}`,
    isOperator: false,
    user: { id: userId, name: '𠮷野 太郎', email, hasSecondFactor: false, passkeys: 0 },
    companies: [{ slug: company, role: 'recruiter' }],
  });
});

test('the mail holds the link on a line of its own, in the language of the browser', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = openBrowser(relay);

  await browser.auth('/sign-in/magic-link', { email }, { 'accept-language': 'en-GB' });
  const code = await readMailedCode(relay, email);
  const { body } = await relay.call('GET', '/outbox?limit=1');

  expect(body.items[0]).toMatchObject({ to: email, subject: 'Your sign-in link (Career Relay)' });
  expect(body.items[0].text.split('\n')).toContain(`https://relay.example.com/app/link?code=${code}`);
  expect(body.items[0].html).toContain(`href="https://relay.example.com/app/link?code=${code}"`);
  expect(body.items[0].html).not.toMatch(/<img|<script|<link/);
});

test('a link works once', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  const code = await readMailedCode(relay, email);
  await browser.auth('/magic-link', { code });

  const again = await browser.auth('/magic-link', { code });

  expect(again).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
});

test('a link opened in another browser is refused, and still works in the one that asked', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = openBrowser(relay);
  const scanner = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  await scanner.auth('/sign-in/magic-link', { email: 'scanner@example.com' });
  const code = await readMailedCode(relay, email);

  const stolen = await scanner.auth('/magic-link', { code });
  const own = await browser.auth('/magic-link', { code });

  expect(stolen).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
  expect(scanner.cookies.has(sessionCookie)).toBe(false);
  expect(own.status).toBe(200);
});

test('a link is of no use after a quarter of an hour', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  const code = await readMailedCode(relay, email);

  pass(relay, 15 * minute + 1);
  const late = await browser.auth('/magic-link', { code });

  expect(late).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
});

test('an address that nobody has is answered like one that somebody has, and gets no mail', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const known = await openBrowser(relay).send('POST', '/api/auth/sign-in/magic-link', { email });
  const unknown = await openBrowser(relay).send('POST', '/api/auth/sign-in/magic-link', {
    email: 'nobody@example.com',
  });
  const code = await readMailedCode(relay, 'nobody@example.com');

  const toShape = ({ statusCode, body, headers }: typeof known) => [statusCode, body, Object.keys(headers).toSorted()];
  expect(toShape(unknown)).toEqual(toShape(known));
  expect(code).toBeUndefined();
});

test('the answer waits for no mail, which would tell that the address exists', async () => {
  let release = () => {};
  const sent = new Promise<MailOutcome>((resolve) => {
    release = () => resolve({ kind: 'sent' });
  });
  const taken: string[] = [];
  const slow: Mailer = {
    kind: 'smtp',
    isIdempotent: false,
    send({ to }) {
      taken.push(to.address);
      return sent;
    },
    close: async () => undefined,
  };
  const other = await openRelay({ mailer: slow });
  const link = await other.identity.makeFirstLink();
  const code = new URL(link ?? '').searchParams.get('code');
  await openBrowser(other).auth('/first', { code, name: "O'Brien", email: 'slow@example.com' });

  const answer = await openBrowser(other).auth('/sign-in/magic-link', { email: 'slow@example.com' });
  const closed = other.identity.close();
  release();
  await closed;

  expect(answer.status).toBe(200);
  expect(taken).toEqual(['slow@example.com']);
  await other.close();
});

test('nobody signs up: no way in makes a person who was not invited', async () => {
  const browser = openBrowser(relay);
  const email = 'stranger@example.com';

  for (const [path, body] of [
    ['/sign-up/email', { email, password: 'a long enough password', name: 'x' }],
    ['/sign-in/email', { email, password: 'a long enough password' }],
    ['/sign-in/magic-link', { email, name: 'x', callbackURL: '/' }],
    ['/first', { code: 'a'.repeat(43), name: 'x', email }],
    ['/invitation', { code: 'a'.repeat(43), name: 'x' }],
  ] as const) {
    const { status } = await browser.auth(path, body);
    expect([path, status]).toEqual([path, expect.any(Number)]);
    expect(status).toBeGreaterThanOrEqual(400);
  }
  const users = await relay.database.forSystem((tx) =>
    tx.selectFrom('auth_user').select('id').where('email', '=', email).execute(),
  );
  expect(users).toEqual([]);
});

test.each([
  '/get-session',
  '/list-sessions',
  '/ok',
  '/reference',
  '/magic-link/verify?token=x',
  '/error',
  '/account-info',
])('the library answers nothing at %s', async (path) => {
  const { status, body } = await openBrowser(relay).auth(path);

  expect([status, body.code]).toEqual([404, 'request_not_found']);
});

test('the cookies are for this host alone, out of reach of scripts, and sent over https only', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = await signIn(relay, email);

  const names = browser.setCookies.map((line) => /^[^=]+/.exec(line)?.[0]);
  expect(names).toEqual(expect.arrayContaining([sessionCookie, '__Host-relay.link']));
  for (const line of browser.setCookies) {
    expect(line).toMatch(/^__Host-/);
    for (const part of [/; Path=\/(;|$)/i, /; HttpOnly/i, /; Secure/i, /; SameSite=Lax/i]) expect(line).toMatch(part);
    expect(line).not.toMatch(/; Domain=/i);
  }
  expect(browser.cookies.get(sessionCookie)?.length).toBeGreaterThan(60);
});

test('each sign-in is a new session, and what was in the cookie before is not taken up', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const first = await signIn(relay, email);
  const fixed = first.cookies.get(sessionCookie);
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  const code = await readMailedCode(relay, email);

  const response = await browser.send('POST', '/api/auth/magic-link', { code }, { cookie: toCookie(browser, fixed) });

  expect(response.statusCode).toBe(200);
  expect(browser.cookies.get(sessionCookie)).toBeDefined();
  expect(browser.cookies.get(sessionCookie)).not.toBe(fixed);
});

function toCookie(browser: { readonly cookies: ReadonlyMap<string, string> }, session: string | undefined): string {
  return `__Host-relay.link=${browser.cookies.get('__Host-relay.link')}; ${sessionCookie}=${session}`;
}

test('a cookie whose signature is changed opens nothing', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = await signIn(relay, email);
  const cookie = browser.cookies.get(sessionCookie) ?? '';
  const [token = ''] = decodeURIComponent(cookie).split('.');

  for (const forged of [token, `${token}.`, `${token}.${'A'.repeat(43)}=`, `x${cookie}`]) {
    const headers = { cookie: `${sessionCookie}=${encodeURIComponent(forged)}` };
    const { statusCode } = await openBrowser(relay).send('GET', '/api/v1/me', undefined, headers);
    expect([forged.length, statusCode]).toEqual([forged.length, 401]);
  }
});

test('a session ends half an hour after it was last used', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = await signIn(relay, email);

  for (let halves = 0; halves < 4; halves += 1) {
    pass(relay, 29 * minute);
    expect((await browser.call('GET', '/me')).status).toBe(200);
  }
  pass(relay, 30 * minute + 1);
  const late = await browser.call('GET', '/me');

  expect(late.status).toBe(401);
});

test('a session ends twelve hours after it began, however it was used', async () => {
  const { email, userId } = await addMember(relay, company, 'viewer');
  const browser = await signIn(relay, email);

  for (let passed = 0; passed < 12 * hour - 20 * minute; passed += 20 * minute) {
    pass(relay, 20 * minute);
    expect([passed, (await browser.call('GET', '/me')).status]).toEqual([passed, 200]);
  }
  pass(relay, 20 * minute);
  const late = await browser.call('GET', '/me');
  const byLibrary = await browser.auth('/passkey/list-user-passkeys');

  expect(late.status).toBe(401);
  expect(byLibrary.status).toBe(401);
  const left = await relay.database.forSystem((tx) =>
    tx
      .selectFrom('auth_session')
      .select('id')
      .where('user_id', '=', userId)
      .where('expires_at', '>', relay.clock.now())
      .execute(),
  );
  expect(left).toEqual([]);
});

test('who signs out is out, at once and for good', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = await signIn(relay, email);
  const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie)}`;

  const out = await browser.auth('/sign-out', {});
  const after = await browser.call('GET', '/me');
  const replayed = await openBrowser(relay).send('GET', '/api/v1/me', undefined, { cookie });

  expect(out.status).toBe(200);
  expect(after.status).toBe(401);
  expect(replayed.statusCode).toBe(401);
});

test('sessions are listed, and ended one by one or all but this', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const [here, there, elsewhere] = [await signIn(relay, email), await signIn(relay, email), await signIn(relay, email)];
  const stranger = await addMember(relay, company, 'owner');
  const { body } = await here.call('GET', '/sessions');
  const other = (await there.call('GET', '/sessions')).body.items.find((one: { isCurrent: boolean }) => one.isCurrent);

  const foreign = await stranger.browser.call('DELETE', `/sessions/${other.id}`);
  const one = await here.call('DELETE', `/sessions/${other.id}`);
  const rest = await here.call('DELETE', '/sessions');

  expect(body.items).toHaveLength(4);
  expect(body.items.filter((session: { isCurrent: boolean }) => session.isCurrent)).toHaveLength(1);
  expect(Object.keys(body.items[0]).toSorted()).toEqual(
    ['createdAt', 'id', 'ipAddress', 'isCurrent', 'lastSeenAt', 'userAgent'].toSorted(),
  );
  expect(foreign.status).toBe(404);
  expect(one.status).toBe(204);
  expect((await there.call('GET', '/me')).status).toBe(401);
  expect(rest).toEqual({ status: 200, body: { ended: 2 } });
  expect((await elsewhere.call('GET', '/me')).status).toBe(401);
  expect((await here.call('GET', '/me')).status).toBe(200);
});

test.each([
  ['another site', { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' }],
  ['a neighbour of ours', { origin: 'https://other.example.com', 'sec-fetch-site': 'same-site' }],
  ['a page without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['a page that lies about the half of it', { origin: 'https://relay.example.com', 'sec-fetch-site': 'cross-site' }],
  ['an old browser on another site', { origin: 'https://evil.example.com', 'sec-fetch-site': '' }],
  ['nobody knows where', { origin: '', 'sec-fetch-site': '' }],
])('what %s makes a browser send changes nothing', async (_from, headers) => {
  const { email } = await addMember(relay, company, 'owner');
  const browser = await signIn(relay, email);

  const invited = await browser.call(
    'POST',
    `/companies/${company}/invitations`,
    { email: 'x@example.com', role: 'owner' },
    headers,
  );
  const out = await browser.auth('/sign-out', {}, headers);
  const link = await openBrowser(relay).auth('/sign-in/magic-link', { email }, headers);

  for (const answer of [invited, out, link])
    expect(answer).toMatchObject({ status: 403, body: { code: 'request_forbidden' } });
  expect((await browser.call('GET', '/me')).status).toBe(200);
});

test('a form of another site is not even read', async () => {
  const { email } = await addMember(relay, company, 'owner');
  const browser = await signIn(relay, email);

  const response = await relay.server.inject({
    method: 'POST',
    url: `/api/v1/companies/${company}/invitations`,
    headers: {
      cookie: `${sessionCookie}=${browser.cookies.get(sessionCookie)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: 'email=x%40example.com&role=owner',
  });

  expect(response.statusCode).toBe(403);
});

test('who asks for many links is told to wait, and nobody else is', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const impatient = openBrowser(relay);
  for (let asked = 0; asked < 5; asked += 1) await impatient.auth('/sign-in/magic-link', { email });

  const sixth = await impatient.auth('/sign-in/magic-link', { email });
  const owner = await openBrowser(relay).auth('/sign-in/magic-link', { email });

  expect(sixth).toMatchObject({ status: 429, body: { code: 'request_rate_limited' } });
  expect(owner.status).toBe(200);
});

test('no token, code or address stands in the log', async () => {
  const { email } = await addMember(relay, company, 'viewer');
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email });
  const code = (await readMailedCode(relay, email)) ?? '';
  await browser.auth('/magic-link', { code });
  await browser.auth('/magic-link', { code: `${code}x` });

  const logged = relay.logged.join('\n');
  expect(logged).not.toContain(code.slice(0, 20));
  expect(logged).not.toContain((browser.cookies.get(sessionCookie) ?? '').slice(0, 20));
  expect(logged).not.toContain('@example.com');
});

test('what has ended is forgotten', async () => {
  const { email, userId } = await addMember(relay, company, 'viewer');
  await openBrowser(relay).auth('/sign-in/magic-link', { email });

  pass(relay, hour);
  await relay.identity.sweep();

  const left = await relay.database.forSystem(async (tx) => [
    await tx.selectFrom('auth_session').select('id').where('user_id', '=', userId).execute(),
    await tx.selectFrom('auth_verification').select('id').execute(),
  ]);
  expect(left).toEqual([[], []]);
});
