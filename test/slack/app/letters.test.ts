import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
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

/** One live connection with these letters; gives the button's value. */
function addLetters(...letters: readonly Parameters<typeof makeLetter>[1][]) {
  const connection = makeConnection(rig.company.companyId);
  rig.stream.connections = [connection];
  rig.stream.letters = letters.map((letter) => makeLetter(connection.connectionId, letter));
  return { companyId: rig.company.companyId, noticeId };
}

const toValue = (letterId: string | undefined) =>
  JSON.stringify({ companyId: rig.company.companyId, letterId: letterId ?? '' });

test('a held letter is sent on by a recruiter, who is named below the notice', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({});
  const [letter] = rig.stream.letters;

  await rig.press(user, 'letters-review', button);
  await rig.click(user, 'letter-send');

  expect(rig.did).toEqual([`send ${letter?.letterId} slack:${rig.workspace.teamRef}:${user}`]);
  expect(rig.remarks).toEqual([
    { companyId: rig.company.companyId, noticeId, by: user, did: 'letters-sent', count: 1 },
  ]);
  expect(textOf(rig.modal(user).view)).toMatch(/1通を送信予定にしました[\s\S]*確認待ちの手紙はありません/);
  expect(rig.workspace.homes.has(user)).toBe(true);
});

test('sending a letter that lacks an address says that it may come back', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({ reason: 'no-address' }, { reason: 'reason-unknown' });
  const [lacking, whole] = rig.stream.letters;
  await rig.press(user, 'letters-review', button);

  await rig.click(user, 'letter-send', toValue(lacking?.letterId));
  const forLacking = textOf(rig.modal(user).view);
  await rig.click(user, 'letter-send', toValue(whole?.letterId));

  expect(forLacking).toMatch(/1通を送信予定にしました[\s\S]*確認待ちに戻ります/);
  expect(textOf(rig.modal(user).view)).not.toMatch(/戻ります/);
});

test.each([
  ['live', /まもなく送信されます/],
  ['shadow', /本番に切り替わるまで送信されません/],
  ['paused', /本番に切り替わるまで送信されません/],
] as const)(
  'of a letter sent on while its connection is %s nothing is promised that is not so',
  async (state, expected) => {
    const user = await rig.addUser('recruiter');
    const button = addLetters({}, { status: 'planned', isReleased: true });
    rig.stream.connections = rig.stream.connections.map((connection) => ({ ...connection, state }));
    await rig.press(user, 'letters-review', button);

    await rig.click(user, 'letter-send');
    const outcome = textOf(rig.modal(user).view);
    await rig.click(user, 'letters-planned');

    expect(outcome).toMatch(expected);
    expect(/まもなく送信されます/.test(textOf(rig.modal(user).view))).toBe(state === 'live');
  },
);

test('a double click sends a letter once and says so once', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({});
  await rig.press(user, 'letters-review', button);
  const request = rig.slack.click(rig.workspace, { user, actionId: 'letter-send', viewId: rig.modal(user).viewId });

  const gate = Promise.withResolvers<void>();
  rig.stream.gate = gate.promise;
  await Promise.all([rig.slack.deliver(rig.address, request), rig.slack.deliver(rig.address, request)]);
  // Long enough for the second to come as far as it may while the first is under way.
  for (let turns = 0; turns < 500; turns += 1) await new Promise(setImmediate);
  gate.resolve();
  await rig.settle();

  expect(rig.did).toHaveLength(1);
  expect(rig.remarks).toHaveLength(1);
});

test('names stand in the modal only where the channel may show them', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({});
  const shown = rig.workspace.addChannel({ name: 'names' });
  rig.stream.hasNames.add(shown);

  await rig.press(user, 'letters-review', button);
  const without = textOf(rig.modal(user).view);
  rig.slack.closeModal(rig.workspace, user, rig.modal(user).viewId);
  await rig.press(user, 'letters-review', button, shown);
  const withNames = textOf(rig.modal(user).view);

  expect(without).not.toMatch(/髙﨑/);
  expect(withNames).toMatch(/髙﨑 一郎 様/);
});

test('from the home no names are shown, and in a direct message those that the person may see', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({});
  rig.stream.hasNames.add(user);

  await rig.press(user, 'letters-review', button, rig.workspace.direct(user));
  const direct = textOf(rig.modal(user).view);
  await rig.click(user, 'letter-cancel');
  rig.stream.letters = rig.stream.letters.map((letter) => ({ ...letter, status: 'held' }));
  rig.slack.closeModal(rig.workspace, user, rig.modal(user).viewId);
  await rig.deliver(rig.slack.event(rig.workspace, { type: 'app_home_opened', user, channel: 'D1', tab: 'home' }));
  await rig.deliver(rig.slack.click(rig.workspace, { user, actionId: 'letters-review', isHome: true }));

  expect(direct).toMatch(/髙﨑/);
  expect(textOf(rig.modal(user).view)).not.toMatch(/髙﨑/);
});

test('a letter that may have arrived warns of a second copy, and is never sent with the whole page', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({}, {}, { status: 'unknown', reason: null });
  const doubtful = rig.stream.letters[2]?.letterId;

  await rig.press(user, 'letters-review', button);
  const shown = JSON.stringify(rig.modal(user).view);
  await rig.click(user, 'letters-send-all');

  expect(shown).toMatch(/同じ手紙が2通届くことがあります/);
  expect(rig.did).toHaveLength(2);
  expect(rig.did.join()).not.toContain(doubtful);
  expect(rig.remarks).toMatchObject([{ did: 'letters-sent', count: 2 }]);
});

test('two hundred letters are shown ten a page, forth and back', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters(...Array.from({ length: 200 }, (_, index) => ({ applicationRef: `No. ${index}.` })));

  await rig.press(user, 'letters-review', button);
  const first = textOf(rig.modal(user).view);
  for (let page = 0; page < 19; page += 1) await rig.click(user, 'letters-next');
  const last = textOf(rig.modal(user).view);
  await rig.click(user, 'letters-previous');

  expect(first).toMatch(/No\. 0\.[\s\S]*No\. 9\./);
  expect(first).not.toContain('No. 10.');
  expect(last).toContain('No. 199.');
  expect(textOf(rig.modal(user).view)).toContain('No. 180.');
});

test('the whole page acts on the letters that were shown, not on those that came since', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({}, {});
  const [one, two] = rig.stream.letters;
  await rig.press(user, 'letters-review', button);
  rig.stream.letters = [makeLetter(one?.connectionId ?? ''), ...rig.stream.letters];

  await rig.click(user, 'letters-cancel-all');

  expect(rig.did.map((done) => done.split(' ')[1])).toEqual([one?.letterId, two?.letterId]);
});

test('a planned letter can be held, and one already released is not sent twice', async () => {
  const user = await rig.addUser('recruiter');
  const due = new Date('2026-11-25T00:00:00Z');
  const button = addLetters({ status: 'planned', reason: null, dueAt: due }, { status: 'planned', isReleased: true });
  const [planned] = rig.stream.letters;

  await rig.press(user, 'letters-review', button);
  const shown = textOf(rig.modal(user).view);
  await rig.click(user, 'letter-hold', toValue(planned?.letterId));

  expect(shown).toMatch(/送信予定：11\/25 9:00[\s\S]*まもなく送信されます/);
  expect(JSON.stringify(rig.modal(user).view)).not.toContain('letter-send"');
  expect(rig.did).toEqual([`hold ${planned?.letterId} slack:${rig.workspace.teamRef}:${user}`]);
});

test('a viewer sees the letters and no button to decide', async () => {
  const user = await rig.addUser('viewer');
  const button = addLetters({}, {});

  await rig.press(user, 'letters-review', button);

  expect(textOf(rig.modal(user).view)).toContain('7100101');
  expect(JSON.stringify(rig.modal(user).view)).not.toMatch(/letter-send|letters-send-all/);
});

test('who lost the right while the modal was open can no longer use its buttons', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({});
  await rig.press(user, 'letters-review', button);
  await rig.people.changeRole(rig.company.companyId, user, 'viewer', 'admin');

  await rig.click(user, 'letter-send');

  expect(rig.did).toEqual([]);
  expect(textOf(rig.modal(user).view)).toMatch(/この操作はできません/);
});

test('a letter of another company is left alone, whatever the button says', async () => {
  const user = await rig.addUser('recruiter');
  addLetters({});
  const foreign = makeLetter(rig.stream.connections[0]?.connectionId ?? '');
  const other = await rig.addCompany('別の会社');
  const button = { companyId: other.companyId };

  await rig.press(user, 'letters-review', button);

  expect(textOf(rig.modal(user).view)).toMatch(/連携/);
  expect(textOf(rig.modal(user).view)).not.toContain(foreign.applicationRef);
});

test('a letter that somebody else decided meanwhile is left as it is, and said so', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({});
  await rig.press(user, 'letters-review', button);
  rig.stream.letters = rig.stream.letters.map((letter) => ({ ...letter, status: 'sent' }));

  await rig.click(user, 'letter-cancel');

  expect(rig.did).toEqual([]);
  expect(rig.remarks).toEqual([]);
  expect(textOf(rig.modal(user).view)).toMatch(/そのままにしました/);
});

test('nothing that the ATS or a company wrote becomes a mention', async () => {
  const user = await rig.addUser('recruiter');
  const button = addLetters({ job: '<!channel> <@U1>', stage: '<!here>', rejectionReason: '<https://example.com|x>' });

  await rig.press(user, 'letters-review', button);

  expect(rig.workspace.broadcasts).toEqual([]);
  expect(textOf(rig.modal(user).view)).not.toMatch(/<[!@h]/);
});
