import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import { newId } from '../../src/platform/ids.ts';
import { market, marketClient } from '../connector/support/acme.ts';
import { addCompany, adminToken, openRelay, sampleAgency, type TestRelay } from './relay.ts';
import { type Type, typeAt } from './terminal.ts';

let relay: TestRelay;
let url: string;

beforeAll(async () => {
  relay = await openRelay({ more: [market], clients: { market: marketClient } });
  url = await relay.server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => relay.close());

const type: Type = (args, surroundings) => typeAt(url, args, surroundings);

function toFlags(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
}

const agencyFlags = [
  ['--name', sampleAgency.name],
  ['--address', sampleAgency.address],
  ['--representative', sampleAgency.representative],
  ['--licence', '１３－ﾕ－９９９９９９'],
  ['--expires', sampleAgency.licenceExpiresOn],
  ['--privacy-url', sampleAgency.privacyUrl],
  ['--registration-url', sampleAgency.registrationUrl],
].flat();

test('a company is set up from the line, from its name to a live connection', async () => {
  const details = ['--name', '髙﨑 & 𠮷野, Inc. 🌸', '--address', '東京都港区架空台4-5-6', '--email', 'hr@example.com'];

  const created = await type(['company', 'create', 'takasaki', ...details]);
  const agency = await type(['company', 'agency', 'set', 'takasaki', ...agencyFlags]);
  const added = await type(['connection', 'add', 'takasaki', 'greenhouse', ...toFlags(relay.settings), '--json']);
  const { id } = JSON.parse(added.out);
  const checked = await type(['connection', 'check', id]);
  const live = await type(['connection', 'live', id]);
  const shown = await type(['connection', 'show', id]);

  expect([created, agency, added, checked, live, shown].map(({ exitCode, err }) => [exitCode, err])).toEqual(
    Array.from({ length: 6 }, () => [0, '']),
  );
  expect(created.out).toContain('髙﨑 & 𠮷野, Inc. 🌸 is added.');
  expect(agency.out).toContain('13-ユ-999999');
  expect(agency.out).toContain('Applicants can be asked.');
  expect(checked.out).toContain('The ATS accepts the settings.');
  expect(live.out).toContain('The connection is live.');
  expect(shown.out).toContain(`https://relay.example.com/hooks/${id}`);
  expect(shown.out).not.toContain(relay.settings.clientSecret);
});

test('a table keeps its columns in line under Japanese names', async () => {
  await addCompany(relay);

  const { out } = await type(['company', 'list']);

  const [head = '', ...rows] = out.trimEnd().split('\n');
  const starts = rows.map((row) => stringWidth(row.slice(0, row.indexOf(' ja '))) + 1);
  expect(head).toMatch(/^SLUG +NAME +LOCALE +CONTACT +SINCE$/);
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(starts)).toEqual(new Set([head.indexOf('LOCALE')]));
});

test('what a command prints with --json is the answer of the API and nothing else', async () => {
  const { slug } = await addCompany(relay);

  const printed = await type(['credits', 'show', slug, '--json']);
  const answered = await relay.call('GET', `/credits?company=${slug}`);

  expect(JSON.parse(printed.out)).toEqual(answered.body);
});

test('the balance tells when the next credit is to be expected, or that nobody can say', async () => {
  const { slug } = await addCompany(relay);

  const { out } = await type(['credits', 'show', slug]);

  expect(out).toMatch(/Next credit +nobody can say before a referral counts/);
});

test.each([
  [['connection', 'list'], 'No connection yet. Add one:'],
  [['letters', 'list'], 'No letter yet.'],
  [['credits', 'entries'], 'Nothing is posted yet.'],
])('an empty list of %j says so and what to do', async (command, text) => {
  const { slug } = await addCompany(relay);

  const { out, exitCode } = await type([...command, slug]);

  expect(exitCode).toBe(0);
  expect(out).toContain(text);
});

test('the connectors are listed, and one tells where its settings are found', async () => {
  const list = await type(['connectors']);
  const one = await type(['connectors', 'greenhouse']);
  const none = await type(['connectors', 'telegraph']);

  expect(list.out).toMatch(/greenhouse +Greenhouse +clientId, clientSecret/);
  expect(one.out).toContain('WHERE TO FIND IT');
  expect(one.out).toContain('WHAT IT CANNOT DO');
  expect(none).toMatchObject({ exitCode: 2, out: '' });
  expect(none.err).toContain('There are: greenhouse');
});

test('a secret comes from standard input or from a file, without its last line break', async () => {
  const { slug } = await addCompany(relay);
  const folder = mkdtempSync(join(tmpdir(), 'career-relay-'));
  const { clientSecret = '', ...rest } = relay.settings;
  const added = await type(
    ['connection', 'add', slug, 'greenhouse', ...toFlags(rest), '--set', 'clientSecret=-', '--json'],
    { input: `${clientSecret}\n` },
  );
  const { id } = JSON.parse(added.out);
  writeFileSync(join(folder, 'wrong'), 'wrong\r\n');
  writeFileSync(join(folder, 'right'), `${clientSecret}\n`);

  const first = await type(['connection', 'check', id]);
  await type(['connection', 'set', id, '--secret-file', `clientSecret=${folder}/wrong`]);
  const second = await type(['connection', 'check', id]);
  await type(['connection', 'set', id, '--secret-file', `clientSecret=${folder}/right`]);
  const third = await type(['connection', 'check', id]);

  expect([first.exitCode, second.exitCode, third.exitCode]).toEqual([0, 1, 0]);
  expect(second.err).toContain('client id and secret, then save them again. (vendor_unauthorized)');
});

test('an archive is asked for and listed, and a company is deleted only by its name, and kept', async () => {
  const { slug } = await addCompany(relay);
  const { body } = await relay.call('GET', `/companies/${slug}`);

  const asked = await type(['company', 'export', slug]);
  await relay.jobs.runDue();
  const listed = await type(['company', 'exports', slug]);
  const wrong = await type(['company', 'delete', slug, '--name', 'x']);
  const begun = await type(['company', 'delete', slug, '--name', body.name]);
  const kept = await type(['company', 'keep', slug]);
  const again = await type(['company', 'keep', slug]);

  expect(asked.out).toContain(`career-relay company exports ${slug}`);
  expect(listed.out).toMatch(/ready +\d+\/\d+ /);
  expect(wrong).toMatchObject({ exitCode: 1, err: expect.stringContaining('request_invalid') });
  expect(begun.out).toContain('The company is erased on 2026-12-24.');
  expect(kept.out).toContain('The company stays.');
  expect(again.exitCode).toBe(1);
});

test('a connection is paused and goes on as it was, and pausing it twice is told', async () => {
  const { slug } = await addCompany(relay);
  const added = await type(['connection', 'add', slug, 'greenhouse', ...toFlags(relay.settings), '--json']);
  const { id } = JSON.parse(added.out);
  await type(['connection', 'live', id]);

  const paused = await type(['connection', 'pause', id]);
  const again = await type(['connection', 'pause', id]);
  const resumed = await type(['connection', 'resume', id]);

  expect(paused.out).toContain('The connection is paused.');
  expect(again).toMatchObject({ exitCode: 1, err: expect.stringContaining('paused already') });
  expect(resumed.out).toContain('The connection is live.');
});

test('the letter policy and the rules for reasons are set, and a rule is forgotten with -', async () => {
  const { slug } = await addCompany(relay);
  const added = await type(['connection', 'add', slug, 'greenhouse', ...toFlags(relay.settings), '--json']);
  const { id } = JSON.parse(added.out);

  await type([
    'connection',
    'set',
    id,
    '--hold-minutes',
    '5',
    '--window',
    'always',
    '--reason',
    '1=skip',
    '--reason',
    '2=hold',
  ]);
  const set = await type(['connection', 'set', id, '--reason', '1=-', '--json']);

  expect(JSON.parse(set.out)).toMatchObject({
    letter: { holdMinutes: 5, window: 'always' },
    mapping: { reasons: { '2': { letter: 'hold' } } },
  });
});

test('how letters reach applicants is set by name, and a mode the ATS cannot offer is refused with its reason', async () => {
  const { slug } = await addCompany(relay);
  const added = await type(['connection', 'add', slug, 'hrmos', '--json']);
  const { id } = JSON.parse(added.out);

  const possible = await type(['connection', 'set', id, '--mode', 'ats-static']);
  const impossible = await type(['connection', 'set', id, '--mode', 'ats-personal']);
  const unknown = await type(['connection', 'set', id, '--mode', 'by-pigeon']);

  expect(possible.out).toMatch(/Mode +ats-static/);
  expect(impossible).toMatchObject({ exitCode: 1, err: expect.stringContaining('ats-personal') });
  expect(unknown.exitCode).toBe(2);
});

test('an ATS that is installed by agreeing there gives an address to open, and says so where it is listed', async () => {
  const { slug } = await addCompany(relay);

  const printed = await type(['connection', 'install', 'market', '--company', slug]);
  const asJson = await type(['connection', 'install', 'market', '--company', slug, '--json']);
  const listed = await type(['connectors', 'market']);

  const address = /^https:\/\/relay\.example\.com\/install\/market\?ticket=[\w-]{43}$/;
  expect(printed.out.split('\n')).toContainEqual(expect.stringMatching(address));
  expect(JSON.parse(asJson.out).url).toMatch(address);
  expect(listed.out).toContain('agreeing in the ATS (career-relay connection install)');
});

test('a removed connection is gone', async () => {
  const { slug } = await addCompany(relay);
  const added = await type(['connection', 'add', slug, 'greenhouse', ...toFlags(relay.settings), '--json']);
  const { id } = JSON.parse(added.out);

  const removed = await type(['connection', 'remove', id]);
  const shown = await type(['connection', 'show', id]);

  expect(removed).toMatchObject({ exitCode: 0 });
  expect(removed.out).toContain('The connection is removed.');
  expect(shown).toMatchObject({ exitCode: 1, out: '' });
  expect(shown.err).toContain('There is nothing here by that name. (request_not_found)');
});

test.each([
  [['letters', 'cancel', newId()], 'request_not_found'],
  [['letters', 'hold', newId()], 'request_not_found'],
  [['letters', 'send', newId()], 'request_not_found'],
  [['credits', 'use', newId()], 'request_not_found'],
  [['credits', 'release', newId()], 'request_not_found'],
  [['deliveries', 'list', newId()], 'request_not_found'],
  [['deliveries', 'replay', newId()], 'request_not_found'],
  [['company', 'show', '../jobs'], 'request_not_found'],
])('a refusal of %j ends with 1 and the code of the service', async (args, code) => {
  const { out, err, exitCode } = await type(args);

  expect({ out, exitCode }).toEqual({ out: '', exitCode: 1 });
  expect(err).toContain(`(${code})`);
});

test('a refused field is named as the service names it', async () => {
  const { slug } = await addCompany(relay, false);

  const { err, exitCode } = await type(['company', 'agency', 'set', slug, ...agencyFlags, '--expires', 'soon']);

  expect(exitCode).toBe(1);
  expect(err).toContain('licenceExpiresOn must be a date, YYYY-MM-DD');
});

test.each([
  ['a missing argument', ['company', 'show'], 'missing required argument'],
  ['an unknown option', ['company', 'list', '--colour', 'red'], 'unknown option'],
  ['an unknown command', ['letters', 'burn'], 'unknown command'],
  ['a missing option', ['company', 'create', 'x'], '--name'],
  ['a setting without =', ['connection', 'set', 'x', '--set', 'clientId'], 'name=value'],
  ['a number that is none', ['connection', 'set', 'x', '--hold-minutes', 'soon'], 'whole number'],
  ['a rule that is none', ['connection', 'set', 'x', '--reason', '1=burn'], 'send, skip, hold or -'],
  ['nothing to change', ['connection', 'set', 'x'], 'Nothing to change'],
  ['a file that is not there', ['connection', 'set', 'x', '--secret-file', 'a=/nowhere/at/all'], 'cannot be read'],
  ['two secrets from one input', ['connection', 'set', 'x', '--set', 'a=-', '--set', 'b=-'], 'Only one setting'],
  ['an address that is none', ['company', 'list', '--url', 'relay'], 'is not an address'],
])('%s ends with 2, and says what to type', async (_name, args, text) => {
  const { out, err, exitCode } = await type(args);

  expect({ out, exitCode }).toEqual({ out: '', exitCode: 2 });
  expect(err).toContain(text);
});

test('the token is taken from the line, else the environment, else the data folder', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'career-relay-'));
  writeFileSync(join(dataDir, 'admin-token'), `${adminToken}\n`);
  const wrong = 'x'.repeat(40);

  const fromFolder = await type(['company', 'list'], { env: { BASE_URL: url, DATA_DIR: dataDir } });
  const fromLine = await type(['company', 'list', '--token', adminToken], {
    env: { BASE_URL: url, ADMIN_TOKEN: wrong },
  });
  const refused = await type(['company', 'list'], { env: { BASE_URL: url, DATA_DIR: dataDir, ADMIN_TOKEN: wrong } });
  const none = await type(['company', 'list'], { env: { BASE_URL: url, DATA_DIR: join(dataDir, 'empty') } });

  expect([fromFolder, fromLine, refused, none].map(({ exitCode }) => exitCode)).toEqual([0, 0, 1, 2]);
  expect(refused.err).toContain('check the token. (request_unauthorized)');
  expect(refused.err).not.toContain(wrong);
  expect(none.err).toContain('There is no admin token');
});

test('a service that is not there is named, with what to do', async () => {
  const { err, exitCode } = await type(['company', 'list', '--url', 'http://127.0.0.1:9']);

  expect(exitCode).toBe(1);
  expect(err).toContain('http://127.0.0.1:9 cannot be reached. Is the service running (npm start)?');
});

test('every command tells what it is for, and the groups end with examples', async () => {
  for (const group of ['company', 'connection', 'letters', 'credits', 'deliveries', 'slack']) {
    const { out, exitCode } = await type([group, '--help']);
    expect(exitCode).toBe(0);
    expect(out.trimEnd()).toMatch(/Examples:\n {2}# [\s\S]+$/);
  }
  const { out } = await type(['connection', 'add', '--help']);
  expect(out).toMatch(/Service:[\s\S]+--url[\s\S]+--token[\s\S]+--json/);
});

test('no escape sequence of somebody else reaches the terminal', async () => {
  const { id } = await addCompany(relay);
  await relay.database.forSystem((tx) =>
    tx
      .updateTable('company')
      .set({ name: 'さくら\u001b[31m\u0007\r\n株式会社' })
      .where('company_id', '=', id)
      .execute(),
  );

  const { out } = await type(['company', 'show', id]);

  expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(out).toContain('さくら [31m 株式会社');
});

test('from the line an ATS is asked for its webhooks, reasons and templates, and rejects with one of them', async () => {
  const { slug } = await addCompany(relay);
  const { webhookSecret: _, ...settings } = relay.settings;
  const added = await type(['connection', 'add', slug, 'greenhouse', ...toFlags(settings), '--json']);
  const { id, generated } = JSON.parse(added.out);
  const template = relay.fake.addTemplate('自社のリンク', `https://relay.example.com/r/${slug}`);
  const application =
    relay.fake.apply?.({ givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: '営業' })
      .applicationRef ?? '';
  const rejectIt = () => type(['connection', 'reject', id, application, '--reason', '14001', '--template', template]);

  const webhooks = await type(['connection', 'webhooks', id]);
  const reasons = await type(['connection', 'reasons', id]);
  const templates = await type(['connection', 'templates', id]);
  const tooSoon = await rejectIt();
  await relay.call('PATCH', `/connections/${id}`, { mode: 'ats-triggered' });
  const done = await rejectIt();
  const again = await rejectIt();

  expect(generated.webhookSecret).toMatch(/^[\w-]{43}$/);
  expect(webhooks.err).toBe('');
  expect(webhooks.out).toContain(`https://relay.example.com/hooks/${id}`);
  expect(reasons.out).toMatch(/14001 +スキル・経験の不一致 +company/);
  expect(templates.out).toMatch(new RegExp(`${template} +自社のリンク +static`));
  expect(tooSoon).toMatchObject({ exitCode: 1, out: '' });
  expect(done).toMatchObject({ exitCode: 0, out: expect.stringContaining('Rejected') });
  expect(again).toMatchObject({ exitCode: 0, out: expect.stringContaining('rejected already') });
});
