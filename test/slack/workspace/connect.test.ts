import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { openCache } from '../../../src/platform/cache.ts';
import { newToken } from '../../../src/platform/ids.ts';
import { botScopes, listTiedCompanies, saveHours } from '../../../src/slack/index.ts';
import { openPeople } from '../../../src/slack/people/index.ts';
import { codeOf, openRoom, type Room } from './support.ts';

let room: Room;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  room = await openRoom();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => room.close());

/** A Slack that gives one answer to every call: for what the fake has none of, organisations and people's tokens. */
async function answerAlways(answer: object) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, ...answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => void server.close(() => resolve())));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  return { asked, workspaces: room.openAnother({ apiUrl }) };
}

describe('a workspace is connected by its token', () => {
  test('and the company is tied to it, with what the token may not do', async () => {
    const workspace = room.slack.addWorkspace({ scopes: ['chat:write', 'commands'], name: 'O’Brien 🌸' });
    const companyId = await room.newCompany();

    const connected = await room.connectByToken({ companyId, botToken: ` ${workspace.token}\n` });

    expect(connected).toMatchObject({
      workspace: { teamRef: workspace.teamRef, name: 'O’Brien 🌸' },
      isNew: true,
      tiedBefore: false,
      missingScopes: botScopes.filter((scope) => scope !== 'chat:write' && scope !== 'commands'),
    });
    expect(await room.tieOf(companyId)).toMatchObject({
      source: 'token',
      state: 'installed',
      hours: { from: '09:00', to: '20:00', days: 'business' },
    });
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
    expect(JSON.stringify(await room.rowOf(workspace.teamRef))).not.toContain(workspace.token);
  });

  test('where this service has no Slack app of its own at all', async () => {
    const workspace = room.slack.addWorkspace();
    const { connectByToken } = room.openAnother({ clientId: undefined, clientSecret: undefined });

    const connected = await connectByToken({ companyId: await room.newCompany(), botToken: workspace.token });

    expect(connected.workspace.teamRef).toBe(workspace.teamRef);
  });

  test.each([
    ['of a person', 'xoxp-1-fake', 'slack_token_unsuitable'],
    ['that rotates', 'xoxe.xoxb-1-fake', 'slack_token_unsuitable'],
    ['of the app', 'xapp-1-fake', 'slack_token_unsuitable'],
    ['that Slack does not know', 'xoxb-unknown', 'slack_token_refused'],
  ])('and never by one %s', async (_whose, botToken, code) => {
    const companyId = await room.newCompany();

    expect(await codeOf(room.connectByToken({ companyId, botToken }))).toBe(code);
    expect(await room.tieOf(companyId)).toBeUndefined();
  });

  test.each([
    ['a person’s', { bot_id: undefined }],
    ['a whole organisation’s', { is_enterprise_install: true, team_id: 'E0FAKE0001' }],
  ])('and never by one that Slack says is %s', async (_whose, said) => {
    const test = { team: '架空', team_id: 'T0FAKE0009', user_id: 'U0FAKE0009', bot_id: 'B0FAKE0009' };
    const { workspaces } = await answerAlways({ ...test, ...said });
    const companyId = await room.newCompany();

    expect(await codeOf(workspaces.connectByToken({ companyId, botToken: 'xoxb-1' }))).toBe('slack_token_unsuitable');
    expect(await room.tieOf(companyId)).toBeUndefined();
  });

  test('unless Slack is away: then nothing is tied', async () => {
    const workspace = room.slack.addWorkspace();
    const companyId = await room.newCompany();
    await room.slack.down(true);

    const code = await codeOf(room.connectByToken({ companyId, botToken: workspace.token }));
    await room.slack.down(false);

    expect([code, await room.tieOf(companyId)]).toEqual(['slack_unavailable', undefined]);
  });
});

describe('a company that is tied to a workspace', () => {
  test('is not moved to another, and the token that was typed in stays its owner’s', async () => {
    const [first, second] = [room.slack.addWorkspace(), room.slack.addWorkspace()];
    const companyId = await room.newCompany();
    await room.connectByToken({ companyId, botToken: first.token });

    const code = await codeOf(room.connectByToken({ companyId, botToken: second.token }));

    expect(code).toBe('slack_tied_elsewhere');
    expect((await room.tieOf(companyId))?.teamRef).toBe(first.teamRef);
    expect(await room.rowOf(second.teamRef)).toBeUndefined();
    await room.connectByToken({ companyId: await room.newCompany(), botToken: second.token });
  });

  test('is not moved by an install either, which is taken back from Slack', async () => {
    const [first, second] = [room.slack.addWorkspace(), room.slack.addWorkspace({ isInstalled: false })];
    const companyId = await room.newCompany();
    const browser = newToken();
    // Begun before the tie, so that Slack is asked for no workspace.
    const { url } = await room.install.begin({ companyId, browser });
    const back = new URL(room.slack.agree(url, second, second.addUser()));
    await room.connectByToken({ companyId, botToken: first.token });
    const { state = '', code = '' } = Object.fromEntries(back.searchParams);

    const outcome = await room.install.finish({ state, browser, answer: { code } });

    expect(outcome).toMatchObject({ ok: false, reason: 'failed', error: { code: 'slack_tied_elsewhere' } });
    expect((await room.tieOf(companyId))?.teamRef).toBe(first.teamRef);
    expect(await room.rowOf(second.teamRef)).toBeUndefined();
    expect(room.slack.calls.at(-1)).toBe('auth.revoke');
  });

  test('is not moved, but the tokens of that install serve the companies that use the workspace', async () => {
    const first = room.slack.addWorkspace();
    const shared = room.slack.addWorkspace({ rotates: true, isInstalled: false });
    const [companyId, neighbour] = [await room.newCompany(), await room.newCompany()];
    await room.connect(neighbour, shared);
    const browser = newToken();
    const { url } = await room.install.begin({ companyId, browser });
    const back = new URL(room.slack.agree(url, shared, shared.addUser()));
    await room.connectByToken({ companyId, botToken: first.token });
    const { state = '', code = '' } = Object.fromEntries(back.searchParams);

    const outcome = await room.install.finish({ state, browser, answer: { code } });

    expect(outcome).toMatchObject({ ok: false, error: { code: 'slack_tied_elsewhere' } });
    expect((await room.tokens.authorize(shared.teamRef)).botToken).toBe(shared.token);
  });

  test('may share it with others', async () => {
    const workspace = room.slack.addWorkspace({ isInstalled: false });
    const companies = [await room.newCompany(), await room.newCompany()];

    for (const companyId of companies) await room.connect(companyId, workspace);

    const workspaceId = (await room.tieOf(companies[0] ?? ''))?.workspaceId ?? '';
    const tied = await room.database.forSystem((tx) => listTiedCompanies(tx, workspaceId));
    expect(tied.toSorted()).toEqual(companies.toSorted());
  });

  test('has hours of its own', async () => {
    const workspace = room.slack.addWorkspace();
    const companyId = await room.newCompany();
    const hours = { from: '10:00', to: '18:30', days: 'every' } as const;
    const save = () => room.database.forCompany(companyId, (tx) => saveHours(tx, companyId, hours, room.clock.now()));

    const before = await codeOf(save());
    await room.connectByToken({ companyId, botToken: workspace.token });
    await save();

    expect(before).toBe('slack_not_connected');
    expect((await room.tieOf(companyId))?.hours).toEqual(hours);
  });
});

describe('a company that disconnects', () => {
  test('alone takes the app out of its workspace, and its places and people go', async () => {
    const workspace = room.slack.addWorkspace({ rotates: true, isInstalled: false });
    const companyId = await room.newCompany();
    await room.connect(companyId, workspace);
    const { workspaceId = '' } = (await room.tieOf(companyId)) ?? {};
    await room.database.forCompany(companyId, (tx) =>
      tx
        .insertInto('slack_person')
        .values({
          company_id: companyId,
          workspace_id: workspaceId,
          slack_ref: 'U0PERSON01',
          role: 'owner',
          locale: null,
          linked_at: room.clock.now(),
        })
        .execute(),
    );

    const outcome = await room.disconnect(companyId);

    expect([outcome, workspace.isInstalled]).toEqual(['uninstalled', false]);
    expect(await room.tieOf(companyId)).toBeUndefined();
    expect((await room.rowOf(workspace.teamRef))?.installation).toBeNull();
    const people = await room.database.forCompany(companyId, (tx) =>
      tx.selectFrom('slack_person').select('slack_ref').execute(),
    );
    expect(people).toEqual([]);
    expect((await room.actionsOf(companyId)).at(-1)).toBe('slack.untied');
    expect(await room.disconnect(companyId)).toBe('none');
  });

  test('gives back a token that was typed in', async () => {
    const workspace = room.slack.addWorkspace();
    const companyId = await room.newCompany();
    await room.connectByToken({ companyId, botToken: workspace.token });

    const outcome = await room.disconnect(companyId);

    expect([outcome, room.slack.calls.at(-1)]).toEqual(['uninstalled', 'auth.revoke']);
  });

  test('leaves the app to the others who use the workspace', async () => {
    const workspace = room.slack.addWorkspace({ isInstalled: false });
    const [companyId, neighbour] = [await room.newCompany(), await room.newCompany()];
    for (const one of [companyId, neighbour]) await room.connect(one, workspace);

    const outcome = await room.disconnect(companyId);

    expect([outcome, workspace.isInstalled]).toEqual(['kept', true]);
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
  });

  test('is disconnected even while Slack is away, and hears that the app still stands there', async () => {
    const workspace = room.slack.addWorkspace({ isInstalled: false });
    const companyId = await room.newCompany();
    await room.connect(companyId, workspace);
    await room.slack.down(true);

    const outcome = await room.disconnect(companyId);
    await room.slack.down(false);

    expect([outcome, (await room.rowOf(workspace.teamRef))?.installation]).toEqual(['by-hand', null]);
  });

  test('may be connected to another workspace then', async () => {
    const [first, second] = [room.slack.addWorkspace(), room.slack.addWorkspace()];
    const companyId = await room.newCompany();
    await room.connectByToken({ companyId, botToken: first.token });
    await room.disconnect(companyId);

    await room.connectByToken({ companyId, botToken: second.token });

    expect((await room.tieOf(companyId))?.teamRef).toBe(second.teamRef);
  });
});

test('an install for a whole organisation is refused and taken back', async () => {
  const { asked, workspaces } = await answerAlways({
    access_token: 'xoxb-1',
    token_type: 'bot',
    scope: 'chat:write',
    app_id: 'A1',
    bot_user_id: 'U1',
    team: null,
    enterprise: { id: 'E0FAKE0001', name: '架空グループ' },
    is_enterprise_install: true,
    authed_user: { id: 'U2' },
  });
  const companyId = await room.newCompany();
  const browser = newToken();
  const { url } = await workspaces.install.begin({ companyId, browser });
  const state = new URL(url).searchParams.get('state') ?? '';

  const outcome = await workspaces.install.finish({ state, browser, answer: { code: 'x' } });

  expect(outcome).toMatchObject({ ok: false, reason: 'failed', error: { code: 'slack_org_install' } });
  expect(asked).toEqual(['/api/oauth.v2.access', '/api/auth.revoke']);
  expect(await room.actionsOf(companyId)).toEqual(['slack.install-begun', 'slack.install-failed']);
});

describe('the store that Bolt asks for', () => {
  const query = (teamId: string | undefined, isEnterpriseInstall = false) => ({
    teamId,
    enterpriseId: undefined,
    isEnterpriseInstall,
  });

  test('gives what was installed, without any token of a person, and forgets it on demand', async () => {
    const workspace = room.slack.addWorkspace({ rotates: true, isInstalled: false });
    await room.connect(await room.newCompany(), workspace);
    const { installations } = room;

    const fetched = await installations.fetchInstallation(query(workspace.teamRef));
    await installations.storeInstallation({ ...fetched, user: { id: 'U1', token: 'xoxp-1', scopes: ['admin'] } });
    const again = await installations.fetchInstallation(query(workspace.teamRef));
    await installations.deleteInstallation(query(workspace.teamRef));

    expect(fetched).toMatchObject({
      team: { id: workspace.teamRef },
      bot: { token: workspace.token, refreshToken: workspace.refreshToken, id: workspace.botId },
      tokenType: 'bot',
      authVersion: 'v2',
      isEnterpriseInstall: false,
    });
    expect(again).toMatchObject({ bot: fetched.bot, user: { id: 'U1', token: undefined } });
    expect(await codeOf(installations.fetchInstallation(query(workspace.teamRef)))).toBe('slack_not_connected');
  });

  test('knows no whole organisation', async () => {
    const { installations } = room;
    const organisation = {
      team: undefined,
      enterprise: { id: 'E1' },
      user: { id: 'U1', token: undefined, scopes: undefined },
      isEnterpriseInstall: true,
    } as const;

    const codes = [
      await codeOf(installations.storeInstallation(organisation)),
      await codeOf(installations.fetchInstallation(query(undefined))),
      await codeOf(installations.fetchInstallation(query('T0FAKE0001', true))),
      await codeOf(installations.deleteInstallation(query(undefined, true))),
    ];

    expect(new Set(codes)).toEqual(new Set(['slack_org_install']));
  });
});

test('installs and link codes that nobody ended in time are let go, and no others', async () => {
  const workspace = room.slack.addWorkspace();
  const companyId = await room.newCompany();
  await room.connect(companyId, workspace);
  const people = openPeople({ ...room, cache: openCache({ redisUrl: undefined, log: pino({ enabled: false }) }) });
  await room.install.begin({ companyId, browser: newToken() });
  await people.makeLinkCode(companyId, 'viewer', 'admin');
  await room.forgetExpired();

  room.clock.advance(10 * 60_000);
  const installs = await room.forgetExpired();
  room.clock.advance(24 * 3_600_000);
  const codes = await room.forgetExpired();

  expect([installs, codes, await room.forgetExpired()]).toEqual([1, 1, 0]);
});
