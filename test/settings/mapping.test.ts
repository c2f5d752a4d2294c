import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createInvitation } from '../../src/settings/identity/invitations.ts';
import { openBrowser } from './identity/browser.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

async function connect() {
  const { slug, id: companyId } = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  return { slug, companyId, id: body.id as string };
}

let applicants = 0;

async function reject(id: string, decidedBy: 'company' | 'candidate' | 'unknown', stage = '書類選考'): Promise<void> {
  applicants += 1;
  const email = `hanako${applicants}@example.com`;
  const who = { givenName: '花子', familyName: '𠮷野', email, job: "営業, O'Brien チーム", stage, decidedBy };
  const { headers, body } = relay.fake.reject(who);
  await relay.server.inject({ method: 'POST', url: `/hooks/${id}`, headers, payload: body });
  await relay.jobs.runDue();
}

const read = (id: string) => relay.call('GET', `/connections/${id}/mapping`);
const save = (id: string, mapping: object) => relay.call('PUT', `/connections/${id}/mapping`, mapping);
const versions = async (id: string, query = '') =>
  (await relay.call('GET', `/connections/${id}/mapping/versions${query}`)).body;

async function send(method: 'GET' | 'PUT' | 'POST', url: string, payload?: object, ifMatch?: string) {
  const headers = { authorization: `Bearer ${adminToken}`, ...(ifMatch !== undefined && { 'if-match': ifMatch }) };
  const response = await relay.server.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) });
  return { status: response.statusCode, etag: String(response.headers.etag), body: response.json() };
}

describe('the overview', () => {
  test('shows what the ATS has, what was met of it in 90 days, and a sample without a name', async () => {
    const { id } = await connect();
    await reject(id, 'company');
    await reject(id, 'unknown', '最終面接');
    await save(id, { reasons: { '14001': { letter: 'send' } }, stages: { 書類選考: { letter: 'hold' } } });

    const { status, body } = await read(id);

    expect(status).toBe(200);
    expect(body).toMatchObject({ connectionId: id, version: 2, ats: { state: 'asked', code: null } });
    expect(body.reasons).toMatchObject([
      { reasonRef: '42', isInAts: true, decidedBy: 'unknown', rule: null, rejections: 1, heldUnknown: 1 },
      { reasonRef: '14001', name: 'スキル・経験の不一致', rule: { letter: 'send' }, rejections: 1, heldUnknown: 0 },
      { reasonRef: '31', decidedBy: 'candidate', rejections: 0, sample: null },
    ]);
    expect(body.reasons[0].sample).toEqual({
      applicationRef: expect.any(String),
      decidedAt: relay.clock.now().toISOString(),
      reason: 'Other',
      stage: '最終面接',
      job: "営業, O'Brien チーム",
    });
    expect(body.stages).toMatchObject([
      { name: '最終面接', isInAts: true, rule: null, rejections: 1, heldUnknown: 1 },
      { name: '書類選考', isInAts: true, rule: { letter: 'hold' }, rejections: 1 },
      { name: '一次面接', isInAts: true, rejections: 0 },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/𠮷野|花子|@example/);
  });

  test('says so when the ATS does not answer, and shows what was seen and what has a rule', async () => {
    const { id } = await connect();
    await reject(id, 'company');
    await save(id, { reasons: { '99': { letter: 'skip' } } });
    relay.fake.failNext(2, 403);

    const { status, body } = await read(id);

    expect(status).toBe(200);
    expect(body.ats).toEqual({ state: 'unreachable', code: 'vendor_forbidden' });
    expect(body.reasons).toMatchObject([
      { reasonRef: '14001', name: 'スキル・経験の不一致', isInAts: null, rejections: 1 },
      { reasonRef: '99', name: '99', isInAts: null, rule: { letter: 'skip' }, rejections: 0 },
    ]);
  });

  test('of a rule for a reason that the ATS no longer has says that', async () => {
    const { id } = await connect();
    await save(id, { reasons: { '99': { letter: 'skip' } } });

    const { body } = await read(id);

    expect(body.reasons.find(({ reasonRef }: Record<string, string>) => reasonRef === '99').isInAts).toBe(false);
  });

  test('of an ATS without an API is made of what was imported', async () => {
    const { slug } = await addCompany(relay);
    const { body } = await relay.call('POST', '/connections', { company: slug, connector: 'hrmos', settings: {} });

    expect((await read(body.id)).body).toMatchObject({ ats: { state: 'silent', code: null }, reasons: [], version: 1 });
  });
});

describe('saving', () => {
  test('keeps a version, is audited, and lets held letters go by the new rules', async () => {
    const { id, slug } = await connect();
    await reject(id, 'unknown');

    const saved = await save(id, { reasons: { '42': { decidedBy: 'company' } } });
    await relay.jobs.runDue();

    expect(saved).toEqual({
      status: 200,
      body: { version: 2, mapping: { reasons: { '42': { decidedBy: 'company' } } } },
    });
    expect((await relay.call('GET', `/letters?company=${slug}`)).body.items).toMatchObject([{ status: 'planned' }]);
    const [line] = (await relay.call('GET', `/audit?company=${slug}`)).body.items;
    expect(line).toMatchObject({ action: 'connection.updated', subject: id, detail: { changed: 'mapping' } });
  });

  test('over what somebody else saved meanwhile is refused, and nothing is lost', async () => {
    const { id } = await connect();
    const url = `/connections/${id}/mapping`;
    const { etag } = await send('GET', url);
    const first = await send('PUT', url, { reasons: { '14001': { letter: 'hold' } } }, etag);

    const second = await send('PUT', url, { reasons: {} }, etag);
    const back = await send('POST', `${url}/versions/1/restore`, undefined, etag);

    expect([first.status, second.status, back.status]).toEqual([200, 412, 412]);
    expect(second.body.code).toBe('request_outdated');
    expect((await send('GET', url)).etag).toBe(first.etag);
    expect((await versions(id)).items).toHaveLength(2);
  });

  test.each([
    ['an unknown letter', { reasons: { '1': { letter: 'burn' } } }],
    ['an unknown decider', { reasons: { '1': { decidedBy: 'nobody' } } }],
    ['a decider by stage', { reasons: {}, stages: { 書類選考: { decidedBy: 'company' } } }],
    ['a template that is no id', { reasons: { '1': { template: 'nice' } } }],
    ['no reasons', { stages: {} }],
    ['a reason without an id', { reasons: { '': { letter: 'send' } } }],
    ['more rules than a company can have', { reasons: toMany(2_001) }],
  ])('%s is refused', async (_what, mapping) => {
    const { id } = await connect();

    expect(await save(id, mapping)).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
    expect((await versions(id)).items).toHaveLength(1);
  });

  test('of a connection that was removed is not found', async () => {
    const { id } = await connect();
    await relay.call('DELETE', `/connections/${id}`);

    expect((await save(id, { reasons: {} })).status).toBe(404);
  });
});

function toMany(count: number): Record<string, object> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [String(at), { letter: 'send' }]));
}

test('a preview tells what would change, rule by rule and letter by letter, and saves nothing', async () => {
  const { id } = await connect();
  await reject(id, 'unknown');
  await reject(id, 'company');
  const mapping = { reasons: { '42': { letter: 'send' }, '14001': { letter: 'skip' } } };

  const { status, body } = await relay.call('POST', `/connections/${id}/mapping/preview`, mapping);

  expect(status).toBe(200);
  expect(body.changes).toEqual([
    { kind: 'reason', ref: '14001', before: null, after: { letter: 'skip' } },
    { kind: 'reason', ref: '42', before: null, after: { letter: 'send' } },
  ]);
  expect(body.sum).toMatchObject({ rejections: 2, heldPlanned: 1, plannedSkipped: 1, heldKept: 0 });
  expect(body.reasons.map(({ reasonRef }: Record<string, string>) => reasonRef).toSorted()).toEqual(['14001', '42']);
  expect((await versions(id)).items).toHaveLength(1);
});

describe('the history', () => {
  test('says who made which version, and what each changed', async () => {
    const { id, companyId } = await connect();
    await save(id, { reasons: { '42': { letter: 'skip' } }, stages: { 最終面接: { letter: 'hold' } } });
    const browser = await enter(companyId, 'recruiter');
    await browser.call('PUT', `/connections/${id}/mapping`, { reasons: { '42': { letter: 'send' } } });

    const { items, nextCursor } = await versions(id);

    expect(nextCursor).toBeNull();
    expect(items).toMatchObject([
      {
        version: 3,
        actorName: '𠮷野 太郎',
        restores: null,
        changes: [
          { kind: 'reason', ref: '42', before: { letter: 'skip' }, after: { letter: 'send' } },
          { kind: 'stage', ref: '最終面接', before: { letter: 'hold' }, after: null },
        ],
      },
      { version: 2, actor: 'admin', actorName: null },
      { version: 1, changes: [] },
    ]);
  });

  test('is read page by page, each version against the one before it', async () => {
    const { id } = await connect();
    for (const letter of ['send', 'skip', 'hold']) await save(id, { reasons: { '42': { letter } } });

    const first = await versions(id, '?limit=2');
    const second = await versions(id, `?limit=2&cursor=${first.nextCursor}`);

    expect([...first.items, ...second.items].map(({ version }) => version)).toEqual([4, 3, 2, 1]);
    expect(first.items[1].changes).toMatchObject([{ before: { letter: 'send' }, after: { letter: 'skip' } }]);
    expect(second.nextCursor).toBeNull();
  });

  test('is gone back in by a new version that says so', async () => {
    const { id } = await connect();
    await save(id, { reasons: { '42': { letter: 'skip' } } });
    await save(id, { reasons: {} });

    const back = await relay.call('POST', `/connections/${id}/mapping/versions/2/restore`);

    expect(back).toEqual({ status: 200, body: { version: 4, mapping: { reasons: { '42': { letter: 'skip' } } } } });
    expect((await versions(id)).items[0]).toMatchObject({ version: 4, restores: 2 });
    expect((await relay.call('POST', `/connections/${id}/mapping/versions/9/restore`)).status).toBe(404);
  });

  test('knows what was changed by other ways than its own', async () => {
    const { id } = await connect();

    await relay.call('PATCH', `/connections/${id}`, { mapping: { reasons: { '42': { letter: 'hold' } } } });

    expect((await versions(id)).items[0]).toMatchObject({ version: 2, mapping: { reasons: { '42': {} } } });
  });

  test('is the company’s own: nobody else reads, restores or previews it', async () => {
    const { id } = await connect();
    const stranger = await enter((await connect()).companyId, 'owner');

    const answers = [
      await stranger.call('GET', `/connections/${id}/mapping`),
      await stranger.call('GET', `/connections/${id}/mapping/versions`),
      await stranger.call('POST', `/connections/${id}/mapping/versions/1/restore`),
      await stranger.call('POST', `/connections/${id}/mapping/preview`, { reasons: {} }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});

describe('the file', () => {
  test('carries names for people, and comes back as what was exported', async () => {
    const { id } = await connect();
    const mapping = {
      reasons: { '42': { letter: 'skip', template: 'standard' } },
      stages: { 最終面接: { letter: 'hold', template: 'standard' } },
    };
    await save(id, mapping);

    const { body: file } = await relay.call('GET', `/connections/${id}/mapping/file`);
    const back = await relay.call('POST', `/connections/${id}/mapping/file`, file);

    expect(file).toEqual({
      format: 'career-relay-mapping-1',
      connector: 'greenhouse',
      exportedAt: relay.clock.now().toISOString(),
      reasons: { '42': { name: 'Other', letter: 'skip', template: 'standard' } },
      stages: mapping.stages,
    });
    expect(back).toEqual({ status: 200, body: { mapping, strangers: [] } });
    expect((await versions(id)).items).toHaveLength(2);
  });

  test('names the rules for what this ATS does not have, and leaves them out', async () => {
    const { id } = await connect();
    const file = {
      format: 'career-relay-mapping-1',
      connector: 'greenhouse',
      reasons: { '42': { letter: 'send' }, '77': { name: '他社の理由', letter: 'skip' } },
      stages: { 役員面接: { letter: 'hold' } },
    };

    const { body } = await relay.call('POST', `/connections/${id}/mapping/file`, file);

    expect(body).toEqual({
      mapping: { reasons: { '42': { letter: 'send' } }, stages: {} },
      strangers: [
        { kind: 'reason', ref: '77', name: '他社の理由' },
        { kind: 'stage', ref: '役員面接', name: '役員面接' },
      ],
    });
  });

  test('is not judged while the ATS cannot be asked, and by what was imported where it cannot be at all', async () => {
    const { id, slug } = await connect();
    const { body } = await relay.call('POST', '/connections', { company: slug, connector: 'hrmos', settings: {} });
    const file = { format: 'career-relay-mapping-1', reasons: { スキル不足: { letter: 'skip' } }, stages: {} };
    relay.fake.failNext(2, 403);

    const asked = await relay.call('POST', `/connections/${id}/mapping/file`, { ...file, connector: 'greenhouse' });
    const silent = await relay.call('POST', `/connections/${body.id}/mapping/file`, { ...file, connector: 'hrmos' });

    expect(asked.body.code).toBe('vendor_forbidden');
    expect(silent.body).toEqual({ mapping: { reasons: file.reasons, stages: {} }, strangers: [] });
  });

  test.each([
    ['of another ATS', { connector: 'lever' }, 409, 'request_conflict'],
    ['of another format', { format: 'career-relay-mapping-2' }, 400, 'request_invalid'],
    ['with a rule that is none', { reasons: { '42': { letter: 'burn' } } }, 400, 'request_invalid'],
  ])('%s is refused', async (_what, change, status, code) => {
    const { id } = await connect();
    const file = { format: 'career-relay-mapping-1', connector: 'greenhouse', reasons: {}, ...change };

    expect(await relay.call('POST', `/connections/${id}/mapping/file`, file)).toMatchObject({ status, body: { code } });
  });
});

async function enter(companyId: string, role: 'owner' | 'recruiter') {
  applicants += 1;
  const email = `member${applicants}@example.com`;
  const { code } = await relay.database.forSystem((tx) =>
    createInvitation(tx, { companyId, email, role, actor: 'admin', now: relay.clock.now() }),
  );
  const browser = openBrowser(relay);
  await browser.auth('/invitation', { code, name: '𠮷野 太郎' });
  return browser;
}
