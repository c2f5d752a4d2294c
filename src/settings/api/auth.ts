import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { sha256 } from '../../platform/ids.ts';
import { isApiToken, useApiToken } from '../identity/api-tokens.ts';
import { toHeaders } from '../identity/routes.ts';
import { readMemberships, readUser } from '../identity/store.ts';
import { type Principal, requireAccess, toActor } from './access.ts';
import type { ApiParts } from './parts.ts';
import { requireSameOrigin } from './same-origin.ts';

const failuresPerMinute = 20;

/**
 * Lets in who bears the admin token: the install door's check. Only failures are counted, per client address: a wrong
 * guesser is told to wait, and nobody can lock out an admin who shares his address.
 * @throws RelayError request_unauthorized, request_rate_limited with the time to wait.
 */
export function openAdminGuard(
  server: Server,
  adminToken: string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const isAdminToken = openComparison(adminToken);
  const refuse = openRefusal(server);
  return async (request, reply) => {
    const token = readBearer(request.headers.authorization);
    if (token === undefined || !isAdminToken(token)) await refuse(request, reply);
  };
}

type GuardParts = Pick<ApiParts, 'database' | 'clock' | 'adminToken' | 'identity' | 'baseUrl'>;

/**
 * Guards every route of a scope: finds out who asks (by admin token, API token or session) before anything is read, and
 * whether the route's declaration lets him before its handler runs.
 */
export function guardRoutes(api: Server, parts: GuardParts): void {
  const { database, baseUrl } = parts;
  const isAdminToken = openComparison(parts.adminToken);
  const refuse = openRefusal(api);
  api.decorateRequest('principal', null);
  api.decorateRequest('actor', {
    getter(this: FastifyRequest) {
      return toActor(this.principal);
    },
  });

  api.addHook('onRequest', async (request, reply) => {
    const bearer = request.headers.authorization;
    if (bearer !== undefined) {
      const token = readBearer(bearer);
      request.principal = await findBearer(token);
    } else {
      request.principal = await findSession(request, reply);
      if (request.principal && !isSafe(request.method)) requireSameOrigin(request, baseUrl);
    }
    if (!request.principal) await refuse(request, reply);
  });

  api.addHook('preHandler', async (request) => {
    if (!request.principal) throw new RelayError('request_unauthorized');
    await requireAccess(database, request.principal, request.routeOptions.config.access, request);
  });

  async function findBearer(token: string | undefined): Promise<Principal | null> {
    if (token === undefined) return null;
    if (isAdminToken(token)) return { kind: 'admin' };
    if (!isApiToken(token)) return null;
    const used = await database.forSystem((tx) => useApiToken(tx, token, parts.clock.now()));
    return used ? { kind: 'token', ...used } : null;
  }

  async function findSession(request: FastifyRequest, reply: FastifyReply): Promise<Principal | null> {
    if (request.headers.cookie === undefined) return null;
    const { session, setCookies } = await parts.identity.readSession(toHeaders(request));
    if (setCookies.length > 0) reply.header('set-cookie', [...setCookies]);
    if (!session) return null;
    const { userId, sessionId } = session;
    return database.forSystem(async (tx) => {
      const user = await readUser(tx, userId);
      if (!user) return null;
      const roles = await readMemberships(tx, userId);
      return { kind: 'user', userId, sessionId, isOperator: user.isOperator, roles };
    });
  }
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function openComparison(adminToken: string): (token: string) => boolean {
  const expected = toDigest(adminToken);
  return (token) => timingSafeEqual(toDigest(token), expected);
}

/** Counts a wrong token and refuses. Who brings none, such as a page whose session has ended, guesses nothing. */
function openRefusal(server: Server): (request: FastifyRequest, reply: FastifyReply) => Promise<never> {
  const countFailure = server.createRateLimit({
    max: failuresPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => `api:${request.ip}`,
  });
  return async (request, reply) => {
    const limit = request.headers.authorization === undefined ? undefined : await countFailure(request);
    if (limit && !limit.isAllowed && limit.isExceeded)
      throw new RelayError('request_rate_limited', { retryAfterMs: limit.ttl });
    reply.header('www-authenticate', 'Bearer realm="career-relay"');
    throw new RelayError('request_unauthorized');
  };
}

function readBearer(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

/** Equal length whatever was sent, so the comparison tells nothing by its time. */
function toDigest(token: string): Buffer {
  return Buffer.from(sha256(token), 'hex');
}
