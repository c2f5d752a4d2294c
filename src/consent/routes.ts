import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { toRelayError } from '../platform/errors.ts';
import { readRefusal, type Server } from '../platform/http-server.ts';
import { sha256 } from '../platform/ids.ts';
import type { Answers } from './answer.ts';
import { readHeld } from './held.ts';
import { isOpen, maskEmail, purposes, type Wish, wishes } from './model.ts';
import { formMinutes, type Nonces } from './nonce.ts';
import { type Locale, type NoticeName, type Pages, type PageViews, type TextName, toDay, toMoment } from './pages.ts';
import type { Visit, Visits } from './visit.ts';

export interface RouteParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly visits: Visits;
  readonly answers: Answers;
  readonly nonces: Nonces;
  /** Our own origin: what a form's answer must come from. */
  readonly baseUrl: string;
}

/** Requests a minute from one address (IPv6: one /64): for one link, and for all links together. */
const limits = { readsPerLink: 60, answersPerLink: 20, all: 600 };

/** A form is a few hundred bytes. */
const formBytesMax = 8 * 1024;

/**
 * The applicant's pages: `/c/<token>` asks and takes the answer, `/c/<token>/held` shows what is held. GET and HEAD
 * change nothing, ever: mail scanners open links. Whatever goes wrong is told by a page with the same strict headers.
 */
export async function registerConsentPages(server: Server, parts: RouteParts): Promise<void> {
  await server.register(
    async (room) => {
      const pages = openReplies(parts);
      // Only forms come in here.
      room.removeContentTypeParser(['application/json', 'text/plain']);
      room.addHook('onRequest', async (_request, reply) => void reply.headers(strictHeaders(parts)));
      limitRequests(room as Server, pages.sendNotice);
      room.setNotFoundHandler((request, reply) => pages.sendNotice('unknown', request, reply));
      room.setErrorHandler((error, request, reply) => sendTrouble(error, request, reply, pages.sendNotice));
      room.get('/:token', (request, reply) => showPage(parts, pages, request, reply));
      room.get('/:token/held', (request, reply) => showHeld(parts, pages, request, reply));
      room.post('/:token', { bodyLimit: formBytesMax }, (request, reply) => answerPage(parts, pages, request, reply));
    },
    { prefix: '/c' },
  );
}

function strictHeaders({ pages }: RouteParts): Record<string, string> {
  return {
    'content-security-policy': pages.contentSecurityPolicy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
    'x-frame-options': 'DENY',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
}

type Replies = ReturnType<typeof openReplies>;
type SendNotice = Replies['sendNotice'];

function openReplies({ pages, nonces, clock, baseUrl }: RouteParts) {
  // The __Host- prefix keeps a neighbouring site from planting its own; browsers take it over https only.
  const isHttps = baseUrl.startsWith('https:');
  const cookieName = isHttps ? '__Host-consent' : 'consent';
  const readCookie = (request: FastifyRequest) => request.cookies[cookieName];

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

  function sendNotice(
    notice: NoticeName,
    request: FastifyRequest,
    reply: FastifyReply,
    { visit, status }: { readonly visit?: Visit; readonly status?: number } = {},
  ): FastifyReply {
    const locale = visit ? chooseLocale(request, visit) : guessLocale(request);
    const { action, heldHref } = toAddresses(request);
    const frame = { company: visit?.company, action, heldHref: visit && heldHref };
    return send(reply, status ?? noticeStatus[notice], 'notice', locale, { ...frame, notice });
  }

  /** The page of where the person stands, with a fresh form to answer from there. */
  function sendVisit(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    again?: { readonly status: number; readonly hint: 'box-not-ticked' | 'text-changed'; readonly locale: Locale },
  ): FastifyReply {
    const { company, agency, facts, consent, standing } = visit;
    const now = clock.now();
    if (!agency || !facts || visit.view === 'closed') return sendNotice('closed', request, reply, { visit });
    const locale = again?.locale ?? chooseLocale(request, visit);
    const tokenHash = sha256(readToken(request));
    const frame = { company, ...toAddresses(request) };
    const toForm = (textName: TextName) => {
      const cookie = nonces.bind(readCookie(request));
      const attributes = { path: '/', httpOnly: true, secure: isHttps, sameSite: 'strict' } as const;
      reply.setCookie(cookieName, cookie, { ...attributes, maxAge: formMinutes * 60 });
      const text = pages.renderText(textName, locale, facts);
      return { text: text.body, nonce: nonces.make(cookie, tokenHash, { locale, textHash: text.hash }, now) };
    };
    if (again || !consent)
      return send(reply, again?.status ?? 200, 'ask', locale, {
        ...frame,
        ...toForm('introduction'),
        hint: again?.hint,
      });
    const decidedAt = toMoment(locale, consent.decidedAt);
    if (consent.decision === 'granted') {
      const code = standing.isOffered ? consent.referralCode : null;
      return send(reply, 200, 'granted', locale, {
        ...frame,
        ...toForm('withdrawal'),
        agency,
        decidedAt,
        referral: code ? { code } : undefined,
        receiptTo: visit.person.email ? maskEmail(visit.person.email) : undefined,
      });
    }
    const grantsUntil = toDay(locale, standing.grantsUntil);
    const form = isOpen(standing, now) ? toForm('introduction') : { text: '', nonce: null };
    return send(reply, 200, consent.decision, locale, { ...frame, ...form, agency, decidedAt, grantsUntil });
  }

  return { send, sendNotice, sendVisit, readCookie };
}

const noticeStatus = {
  unknown: 404,
  closed: 503,
  refused: 403,
  'too-many': 429,
  trouble: 500,
} as const satisfies Record<NoticeName, number>;

async function showPage(parts: RouteParts, pages: Replies, request: FastifyRequest, reply: FastifyReply) {
  const visit = await findVisit(parts, request);
  return visit ? pages.sendVisit(visit, request, reply) : pages.sendNotice('unknown', request, reply);
}

async function showHeld(parts: RouteParts, pages: Replies, request: FastifyRequest, reply: FastifyReply) {
  const visit = await findVisit(parts, request);
  if (!visit) return pages.sendNotice('unknown', request, reply);
  const locale = chooseLocale(request, visit);
  const held = await parts.database.forCompany(visit.link.companyId, (tx) => readHeld(tx, visit, locale));
  const { action } = toAddresses(request);
  return pages.send(reply, 200, 'held', locale, { ...held, company: visit.company, action, heldHref: undefined });
}

async function findVisit({ visits }: RouteParts, request: FastifyRequest): Promise<Visit | undefined> {
  const link = await visits.findLink(readToken(request));
  return link && visits.find(link);
}

/** A form as browsers send it. A box that is not ticked is not sent at all. */
const Form = z.object({
  nonce: z.string().max(200),
  decision: z.enum(wishes),
  introduction: z.string().min(1).max(20).optional(),
});

async function answerPage(parts: RouteParts, pages: Replies, request: FastifyRequest, reply: FastifyReply) {
  const token = readToken(request);
  const link = await parts.visits.findLink(token);
  if (!link) return pages.sendNotice('unknown', request, reply);
  if (!comesFromOurPage(request, parts.baseUrl)) return pages.sendNotice('refused', request, reply);
  const form = Form.safeParse(request.body);
  if (!form.success) return pages.sendNotice('refused', request, reply, { status: 400 });
  const shown = parts.nonces.read(form.data.nonce, pages.readCookie(request), sha256(token), parts.clock.now());
  if (!shown) return pages.sendNotice('refused', request, reply);
  const wish: Wish = form.data.decision;
  const ticks = purposes.filter((purpose) => form.data[purpose] !== undefined);
  const userAgent = request.headers['user-agent'];
  const outcome = await parts.answers.take({ link, wish, ticks, shown, userAgent });
  switch (outcome.kind) {
    case 'settled':
      return reply.redirect(`/c/${token}?lang=${shown.locale}`, 303);
    case 'unknown':
      return pages.sendNotice('unknown', request, reply);
    case 'not-open':
      return pages.sendVisit(outcome.visit, request, reply);
    case 'box-not-ticked':
      return pages.sendVisit(outcome.visit, request, reply, { status: 422, hint: outcome.kind, locale: shown.locale });
    case 'text-changed':
      return pages.sendVisit(outcome.visit, request, reply, { status: 409, hint: outcome.kind, locale: shown.locale });
  }
}

/**
 * True for what a browser sends from our own page. Origin says so; some browsers keep it back or write `null`, and
 * then Sec-Fetch-Site, which no page can write itself, must say it instead.
 */
function comesFromOurPage(request: FastifyRequest, baseUrl: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && origin !== 'null') return origin === new URL(baseUrl).origin;
  return request.headers['sec-fetch-site'] === 'same-origin';
}

/** Counts by address, and by address and link; a link's token is counted under its hash only. */
function limitRequests(room: Server, sendNotice: SendNotice): void {
  const byLink = (request: FastifyRequest) => `${request.ip} ${sha256(readToken(request))}`;
  const timeWindow = 60_000;
  const all = room.createRateLimit({ max: limits.all, timeWindow });
  const reads = room.createRateLimit({ max: limits.readsPerLink, timeWindow, keyGenerator: byLink });
  const answers = room.createRateLimit({ max: limits.answersPerLink, timeWindow, keyGenerator: byLink });
  room.addHook('onRequest', async (request, reply) => {
    for (const count of [all, request.method === 'POST' ? answers : reads]) {
      const counted = await count(request);
      if (!counted.isAllowed && counted.isExceeded)
        return sendNotice('too-many', request, reply.header('retry-after', String(counted.ttlInSeconds)));
    }
  });
}

function sendTrouble(thrown: unknown, request: FastifyRequest, reply: FastifyReply, sendNotice: SendNotice) {
  const refusal = readRefusal(thrown);
  if (refusal !== undefined) return sendNotice('refused', request, reply, { status: refusal === 413 ? 413 : 400 });
  const error = toRelayError(thrown);
  request.log.error({ err: error, code: error.code, route: request.routeOptions.url }, 'a consent page failed');
  return sendNotice('trouble', request, reply);
}

const Params = z.object({ token: z.string() });

/** '' where the address holds none. */
function readToken(request: FastifyRequest): string {
  const params = Params.safeParse(request.params);
  return params.success ? params.data.token : '';
}

/** The page's own addresses, in the language that was asked for. */
function toAddresses(request: FastifyRequest): { readonly action: string; readonly heldHref: string } {
  const page = `/c/${encodeURIComponent(readToken(request))}`;
  const asked = readAskedLocale(request);
  const query = asked ? `?lang=${asked}` : '';
  return { action: page + query, heldHref: `${page}/held${query}` };
}

function readAskedLocale(request: FastifyRequest): Locale | undefined {
  const lang = new URL(request.url, 'http://localhost').searchParams.get('lang');
  return lang === 'ja' || lang === 'en' ? lang : undefined;
}

/** The language asked for, else the person's own. */
function chooseLocale(request: FastifyRequest, visit: Visit): Locale {
  return readAskedLocale(request) ?? visit.locale;
}

/** For somebody we know nothing about: the language asked for, else the browser's, else Japanese. */
function guessLocale(request: FastifyRequest): Locale {
  const preferred = request.headers['accept-language']?.trim().toLowerCase() ?? 'ja';
  return (
    readAskedLocale(request) ?? (preferred === '' || preferred.startsWith('ja') || preferred === '*' ? 'ja' : 'en')
  );
}
