import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addCompany, openRelay, type TestRelay } from '../relay.ts';
import { addMember, openBrowser, readMailedCode, sessionCookie, signIn } from './browser.ts';
import { hour, pass, stopDate } from './time.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
  stopDate(relay);
});
afterAll(async () => {
  jest.useRealTimers();
  await relay.close();
});

async function openCompany() {
  const { slug } = await addCompany(relay);
  const owner = await addMember(relay, slug, 'owner', '髙﨑 花子');
  return { slug, owner };
}

async function readAudit(slug: string): Promise<readonly { actor: string; action: string; subject: string }[]> {
  return (await relay.call('GET', `/audit?company=${slug}&limit=200`)).body.items;
}

const day = 24 * hour;

test('an invitation is mailed, makes its address a member, and is used up', async () => {
  const { slug, owner } = await openCompany();

  const invited = await owner.browser.call('POST', `/companies/${slug}/invitations`, {
    email: 'Taro@Example.com',
    role: 'recruiter',
  });
  const code = await readMailedCode(relay, 'taro@example.com');
  const browser = openBrowser(relay);
  const looked = await browser.auth('/invitation/look', { code });
  const accepted = await browser.auth('/invitation', { code, name: '𠮷野 太郎' });
  const again = await openBrowser(relay).auth('/invitation', { code, name: 'x' });
  const me = await browser.call('GET', '/me');

  expect(invited).toMatchObject({ status: 201, body: { email: 'taro@example.com', role: 'recruiter' } });
  expect(JSON.stringify(invited.body)).not.toContain(code);
  expect(looked.body).toMatchObject({ email: 'taro@example.com', role: 'recruiter', isKnown: false });
  expect(accepted).toEqual({ status: 200, body: { ok: true } });
  expect(again).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
  expect(me.body).toMatchObject({ user: { name: '𠮷野 太郎' }, companies: [{ slug, role: 'recruiter' }] });
  expect((await owner.browser.call('GET', `/companies/${slug}/invitations`)).body.items).toEqual([]);
});

test('an invitation is bound to its address: whoever is signed in, that address becomes the member', async () => {
  const { slug, owner } = await openCompany();
  const other = await addMember(relay, (await addCompany(relay)).slug, 'viewer', "O'Brien");
  await owner.browser.call('POST', `/companies/${slug}/invitations`, { email: 'bound@example.com', role: 'owner' });

  await other.browser.auth('/invitation', { code: await readMailedCode(relay, 'bound@example.com'), name: 'x' });
  const members = (await owner.browser.call('GET', `/companies/${slug}/members`)).body.items;

  expect(members.map(({ email }: { email: string }) => email)).toEqual([owner.email, 'bound@example.com']);
});

test('one person may be a member of several companies, with a role in each', async () => {
  const one = await openCompany();
  const two = await openCompany();
  await two.owner.browser.call('POST', `/companies/${two.slug}/invitations`, {
    email: one.owner.email,
    role: 'viewer',
  });

  const browser = openBrowser(relay);
  const code = await readMailedCode(relay, one.owner.email);
  const looked = await browser.auth('/invitation/look', { code });
  await browser.auth('/invitation', { code });
  const me = await browser.call('GET', '/me');
  const listed = await browser.call('GET', '/companies');

  expect(looked.body.isKnown).toBe(true);
  expect(me.body.user.id).toBe(one.owner.userId);
  const roles = me.body.companies.map(({ slug, role }: { slug: string; role: string }) => [slug, role]);
  expect(roles.toSorted()).toEqual(
    [
      [one.slug, 'owner'],
      [two.slug, 'viewer'],
    ].toSorted(),
  );
  expect(listed.body.items.map(({ slug }: { slug: string }) => slug).toSorted()).toEqual(
    [one.slug, two.slug].toSorted(),
  );
});

test('an invitation ends after a week, when it is taken back, and when another follows it', async () => {
  const { slug } = await openCompany();
  const invite = async (email: string) => {
    const { body } = await relay.call('POST', `/companies/${slug}/invitations`, { email, role: 'viewer' });
    return { id: body.id, code: await readMailedCode(relay, email) };
  };
  const revoked = await invite('revoked@example.com');
  const earlier = await invite('twice@example.com');
  const latest = await invite('twice@example.com');
  const late = await invite('late@example.com');

  const taken = await relay.call('DELETE', `/companies/${slug}/invitations/${revoked.id}`);
  const listed = await relay.call('GET', `/companies/${slug}/invitations`);
  const accept = (code: string | undefined) => openBrowser(relay).auth('/invitation', { code, name: 'x' });
  const statuses = [await accept(revoked.code), await accept(earlier.code), await accept(latest.code)];
  pass(relay, 7 * day);
  const expired = await accept(late.code);

  expect(taken.status).toBe(204);
  expect(listed.body.items.map(({ email }: { email: string }) => email)).toEqual([
    'late@example.com',
    'twice@example.com',
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([401, 401, 200]);
  expect(expired.status).toBe(401);
});

test('a member is not invited again', async () => {
  const { slug, owner } = await openCompany();

  const answer = await relay.call('POST', `/companies/${slug}/invitations`, { email: owner.email, role: 'viewer' });

  expect(answer).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
});

test('another role ends every session of the person, and counts from the next sign-in on', async () => {
  const { slug, owner } = await openCompany();
  const member = await addMember(relay, slug, 'recruiter', '𠮷野 太郎');
  const second = await signIn(relay, member.email);

  const changed = await owner.browser.call('PATCH', `/companies/${slug}/members/${member.userId}`, { role: 'viewer' });
  const stale = [await member.browser.call('GET', '/me'), await second.call('GET', '/me')];
  const fresh = await (await signIn(relay, member.email)).call('GET', '/me');

  expect(changed).toMatchObject({ status: 200, body: { userId: member.userId, role: 'viewer' } });
  expect(stale.map(({ status }) => status)).toEqual([401, 401]);
  expect(fresh.body.companies).toMatchObject([{ slug, role: 'viewer' }]);
  expect((await owner.browser.call('GET', '/me')).status).toBe(200);
});

test('a removed member is out at once and gets no more links', async () => {
  const { slug, owner } = await openCompany();
  const member = await addMember(relay, slug, 'recruiter');
  const before = await readMailedCode(relay, member.email);

  const removed = await owner.browser.call('DELETE', `/companies/${slug}/members/${member.userId}`);
  const me = await member.browser.call('GET', '/me');
  await openBrowser(relay).auth('/sign-in/magic-link', { email: member.email });

  expect(removed.status).toBe(204);
  expect(me.status).toBe(401);
  expect(await readMailedCode(relay, member.email)).toBe(before);
});

test('a link mailed before somebody was removed lets them in no more', async () => {
  const { slug, owner } = await openCompany();
  const member = await addMember(relay, slug, 'recruiter');
  const browser = openBrowser(relay);
  await browser.auth('/sign-in/magic-link', { email: member.email });
  const code = await readMailedCode(relay, member.email);
  await owner.browser.call('DELETE', `/companies/${slug}/members/${member.userId}`);

  const entered = await browser.auth('/magic-link', { code });

  expect(entered.status).toBe(401);
  expect(browser.cookies.has(sessionCookie)).toBe(false);
});

test('the last owner can neither step down nor be removed, also not by two at once', async () => {
  const { slug, owner } = await openCompany();
  const second = await addMember(relay, slug, 'owner');
  const path = (userId: string) => `/companies/${slug}/members/${userId}`;

  const both = await Promise.all([
    owner.browser.call('PATCH', path(second.userId), { role: 'viewer' }),
    second.browser.call('PATCH', path(owner.userId), { role: 'viewer' }),
  ]);
  const members = (await relay.call('GET', `/companies/${slug}/members`)).body.items;
  const left = members.filter(({ role }: { role: string }) => role === 'owner');
  const down = await relay.call('PATCH', path(left[0].userId), { role: 'recruiter' });
  const out = await relay.call('DELETE', path(left[0].userId));

  expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(left).toHaveLength(1);
  expect([down.status, out.status]).toEqual([409, 409]);
  expect(down.body.code).toBe('request_conflict');
});

test('who let whom in stands in the audit log, by ids alone', async () => {
  const { slug, owner } = await openCompany();
  const member = await addMember(relay, slug, 'recruiter');
  await owner.browser.call('PATCH', `/companies/${slug}/members/${member.userId}`, { role: 'auditor' });
  await owner.browser.call('DELETE', `/companies/${slug}/members/${member.userId}`);

  const lines = await readAudit(slug);

  const told = lines.map(({ actor, action }) => `${actor} ${action}`);
  expect(told.slice(0, 4)).toEqual([
    `user:${owner.userId} member.removed`,
    `user:${owner.userId} member.role-changed`,
    `user:${member.userId} invitation.accepted`,
    'admin invitation.created',
  ]);
  expect(JSON.stringify(lines)).not.toContain('@');
});

test('a token opens its company alone, as its role, and is told once', async () => {
  const { slug, owner } = await openCompany();
  const foreign = await openCompany();

  const made = await owner.browser.call('POST', `/companies/${slug}/tokens`, { name: '集計, BI 🌸', role: 'viewer' });
  const bearer = { authorization: `Bearer ${made.body.token}` };
  const program = openBrowser(relay);
  const me = await program.call('GET', '/me', undefined, bearer);
  const own = await program.call('GET', `/letters?company=${slug}`, undefined, bearer);
  const other = await program.call('GET', `/letters?company=${foreign.slug}`, undefined, bearer);
  const beyond = await program.call('POST', '/credits/reserve', { company: slug, reason: 'x' }, bearer);
  const listed = await owner.browser.call('GET', `/companies/${slug}/tokens`);

  expect(made.body.token).toMatch(/^crt_[\w-]{43}$/);
  expect(me.body).toMatchObject({ kind: 'token', user: null, companies: [{ slug, role: 'viewer' }] });
  expect([own.status, other.status, beyond.status]).toEqual([200, 404, 403]);
  expect(listed.body.items).toMatchObject([{ name: '集計, BI 🌸', createdBy: `user:${owner.userId}` }]);
  expect(listed.body.items[0].lastUsedAt).toBe(relay.clock.now().toISOString());
  expect(JSON.stringify(listed.body)).not.toContain('crt_');
  expect(relay.logged.join('')).not.toContain(made.body.token);
});

test('a token ends when it is revoked, and at its end', async () => {
  const { slug, owner } = await openCompany();
  const make = async (expiresAt: string | null) =>
    (await owner.browser.call('POST', `/companies/${slug}/tokens`, { name: 'x', role: 'viewer', expiresAt })).body;
  const ends = new Date(relay.clock.now().getTime() + 60_000);
  const short = await make(ends.toISOString());
  const revoked = await make(null);
  const ask = async ({ token }: { token: string }) =>
    (await openBrowser(relay).call('GET', '/me', undefined, { authorization: `Bearer ${token}` })).status;
  const before = [await ask(short), await ask(revoked)];

  await owner.browser.call('DELETE', `/companies/${slug}/tokens/${revoked.id}`);
  pass(relay, 60);

  expect(before).toEqual([200, 200]);
  expect([await ask(short), await ask(revoked)]).toEqual([401, 401]);
});

test('a token of an owner lets nobody else in', async () => {
  const { slug, owner } = await openCompany();
  const { body } = await owner.browser.call('POST', `/companies/${slug}/tokens`, { name: 'x', role: 'owner' });
  const bearer = { authorization: `Bearer ${body.token}` };
  const program = openBrowser(relay);

  const answers = [
    await program.call('POST', `/companies/${slug}/tokens`, { name: 'y', role: 'owner' }, bearer),
    await program.call('POST', `/companies/${slug}/invitations`, { email: 'y@example.com', role: 'owner' }, bearer),
    await program.call('PATCH', `/companies/${slug}/members/${owner.userId}`, { role: 'viewer' }, bearer),
  ];

  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
});

test('what somebody does is written under who it was', async () => {
  const { slug, owner } = await openCompany();
  const { body: made } = await owner.browser.call('POST', `/companies/${slug}/tokens`, { name: 'x', role: 'owner' });
  const create = { company: slug, connector: 'greenhouse', settings: relay.settings };

  await owner.browser.call('POST', '/connections', create);
  await openBrowser(relay).call('POST', '/connections', create, { authorization: `Bearer ${made.token}` });
  await relay.call('POST', '/connections', create);

  const actors = (await readAudit(slug))
    .filter(({ action }) => action === 'connection.created')
    .map(({ actor }) => actor);
  expect(actors).toEqual(['admin', `token:${made.id}`, `user:${owner.userId}`]);
});
