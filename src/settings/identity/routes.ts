import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ErrorCode } from '../../platform/error-codes.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { sha256 } from '../../platform/ids.ts';
import { requireSameOrigin } from '../api/same-origin.ts';
import { openBrowsers } from '../browsers.ts';
import { authBase, clientHeader, FirstInput, InvitationInput } from './better-auth.ts';
import type { Identity } from './identity.ts';
import { linkSeconds, toEmail } from './model.ts';

interface RoutesParts {
  readonly identity: Identity;
  readonly baseUrl: string;
}

const minute = 60_000;

const Empty = z.object({}).optional();
const Code = z.strictObject({ code: z.string().trim().min(6).max(32) });
const Passkey = z.strictObject({ response: z.record(z.string(), z.unknown()) });
const PasskeyId = z.strictObject({ id: z.string().min(1).max(100) });
const passkeyName = z.string().trim().min(1).max(100);

/** What of the library is open, and what it may be sent. Everything else of it does not exist here. */
const posts: Readonly<Record<string, z.ZodType>> = {
  '/first': FirstInput,
  '/invitation': InvitationInput,
  '/sign-out': Empty,
  '/passkey/verify-authentication': Passkey,
  '/passkey/verify-registration': Passkey.extend({ name: passkeyName.optional() }),
  '/passkey/update-passkey': PasskeyId.extend({ name: passkeyName }),
  '/passkey/delete-passkey': PasskeyId,
  '/two-factor/enable': Empty,
  '/two-factor/disable': Empty,
  '/two-factor/generate-backup-codes': Empty,
  // Without trustDevice: a session is short, and so is the trust in a browser.
  '/two-factor/verify-totp': Code,
  '/two-factor/verify-backup-code': Code,
};
const gets = [
  '/passkey/generate-register-options',
  '/passkey/generate-authenticate-options',
  '/passkey/list-user-passkeys',
];

const LinkAsked = z.strictObject({ email: z.email('must be a mail address').max(254) });
const LinkGiven = z.strictObject({ code: z.string().min(1).max(200) });
const InvitationAsked = z.strictObject({ code: z.string().min(1).max(100) });

/**
 * How people come in, under /api/auth. Every POST must come from our own origin, with or without a session: who is signed in
 * by another's hand types secrets into another's account. Answers never tell whether an address exists.
 */
export async function registerIdentity(server: Server, parts: RoutesParts): Promise<void> {
  await server.register(async (scope: Server) => openRoutes(scope, parts), { prefix: authBase });
}

function openRoutes(scope: Server, { identity, baseUrl }: RoutesParts): void {
  const browsers = openBrowsers(baseUrl, 'relay.link', linkSeconds);
  const limits = openLimits(scope);
  scope.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    await limits.ofClient(request);
    if (request.method === 'POST') requireSameOrigin(request, baseUrl);
  });

  /** Hands a request to the library and its answer back. */
  async function hand(request: FastifyRequest, reply: FastifyReply, to: Handed): Promise<FastifyReply> {
    const headers = toHeaders(request);
    // A session that is overdue ends before the library sees it.
    await identity.readSession(headers);
    const answer = await identity.library.handle(
      new Request(`${baseUrl}${authBase}${to.path}`, {
        method: to.method,
        headers,
        ...(to.method === 'POST' && { body: JSON.stringify(to.body ?? {}) }),
      }),
    );
    const cookies = answer.headers.getSetCookie();
    if (cookies.length > 0) reply.header('set-cookie', cookies);
    return (to.send ?? sendAnswer)(answer, reply);
  }

  for (const [path, Body] of Object.entries(posts))
    scope.post(path, { schema: { hide: true, body: Body } }, (request, reply) =>
      hand(request, reply, { method: 'POST', path, body: request.body }),
    );
  for (const path of gets)
    scope.get(path, { schema: { hide: true }, exposeHeadRoute: false }, (request, reply) =>
      hand(request, reply, { method: 'GET', path }),
    );

  scope.post('/sign-in/magic-link', { schema: { hide: true, body: LinkAsked } }, async (request, reply) => {
    const email = toEmail(request.body.email);
    await limits.ofLink(request);
    const browser = browsers.name(request, reply);
    const locale = guessLocale(request);
    // Too many mails to one address: the answer stays what it was, for a stranger could have caused them.
    if (await limits.isMailSpent(request)) return reply.send({ status: true });
    return hand(request, reply, {
      method: 'POST',
      path: '/sign-in/magic-link',
      body: { email, metadata: { browser, locale } },
    });
  });

  scope.post('/magic-link', { schema: { hide: true, body: LinkGiven } }, async (request, reply) => {
    const browser = browsers.read(request);
    const token = browser === undefined ? undefined : identity.linkSeal.open(request.body.code, browser);
    if (token === undefined) throw new RelayError('sign_in_refused', { message: 'LINK_REFUSED' });
    const path = `/magic-link/verify?token=${encodeURIComponent(token)}`;
    return hand(request, reply, { method: 'GET', path, send: sendLinkAnswer });
  });

  scope.post('/invitation/look', { schema: { hide: true, body: InvitationAsked } }, async (request) => {
    const invitation = await identity.lookAtInvitation(request.body.code);
    if (!invitation) throw new RelayError('sign_in_refused', { message: 'CODE_REFUSED' });
    return invitation;
  });

  scope.post('/sign-in/slack', { schema: { hide: true, body: Empty } }, (request, reply) =>
    hand(request, reply, {
      method: 'POST',
      path: '/sign-in/social',
      body: {
        provider: 'slack',
        callbackURL: '/app',
        errorCallbackURL: '/app/sign-in?refused=slack',
        disableRedirect: true,
      },
    }),
  );
  scope.get('/callback/slack', { schema: { hide: true }, exposeHeadRoute: false }, (request, reply) => {
    const { search } = new URL(request.url, baseUrl);
    return hand(request, reply, { method: 'GET', path: `/callback/slack${search}`, send: sendSlackAnswer });
  });
}

interface Handed {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  send?(answer: Response, reply: FastifyReply): Promise<FastifyReply>;
}

const Told = z.object({ code: z.string().optional(), twoFactorRedirect: z.boolean().optional() });

const codesByStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'sign_in_refused'],
  [403, 'request_forbidden'],
  [404, 'request_not_found'],
  [409, 'request_conflict'],
  [429, 'request_rate_limited'],
]);

/** The library's answer; its refusals become problems, with its code as the detail. */
async function sendAnswer(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  const text = await answer.text();
  if (answer.status >= 500) throw new RelayError('internal_error', { message: 'the sign-in library failed' });
  if (answer.status >= 300) {
    const { code } = readTold(text);
    throw new RelayError(codesByStatus.get(answer.status) ?? 'request_invalid', { message: code ?? 'REFUSED' });
  }
  return reply.status(answer.status).type('application/json').send(text);
}

/** It leads away with the reason in the address when a link is of no use. */
function sendLinkAnswer(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  if (answer.status === 302) throw new RelayError('sign_in_refused', { message: 'LINK_REFUSED' });
  return sendAnswer(answer, reply);
}

/** Whatever went wrong, the browser learns no more than that. */
async function sendSlackAnswer(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  // Where a second factor is asked for, that stands in the body; the address still leads on.
  if (readTold(await answer.text()).twoFactorRedirect) return reply.redirect('/app/sign-in?step=second-factor', 302);
  const isIn = answer.status === 302 && answer.headers.get('location')?.endsWith('/app') === true;
  return reply.redirect(isIn ? '/app' : '/app/sign-in?refused=slack', 302);
}

function readTold(text: string): z.output<typeof Told> {
  try {
    return Told.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}

/** What of a request the library needs to know. */
export function toHeaders(request: FastifyRequest): Headers {
  const headers = new Headers({ [clientHeader]: request.ip, 'content-type': 'application/json' });
  for (const name of ['cookie', 'user-agent', 'origin', 'sec-fetch-site'] as const) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}

function openLimits(scope: Server) {
  const client = scope.createRateLimit({ max: 120, timeWindow: minute, keyGenerator: ({ ip }) => `auth:${ip}` });
  const link = scope.createRateLimit({
    max: 5,
    timeWindow: 15 * minute,
    keyGenerator: (request: FastifyRequest) => `link:${request.ip}:${toMailKey(request)}`,
  });
  const mail = scope.createRateLimit({
    max: 20,
    timeWindow: 60 * minute,
    keyGenerator: (request: FastifyRequest) => `mail:${toMailKey(request)}`,
  });
  const isOver = async (count: typeof client, request: FastifyRequest) => {
    const limit = await count(request);
    return !limit.isAllowed && limit.isExceeded ? limit.ttl : undefined;
  };
  const require = async (count: typeof client, request: FastifyRequest) => {
    const retryAfterMs = await isOver(count, request);
    if (retryAfterMs !== undefined) throw new RelayError('request_rate_limited', { retryAfterMs });
  };
  return {
    ofClient: (request: FastifyRequest) => require(client, request),
    ofLink: (request: FastifyRequest) => require(link, request),
    isMailSpent: async (request: FastifyRequest) => (await isOver(mail, request)) !== undefined,
  };
}

/** Of the address somebody typed, so that no limiter keeps it. */
function toMailKey(request: FastifyRequest): string {
  const typed = LinkAsked.safeParse(request.body).data?.email ?? '';
  return sha256(toEmail(typed));
}

/** The browser's language, else Japanese. */
function guessLocale(request: FastifyRequest): 'ja' | 'en' {
  const preferred = request.headers['accept-language']?.trim().toLowerCase() ?? 'ja';
  return preferred === '' || preferred.startsWith('ja') || preferred === '*' ? 'ja' : 'en';
}
