import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openTestVault } from '../../support/company.ts';
import { addMember } from '../identity/browser.ts';
import { openRelay, sampleCompany, type TestRelay } from '../relay.ts';
import { reject, type Story, tellStory } from './story.ts';

let relay: TestRelay;
let story: Story;

beforeAll(async () => {
  relay = await openRelay();
});
beforeEach(async () => {
  // Sessions end with the day; each story has people who are signed in.
  relay.clock.set('2026-11-24T01:00:00Z');
  story = await tellStory(relay);
}, 60_000);
afterAll(() => relay.close());

const dayMs = 86_400_000;
const settleMs = 5 * 60_000;
const { name } = sampleCompany;

const begin = ({ slug, owner }: Story = story, typed = name) =>
  owner.call('POST', `/companies/${slug}/deletion`, { name: typed });
const stop = ({ slug, owner }: Story = story) => owner.call('DELETE', `/companies/${slug}/deletion`);
const read = ({ slug }: Story = story) => relay.call('GET', `/companies/${slug}/deletion`);

/** Begins it, and lets all the time pass that it takes. */
async function erase(whose: Story = story): Promise<void> {
  await begin(whose);
  relay.clock.advance(30 * dayMs);
  await relay.companyData.sweepErasures();
  relay.clock.advance(settleMs);
  await relay.companyData.sweepErasures();
}

/** Where a text stands, over the whole database. */
async function findEverywhere(text: string): Promise<readonly string[]> {
  const { rows: tables } = await relay.database.forSystem((tx) =>
    sql<{ name: string }>`
      select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
        and has_table_privilege(oid, 'select') order by 1`.execute(tx),
  );
  const found: string[] = [];
  for (const table of tables) {
    const { rows } = await relay.database.forSystem((tx) =>
      sql<{ found: boolean }>`
        select exists (select from ${sql.table(table.name)} as held where to_jsonb(held)::text like ${`%${text}%`}) as found`.execute(
        tx,
      ),
    );
    if (rows[0]?.found) found.push(table.name);
  }
  return found;
}

describe('asking for it', () => {
  test('takes the name of the company, however it was typed, and no other', async () => {
    const wrong = await begin(story, 'さくら');
    const right = await begin(story, ` ${name.normalize('NFKC')} `);

    expect(wrong).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
    expect(right).toMatchObject({
      status: 201,
      body: { state: 'waiting', endsAt: '2026-12-24T01:00:00.000Z', waitDays: 30, keptYears: 3 },
    });
    expect((await read()).body).toEqual(right.body);
    expect(await begin()).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  });

  test('pauses every connection in the same moment, so that nothing is sent any more', async () => {
    await begin();
    await reject(relay, story.connectionId, 'saburo@example.com');
    relay.clock.advance(29 * dayMs);
    await relay.letters.sweep();
    await relay.jobs.runDue();

    const { body } = await relay.call('GET', '/outbox?limit=200');
    expect((await relay.call('GET', `/connections/${story.connectionId}`)).body.state).toBe('paused');
    expect(body.items.filter(({ to }: { to: string }) => to.includes('saburo@example.com'))).toEqual([]);
  });

  test.each([
    [
      'resuming a connection',
      'POST',
      (): string => `/connections/${story.connectionId}/resume`,
      (): object | undefined => undefined,
    ],
    [
      'turning one live',
      'PATCH',
      (): string => `/connections/${story.connectionId}`,
      (): object => ({ state: 'live' }),
    ],
    [
      'adding one',
      'POST',
      (): string => '/connections',
      (): object => ({ company: story.slug, connector: 'greenhouse', settings: relay.settings }),
    ],
  ] as const)('keeps anybody from %s', async (_what, method, path, body) => {
    await begin();

    const answer = await relay.call(method, path(), body());

    expect(answer).toMatchObject({ status: 409, body: { code: 'company_ending' } });
  });

  test('is told to every owner by mail, and to nobody else', async () => {
    const other = await addMember(relay, story.slug, 'owner');
    const recruiter = await addMember(relay, story.slug, 'recruiter');

    await begin();
    await relay.jobs.runDue();

    const { body } = await relay.call('GET', `/outbox?company=${story.slug}&limit=200`);
    const told = body.items.filter(({ subject }: { subject: string }) => subject.includes('削除'));
    expect(told.map(({ to }: { to: string }) => to).toSorted()).toEqual([other.email, story.ownerEmail].toSorted());
    expect(told.map(({ to }: { to: string }) => to)).not.toContain(recruiter.email);
    expect(told[0].text).toContain('2026年12月24日');
    expect(told[0].text).toContain(`https://relay.example.com/app/c/${story.slug}/settings?tab=data`);
  });

  test('shows every member when the company ends', async () => {
    const viewer = await addMember(relay, story.slug, 'viewer');
    await begin();

    const { body } = await viewer.browser.call('GET', '/me');
    const asked = await viewer.browser.call('POST', `/companies/${story.slug}/deletion`, { name });

    expect(body.companies).toMatchObject([{ slug: story.slug, endsAt: '2026-12-24T01:00:00.000Z' }]);
    expect(asked.status).toBe(403);
  });
});

describe('stopping it', () => {
  test('keeps everything, leaves connections paused, and both stand in the log', async () => {
    await begin();
    const stopped = await stop();
    relay.clock.advance(40 * dayMs);
    await relay.companyData.sweepErasures();

    const { body: connection } = await relay.call('GET', `/connections/${story.connectionId}`);
    const { body: log } = await relay.call('GET', `/audit?company=${story.slug}&about=company&limit=2`);
    expect(stopped.status).toBe(204);
    expect(connection.state).toBe('paused');
    expect((await relay.call('POST', `/connections/${story.connectionId}/resume`)).body.state).toBe('live');
    expect(log.items.map(({ action }: { action: string }) => action)).toEqual([
      'company.deletion-stopped',
      'company.deletion-asked',
    ]);
    expect((await read()).body).toMatchObject({ state: 'none', endsAt: null });
  });

  test('is refused where nothing waits, and once the erasing has begun', async () => {
    const early = await stop();
    await begin();
    relay.clock.advance(30 * dayMs);
    await relay.companyData.sweepErasures();
    const late = await relay.call('DELETE', `/companies/${story.slug}/deletion`);

    expect([early, late]).toMatchObject([{ status: 409 }, { status: 409 }]);
    expect((await read()).body.state).toBe('erasing');
  });
});

describe('erasing', () => {
  test('begins when the waiting time is over and not a moment earlier', async () => {
    await begin();

    relay.clock.advance(30 * dayMs - 1);
    await relay.companyData.sweepErasures();
    const before = (await read()).body.state;
    relay.clock.advance(1);
    await relay.companyData.sweepErasures();

    expect([before, (await read()).body.state]).toEqual(['waiting', 'erasing']);
  });

  test('first closes every door: webhooks, tokens, sessions, invitations, and the key of what is sealed', async () => {
    const token = await story.owner.call('POST', `/companies/${story.slug}/tokens`, { name: '集計', role: 'viewer' });
    const sealed = await relay.database.forSystem((tx) =>
      tx.selectFrom('company').select('data_key').where('company_id', '=', story.id).executeTakeFirstOrThrow(),
    );
    await begin();
    relay.clock.advance(30 * dayMs);
    await relay.companyData.sweepErasures();

    const hook = await reject(relay, story.connectionId, 'shiro@example.com');
    const byToken = await relay.server.inject({
      url: `/api/v1/companies/${story.slug}`,
      headers: { authorization: `Bearer ${token.body.token}` },
    });
    relay.clock.set('2026-11-24T01:00:00Z');
    const bySession = await story.owner.call('GET', '/me');
    const key = await relay.database.forSystem((tx) =>
      tx.selectFrom('company').select('data_key').where('company_id', '=', story.id).executeTakeFirstOrThrow(),
    );

    expect([hook.status, byToken.statusCode, bySession.status]).toEqual([401, 401, 401]);
    expect(key.data_key).not.toBe(sealed.data_key);
    expect(() => openTestVault().openDataKey(story.id, key.data_key)).not.toThrow();
    expect(await findEverywhere(sealed.data_key)).toEqual([]);
  });

  test('leaves nothing of its people anywhere: no name, no address, no id', async () => {
    const alone = await addMember(relay, story.slug, 'recruiter', '𠮷野O’Brien 一人');
    const people = [...story.emails, story.ownerEmail, alone.email, '𠮷野O’Brien 一人'];
    const before = await Promise.all(people.map(findEverywhere));

    await erase();

    expect(before.filter((tables) => tables.length === 0)).toEqual([]);
    for (const text of people) expect([text, await findEverywhere(text)]).toEqual([text, []]);
    for (const text of [story.connectionId, story.slug]) expect(await findEverywhere(text)).toEqual([]);
    expect(await findEverywhere(story.id)).toEqual(['kept_consent', 'kept_text']);
    expect((await relay.call('GET', `/companies/${story.slug}`)).status).toBe(404);
  });

  test('touches no other company, and nobody who belongs to one', async () => {
    const other = await tellStory(relay);
    const both = await addMember(relay, other.slug, 'recruiter');
    await relay.database.forSystem((tx) =>
      tx
        .insertInto('member')
        .values({ company_id: story.id, user_id: both.userId, role: 'viewer', joined_at: relay.clock.now() })
        .execute(),
    );
    const count = async () => {
      const counts: Record<string, number> = {};
      for (const table of [
        'person',
        'letter',
        'delivery',
        'ledger_entry',
        'audit_entry',
        'member',
        'consent',
      ] as const) {
        const rows = await relay.database.forSystem((tx) =>
          tx.selectFrom(table).select('company_id').where('company_id', '=', other.id).execute(),
        );
        counts[table] = rows.length;
      }
      return counts;
    };
    const before = await count();

    await erase();

    expect(Math.min(...Object.values(before))).toBeGreaterThan(0);
    expect(await count()).toEqual(before);
    relay.clock.set('2026-11-24T01:00:00Z');
    expect((await both.browser.call('GET', '/me')).body.companies).toMatchObject([{ slug: other.slug }]);
  });

  test('keeps that somebody agreed, and to what, without a name, until three years later', async () => {
    await erase();
    const kept = await relay.database.forSystem((tx) =>
      tx.selectFrom('kept_consent').selectAll().where('company_id', '=', story.id).execute(),
    );
    const texts = await relay.database.forSystem((tx) =>
      tx.selectFrom('kept_text').selectAll().where('company_id', '=', story.id).execute(),
    );

    expect(kept).toMatchObject([{ decision: 'granted', kept_until: new Date('2029-11-24T01:00:00Z') }]);
    expect(texts).toMatchObject([{ text_hash: kept[0]?.text_hash, kept_until: new Date('2029-11-24T01:00:00Z') }]);
    expect(texts[0]?.body).toContain('架空キャリア株式会社');

    relay.clock.set('2029-11-24T00:59:59Z');
    await relay.companyData.sweepErasures();
    expect(await findEverywhere(story.id)).toEqual(['kept_consent', 'kept_text']);
    relay.clock.set('2029-11-24T01:00:00Z');
    await relay.companyData.sweepErasures();
    expect(await findEverywhere(story.id)).toEqual([]);
  });

  test('goes on where it was killed, wherever that was, and a second time changes nothing', async () => {
    await begin();
    relay.clock.advance(30 * dayMs);
    const { forErasure, forSystem } = relay.database;
    let left = 0;
    const dying =
      (real: typeof forErasure): typeof forErasure =>
      (work) =>
        real(async (tx) => {
          const result = await work(tx);
          left -= 1;
          if (left === 0) throw new Error('killed');
          return result;
        });

    // Each try dies one transaction of the erasing later than the one before, until one gets through.
    let deaths = 0;
    for (let steps = 1; (await findEverywhere(story.slug)).length > 0 && steps < 200; steps += 1) {
      left = steps;
      Object.assign(relay.database, { forErasure: dying(forErasure) });
      await relay.companyData.sweepErasures();
      Object.assign(relay.database, { forErasure, forSystem });
      if (left <= 0) deaths += 1;
      relay.clock.advance(settleMs);
    }
    const kept = await findEverywhere(story.id);
    await relay.companyData.sweepErasures();

    expect(deaths).toBeGreaterThan(5);
    expect(kept).toEqual(['kept_consent', 'kept_text']);
    expect(await findEverywhere(story.id)).toEqual(kept);
  }, 120_000);
});

test('nobody erases a company that is not to be erased: the role sees nothing of it', async () => {
  await begin();

  const erased = await relay.database.forErasure(async (tx) => ({
    entries: await tx.deleteFrom('audit_entry').where('company_id', '=', story.id).executeTakeFirst(),
    company: await tx.deleteFrom('company').where('company_id', '=', story.id).executeTakeFirst(),
  }));
  const early = relay.database.forSystem((tx) =>
    tx
      .updateTable('company_deletion')
      .set({ erasing_since: relay.clock.now() })
      .where('company_id', '=', story.id)
      .execute(),
  );

  expect([erased.entries.numDeletedRows, erased.company.numDeletedRows]).toEqual([0n, 0n]);
  await expect(early).rejects.toThrow(/check constraint/);
});
