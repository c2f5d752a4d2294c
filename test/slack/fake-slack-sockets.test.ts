import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { type FakeSlack, startFakeSlack } from '../support/fake-slack.ts';
import { callSlack } from './fake-slack-call.ts';

let slack: FakeSlack;
const apps: App[] = [];

beforeEach(async () => {
  slack = await startFakeSlack();
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
  await slack.close();
});

async function startApp(): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions: { slackApiUrl: slack.url } },
    // How long the client waits before it comes back, in milliseconds.
    clientPingTimeout: 200,
  });
  const app = new App({ receiver, authorize: async () => ({ botToken: slack.token }), convoStore: false });
  apps.push(app);
  await app.start();
  return app;
}

test("Bolt's own socket mode connects, and what it acknowledges comes back", async () => {
  const { first: workspace, channel } = slack;
  const user = workspace.addUser({ name: '髙﨑' });
  const seen: string[] = [];
  const app = await startApp();
  app.command('/career-relay', async ({ ack, command }) => ack({ text: `${command.text}です 🍱`.repeat(2_000) }));
  app.event('app_home_opened', async ({ event }) => void seen.push(event.user));

  await slack.sockets.connected();
  await slack.sockets.send(slack.command(workspace, { user, channel, text: '残高' }));
  await slack.sockets.send(slack.event(workspace, { type: 'app_home_opened', user }));

  expect(workspace.ephemeral).toMatchObject([{ user, channel, text: '残高です 🍱'.repeat(2_000) }]);
  expect(seen).toEqual([user]);
});

test('an address opens one connection, and only the token of the app gets one', async () => {
  const open = (token: string) => callSlack(slack, token, 'apps.connections.open');
  const { url } = await open(slack.appToken);
  const connect = () =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(String(url));
      socket.addEventListener('message', ({ data }) => {
        resolve(String(data));
        socket.close();
      });
      socket.addEventListener('error', () => resolve('refused'));
    });

  const first = await connect();
  const second = await connect();
  const errors = [(await open(slack.token)).error, (await open('')).error, (await open('xapp-guessed')).error];

  expect(JSON.parse(first)).toMatchObject({
    type: 'hello',
    num_connections: 1,
    connection_info: { app_id: slack.appId },
  });
  expect(second).toBe('refused');
  expect(errors).toEqual(['not_allowed_token_type', 'not_authed', 'invalid_auth']);
});

test('an app whose connection is ended comes back for the next request', async () => {
  const { first: workspace, channel } = slack;
  const user = workspace.addUser();
  const app = await startApp();
  app.command('/career-relay', async ({ ack }) => ack('戻りました'));
  await slack.sockets.connected();

  await slack.sockets.disconnect();
  await slack.sockets.connected();
  await slack.sockets.send(slack.command(workspace, { user, channel }));

  expect(workspace.ephemeral).toMatchObject([{ text: '戻りました' }]);
  expect(slack.calls.filter((method) => method === 'apps.connections.open')).toHaveLength(2);
});
