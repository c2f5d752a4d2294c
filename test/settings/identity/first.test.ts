import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { addCompany, openRelay, sampleCompany, type TestRelay } from '../relay.ts';
import { addMember, openBrowser, readMailedCode } from './browser.ts';
import { hour, pass, stopDate } from './time.ts';

let relay: TestRelay;

beforeEach(async () => {
  relay = await openRelay();
  stopDate(relay);
});
afterEach(async () => {
  jest.useRealTimers();
  await relay.close();
});

async function makeCode(): Promise<string> {
  return new URL((await relay.identity.makeFirstLink()) ?? '').searchParams.get('code') ?? '';
}

const person = { name: '髙﨑 花子', email: 'hanako@example.com' };

test('the first link lets one person in, once, who then looks after everything', async () => {
  const code = await makeCode();
  const { slug } = await addCompany(relay);
  const browser = openBrowser(relay);

  const entered = await browser.auth('/first', { code, ...person });
  const again = await openBrowser(relay).auth('/first', { code, name: 'x', email: 'other@example.com' });
  const me = await browser.call('GET', '/me');
  const jobs = await browser.call('GET', '/jobs');

  expect(code).toMatch(/^[\w-]{43}$/);
  expect(entered).toEqual({ status: 200, body: { ok: true } });
  expect(again).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
  expect(me.body).toMatchObject({ isOperator: true, user: person, companies: [{ slug, role: 'owner' }] });
  expect(jobs.status).toBe(200);
});

test('who comes first, before any company, owns the one they make', async () => {
  const browser = openBrowser(relay);
  await browser.auth('/first', { code: await makeCode(), ...person });

  const made = await browser.call('POST', '/companies', sampleCompany);
  const members = await browser.call('GET', `/companies/${sampleCompany.slug}/members`);

  expect(made.status).toBe(201);
  expect(members.body.items).toMatchObject([{ email: person.email, role: 'owner' }]);
});

test('there is no first link once a company has an owner, and one made before is dead', async () => {
  const code = await makeCode();
  await addMember(relay, (await addCompany(relay)).slug, 'owner');

  const late = await openBrowser(relay).auth('/first', { code, ...person });

  expect(await relay.identity.makeFirstLink()).toBeUndefined();
  expect(late.status).toBe(401);
});

test('of several links the one that is used ends all', async () => {
  const [one, two] = [await makeCode(), await makeCode()];
  await openBrowser(relay).auth('/first', { code: two, ...person });

  const other = await openBrowser(relay).auth('/first', { code: one, name: 'x', email: 'x@example.com' });

  expect(other.status).toBe(401);
});

test('a first link lives a day', async () => {
  const code = await makeCode();

  pass(relay, 24 * hour);
  const late = await openBrowser(relay).auth('/first', { code, ...person });

  expect(late.status).toBe(401);
});

test('two who open it at once: one gets in', async () => {
  const code = await makeCode();

  const both = await Promise.all(
    ['a@example.com', 'b@example.com'].map((email) => openBrowser(relay).auth('/first', { code, name: 'x', email })),
  );

  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401]);
});

test('the code is in no log and not readable in the database', async () => {
  const code = await makeCode();

  const rows = await relay.database.forSystem((tx) => tx.selectFrom('first_link').selectAll().execute());

  expect(JSON.stringify(rows)).not.toContain(code);
  expect(relay.logged.join('')).not.toContain(code);
});

test('the first admin comes back by a mailed link', async () => {
  await addCompany(relay);
  await openBrowser(relay).auth('/first', { code: await makeCode(), ...person });
  const browser = openBrowser(relay);

  await browser.auth('/sign-in/magic-link', { email: person.email });
  await browser.auth('/magic-link', { code: await readMailedCode(relay, person.email) });

  expect((await browser.call('GET', '/me')).body.isOperator).toBe(true);
});
