import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addCompany, openRelay, sampleAgency, sampleCompany, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

test('a company is added with its name as it was written, and found by slug and by id', async () => {
  const added = await relay.call('POST', '/companies', sampleCompany);

  const bySlug = await relay.call('GET', '/companies/sakura-foods');
  const byId = await relay.call('GET', `/companies/${added.body.id}`);

  expect(added).toMatchObject({ status: 201, body: { ...sampleCompany, createdAt: '2026-11-24T01:00:00.000Z' } });
  expect(bySlug).toEqual({ status: 200, body: added.body });
  expect(byId).toEqual(bySlug);
});

test('a company is shown with the static link for its ATS, wherever it is shown', async () => {
  const { slug } = await addCompany(relay);
  const staticLink = `https://relay.example.com/r/${slug}`;

  expect((await relay.call('GET', `/companies/${slug}`)).body).toMatchObject({ staticLink });
  expect((await relay.call('GET', '/companies')).body.items).toContainEqual(
    expect.objectContaining({ slug, staticLink }),
  );
});

test('a slug that is taken is refused', async () => {
  const { slug } = await addCompany(relay);

  const again = await relay.call('POST', '/companies', { ...sampleCompany, slug });

  expect(again).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
});

test.each([
  ['slug', { slug: 'Sakura Foods' }],
  ['slug', { slug: '-sakura' }],
  ['slug', { slug: '0199a0c0-0000-7000-8000-000000000000' }],
  ['name', { name: ' ' }],
  ['name', { name: 'さくら\r\nBcc: all@example.com' }],
  ['locale', { locale: 'fr' }],
  ['contactEmail', { contactEmail: 'recruit' }],
  ['contactEmail', { contactEmail: 'recruit@example.com\n' }],
  ['', { plan: 'gold' }],
])('a company is refused for its %s in %j, and the field is named', async (path, change) => {
  const answer = await relay.call('POST', '/companies', { ...sampleCompany, slug: 'refused', ...change });

  expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid', fields: [{ path }] } });
});

test('a problem speaks the language of the reader', async () => {
  const ask = (language: string) =>
    relay.server.inject({
      method: 'GET',
      url: '/api/v1/companies',
      headers: { 'accept-language': language },
    });

  const japanese = (await ask('ja-JP,ja;q=0.9')).json();
  const english = (await ask('en')).json();

  expect(japanese.title).toMatch(/認証できませんでした/);
  expect(english.title).toMatch(/Not authorised/);
});

test('companies are listed page by page, newest first, none twice', async () => {
  for (let count = 0; count < 3; count += 1) await addCompany(relay, false);
  const all = (await relay.call('GET', '/companies')).body.items;

  const seen: unknown[] = [];
  let cursor = '';
  for (let page = 0; page <= all.length; page += 1) {
    const { body } = await relay.call('GET', `/companies?limit=2${cursor}`);
    seen.push(...body.items);
    if (body.nextCursor === null) break;
    cursor = `&cursor=${body.nextCursor}`;
  }

  expect(all.length).toBeGreaterThanOrEqual(3);
  expect(seen).toEqual(all);
  expect(all.map(({ id }: { id: string }) => id)).toEqual(
    all
      .map(({ id }: { id: string }) => id)
      .toSorted()
      .toReversed(),
  );
});

test.each(['?limit=0', '?limit=201', '?limit=x', '?cursor=x', '?order=name'])('a list refuses %s', async (query) => {
  const answer = await relay.call('GET', `/companies${query}`);

  expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
});

test('an agency is set, with default terms, and shown', async () => {
  const { slug } = await addCompany(relay, false);

  const set = await relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  const shown = await relay.call('GET', `/companies/${slug}/agency`);

  expect(set.status).toBe(200);
  expect(shown).toEqual(set);
  expect(shown.body).toMatchObject({
    ...sampleAgency,
    lack: null,
    terms: { version: 1, countsAt: 'consent', perCredit: 10, referralPeriodMonths: 12, creditValidMonths: null },
  });
});

test('an expired licence is kept, and what it keeps from happening is said', async () => {
  const { slug } = await addCompany(relay, false);

  const set = await relay.call('PUT', `/companies/${slug}/agency`, { ...sampleAgency, licenceExpiresOn: '2026-11-23' });

  expect(set).toMatchObject({ status: 200, body: { lack: 'licence-expired' } });
});

test.each([['１３－ユ－９９９９９９'], ['13-ﾕ-999999'], ['13ーユー999999'], ['13 − ユ − 999999']])(
  'the licence number %s is understood as 13-ユ-999999',
  async (licenceNumber) => {
    const { slug } = await addCompany(relay, false);

    const set = await relay.call('PUT', `/companies/${slug}/agency`, { ...sampleAgency, licenceNumber });

    expect(set).toMatchObject({ status: 200, body: { licenceNumber: '13-ユ-999999' } });
  },
);

test.each([
  ['licenceNumber', { licenceNumber: '13-ム-999999' }],
  ['licenceNumber', { licenceNumber: '13-ユ-99999' }],
  ['licenceExpiresOn', { licenceExpiresOn: '2029-02-30' }],
  ['licenceExpiresOn', { licenceExpiresOn: '31.3.2029' }],
  ['privacyUrl', { privacyUrl: 'http://agency.example.com/' }],
  ['registrationUrl', { registrationUrl: 'javascript:alert(1)' }],
  ['representative', { representative: '' }],
])('an agency is refused for its %s in %j', async (path, change) => {
  const { slug } = await addCompany(relay, false);

  const answer = await relay.call('PUT', `/companies/${slug}/agency`, { ...sampleAgency, ...change });

  expect(answer).toMatchObject({ status: 400, body: { fields: [{ path }] } });
});

test('new terms are a new version, in force from now on', async () => {
  const { slug } = await addCompany(relay);
  relay.clock.advance(60_000);
  const terms = { countsAt: 'confirmation', perCredit: 5, referralPeriodMonths: 6, creditValidMonths: 24 };

  const set = await relay.call('PUT', `/companies/${slug}/agency/terms`, terms);

  expect(set).toMatchObject({ status: 200, body: { terms: { ...terms, version: 2 } } });
  expect(set.body.terms.effectiveFrom).toBe(relay.clock.now().toISOString());
});

test('what does not exist is answered 404', async () => {
  const { slug } = await addCompany(relay, false);
  const terms = { countsAt: 'consent', perCredit: 10, referralPeriodMonths: 12, creditValidMonths: null };

  const answers = await Promise.all([
    relay.call('GET', '/companies/nobody'),
    relay.call('PUT', '/companies/nobody/agency', sampleAgency),
    relay.call('GET', `/companies/${slug}/agency`),
    relay.call('PUT', `/companies/${slug}/agency/terms`, terms),
    relay.call('GET', '/rejections?company=nobody'),
    relay.call('GET', '/credits?company=nobody'),
  ]);

  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'request_not_found']));
});

test('the audit log tells who changed what, newest first, and never a value', async () => {
  const { slug, id } = await addCompany(relay);

  const { body } = await relay.call('GET', `/audit?company=${slug}`);
  const first = await relay.call('GET', `/audit?company=${slug}&limit=1`);
  const second = await relay.call('GET', `/audit?company=${slug}&limit=1&cursor=${first.body.nextCursor}`);

  expect(body.items).toMatchObject([
    { seq: 2, actor: 'admin', action: 'agency.saved' },
    { seq: 1, actor: 'admin', action: 'company.created', subject: id },
  ]);
  expect([...first.body.items, ...second.body.items]).toEqual(body.items);
  expect(second.body.nextCursor).toBeNull();
  expect(JSON.stringify(body)).not.toContain(sampleAgency.representative);
});
