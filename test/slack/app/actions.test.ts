import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
import { RelayError } from '../../../src/platform/errors.ts';
import { openTestDatabase } from '../../support/database.ts';
import { makeConnection, makeLetter, noticeId, openRig, type Rig, textOf } from './rig.ts';

let database: Database;
let rig: Rig;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  rig = await openRig(database);
});
afterEach(() => rig.close());

const actorOf = (user: string) => `slack:${rig.workspace.teamRef}:${user}`;
const button = (more: object = {}) => ({ companyId: rig.company.companyId, noticeId, ...more });

function addConnection(change: Parameters<typeof makeConnection>[1] = {}) {
  const connection = makeConnection(rig.company.companyId, change);
  rig.stream.connections.push(connection);
  return connection;
}

test('an unknown reason is asked about, told what it will do, and only then saved', async () => {
  const user = await rig.addUser('recruiter');
  const { connectionId } = addConnection({ mapping: { reasons: { '1': { letter: 'skip' } } } });
  rig.stream.unknownReasons = [{ connectionId, reasonRef: '77', name: '条件の不一致 <!channel>', heldLetters: 3 }];

  await rig.press(user, 'reasons-map', button());
  await rig.submit(user, { 'decided-by': 'company', letter: 'send' });
  const asked = textOf(rig.modal(user).view);
  const before = [...rig.did];
  await rig.submit(user);

  expect(asked).toMatch(/3通が送信予定になります/);
  expect(before).toEqual([]);
  const mapping = { reasons: { '1': { letter: 'skip' }, '77': { decidedBy: 'company', letter: 'send' } } };
  expect(rig.did).toEqual([`map ${JSON.stringify(mapping)} ${actorOf(user)}`]);
  expect(rig.remarks).toMatchObject([{ did: 'reason-mapped', count: 3, by: user, noticeId }]);
  expect(rig.workspace.broadcasts).toEqual([]);
});

test('a reason saved twice is saved once', async () => {
  const user = await rig.addUser('recruiter');
  const { connectionId } = addConnection();
  rig.stream.unknownReasons = [{ connectionId, reasonRef: '77', name: '辞退', heldLetters: 1 }];
  await rig.press(user, 'reasons-map', button());
  await rig.submit(user, { 'decided-by': 'candidate', letter: 'skip' });
  const request = rig.slack.submit(rig.workspace, { user, viewId: rig.modal(user).viewId });

  await rig.deliver(request);
  await rig.deliver(request);

  expect(rig.did).toHaveLength(1);
  expect(rig.remarks).toHaveLength(1);
});

test('a credit is reserved once, however often its modal is sent', async () => {
  const user = await rig.addUser('recruiter');
  rig.stream.balance.available = 2;
  await rig.press(user, 'credit-reserve', button());
  const values = { purpose: { purpose: "営業職の採用 O'Brien & 🌱 <!channel>" } };
  const request = rig.slack.submit(rig.workspace, { user, viewId: rig.modal(user).viewId, values });

  await rig.deliver(request);
  await rig.deliver(request);

  expect(rig.did).toEqual([`reserve ${values.purpose.purpose} ${actorOf(user)}`]);
  expect(rig.remarks).toMatchObject([{ did: 'credit-reserved', count: 1 }]);
  expect(textOf(rig.modal(user).view)).toMatch(/1件確保しました/);
  expect(rig.workspace.broadcasts).toEqual([]);
});

test('without a credit nothing can be reserved, and it is said so', async () => {
  const user = await rig.addUser('recruiter');
  rig.stream.balance.available = 0;

  await rig.press(user, 'credit-reserve', button());

  expect(textOf(rig.modal(user).view)).toMatch(/いま使えるクレジット（無料で紹介を受けられる権利）はありません/);
});

test.each(['used', 'released'] as const)('a reservation is settled as %s, once', async (settlement) => {
  const user = await rig.addUser('recruiter');
  const reservationId = '01890000-0000-7000-8000-0000000000aa';
  const { companyId } = rig.company;
  rig.stream.reservations = [{ reservationId, reason: '営業', reservedAt: rig.clock.now(), companyId, key: '' }];
  await rig.press(user, 'credit-settle', button({ reservationId }));
  const values = { settlement: { settlement } };
  const request = rig.slack.submit(rig.workspace, { user, viewId: rig.modal(user).viewId, values });

  await rig.deliver(request);
  await rig.deliver(request);

  expect(rig.did).toEqual([`${settlement} ${reservationId} ${actorOf(user)}`]);
  expect(rig.remarks).toMatchObject([{ did: `credit-${settlement}` }]);
});

test('a reservation of another company is not settled', async () => {
  const user = await rig.addUser('recruiter');
  const other = await rig.addCompany();
  const reservationId = '01890000-0000-7000-8000-0000000000bb';
  rig.stream.reservations = [
    { reservationId, reason: '営業', reservedAt: rig.clock.now(), companyId: other.companyId, key: '' },
  ];

  await rig.press(user, 'credit-settle', button({ reservationId }));

  expect(textOf(rig.modal(user).view)).toMatch(/見つからない/);
});

test('a connection that answers again catches up and says how much was missed', async () => {
  const user = await rig.addUser('recruiter');
  const { connectionId } = addConnection({ failingSince: rig.clock.now() });
  rig.stream.pollFinds = 4;

  await rig.press(user, 'connection-retry', button({ connectionId }));

  expect(textOf(rig.modal(user).view)).toMatch(/つながりました[\s\S]*4件/);
  expect(rig.remarks).toMatchObject([{ did: 'connection-retried', noticeId }]);
});

test('a connection that still fails says why', async () => {
  const user = await rig.addUser('recruiter');
  const { connectionId } = addConnection({ failingSince: rig.clock.now() });
  rig.stream.checkFails = new RelayError('vendor_forbidden');

  await rig.press(user, 'connection-retry', button({ connectionId }));

  expect(textOf(rig.modal(user).view)).toMatch(/まだつながりません[\s\S]*必要なスコープ/);
});

test("another company's connection is neither asked nor stopped", async () => {
  const user = await rig.addUser('owner');
  const foreign = makeConnection('01890000-0000-7000-8000-0000000000cc');
  rig.stream.connections = [foreign];

  await rig.press(user, 'connection-retry', button({ connectionId: foreign.connectionId }));

  expect(textOf(rig.modal(user).view)).toMatch(/見つかりませんでした/);
  expect(rig.did).toEqual([]);
});

test('resuming says first how many letters will leave, and needs the right', async () => {
  const owner = await rig.addUser('owner');
  const recruiter = await rig.addUser('recruiter');
  const { connectionId } = addConnection({ state: 'paused' });
  rig.stream.letters = [1, 2, 3].map(() => makeLetter(connectionId, { status: 'planned', reason: null }));

  await rig.command(recruiter, '再開');
  await rig.command(owner, '再開');
  const asked = textOf(rig.modal(owner).view);
  await rig.submit(owner);

  expect(textOf(rig.modal(recruiter).view)).toMatch(/この操作はできません/);
  expect(asked).toMatch(/送信予定が3通/);
  expect(rig.did).toEqual([`resume ${connectionId} ${actorOf(owner)}`]);
});

test('of several connections one is chosen, and stopping it twice stops it once', async () => {
  const user = await rig.addUser('recruiter');
  addConnection();
  const { connectionId } = addConnection();

  await rig.command(user, '一時停止');
  await rig.submit(user, { connection: connectionId });
  const request = rig.slack.submit(rig.workspace, { user, viewId: rig.modal(user).viewId });
  await rig.deliver(request);
  await rig.deliver(request);

  expect(rig.did).toEqual([`pause ${connectionId} ${actorOf(user)}`]);
  expect(textOf(rig.modal(user).view)).toMatch(/すでに一時停止中/);
});

async function openPreview(user: string, application = 'https://ats.example.com/people/12?application_id=7100101') {
  addConnection({ mode: 'ats-triggered' });
  await rig.deliver(rig.slack.shortcut(rig.workspace, { user, callbackId: 'career_relay_reject' }));
  await rig.submit(user, { application });
  await rig.submit(user, { reason: '14001', template: '502' });
}

test('a rejection is previewed without the name, confirmed, and made once', async () => {
  const user = await rig.addUser('recruiter');
  await openPreview(user);
  const shown = textOf(rig.modal(user).view);
  const before = [...rig.did];
  const viewId = rig.modal(user).viewId;
  const request = rig.slack.click(rig.workspace, { user, actionId: 'reject-confirm', viewId });

  await Promise.all([rig.slack.deliver(rig.address, request), rig.slack.deliver(rig.address, request)]);
  await rig.settle();

  expect(shown).toMatch(/7100101[\s\S]*このたびはご応募いただき/);
  expect(shown).not.toMatch(/髙﨑/);
  expect(before).toEqual([]);
  expect(rig.did).toEqual([`reject 7100101 14001 502 ${actorOf(user)}`]);
  expect(textOf(rig.modal(user).view)).toMatch(/不採用として記録しました/);
});

test('after an answer that leaves it open the person is told to look in the ATS, and nothing is repeated', async () => {
  const user = await rig.addUser('recruiter');
  await openPreview(user);
  rig.stream.rejectFails = new RelayError('vendor_unavailable');
  const viewId = rig.modal(user).viewId;
  const request = rig.slack.click(rig.workspace, { user, actionId: 'reject-confirm', viewId });

  await rig.deliver(request);
  await rig.deliver(request);

  expect(textOf(rig.modal(user).view)).toMatch(/先にATSで応募の状態をご確認ください/);
  expect(rig.did).toHaveLength(1);
  expect(rig.remarks).toEqual([]);
});

test('a refusal of the ATS that is certain says that nothing has changed', async () => {
  const user = await rig.addUser('recruiter');
  await openPreview(user);
  rig.stream.rejectFails = new RelayError('vendor_forbidden');

  await rig.click(user, 'reject-confirm');

  expect(textOf(rig.modal(user).view)).toMatch(/何も変わっていません/);
});

test.each([
  ['already-rejected', /すでに不採用/],
  ['application-gone', /見つかりませんでした/],
] as const)('an application that is %s is told before anything is asked for', async (refusal, expected) => {
  const user = await rig.addUser('recruiter');
  rig.stream.refusal = refusal;

  await openPreview(user);

  expect(textOf(rig.modal(user).view)).toMatch(expected);
  expect(rig.did).toEqual([]);
});

test('what is no application number is pointed out in its field', async () => {
  const user = await rig.addUser('recruiter');
  addConnection({ mode: 'ats-triggered' });
  await rig.deliver(rig.slack.shortcut(rig.workspace, { user, callbackId: 'career_relay_reject' }));
  const viewId = rig.modal(user).viewId;

  const values = { application: { application: '髙﨑さん' } };
  const { body } = await rig.deliver(rig.slack.submit(rig.workspace, { user, viewId, values }));

  expect(JSON.parse(body)).toMatchObject({ response_action: 'errors', errors: { application: expect.any(String) } });
});

test('where no connection rejects from here, the shortcut says so', async () => {
  const user = await rig.addUser('recruiter');
  addConnection({ mode: 'relay-sent' });

  await rig.deliver(rig.slack.shortcut(rig.workspace, { user, callbackId: 'career_relay_reject' }));

  expect(textOf(rig.modal(user).view)).toMatch(/できる接続はありません/);
});

test.each([
  'letters-review',
  'reasons-map',
  'credit-reserve',
  'credit-settle',
  'connection-retry',
  'connection-pause',
  'connection-resume',
  'reject-begin',
])('%s of somebody who is not linked says privately whom to ask, and does nothing', async (actionId) => {
  const owner = await rig.addUser('owner');
  const stranger = await rig.addUser();
  addConnection();

  await rig.press(stranger, actionId, button());

  expect(textOf(rig.modal(stranger).view)).toMatch(new RegExp(`連携が必要です[\\s\\S]*<@${owner}>`));
  expect([...rig.did, ...rig.remarks]).toEqual([]);
});

test.each([
  'reasons-map',
  'credit-reserve',
  'connection-retry',
  'connection-pause',
  'connection-resume',
  'reject-begin',
])('%s is refused to an auditor', async (actionId) => {
  const user = await rig.addUser('auditor');
  const { connectionId } = addConnection({ mode: 'ats-triggered' });

  await rig.press(user, actionId, button({ connectionId }));

  expect(textOf(rig.modal(user).view)).toMatch(/この操作はできません/);
  expect(rig.did).toEqual([]);
});
