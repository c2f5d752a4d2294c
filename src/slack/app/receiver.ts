import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App, Receiver } from '@slack/bolt';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { toSlackLogger } from '../slack-log.ts';
import { callTimeoutMs, toClientOptions } from '../workspace/client.ts';
import { botEvents } from '../workspace/scopes.ts';
import { shortcutIds } from './action-ids.ts';
import { type Ask, toAsk, toClicked, toCommand } from './ask.ts';
import type { Block } from './block-kit.ts';
import { answerClick, openNext } from './click.ts';
import { answerCommand, command } from './command.ts';
import type { Desk, SlackCalls } from './desk.ts';
import { hearEvent } from './events.ts';
import { keepConnected } from './keep-connected.ts';
import type { AppParts } from './parts.ts';
import { answerSubmit, workOnSubmit } from './submit.ts';

export const slackPath = '/slack/events';

/** Slack's own tolerance: a request signed longer ago, or ahead of our clock, is not answered. In seconds. */
const toleranceSeconds = 300;
const bodyLimitBytes = 256 * 1024;

export interface ReceiverConfig {
  /** For requests over HTTP. */
  readonly signingSecret?: string | undefined;
  /** xapp-…: then Slack's messages come over a socket that we open, and no public address is needed. */
  readonly appToken?: string | undefined;
  readonly apiUrl?: string | undefined;
}

export interface SlackApp {
  /** Hangs POST /slack/events on the server; nothing in socket mode. */
  routes(server: Server): void;
  /** Opens the socket in socket mode and keeps it open; nothing else to start. Does not wait for Slack. */
  start(): void;
  /** Closes the socket, and waits for what is under way. */
  stop(): Promise<void>;
}

/** The app that people use in Slack, behind one of Bolt's two receivers. */
export function openSlackApp(parts: AppParts, config: ReceiverConfig): SlackApp {
  const running = new Set<Promise<unknown>>();
  let socket: { stop(): Promise<void> } | undefined;
  return {
    routes(server) {
      const { signingSecret } = config;
      if (signingSecret && !config.appToken) mount(server, parts, { ...config, signingSecret }, running);
    },
    start() {
      const { appToken } = config;
      if (appToken) socket ??= keepConnected(parts.log, () => openSocket(parts, { ...config, appToken }, running));
    },
    async stop() {
      await socket?.stop();
      socket = undefined;
      await Promise.allSettled(running);
    },
  };
}

/** Bolt checks the signature over the raw bytes, so Fastify leaves the body unread; it refuses old requests, and we those of the future. */
function mount(
  server: Server,
  parts: AppParts,
  config: ReceiverConfig & { readonly signingSecret: string },
  running: Set<Promise<unknown>>,
): void {
  server.register(async (scope) => {
    const listen = await openListener(parts, config, running);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    scope.post(slackPath, { schema: { hide: true } }, async (request, reply) => {
      const signedAt = Number(request.headers['x-slack-request-timestamp'] ?? 0);
      if (signedAt - parts.clock.now().getTime() / 1000 > toleranceSeconds) return reply.status(401).send();
      reply.hijack();
      listen(request.raw, reply.raw);
      return reply;
    });
  });
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function openListener(
  parts: AppParts,
  config: ReceiverConfig & { readonly signingSecret: string },
  running: Set<Promise<unknown>>,
): Promise<Listener> {
  const { HTTPReceiver } = await import('@slack/bolt');
  const receiver = new HTTPReceiver({
    signingSecret: config.signingSecret,
    endpoints: slackPath,
    bodyLimit: bodyLimitBytes,
    logger: toSlackLogger(parts.log),
  });
  await openBolt(parts, config, receiver, running);
  return receiver.requestListener;
}

async function openSocket(
  parts: AppParts,
  config: ReceiverConfig & { readonly appToken: string },
  running: Set<Promise<unknown>>,
) {
  const { SocketModeReceiver } = await import('@slack/bolt');
  const receiver = new SocketModeReceiver({
    appToken: config.appToken,
    logger: toSlackLogger(parts.log),
    // The library's own way to reconnect ends the process when Slack cannot be reached; ours does not.
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: toBoltOptions(config) },
    processEventErrorHandler: async ({ error }) => {
      parts.log.warn({ code: toRelayError(error).code }, 'a message of Slack could not be handled');
      return false;
    },
  });
  await openBolt(parts, config, receiver, running);
  return receiver.client;
}

/** Private answers go out by the same fetch, which Bolt gives no time of its own. */
function toBoltOptions({ apiUrl }: ReceiverConfig) {
  return {
    ...toClientOptions(apiUrl),
    fetch: (...[address, init]: Parameters<typeof fetch>) =>
      fetch(address, { ...init, signal: init?.signal ?? AbortSignal.timeout(callTimeoutMs) }),
  };
}

/**
 * Tells Bolt what we listen to. Everything is acknowledged before anybody is asked anything, so Slack has its answer
 * within three seconds however busy the database is; Bolt is given no token, which would have to be looked up first.
 */
async function openBolt(
  parts: AppParts,
  config: ReceiverConfig,
  receiver: Receiver,
  running: Set<Promise<unknown>>,
): Promise<void> {
  const { App: Bolt } = await import('@slack/bolt');
  const app = new Bolt({
    receiver,
    authorize: async () => ({}),
    ignoreSelf: true,
    convoStore: false,
    logger: toSlackLogger(parts.log),
    clientOptions: toBoltOptions(config),
  });
  const desk: Desk = { ...parts, callsOf: (teamRef) => findCalls(parts, app, teamRef) };
  app.error(async (error) => {
    parts.log.error({ code: toRelayError(error).code, said: error.code }, 'the Slack app failed');
  });
  /** Slack has its answer; what follows is ours to see to the end, also while the process stops. */
  function after(work: Promise<void>): Promise<void> {
    const seen = work
      .catch((thrown: unknown) => {
        const error = toRelayError(thrown);
        parts.log.error({ code: error.code, err: error }, 'an action from Slack was left undone');
      })
      .finally(() => running.delete(seen));
    running.add(seen);
    return seen;
  }

  app.command(command, async ({ ack, body, respond }) => {
    await ack();
    const { ask, text } = toCommand(body, toReply(parts, respond));
    await after(answerCommand(desk, ask, text));
  });
  app.action(/.*/, async ({ ack, body, payload, respond }) => {
    await ack();
    await after(answerClick(desk, toAsk(body, toReply(parts, respond)), toClicked(payload)));
  });
  app.shortcut(/.*/, async ({ ack, body }) => {
    await ack();
    const ask = toAsk(body, undefined);
    if (body.callback_id === shortcutIds.held) await after(openNext(desk, ask, 'held'));
    if (body.callback_id === shortcutIds.reject) await after(openNext(desk, ask, 'reject'));
  });
  app.view(/.*/, async ({ ack, body }) => {
    const ask = toAsk(body, undefined);
    if (!ask.view) return ack();
    await ack(answerSubmit(ask.view));
    await after(workOnSubmit(desk, ask));
  });
  for (const name of botEvents) app.event(name, async ({ body }) => after(hearEvent(desk, body)));
}

type Respond = (message: {
  readonly response_type: 'ephemeral';
  readonly replace_original: false;
  readonly text: string;
  readonly blocks?: Block[];
}) => Promise<unknown>;

/** Where Slack gave no address, as in its home, there is no way to answer privately but a modal. */
function toReply({ log }: AppParts, respond: Respond | undefined): Ask['reply'] {
  if (!respond) return undefined;
  return async (text, blocks) => {
    try {
      const shown = blocks ? { blocks: [...blocks] } : {};
      await respond({ response_type: 'ephemeral', replace_original: false, text, ...shown });
    } catch (thrown) {
      log.info({ code: 'slack_unavailable', said: toRelayError(thrown).code }, 'an answer did not reach Slack');
    }
  };
}

async function findCalls({ tokens }: AppParts, { client }: App, teamRef: string): Promise<SlackCalls | undefined> {
  const token = (await tokens.authorize(teamRef))?.botToken;
  if (!token) return undefined;
  return {
    async openView(trigger_id, view) {
      const { view: opened } = await client.views.open({ token, trigger_id, view });
      if (!opened?.id) throw new RelayError('slack_unavailable', { message: 'Slack named no view' });
      return opened.id;
    },
    updateView: async (view_id, view) => void (await client.views.update({ token, view_id, view })),
    publishHome: async (user_id, view) => void (await client.views.publish({ token, user_id, view })),
    sayTo: async (channel, text) => void (await client.chat.postMessage({ token, channel, text })),
  };
}
