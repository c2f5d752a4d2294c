import type { FastifyRequest } from 'fastify';
import { RelayError } from '../../platform/errors.ts';

/**
 * Refuses what another site made a browser send. Origin tells who asks, wherever the browser says it; where it does not,
 * Sec-Fetch-Site does; and what tells neither is no page of ours.
 * @throws RelayError request_forbidden.
 */
export function requireSameOrigin(request: FastifyRequest, baseUrl: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isSame = origin === undefined ? site === 'same-origin' : origin === baseUrl;
  if (!isSame || (site !== undefined && site !== 'same-origin'))
    throw new RelayError('request_forbidden', { message: 'the request comes from elsewhere' });
}
