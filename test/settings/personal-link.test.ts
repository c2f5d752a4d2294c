import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { FakeDelivery } from '../../src/connector/index.ts';
import { sha256 } from '../../src/platform/ids.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
let companyId: string;
let connectionId: string;
let people = 0;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

beforeEach(async () => {
  const company = await addCompany(relay);
  companyId = company.id;
  connectionId = await connect(company.slug, 'ats-personal');
});

async function connect(slug: string, mode: string): Promise<string> {
  const settings = { ...relay.settings, linkField: 'career_relay_link' };
  const { body } = await relay.call('POST', '/connections', { company: slug, connector: 'greenhouse', settings });
  await relay.call('PATCH', `/connections/${body.id}`, { mode });
  return body.id;
}

const makePerson = () => {
  people += 1;
  return { givenName: '花子', familyName: '髙﨑', email: `hanako${people}@example.com`, job: 'デザイナー' };
};

async function send({ headers, body }: FakeDelivery, to = connectionId): Promise<void> {
  const answer = await relay.server.inject({
    method: 'POST',
    url: `/hooks/${to}`,
    headers: { ...headers },
    payload: body,
  });
  expect(answer.statusCode).toBe(200);
  await relay.jobs.runDue();
}

async function apply(change: object = {}): Promise<FakeDelivery> {
  const delivery = relay.fake.apply?.({ ...makePerson(), ...change });
  if (!delivery) throw new Error('the fake takes no applications');
  await send(delivery);
  return delivery;
}

const readUrl = (candidateRef: string) => String(relay.fake.written(candidateRef).fields.career_relay_link ?? '');
const toToken = (url: string) => url.slice(url.lastIndexOf('/') + 1);

async function open(url: string): Promise<{ readonly status: number; readonly html: string }> {
  const answer = await relay.server.inject({ method: 'GET', url: new URL(url).pathname });
  return { status: answer.statusCode, html: answer.body };
}

const rejectAgain = (who: FakeDelivery, change: object = {}) => {
  const { applicationRef, candidateRef } = who;
  return relay.fake.reject({ ...makePerson(), applicationRef, candidateRef, ...change });
};

const count = (path: string) =>
  relay.fake.calls.filter((call) => `${call.method} ${call.path}`.startsWith(path)).length;
const asking = /name="introduction"/;

test('who applies gets a link of their own in the ATS, once, and its token is kept nowhere', async () => {
  const delivery = await apply();
  const url = readUrl(delivery.candidateRef);
  const before = count('PATCH');
  await send({ ...delivery, headers: { ...delivery.headers, 'greenhouse-event-id': 'the-same-news-again' } });

  expect(url).toMatch(/^https:\/\/relay\.example\.com\/c\/[\w-]{43}$/);
  expect(readUrl(delivery.candidateRef)).toBe(url);
  expect(count('PATCH')).toBe(before);
  const rows = await relay.database.forSystem((tx) =>
    tx
      .selectFrom('link')
      .selectAll()
      .where('token_hash', '=', sha256(toToken(url)))
      .execute(),
  );
  expect(rows).toMatchObject([{ company_id: companyId, rejection_id: null, written_at: relay.clock.now() }]);
  expect(JSON.stringify(rows) + relay.logged.join('\n') + JSON.stringify(relay.jobs.waiting)).not.toContain(
    toToken(url),
  );
});

test('before any decision the page says that there is nothing to answer, and takes no answer', async () => {
  const { candidateRef } = await apply();
  const url = readUrl(candidateRef);

  const page = await open(url);
  relay.clock.advance(100 * 24 * 3_600_000);
  const later = await open(url);
  const answer = await relay.server.inject({
    method: 'POST',
    url: new URL(url).pathname,
    headers: { origin: 'https://relay.example.com', 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'nonce=x&decision=grant&introduction=yes',
  });

  expect(page.status).toBe(200);
  expect(page.html).toContain('まだお答えいただく<wbr>ことはありません');
  expect(page.html).not.toMatch(asking);
  expect(page.html).not.toMatch(/不採用|<form/);
  expect(later.html).toContain('まだお答えいただく');
  expect(answer.statusCode).toBe(403);
});

test('once the company has decided, the same link asks, however long ago the person applied', async () => {
  const delivery = await apply();
  relay.clock.advance(100 * 24 * 3_600_000);
  await send(rejectAgain(delivery));

  const { html, status } = await open(readUrl(delivery.candidateRef));
  relay.clock.advance(61 * 24 * 3_600_000);
  const tooLate = await open(readUrl(delivery.candidateRef));

  expect(status).toBe(200);
  expect(html).toMatch(asking);
  expect(tooLate.status).toBe(404);
});

/** Opens the page and gives what agrees from there, later. */
async function openForm(url: string): Promise<() => Promise<{ readonly status: number; readonly html: string }>> {
  const page = await relay.server.inject({ method: 'GET', url: new URL(url).pathname });
  const nonce = /name="nonce" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const cookie = String(page.headers['set-cookie']).split(';')[0] ?? '';
  return async () => {
    const answer = await relay.server.inject({
      method: 'POST',
      url: new URL(url).pathname,
      headers: { origin: 'https://relay.example.com', 'content-type': 'application/x-www-form-urlencoded', cookie },
      payload: new URLSearchParams({ nonce, decision: 'grant', introduction: 'yes' }).toString(),
    });
    return { status: answer.statusCode, html: answer.body };
  };
}

const readConsents = () =>
  relay.database.forCompany(companyId, (tx) => tx.selectFrom('consent').select(['decision', 'rejection_id']).execute());

test('an agreement names the rejection that the link led to', async () => {
  const delivery = await apply();
  await send(rejectAgain(delivery));

  const agree = await openForm(readUrl(delivery.candidateRef));

  expect((await agree()).status).toBe(303);
  const rejections = await relay.database.forCompany(companyId, (tx) =>
    tx.selectFrom('rejection').select('rejection_id').execute(),
  );
  expect(await readConsents()).toEqual([{ decision: 'granted', rejection_id: rejections[0]?.rejection_id }]);
});

test('an agreement given after the company took its decision back is not recorded', async () => {
  const delivery = await apply();
  await send(rejectAgain(delivery));
  const agree = await openForm(readUrl(delivery.candidateRef));
  await send(relay.fake.reinstate(delivery.applicationRef));

  expect((await agree()).html).toContain('まだお答えいただく');
  expect(await readConsents()).toEqual([]);
});

test('reinstated, there is nothing to answer again; an agency’s candidate and who withdrew are never asked', async () => {
  const reinstated = await apply();
  await send(rejectAgain(reinstated));
  await send(relay.fake.reinstate(reinstated.applicationRef));
  const agency = await apply();
  await send(rejectAgain(agency, { source: 'agency' }));
  const withdrew = await apply();
  await send(rejectAgain(withdrew, { decidedBy: 'candidate' }));

  for (const { candidateRef } of [reinstated, agency, withdrew]) {
    const { html } = await open(readUrl(candidateRef));
    expect(html).toContain('まだお答えいただく');
  }
});

test('the newest link of a candidate with two applications leads to the decision on either', async () => {
  const first = await apply();
  const second = await apply({ candidateRef: first.candidateRef });
  const newest = readUrl(first.candidateRef);
  await send(rejectAgain(first));

  expect(second.applicationRef).not.toBe(first.applicationRef);
  expect((await open(newest)).html).toMatch(asking);
});

test('in any other mode nothing is written or read for who applies, and nobody is kept', async () => {
  const { slug } = await addCompany(relay);
  const other = await connect(slug, 'ats-static');
  const delivery = relay.fake.apply?.(makePerson());
  if (!delivery) throw new Error('the fake takes no applications');
  const before = relay.fake.calls.length;

  await send(delivery, other);

  expect(relay.fake.calls.length).toBe(before);
  expect(readUrl(delivery.candidateRef)).toBe('');
  const deliveries = await relay.call('GET', `/deliveries?connection=${other}`);
  expect(deliveries.body.items).toMatchObject([{ status: 'ignored', reason: 'not-for-us' }]);
});

test('a prospect, and who applied for a confidential job or has no address, get none', async () => {
  await send(relay.fake.addProspect(makePerson()));
  const confidential = await apply({ isConfidential: true });
  const nameless = await apply({ email: null });

  expect([confidential, nameless].map(({ candidateRef }) => readUrl(candidateRef))).toEqual(['', '']);
});

test('who applied and is erased in the ATS is forgotten here, and the link leads nowhere', async () => {
  const delivery = await apply();
  const url = readUrl(delivery.candidateRef);
  await send(relay.fake.eraseCandidate(delivery.candidateRef));

  const left = await relay.database.forCompany(companyId, async (tx) => ({
    applicants: await tx.selectFrom('applicant').selectAll().execute(),
    people: await tx.selectFrom('person').select(['email', 'family_name']).execute(),
  }));
  expect(left).toEqual({ applicants: [], people: [{ email: null, family_name: null }] });
  expect((await open(url)).status).toBe(404);
});

test('a link whose writing failed is written by the next try, and only that one is good in the ATS', async () => {
  const delivery = relay.fake.apply?.(makePerson());
  if (!delivery) throw new Error('the fake takes no applications');
  await relay.call('PATCH', `/connections/${connectionId}`, { settings: { linkField: 'career_relay_consent_flag' } });
  await expect(send(delivery)).rejects.toMatchObject({ code: 'vendor_field_unsuitable' });
  await relay.call('PATCH', `/connections/${connectionId}`, { settings: { linkField: 'career_relay_link' } });
  await relay.jobs.runDue();

  const url = readUrl(delivery.candidateRef);
  await send(rejectAgain(delivery));
  expect((await open(url)).html).toMatch(asking);
});

test('who is rejected under another address than they applied with finds the page by the same link', async () => {
  const delivery = await apply();
  const url = readUrl(delivery.candidateRef);
  const rejected = rejectAgain(delivery);
  relay.fake.changeEmail(delivery.candidateRef, 'hanako.new@example.com');
  await send(rejected);

  expect((await open(url)).html).toMatch(asking);
});
