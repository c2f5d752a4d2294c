import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';

/** A message that stands in the channel. */
export interface PostedMessage {
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly metadata: unknown;
}

/** What the next chat.postMessage meets. `takes` says whether the message stands in the channel nevertheless. */
export type Trouble =
  | { readonly kind: 'error'; readonly error: string; readonly takes?: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly takes?: boolean }
  | { readonly kind: 'hang-up'; readonly takes?: boolean };

/** A stand-in of Slack's Web API, as strict as Slack about token, channel, scopes, block limits and rate limits. */
export interface FakeSlack {
  /** For SLACK_API_URL. */
  readonly url: string;
  readonly token: string;
  readonly channel: string;
  readonly messages: readonly PostedMessage[];
  /** Methods called, oldest first. */
  readonly calls: readonly string[];
  /** The next posts meet these, one each. */
  trouble(...troubles: Trouble[]): void;
  /** The next post is answered with this trouble, but only when `release` is called; `reached` when it has arrived. */
  stallNext(trouble: Trouble): { readonly reached: Promise<void>; release(): void };
  /** Takes or gives the scope channels:history. */
  allowHistory(allowed: boolean): void;
  close(): Promise<void>;
}

interface Stall {
  reach(): void;
  readonly released: Promise<void>;
}

type Answer = { readonly ok: true; readonly [key: string]: unknown } | { readonly ok: false; readonly error: string };

/** Limits of Block Kit: docs.slack.dev, "Blocks" (read 2026-11-22). */
const Mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3_000) });
export const SlackBlocks = z
  .array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('section'), text: Mrkdwn }),
      z.strictObject({ type: z.literal('context'), elements: z.array(Mrkdwn).min(1).max(10) }),
    ]),
  )
  .min(1)
  .max(50);
/** Slack cuts longer texts off; it advises this length. */
export const SlackText = z.string().min(1).max(4_000);

export async function startFakeSlack(options: { readonly now?: () => Date } = {}): Promise<FakeSlack> {
  const now = options.now ?? (() => new Date());
  const token = 'xoxb-fake-token';
  const channel = 'C0FAKE0001';
  const messages: PostedMessage[] = [];
  const calls: string[] = [];
  const troubles: Trouble[] = [];
  let isHistoryAllowed = true;
  const stalls = new Map<Trouble, Stall>();

  function post(form: URLSearchParams): Answer {
    if (form.get('channel') !== channel) return { ok: false, error: 'channel_not_found' };
    const text = SlackText.safeParse(form.get('text'));
    if (!text.success) return { ok: false, error: form.get('text') ? 'msg_too_long' : 'no_text' };
    const blocks = SlackBlocks.safeParse(JSON.parse(form.get('blocks') ?? '[]'));
    if (!blocks.success) return { ok: false, error: 'invalid_blocks' };
    const ts = `${Math.floor(now().getTime() / 1000)}.${String(messages.length + 1).padStart(6, '0')}`;
    const metadata: unknown = JSON.parse(form.get('metadata') ?? 'null');
    messages.push({ ts, text: text.data, blocks: blocks.data, metadata });
    return { ok: true, channel, ts, message: { text: text.data } };
  }

  function history(form: URLSearchParams): Answer {
    if (!isHistoryAllowed) return { ok: false, error: 'missing_scope' };
    if (form.get('channel') !== channel) return { ok: false, error: 'channel_not_found' };
    const limit = Number(form.get('limit') ?? 100);
    if (limit > 999) return { ok: false, error: 'invalid_limit' };
    const from = Number(form.get('cursor') ?? 0);
    const wantsMetadata = form.get('include_all_metadata') === 'true';
    const seen = messages
      .filter((message) => Number(message.ts) > Number(form.get('oldest') ?? 0))
      .reverse()
      .map(({ metadata, ...message }) => (wantsMetadata ? { ...message, metadata } : message));
    const next = from + limit < seen.length ? String(from + limit) : '';
    return {
      ok: true,
      messages: seen.slice(from, from + limit),
      has_more: next !== '',
      response_metadata: { next_cursor: next },
    };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? '').replace(/^\/api\//, '');
    calls.push(method);
    const form = new URLSearchParams(await readText(request));
    const send = (body: Answer) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) return send({ ok: false, error: 'invalid_auth' });
    if (method === 'auth.test') return send({ ok: true, user_id: 'U0FAKE', team_id: 'T0FAKE', bot_id: 'B0FAKE' });
    if (method === 'conversations.history') return send(history(form));
    if (method !== 'chat.postMessage') return send({ ok: false, error: 'unknown_method' });
    const trouble = troubles.shift();
    if (!trouble) return send(post(form));
    const stall = stalls.get(trouble);
    stall?.reach();
    await stall?.released;
    if (trouble.takes) post(form);
    if (trouble.kind === 'error') return send({ ok: false, error: trouble.error });
    if (trouble.kind === 'hang-up') return void request.socket.destroy();
    const { status, retryAfter } = trouble;
    response.writeHead(status, retryAfter ? { 'retry-after': retryAfter } : {}).end('trouble');
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    token,
    channel,
    messages,
    calls,
    trouble: (...next) => void troubles.push(...next),
    stallNext(next) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      troubles.push(next);
      stalls.set(next, { reach: reached.resolve, released: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
    allowHistory: (allowed) => {
      isHistoryAllowed = allowed;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
