import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { addClientCommands } from '../../src/settings/index.ts';
import { addFileCompany, type FileCompany, hanako } from './files.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
let address: string;
let company: FileCompany;
beforeAll(async () => {
  relay = await openRelay();
  address = await relay.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => relay.close());
beforeEach(async () => {
  company = await addFileCompany(relay);
});

const keys = ['columns', 'importId', 'rejections', 'rows', 'sample', 'setAside', 'skipped', 'state'];

function toFile(rows: readonly (readonly string[])[], name = '応募者.csv') {
  return { name, bytes: Buffer.from(rows.map((row) => `${row.join(',')}\n`).join('')) };
}

test('the first file shows the guess with samples and does nothing; once confirmed, files of its shape go straight through', async () => {
  const { fake } = company;
  fake.reject(hanako);
  fake.apply({ ...hanako, familyName: '山本', email: 'yamamoto@example.com' });
  fake.apply({ ...hanako, familyName: '佐藤', email: 'sato@example.com' });
  fake.apply({ ...hanako, familyName: '鈴木', email: 'suzuki@example.com' });

  const { status, body } = await company.upload(fake.exportFile());

  expect(status).toBe(200);
  expect(Object.keys(body).sort()).toEqual(keys);
  expect(body).toMatchObject({ state: 'needs-confirmation', rows: 4, rejections: 0, skipped: 0, setAside: [] });
  expect(body.columns).toMatchObject({ applicationRef: '応募ID', status: '選考ステータス', email: 'メールアドレス' });
  expect(body.sample.氏名).toEqual(['髙﨑 花子', '山本 花子', '佐藤 花子']);
  expect(body.sample.備考).toEqual([]);
  expect(await company.list('rejections')).toEqual([]);

  const confirmed = await relay.call('POST', `/imports/${body.importId}/confirm`);
  expect(Object.keys(confirmed.body).sort()).toEqual(keys);
  expect(confirmed.body).toMatchObject({ importId: body.importId, state: 'done', rows: 4, rejections: 1, skipped: 3 });

  relay.clock.advance(3_600_000);
  fake.reject({ ...hanako, email: 'second@example.com' });
  expect((await company.upload(fake.exportFile({ encoding: 'utf-16le' }))).body).toMatchObject({
    state: 'done',
    rejections: 1,
  });
});

test('a file whose columns wait is found again as it was handed in, until somebody took it or it expired', async () => {
  const { fake } = company;
  fake.reject(hanako);
  const { body: handed } = await company.upload(fake.exportFile());
  const read = () => relay.call('GET', `/imports/${handed.importId}`);

  expect(await read()).toEqual({ status: 200, body: handed });

  await relay.call('POST', `/imports/${handed.importId}/confirm`);
  expect((await read()).body).toMatchObject({ state: 'done', rejections: 1, sample: {} });

  const late = await company.upload(
    toFile([
      ['応募ID', '選考ステータス', '別の列'],
      ['1', '不合格', 'x'],
    ]),
  );
  relay.clock.advance(25 * 3_600_000);
  await relay.imports.sweep();
  expect(await relay.call('GET', `/imports/${late.body.importId}`)).toMatchObject({
    status: 409,
    body: { code: 'request_conflict' },
  });
  expect((await relay.call('GET', '/imports/nothing')).status).toBe(400);
});

test('confirming twice, and handing the same file in while it waits, make one import', async () => {
  company.fake.reject(hanako);
  const file = company.fake.exportFile();
  const first = await company.upload(file);
  const again = await company.upload(file);
  expect(again.body.importId).toBe(first.body.importId);

  const path = `/imports/${first.body.importId}/confirm`;
  const [one, two] = await Promise.all([relay.call('POST', path, {}), relay.call('POST', path, {})]);

  expect([one.body.rejections, two.body.rejections]).toEqual([1, 1]);
  expect(await company.list('rejections')).toHaveLength(1);
});

test('confirmation names other columns, and they are remembered', async () => {
  const columns = ['ID', '状態', '応募者', '氏名', '連絡先'];
  const rows = [columns, ['1', '不合格', '髙﨑 花子', '担当 三郎', 'a@example.com']];
  const { body } = await company.upload(toFile(rows));
  expect(body.columns).toEqual({ name: '氏名' });

  const tooFew = await relay.call('POST', `/imports/${body.importId}/confirm`, {});
  const wrong = await relay.call('POST', `/imports/${body.importId}/confirm`, { columns: { email: 'ない列' } });
  const unknown = await relay.call('POST', `/imports/${body.importId}/confirm`, { columns: { shoeSize: 'ID' } });
  const named = { applicationRef: 'ＩＤ', status: '状態', name: '応募者', email: '連絡先' };
  const right = await relay.call('POST', `/imports/${body.importId}/confirm`, { columns: named });

  expect([tooFew, wrong, unknown].map((answer) => [answer.status, answer.body.code])).toEqual(
    Array(3).fill([400, 'request_invalid']),
  );
  expect(tooFew.body.detail).toMatch(/applicationRef/);
  expect(right.body).toMatchObject({ state: 'done', columns: { ...named, applicationRef: 'ID' } });
  relay.clock.advance(3_600_000);
  const next = await company.upload(toFile([...rows, ['2', '一次面接', '𠮷野 太郎', '担当 三郎', 'b@example.com']]));
  expect(next.body).toMatchObject({ state: 'done', rows: 2, columns: { name: '応募者' } });
});

test('columns confirmed by mistake are put right with the same file', async () => {
  const file = toFile([
    ['応募ID', '選考ステータス', '本当の状態', '不合格日', '氏名', 'メールアドレス'],
    ['1', '一次面接', '不合格', '2026/11/24', '髙﨑 花子', 'a@example.com'],
  ]);
  const { body } = await company.upload(file);
  await relay.call('POST', `/imports/${body.importId}/confirm`, { columns: { rejectedOn: null } });
  expect(await company.list('rejections')).toEqual([]);

  const again = await company.upload(file, '?ask=true');
  expect(again.body.state).toBe('needs-confirmation');
  const right = await relay.call('POST', `/imports/${again.body.importId}/confirm`, {
    columns: { status: '本当の状態' },
  });

  expect(right.body).toMatchObject({ rejections: 1 });
});

test('the bytes alone are a file too, whatever type they are said to have', async () => {
  company.fake.reject(hanako);
  const { name, bytes } = company.fake.exportFile();

  for (const type of ['text/csv', 'application/octet-stream', 'application/json', undefined]) {
    const response = await relay.server.inject({
      method: 'POST',
      url: `/api/v1/connections/${company.connectionId}/import?name=${encodeURIComponent(name)}`,
      headers: { authorization: `Bearer ${adminToken}`, ...(type && { 'content-type': type }) },
      payload: bytes,
    });
    expect([type, response.statusCode, response.json().state]).toEqual([type, 200, 'needs-confirmation']);
  }
});

test('what is no file of ours is refused with who must act', async () => {
  const greenhouse = await relay.call('POST', '/connections', {
    company: (await addCompany(relay)).slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  const send = (id: string, payload: Buffer) =>
    relay.server.inject({
      method: 'POST',
      url: `/api/v1/connections/${id}/import`,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'text/csv' },
      payload,
    });
  const file = Buffer.from('応募ID,選考ステータス\n1,不合格\n');

  const answers = await Promise.all([
    send(company.connectionId, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])),
    send(company.connectionId, Buffer.alloc(0)),
    send(company.connectionId, Buffer.alloc(21 * 1024 * 1024, 'a')),
    send(greenhouse.body.id, file),
    send('0199f0c2-0000-7000-8000-000000000000', file),
  ]);
  const large = await company.upload({ name: 'large.csv', bytes: Buffer.alloc(21 * 1024 * 1024, 'a') });

  expect(answers.map((answer) => [answer.statusCode, answer.json().code])).toEqual([
    [422, 'file_not_understood'],
    [400, 'request_invalid'],
    [413, 'request_too_large'],
    [409, 'request_conflict'],
    [404, 'request_not_found'],
  ]);
  expect([large.status, large.body.code]).toEqual([413, 'request_too_large']);
  const stranger = await relay.server.inject({
    method: 'POST',
    url: `/api/v1/connections/${company.connectionId}/import`,
    headers: { 'content-type': 'text/csv' },
    payload: file,
  });
  expect(stranger.statusCode).toBe(401);
});

test('other operations still take no large bodies', async () => {
  const answer = await relay.call('POST', '/companies', { slug: 'a'.repeat(300 * 1024) });

  expect(answer.status).toBe(413);
});

test('imports are listed newest first, with their names, counts and set-aside rows, and without people', async () => {
  const rows = [
    ['応募ID', '選考ステータス', '不合格日', '氏名'],
    ['1', '不合格', '先週', '秘密 太郎'],
  ];
  const { body } = await company.upload(toFile(rows));
  await relay.call('POST', `/imports/${body.importId}/confirm`);
  relay.clock.advance(3_600_000);
  await company.upload(toFile([...rows, ['2', '', '', '']], '../../応募者_20261124103000.csv'));

  const answer = await relay.call('GET', `/connections/${company.connectionId}/imports?limit=1`);
  const rest = await relay.call('GET', `/connections/${company.connectionId}/imports?cursor=${answer.body.nextCursor}`);

  expect(answer.body.items).toMatchObject([{ name: '応募者_20261124103000.csv', madeAt: '2026-11-24T01:30:00.000Z' }]);
  expect(rest.body.items).toMatchObject([
    { id: body.importId, name: '応募者.csv', state: 'done', rows: 1, setAside: [{ line: 2 }] },
  ]);
  expect(JSON.stringify([answer.body, rest.body])).not.toMatch(/秘密|先週/);
});

async function* emptyInput(): AsyncGenerator<string> {}

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const chunks: string[] = [];
  const output = { isTTY: false, write: (text: string) => void chunks.push(text) };
  const program = new Command('career-relay').exitOverride();
  addClientCommands(program, {
    env: { BASE_URL: address, ADMIN_TOKEN: adminToken },
    stdout: output,
    stderr: output,
    stdin: emptyInput(),
  });
  let code = 0;
  try {
    await program.parseAsync(['node', 'career-relay', ...args]);
  } catch (thrown) {
    code = (thrown as { exitCode?: number }).exitCode ?? 1;
  }
  return { code, out: chunks.join('') };
}

test('the command line hands a file in, shows the guess, confirms it and lists it', async () => {
  company.fake.reject(hanako);
  const file = join(tmpdir(), `${company.connectionId}.csv`);
  await writeFile(file, company.fake.exportFile().bytes);

  const shown = await run('connection', 'import', company.connectionId, file);
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.out).toMatch(/メールアドレス +hanako\.takasaki@example\.com/);
  const [, importId = ''] = /connection confirm (\S+)\n/.exec(shown.out) ?? [];
  expect((await run('connection', 'confirm', importId)).out).toMatch(/1 rows: 1 new rejections/);
  expect((await run('connection', 'imports', company.connectionId)).out).toMatch(/done +1 +1 +0/);

  const other = await addFileCompany(relay);
  const direct = await run('connection', 'import', other.connectionId, file, '--confirm', '--json');
  expect(JSON.parse(direct.out)).toMatchObject({ state: 'done', rejections: 1 });
  expect(await run('connection', 'import', other.connectionId, `${file}.missing`)).toMatchObject({ code: 2 });
});
