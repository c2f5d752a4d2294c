import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createGreenhouseFake,
  type GreenhouseFake,
  type GreenhouseFakeOptions,
} from '../../connectors/greenhouse/fake.ts';
import { greenhouse } from '../../connectors/greenhouse/index.ts';
import { consentTag } from '../../connectors/greenhouse/write-back.ts';
import { type FakeDelivery, toScopes, type WriteBack } from '../../src/connector/index.ts';
import { type Bench, makeSteps, openBench, type Rig, type RigChange } from '../contract/rig.ts';
import { greenhouseWithTag } from '../contract/subjects.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const hanako = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: 'デザイナー' };

async function open(
  change: RigChange = {},
  options: Partial<GreenhouseFakeOptions> = {},
): Promise<{ readonly rig: Rig; readonly fake: GreenhouseFake }> {
  const fakes: GreenhouseFake[] = [];
  const createFake: typeof createGreenhouseFake = (given) => {
    const fake = createGreenhouseFake({ ...given, ...options });
    fakes.push(fake);
    return fake;
  };
  const rig = await bench.open({ ...greenhouseWithTag, createFake }, change);
  const [fake] = fakes;
  if (!fake) throw new Error('the rig made no fake');
  return { rig, fake };
}

function toItem(delivery: FakeDelivery, change: Partial<WriteBack> = {}): WriteBack {
  return {
    consentId: '0199f0c2-1111-7000-8000-000000000001',
    applicationRef: delivery.applicationRef,
    candidateRef: delivery.candidateRef,
    decision: 'granted',
    decidedAt: new Date('2026-11-23T15:30:00Z'),
    agencyName: "O'Hara キャリア, 株式会社",
    ...change,
  };
}

const paths = (fake: GreenhouseFake, from = 0) => fake.calls.slice(from).map(({ method, path }) => `${method} ${path}`);

describe('reread', () => {
  test('where nobody is rejected, two calls are enough', async () => {
    const { rig, fake } = await open();
    const { applicationRef } = fake.reject(hanako);
    fake.reinstate(applicationRef);

    await rig.reread([applicationRef, '999']);

    expect(paths(fake)).toEqual(['POST /token', 'GET /v3/applications', 'GET /v3/candidates']);
  });

  test('a reason made since the reasons were read is asked for by its id, once', async () => {
    const { rig, fake } = await open();
    rig.intercept(async (request, pass) => {
      const url = new URL(request.url);
      const isWholeList = url.pathname === '/v3/rejection_reasons' && !url.searchParams.has('ids');
      return isWholeList ? Response.json([]) : pass();
    });
    const { applicationRef } = fake.reject(hanako);

    const [application] = await rig.reread([applicationRef]);
    await rig.reread([applicationRef]);

    expect(application).toMatchObject({ decidedBy: 'company', reason: { name: 'スキル・経験の不一致' } });
    expect(paths(fake).filter((path) => path === 'GET /v3/rejection_reasons')).toHaveLength(1);
  });

  test('more than 50 applications are read in several batches', async () => {
    const { rig, fake } = await open();
    const refs = Array.from({ length: 120 }, () => fake.reject(hanako).applicationRef);

    const applications = await rig.reread(refs);

    expect(applications).toHaveLength(120);
    expect(applications.every(({ state }) => state === 'rejected')).toBe(true);
    expect(fake.calls.every(({ status }) => status === 200)).toBe(true);
  });

  test('a rejected prospect is no rejection', async () => {
    const { rig, fake } = await open();
    const delivery = fake.rejectProspect(hanako);

    expect(rig.parse(delivery)).toEqual([]);
    expect(await rig.reread([delivery.applicationRef])).toMatchObject([{ state: 'active' }]);
  });
});

describe('check', () => {
  test('a missing scope is named', async () => {
    const { rig } = await open();
    rig.intercept(async (request, pass) =>
      new URL(request.url).pathname === '/v3/rejection_reasons' ? new Response(null, { status: 403 }) : pass(),
    );

    await expect(rig.check()).rejects.toMatchObject({
      code: 'vendor_forbidden',
      message: expect.stringContaining('harvest:rejection_reasons:list'),
    });
  });

  test.each([
    ['not_there', /no active candidate field/],
    ['retired_field', /no active candidate field/],
    ['application_field', /no active candidate field/],
    ['desired_salary', /type currency cannot hold a consent/],
    ['half_a_choice', /"withdrawn"/],
  ])('the consent field %s is refused with the reason', async (consentField, reason) => {
    const { rig } = await open({ settings: { consentField } });

    await expect(rig.check()).rejects.toMatchObject({
      code: 'vendor_field_unsuitable',
      kind: 'config',
      message: expect.stringMatching(reason),
    });
  });
});

describe('write-back', () => {
  test.each([
    [
      'career_relay_consent',
      "granted 2026-11-24 (O'Hara キャリア, 株式会社)",
      "withdrawn 2026-11-24 (O'Hara キャリア, 株式会社)",
    ],
    [
      'career_relay_consent_long',
      "granted 2026-11-24 (O'Hara キャリア, 株式会社)",
      "withdrawn 2026-11-24 (O'Hara キャリア, 株式会社)",
    ],
    ['career_relay_consent_flag', true, false],
    ['career_relay_consent_on', '2026-11-24', undefined],
    ['career_relay_consent_choice', '同意', '撤回'],
  ])(
    'the field %s takes the decision in its own type, by the day in Japan',
    async (consentField, granted, withdrawn) => {
      const { rig, fake } = await open({ settings: { consentField } });
      const delivery = fake.reject(hanako);

      await rig.writeBack(toItem(delivery), makeSteps());
      expect(fake.written(delivery.candidateRef).fields[consentField]).toEqual(granted);
      await rig.writeBack(toItem(delivery, { decision: 'withdrawn' }), makeSteps());

      expect(fake.written(delivery.candidateRef).fields[consentField]).toEqual(withdrawn);
      expect(fake.written(delivery.candidateRef).tags).toEqual(['Imported']);
    },
  );

  test('an agency’s long name is cut to what a short text holds', async () => {
    const { rig, fake } = await open({ settings: { consentField: 'career_relay_consent' } });
    const delivery = fake.reject(hanako);

    await rig.writeBack(toItem(delivery, { agencyName: '髙'.repeat(300) }), makeSteps());

    expect(String(fake.written(delivery.candidateRef).fields.career_relay_consent)).toHaveLength(255);
  });

  test('should the vendor empty the other fields, that is told instead of repeated', async () => {
    const { rig, fake } = await open(
      { settings: { consentField: 'career_relay_consent' } },
      { replacesCustomFields: true },
    );
    const delivery = fake.reject(hanako);

    await expect(rig.writeBack(toItem(delivery), makeSteps())).rejects.toMatchObject({
      code: 'vendor_field_unsuitable',
      message: expect.stringContaining('interview_memo'),
    });
  });

  test('the note is private, names the application and the consent, and comes once per decision', async () => {
    const { rig, fake } = await open();
    const delivery = fake.reject(hanako);

    await rig.writeBack(toItem(delivery), makeSteps());
    await rig.writeBack(toItem(delivery, { decision: 'withdrawn' }), makeSteps());

    const [granted, withdrawn] = fake.written(delivery.candidateRef).notes;
    expect(granted).toMatch(
      /2026-11-24.*O'Hara キャリア, 株式会社.*同意しました[\s\S]*\[career-relay 0199f0c2-.* granted\]$/,
    );
    expect(withdrawn).toMatch(/撤回しました[\s\S]*\[career-relay 0199f0c2-.* withdrawn\]$/);
  });

  test('the tag is taken off on withdrawal, and only it', async () => {
    const { rig, fake } = await open();
    const delivery = fake.reject(hanako);

    await rig.writeBack(toItem(delivery), makeSteps());
    expect(fake.written(delivery.candidateRef).tags).toEqual(['Imported', consentTag]);
    await rig.writeBack(toItem(delivery, { decision: 'withdrawn' }), makeSteps());

    expect(fake.written(delivery.candidateRef).tags).toEqual(['Imported']);
  });

  test('a tag that somebody made in the same moment is used', async () => {
    const { rig, fake } = await open();
    const delivery = fake.reject(hanako);
    let lists = 0;
    rig.intercept(async (request, pass) => {
      const isTags = new URL(request.url).pathname === '/v3/candidate_tags';
      if (isTags && request.method === 'GET') lists += 1;
      if (isTags && request.method === 'POST') await pass();
      return isTags && request.method === 'GET' && lists === 1 ? Response.json([]) : pass();
    });

    expect(await rig.writeBack(toItem(delivery), makeSteps())).toEqual({ ok: true });

    expect(paths(fake).filter((path) => path === 'POST /v3/candidate_tags')).toHaveLength(2);
    expect(fake.written(delivery.candidateRef).tags).toEqual(['Imported', consentTag]);
  });

  test('a tag that somebody deleted is made anew', async () => {
    const { rig, fake } = await open();
    const first = fake.reject(hanako);
    const second = fake.reject(hanako);
    await rig.writeBack(toItem(first), makeSteps());
    let isDeleted = false;
    rig.intercept(async (request, pass) => {
      const isApplying = request.method === 'POST' && new URL(request.url).pathname === '/v3/applied_candidate_tags';
      if (!isApplying || isDeleted) return pass();
      isDeleted = true;
      return Response.json({ message: 'Validation error', errors: [{ candidate_tag: 'must exist' }] }, { status: 422 });
    });

    expect(await rig.writeBack(toItem(second), makeSteps())).toEqual({ ok: true });

    expect(fake.written(second.candidateRef).tags).toContain(consentTag);
  });

  test('a candidate deleted between two calls is gone, not an error', async () => {
    const { rig, fake } = await open({ settings: { consentField: 'career_relay_consent' } });
    const delivery = fake.reject(hanako);
    rig.intercept(async (request, pass) => {
      if (request.method === 'PATCH') fake.eraseCandidate(delivery.candidateRef);
      return pass();
    });

    expect(await rig.writeBack(toItem(delivery), makeSteps())).toEqual({ ok: false, reason: 'candidate-gone' });
  });

  test('decisions written at the same time share their reads, and each stands on its own candidate, once', async () => {
    const { rig, fake } = await open();
    const deliveries = Array.from({ length: 10 }, () => fake.reject(hanako));
    const [, gone] = deliveries;
    const repeated = deliveries.at(-1);
    if (!repeated || !gone) throw new Error('nobody was rejected');
    await rig.writeBack(toItem(repeated), makeSteps());
    fake.eraseCandidate(gone.candidateRef);
    const before = paths(fake).length;

    const results = await Promise.all(deliveries.map((delivery) => rig.writeBack(toItem(delivery), makeSteps())));

    const reads = paths(fake)
      .slice(before)
      .filter((path) => path.startsWith('GET'));
    const written = deliveries.filter((delivery) => delivery !== gone).map((one) => fake.written(one.candidateRef));
    expect(results.map(({ ok }) => ok)).toEqual(deliveries.map((delivery) => delivery !== gone));
    expect(written.map(({ tags }) => tags)).toEqual(written.map(() => ['Imported', consentTag]));
    expect(written.map(({ notes }) => notes.length)).toEqual(written.map(() => 1));
    expect(reads.length).toBeLessThan(deliveries.length);
  });

  test('no PATCH ever sends a list but our one field', async () => {
    const { rig, fake } = await open({ settings: { consentField: 'career_relay_consent' } });
    const delivery = fake.reject(hanako);
    const bodies: unknown[] = [];
    rig.intercept(async (request, pass) => {
      if (request.method === 'PATCH') bodies.push(await request.clone().json());
      return pass();
    });

    await rig.writeBack(toItem(delivery), makeSteps());

    expect(bodies).toEqual([{ custom_fields: [{ name_key: 'career_relay_consent', value: expect.any(String) }] }]);
  });
});

describe('README', () => {
  const readme = readFileSync(new URL('../../connectors/greenhouse/README.md', import.meta.url), 'utf8');

  test('names every setting, scope and event of the declaration, and no scope besides', () => {
    const events = greenhouse.webhook?.events ?? [];
    const names = [...Object.keys(greenhouse.settings), ...toScopes(greenhouse), ...events];

    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    const scopes = readme.match(/harvest:[a-z_]+:[a-z]+/g) ?? [];
    expect([...new Set(scopes)].toSorted()).toEqual(toScopes(greenhouse).toSorted());
  });
});
