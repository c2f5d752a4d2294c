import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

test('our letter is exported in the tokens of an ATS, before anything is connected', async () => {
  const { slug } = await addCompany(relay);

  const ja = await relay.call('GET', `/connectors/greenhouse/template?company=${slug}&locale=ja`);
  const en = await relay.call('GET', `/connectors/greenhouse/template?company=${slug}&locale=en`);

  expect([ja.status, en.status]).toEqual([200, 200]);
  expect(ja.body.text).toContain('{{CANDIDATE_NAME}} 様');
  expect(en.body.text).toContain('Dear {{CANDIDATE_NAME}},');
  for (const { body } of [ja, en]) {
    expect(body.html).toContain(`<a href="https://relay.example.com/r/${slug}">`);
    expect(body.notes.length).toBeGreaterThan(0);
  }
});

test('a connection gives the letter of its mode, by default in the language of its company', async () => {
  const { slug } = await addCompany(relay);
  const connection = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });

  const { status, body } = await relay.call('GET', `/connections/${connection.body.id}/template`);

  expect(status).toBe(200);
  expect(body.subject).toContain('選考結果のご連絡');
  expect(body.text.split('\n')).toContain(`https://relay.example.com/r/${slug}`);
});

test('no letter is exported that would name an agency which may not be asked for', async () => {
  const { slug } = await addCompany(relay, false);

  const { status, body } = await relay.call('GET', `/connectors/greenhouse/template?company=${slug}`);

  expect([status, body.code]).toEqual([409, 'agency_incomplete']);
});

test.each([
  ['an unknown connector', '/connectors/nothing/template?company=COMPANY', 'connector_unknown'],
  ['an unknown company', '/connectors/greenhouse/template?company=nobody', 'request_not_found'],
  ['no company', '/connectors/greenhouse/template', 'request_invalid'],
  ['a third language', '/connectors/greenhouse/template?company=COMPANY&locale=fr', 'request_invalid'],
  ['an unknown connection', '/connections/0199f0c2-1111-7000-8000-000000000001/template', 'request_not_found'],
])('%s is refused by name', async (_what, path, code) => {
  const { slug } = await addCompany(relay);

  const { body } = await relay.call('GET', path.replace('COMPANY', slug));

  expect(body.code).toBe(code);
});
