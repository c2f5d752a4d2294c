import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { makeTestClock } from '../support/clock.ts';
import type { FakeWorkspace } from '../support/fake-slack.ts';
import { openSlackRoom, type SlackRoom, type Tied, textOf } from './slack-room.ts';

/** Bolt asks the machine for the time. */
const clock = makeTestClock(new Date().toISOString());
const dayMs = 24 * 3_600_000;
let room: SlackRoom;
let address: string;
let company: Tied;
let workspace: FakeWorkspace;

beforeAll(async () => {
  room = await openSlackRoom(clock);
  await room.relay.server.listen({ port: 0, host: '127.0.0.1' });
  address = `http://127.0.0.1:${(room.relay.server.server.address() as AddressInfo).port}/slack/events`;
});
beforeEach(async () => {
  company = await room.tie();
  workspace = company.workspace;
});
afterAll(() => room.close());

/** A person types a command; gives what only they are answered. */
async function type(where: FakeWorkspace, user: string, text: string): Promise<string> {
  const before = room.slack.responses.length;
  await room.slack.deliver(address, room.slack.command(where, { user, channel: where.addChannel(), text }));
  await room.relay.slack.stop(); // waits for the work behind the acknowledgement
  return textOf(room.slack.responses.slice(before));
}

const listPeople = async () => (await company.call('GET', '/people')).body.items;

describe('a person', () => {
  test('is linked by an admin, given another role, and unlinked; each leaves a line of ids and roles', async () => {
    const slackRef = workspace.addUser({ name: '𠮷野' });

    const linked = await company.call('POST', '/people', { slackRef, role: 'recruiter' });
    const changed = await company.call('POST', '/people', { slackRef, role: 'owner' });
    const listed = await listPeople();
    const unlinked = await company.call('DELETE', `/people/${slackRef}`);
    const again = await company.call('DELETE', `/people/${slackRef}`);

    const linkedAt = clock.now().toISOString();
    expect(linked).toEqual({ status: 200, body: { slackRef, role: 'recruiter', locale: null, linkedAt } });
    expect(changed).toEqual({ status: 200, body: { slackRef, role: 'owner', locale: null, linkedAt } });
    expect(listed).toEqual([changed.body]);
    expect([unlinked.status, again.status, await listPeople()]).toEqual([204, 404, []]);
    const { body: audit } = await room.relay.call('GET', `/audit?company=${company.slug}`);
    expect(audit.items.slice(0, 3)).toMatchObject([
      { action: 'slack.person-unlinked', subject: slackRef, detail: {} },
      { action: 'slack.role-changed', subject: slackRef, detail: { from: 'recruiter', to: 'owner' } },
      { action: 'slack.person-linked', subject: slackRef, detail: { role: 'recruiter' } },
    ]);
    expect(textOf(audit)).not.toContain('𠮷野"');
  });

  test.each([
    [{ slackRef: 'C0123456789', role: 'owner' }, 'slackRef'],
    [{ slackRef: 'takasaki@example.com', role: 'owner' }, 'slackRef'],
    [{ slackRef: `U${'0'.repeat(25)}`, role: 'owner' }, 'slackRef'],
    [{ slackRef: 'U0123456789', role: 'admin' }, 'role'],
    [{ slackRef: 'U0123456789' }, 'role'],
  ])('is not linked as %j', async (body, path) => {
    const answer = await company.call('POST', '/people', body);

    expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
    expect(answer.body.fields.map((field: { readonly path: string }) => field.path)).toEqual([path]);
    expect(await listPeople()).toEqual([]);
  });

  test('may act as soon as they are linked, and no longer once they are not', async () => {
    const slackRef = workspace.addUser();

    const before = await type(workspace, slackRef, '残高');
    await company.call('POST', '/people', { slackRef, role: 'viewer' });
    const linked = await type(workspace, slackRef, '残高');
    await company.call('DELETE', `/people/${slackRef}`);
    const after = await type(workspace, slackRef, '残高');

    expect(linked).toContain('クレジット');
    for (const refused of [before, after]) {
      expect(refused).toContain('連携が必要です');
      expect(refused).not.toContain('クレジット');
    }
  });
});

describe('a code', () => {
  const make = async (role: string, tied = company) => (await tied.call('POST', '/link-codes', { role })).body;

  test('is told once with the command to type, and links whoever types it first', async () => {
    const [first, second] = [workspace.addUser(), workspace.addUser()];

    const made = await company.call('POST', '/link-codes', { role: 'recruiter' });
    const { code, command, expiresAt } = made.body;
    const answers = [await type(workspace, first, `link ${code}`), await type(workspace, second, `連携 ${code}`)];

    expect(made.status).toBe(201);
    expect(command).toBe(`/career-relay link ${code}`);
    expect(Date.parse(expiresAt) - clock.now().getTime()).toBe(dayMs);
    expect(answers).toEqual([
      expect.stringContaining('連携しました'),
      expect.stringContaining('連携コードは使えません'),
    ]);
    expect(await listPeople()).toMatchObject([{ slackRef: first, role: 'recruiter' }]);
    const { body: audit } = await room.relay.call('GET', `/audit?company=${company.slug}`);
    expect(textOf(audit) + room.relay.logged.join('')).not.toContain(code);
  });

  test('works in the workspace of the company alone, and is not used up elsewhere', async () => {
    const other = await room.tie();
    const { code } = await make('owner');
    const user = workspace.addUser();

    const there = await type(other.workspace, other.workspace.addUser(), `link ${code}`);
    const here = await type(workspace, user, `link ${code}`);

    expect([there, here]).toEqual([
      expect.stringContaining('連携コードは使えません'),
      expect.stringContaining('連携しました'),
    ]);
    expect((await other.call('GET', '/people')).body.items).toEqual([]);
    expect(await listPeople()).toMatchObject([{ slackRef: user, role: 'owner' }]);
  });

  test('links to the company it was made for, where several use the workspace', async () => {
    const other = await room.tie(workspace);
    const { code } = await make('viewer', other);
    const user = workspace.addUser();

    await type(workspace, user, `link ${code}`);

    expect((await other.call('GET', '/people')).body.items).toMatchObject([{ slackRef: user, role: 'viewer' }]);
    expect(await listPeople()).toEqual([]);
  });

  test('gives a linked person another role', async () => {
    const slackRef = workspace.addUser();
    await company.call('POST', '/people', { slackRef, role: 'viewer' });
    const { code } = await make('owner');

    await type(workspace, slackRef, `link ${code}`);

    expect(await listPeople()).toMatchObject([{ slackRef, role: 'owner' }]);
  });

  test('is made for a role that is one', async () => {
    const answer = await company.call('POST', '/link-codes', { role: 'admin' });

    expect(answer).toMatchObject({ status: 400, body: { fields: [{ path: 'role' }] } });
  });
});
