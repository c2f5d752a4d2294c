import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { sha256 } from '../../platform/ids.ts';

const failuresPerMinute = 20;

/**
 * Lets in who bears the admin token: the one check before the API and the install door. Only failures are counted, per client address: a wrong guesser is told to wait,
 * and nobody can lock out an admin who shares his address.
 * @throws RelayError request_unauthorized, request_rate_limited with the time to wait.
 */
export function openAdminGuard(
  server: Server,
  adminToken: string,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const expected = toDigest(adminToken);
  const countFailure = server.createRateLimit({
    max: failuresPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => `api:${request.ip}`,
  });
  return async (request, reply) => {
    const token = readBearer(request.headers.authorization);
    if (token !== undefined && timingSafeEqual(toDigest(token), expected)) return;
    const limit = await countFailure(request);
    if (!limit.isAllowed && limit.isExceeded) throw new RelayError('request_rate_limited', { retryAfterMs: limit.ttl });
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
