import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventOf } from '../../src/events.ts';
import { addFileCompany, type FileCompany, hanako } from '../settings/files.ts';
import { openRelay, type TestRelay } from '../settings/relay.ts';

let relay: TestRelay;
let company: FileCompany;
let fake: FileCompany['fake'];
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());
beforeEach(async () => {
  relay.clock.set('2026-11-24T01:00:00Z');
  company = await addFileCompany(relay);
  fake = company.fake;
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const taro = { ...hanako, givenName: '太郎', familyName: '𠮷野', email: 'taro.yoshino@example.com' };
/** Shift_JIS has no 𠮷. */
const unicode = { encoding: 'utf-8' } as const;
const none = { rejections: 0, setAside: [] };

function write(rows: readonly (readonly string[])[], name = 'export.csv') {
  return { name, bytes: Buffer.from(rows.map((row) => `${row.join('\t')}\n`).join('')) };
}
const header = ['応募ID', '選考ステータス', '不合格日', '氏名', 'メールアドレス'];

async function take(file: { readonly name: string; readonly bytes: Buffer }) {
  const { body } = await company.upload(file);
  if (body.state !== 'needs-confirmation') return body;
  return (await relay.call('POST', `/imports/${body.importId}/confirm`)).body;
}

test.each([
  [{ encoding: 'shift_jis', separator: 'tab' }],
  [{ encoding: 'shift_jis', separator: 'comma' }],
  [{ encoding: 'utf-8', separator: 'tab' }],
  [{ encoding: 'utf-8-bom', separator: 'comma' }],
  [{ encoding: 'utf-16le', separator: 'tab' }],
  [{ encoding: 'utf-16be', separator: 'comma' }],
] as const)('a rejection in a file of %j gets its letter, whatever stands above its header', async (options) => {
  fake.apply({ ...hanako, applicationRef: '2001' });
  await company.importNow(options);
  relay.clock.advance(dayMs);
  fake.reject({ ...hanako, applicationRef: '2001', stage: '一次面接' });

  const { body } = await company.importNow(options);

  expect(body).toMatchObject({ state: 'done', rows: 1, rejections: 1, skipped: 0, setAside: [] });
  expect(await company.list('rejections')).toMatchObject([
    { applicationRef: '2001', decidedAt: '2026-11-24T15:00:00.000Z', decidedBy: 'company', job: hanako.job },
  ]);
  expect(await company.list('letters')).toMatchObject([{ status: 'planned' }]);
});

test('the same file again, and an older one, change nothing', async () => {
  const { applicationRef } = fake.apply(hanako);
  await company.importNow();
  const old = fake.exportFile();
  relay.clock.advance(dayMs);
  fake.reject({ ...hanako, applicationRef });
  const file = fake.exportFile();
  await company.upload(file);
  relay.clock.advance(dayMs);

  const again = await company.upload(file);
  const older = await company.upload(old);
  const reencoded = await company.importNow({ encoding: 'utf-16be' });

  for (const { body } of [again, older]) expect(body).toMatchObject({ state: 'done', rows: 1, ...none });
  expect(reencoded.body).toMatchObject({ state: 'done', ...none });
  expect(await company.list('rejections')).toMatchObject([{ status: 'current' }]);
  expect(await company.list('letters')).toHaveLength(1);
});

describe('a file is told', () => {
  const told: EventOf<'import-finished'>[] = [];
  const toldOf = () => told.splice(0).filter(({ connectionId }) => connectionId === company.connectionId);
  beforeAll(() => {
    relay.events.listen('test', 'import-finished', async (events) => void told.push(...events));
  });
  const badFile = () =>
    write([header, ['1', '不合格', '2026/11/24', '髙﨑 花子', 'a1@example.com'], ['', '不合格', '', '', '']]);

  test('when it waits for its columns, once, and when it is taken, with the rows set aside', async () => {
    const waiting = (await company.upload(badFile())).body;
    await company.upload(badFile());
    await relay.jobs.runDue();
    const whileWaiting = toldOf();

    await relay.call('POST', `/imports/${waiting.importId}/confirm`);
    await relay.call('POST', `/imports/${waiting.importId}/confirm`);
    await relay.jobs.runDue();

    const { importId } = waiting;
    const place = { companyId: expect.any(String), importId, connectionId: company.connectionId };
    expect(whileWaiting).toEqual([{ ...place, state: 'needs-confirmation', rows: 2, rejections: 0, setAside: 0 }]);
    expect(toldOf()).toEqual([{ ...place, state: 'done', rows: 2, rejections: 1, setAside: 1 }]);
  });

  test('at once when its columns are known', async () => {
    await take(badFile());
    await relay.jobs.runDue();
    toldOf();

    const { body } = await company.upload(
      write([header, ['2', '不合格', '2026/11/24', '', 'a2@example.com']], 'b.csv'),
    );
    await relay.jobs.runDue();

    expect(toldOf()).toMatchObject([{ importId: body.importId, state: 'done', rows: 1, rejections: 1, setAside: 0 }]);
  });
});

test('a file is as old as its name says where it does not say itself, and identical bytes are as old as they first were', async () => {
  const open = write([header, ['1', '一次面接', '', '髙﨑 花子', hanako.email ?? '']], 'a_20261124100000.csv');
  const rejected = write(
    [header, ['1', '一次面接 不合格', '2026/11/24', '髙﨑 花子', hanako.email ?? '']],
    'a_20261124110000.csv',
  );
  await take(open);
  await take(rejected);
  relay.clock.advance(hourMs);

  const older = await take(write([header, ['1', '二次面接', '', '', '']], 'a_20261124103000.csv'));
  const first = await take({ ...open, name: 'renamed.csv' });

  expect([older, first]).toMatchObject([none, none]);
  expect(await company.list('rejections')).toMatchObject([{ status: 'current' }]);
});

test('an older file changes nothing, even of applications that no newer one told of; one of equal age only of those', async () => {
  const row = (ref: string, status: string) => [ref, status, '2026/11/24', '髙﨑 花子', `a${ref}@example.com`];
  const at = (time: string, ...rows: string[][]) => write([['出力日時', `2026年11月24日 ${time}`], header, ...rows]);
  await take(at('10:30', row('1', '不合格')));

  const older = await take(at('10:00', row('2', '不合格')));
  const equal = await take(at('10:30', ['1', '一次面接', '', '', ''], row('3', '不合格')));

  expect([older, equal]).toMatchObject([none, { rejections: 1 }]);
  expect((await company.list('rejections')).map((one) => [one.applicationRef, one.status])).toEqual([
    ['3', 'current'],
    ['1', 'current'],
  ]);
});

test('without a day the decision is as old as the file, and stays so in later files', async () => {
  const columns = ['応募ID', '選考ステータス', '氏名', 'メールアドレス'];
  const row = (status: string) => ['1', status, '髙﨑 花子', hanako.email ?? ''];
  await take(write([columns, row('書類選考')]));
  relay.clock.advance(dayMs);
  await take(write([['出力日時', '2026年11月25日 9:30'], columns, row('書類選考 不合格')]));
  relay.clock.advance(dayMs);

  const later = await take(write([columns, row('書類選考　不合格'), ['2', '書類選考', '', '']]));

  expect(later).toMatchObject(none);
  expect(await company.list('rejections')).toMatchObject([
    { decidedAt: '2026-11-25T00:30:00.000Z', status: 'current' },
  ]);
  expect(await company.list('letters')).toHaveLength(1);
});

test('an application that is open again calls its letter off, and a further decision gets one of its own', async () => {
  const { applicationRef } = fake.apply(hanako);
  await company.importNow();
  fake.reject({ ...hanako, applicationRef });
  relay.clock.advance(hourMs);
  await company.importNow();
  await company.list('letters');
  fake.reinstate(applicationRef);
  relay.clock.advance(hourMs);
  await company.importNow();

  expect(await company.list('rejections')).toMatchObject([{ status: 'reinstated' }]);
  expect(await company.list('letters')).toMatchObject([{ status: 'cancelled', reason: 'reinstated' }]);

  relay.clock.advance(dayMs);
  fake.reject({ ...hanako, applicationRef });
  await company.importNow();

  expect((await company.list('rejections')).map(({ status }) => status)).toEqual(['current', 'reinstated']);
  expect((await company.list('letters')).map(({ status }) => status)).toEqual(['planned', 'cancelled']);
});

test('a day that is corrected backwards is no further decision; a later day is one', async () => {
  const row = (day: string) => [header, ['1', '不合格', day, '髙﨑 花子', hanako.email ?? '']];
  await take(write([header, ['1', '書類選考', '', '', '']]));
  relay.clock.advance(2 * dayMs);
  await take(write(row('2026/11/26')));
  relay.clock.advance(hourMs);

  expect(await take(write(row('2026/11/25')))).toMatchObject(none);
  relay.clock.advance(dayMs);
  expect(await take(write(row('2026/11/27')))).toMatchObject({ rejections: 1 });
  expect((await company.list('rejections')).map(({ status }) => status)).toEqual(['current', 'reinstated']);
});

test('a row that vanishes is not erased', async () => {
  const { applicationRef, candidateRef } = fake.reject(hanako);
  fake.apply(taro);
  await company.importNow(unicode);
  fake.eraseCandidate(candidateRef);
  relay.clock.advance(dayMs);

  const { body } = await company.importNow(unicode);

  expect(body).toMatchObject({ rows: 1, ...none });
  expect(await company.list('rejections')).toMatchObject([{ applicationRef, status: 'current' }]);
  expect(await company.list('letters')).toMatchObject([{ status: 'planned' }]);
});

test('a bad row is set aside with its line and what is wrong, without naming anybody, and the rest goes on', async () => {
  const file = write([
    ['出力日時', '2026年11月24日 10:00'],
    [],
    header,
    ['1', '不合格', '2026/11/24', '髙﨑 花子', 'hanako.takasaki@example.com'],
    ['', '不合格', '2026/11/24', '秘密 太郎', 'secret@example.com'],
    ['3', '不合格', '先週', '秘密 太郎', 'secret@example.com'],
    ['1', '一次面接', '', '秘密 太郎', 'secret@example.com'],
    ['5', '一次面接', '', '山本 次郎', 'jiro@example.com', 'あふれた列'],
    ['6', '一次面接', '', '山本 次郎', 'jiro@example.com'],
  ]);

  const done = await take(file);

  expect(done).toMatchObject({ state: 'done', rows: 6, rejections: 1, skipped: 1 });
  expect(done.setAside.map(({ line }: { line: number }) => line)).toEqual([5, 6, 7, 8]);
  expect(done.setAside[0].reason).toMatch(/^応募ID: /);
  expect(done.setAside[1].reason).toMatch(/^不合格日: /);
  expect(JSON.stringify(done.setAside)).not.toMatch(/秘密|secret|先週|あふれた/);
  expect(await company.list('letters')).toMatchObject([{ status: 'planned' }]);
  expect(relay.logged.join()).not.toMatch(/秘密|secret@/);
});

test('whoever withdrew, came through an agent, or was hired gets no letter; whoever has no address waits for a person', async () => {
  fake.reject({ ...hanako, applicationRef: '1', decidedBy: 'candidate', email: 'a@example.com' });
  fake.reject({ ...hanako, applicationRef: '2', source: 'agency', email: 'b@example.com' });
  fake.apply({ ...hanako, applicationRef: '3', email: 'c@example.com' });
  fake.hire('3');
  fake.reject({ ...hanako, applicationRef: '4', email: null });
  fake.reject({ ...hanako, applicationRef: '5', source: 'referral', email: 'e@example.com' });

  const { body } = await company.importNow();

  expect(body).toMatchObject({ rows: 5, rejections: 2, skipped: 3, setAside: [] });
  const rejections = await company.list('rejections');
  const letters = await company.list('letters');
  const byRef = Object.fromEntries(
    letters.map((letter) => [
      rejections.find(({ id }) => id === letter.rejectionId).applicationRef,
      [letter.status, letter.reason],
    ]),
  );
  expect(byRef).toEqual({
    1: ['skipped', 'applicant-withdrew'],
    2: ['skipped', 'agency-sourced'],
    4: ['held', 'no-address'],
    5: ['planned', null],
  });
});

test('an address that comes in a later file goes to the rejection that stands', async () => {
  const { applicationRef } = fake.reject({ ...hanako, email: null });
  await company.importNow();
  fake.reject({ ...hanako, applicationRef });
  relay.clock.advance(hourMs);

  const { body } = await company.importNow();

  expect(body).toMatchObject(none);
  expect(await company.list('rejections')).toMatchObject([{ applicationRef, personId: expect.any(String) }]);
});

async function listKept() {
  return relay.database.forSystem((tx) =>
    tx
      .selectFrom('sighting')
      .select(['application_ref', 'decided_at', 'content'])
      .where('connection_id', '=', company.connectionId)
      .orderBy('application_ref')
      .execute(),
  );
}

test('what was decided before the day of the first import is kept and not acted on, also without a day; what was decided that day is', async () => {
  const done = await take(
    write([
      header,
      ['1', '不合格', '2026/11/24', '髙﨑 花子', 'a@example.com'],
      ['2', '不合格', '2026/11/23', '髙﨑 花子', 'b@example.com'],
      ['3', '不合格', '', '髙﨑 花子', 'c@example.com'],
      ['4', '不合格', '2019/01/05', '髙﨑 花子', 'd@example.com'],
    ]),
  );

  expect(done).toMatchObject({ rejections: 4, skipped: 0 });
  expect(await company.list('rejections')).toMatchObject([{ applicationRef: '1' }]);
  expect((await listKept()).map((row) => row.application_ref)).toEqual(['2', '3', '4']);
  const { body } = await relay.call('GET', `/connections/${company.connectionId}`);
  expect(body.markedAt).toBe('2026-11-24T01:00:00.000Z');
});

test('from the date an admin chooses, what was kept is acted on, and nothing older', async () => {
  await take(
    write([
      header,
      ['1', '不合格', '2026/11/09', '髙﨑 花子', 'a@example.com'],
      ['2', '不合格', '2026/11/10', '髙﨑 花子', 'b@example.com'],
      ['3', '不合格', '2026/11/20', '髙﨑 花子', 'c@example.com'],
      ['4', '不合格', '', '髙﨑 花子', 'd@example.com'],
      ['5', '辞退', '2026/11/20', '髙﨑 花子', 'e@example.com'],
    ]),
  );
  expect(await company.list('letters')).toEqual([]);
  const seen = await relay.call('GET', `/connections/${company.connectionId}/backfill`);
  expect(seen.body.found).toBe(5);

  const change = { backfillFrom: '2026-11-10T00:00:00.000Z' };
  const { status } = await relay.call('PATCH', `/connections/${company.connectionId}`, change);
  const rejections = await company.list('rejections');

  expect(status).toBe(200);
  expect(rejections.map(({ applicationRef }) => applicationRef).toSorted()).toEqual(['2', '3', '4', '5']);
  expect((await listKept()).map((row) => row.application_ref)).toEqual(['1']);
  relay.clock.advance(hourMs);
  expect(await take(write([header, ['2', '不合格', '2026/11/10', '髙﨑 花子', 'b@example.com']]))).toMatchObject(none);
  expect(await company.list('letters')).toHaveLength(4);
});

test('what was kept is let go of when the application is open again, and follows the file until then', async () => {
  const row = (status: string, email: string) => [header, ['1', status, '2026/11/01', '髙﨑 花子', email]];
  await take(write(row('不合格', 'old@example.com')));
  relay.clock.advance(hourMs);
  await take(write(row('不合格', 'new@example.com')));

  expect(await listKept()).toMatchObject([{ content: { person: { email: 'new@example.com' } } }]);

  relay.clock.advance(hourMs);
  await take(write([header, ['1', '一次面接', '', '髙﨑 花子', 'new@example.com']]));
  expect(await listKept()).toEqual([]);
  expect(await company.list('rejections')).toEqual([]);
});

test('a rejection of an application seen open before is acted on though its day is older than the mark', async () => {
  await take(write([header, ['1', '一次面接', '', '髙﨑 花子', 'a@example.com']]));
  relay.clock.advance(hourMs);

  await take(write([header, ['1', '一次面接 不合格', '2026/11/20', '髙﨑 花子', 'a@example.com']]));

  expect(await company.list('rejections')).toMatchObject([{ applicationRef: '1' }]);
});

test('a thousand rejections in one file are all taken, each once', async () => {
  const rows = Array.from({ length: 1_200 }, (_, at) => [
    String(at),
    '不合格',
    '2026/11/24',
    '髙﨑 花子',
    `a${at}@example.com`,
  ]);

  expect(await take(write([header, ...rows]))).toMatchObject({ rows: 1_200, rejections: 1_200 });
  relay.clock.advance(hourMs);
  expect(await take(write([header, ...rows, ['x', '書類選考', '', '', '']]))).toMatchObject({ rows: 1_201, ...none });
});

test('two imports at once of one connection follow each other: each rejection stands once', async () => {
  fake.apply(hanako);
  await company.importNow();
  fake.reject({ ...hanako, applicationRef: '1001' });
  relay.clock.advance(hourMs);
  const files = (['utf-8', 'utf-16le', 'shift_jis'] as const).map((encoding) => fake.exportFile({ encoding }));

  const answers = await Promise.all(files.map((file) => company.upload(file)));

  expect(answers.map(({ body }) => body.rejections).toSorted()).toEqual([0, 0, 1]);
  expect(await company.list('letters')).toHaveLength(1);
});

test('a file that nobody confirms within a day is dropped, and its bytes with it', async () => {
  fake.reject(hanako);
  const { body } = await company.upload(fake.exportFile());
  relay.clock.advance(dayMs + 1);

  expect(await relay.imports.sweep()).toBe(1);

  const late = await relay.call('POST', `/imports/${body.importId}/confirm`);
  expect([late.status, late.body.code]).toEqual([409, 'request_conflict']);
  const left = await relay.database.forSystem((tx) =>
    tx.selectFrom('file_import').select(['state', 'bytes']).where('import_id', '=', body.importId).execute(),
  );
  expect(left).toEqual([{ state: 'expired', bytes: null }]);
});

test('once confirmed, nothing of the file is left but counts and lines', async () => {
  fake.reject(hanako);
  const { body } = await company.importNow();

  const row = await relay.database.forSystem((tx) =>
    tx.selectFrom('file_import').selectAll().where('import_id', '=', body.importId).executeTakeFirstOrThrow(),
  );

  expect(row.bytes).toBeNull();
  expect(JSON.stringify(row)).not.toMatch(/花子|takasaki/);
});
