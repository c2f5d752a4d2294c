import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Role } from '../../../src/company/index.ts';
import type { Database } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import { parseCommand } from '../../../src/slack/app/command.ts';
import { parseApplicationRef } from '../../../src/slack/app/rejecting.ts';
import { openTestDatabase } from '../../support/database.ts';
import { validateView } from '../../support/fake-slack.ts';
import { makeConnection, makeLetter, openRig, type Rig, textOf } from './rig.ts';

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

async function openHome(user: string): Promise<string> {
  await rig.deliver(rig.slack.event(rig.workspace, { type: 'app_home_opened', user, channel: 'D1', tab: 'home' }));
  return JSON.stringify(rig.workspace.homes.get(user)?.view);
}

/** Something of everything that can wait for a person. */
function fill(count = 1, name = '条件の不一致') {
  const many = Array.from({ length: count });
  rig.stream.connections = many.map((_, index) =>
    makeConnection(rig.company.companyId, {
      mode: 'ats-triggered',
      state: index % 2 === 0 ? 'live' : 'paused',
      failingSince: rig.clock.now(),
    }),
  );
  const connectionId = rig.stream.connections[0]?.connectionId ?? '';
  rig.stream.letters = many.map((_, index) =>
    makeLetter(connectionId, { reason: index === 0 ? 'no-address' : `r${index}` }),
  );
  rig.stream.unknownReasons = many.map((_, index) => ({ connectionId, reasonRef: `${index}`, name, heldLetters: 3 }));
  rig.stream.reservations = many.map(() => ({
    ...{ reservationId: newId(), reason: name, reservedAt: rig.clock.now() },
    ...{ companyId: rig.company.companyId, key: '' },
  }));
}

test('the home tells a recruiter the balance, the way to the next credit, and what waits', async () => {
  const user = await rig.addUser('recruiter');
  fill();

  const home = await openHome(user);

  expect(home).toMatch(
    /使えるクレジット\*\\n1件[\s\S]*あと3名[\s\S]*●●●●●●●○○○ {2}7\/10名[\s\S]*週に約2名です。このペースなら、次のクレジットまで約2週間/,
  );
  expect(home).toMatch(/宛先のメールアドレスがありません[\s\S]*\*条件の不一致\*[\s\S]*扱いが未設定/);
  expect(home).not.toMatch(/髙﨑/);
  for (const id of [
    'letters-review',
    'reasons-map',
    'connection-retry',
    'connection-pause',
    'credit-settle',
    'credit-reserve',
    'reject-begin',
    'open-settings',
  ])
    expect(home).toContain(`"${id}"`);
});

test.each(['viewer', 'auditor'] as const)(
  'a %s sees the same home without a button that they may not use',
  async (role: Role) => {
    const user = await rig.addUser(role);
    fill();

    const home = await openHome(user);

    expect(home).toMatch(/あと3名[\s\S]*扱いが未設定/);
    expect(home).not.toMatch(/letters-review|reasons-map|connection-|credit-settle|credit-reserve|reject-begin/);
  },
);

test('only who may resume sees the button that lets letters leave again', async () => {
  const [owner, recruiter] = [await rig.addUser('owner'), await rig.addUser('recruiter')];
  rig.stream.connections = [makeConnection(rig.company.companyId, { state: 'paused' })];

  const [forOwner, forRecruiter] = [await openHome(owner), await openHome(recruiter)];

  expect(forOwner).toContain('connection-resume');
  expect(forRecruiter).not.toContain('connection-resume');
});

test('the home tells first whether letters wait and whether anything is broken', async () => {
  const user = await rig.addUser('viewer');
  const quiet = await openHome(user);
  fill(3);
  const busy = await openHome(user);
  rig.stream.connections = rig.stream.connections.map((connection) => ({ ...connection, failingSince: null }));
  const paused = await openHome(user);

  expect(quiet).toMatch(/確認待ち\*\\n0通[\s\S]*ATSとの接続\*\\nまだありません[\s\S]*確認が必要なものはありません/);
  expect(busy).toMatch(/確認待ち\*\\n3通[\s\S]*3件に問題があります[\s\S]*使えるクレジット/);
  expect(busy).toMatch(/接続に問題があります（[\s\S]*手紙3通が確認待ち/);
  expect(paused).toMatch(/1件が一時停止中です/);
  expect(paused).not.toMatch(/問題/);
});

test('somebody who is not linked sees how to get linked, in both languages, and nothing else', async () => {
  const owner = await rig.addUser('owner');
  const stranger = await rig.addUser();
  fill();

  const home = await openHome(stranger);

  expect(home).toMatch(/連携コードを受け取り[\s\S]*Ask an admin for a link code/);
  expect(home).toContain(`<@${owner}>`);
  expect(home).not.toMatch(/あと|letters-review/);
});

test.each(['ja', 'en'] as const)(
  'a home of fifty connections and long names stays within the limits of Slack (%s)',
  async (locale) => {
    const user = await rig.addUser('owner');
    await database.forSystem((tx) =>
      tx.updateTable('slack_person').set({ locale }).where('slack_ref', '=', user).execute(),
    );
    fill(50, `<!channel> 髙﨑 𠮷野 O'Brien & 🌱 ${'𠮷'.repeat(2_000)}`);

    await openHome(user);

    const view = rig.workspace.homes.get(user)?.view;
    expect(validateView(view)).toEqual([]);
    expect(view?.blocks.length).toBeLessThanOrEqual(100);
    expect(rig.workspace.broadcasts).toEqual([]);
    expect(JSON.stringify(view)).toMatch(locale === 'ja' ? /ほか 38件/ : /and 38 more/);
    expect(JSON.stringify(view)).toContain('settings');
  },
);

test('somebody of two companies chooses in the home, and it stays with the one chosen', async () => {
  const user = await rig.addUser('viewer');
  const other = await rig.addCompany('別の会社 <!here>');
  await rig.people.linkPerson(other.companyId, { slackRef: user, role: 'owner' }, 'admin');
  await openHome(user);

  const choice = { user, actionId: 'home-company', value: other.companyId, isHome: true } as const;
  await rig.deliver(rig.slack.click(rig.workspace, choice));
  const chosen = textOf(rig.workspace.homes.get(user)?.view);
  const view = rig.workspace.homes.get(user)?.view;
  await rig.deliver(
    rig.slack.event(rig.workspace, { type: 'app_home_opened', user, channel: 'D1', tab: 'home', view }),
  );

  expect(chosen).toMatch(/^別の会社/);
  expect(textOf(rig.workspace.homes.get(user)?.view)).toMatch(/^別の会社/);
});

test('a home cannot be turned to a company that the person is not linked to', async () => {
  const user = await rig.addUser('viewer');
  const third = await rig.addCompany('よその会社');
  const other = await rig.addCompany('別の会社');
  await rig.people.linkPerson(other.companyId, { slackRef: user, role: 'owner' }, 'admin');
  await openHome(user);
  const request = rig.slack.click(rig.workspace, {
    user,
    actionId: 'home-company',
    value: other.companyId,
    isHome: true,
  });
  const forged = new URLSearchParams({
    payload: (new URLSearchParams(request.body).get('payload') ?? '').replaceAll(other.companyId, third.companyId),
  }).toString();

  await rig.deliver({ ...request, body: forged, headers: rig.slack.sign(forged) });

  expect(textOf(rig.workspace.homes.get(user)?.view)).not.toMatch(/よその会社/);
});

test.each([
  ['', 'help'],
  ['残高', 'balance'],
  ['Balance', 'balance'],
  ['ｈｅｌｄ', 'held'],
  ['確認待ち', 'held'],
  ['一時停止', 'pause'],
  ['再開', 'resume'],
  ['ヘルプ', 'help'],
  ['連携 7F3K', 'link'],
])('`/career-relay %s` is understood as %s', (text, verb) => {
  expect(parseCommand(text).verb).toBe(verb);
});

test.each([
  ['balanse', 'balance'],
  ['残額', '残高'],
  ['resme', 'resume'],
  ['zzzzzz', undefined],
])('`/career-relay %s` suggests %s', (text, suggestion) => {
  expect(parseCommand(text)).toEqual({ verb: undefined, suggestion });
});

test.each([
  ['7100101', '7100101'],
  [' ７１００１０１ ', '7100101'],
  ['https://ats.example.com/people/12?application_id=7100101', '7100101'],
  ['https://ats.example.com/people/12/applications/7100101/redesign', '7100101'],
  ['https://ats.example.com/candidates/0e5d7c1a-1b2c-4d3e-8f90-a1b2c3d4e5f6', '0e5d7c1a-1b2c-4d3e-8f90-a1b2c3d4e5f6'],
  ['https://ats.example.com/home', undefined],
  ['髙﨑さん', undefined],
  ['', undefined],
])('of %s the application %s is read', (typed, expected) => {
  expect(parseApplicationRef(typed)).toBe(expected);
});

test('the balance is told in private, with a button for who may use it', async () => {
  const [recruiter, viewer] = [await rig.addUser('recruiter'), await rig.addUser('viewer')];

  const forRecruiter = await rig.command(recruiter, 'balance');
  await rig.command(viewer, 'balance');

  expect(forRecruiter).toMatch(/使えるクレジット\*\n1件[\s\S]*7\/10名/);
  const [first, second] = rig.slack.responses.map(({ body }) => body);
  expect([first, second]).toMatchObject([{ response_type: 'ephemeral' }, { response_type: 'ephemeral' }]);
  expect(JSON.stringify(first)).toContain('credit-reserve');
  expect(JSON.stringify(second)).not.toContain('credit-reserve');
});

test('what waits is counted, and a word that is not known gets help and a suggestion', async () => {
  const user = await rig.addUser('recruiter');
  fill(5);

  expect(await rig.command(user, '確認待ち')).toMatch(/手紙5通が確認待ちです/);
  expect(await rig.command(user, 'balanc <!channel>')).toMatch(/もしかして：`\/career-relay balance`[\s\S]*できること/);
});

test('somebody of two companies names the one a command is about', async () => {
  const user = await rig.addUser('viewer');
  const other = await rig.addCompany();
  await rig.people.linkPerson(other.companyId, { slackRef: user, role: 'owner' }, 'admin');

  expect(await rig.command(user, 'balance')).toContain(other.slug);
  expect(await rig.command(user, `balance ${other.slug}`)).toMatch(/使えるクレジット/);
  expect(await rig.command(user, 'balance nobody')).toContain(other.slug);
});

test('a word too many behind a command is no reason to tell a linked person to get linked', async () => {
  const user = await rig.addUser('viewer');

  const answer = await rig.command(user, '残高 ください');

  expect(answer).toContain(`/career-relay 残高 ${rig.company.slug}`);
  expect(answer).not.toContain('連携');
});

test('a shortcut of somebody of two companies asks which, then opens it', async () => {
  const user = await rig.addUser('recruiter');
  const other = await rig.addCompany();
  await rig.people.linkPerson(other.companyId, { slackRef: user, role: 'owner' }, 'admin');
  fill();

  await rig.deliver(rig.slack.shortcut(rig.workspace, { user, callbackId: 'career_relay_held' }));
  await rig.click(user, 'company-choose', `held:${rig.company.companyId}`);

  expect(textOf(rig.modal(user).view)).toContain('7100101');
});

test('a workspace that no company is tied to says so', async () => {
  const user = await rig.addUser('recruiter');
  await database.forSystem((tx) =>
    tx.deleteFrom('slack_tie').where('company_id', '=', rig.company.companyId).execute(),
  );

  expect(await rig.command(user, 'balance')).toMatch(
    /まだどの会社にもつながっていません[\s\S]*not connected to a company yet/,
  );
  expect(await openHome(user)).toMatch(/まだどの会社にもつながっていません/);
});

test('a code links a person once, and the wrong ones of a minute are counted', async () => {
  const [user, other] = [await rig.addUser(), await rig.addUser()];
  const { code } = await rig.people.makeLinkCode(rig.company.companyId, 'recruiter', 'admin');

  const typed = code.toLowerCase().replaceAll('-', '');
  expect(await rig.command(user, `連携 ${typed}`)).toMatch(/架空食品株式会社 に、採用担当者として連携しました/);
  expect(await rig.command(other, `link ${code}`)).toMatch(/この連携コードは使えません/);
  for (let tries = 0; tries < 4; tries += 1) await rig.command(other, 'link 0000-0000-0000-0000');
  expect(await rig.command(other, 'link 0000-0000-0000-0000')).toMatch(/1分ほど待って/);
  expect(await rig.command(user, 'balance')).toMatch(/使えるクレジット/);
  expect(rig.workspace.homes.has(user)).toBe(true);
});

test('uninstalling, revoked tokens, archives and names are passed on to whom they concern', async () => {
  const { teamRef, botUserRef } = rig.workspace;
  const eventTime = new Date('2026-11-24T01:00:00Z');
  const tell = (event: Readonly<Record<string, unknown>>) =>
    rig.deliver(rig.slack.event(rig.workspace, event, { eventTime }));
  const { companyId } = rig.company;

  await tell({ type: 'app_uninstalled' });
  await tell({ type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: [botUserRef] } });
  await tell({ type: 'member_joined_channel', user: 'U0SOMEBODY', channel: 'C1', channel_type: 'C', team: teamRef });
  await tell({ type: 'member_joined_channel', user: botUserRef, channel: 'C2', channel_type: 'C', team: teamRef });
  await tell({ type: 'channel_unarchive', channel: 'C3', user: 'U1' });
  await tell({ type: 'group_unarchive', channel: 'G4', user: 'U1' });
  await tell({ type: 'channel_rename', channel: { id: 'C5', name: '採用', created: 1 } });
  await tell({ type: 'channel_rename', channel: 'nonsense' });

  expect(rig.heard).toEqual([
    `uninstalled ${teamRef} ${eventTime.toISOString()}`,
    `revoked ${teamRef} ${botUserRef}`,
    `resume ${companyId} C2`,
    `resume ${companyId} C3`,
    `resume ${companyId} G4`,
    `rename ${companyId} C5 採用`,
  ]);
});
