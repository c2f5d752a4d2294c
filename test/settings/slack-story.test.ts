import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, type SlackRequest, startFakeSlack } from '../support/fake-slack.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

/** The whole room over the real rooms, as an admin and a recruiter meet it. Bolt asks the machine for the time. */
const clock = makeTestClock(new Date().toISOString());
let slack: FakeSlack;
let relay: TestRelay;
let workspace: FakeWorkspace;
let channel: string;
let address: string;

beforeAll(async () => {
  slack = await startFakeSlack({ now: () => clock.now() });
  const { clientId, clientSecret, signingSecret, authorizeUrl, url: apiUrl } = slack;
  relay = await openRelay({ clock, slack: { clientId, clientSecret, signingSecret, authorizeUrl, apiUrl } });
  workspace = slack.addWorkspace({ name: '架空さくら' });
  channel = workspace.addChannel({ name: 'saiyo' });
  await relay.server.listen({ port: 0, host: '127.0.0.1' });
  address = `http://127.0.0.1:${(relay.server.server.address() as AddressInfo).port}/slack/events`;
});
afterAll(async () => {
  await relay.close();
  await slack.close();
});

async function deliver(request: SlackRequest): Promise<void> {
  await slack.deliver(address, request);
  await relay.slack.stop(); // waits for the work behind the acknowledgement
}

/** Lets everything that is due happen, also what waits some seconds for others of its kind. */
async function work(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    await relay.jobs.runDue();
    await relay.letters.sweep();
    await relay.jobs.runDue();
    await relay.slack.sweeps.unsent();
    clock.advance(6_000);
  }
}

async function setUp() {
  const { slug, id: companyId } = await addCompany(relay);
  await relay.call('POST', `/companies/${slug}/slack/connect`, { botToken: workspace.token });
  await relay.call('PUT', `/companies/${slug}/slack/hours`, { from: '00:00', to: '23:59', days: 'every' });
  const added = await relay.call('POST', `/companies/${slug}/slack/places`, { slackRef: channel });
  const { body: connection } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${connection.id}`, { state: 'live' });
  return { slug, companyId, place: added.body, connectionId: connection.id as string };
}

async function link(slug: string, role: string): Promise<string> {
  const user = workspace.addUser();
  const { body } = await relay.call('POST', `/companies/${slug}/slack/link-codes`, { role });
  await deliver(slack.command(workspace, { user, channel, text: `link ${body.code}` }));
  return user;
}

async function reject(connectionId: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const { headers, body } = relay.fake.reject({
      givenName: '花子',
      familyName: '髙﨑',
      email: `hanako${index}@example.com`,
      job: '営業職（東京）',
    });
    await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  }
}

/** What the first button of this action in a view carries. */
function findValue(view: unknown, actionId: string): string {
  const buttons =
    JSON.stringify(view).match(/"action_id":"[^"]*"(?:(?!"action_id").)*?"value":"(?:[^"\\]|\\.)*"/g) ?? [];
  const button = buttons.find((text) => text.startsWith(`"action_id":"${actionId}"`)) ?? '"value":""""';
  return JSON.parse(button.slice(button.lastIndexOf('"value":') + 8)) as string;
}

const told = () => workspace.messagesIn(channel);
const textOf = (thing: unknown) => JSON.stringify(thing);

test('a hundred rejections in a minute are one message in the channel, and a recruiter calls one of the letters off', async () => {
  const { slug, connectionId } = await setUp();
  const user = await link(slug, 'recruiter');

  await reject(connectionId, 100);
  await work();
  const [message] = told();
  const before = told().length;
  await deliver(slack.click(workspace, { user, channel, ts: message?.ts ?? '', actionId: 'letters-review' }));
  const [modal] = workspace.openViews;
  const value = findValue(modal?.view, 'letter-cancel');
  await deliver(slack.click(workspace, { user, viewId: modal?.viewId ?? '', actionId: 'letter-cancel', value }));
  await work();

  expect(before).toBe(1);
  expect(textOf(message?.blocks)).toContain('100通');
  expect(textOf(modal?.view)).not.toContain('髙﨑');
  expect(textOf(told()[0]?.blocks)).toMatch(new RegExp(`99通[\\s\\S]*<@${user}>`));
  expect(told()).toHaveLength(1);
  const { body: letters } = await relay.call('GET', `/letters?company=${slug}&limit=200`);
  const cancelled = letters.items.filter(({ status }: { status: string }) => status === 'cancelled');
  expect(cancelled).toHaveLength(1);
  const { body: audit } = await relay.call('GET', `/audit?company=${slug}`);
  expect(audit.items).toContainEqual(
    expect.objectContaining({ action: 'letter.cancelled', actor: `slack:${workspace.teamRef}:${user}` }),
  );
  expect(workspace.broadcasts).toEqual([]);
});

test('somebody who is not linked, or may only look, changes nothing and is told so privately', async () => {
  const { slug, connectionId } = await setUp();
  const viewer = await link(slug, 'viewer');
  const stranger = workspace.addUser();
  await reject(connectionId, 1);
  await work();
  const { ts = '' } = told().at(-1) ?? {};
  for (const user of [viewer, stranger])
    await deliver(slack.click(workspace, { user, channel, ts, actionId: 'letters-review' }));
  const [seen, refused] = [viewer, stranger].map((user) =>
    textOf(workspace.openViews.find((view) => view.user === user)?.view),
  );

  expect(seen).toContain('営業職（東京）');
  expect(seen).not.toMatch(/letter-(send|hold|cancel)/);
  expect(refused).toContain('連携が必要です');
  expect(refused).not.toContain('営業職');
  const { body } = await relay.call('GET', `/letters?company=${slug}`);
  expect(body.items.map(({ status }: { status: string }) => status)).toEqual(['planned']);
});

test('the balance is told to the one who asks, and the home shows what waits', async () => {
  const { slug } = await setUp();
  const user = await link(slug, 'owner');

  await deliver(slack.command(workspace, { user, channel, text: '残高' }));
  await deliver(
    slack.event(workspace, { type: 'app_home_opened', user, channel: workspace.direct(user), tab: 'home' }),
  );

  expect(textOf(slack.responses.at(-1))).toMatch(/クレジット/);
  expect(textOf(workspace.homes.get(user))).toMatch(/髙﨑・𠮷野食品/);
});

test('an app that was taken out gets nothing, and tells what waited once it is back', async () => {
  const { slug, connectionId } = await setUp();
  clock.advance(60_000);
  slack.uninstall(workspace);
  for (const event of slack.events) await deliver(event);
  const before = told().length;

  await reject(connectionId, 2);
  await work();
  const away = await relay.call('GET', `/companies/${slug}/slack`);
  const waiting = await relay.call('GET', `/notices?company=${slug}`);

  expect(away.body.state).toBe('uninstalled');
  expect(waiting.body.items).toMatchObject([{ kind: 'letters-planned', status: 'blocked' }]);
  expect(told()).toHaveLength(before);
});
