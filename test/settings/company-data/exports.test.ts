import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { exportedTables } from '../../../src/settings/company-data/exported.ts';
import { addMember, type Browser } from '../identity/browser.ts';
import { adminToken, openRelay, type TestRelay } from '../relay.ts';
import { type Story, tellStory } from './story.ts';
import { unzip } from './unzip.ts';

let relay: TestRelay;
let story: Story;

beforeAll(async () => {
  relay = await openRelay();
  story = await tellStory(relay);
}, 120_000);
afterAll(() => relay.close());

const dayMs = 86_400_000;

async function ask({ slug, owner }: Story = story) {
  const { status, body } = await owner.call('POST', `/companies/${slug}/exports`);
  return { status, body, path: `/companies/${slug}/exports/${body.id}/archive` };
}

async function make(whose: Story = story) {
  const asked = await ask(whose);
  await relay.jobs.runDue();
  return asked;
}

async function fetchArchive(path: string, { owner }: Pick<Story, 'owner'> = story) {
  const response = await owner.send('GET', `/api/v1${path}`);
  return { response, files: response.statusCode === 200 ? unzip(response.rawPayload) : new Map<string, Buffer>() };
}

function readLines(files: ReadonlyMap<string, Buffer>, name: string): readonly Record<string, unknown>[] {
  const text = files.get(name)?.toString('utf8') ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function list({ slug, owner }: Story = story) {
  return (await owner.call('GET', `/companies/${slug}/exports`)).body.items;
}

test('an archive holds every row of the company, file by file, as its manifest says', async () => {
  const { status, body, path } = await make();

  const { response, files } = await fetchArchive(path);
  const manifest = JSON.parse(files.get('manifest.json')?.toString('utf8') ?? '');
  const [person] = readLines(files, 'person.jsonl');
  const [delivery] = readLines(files, 'delivery.jsonl');

  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'waiting', reason: null, rowsDone: 0, byteCount: null });
  expect(response.headers).toMatchObject({
    'content-type': 'application/zip',
    'content-length': String(response.rawPayload.length),
    'content-disposition': `attachment; filename="career-relay-${story.slug}-2026-11-24.zip"`,
  });
  expect([...files.keys()]).toEqual([...exportedTables.map(({ name }) => `${name}.jsonl`), 'manifest.json']);
  expect(manifest).toMatchObject({ version: 1, companyId: story.id, readFrom: '2026-11-24T01:00:00.000Z' });
  for (const { name, rows, sha256, bytes } of manifest.files) {
    const file = files.get(name) ?? Buffer.alloc(0);
    expect([name, readLines(files, name).length, file.length]).toEqual([name, rows, bytes]);
    expect(createHash('sha256').update(file).digest('hex')).toBe(sha256);
  }
  expect(readLines(files, 'person.jsonl').map(({ email }) => email)).toEqual(story.emails);
  expect(person).toMatchObject({ given_name: '太郎', family_name: '髙﨑', created_at: '2026-11-24T01:00:00+00:00' });
  expect(JSON.parse(Buffer.from(String(delivery?.body), 'base64').toString('utf8'))).toHaveProperty('action');
  expect(readLines(files, 'consent.jsonl')).toMatchObject([{ decision: 'granted' }]);
  expect((await list())[0]).toMatchObject({
    status: 'ready',
    rowsDone: manifest.files.reduce((sum: number, { rows }: { rows: number }) => sum + rows, 0),
    byteCount: response.rawPayload.length,
    expiresAt: '2026-12-01T01:00:00.000Z',
  });
});

test('no secret, no token and no other company stands in an archive', async () => {
  const other = await tellStory(relay);
  const secrets = await relay.database.forSystem(async (tx) => [
    ...(await tx.selectFrom('connection_secret').select('ciphertext').execute()).map((row) => row.ciphertext),
    ...(await tx.selectFrom('company').select('data_key').execute()).map((row) => row.data_key),
    ...(await tx.selectFrom('link').select('token_hash').execute()).map((row) => row.token_hash),
    ...(await tx.selectFrom('api_token').select('token_hash').execute()).map((row) => row.token_hash),
    ...(await tx.selectFrom('invitation').select('code_hash').execute()).map((row) => row.code_hash),
    ...(await tx.selectFrom('person').select('email_key').execute()).map((row) => row.email_key ?? ''),
  ]);

  const { files } = await fetchArchive((await make()).path);
  const text = Buffer.concat([...files.values()]).toString('utf8');

  expect(secrets.length).toBeGreaterThan(15);
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  expect([other.id, other.connectionId, ...other.emails].filter((foreign) => text.includes(foreign))).toEqual([]);
});

test('a killed process loses one file at the most, and whoever had the work before it can write nothing more', async () => {
  const { path, body } = await ask();
  let isFirst = true;
  const { forCompany } = relay.database;
  // Dies in the middle of a file: the third time that rows were added.
  let written = 0;
  const dying: typeof forCompany = (companyId, work) =>
    forCompany(companyId, async (tx) => {
      const before = await tx
        .selectFrom('data_export')
        .select('rows_done')
        .where('export_id', '=', body.id)
        .executeTakeFirst();
      const result = await work(tx);
      const after = await tx
        .selectFrom('data_export')
        .select('rows_done')
        .where('export_id', '=', body.id)
        .executeTakeFirst();
      if ((after?.rows_done ?? 0) > (before?.rows_done ?? 0)) written += 1;
      if (isFirst && written === 3) {
        isFirst = false;
        throw new Error('killed');
      }
      return result;
    });
  Object.assign(relay.database, { forCompany: dying });

  await expect(relay.jobs.runDue()).rejects.toThrow('killed');
  const half = (await list())[0];
  await relay.jobs.runDue();
  Object.assign(relay.database, { forCompany });
  const { files } = await fetchArchive(path);
  const manifest = JSON.parse(files.get('manifest.json')?.toString('utf8') ?? '');

  expect(half).toMatchObject({ status: 'making' });
  expect(new Set(manifest.files.map(({ name }: { name: string }) => name)).size).toBe(exportedTables.length);
  expect((await list())[0].rowsDone).toBe(
    manifest.files.reduce((sum: number, { rows }: { rows: number }) => sum + rows, 0),
  );
});

test('one is made at a time, and a job that comes twice changes nothing', async () => {
  const first = await ask();
  const second = await ask();
  const jobs = [...relay.jobs.waiting];
  await relay.jobs.runDue();
  const ready = (await list())[0];
  await relay.database.forCompany(story.id, (tx) =>
    relay.jobs.enqueue(
      tx,
      'settings.export',
      jobs.map(({ data }) => data),
    ),
  );
  await relay.jobs.runDue();

  expect([first.status, second.status, second.body.code]).toEqual([201, 409, 'request_conflict']);
  expect((await list())[0]).toEqual(ready);
});

test('asked, made and downloaded stand in the audit log', async () => {
  const { path, body } = await make();
  await fetchArchive(path);

  const { body: log } = await relay.call('GET', `/audit?company=${story.slug}&about=export&limit=3`);

  const { body: me } = await story.owner.call('GET', '/me');
  expect(log.items).toMatchObject([
    { action: 'export.downloaded', actor: `user:${me.user.id}`, subject: body.id },
    { action: 'export.made', actor: 'system', subject: body.id },
    { action: 'export.asked', actor: `user:${me.user.id}`, subject: body.id },
  ]);
});

test('only an owner who is signed in downloads it: no token and no operator does', async () => {
  const { path } = await make();
  const recruiter: Browser = (await addMember(relay, story.slug, 'recruiter')).browser;
  const stranger = (await tellStory(relay)).owner;
  const admin = { authorization: `Bearer ${adminToken}` };
  const send = (browser: Browser, headers: Record<string, string> = {}) =>
    browser.send('GET', `/api/v1${path}`, undefined, headers);

  const answers = [await send(recruiter), await send(stranger), await send(story.owner, { cookie: '', ...admin })];

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 404, 403]);
});

test('when a person is erased, archives with the person in them are gone at once', async () => {
  const whose = await tellStory(relay);
  const { path } = await make(whose);

  await relay.database.forCompany(whose.id, (tx) =>
    tx
      .updateTable('person')
      .set({ erased_at: relay.clock.now(), email: null })
      .where('email', '=', whose.emails[0] ?? '')
      .execute(),
  );

  expect((await fetchArchive(path, whose)).response.statusCode).toBe(409);
  expect((await list(whose))[0]).toMatchObject({ status: 'gone', reason: 'person-erased' });
});

test('a large table is read page by page and cut into files, each row once', async () => {
  const whose = await tellStory(relay);
  const count = 2_300;
  await relay.database.forSystem((tx) =>
    sql`
      insert into sighting (connection_id, company_id, application_ref, decided_at, seen_at)
      select ${whose.connectionId}, ${whose.id}, 'many-' || n, ${relay.clock.now()}, ${relay.clock.now()}
      from generate_series(1, ${count}) as n`.execute(tx),
  );

  const { path } = await make(whose);
  const { files } = await fetchArchive(path, whose);
  const cut = ['sighting.jsonl', 'sighting-2.jsonl', 'sighting-3.jsonl'].map((name) => readLines(files, name));
  const refs = cut.flat().map(({ application_ref }) => application_ref);

  expect(cut.map(({ length }) => length)).toEqual([1_000, 1_000, 300]);
  expect(new Set(refs).size).toBe(count);
  expect(refs).toHaveLength(count);
});

/** The clock goes on here, and signed-in people do not come along. */
async function readState(exportId: string) {
  return relay.database.forSystem((tx) =>
    tx.selectFrom('data_export').select(['status', 'reason']).where('export_id', '=', exportId).executeTakeFirst(),
  );
}

test('after seven days it is gone, and its bytes with it', async () => {
  const { body } = await make();
  const { exports } = relay.companyData;

  relay.clock.advance(7 * dayMs - 1);
  await exports.sweep();
  const before = await readState(body.id);
  relay.clock.advance(1);
  const late = exports.download(story.id, body.id, 'user:x');
  await expect(late).rejects.toMatchObject({ code: 'export_not_ready' });
  await exports.sweep();
  const parts = await relay.database.forSystem((tx) => tx.selectFrom('data_export_part').select('seq').execute());

  expect(before).toEqual({ status: 'ready', reason: null });
  expect(await readState(body.id)).toEqual({ status: 'gone', reason: 'expired' });
  expect(parts).toEqual([]);
});

test('one that never gets ready is given up after a day', async () => {
  const { id } = await relay.companyData.exports.ask(story.id, 'user:x');

  relay.clock.advance(dayMs);
  await relay.companyData.exports.sweep();
  await relay.jobs.runDue();

  expect(await readState(id)).toEqual({ status: 'failed', reason: 'unfinished' });
});
