import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLeverFake, type LeverFake, type LeverFakeOptions } from '../../connectors/lever/fake.ts';
import { reasons } from '../../connectors/lever/fake-store.ts';
import { lever } from '../../connectors/lever/index.ts';
import { toSentAt } from '../../connectors/lever/map.ts';
import { consentTag } from '../../connectors/lever/write-back.ts';
import { type FakeDelivery, type Sighting, toScopes, type WriteBack } from '../../src/connector/index.ts';
import type { Database } from '../../src/platform/database.ts';
import { makeSteps } from '../contract/rig.ts';
import { openWorldOf, type World } from '../intake/support.ts';
import { openTestDatabase } from '../support/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
const opened: World<LeverFake>[] = [];
afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});

/** @param answer stands before the fake; undefined lets a call pass. */
async function open(
  options: Partial<LeverFakeOptions> = {},
  answer: (request: Request) => Response | undefined = () => undefined,
): Promise<World<LeverFake>> {
  const world = await openWorldOf(database, {
    connector: 'lever',
    origin: 'https://api.lever.example',
    createFake: (given) => {
      const fake = createLeverFake({ ...given, ...options });
      return { ...fake, handle: async (request: Request) => answer(request) ?? fake.handle(request) };
    },
  });
  opened.push(world);
  return world;
}

const hanako = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: 'デザイナー' };
const hourMs = 60 * 60 * 1000;

const paths = ({ fake }: World<LeverFake>) =>
  fake.calls
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => path.replace(/^\/v1\/(\w+)\/.*/, '$1/*').replace('/v1/', ''));
const countOf = (all: readonly string[], path: string) => all.filter((one) => one === path).length;

describe('reread', () => {
  test('a burst is read by one opportunity and the page of its neighbours', async () => {
    const world = await open();
    const refs = Array.from({ length: 90 }, () => world.fake.reject(hanako).applicationRef);

    const applications = await world.connections.reread(world.connection, refs);

    expect(applications.map(({ applicationRef }) => applicationRef)).toEqual(refs);
    expect(applications.every(({ state }) => state === 'rejected')).toBe(true);
    expect(paths(world).toSorted()).toEqual(['archive_reasons', 'opportunities', 'opportunities/*', 'postings/*']);
  });

  test('decisions that lie hours apart cost a fifth more calls than they are, at most', async () => {
    const world = await open();
    const refs = Array.from({ length: 10 }, () => {
      world.clock.advance(5 * hourMs);
      return world.fake.reject(hanako).applicationRef;
    });

    const applications = await world.connections.reread(world.connection, refs);

    expect(applications.map(({ state }) => state)).toEqual(Array(10).fill('rejected'));
    expect(countOf(paths(world), 'opportunities/*')).toBe(10);
    expect(countOf(paths(world), 'opportunities')).toBe(2);
  });

  test('a few among very many neighbours risk no more than one page that is not worth its call', async () => {
    const world = await open();
    const refs = Array.from({ length: 4 }, () => world.fake.reject(hanako).applicationRef);
    for (let count = 0; count < 250; count += 1) world.fake.reject(hanako);

    const applications = await world.connections.reread(world.connection, refs);

    expect(applications.map(({ state }) => state)).toEqual(Array(4).fill('rejected'));
    expect(countOf(paths(world), 'opportunities')).toBe(1);
  });

  test('those who stand on the last page of a large burst share its pages', async () => {
    const world = await open();
    const refs = Array.from({ length: 50 }, () => world.fake.reject(hanako).applicationRef);
    for (let count = 0; count < 400; count += 1) world.fake.reject(hanako);

    const applications = await world.connections.reread(world.connection, refs);

    expect(applications.map(({ state }) => state)).toEqual(Array(50).fill('rejected'));
    expect(countOf(paths(world), 'opportunities')).toBe(5);
    expect(countOf(paths(world), 'opportunities/*')).toBe(1);
  });

  test('a burst of five hundred is read in one go', async () => {
    const world = await open();
    const refs = Array.from({ length: 500 }, () => world.fake.reject(hanako).applicationRef);

    const applications = await world.connections.reread(world.connection, refs);

    expect(applications.map(({ applicationRef }) => applicationRef)).toEqual(refs);
    expect(countOf(paths(world), 'opportunities')).toBe(5);
    expect(countOf(paths(world), 'opportunities/*')).toBe(1);
  });

  test('what was not archived is read by its id, and nothing is looked up for it', async () => {
    const world = await open();
    const refs = Array.from({ length: 5 }, () => world.fake.apply(hanako).applicationRef);

    const applications = await world.connections.reread(world.connection, refs);

    expect(applications.map(({ state }) => state)).toEqual(Array(5).fill('active'));
    expect(paths(world)).toEqual(Array(5).fill('opportunities/*'));
  });

  test('who was found by the company and never applied is not rejected', async () => {
    const world = await open();
    const { applicationRef } = world.fake.rejectLead(hanako);

    expect(await world.connections.reread(world.connection, [applicationRef])).toMatchObject([{ state: 'active' }]);
  });

  test('a confidential opportunity is told as such, and counts as gone where it is closed to us, others not', async () => {
    const seeing = await open();
    const [seen] = await seeing.connections.reread(seeing.connection, [
      seeing.fake.reject({ ...hanako, isConfidential: true }).applicationRef,
    ]);
    await seeing.close();
    opened.splice(opened.indexOf(seeing), 1);
    const blind = await open({ seesConfidential: false });

    const refs = [true, false].map((isConfidential) => blind.fake.reject({ ...hanako, isConfidential }).applicationRef);
    const told = await blind.connections.reread(blind.connection, refs);

    expect(seen).toMatchObject({ state: 'rejected', isConfidential: true });
    expect(told.map(({ state }) => state)).toEqual(['gone', 'rejected']);
  });

  test('a credential to which all is closed is for the customer to mend', async () => {
    const world = await open();
    const { applicationRef } = world.fake.reject(hanako);
    world.fake.failNext(2, 403);

    await expect(world.connections.reread(world.connection, [applicationRef])).rejects.toMatchObject({
      code: 'vendor_forbidden',
    });
  });

  test('an address of a contact that refused is not written to; agency and inside applicants are told', async () => {
    const world = await open();
    const refs = [
      world.fake.reject({ ...hanako, canEmail: false }),
      world.fake.reject({ ...hanako, source: 'agency' }),
      world.fake.reject({ ...hanako, isPrivate: true }),
    ].map(({ applicationRef }) => applicationRef);

    expect(await world.connections.reread(world.connection, refs)).toMatchObject([
      { canEmail: false, source: 'direct', isPrivate: false },
      { canEmail: true, source: 'agency', isPrivate: false },
      { canEmail: true, source: 'direct', isPrivate: true },
    ]);
  });
});

describe('the reasons', () => {
  test('are listed without those that hire and those no longer used, and none says who decided', async () => {
    const world = await open();

    expect(await world.connections.listReasons(world.connection)).toEqual([
      { reasonRef: reasons.company.id, name: 'スキル・経験の不一致', decidedBy: 'unknown' },
      { reasonRef: reasons.candidate.id, name: 'Withdrew', decidedBy: 'unknown' },
      { reasonRef: reasons.unknown.id, name: 'Timing', decidedBy: 'unknown' },
    ]);
  });
});

test('the stages are listed by name, each once', async () => {
  const world = await open();
  world.fake.reject({ ...hanako, stage: '二次面接' });

  expect(await world.connections.listStages(world.connection)).toEqual(['New lead', '書類選考', '二次面接']);
});

describe('poll', () => {
  const since = new Date('2026-08-24T01:00:00Z');

  /** Reads to the end from a kept cursor; between pages `meanwhile` happens. */
  async function readAll(
    world: World<LeverFake>,
    from: { readonly cursor: unknown } | { readonly since: Date },
    meanwhile: (page: number) => void = () => undefined,
  ) {
    const sightings: Sighting[] = [];
    for (let page = 1; ; page += 1) {
      const answer = await world.connections.pull(world.connection, from);
      sightings.push(...answer.sightings);
      from = { cursor: JSON.parse(JSON.stringify(answer.cursor)) };
      if (answer.isLast) return { refs: sightings.map(({ applicationRef }) => applicationRef), cursor: from.cursor };
      meanwhile(page);
    }
  }

  test.each(['newest-first', 'oldest-first'] as const)(
    'finds every decision, however old its application, in lists that come %s, and then what is new',
    async (listOrder) => {
      const world = await open({ listOrder });
      const old = world.fake.apply({ ...hanako, appliedAt: new Date('2024-11-01T00:00:00Z') });
      world.fake.reject({ ...hanako, decidedAt: new Date('2026-08-01T00:00:00Z') });
      const refs = Array.from({ length: 230 }, () => {
        world.clock.advance(60_000);
        return world.fake.reject(hanako).applicationRef;
      });
      world.clock.advance(60_000);
      world.fake.reject({ ...hanako, applicationRef: old.applicationRef });

      const first = await readAll(world, { since });
      world.clock.advance(hourMs);
      const later = world.fake.reject(hanako).applicationRef;
      const calls = world.fake.calls.length;
      const second = await readAll(world, { cursor: first.cursor });

      expect(first.refs.toSorted()).toEqual([...refs, old.applicationRef].toSorted());
      expect(new Set(first.refs).size).toBe(231);
      expect(second.refs).toEqual(expect.arrayContaining([old.applicationRef, later]));
      expect(world.fake.calls.length - calls).toBe(1);
    },
  );

  test.each(['newest-first', 'oldest-first'] as const)(
    'a decision made while later pages are read is found, at the latest, by the next reading (%s)',
    async (listOrder) => {
      const world = await open({ listOrder });
      const waiting = Array.from({ length: 150 }, () => world.fake.apply(hanako));
      for (const { applicationRef } of waiting) {
        world.clock.advance(1000);
        if (applicationRef !== waiting[0]?.applicationRef && applicationRef !== waiting[149]?.applicationRef)
          world.fake.reject({ ...hanako, applicationRef });
      }

      const first = await readAll(world, { since }, () => {
        for (const one of [waiting[0], waiting[149]]) {
          world.clock.advance(1000);
          world.fake.reject({ ...hanako, applicationRef: one?.applicationRef ?? '' });
        }
      });
      const second = await readAll(world, { cursor: first.cursor });

      expect(new Set([...first.refs, ...second.refs]).size).toBe(150);
    },
  );

  test('hired, confidential and anonymised people, and those who never applied, are not seen', async () => {
    const world = await open();
    world.fake.hire(world.fake.apply(hanako).applicationRef);
    world.fake.reject({ ...hanako, isConfidential: true });
    world.fake.anonymize(world.fake.reject(hanako).candidateRef);
    world.fake.rejectLead(hanako);
    world.fake.reinstate(world.fake.reject(hanako).applicationRef);

    expect((await readAll(world, { since })).refs).toEqual([]);
  });

  test('a token of a page that Lever takes no more starts the reading again, once', async () => {
    const world = await open();
    for (let count = 0; count < 150; count += 1) world.fake.reject(hanako);

    const { refs } = await readAll(world, { since }, (page) => page === 1 && world.fake.forgetPages());
    const first = await world.connections.pull(world.connection, { since });
    world.fake.forgetPages();
    const again = await world.connections.pull(world.connection, { cursor: first.cursor });
    world.fake.forgetPages();

    expect(new Set(refs).size).toBe(150);
    await expect(world.connections.pull(world.connection, { cursor: again.cursor })).rejects.toMatchObject({
      code: 'vendor_refused',
    });
  });
});

describe('webhooks', () => {
  const url = 'https://relay.example/hooks/1';

  test('are one per event, and a set-up that is repeated leaves no second one and none of a lost token', async () => {
    const world = await open();
    await world.connections.setUpWebhooks(world.connection, 'https://elsewhere.example/hooks/2');
    await world.connections.setUpWebhooks(world.connection, url);
    const before = world.fake.webhooks().map(({ id }) => id);

    await world.connections.setUpWebhooks(world.connection, url);

    const own = world.fake.webhooks().filter((webhook) => webhook.url === url);
    const door = await world.connections.door(world.connection.connectionId);
    expect(own.map(({ event }) => event).toSorted()).toEqual([...(lever.webhook?.events ?? [])].toSorted());
    expect(own.some(({ id }) => before.includes(id))).toBe(false);
    const secrets = door?.secrets.map((key) => key.export().toString('utf8')) ?? [];
    expect(own.every(({ signatureToken }) => secrets.includes(signatureToken))).toBe(true);
    expect(world.fake.webhooks()).toHaveLength(12);
  });

  test('a set-up that broke off is mended by the next', async () => {
    let posts = 0;
    const world = await open({}, ({ method }) => {
      posts += method === 'POST' ? 1 : 0;
      return posts === 9 && method === 'POST' ? new Response(null, { status: 403 }) : undefined;
    });
    await world.connections.setUpWebhooks(world.connection, url);
    await expect(world.connections.setUpWebhooks(world.connection, url)).rejects.toMatchObject({ kind: 'config' });
    const halfway = world.fake.webhooks().length;

    await world.connections.setUpWebhooks(world.connection, url);

    expect([halfway, world.fake.webhooks().length]).toEqual([8, 6]);
  });
});

describe('write-back', () => {
  function toItem({ applicationRef, candidateRef }: FakeDelivery, change: Partial<WriteBack> = {}): WriteBack {
    return {
      consentId: '0199f0c2-1111-7000-8000-000000000001',
      applicationRef,
      candidateRef,
      decision: 'granted',
      decidedAt: new Date('2026-11-23T15:30:00Z'),
      agencyName: "O'Hara キャリア, 株式会社",
      ...change,
    };
  }

  test('tag and note stand on the opportunity the consent belongs to, by the day in Japan, and only the tag comes off', async () => {
    const world = await open();
    const other = world.fake.reject(hanako);
    const delivery = world.fake.reject({ ...hanako, candidateRef: other.candidateRef });

    await world.connections.writeBack(world.connection, toItem(delivery), makeSteps());
    const granted = world.fake.written(delivery.candidateRef);
    await world.connections.writeBack(world.connection, toItem(delivery, { decision: 'withdrawn' }), makeSteps());
    const withdrawn = world.fake.written(delivery.candidateRef);

    expect(granted.tags).toEqual(['正社員', 'デザイナー', '正社員', 'デザイナー', consentTag]);
    expect(withdrawn.tags).toEqual(['正社員', 'デザイナー', '正社員', 'デザイナー']);
    expect(withdrawn.notes).toEqual([
      expect.stringMatching(
        /2026-11-24.*O'Hara キャリア, 株式会社.*同意しました[\s\S]*\[career-relay 0199f0c2-.* granted\]$/,
      ),
      expect.stringMatching(/撤回しました[\s\S]*\[career-relay 0199f0c2-.* withdrawn\]$/),
    ]);
  });

  test('nothing that Lever answers to a write is taken for the person', async () => {
    const world = await open();
    const delivery = world.fake.reject(hanako);

    await world.connections.writeBack(world.connection, toItem(delivery), makeSteps());
    const [application] = await world.connections.reread(world.connection, [delivery.applicationRef]);

    expect(application).toMatchObject({ person: { familyName: '髙﨑 花子', email: 'hanako@example.com' } });
  });
});

describe('check', () => {
  test('an acting user whom Lever does not know is told', async () => {
    const world = await open();
    await database.forCompany(world.company.companyId, (tx) =>
      world.connections.update(tx, world.connection.connectionId, {
        settings: { performAs: '3f0c1d52-7a44-4f0e-9c1b-2d6e8a90b713' },
      }),
    );

    await expect(world.connections.check(world.connection)).rejects.toMatchObject({
      code: 'vendor_forbidden',
      message: expect.stringContaining('performAs'),
    });
  });

  test('a missing permission is named', async () => {
    const world = await open();
    world.fake.failNext(1, 403);

    await expect(world.connections.check(world.connection)).rejects.toMatchObject({
      code: 'vendor_forbidden',
      message: expect.stringContaining('opportunities:write:admin'),
    });
  });
});

describe('the declaration', () => {
  test('asks for exactly the audience that makes a token of use, last slash included', () => {
    const access = lever.api?.access['authorization-code'];

    for (const baseUrl of ['https://api.sandbox.lever.co', 'https://api.sandbox.lever.co/'])
      expect(access?.authorizeParameters?.(baseUrl)).toEqual({
        audience: 'https://api.sandbox.lever.co/v1/',
        prompt: 'consent',
      });
    expect(access?.scopes).toContain('offline_access');
    expect(lever.api?.access['api-key']?.scopes).not.toContain('offline_access');
  });

  test.each([
    [{ token: 'a', triggeredAt: 1795315200123 }, 1795315200123],
    [{ token: 'a', triggeredAt: '1795315200123' }, 0],
    [{ token: 'a', triggeredAt: 1.5 }, 0],
    [{ token: 'a', triggeredAt: -1 }, 0],
    [{ token: 'a', triggeredAt: null }, 0],
  ])('a delivery of %j was sent at %d', (body, sentAt) => {
    expect(toSentAt(body)?.getTime()).toBe(sentAt);
  });

  test('takes several signature tokens, and none that is short', () => {
    const { schema } = lever.settings.signatureTokens ?? {};

    expect(schema?.safeParse('0123456789abcdef fedcba9876543210').success).toBe(true);
    expect(schema?.safeParse('0123456789abcdef short').success).toBe(false);
  });
});

describe('README', () => {
  const readme = readFileSync(new URL('../../connectors/lever/README.md', import.meta.url), 'utf8');

  test('names every setting, scope and event of the declaration, no scope besides, and the trap', () => {
    const names = [...Object.keys(lever.settings), ...toScopes(lever), ...(lever.webhook?.events ?? [])];

    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    const scopes = readme.match(/[a-z_]+:(?:read|write):admin/g) ?? [];
    expect([...new Set([...scopes, 'offline_access'])].toSorted()).toEqual([...toScopes(lever)].toSorted());
    expect(readme).toContain('**Consent link**');
  });
});
