import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openVault } from '../../../src/platform/vault.ts';
import { rewrapWorkspaceKeys } from '../../../src/slack/index.ts';
import { testKey } from '../../support/company.ts';
import type { FakeWorkspace } from '../../support/fake-slack.ts';
import { codeOf, openRoom, type Room } from './support.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** Longer than a process remembers what it read. */
const forgottenMs = 6_000;

let room: Room;
let workspace: FakeWorkspace;
let companyId: string;

beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());
/** A workspace whose tokens rotate, installed by a company of its own. */
beforeEach(async () => {
  workspace = room.slack.addWorkspace({ rotates: true, isInstalled: false, name: '髙﨑・𠮷野食品 🌸' });
  companyId = await room.newCompany();
  await room.connect(companyId, workspace);
});

const refreshes = () => room.slack.seen.filter(({ args }) => args.grant_type === 'refresh_token');

/** Uses up the refresh token behind our back. */
async function spendRefreshToken(): Promise<void> {
  const { clientId, clientSecret, url } = room.slack;
  const form = { client_id: clientId, client_secret: clientSecret, grant_type: 'refresh_token' };
  const body = new URLSearchParams({ ...form, refresh_token: workspace.refreshToken });
  await fetch(`${url}oauth.v2.access`, { method: 'POST', body });
}

describe('a token', () => {
  test('is told with the bot it is of, by the id of the workspace', async () => {
    const bot = await room.tokens.authorize(workspace.teamRef);

    expect(bot).toEqual({
      workspaceId: (await room.tieOf(companyId))?.workspaceId,
      teamRef: workspace.teamRef,
      botToken: workspace.token,
      botId: workspace.botId,
      botUserId: workspace.botUserRef,
    });
  });

  test('comes with a client that calls by it, the same one for some seconds', async () => {
    const first = await room.tokens.open(workspace.teamRef);
    const second = await room.tokens.open(workspace.teamRef);

    expect(second.client).toBe(first.client);
    expect(await first.client.auth.test()).toMatchObject({ ok: true, team_id: workspace.teamRef });
  });

  test('of a workspace nobody installed is refused, and nothing is asked of Slack', async () => {
    const calls = room.slack.calls.length;

    expect(await codeOf(room.tokens.authorize('T0NOBODY01'))).toBe('slack_not_connected');
    expect(room.slack.calls.length).toBe(calls);
  });

  test('stands nowhere in clear: not in the database, not in a log', async () => {
    room.clock.advance(12 * hourMs);
    await room.tokens.authorize(workspace.teamRef);
    const rows = await room.database.forSystem((tx) => tx.selectFrom('slack_workspace').selectAll().execute());

    const text = JSON.stringify(rows) + room.logged.join('\n');

    expect(rows.length).toBeGreaterThan(0);
    expect(text).not.toMatch(/xox[a-z]/);
    expect(text).not.toContain(room.slack.clientSecret);
  });

  test('that was sealed for one workspace opens nothing in the row of another', async () => {
    const other = room.slack.addWorkspace();
    await room.connect(await room.newCompany(), other);
    const [from, to] = [await room.rowOf(workspace.teamRef), await room.rowOf(other.teamRef)];
    const set = (change: Partial<NonNullable<typeof to>>) =>
      room.database.forSystem((tx) =>
        tx.updateTable('slack_workspace').set(change).where('team_ref', '=', other.teamRef).execute(),
      );
    const codes: string[] = [];

    for (const change of [{ installation: from?.installation ?? '' }, { data_key: from?.data_key ?? '' }]) {
      await set(change);
      room.tokens.forget(other.teamRef);
      codes.push(await codeOf(room.tokens.authorize(other.teamRef)));
    }

    expect(codes).toEqual(['secret_unreadable', 'secret_unreadable']);
    await set({ installation: to?.installation ?? null, data_key: to?.data_key ?? '' });
  });
});

describe('a token that ends', () => {
  test('is renewed once for twenty callers in two processes, which all get the new one', async () => {
    const another = room.openAnother();
    const old = workspace.token;
    room.clock.advance(12 * hourMs - 9 * minuteMs);
    const before = refreshes().length;

    const bots = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? room.tokens : another.tokens).authorize(workspace.teamRef),
      ),
    );

    expect(refreshes().length - before).toBe(1);
    expect(workspace.token).not.toBe(old);
    expect(new Set(bots.map(({ botToken }) => botToken))).toEqual(new Set([workspace.token]));
  });

  test('is renewed again and again, each time with the newest refresh token', async () => {
    for (const _day of [1, 2, 3]) {
      room.clock.advance(12 * hourMs);
      const { client } = await room.tokens.open(workspace.teamRef);
      expect(await client.auth.test()).toMatchObject({ ok: true });
    }
  });

  test('is renewed by the ticker two hours before, so that no request waits for it', async () => {
    room.clock.advance(10 * hourMs - minuteMs);
    await room.tokens.renewDue();
    const early = workspace.token;
    const { botToken } = await room.tokens.authorize(workspace.teamRef);
    room.clock.advance(minuteMs);

    await room.tokens.renewDue();

    expect(botToken).toBe(early);
    expect(workspace.token).not.toBe(early);
    const before = refreshes().length;
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
    expect(refreshes().length).toBe(before);
  });

  test('is used to its end while Slack cannot be reached, and is renewed when it can', async () => {
    room.clock.advance(12 * hourMs - minuteMs);
    const old = workspace.token;
    await room.slack.down(true);

    const last = await room.tokens.authorize(workspace.teamRef);
    room.clock.advance(minuteMs);
    const after = await codeOf(room.tokens.authorize(workspace.teamRef));
    await room.slack.down(false);

    expect([last.botToken, after]).toEqual([old, 'slack_unavailable']);
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
    expect(workspace.token).not.toBe(old);
  });

  test('whose refresh token is dead makes the workspace broken, for its companies to see', async () => {
    await spendRefreshToken();
    room.clock.advance(12 * hourMs);

    const codes = [
      await codeOf(room.tokens.authorize(workspace.teamRef)),
      await codeOf(room.tokens.authorize(workspace.teamRef)),
    ];

    expect(codes).toEqual(['slack_token_refused', 'slack_token_refused']);
    expect(await room.tieOf(companyId)).toMatchObject({ state: 'broken', brokenReason: 'invalid_refresh_token' });
    expect(await room.actionsOf(companyId)).toEqual([
      'slack.install-begun',
      'slack.installed',
      'slack.tied',
      'slack.broken',
    ]);
  });

  test('is not called broken for a mistake in our own settings', async () => {
    room.clock.advance(12 * hourMs);

    const code = await codeOf(room.openAnother({ clientSecret: 'another secret' }).tokens.authorize(workspace.teamRef));

    expect(code).toBe('slack_unavailable');
    expect(await room.tieOf(companyId)).toMatchObject({ state: 'installed' });
    expect(room.logged.join('\n')).toContain('bad_client_secret');
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
  });

  test('gives way to an install that comes while Slack answers', async () => {
    room.clock.advance(12 * hourMs);
    const stalled = room.slack.stallNext(undefined, 'oauth.v2.access');
    const authorizing = room.tokens.authorize(workspace.teamRef);
    await stalled.reached;
    await room.connect(companyId, workspace);
    const installed = workspace.token;

    stalled.release();

    expect((await authorizing).botToken).toBe(installed);
    room.tokens.forget(workspace.teamRef);
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(installed);
  });
});

test('one workspace that cannot be renewed keeps the ticker from no other', async () => {
  const other = room.slack.addWorkspace({ rotates: true, isInstalled: false });
  await room.connect(await room.newCompany(), other);
  const old = other.token;
  room.clock.advance(12 * hourMs);
  room.slack.troubleFor('oauth.v2.access', { kind: 'status', status: 503 });

  await room.tokens.renewDue();

  expect(room.logged.join('\n')).toContain('slack_unavailable');
  expect(other.token).not.toBe(old);
});

describe('a workspace that Slack takes from us', () => {
  test('loses its tokens with the event, keeps its ties, and is whole again after an install', async () => {
    room.clock.advance(hourMs);
    room.slack.uninstall(workspace);

    await room.tokens.uninstalled(workspace.teamRef, room.clock.now());
    const between = await room.tieOf(companyId);
    const code = await codeOf(room.tokens.authorize(workspace.teamRef));
    const sealed = (await room.rowOf(workspace.teamRef))?.installation;
    await room.connect(companyId, workspace);

    expect([between?.state, code, sealed]).toEqual(['uninstalled', 'slack_not_connected', null]);
    expect(await room.tieOf(companyId)).toMatchObject({ state: 'installed', workspaceId: between?.workspaceId });
    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
    expect((await room.actionsOf(companyId)).filter((action) => action === 'slack.uninstalled')).toHaveLength(1);
  });

  test('is not lost by an event from before it was installed again', async () => {
    room.clock.advance(hourMs);
    const left = room.clock.now();
    room.slack.uninstall(workspace);
    room.clock.advance(minuteMs);
    await room.connect(companyId, workspace);

    await room.tokens.uninstalled(workspace.teamRef, left);
    await room.tokens.tokensRevoked(workspace.teamRef, { bots: [workspace.botUserRef], users: [] }, left);

    expect((await room.tokens.authorize(workspace.teamRef)).botToken).toBe(workspace.token);
  });

  test('is lost when its bot is among those whose tokens were revoked, and only then', async () => {
    room.clock.advance(hourMs);
    const now = room.clock.now();

    await room.tokens.tokensRevoked(workspace.teamRef, { bots: ['U0OTHER001'], users: ['U0PERSON01'] }, now);
    const kept = (await room.tieOf(companyId))?.state;
    await room.tokens.tokensRevoked(workspace.teamRef, { bots: [workspace.botUserRef], users: [] }, now);

    expect([kept, (await room.tieOf(companyId))?.state]).toEqual(['installed', 'uninstalled']);
  });

  test('is broken by the word Slack refuses its token with, noted once, and mended by an install', async () => {
    await room.tokens.markBroken(workspace.teamRef, 'account_inactive', workspace.token);
    await room.tokens.markBroken(workspace.teamRef, 'account_inactive', workspace.token);
    const broken = await room.tieOf(companyId);
    const code = await codeOf(room.tokens.authorize(workspace.teamRef));
    await room.connect(companyId, workspace);

    expect(broken).toMatchObject({ state: 'broken', brokenReason: 'account_inactive' });
    expect(code).toBe('slack_token_refused');
    expect(await room.tieOf(companyId)).toMatchObject({ state: 'installed', brokenReason: null });
    expect((await room.actionsOf(companyId)).filter((action) => action === 'slack.broken')).toHaveLength(1);
  });

  test('is not broken by what was refused to a token that was replaced meanwhile', async () => {
    const old = workspace.token;
    await room.connect(companyId, workspace);

    const isBroken = await room.tokens.markBroken(workspace.teamRef, 'token_revoked', old);

    expect(isBroken).toBe(false);
    expect(await room.tieOf(companyId)).toMatchObject({ state: 'installed' });
  });

  test('is seen as such by another process after some seconds', async () => {
    const another = room.openAnother();
    await another.tokens.authorize(workspace.teamRef);
    await room.tokens.markBroken(workspace.teamRef, 'account_inactive', workspace.token);

    room.clock.advance(forgottenMs);

    expect(await codeOf(another.tokens.authorize(workspace.teamRef))).toBe('slack_token_refused');
  });
});

test('keys are wrapped anew without touching what they sealed, and the old SECRET_KEY opens nothing any more', async () => {
  const newKey = Buffer.from(testKey).reverse();
  const vault = openVault([newKey, testKey]);

  const changed = await room.database.forSystem((tx) => rewrapWorkspaceKeys(tx, vault));
  const again = await room.database.forSystem((tx) => rewrapWorkspaceKeys(tx, vault));

  expect(changed).toBeGreaterThan(0);
  expect(again).toBe(0);
  const row = await room.rowOf(workspace.teamRef);
  const place = { table: 'slack_workspace', column: 'installation', row: row?.workspace_id ?? '' };
  const opened = openVault([newKey])
    .openDataKey(row?.workspace_id ?? '', row?.data_key ?? '')
    .unseal(place, row?.installation ?? '');
  expect(opened).toContain(workspace.token);
  expect(() => openVault([testKey]).openDataKey(row?.workspace_id ?? '', row?.data_key ?? '')).toThrow();
});
