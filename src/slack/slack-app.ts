import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../platform/clock.ts';
import type { Server } from '../platform/http-server.ts';
import type { Log } from '../platform/log.ts';
import { renderText } from './notice-text.ts';
import type { OneChannel as SlackConfig } from './one-channel.ts';
import { toSlackLogger } from './slack-log.ts';

export const slackPath = '/slack/events';
export const command = '/career-relay';

/** Slack's own tolerance: a request signed longer ago, or ahead of our clock, is not answered. In seconds. */
const toleranceSeconds = 300;
const bodyLimitBytes = 256 * 1024;

/**
 * Puts the Bolt app under the server, at POST /slack/events. Bolt checks the signature over the raw bytes, so Fastify
 * leaves the body unread; Bolt refuses old timestamps, and we those from the future.
 */
export function mountSlackApp(
  server: Server,
  parts: { readonly config: SlackConfig; readonly clock: Clock; readonly log: Log },
): void {
  server.register(async (scope) => {
    const listen = await openSlackApp(parts.config, parts.log);
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

async function openSlackApp(config: SlackConfig, log: Log): Promise<Listener> {
  const { App, HTTPReceiver } = await import('@slack/bolt');
  const logger = toSlackLogger(log);
  const receiver = new HTTPReceiver({
    signingSecret: config.signingSecret,
    endpoints: slackPath,
    bodyLimit: bodyLimitBytes,
    logger,
  });
  // Naming the token here, not as `token`, keeps Bolt from asking Slack who we are before it answers a command.
  const authorize = async () => ({ botToken: config.botToken });
  const app = new App({ receiver, authorize, ignoreSelf: false, convoStore: false, logger });
  app.command(command, async ({ ack }) => {
    const help = renderHelp(config.channel);
    await ack({ response_type: 'ephemeral', text: help.text, blocks: [...help.blocks] });
  });
  return receiver.requestListener;
}

/** Slack does not say a person's language with a command, so both stand there. */
function renderHelp(channel: string) {
  const tokens = { channel, isChannelId: /^[CG][A-Z0-9]{6,}$/.test(channel) ? 'yes' : 'no', command };
  const texts = (['ja', 'en'] as const).map((locale) => renderText('help', locale, '', tokens));
  return { text: texts.map(({ text }) => text).join('\n'), blocks: texts.flatMap(({ blocks }) => blocks) };
}
