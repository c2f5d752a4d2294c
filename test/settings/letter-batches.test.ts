import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addMember } from './identity/browser.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';
import { typeAt } from './terminal.ts';

/** One decision about all letters that a filter finds, through the API and from the line. */

let relay: TestRelay;
let url: string;

beforeAll(async () => {
  relay = await openRelay();
  url = await relay.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => relay.close());

let applicants = 0;

/** A company in shadow with three planned letters, two of them for one job. */
async function openCompany(): Promise<{ readonly slug: string; readonly id: string }> {
  const company = await addCompany(relay);
  const settings = { company: company.slug, connector: 'greenhouse', settings: relay.settings };
  const { body } = await relay.call('POST', '/connections', settings);
  await relay.call('PATCH', `/connections/${body.id}`, { letter: { holdMinutes: 0, window: 'always' } });
  for (const job of ['営業', '営業', '設計']) {
    applicants += 1;
    const email = `jiro${applicants}@example.com`;
    const sent = relay.fake.reject({ givenName: '二郎', familyName: '𠮷野', email, job });
    await relay.server.inject({
      method: 'POST',
      url: `/hooks/${body.id}`,
      headers: sent.headers,
      payload: sent.body,
    });
  }
  await relay.jobs.runDue();
  return company;
}

const countOf = async (slug: string) => (await relay.call('GET', `/letters/counts?company=${slug}`)).body.counts;

test('it is forecast, asked for, seen by everybody of the company with who asked, and noted', async () => {
  const { slug } = await openCompany();
  const { browser, userId } = await addMember(relay, slug, 'recruiter', "O'Brien さくら");
  const viewer = await addMember(relay, slug, 'viewer', '髙﨑 見');
  const filter = { job: '営業' };
  const forecast = await browser.call('GET', `/letters/forecast?company=${slug}&job=${encodeURIComponent('営業')}`);

  const asked = await browser.call('POST', '/letters/batches', {
    company: slug,
    act: 'hold',
    filter,
    confirmedCount: 2,
  });
  const seen = await viewer.browser.call('GET', `/letters/batches?company=${slug}`);
  await relay.jobs.runDue();
  const done = await viewer.browser.call('GET', `/letters/batches?company=${slug}`);

  const counts = { found: 2, gone: 0, changed: 0 };
  const by = { act: 'hold', askedBy: `user:${userId}`, askedByName: "O'Brien さくら" };
  expect(forecast.body.states).toMatchObject([
    { status: 'planned', letters: 2, acts: ['send', 'hold', 'cancel'], notLive: 2, olderThan7Days: 0 },
  ]);
  expect([asked.status, asked.body]).toMatchObject([202, { ...by, ...counts, status: 'working', done: 0 }]);
  expect(seen.body.items).toEqual([asked.body]);
  expect(done.body.items).toMatchObject([{ ...by, ...counts, status: 'done', done: 2, endedBy: 'system' }]);
  expect(await countOf(slug)).toEqual({ held: 2, planned: 1 });
});

test('while one is under way a second is refused in words, and anybody who may decide can stop it', async () => {
  const { slug } = await openCompany();
  const { browser } = await addMember(relay, slug, 'recruiter', '髙﨑 一郎');
  const ask = (act: string, confirmedCount = 3) =>
    relay.call('POST', '/letters/batches', { company: slug, act, filter: {}, confirmedCount });
  const tooFew = await ask('cancel', 2);
  const first = await ask('cancel');

  const second = await ask('hold');
  const stopped = await browser.call('POST', `/letters/batches/${first.body.id}/stop`);
  const again = await browser.call('POST', `/letters/batches/${first.body.id}/stop`);
  await relay.jobs.runDue();

  expect([tooFew.status, tooFew.body.code, tooFew.body.title]).toEqual([
    409,
    'request_conflict',
    '3 letters would be changed, more than were confirmed, so nothing was done. Look at the number and try again.',
  ]);
  expect([second.status, second.body.title]).toEqual([409, expect.stringContaining('of this company is under way')]);
  expect(stopped.body).toMatchObject({ status: 'stopped', found: 3, done: 0, endedByName: '髙﨑 一郎' });
  expect(again.status).toBe(409);
  expect(await countOf(slug)).toEqual({ planned: 3 });
});

test.each([
  { act: 'send', filter: {}, confirmedCount: 0 },
  { act: 'shred', filter: {}, confirmedCount: 1 },
  { act: 'send', filter: { company: 'x' }, confirmedCount: 1 },
  { act: 'send', filter: { cursor: 'x' }, confirmedCount: 1 },
  { act: 'send', confirmedCount: 1 },
])('%j is refused', async (body) => {
  const { slug } = await addCompany(relay);

  const { status } = await relay.call('POST', '/letters/batches', { company: slug, ...body });

  expect(status).toBe(400);
});

test('from the line it says first what it would do, and does it when the number is said again', async () => {
  const { slug } = await openCompany();
  const all = ['letters', 'all', 'cancel', slug, '--job', '営業'];

  const shown = await typeAt(url, all);
  const wrong = await typeAt(url, [...all, '--count', '1']);
  const asked = await typeAt(url, [...all, '--count', '2']);
  const listed = await typeAt(url, ['letters', 'batches', slug]);
  await relay.jobs.runDue();
  const done = await typeAt(url, ['letters', 'batches', slug]);

  expect(shown.out).toMatch(/planned +2 +cancel/);
  expect(shown.out).toContain('--count 2');
  expect(wrong).toMatchObject({ exitCode: 1, err: expect.stringContaining('more than were confirmed') });
  expect(asked.out).toContain('2 letters');
  expect(listed.out).toMatch(/cancel +working +0\/2/);
  expect(done.out).toMatch(/cancel +done +2\/2/);
  expect(await countOf(slug)).toEqual({ cancelled: 2, planned: 1 });
});

test('from the line it is stopped', async () => {
  const { slug } = await openCompany();
  await typeAt(url, ['letters', 'all', 'hold', slug, '--count', '3']);
  const { out } = await typeAt(url, ['letters', 'batches', slug, '--json']);

  const stopped = await typeAt(url, ['letters', 'stop', JSON.parse(out).items[0].id]);

  expect(stopped.out).toContain('3 letters stay as they are');
});
