import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiToken } from '../../src/settings/identity/api-tokens.ts';
import { openBrowser } from './identity/browser.ts';
import { addCompany, openRelay, sampleAgency, type TestRelay } from './relay.ts';

/** From a trial run to the real one. */

let relay: TestRelay;
const dayMs = 24 * 3_600_000;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

interface Connected {
  readonly slug: string;
  readonly companyId: string;
  readonly path: string;
  readonly connectionId: string;
}

async function connect(letter = { holdMinutes: 0, window: 'always' }): Promise<Connected> {
  const { slug, id: companyId } = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${body.id}`, { letter });
  return { slug, companyId, connectionId: body.id, path: `/connections/${body.id}/go-live` };
}

let applicants = 0;

async function reject(
  { connectionId }: Pick<Connected, 'connectionId'>,
  count = 1,
  familyName = '髙﨑',
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    applicants += 1;
    const email = `hanako${applicants}@example.com`;
    const { headers, body } = relay.fake.reject({ givenName: '花子', familyName, email, job: '営業職' });
    await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  }
  await work();
}

async function work(): Promise<void> {
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

async function makeOwnersToken(companyId: string) {
  const now = relay.clock.now();
  return relay.database.forSystem((tx) =>
    createApiToken(tx, { companyId, name: 'program', role: 'owner', expiresAt: null, actor: 'admin', now }),
  );
}

async function countLetters({ slug }: Connected): Promise<Record<string, number>> {
  return (await relay.call('GET', `/letters/counts?company=${slug}`)).body.counts;
}

test('what would leave is told in numbers and ages, before anything does', async () => {
  const connected = await connect();
  await reject(connected, 2, "O'Brien");
  relay.clock.advance(20 * dayMs);
  await reject(connected);

  const { status, body } = await relay.call('GET', connected.path);

  expect(status).toBe(200);
  expect(body).toMatchObject({
    olderThanDays: 14,
    planned: { all: 3, old: 2 },
    due: { all: 3, old: 2 },
    held: 0,
    lack: null,
    dueFrom: relay.clock.now().toISOString(),
    decidedTo: expect.any(String),
  });
  expect(Date.parse(body.decidedTo) - Date.parse(body.decidedFrom)).toBeGreaterThanOrEqual(20 * dayMs);
  expect((await relay.call('GET', `${connected.path}?olderThanDays=30`)).body.planned).toEqual({ all: 3, old: 0 });
  expect(await countLetters(connected)).toEqual({ planned: 3 });
});

test('outside the hours of the connection it says when those that are due will leave', async () => {
  const connected = await connect({ holdMinutes: 0, window: 'business-hours' });
  await reject(connected);

  const { body } = await relay.call('GET', connected.path);
  const hour = Number(new Date(Date.parse(body.dueFrom) + 9 * 3_600_000).toISOString().slice(11, 13));

  expect(hour).toBeGreaterThanOrEqual(9);
  expect(hour).toBeLessThan(20);
});

test('letters of long ago are left out in the same act, each with a line of who did it, and the others leave', async () => {
  const connected = await connect();
  await reject(connected, 2);
  relay.clock.advance(20 * dayMs);
  await reject(connected, 1, '𠮷野');
  const { token, apiToken } = await makeOwnersToken(connected.companyId);

  const answer = await openBrowser(relay).call(
    'POST',
    connected.path,
    { leaveOutOlderThanDays: 14 },
    { authorization: `Bearer ${token}` },
  );

  expect(answer).toMatchObject({ status: 200, body: { connection: { state: 'live' }, leaving: 1, leftOut: 2 } });
  await work();
  expect(await countLetters(connected)).toEqual({ sent: 1, cancelled: 2 });
  const { items } = (await relay.call('GET', `/audit?company=${connected.slug}`)).body;
  const lines = items.filter(({ action }: { action: string }) => /^letter\.cancelled|state-changed/.test(action));
  expect(lines).toMatchObject([
    { action: 'connection.state-changed', actor: `token:${apiToken.id}` },
    { action: 'letter.cancelled', actor: `token:${apiToken.id}`, detail: { from: 'planned', reason: 'too-old' } },
    { action: 'letter.cancelled' },
  ]);
});

test('where nothing is to be left out, all leave', async () => {
  const connected = await connect();
  await reject(connected);
  relay.clock.advance(40 * dayMs);

  const { body } = await relay.call('POST', connected.path, { leaveOutOlderThanDays: null });
  await work();

  expect(body).toMatchObject({ leaving: 1, leftOut: 0 });
  expect(await countLetters(connected)).toEqual({ sent: 1 });
});

test('more than thirty letters leave only when their number was confirmed, and a refusal changes nothing', async () => {
  const connected = await connect();
  await reject(connected, 31);

  const answers = [
    await relay.call('POST', connected.path, { leaveOutOlderThanDays: 14 }),
    await relay.call('POST', connected.path, { leaveOutOlderThanDays: 14, confirmedCount: 30 }),
  ];
  const before = await relay.call('GET', `/connections/${connected.connectionId}`);
  const confirmed = await relay.call('POST', connected.path, { leaveOutOlderThanDays: 14, confirmedCount: 31 });

  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(2).fill([409, 'request_conflict']));
  expect(answers[1]?.body.title).toContain('31');
  expect(before.body.state).toBe('shadow');
  expect(confirmed).toMatchObject({ status: 200, body: { leaving: 31 } });
});

test('a refusal for the number undoes what was left out', async () => {
  const connected = await connect();
  await reject(connected);
  relay.clock.advance(20 * dayMs);
  await reject(connected, 31);

  const { status } = await relay.call('POST', connected.path, { leaveOutOlderThanDays: 14 });

  expect(status).toBe(409);
  expect(await countLetters(connected)).toEqual({ planned: 32 });
});

test('it is refused while the agency is not in order, and when it is live already', async () => {
  const { slug } = await addCompany(relay, false);
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  const path = `/connections/${body.id}/go-live`;

  const lacking = await relay.call('POST', path, { leaveOutOlderThanDays: 14 });
  const preview = await relay.call('GET', path);
  await relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  await relay.call('POST', path, { leaveOutOlderThanDays: 14 });
  const twice = await relay.call('POST', path, { leaveOutOlderThanDays: 14 });

  expect(lacking).toMatchObject({ status: 409, body: { code: 'agency_incomplete' } });
  expect(preview.body.lack).toBe('agency-missing');
  expect(twice).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
});
