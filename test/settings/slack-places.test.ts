import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { makeTestClock } from '../support/clock.ts';
import type { FakeWorkspace } from '../support/fake-slack.ts';
import { openSlackRoom, type SlackRoom, type Tied, textOf } from './slack-room.ts';

const clock = makeTestClock();
let room: SlackRoom;
let company: Tied;
let workspace: FakeWorkspace;

beforeAll(async () => {
  room = await openSlackRoom(clock);
});
beforeEach(async () => {
  company = await room.tie();
  workspace = company.workspace;
});
afterAll(() => room.close());

const add = (slackRef: string) => company.call('POST', '/places', { slackRef });
const list = async () => (await company.call('GET', '/places')).body.items;

describe('a place', () => {
  test('is a channel or a person, and the first one gets what no route claims', async () => {
    const channel = workspace.addChannel({ name: '採用-東京' });
    const user = workspace.addUser({ name: 'o’brien' });

    const answers = [await add(channel), await add(user)];

    const ids = { id: expect.any(String), hasNames: false, blockedReason: null, warnings: [] };
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers.map(({ body }) => body)).toEqual([
      { ...ids, kind: 'channel', slackRef: channel, name: '採用-東京', isDefault: true },
      { ...ids, kind: 'person', slackRef: user, name: 'o’brien', isDefault: false },
    ]);
    expect(await list()).toEqual(answers.map(({ body }) => ({ ...body, warnings: undefined })));
    expect((await room.listActions(company.slug)).slice(-2)).toEqual(['slack.place-added', 'slack.place-added']);
  });

  test('added again is the one that stands', async () => {
    const channel = workspace.addChannel();

    const [first, second] = [await add(channel), await add(channel)];

    expect(second.body).toEqual(first.body);
    expect(await list()).toHaveLength(1);
    expect((await room.listActions(company.slug)).filter((action) => action === 'slack.place-added')).toHaveLength(1);
  });

  test('is one, and one is the default, when two admins add them at the same moment', async () => {
    const refs = [workspace.addChannel(), workspace.addChannel()];

    const answers = await Promise.all([...refs, ...refs].map(add));

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const places: readonly { readonly slackRef: string; readonly isDefault: boolean }[] = await list();
    expect(places.map(({ slackRef }) => slackRef).toSorted()).toEqual(refs.toSorted());
    expect(places.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  test.each([
    ['a channel without the app', () => workspace.addChannel({ isMember: false }), '/invite @career-relay'],
    [
      'a private channel without the app',
      () => workspace.addChannel({ isPrivate: true, isMember: false }),
      '/invite @career-relay',
    ],
    ['an archived channel', () => workspace.addChannel({ isArchived: true }), 'archived'],
    ['a channel that never was', () => 'C0NOWHERE01', 'does not know it'],
    ['a channel of another workspace', () => room.slack.channel, 'does not know it'],
    ['a person who never was', () => 'U0NOBODY001', 'does not know it'],
    ['a bot', () => workspace.addUser({ isBot: true }), 'Choose a member'],
    ['a person who left', () => workspace.addUser({ isDeleted: true }), 'deactivated'],
  ])('is not %s; the answer says what to do', async (_what, ref, word) => {
    const answer = await add(ref());

    expect(answer).toMatchObject({ status: 422, body: { code: 'slack_refused' } });
    expect(answer.body.detail).toContain(word);
    expect(answer.body.detail).toMatch(/[ぁ-ん]/);
    expect(await list()).toEqual([]);
  });

  test.each(['#saiyo', 'saiyo', 'c0123456789', 'D0123456789', 'C0123456789; drop', ''])(
    'is not named %j',
    async (slackRef) => {
      const answer = await add(slackRef);

      expect(answer).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
      expect(answer.body.fields).toEqual([{ path: 'slackRef', message: expect.any(String) }]);
    },
  );

  test('is not added while Slack does not answer', async () => {
    const channel = workspace.addChannel();
    room.slack.troubleFor('conversations.info', { kind: 'hang-up' });

    const [failed, added] = [await add(channel), await add(channel)];

    expect([failed.status, failed.body.code, added.status]).toEqual([503, 'slack_unavailable', 201]);
  });

  test('that others read too says so', async () => {
    const shared = await add(workspace.addChannel({ isShared: true }));
    const guest = await add(workspace.addUser({ isGuest: true }));

    expect([shared.body.warnings, guest.body.warnings]).toEqual([['shared'], ['guest']]);
  });

  test('made the default takes the place of the one before', async () => {
    await add(workspace.addChannel());
    const { body: second } = await add(workspace.addChannel());

    const changed = await company.call('PATCH', `/places/${second.id}`, { isDefault: true });

    expect(changed).toMatchObject({ status: 200, body: { id: second.id, isDefault: true } });
    expect((await list()).map(({ isDefault }: { readonly isDefault: boolean }) => isDefault)).toEqual([false, true]);
    expect((await room.listActions(company.slug)).at(-1)).toBe('slack.default-place');
  });

  test('that is removed gets nothing more, and takes its routes along', async () => {
    const { body: place } = await add(workspace.addChannel());
    await company.call('PUT', '/routes', { routes: [{ placeId: place.id }] });

    const removed = await company.call('DELETE', `/places/${place.id}`);
    const again = await company.call('DELETE', `/places/${place.id}`);

    expect([removed.status, removed.body, again.status]).toEqual([204, undefined, 404]);
    expect(await list()).toEqual([]);
    expect((await company.call('GET', '/routes')).body.items).toEqual([]);
    expect((await room.listActions(company.slug)).at(-1)).toBe('slack.place-removed');
  });

  test('added after the default was removed is the default', async () => {
    const { body: old } = await add(workspace.addChannel());
    await add(workspace.addUser());
    await company.call('DELETE', `/places/${old.id}`);

    const added = await add(workspace.addChannel());

    expect(added.body.isDefault).toBe(true);
  });
});

describe('names', () => {
  test('are shown only by somebody who accepts what that means, and the change is audited', async () => {
    const { body: place } = await add(workspace.addChannel());
    const change = (body: object) => company.call('PATCH', `/places/${place.id}`, body);

    const { body: told } = await company.call('GET', '/places');
    const refused = [await change({ hasNames: true }), await change({ hasNames: true, acceptsNamesWarning: false })];
    const before = await list();
    const on = await change({ hasNames: true, acceptsNamesWarning: true });
    const off = await change({ hasNames: false });

    expect(told.warning).toEqual({
      ja: expect.stringContaining('応募者の氏名'),
      en: expect.stringContaining('erased'),
    });
    expect(refused.map(({ status, body }) => [status, body.fields[0].path])).toEqual([
      [400, 'acceptsNamesWarning'],
      [400, 'acceptsNamesWarning'],
    ]);
    expect(before[0].hasNames).toBe(false);
    expect([on.body.hasNames, off.body.hasNames]).toEqual([true, false]);
    expect((await room.listActions(company.slug)).slice(-2)).toEqual(['slack.names-on', 'slack.names-off']);
  });

  test('stand in the notices of that place alone', async () => {
    const [open, closed] = [workspace.addChannel(), workspace.addChannel()];
    const { body: named } = await add(open);
    const { body: unnamed } = await add(closed);
    await company.call('PATCH', `/places/${named.id}`, { hasNames: true, acceptsNamesWarning: true });
    await company.call('PUT', '/routes', { routes: [{ placeId: named.id }, { placeId: unnamed.id }] });

    await room.reject(await room.connectAts(company.slug), 1);
    await room.work();

    expect(textOf(workspace.messagesIn(open))).toContain('髙﨑 花子');
    expect(workspace.messagesIn(closed)).toHaveLength(1);
    expect(textOf(workspace.messagesIn(closed))).not.toContain('花子');
  });
});

test('what waits for a channel that lost the app is sent once it is invited back and asked again', async () => {
  const channel = workspace.addChannel();
  const { body: place } = await add(channel);
  const retry = () => company.call('POST', `/places/${place.id}/retry`);
  workspace.changeChannel(channel, { isMember: false });
  await room.reject(await room.connectAts(company.slug), 2);
  await room.work();

  const [blocked] = await list();
  const tooSoon = await retry();
  workspace.changeChannel(channel, { isMember: true });
  const mended = await retry();
  await room.work();

  expect(blocked.blockedReason).toBe('not_in_channel');
  expect(tooSoon).toMatchObject({ status: 422, body: { code: 'slack_refused' } });
  expect(mended).toMatchObject({ status: 200, body: { id: place.id, blockedReason: null } });
  expect(workspace.messagesIn(channel)).toHaveLength(1);
  expect(textOf(workspace.messagesIn(channel)[0]?.blocks)).toContain('2通');
});

describe('routes', () => {
  test('are replaced as a whole, and each says only what it limits', async () => {
    const { body: place } = await add(workspace.addChannel());
    const connectionId = await room.connectAts(company.slug);
    const all = { placeId: place.id, kinds: [], connectionId: null, job: null };
    const one = {
      placeId: place.id,
      kinds: ['progress', 'letters-held'],
      connectionId,
      job: '営業職（東京）🌸 O’Brien',
    };

    const none = await company.call('GET', '/routes');
    const first = await company.call('PUT', '/routes', {
      routes: [{ placeId: place.id }, { ...one, kinds: ['letters-held', 'progress', 'progress'] }],
    });
    const second = await company.call('PUT', '/routes', { routes: [one] });

    expect(none.body).toEqual({ items: [], nextCursor: null });
    expect(first).toEqual({ status: 200, body: { items: [all, one], nextCursor: null } });
    expect(second.body.items).toEqual([one]);
    expect((await company.call('GET', '/routes')).body).toEqual(second.body);
    expect((await room.listActions(company.slug)).slice(-2)).toEqual(['slack.routes-changed', 'slack.routes-changed']);
  });

  test('carry a notice to the place of its job, and everything else to the default', async () => {
    const [usual, sales] = [workspace.addChannel(), workspace.addUser()];
    await add(usual);
    const { body: place } = await add(sales);
    const connectionId = await room.connectAts(company.slug);
    const route = { placeId: place.id, kinds: ['letters-planned'], connectionId, job: '営業職' };
    await company.call('PUT', '/routes', { routes: [route] });

    await room.reject(connectionId, 1, '営業職');
    await room.reject(connectionId, 3, '経理');
    await room.work();

    const told = [usual, sales].map((ref) => workspace.messagesIn(ref).map(({ blocks }) => textOf(blocks)));
    expect(told).toEqual([[expect.stringContaining('3通')], [expect.stringContaining('1通')]]);
  });

  test.each([
    ['a kind that is none', () => ({ kinds: ['lottery'] }), 400],
    ['a field that is none', () => ({ channel: 'C0123456789' }), 400],
    ['an empty job', () => ({ job: ' ' }), 400],
    ['a place that is not there', () => ({ placeId: newId() }), 404],
    ['a connection that is not there', () => ({ connectionId: newId() }), 404],
  ])('with %s are refused, and change nothing', async (_what, change, status) => {
    const { body: place } = await add(workspace.addChannel());
    const good = { placeId: place.id, kinds: ['progress'], connectionId: null, job: null };
    await company.call('PUT', '/routes', { routes: [good] });

    const answer = await company.call('PUT', '/routes', { routes: [good, { ...good, ...change() }] });

    expect(answer.status).toBe(status);
    expect((await company.call('GET', '/routes')).body.items).toEqual([good]);
  });

  test('name no connection of another company', async () => {
    const other = await room.tie();
    const connectionId = await room.connectAts(other.slug);
    const { body: place } = await add(workspace.addChannel());

    const answer = await company.call('PUT', '/routes', { routes: [{ placeId: place.id, connectionId }] });

    expect(answer).toMatchObject({ status: 404, body: { code: 'request_not_found' } });
  });
});
