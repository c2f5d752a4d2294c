import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { readTableFile } from '../../src/connector/index.ts';
import { issueLink } from '../../src/letter/index.ts';
import { addClientCommands } from '../../src/settings/index.ts';
import { openBrowser } from '../consent/room.ts';
import { addFileCompany, type FileCompany, hanako } from './files.ts';
import { adminToken, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
let company: FileCompany;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());
beforeEach(async () => {
  relay.clock.set('2026-11-24T01:00:00Z');
  company = await addFileCompany(relay);
});

/** Somebody is rejected and opens the page of the letter. */
async function addVisitor(name: { readonly familyName: string; readonly givenName: string }, applicationRef: string) {
  company.fake.reject({ ...hanako, ...name, applicationRef, email: `${applicationRef.replace('=', '')}@example.com` });
  await company.importNow({ encoding: 'utf-8' });
  relay.clock.advance(60_000);
  const rejection = (await company.list('rejections')).find((one) => one.applicationRef === applicationRef);
  const { companyId } = (await relay.call('GET', `/connections/${company.connectionId}`)).body;
  const token = await relay.database.forCompany(companyId, (tx) =>
    issueLink(tx, {
      companyId,
      personId: rejection.personId,
      rejectionId: rejection.id,
      letterId: null,
      now: relay.clock.now(),
    }),
  );
  const browser = openBrowser(relay.server);
  const open = () => browser.open(`/c/${token}`);
  await open();
  return { press: browser.press, open };
}

async function download(query = '') {
  await relay.jobs.runDue();
  const response = await relay.server.inject({
    method: 'GET',
    url: `/api/v1/connections/${company.connectionId}/consents.tsv${query}`,
    headers: { authorization: `Bearer ${adminToken}` },
  });
  return { ...response, status: response.statusCode, bytes: response.rawPayload };
}

const columns = { applicationRef: { names: ['応募ID'], label: { ja: '応募ID', en: 'ID' } } };
const toRows = (bytes: Buffer) =>
  readTableFile(bytes, { columns, madeAtLabel: '出力日時' }).rows.map(({ cells }) => cells);

test('the decisions that stand are a table for spreadsheets; nothing is tried over an API that is not there', async () => {
  const first = await addVisitor({ familyName: '髙﨑', givenName: '花子' }, '2001');
  const second = await addVisitor({ familyName: '𠮷野', givenName: '太郎' }, '2002');
  const third = await addVisitor({ familyName: '山本', givenName: '次郎' }, '2003');
  await first.press('grant');
  await second.press('grant');
  await third.press('decline');
  await relay.jobs.runDue();
  relay.clock.advance(3_600_000);
  await second.open();
  await second.press('withdraw');

  const answer = await download();

  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/tab-separated-values; charset=utf-8');
  expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="consents-[-0-9a-f]+\.tsv"$/);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
  expect(answer.bytes.toString()).toMatch(/^\ufeff応募ID\t氏名\t結果\t日時\r\n/);
  expect(toRows(answer.bytes)).toEqual([
    ['2001', '髙﨑 花子', '同意', '2026-11-24 10:03'],
    ['2002', '𠮷野 太郎', '取り消し', '2026-11-24 11:03'],
  ]);
  const since = await download('?since=2026-11-24T02:00:00Z');
  expect(toRows(since.bytes).map(([ref]) => ref)).toEqual(['2002']);
  const rows = await relay.database.forSystem((tx) =>
    tx
      .selectFrom('write_back')
      .select(['status', 'reason'])
      .where('connection_id', '=', company.connectionId)
      .execute(),
  );
  expect(rows).toEqual(Array(3).fill({ status: 'skipped', reason: 'by-hand' }));
  expect(relay.jobs.waiting).toEqual([]);
});

test('no cell is taken for a formula, and none breaks its row', async () => {
  const visitor = await addVisitor({ familyName: '=HYPERLINK("http://x.example")', givenName: '\tA\n' }, '=1');
  await visitor.press('grant');

  const text = (await download()).bytes.toString();

  expect(text.split('\r\n')).toHaveLength(3);
  for (const cell of text.split(/[\t\r\n]+/)) expect(cell).not.toMatch(/^[=+@-]/);
  expect(text).toContain("'=HYPERLINK( http://x.example )");
});

test('recruiters are told how many there are, once a day, without names', async () => {
  const readTexts = async () => {
    const { items } = (await relay.call('GET', `/notices?company=${company.slug}`)).body;
    return items.flatMap(({ kind, text }: { kind: string; text: string }) =>
      kind === 'consents-to-label' ? [text] : [],
    );
  };
  await relay.slack.sweeps.consentsToLabel();
  expect(await readTexts()).toEqual([]);
  await (await addVisitor({ familyName: '髙﨑', givenName: '花子' }, '2001')).press('grant');
  await (await addVisitor({ familyName: '𠮷野', givenName: '太郎' }, '2002')).press('grant');
  await relay.jobs.runDue();

  await Promise.all([relay.slack.sweeps.consentsToLabel(), relay.slack.sweeps.consentsToLabel()]);
  expect(await readTexts()).toEqual([expect.stringContaining('HRMOS採用に記録する同意が2件あります')]);

  await (await addVisitor({ familyName: '山本', givenName: '次郎' }, '2003')).press('grant');
  await relay.jobs.runDue();
  await relay.slack.sweeps.consentsToLabel();
  expect(await readTexts()).toHaveLength(1);

  relay.clock.advance(24 * 3_600_000);
  await relay.slack.sweeps.consentsToLabel();
  await relay.slack.sweeps.consentsToLabel();
  const texts = await readTexts();
  expect(texts).toEqual([expect.stringContaining('同意が1件'), expect.stringContaining('同意が2件')]);
  expect(texts.join()).not.toMatch(/花子|太郎|次郎/);
});

test('the command line writes them into a file for its owner alone, with the mark that spreadsheets want', async () => {
  await (await addVisitor({ familyName: '髙﨑', givenName: '花子' }, '2001')).press('grant');
  await relay.jobs.runDue();
  const out = join(tmpdir(), `${company.connectionId}.tsv`);
  const shown: string[] = [];
  const output = { isTTY: false, write: (text: string) => void shown.push(text) };
  const program = new Command('career-relay').exitOverride();
  const address = await relay.server.listen({ port: 0, host: '127.0.0.1' });
  async function* emptyInput(): AsyncGenerator<string> {}
  addClientCommands(program, {
    env: { BASE_URL: address, ADMIN_TOKEN: adminToken },
    stdout: output,
    stderr: output,
    stdin: emptyInput(),
  });

  await program.parseAsync(['node', 'career-relay', 'connection', 'consents', company.connectionId, '--out', out]);

  expect(shown.join('')).toMatch(/1 decisions stand/);
  expect((await readFile(out)).subarray(0, 3).toString('hex')).toBe('efbbbf');
  expect(toRows(await readFile(out))).toMatchObject([
    ['2001', '髙﨑 花子', '同意', expect.stringContaining('2026-11-24')],
  ]);
});
