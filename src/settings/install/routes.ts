import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readCompany } from '../../company/index.ts';
import type { InstallOutcome } from '../../connector/index.ts';
import { errorCodes } from '../../platform/error-codes.ts';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { readRefusal } from '../../platform/problem.ts';
import { type SlackInstallOutcome, slackTarget } from '../../slack/index.ts';
import { openAdminGuard } from '../api/auth.ts';
import { type ApiParts, findCompany } from '../api/parts.ts';
import { openBrowsers } from '../browsers.ts';
import {
  type InstallPage,
  installCsp,
  type Locale,
  renderInstallPage,
  toClosedPage,
  toDeniedPage,
  toDonePage,
  toFailedPage,
  toStalePage,
} from './page.ts';
import { toSlackDeniedPage, toSlackDonePage, toSlackFailedPage, toSlackStalePage } from './slack-pages.ts';
import { takeTicket } from './tickets.ts';

export type InstallRouteParts = Pick<
  ApiParts,
  'database' | 'clock' | 'connections' | 'slackInstall' | 'adminToken' | 'baseUrl'
>;

const requestsPerMinute = 60;
const cookieSeconds = 600;

/**
 * The install door of marketplaces: `/install/<connector>` leads an admin to the ATS, `/install/<connector>/callback`
 * takes what it sends back; the same for Slack, at `/install/slack`. Both change something by GET, as OAuth has it, so a HEAD is not answered. Whatever goes wrong
 * is told by a page; neither code nor state nor ticket ever stands in a log.
 */
export async function registerInstall(server: Server, parts: InstallRouteParts): Promise<void> {
  await server.register(
    async (door: Server) => {
      const { database, connections, slackInstall } = parts;
      const browsers = openBrowsers(parts.baseUrl, 'install', cookieSeconds);
      const requireAdmin = openAdminGuard(door, parts.adminToken);
      const count = door.createRateLimit({ max: requestsPerMinute, timeWindow: 60_000 });
      door.addHook('onRequest', async (request, reply) => {
        reply.headers(strictHeaders);
        const limit = await count(request);
        if (!limit.isAllowed && limit.isExceeded)
          throw new RelayError('request_rate_limited', { retryAfterMs: limit.ttl });
      });
      door.setErrorHandler((error, request, reply) => sendTrouble(error, request, reply));
      door.setNotFoundHandler((request, reply) => sendTrouble(new RelayError('request_not_found'), request, reply));

      /** @returns whose admin it is; undefined for a ticket that is of no use. */
      async function readCompanyId(
        request: FastifyRequest,
        reply: FastifyReply,
        connector: string,
      ): Promise<string | undefined> {
        const { company, ticket } = StartQuery.safeParse(request.query).data ?? {};
        if (ticket !== undefined) return takeTicket(parts, { ticket, connector });
        await requireAdmin(request, reply);
        if (company === undefined) throw new RelayError('request_invalid', { message: 'company is required' });
        return (await database.forSystem((tx) => findCompany(tx, company))).companyId;
      }

      door.get('/:connector', { exposeHeadRoute: false, schema: { hide: true } }, async (request, reply) => {
        const companyId = await readCompanyId(request, reply, readParams(request).connector);
        if (companyId === undefined) return sendPage(request, reply, 400, toStalePage);
        const browser = browsers.name(request, reply);
        const { url } = await connections.beginInstall({ companyId, ...readParams(request), browser });
        return reply.redirect(url, 302);
      });

      door.get('/:connector/callback', { exposeHeadRoute: false, schema: { hide: true } }, async (request, reply) => {
        const { connector } = readParams(request);
        const back = CallbackQuery.safeParse(request.query).data;
        const browser = browsers.read(request);
        if (!back || browser === undefined) return sendPage(request, reply, 400, toStalePage);
        const { state, ...answer } = back;
        return sendOutcome(await connections.finishInstall({ connector, state, browser, answer }), request, reply);
      });

      door.get(slackPath, { exposeHeadRoute: false, schema: { hide: true } }, async (request, reply) => {
        const companyId = await readCompanyId(request, reply, slackTarget);
        if (companyId === undefined) return sendPage(request, reply, 400, toSlackStalePage);
        const browser = browsers.name(request, reply);
        const { url } = await slackInstall.begin({ companyId, browser });
        return reply.redirect(url, 302);
      });

      door.get(`${slackPath}/callback`, { exposeHeadRoute: false, schema: { hide: true } }, async (request, reply) => {
        const back = CallbackQuery.safeParse(request.query).data;
        const browser = browsers.read(request);
        if (!back || browser === undefined) return sendPage(request, reply, 400, toSlackStalePage);
        const { state, ...answer } = back;
        return sendSlackOutcome(await slackInstall.finish({ state, browser, answer }), request, reply);
      });

      async function sendSlackOutcome(outcome: SlackInstallOutcome, request: FastifyRequest, reply: FastifyReply) {
        if (outcome.ok) {
          const company = await database.forSystem((tx) => readCompany(tx, outcome.companyId));
          return sendPage(request, reply, 200, (locale) =>
            toSlackDonePage(locale, { outcome, company: company?.name ?? '' }),
          );
        }
        if (outcome.reason === 'stale') return sendPage(request, reply, 400, toSlackStalePage);
        if (outcome.reason === 'denied') return sendPage(request, reply, 400, toSlackDeniedPage);
        return sendTrouble(outcome.error, request, reply);
      }

      async function sendOutcome(outcome: InstallOutcome, request: FastifyRequest, reply: FastifyReply) {
        const declared = connections.connector(readParams(request).connector);
        const title = declared?.title ?? '';
        if (outcome.ok) {
          const { companyId, connectionId } = outcome.connection;
          const company = await database.forSystem((tx) => readCompany(tx, companyId));
          const webhookUrl = `${parts.baseUrl}/hooks/${connectionId}`;
          const { guide = [], events = [] } = declared?.webhook ?? {};
          return sendPage(request, reply, 200, (locale) =>
            toDonePage(locale, { outcome, title, company: company?.name ?? '', webhookUrl, guide, events }),
          );
        }
        if (outcome.reason === 'stale') return sendPage(request, reply, 400, toStalePage);
        if (outcome.reason === 'denied') return sendPage(request, reply, 400, (locale) => toDeniedPage(locale, title));
        return sendTrouble(outcome.error, request, reply);
      }
    },
    { prefix: '/install' },
  );
}

const slackPath = `/${slackTarget}`;

const strictHeaders = {
  'content-security-policy': installCsp,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const StartQuery = z.object({
  company: z.string().min(1).max(100).optional(),
  ticket: z.string().min(1).max(100).optional(),
});
const state = z.string().min(1).max(100);
const CallbackQuery = z.union([
  z.object({ state, error: z.string().min(1).max(100) }),
  z.object({ state, code: z.string().min(1).max(4_096) }),
]);
const Params = z.object({ connector: z.string() });

function readParams(request: FastifyRequest): { readonly connector: string } {
  return Params.safeParse(request.params).data ?? { connector: '' };
}

function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  toPage: (locale: Locale) => InstallPage,
): FastifyReply {
  const locale = guessLocale(request);
  return reply
    .status(status)
    .type('text/html; charset=utf-8')
    .send(renderInstallPage(toPage(locale), locale));
}

function sendTrouble(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = readRefusal(thrown);
  const error = refusal === undefined ? toRelayError(thrown) : new RelayError('request_invalid');
  if (error.kind === 'internal')
    request.log.error({ err: error, code: error.code, route: request.routeOptions.url }, 'an install page failed');
  if (error.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  const isSlack = request.routeOptions.url?.startsWith(`/install${slackPath}`) ?? false;
  const command = isSlack
    ? 'career-relay slack install <company>'
    : `career-relay connection install ${readParams(request).connector} --company <slug>`;
  const toFailed = isSlack ? toSlackFailedPage : toFailedPage;
  return sendPage(request, reply, errorCodes[error.code].status, (locale) =>
    error.code === 'request_unauthorized' ? toClosedPage(locale, command) : toFailed(locale, error.userMessage),
  );
}

/** The browser's language, else Japanese. */
function guessLocale(request: FastifyRequest): Locale {
  const preferred = request.headers['accept-language']?.trim().toLowerCase() ?? 'ja';
  return preferred === '' || preferred.startsWith('ja') || preferred === '*' ? 'ja' : 'en';
}
