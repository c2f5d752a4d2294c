import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createGreenhouseFake, type GreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { makeTestClock, type TestClock } from '../support/clock.ts';

const origin = 'https://harvest.greenhouse.io';
const hanako = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: 'A <b>&B' };

let clock: TestClock;
let fake: GreenhouseFake;
let token: string;

beforeEach(async () => {
  clock = makeTestClock();
  fake = createGreenhouseFake({ now: clock.now });
  token = await fetchToken(fake);
});

function askForToken(
  of: GreenhouseFake,
  change: Readonly<Record<string, string>> = {},
  form = 'grant_type=client_credentials',
) {
  const { clientId, clientSecret } = of.settings(origin);
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded', ...change };
  return of.handle(new Request(`${origin}/token`, { method: 'POST', headers, body: form }));
}

async function fetchToken(of: GreenhouseFake): Promise<string> {
  const answer = (await (await askForToken(of)).json()) as { access_token: string };
  return answer.access_token;
}

function call(method: string, target: string, body?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
  return fake.handle(new Request(`${origin}${target}`, init));
}

async function read(target: string): Promise<readonly Record<string, unknown>[]> {
  return (await (await call('GET', target)).json()) as Record<string, unknown>[];
}

describe('tokens', () => {
  test('are given for the right credentials, by Basic and form, for as long as they live', async () => {
    const answer = await askForToken(fake, {}, 'grant_type=client_credentials&sub=4093');

    expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_at: '2026-11-24T02:00:00.000Z' });
    expect((await call('GET', '/v3/applications')).status).toBe(200);
    clock.advance(3_600_000);
    expect((await call('GET', '/v3/applications')).status).toBe(401);
  });

  test('are refused otherwise', async () => {
    expect((await askForToken(fake, { authorization: 'Basic d3Jvbmc6d3Jvbmc=' })).status).toBe(401);
    expect((await askForToken(fake, { 'content-type': 'application/json' })).status).toBe(400);
    expect((await askForToken(fake, {}, 'grant_type=password')).status).toBe(400);
    expect((await askForToken(fake, {}, 'grant_type=client_credentials&sub=nobody')).status).toBe(400);
    token = 'made-up';
    expect(await (await call('GET', '/v3/applications')).json()).toMatchObject({ message: 'Unauthorized' });
  });
});

describe('lists', () => {
  test.each([
    '/v3/applications?page=2',
    '/v3/applications?id=1',
    '/v3/applications?rejected_at=gte|2026-01-01T00:00:00Z',
    '/v3/applications?status=in_process',
    '/v3/applications?per_page=0',
    '/v3/applications?per_page=501',
    '/v3/applications?ids=a',
    '/v3/applications?ids=1&ids=2',
    `/v3/applications?ids=${Array.from({ length: 51 }, (_, id) => id + 1).join(',')}`,
    '/v3/applications?updated_at=2026-01-01T00:00:00Z',
    '/v3/applications?updated_at=since|2026-01-01T00:00:00Z',
    '/v3/applications?updated_at=gte|2026-01-01T00:00:00Z&created_at=gte|2026-01-01T00:00:00Z',
    '/v3/applications?cursor=made-up',
    '/v3/candidates?job_id=1',
    '/v3/candidate_tags?name=Imported',
    '/v3/rejection_reasons?include_defaults=yes',
  ])('refuse %s', async (target) => {
    expect((await call('GET', target)).status).toBe(422);
  });

  test('give no single row by its id', async () => {
    const { applicationRef } = fake.reject(hanako);

    expect((await call('GET', `/v3/applications/${applicationRef}`)).status).toBe(404);
  });

  test('lead on by a cursor that stands alone, to the end', async () => {
    for (let count = 0; count < 5; count += 1) fake.reject(hanako);
    const ids: unknown[] = [];
    let target: string | undefined = '/v3/applications?per_page=2&status=rejected';
    let pages = 0;
    while (target) {
      const answer: Response = await call('GET', target);
      ids.push(...((await answer.json()) as { id: number }[]).map(({ id }) => id));
      const next: string | undefined = /^<(https:[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      if (next) expect([...new URL(next).searchParams.keys()]).toEqual(['cursor']);
      if (next) expect((await call('GET', `${next.slice(origin.length)}&per_page=2`)).status).toBe(422);
      target = next?.slice(origin.length);
      pages += 1;
    }

    expect(pages).toBe(3);
    expect(new Set(ids).size).toBe(5);
  });

  test('answer in the vocabulary of v3', async () => {
    const { applicationRef, candidateRef } = fake.reject({ ...hanako, isPrivate: true });
    fake.reinstate(applicationRef);

    expect(await read(`/v3/applications?ids=${applicationRef}&status=active`)).toMatchObject([
      { status: 'in_process', rejected_at: null },
    ]);
    const [candidate] = await read(`/v3/candidates?ids=${candidateRef}`);
    expect(candidate).toMatchObject({ private: true, tags: ['Imported'] });
    expect(candidate).not.toHaveProperty('is_private');
    expect(candidate).not.toHaveProperty('values');
    expect(await read(`/v3/rejection_details?application_ids=${applicationRef}`)).toEqual([]);
  });

  test('filter by dates and give only the fields asked for', async () => {
    const early = fake.reject(hanako);
    clock.advance(60_000);
    fake.reject(hanako);

    const rows = await read('/v3/applications?updated_at=gte|2026-11-24T01:00:00Z|lt|2026-11-24T01:00:30Z&fields=id');

    expect(rows).toEqual([{ id: Number(early.applicationRef) }]);
  });

  test('keep stock reasons back unless they are asked for', async () => {
    expect(await read('/v3/rejection_reasons')).toHaveLength(1);
    expect(await read('/v3/rejection_reasons?include_defaults=true')).toHaveLength(3);
  });
});

describe('the rate window', () => {
  test('tells what is left, refuses with the wait, and opens again every 30 seconds', async () => {
    fake = createGreenhouseFake({ now: clock.now, requestsPerWindow: 2 });
    token = await fetchToken(fake);
    clock.set('2026-11-24T01:00:12Z');

    const answers = [await call('GET', '/v3/applications'), await call('GET', '/v3/applications')];
    const refused = await call('GET', '/v3/applications');
    clock.set('2026-11-24T01:00:30Z');
    const after = await call('GET', '/v3/applications');

    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0']);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('18');
    expect(refused.headers.get('x-ratelimit-reset')).toBe(String(Date.parse('2026-11-24T01:00:30Z') / 1000));
    expect(after.status).toBe(200);
  });
});

describe('writes', () => {
  test('a PATCH replaces every list it is sent, and nothing else', async () => {
    const { candidateRef } = fake.reject(hanako);

    const named = await call('PATCH', `/v3/candidates/${candidateRef}`, { first_name: '華子' });
    expect(await named.json()).toMatchObject({ first_name: '華子', last_name: '髙﨑', tags: ['Imported'] });
    await call('PATCH', `/v3/candidates/${candidateRef}`, { tags: ['Only this'], email_addresses: [] });

    expect(fake.written(candidateRef).tags).toEqual(['Only this']);
    expect(await read(`/v3/candidates?ids=${candidateRef}`)).toMatchObject([{ email_addresses: [] }]);
  });

  test.each([
    { custom_fields: [{ name_key: 'nowhere', value: 'x' }] },
    { custom_fields: [{ name_key: 'retired_field', value: 'x' }] },
    { custom_fields: [{ name_key: 'application_field', value: 'x' }] },
    { custom_fields: [{ name_key: 'career_relay_consent', custom_field_id: 71, value: 'x' }] },
    { custom_fields: [{ name_key: 'career_relay_consent', value: true }] },
    { custom_fields: [{ name_key: 'career_relay_consent_flag', value: 'yes' }] },
    { custom_fields: [{ name_key: 'career_relay_consent_on', value: '24.11.2026' }] },
    { custom_fields: [{ name_key: 'career_relay_consent_choice', value: '同意' }] },
    { nickname: 'x' },
  ])('a PATCH of %j is refused', async (change) => {
    const { candidateRef } = fake.reject(hanako);

    expect((await call('PATCH', `/v3/candidates/${candidateRef}`, change)).status).toBe(422);
  });

  test('a tag exists once, and is applied once', async () => {
    const { candidateRef } = fake.reject(hanako);
    const first = await call('POST', '/v3/candidate_tags', { name: 'New' });
    const { id } = (await first.json()) as { id: number };
    const again = await call('POST', '/v3/candidate_tags', { name: 'new' });
    const applied = { candidate_id: Number(candidateRef), candidate_tag_id: id };

    expect(first.status).toBe(201);
    expect(again.status).toBe(422);
    expect(await again.json()).toMatchObject({ errors: [{ name: 'has already been taken' }] });
    expect((await call('POST', '/v3/applied_candidate_tags', applied)).status).toBe(201);
    expect((await call('POST', '/v3/applied_candidate_tags', applied)).status).toBe(422);
    const [row] = await read(`/v3/applied_candidate_tags?candidate_ids=${candidateRef}&candidate_tag_ids=${id}`);
    expect((await call('DELETE', `/v3/applied_candidate_tags/${row?.id}`)).status).toBe(204);
    expect((await call('DELETE', `/v3/applied_candidate_tags/${row?.id}`)).status).toBe(404);
  });

  test('notes only grow, and read back in other words than they were written', async () => {
    const { candidateRef } = fake.reject(hanako);
    const note = { candidate_id: Number(candidateRef), body: '合意 🤝', note_type: 'NOTE', visibility: 'private' };

    expect((await call('POST', '/v3/notes', note)).status).toBe(201);
    expect((await call('POST', '/v3/notes', note)).status).toBe(201);
    expect((await call('POST', '/v3/notes', { ...note, visibility: 'privately_visible' })).status).toBe(422);
    expect((await call('POST', '/v3/notes', { ...note, application_id: 1 })).status).toBe(422);
    const [first] = await read(`/v3/notes?candidate_ids=${candidateRef}`);
    expect(first).toMatchObject({ type: 'NOTE', visibility: 'privately_visible' });
    expect((await call('DELETE', `/v3/notes/${first?.id}`)).status).toBe(404);
    expect(fake.written(candidateRef).notes).toEqual(['合意 🤝', '合意 🤝']);
  });
});

describe('deliveries', () => {
  test('are signed over the very bytes, which are compact ASCII', () => {
    const { headers, body } = fake.reject(hanako);

    const digest = createHmac('sha256', fake.settings(origin).webhookSecret ?? '')
      .update(body)
      .digest('hex');
    expect(headers.signature).toBe(`sha256 ${digest}`);
    expect(body.toString('latin1')).toMatch(/^[ -~]+$/);
    expect(body.includes('A \\u003cb\\u003e\\u0026B')).toBe(true);
    expect(body.equals(Buffer.from(JSON.stringify(JSON.parse(body.toString()))))).toBe(false);
  });

  test('speak the old vocabulary, and tell a reason without its key', () => {
    const rejected = fake.reject(hanako);
    const reinstated = fake.reinstate(rejected.applicationRef);

    const { application } = JSON.parse(rejected.body.toString()).payload;
    expect(application).toMatchObject({ status: 'rejected', rejected_at: '2026-11-24T01:00:00Z', prospect: false });
    expect(application.candidate).toMatchObject({ is_private: false, last_name: '髙﨑' });
    expect(application.rejection_reason.type).toEqual({ id: 1, name: 'We rejected them' });
    expect(JSON.parse(reinstated.body.toString()).payload.application).toMatchObject({
      status: 'active',
      rejected_at: null,
      rejection_reason: null,
    });
  });

  test('of a merge move the applications over', async () => {
    const from = fake.reject(hanako);
    const into = fake.reject(hanako);
    const merged = fake.mergeCandidate(from.candidateRef, into.candidateRef);

    expect(JSON.parse(merged.body.toString()).payload.person).toMatchObject({
      id: Number(from.candidateRef),
      new_candidate_id: Number(into.candidateRef),
    });
    expect(await read(`/v3/applications?candidate_ids=${into.candidateRef}`)).toHaveLength(2);
    expect(await read(`/v3/candidates?ids=${from.candidateRef}`)).toEqual([]);
  });

  test('of a deleted application and an anonymised candidate follow what happened', async () => {
    const { applicationRef, candidateRef } = fake.reject(hanako);

    fake.anonymize(candidateRef, ['full_name', 'email_addresses']);
    expect(await read(`/v3/candidates?ids=${candidateRef}`)).toMatchObject([
      { first_name: 'Anonymized', last_name: candidateRef, email_addresses: [] },
    ]);
    fake.deleteApplication(applicationRef);
    expect(await read(`/v3/applications?ids=${applicationRef}`)).toEqual([]);
  });
});
