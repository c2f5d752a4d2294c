import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addCompany, adminToken, openRelay, sampleAgency, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

async function ask(method: 'GET' | 'PUT' | 'PATCH', url: string, body?: object, etag?: string) {
  const response = await relay.server.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${adminToken}`, ...(etag === undefined ? {} : { 'if-match': etag }) },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json(), etag: String(response.headers.etag) };
}

test('what is changed of a company is changed, the rest stays, and the log tells which, not what', async () => {
  const { slug, id } = await addCompany(relay);
  const before = (await ask('GET', `/companies/${slug}`)).body;

  const change = { name: '髙﨑ホールディングス, Inc. 🌸', contactEmail: 'saiyo@example.com' };
  const changed = await ask('PATCH', `/companies/${slug}`, change);

  expect(changed).toMatchObject({ status: 200, body: { ...before, ...change } });
  expect((await ask('GET', `/companies/${slug}`)).body).toEqual(changed.body);
  const { items } = (await ask('GET', `/audit?company=${slug}`)).body;
  expect(items[0]).toMatchObject({
    action: 'company.changed',
    subject: id,
    detail: { fields: 'contactEmail name' },
  });
  expect(JSON.stringify(items)).not.toContain('saiyo@example.com');
});

test.each([
  ['name', { name: ' ' }],
  ['locale', { locale: 'fr' }],
  ['contactEmail', { contactEmail: 'recruit@example.com\nBcc: all@example.com' }],
  ['', { name: '髙﨑食品', slug: 'another' }],
  ['', {}],
])('a change is refused for its %s in %j', async (path, change) => {
  const { slug } = await addCompany(relay, false);

  const answer = await ask('PATCH', `/companies/${slug}`, change);

  expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid', fields: [{ path }] } });
});

test('of two admins who save at once the second is told, and nothing is lost', async () => {
  const { slug } = await addCompany(relay);
  const company = await ask('GET', `/companies/${slug}`);
  const agency = await ask('GET', `/companies/${slug}/agency`);

  const answers = [
    await ask('PATCH', `/companies/${slug}`, { name: "O'Brien Works" }, company.etag),
    await ask('PATCH', `/companies/${slug}`, { name: '𠮷野商事' }, company.etag),
    await ask('PUT', `/companies/${slug}/agency`, { ...sampleAgency, representative: '𠮷野 次郎' }, agency.etag),
    await ask('PUT', `/companies/${slug}/agency`, sampleAgency, agency.etag),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 412, 200, 412]);
  expect((await ask('GET', `/companies/${slug}`)).body.name).toBe("O'Brien Works");
  expect((await ask('GET', `/companies/${slug}/agency`)).body.representative).toBe('𠮷野 次郎');
});

test.each([
  ['ja', 'ask', '同意する'],
  ['en', 'ask', 'I agree'],
  ['ja', 'granted', 'K7QP-3M9X'],
  ['en', 'declined', 'Your answer is recorded'],
  ['ja', 'withdrawn', '取り消'],
])('the page of applicants is shown in %s where they %s, and keeps nothing', async (locale, page, found) => {
  const { slug } = await addCompany(relay);
  await ask('PATCH', `/companies/${slug}`, { name: `company-${locale} <b>髙﨑</b>` });

  const { status, body } = await ask('GET', `/companies/${slug}/consent-preview?locale=${locale}&page=${page}`);

  expect([status, body.lack]).toEqual([200, null]);
  expect(body.html).toContain(`<html lang="${locale}"`);
  expect(body.html).toContain(found);
  expect(body.html).toContain('&lt;b&gt;髙﨑');
  expect((await ask('GET', `/consents?company=${slug}`)).body.items).toEqual([]);
});

test('without an agency in order the preview says what keeps applicants from being asked', async () => {
  const { slug } = await addCompany(relay, false);
  const missing = await ask('GET', `/companies/${slug}/consent-preview`);
  await ask('PUT', `/companies/${slug}/agency`, { ...sampleAgency, licenceExpiresOn: '2026-11-23' });

  const expired = await ask('GET', `/companies/${slug}/consent-preview`);

  expect([missing.body.lack, expired.body.lack]).toEqual(['agency-missing', 'licence-expired']);
  expect(missing.body.html).not.toContain('<form');
  expect(expired.body.html).toContain(sampleAgency.licenceNumber);
});
