import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createGreenhouseFake } from '../../connectors/greenhouse/fake.ts';
import { type HostedFake, serveFake } from '../../src/connector/index.ts';
import { type Api, openApi } from '../../src/demo/api.ts';
import { openEmbeddedDatabase, openPostgres } from '../../src/platform/database.ts';
import { sampleAgency } from '../support/company.ts';
import { createServerDatabase } from '../support/database.ts';
import {
  type FakeSlack,
  type FakeWorkspace,
  type PostedMessage,
  type SlackRequest,
  startFakeSlack,
} from '../support/fake-slack.ts';
import { findFreePort, type Service, startService } from '../support/service.ts';

/** The real program beside a Slack: reached by HTTP at first, and by a socket after it was killed. In this order. */
const adminToken = 'slack-test-token-slack-test-token-slack';
const folder = mkdtempSync(join(tmpdir(), 'career-relay-slack-'));
const fake = createGreenhouseFake({ now: () => new Date() });
const jobs = { first: '営業職（東京）', killed: '経理', socket: '開発 🌸' };
let slack: FakeSlack;
let workspace: FakeWorkspace;
let recruiter: string;
/** A channel for each job, so that each has a message of its own. */
let channels: Readonly<Record<keyof typeof jobs, string>>;
let hosted: HostedFake;
let env: Record<string, string>;
let dropDatabase = async () => {};
let service: Service;
let api: Api;
let webhookUrl: string;

beforeAll(async () => {
  slack = await startFakeSlack();
  workspace = slack.addWorkspace({ isInstalled: false, rotates: true, name: '架空さくら 🌸' });
  recruiter = workspace.addUser({ name: '𠮷野' });
  hosted = await serveFake(fake);
  const port = String(await findFreePort());
  env = {
    PORT: port,
    BASE_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: folder,
    ADMIN_TOKEN: adminToken,
    SECRET_KEY: 'q0ZC4cZbXy0m3Y8K1dB2eFh5jLnOpRsTuVwXz67A9Cg=',
    ALLOW_PRIVATE_NETWORK: 'true',
    LOG_LEVEL: 'info',
    SLACK_CLIENT_ID: slack.clientId,
    SLACK_CLIENT_SECRET: slack.clientSecret,
    SLACK_API_URL: slack.url,
    SLACK_AUTHORIZE_URL: slack.authorizeUrl,
  };
  if (process.env.DATABASE_URL) {
    const database = await createServerDatabase(process.env.DATABASE_URL);
    dropDatabase = database.drop;
    env = { ...env, DATABASE_URL: database.url };
  }
  service = await startService({ ...env, SLACK_SIGNING_SECRET: slack.signingSecret });
  api = openApi(service.baseUrl, adminToken);
}, 120_000);

afterAll(async () => {
  if (service?.child.exitCode === null && service.child.signalCode === null) await service.kill();
  await slack.close();
  await hosted.close();
  await dropDatabase();
  rmSync(folder, { recursive: true, force: true });
});

/** Looks again until something is there. @throws Error saying what never came, with what the service wrote. */
async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 40_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} never came:\n${service.output()}`);
}

/** As a browser goes from address to address, but for Slack's own page, where a person agrees. */
async function installByOAuth(): Promise<{ readonly status: number; readonly body: string }> {
  const { url } = await api.post('/install', { company: 'slack', connector: 'slack' });
  const start = await fetch(String(url), { redirect: 'manual' });
  const cookie = start.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const back = slack.agree(start.headers.get('location') ?? '', workspace, recruiter);
  const end = await fetch(back, { redirect: 'manual', headers: { cookie } });
  return { status: end.status, body: await end.text() };
}

async function setUp(): Promise<void> {
  await api.post('/companies', {
    slug: 'slack',
    name: '架空食品, Inc.',
    locale: 'ja',
    postalAddress: '東京都千代田区架空町1-2-3',
    contactEmail: 'saiyo@example.com',
  });
  await api.put('/companies/slack/agency', sampleAgency);
  const settings = fake.settings(hosted.origin);
  const connection = await api.post('/connections', { company: 'slack', connector: 'greenhouse', settings });
  await api.patch(`/connections/${connection.id}`, { state: 'live', letter: { holdMinutes: 600, window: 'always' } });
  webhookUrl = connection.webhookUrl;
}

/** Each job's notices go to a channel of its own; at all hours. */
async function chooseChannels(): Promise<void> {
  await api.put('/companies/slack/slack/hours', { from: '00:00', to: '23:59', days: 'every' });
  await api.post('/companies/slack/slack/people', { slackRef: recruiter, role: 'recruiter' });
  channels = {
    first: workspace.addChannel({ name: '営業' }),
    killed: workspace.addChannel({ name: '経理' }),
    socket: workspace.addChannel({ name: '開発' }),
  };
  const routes = [];
  for (const key of ['first', 'killed', 'socket'] as const) {
    const { id } = await api.post('/companies/slack/slack/places', { slackRef: channels[key] });
    routes.push({ placeId: id, job: jobs[key] });
  }
  await api.put('/companies/slack/slack/routes', { routes });
}

async function reject(job: string): Promise<string> {
  const person = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com' };
  const { applicationRef, headers, body } = fake.reject({ ...person, job });
  const { status } = await fetch(webhookUrl, { method: 'POST', headers, body: new Uint8Array(body) });
  expect(status).toBe(200);
  return applicationRef;
}

async function readLetter(applicationRef: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const rejections = await api.list('/rejections', { company: 'slack' });
  const rejection = rejections.find((one) => one.applicationRef === applicationRef);
  const letters = await api.list('/letters', { company: 'slack' });
  return letters.find(({ rejectionId }) => rejection && rejectionId === rejection.id);
}

/** The button that calls this letter off, in the modal that is open. */
function findButton(letterId: string): { readonly viewId: string; readonly value: string } | undefined {
  for (const { viewId, view } of workspace.openViews) {
    const elements = view.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    for (const element of elements) {
      if (element.type !== 'button' || element.action_id !== 'letter-cancel') continue;
      if (element.value?.includes(letterId)) return { viewId, value: element.value };
    }
  }
  return undefined;
}

const textOf = (thing: unknown): string => JSON.stringify(thing);
const messageIn = (channel: string, word: string): PostedMessage | undefined =>
  workspace.messagesIn(channel).find(({ blocks }) => textOf(blocks).includes(word));

/** Someone is rejected, a recruiter reads of it in the channel and calls the letter off. @returns the message after that. */
async function tellAndCancel(key: keyof typeof jobs, send: (request: SlackRequest) => Promise<unknown>) {
  const channel = channels[key];
  const applicationRef = await reject(jobs[key]);
  const { ts } = await until('the notice', () => messageIn(channel, '1通'));
  await send(slack.click(workspace, { user: recruiter, channel, ts, actionId: 'letters-review' }));
  const { id: letterId } = await until('the letter', () => readLetter(applicationRef));
  const { viewId, value } = await until('the list of letters', () => findButton(String(letterId)));
  await send(slack.click(workspace, { user: recruiter, viewId, actionId: 'letter-cancel', value }));
  await until('the cancelled letter', async () =>
    (await readLetter(applicationRef))?.status === 'cancelled' ? true : undefined,
  );
  return until('the remark', () => messageIn(channel, `<@${recruiter}>`));
}

test('by HTTP: installed by OAuth, told of a rejection, and a click calls the letter off', async () => {
  const address = `${service.baseUrl}/slack/events`;
  const send = (request: SlackRequest) => slack.deliver(address, request);
  await setUp();

  const installed = await installByOAuth();
  await chooseChannels();
  const message = await tellAndCancel('first', send);
  const forged = await send({
    ...slack.command(workspace, { user: recruiter, channel: channels.first, text: 'balance' }),
    headers: slack.sign('text=balance', { secret: 'another secret' }),
  });

  expect([installed.status, installed.body]).toEqual([200, expect.stringContaining('架空さくら 🌸')]);
  expect(workspace.messagesIn(channels.first)).toEqual([message]);
  expect(message.edited).not.toBeNull();
  expect(textOf(message)).not.toContain('花子');
  expect(workspace.broadcasts).toEqual([]);
  expect(forged.status).toBe(401);
}, 120_000);

test('a process killed while Slack takes its notice is followed by one that finds it, and posts no second', async () => {
  const stalled = slack.stallNext({ kind: 'hang-up', takes: true });
  const applicationRef = await reject(jobs.killed);
  await stalled.reached;
  await service.kill();
  stalled.release();
  await until('the message', () => messageIn(channels.killed, '1通'));
  await letTimePass();

  service = await startService({ ...env, SLACK_APP_TOKEN: slack.appToken });
  await until('the end of the notice', async () => ((await readNoticeStatus()) === 'sent' ? true : undefined));

  expect((await readLetter(applicationRef))?.status).toBe('planned');
  expect(workspace.messagesIn(channels.killed)).toHaveLength(1);
  expect(
    slack.seen.filter(({ method, args }) => method === 'chat.postMessage' && args.channel === channels.killed),
  ).toHaveLength(1);
}, 120_000);

async function readNoticeStatus(): Promise<unknown> {
  const notices = await api.list('/notices', { company: 'slack' });
  return notices.find(({ place }) => textOf(place).includes(channels.killed))?.status;
}

/** A notice in hand is left to whoever has it for 52 s. Here the dead process has had it for a minute already. */
async function letTimePass(): Promise<void> {
  const { DATABASE_URL: url } = env;
  const database = url ? await openPostgres(url, 1) : await openEmbeddedDatabase(join(folder, 'database'));
  const claimed = await database.forSystem((tx) =>
    tx
      .updateTable('notice')
      .set({ claimed_at: new Date(Date.now() - 60_000) })
      .where('claimed_at', 'is not', null)
      .returning('status')
      .execute(),
  );
  await database.close();
  expect(claimed).toEqual([{ status: 'sending' }]);
}

test('by socket: the workspace is known still, and a click does the same with no address to reach us at', async () => {
  await slack.sockets.connected();
  const send = (request: SlackRequest) => slack.sockets.send(request);

  const message = await tellAndCancel('socket', send);
  await send(slack.command(workspace, { user: recruiter, channel: channels.socket, text: '残高' }));
  const balance = await until('the balance', () => slack.responses.at(-1));
  const door = await fetch(`${service.baseUrl}/slack/events`, { method: 'POST', body: '{}' });
  const exitCode = await service.stop();

  expect(workspace.messagesIn(channels.socket)).toEqual([message]);
  expect(textOf(balance)).toContain('クレジット');
  expect(door.status).toBe(404);
  expect(exitCode).toBe(0);
  for (const secret of [workspace.token, workspace.refreshToken, slack.clientSecret, slack.appToken])
    expect(service.output()).not.toContain(secret);
}, 120_000);
