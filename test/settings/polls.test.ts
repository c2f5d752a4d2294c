import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Command, CommanderError } from 'commander';
import { createSampleFake } from '../../connectors/_sample/fake.ts';
import { sample } from '../../connectors/_sample/index.ts';
import { type Fake, type HostedFake, serveFake } from '../../src/connector/index.ts';
import { newId } from '../../src/platform/ids.ts';
import { addClientCommands } from '../../src/settings/index.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

const dayMs = 24 * 60 * 60_000;
let relay: TestRelay;
let url: string;
const hosted: HostedFake[] = [];

beforeAll(async () => {
  relay = await openRelay({ more: [sample] });
  url = await relay.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  for (const one of hosted) await one.close();
  await relay.close();
});

/** A connection to a sample vendor of its own. */
async function connect(): Promise<{ readonly id: string; readonly slug: string; readonly fake: Fake }> {
  const fake = createSampleFake({ now: () => relay.clock.now() });
  const served = await serveFake(fake);
  hosted.push(served);
  const { slug } = await addCompany(relay);
  const settings = fake.settings(served.origin);
  const { body } = await relay.call('POST', '/connections', { company: slug, connector: '_sample', settings });
  return { id: body.id, slug, fake };
}

function daysAgo(days: number): Date {
  return new Date(relay.clock.now().getTime() - days * dayMs);
}

function reject(fake: Fake, days: number): string {
  const person = { givenName: '花子', familyName: '髙﨑', email: `a${newId()}@example.com`, job: '営業' };
  return fake.reject({ ...person, decidedAt: daysAgo(days) }).applicationRef;
}

/** Types a command, as `career-relay …`. */
async function type(...args: readonly string[]): Promise<{ readonly out: string; readonly exitCode: number }> {
  let out = '';
  const program = new Command('career-relay').exitOverride();
  const write = (text: string) => {
    out += text;
  };
  const env = { BASE_URL: url, ADMIN_TOKEN: adminToken };
  addClientCommands(program, { env, stdout: { write }, stderr: { write }, stdin: (async function* () {})() });
  try {
    await program.parseAsync(args, { from: 'user' });
    return { out, exitCode: 0 };
  } catch (error) {
    if (error instanceof CommanderError) return { out, exitCode: error.exitCode };
    throw error;
  }
}

test('a poll answers what it found, and the mark it set', async () => {
  const { id, fake } = await connect();
  reject(fake, 10);

  const first = await relay.call('POST', `/connections/${id}/poll`);
  const second = await relay.call('POST', `/connections/${id}/poll`, {});
  const { body: connection } = await relay.call('GET', `/connections/${id}`);

  const markedAt = relay.clock.now().toISOString();
  expect(first).toEqual({
    status: 200,
    body: { pages: 1, seen: 1, known: 0, recorded: 0, backfill: 1, lifted: 0, markedAt, isComplete: true },
  });
  expect(second.body).toMatchObject({ seen: 1, known: 1, backfill: 0, markedAt });
  expect(connection.markedAt).toBe(markedAt);
});

test('the first reading reaches as far back as it is asked to', async () => {
  const { id, fake } = await connect();
  reject(fake, 700);

  const { body } = await relay.call('POST', `/connections/${id}/poll`, { days: 730 });

  expect(body).toMatchObject({ seen: 1, backfill: 1 });
});

test.each([{ days: 0 }, { days: 731 }, { days: 1.5 }, { days: '90' }, { since: 'ever' }])(
  'a poll with %j is refused',
  async (body) => {
    const { id } = await connect();

    expect(await relay.call('POST', `/connections/${id}/poll`, body)).toMatchObject({ status: 400 });
  },
);

test('the dry run tells what was seen by day in Japan and page by page, and changes nothing', async () => {
  const { id, slug, fake } = await connect();
  relay.clock.set('2026-11-24T01:00:00Z');
  const newest = reject(fake, 1);
  // 00:30 in Japan is still the day before in UTC.
  const atNight = fake.reject({
    givenName: '太郎',
    familyName: '𠮷野',
    email: 'taro@example.com',
    job: '経理',
    decidedAt: new Date('2026-11-19T15:30:00Z'),
  }).applicationRef;
  reject(fake, 30);
  reject(fake, 80);
  await relay.call('POST', `/connections/${id}/poll`);

  const first = await relay.call('GET', `/connections/${id}/backfill?days=40&limit=2`);
  const second = await relay.call(
    'GET',
    `/connections/${id}/backfill?days=40&limit=2&cursor=${encodeURIComponent(first.body.nextCursor)}`,
  );
  const letters = await relay.call('GET', `/letters?company=${slug}`);

  expect(first).toMatchObject({
    status: 200,
    body: {
      found: 3,
      from: daysAgo(40).toISOString(),
      to: relay.clock.now().toISOString(),
      readFrom: daysAgo(90).toISOString(),
      backfillFrom: null,
      byDay: [
        { day: '2026-11-23', count: 1 },
        { day: '2026-11-20', count: 1 },
        { day: '2026-10-25', count: 1 },
      ],
      items: [{ applicationRef: newest }, { applicationRef: atNight }],
    },
  });
  expect(second.body.items).toHaveLength(1);
  expect(second.body.nextCursor).toBeNull();
  expect(letters.body.items).toEqual([]);
});

test.each(['days=0', 'days=731', 'cursor=none-of-ours', 'colour=red'])(
  'a dry run with %s is refused',
  async (query) => {
    const { id } = await connect();

    expect(await relay.call('GET', `/connections/${id}/backfill?${query}`)).toMatchObject({ status: 400 });
  },
);

test('a date chosen leads to letters from there on, each due no earlier than now, and stands in the audit log', async () => {
  const { id, slug, fake } = await connect();
  reject(fake, 60);
  const chosen = reject(fake, 20);
  await relay.call('POST', `/connections/${id}/poll`);
  await relay.call('PATCH', `/connections/${id}`, { state: 'live', letter: { holdMinutes: 0, window: 'always' } });

  const changed = await relay.call('PATCH', `/connections/${id}`, { backfillFrom: daysAgo(30).toISOString() });
  await relay.jobs.runDue();

  const rejections = await relay.call('GET', `/rejections?company=${slug}`);
  const letters = await relay.call('GET', `/letters?company=${slug}`);
  const audit = await relay.call('GET', `/audit?company=${slug}`);
  const left = await relay.call('GET', `/connections/${id}/backfill`);
  expect(changed).toMatchObject({ status: 200, body: { backfillFrom: daysAgo(30).toISOString() } });
  expect(rejections.body.items).toMatchObject([{ applicationRef: chosen }]);
  expect(letters.body.items).toMatchObject([{ status: 'planned', dueAt: relay.clock.now().toISOString() }]);
  expect(JSON.stringify(audit.body)).toContain(`backfillFrom=${daysAgo(30).toISOString()}`);
  expect(left.body).toMatchObject({ found: 1, backfillFrom: daysAgo(30).toISOString() });
});

test('a date in the future is refused', async () => {
  const { id } = await connect();

  const answer = await relay.call('PATCH', `/connections/${id}`, { backfillFrom: daysAgo(-1).toISOString() });

  expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
});

test('an ATS that is down is told, and nothing is lost', async () => {
  const { id, fake } = await connect();
  reject(fake, 1);
  fake.failNext(1, 403);

  const refused = await relay.call('POST', `/connections/${id}/poll`);
  const then = await relay.call('POST', `/connections/${id}/poll`);

  expect(refused).toMatchObject({ status: 422, body: { code: 'vendor_forbidden' } });
  expect(then.body).toMatchObject({ seen: 1, backfill: 1 });
});

test.each(['POST /poll', 'GET /backfill'])('%s of an unknown connection is not found', async (operation) => {
  const [method, path] = operation.split(' ') as ['POST' | 'GET', string];

  expect(await relay.call(method, `/connections/${newId()}${path}`)).toMatchObject({ status: 404 });
});

test('from the line: read, look, choose', async () => {
  const { id, slug, fake } = await connect();
  const unread = await type('connection', 'backfill', id);
  const ref = reject(fake, 100);

  const polled = await type('connection', 'poll', id, '--days', '120');
  const shown = await type('connection', 'backfill', id, '--days', '120');
  const [day] = daysAgo(110).toISOString().split('T');
  const chosen = await type('connection', 'backfill', id, '--from', day ?? '');
  await relay.jobs.runDue();

  const { body } = await relay.call('GET', `/connections/${id}`);
  const rejections = await relay.call('GET', `/rejections?company=${slug}`);
  expect([unread, polled, shown, chosen].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(unread.out).toContain('Nothing was read yet.');
  expect(polled.out).toMatch(/Reconciled with the ATS[\s\S]*From before +1/);
  expect(shown.out).toMatch(/REJECTIONS\n\d{4}-\d\d-\d\d +1\n[\s\S]*Nothing of this was acted on/);
  expect(body.backfillFrom).toBe(new Date(`${day}T00:00:00+09:00`).toISOString());
  expect(rejections.body.items).toMatchObject([{ applicationRef: ref }]);
});

test.each(['yesterday', '2026-13-01', '2026-09-01T00:00:00'])('--from %s is wrong use', async (date) => {
  expect(await type('connection', 'backfill', newId(), '--from', date)).toMatchObject({
    exitCode: 2,
    out: expect.stringContaining('It must be a date such as 2026-09-01'),
  });
});
