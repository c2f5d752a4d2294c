import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { addCompany, adminToken, baseUrl, openRelay, sampleAgency, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

async function connect(slug: string) {
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  return body as { readonly id: string; readonly webhookUrl: string };
}

test('a connector is offered with all a person needs to connect it', async () => {
  const { body } = await relay.call('GET', '/connectors');

  const greenhouse = body.items.find(({ id }: { readonly id: string }) => id === 'greenhouse');
  expect(greenhouse).toMatchObject({
    title: 'Greenhouse',
    docs: expect.stringMatching(/^https:/),
    settingsSchema: { type: 'object', additionalProperties: false },
    modes: { 'relay-sent': { possible: true } },
    canInstall: false,
    webhook: { events: expect.arrayContaining([expect.any(String)]) },
    scopes: expect.arrayContaining(['harvest:applications:list']),
  });
  for (const name of ['clientId', 'clientSecret']) {
    const field = greenhouse.fields.find((candidate: { readonly name: string }) => candidate.name === name);
    expect(field).toMatchObject({
      isOptional: false,
      label: { ja: expect.any(String), en: expect.any(String) },
      help: { ja: expect.any(String), en: expect.any(String) },
    });
    expect(greenhouse.settingsSchema.required).toContain(name);
  }
  expect(greenhouse.settingsSchema.properties.clientSecret).toMatchObject({ writeOnly: true });
});

test('a new connection stands in shadow and tells where the ATS sends its webhooks', async () => {
  const { slug, id: companyId } = await addCompany(relay);

  const added = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });

  expect(added).toMatchObject({
    status: 201,
    body: {
      companyId,
      connector: 'greenhouse',
      state: 'shadow',
      webhookUrl: `${baseUrl}/hooks/${added.body.id}`,
      letter: { holdMinutes: 1440, window: 'business-hours' },
      mapping: { reasons: {} },
      failingSince: null,
    },
  });
});

test('a secret that was given is never answered, listed, logged or audited', async () => {
  const { slug } = await addCompany(relay);
  const settings = { ...relay.settings, webhookSecret: 'very-secret-0123456789-絶対秘密' };
  const added = await relay.call('POST', '/connections', { company: slug, connector: 'greenhouse', settings });

  const told = [
    added,
    await relay.call('GET', `/connections/${added.body.id}`),
    await relay.call('GET', `/connections?company=${slug}`),
    await relay.call('PATCH', `/connections/${added.body.id}`, {
      settings: { clientSecret: 'other-secret-9876543210' },
    }),
    await relay.call('GET', `/audit?company=${slug}`),
  ];

  const text = JSON.stringify(told) + relay.logged.join('\n');
  expect(added.status).toBe(201);
  expect(added.body.settings.webhookSecret).toBe('********');
  expect(text).not.toContain('very-secret');
  expect(text).not.toContain('other-secret');
  expect(text).not.toContain(relay.settings.clientSecret);
});

test.each([
  ['an unknown connector', { connector: 'telegraph' }, 400, 'connector_unknown'],
  ['an unknown company', { company: 'nobody' }, 404, 'request_not_found'],
  ['an unknown setting', { settings: { colour: 'red' } }, 400, 'request_invalid'],
  ['a missing setting', { settings: {} }, 400, 'request_invalid'],
  ['an unknown field', { state: 'live' }, 400, 'request_invalid'],
])('a connection with %s is refused', async (_name, change, status, code) => {
  const { slug } = await addCompany(relay);

  const answer = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
    ...change,
  });

  expect(answer).toMatchObject({ status, body: { code } });
});

test('a change keeps what it does not name', async () => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);
  const change = (body: object) => relay.call('PATCH', `/connections/${id}`, body);

  await change({ letter: { holdMinutes: 0 } });
  await change({ mapping: { reasons: { '1': { letter: 'skip' }, '2': { letter: 'hold', decidedBy: 'company' } } } });
  await change({ mapping: { reasons: { '2': { letter: 'send' }, '3': { decidedBy: 'candidate' } } } });
  const last = await change({ mapping: { reasons: { '1': null } }, state: 'paused' });

  expect(last).toMatchObject({
    status: 200,
    body: { state: 'paused', letter: { holdMinutes: 0, window: 'business-hours' } },
  });
  expect(last.body.mapping).toEqual({ reasons: { '2': { letter: 'send' }, '3': { decidedBy: 'candidate' } } });
  expect(await relay.call('GET', `/connections/${id}`)).toEqual(last);
});

test.each([
  { state: 'removed' },
  { letter: { holdMinutes: -1 } },
  { letter: { holdMinutes: 1.5 } },
  { letter: { window: 'nights' } },
  { mapping: { reasons: { '1': { letter: 'burn' } } } },
  { mapping: { stages: {} } },
  { connector: 'greenhouse' },
])('the change %j is refused', async (change) => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);

  const answer = await relay.call('PATCH', `/connections/${id}`, change);

  expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
});

test.each([
  ['no JSON', '{"state":'],
  ['a poisoned prototype', '{"mapping":{"reasons":{"__proto__":{"letter":"skip"}}}}'],
  ['nothing', ''],
])('a body that is %s is refused as a problem', async (_name, payload) => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);

  const response = await relay.server.inject({
    method: 'PATCH',
    url: `/api/v1/connections/${id}`,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    payload,
  });

  expect(response.statusCode).toBe(400);
  expect(response.json()).toMatchObject({ code: 'request_invalid' });
});

test('nothing goes live for a company without an agency, nor with an expired licence', async () => {
  const { slug } = await addCompany(relay, false);
  const { id } = await connect(slug);
  const goLive = () => relay.call('PATCH', `/connections/${id}`, { state: 'live', letter: { holdMinutes: 5 } });

  const without = await goLive();
  await relay.call('PUT', `/companies/${slug}/agency`, { ...sampleAgency, licenceExpiresOn: '2026-11-23' });
  const expired = await goLive();
  const before = await relay.call('GET', `/connections/${id}`);
  await relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  const complete = await goLive();

  expect(without).toMatchObject({ status: 409, body: { code: 'agency_incomplete', detail: 'agency-missing' } });
  expect(expired).toMatchObject({ status: 409, body: { code: 'agency_incomplete', detail: 'licence-expired' } });
  expect(before.body).toMatchObject({ state: 'shadow', letter: { holdMinutes: 1440 } });
  expect(complete).toMatchObject({ status: 200, body: { state: 'live' } });
});

test('a pause ends in what was before it, and pausing what is paused is refused', async () => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);
  await relay.call('PATCH', `/connections/${id}`, { state: 'live' });
  const post = (verb: string, to = id) => relay.call('POST', `/connections/${to}/${verb}`);

  const running = await post('resume');
  const paused = await post('pause');
  const again = await post('pause');
  const resumed = await post('resume');

  expect(running).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(paused).toMatchObject({ status: 200, body: { id, state: 'paused', resumesAs: 'live' } });
  expect(again).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(resumed).toMatchObject({ status: 200, body: { id, state: 'live', resumesAs: null } });
  expect(await post('pause', newId())).toMatchObject({ status: 404 });
});

test('nothing is resumed to live with an expired licence', async () => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);
  await relay.call('PATCH', `/connections/${id}`, { state: 'live' });
  await relay.call('POST', `/connections/${id}/pause`);
  await relay.call('PUT', `/companies/${slug}/agency`, { ...sampleAgency, licenceExpiresOn: '2026-11-23' });

  const answer = await relay.call('POST', `/connections/${id}/resume`);

  expect(answer).toMatchObject({ status: 409, body: { code: 'agency_incomplete', detail: 'licence-expired' } });
});

test('the settings are tried at the ATS, and a refusal says who must act', async () => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);

  const right = await relay.call('POST', `/connections/${id}/check`);
  await relay.call('PATCH', `/connections/${id}`, { settings: { clientSecret: 'wrong' } });
  const wrong = await relay.call('POST', `/connections/${id}/check`);
  const shown = await relay.call('GET', `/connections/${id}`);

  expect(right).toEqual({ status: 200, body: { ok: true, checkedAt: '2026-11-24T01:00:00.000Z' } });
  expect(wrong).toMatchObject({
    status: 422,
    body: { code: 'vendor_unauthorized', title: expect.stringContaining('check the key, or the client id and secret') },
  });
  expect(shown.body).toMatchObject({ failingCode: 'vendor_unauthorized', failingSince: '2026-11-24T01:00:00.000Z' });
});

test('a removed connection is gone, and removing it again is answered 404', async () => {
  const { slug } = await addCompany(relay);
  const { id } = await connect(slug);

  const removed = await relay.call('DELETE', `/connections/${id}`);

  expect(removed).toEqual({ status: 204, body: undefined });
  expect(await relay.call('DELETE', `/connections/${id}`)).toMatchObject({ status: 404 });
  expect(await relay.call('GET', `/connections/${id}`)).toMatchObject({ status: 404 });
  expect(await relay.call('POST', `/connections/${id}/check`)).toMatchObject({ status: 404 });
  expect((await relay.call('GET', `/connections?company=${slug}`)).body).toEqual({ items: [], nextCursor: null });
});

test('a company sees its own connections only', async () => {
  const mine = await addCompany(relay);
  const theirs = await addCompany(relay);
  const { id } = await connect(mine.slug);
  await connect(theirs.slug);

  const { body } = await relay.call('GET', `/connections?company=${mine.slug}`);

  expect(body.items).toMatchObject([{ id, companyId: mine.id }]);
});

test('an id that is none is refused, an unknown one is not found', async () => {
  const answers = await Promise.all([
    relay.call('GET', '/connections/1'),
    relay.call('GET', `/connections/${newId()}`),
    relay.call('PATCH', `/connections/${newId()}`, { state: 'paused' }),
    relay.call('GET', `/deliveries?connection=${newId()}`),
    relay.call('POST', `/deliveries/${newId()}/replay`),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([400, 404, 404, 404, 404]);
});

test('a connection to an ATS that sends no webhooks has no address to give to it', async () => {
  const { slug } = await addCompany(relay);

  const { status, body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'hrmos',
    settings: {},
  });

  expect([status, body.webhookUrl, body.access]).toEqual([201, null, null]);
});
