import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { addCompany, openRelay, type TestRelay } from './relay.ts';
import { type Surroundings, typeAt } from './terminal.ts';

/** `career-relay connection mapping`, typed to a real service. */

let relay: TestRelay;
let address: string;
beforeAll(async () => {
  relay = await openRelay();
  address = await relay.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => relay.close());

async function connect(): Promise<string> {
  const { slug } = await addCompany(relay);
  const body = { company: slug, connector: 'greenhouse', settings: relay.settings };
  return (await relay.call('POST', '/connections', body)).body.id;
}

const type = (id: string, args: readonly string[], around: Surroundings = {}) =>
  typeAt(address, ['connection', 'mapping', id, ...args], around);
const rulesOf = async (id: string) => (await relay.call('GET', `/connections/${id}`)).body.mapping;
const save = (id: string, mapping: object) => relay.call('PUT', `/connections/${id}/mapping`, mapping);

async function keep(content: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'mapping-')), '対応.json');
  await writeFile(path, content);
  return path;
}

test('what was exported from one connection is shown, then saved, in another', async () => {
  const [from, to] = [await connect(), await connect()];
  const mapping = {
    reasons: { '42': { letter: 'skip', template: 'standard' } },
    stages: { 最終面接: { letter: 'hold' } },
  };
  await save(from, mapping);

  const exported = await type(from, ['--export']);
  const shown = await type(to, ['--import', '-', '--dry-run'], { input: exported.out });
  const untouched = await rulesOf(to);
  const saved = await type(to, ['--import', await keep(`\ufeff${exported.out}`), '--yes']);
  const again = await type(to, ['--import', '-', '--yes'], { input: exported.out });

  expect(JSON.parse(exported.out)).toMatchObject({ reasons: { '42': { name: 'Other', letter: 'skip' } } });
  expect(shown).toMatchObject({ exitCode: 0, err: '' });
  expect(shown.out).toMatch(/reason +42 +Other +– +skip, template standard\nstage +最終面接 +– +– +hold/);
  expect(untouched).toEqual({ reasons: {} });
  expect(saved.out).toContain('✓ Saved as version 2.');
  expect(await rulesOf(to)).toEqual(mapping);
  expect(again.out).toContain('Nothing would change');
});

test('nothing is saved before somebody says so, and what would become of letters is told', async () => {
  const id = await connect();
  const who = {
    givenName: '花子',
    familyName: '髙﨑',
    email: 'hanako@example.com',
    job: '営業',
    decidedBy: 'unknown',
  } as const;
  const { headers, body } = relay.fake.reject(who);
  await relay.server.inject({ method: 'POST', url: `/hooks/${id}`, headers, payload: body });
  await relay.jobs.runDue();
  const file = {
    format: 'career-relay-mapping-1',
    connector: 'greenhouse',
    reasons: { '42': { letter: 'skip' }, '77': { name: '他社の理由', letter: 'send' } },
  };

  const { exitCode, out, err } = await type(id, ['--import', '-'], { input: JSON.stringify(file) });

  expect(exitCode).toBe(2);
  expect(out).toContain('1 held letters that will not be sent');
  expect(out).toMatch(/LEFT OUT.*\nRULE FOR.*\nreason +77 +他社の理由/);
  expect(err).toContain('Nothing was saved. Add --yes');
  expect(await rulesOf(id)).toEqual({ reasons: {} });
});

test('for a program the answers of the API are printed, one at a time', async () => {
  const id = await connect();
  const input = JSON.stringify({
    format: 'career-relay-mapping-1',
    connector: 'greenhouse',
    reasons: { '42': { decidedBy: 'company' } },
  });

  const preview = await type(id, ['--import', '-', '--dry-run', '--json'], { input });
  const saved = await type(id, ['--import', '-', '--yes', '--json'], { input });

  expect(JSON.parse(preview.out).changes).toMatchObject([{ ref: '42', after: { decidedBy: 'company' } }]);
  expect(JSON.parse(saved.out)).toMatchObject({ version: 2, mapping: { reasons: { '42': { decidedBy: 'company' } } } });
});

test('over what somebody else saved meanwhile nothing is written', async () => {
  const id = await connect();
  const input = JSON.stringify({
    format: 'career-relay-mapping-1',
    connector: 'greenhouse',
    reasons: { '42': { letter: 'send' } },
  });
  // Between what is read and what is saved the ATS is asked: there somebody is quicker.
  const quicker = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const answer = await relay.server.inject({
      method: request.method === 'PUT' ? 'PUT' : request.method === 'POST' ? 'POST' : 'GET',
      url: request.url ?? '/',
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      payload: Buffer.concat(chunks),
    });
    if (request.url?.endsWith('/preview')) await save(id, { reasons: { '31': { letter: 'hold' } } });
    response.writeHead(answer.statusCode, { etag: String(answer.headers.etag ?? '') }).end(answer.body);
  });
  await new Promise<void>((resolve) => quicker.listen(0, '127.0.0.1', resolve));
  const { port } = quicker.address() as AddressInfo;

  const { exitCode, err } = await typeAt(
    `http://127.0.0.1:${port}`,
    ['connection', 'mapping', id, '--import', '-', '--yes'],
    { input },
  );
  quicker.close();

  expect([exitCode, err]).toEqual([1, expect.stringContaining('request_outdated')]);
  expect(await rulesOf(id)).toEqual({ reasons: { '31': { letter: 'hold' } } });
});

test.each<[string, readonly string[], string]>([
  ['neither way', [], 'Say which'],
  ['both ways', ['--export', '--import', 'x.json'], 'Say which'],
  ['a look and a saving', ['--import', 'x.json', '--dry-run', '--yes'], 'give one of them'],
  ['a file that is not there', ['--import', '/nowhere/x.json'], 'cannot be read'],
  ['a file that is no JSON', ['--import', '-'], 'it holds no JSON'],
])('%s is refused before anything is asked', async (_what, args, words) => {
  const { exitCode, err } = await type('any', args, { input: 'reason,letter' });

  expect([exitCode, err]).toEqual([2, expect.stringContaining(words)]);
});

test('a file of another ATS is refused in the service’s words', async () => {
  const input = JSON.stringify({ format: 'career-relay-mapping-1', connector: 'lever', reasons: {} });

  const { exitCode, err } = await type(await connect(), ['--import', '-', '--yes'], { input });

  expect([exitCode, err]).toEqual([1, expect.stringContaining('request_conflict')]);
});
