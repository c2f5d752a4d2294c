import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Company } from '../company/index.ts';
import type { Clock } from '../platform/clock.ts';
import { toRelayError } from '../platform/errors.ts';
import type { Server } from '../platform/http-server.ts';
import { sha256 } from '../platform/ids.ts';
import { readRefusal } from '../platform/problem.ts';
import { formMinutes, type Nonces, type Shown } from './nonce.ts';
import type { Locale, NoticeName, Pages, PageViews } from './pages.ts';

/** What every page for applicants stands on. */
export interface DoorParts {
  readonly clock: Clock;
  readonly pages: Pages;
  readonly nonces: Nonces;
  /** Our own origin: what a form's answer must come from. */
  readonly baseUrl: string;
}

/** One kind of address under which applicants find pages. */
export interface Door {
  readonly prefix: string;
  /** Requests a minute from one address (IPv6: one /64): for one page, and for all of this door together. */
  readonly limits: { readonly readsPerPage: number; readonly answersPerPage: number; readonly all: number };
  /** What tells one page from another; counted, and bound to its forms, under its hash only. */
  toPageKey(request: FastifyRequest): string;
  /** The page itself, which also takes its forms, in the language that was asked for. */
  toAction(request: FastifyRequest): string;
}

export interface NoticeFrame {
  readonly company?: Company | undefined;
  readonly locale?: Locale;
  readonly heldHref?: string;
  readonly status?: number;
}

/** How a door answers: every page with the same strict headers, every form bound to one browser and one page. */
export interface Replies {
  send<N extends keyof PageViews>(
    reply: FastifyReply,
    status: number,
    name: N,
    locale: Locale,
    view: PageViews[N],
  ): FastifyReply;
  sendNotice(notice: NoticeName, request: FastifyRequest, reply: FastifyReply, frame?: NoticeFrame): FastifyReply;
  /** Binds a form to this browser and page, and gives its nonce. */
  bindForm(request: FastifyRequest, reply: FastifyReply, shown: Shown, pageKey?: string): string;
  /** What the answered form showed; undefined unless it is this page's own, sent by this browser, in time. */
  readForm(request: FastifyRequest, nonce: string): Shown | undefined;
  /** The value that stands for this browser; undefined where it brings none. */
  readBrowser(request: FastifyRequest): string | undefined;
}

/**
 * Opens a door for applicants. GET and HEAD change nothing, ever: mail scanners open links. Whatever goes wrong is told
 * by a page with the same strict headers.
 */
export async function openDoor(
  server: Server,
  parts: DoorParts,
  door: Door,
  addRoutes: (room: Server, replies: Replies) => void,
): Promise<void> {
  const replies = openReplies(parts, door);
  const { sendNotice } = replies;
  await server.register(
    async (room) => {
      // Only forms come in here.
      room.removeContentTypeParser(['application/json', 'text/plain']);
      room.addHook('onRequest', async (_request, reply) => void reply.headers(strictHeaders(parts)));
      limitRequests(room as Server, door, sendNotice);
      room.setNotFoundHandler((request, reply) => sendNotice('unknown', request, reply));
      room.setErrorHandler((error, request, reply) => sendTrouble(error, request, reply, sendNotice));
      addRoutes(room as Server, replies);
    },
    { prefix: door.prefix },
  );
}

function strictHeaders({ pages }: DoorParts): Record<string, string> {
  return {
    'content-security-policy': pages.contentSecurityPolicy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
}

const noticeStatus = {
  unknown: 404,
  closed: 503,
  // Nothing is wrong: the page is theirs, and has nothing to ask yet.
  awaited: 200,
  refused: 403,
  'too-many': 429,
  'too-many-codes': 429,
  trouble: 500,
} as const satisfies Record<NoticeName, number>;

function openReplies({ pages, nonces, clock, baseUrl }: DoorParts, door: Door): Replies {
  // The __Host- prefix keeps a neighbouring site from planting its own; browsers take it over https only.
  const isHttps = baseUrl.startsWith('https:');
  const cookieName = isHttps ? '__Host-consent' : 'consent';
  const readBrowser = (request: FastifyRequest) => request.cookies[cookieName];
  const attributes = { path: '/', httpOnly: true, secure: isHttps, sameSite: 'strict' } as const;

  function send<N extends keyof PageViews>(
    reply: FastifyReply,
    status: number,
    name: N,
    locale: Locale,
    view: PageViews[N],
  ): FastifyReply {
    return reply
      .status(status)
      .type('text/html; charset=utf-8')
      .send(pages.render(name, locale, view));
  }

  return {
    send,
    sendNotice(notice, request, reply, { company, locale, heldHref, status } = {}) {
      const view = { company, heldHref, action: door.toAction(request), notice };
      return send(reply, status ?? noticeStatus[notice], 'notice', locale ?? guessLocale(request), view);
    },
    bindForm(request, reply, shown, pageKey = door.toPageKey(request)) {
      const cookie = nonces.bind(readBrowser(request));
      reply.setCookie(cookieName, cookie, { ...attributes, maxAge: formMinutes * 60 });
      return nonces.make(cookie, sha256(pageKey), shown, clock.now());
    },
    readForm: (request, nonce) =>
      nonces.read(nonce, readBrowser(request), sha256(door.toPageKey(request)), clock.now()),
    readBrowser,
  };
}

/**
 * True for what a browser sends from our own page. Origin says so; some browsers keep it back or write `null`, and
 * then Sec-Fetch-Site, which no page can write itself, must say it instead.
 */
export function comesFromOurPage(request: FastifyRequest, baseUrl: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== 'null') return origin === new URL(baseUrl).origin;
  return request.headers['sec-fetch-site'] === 'same-origin';
}

/** Counts by address, and by address and page; what names a page is counted under its hash only. */
function limitRequests(room: Server, { limits, toPageKey }: Door, sendNotice: Replies['sendNotice']): void {
  const byPage = (request: FastifyRequest) => `${request.ip} ${sha256(toPageKey(request))}`;
  const timeWindow = 60_000;
  const all = room.createRateLimit({ max: limits.all, timeWindow });
  const reads = room.createRateLimit({ max: limits.readsPerPage, timeWindow, keyGenerator: byPage });
  const answers = room.createRateLimit({ max: limits.answersPerPage, timeWindow, keyGenerator: byPage });
  room.addHook('onRequest', async (request, reply) => {
    for (const count of [all, request.method === 'POST' ? answers : reads]) {
      const counted = await count(request);
      if (!counted.isAllowed && counted.isExceeded)
        return sendNotice('too-many', request, reply.header('retry-after', String(counted.ttlInSeconds)));
    }
  });
}

function sendTrouble(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  sendNotice: Replies['sendNotice'],
): FastifyReply {
  const refusal = readRefusal(thrown);
  if (refusal !== undefined) return sendNotice('refused', request, reply, { status: refusal === 413 ? 413 : 400 });
  const error = toRelayError(thrown);
  request.log.error({ err: error, code: error.code, route: request.routeOptions.url }, 'a page for applicants failed');
  return sendNotice('trouble', request, reply);
}

export function readAskedLocale(request: FastifyRequest): Locale | undefined {
  const lang = new URL(request.url, 'http://localhost').searchParams.get('lang');
  return lang === 'ja' || lang === 'en' ? lang : undefined;
}

/** For somebody we know nothing about: the language asked for, else the browser's, else Japanese. */
export function guessLocale(request: FastifyRequest): Locale {
  const preferred = request.headers['accept-language']?.trim().toLowerCase() ?? 'ja';
  return (
    readAskedLocale(request) ?? (preferred === '' || preferred.startsWith('ja') || preferred === '*' ? 'ja' : 'en')
  );
}
