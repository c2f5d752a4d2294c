import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayError } from '../../platform/errors.ts';
import { sha256 } from '../../platform/ids.ts';

/** The version of what people edit, as an ETag: the same content has the same one (RFC 9110 §8.8.3). */
export function toEtag(content: unknown): string {
  return `"${sha256(JSON.stringify(content)).slice(0, 32)}"`;
}

export function tag(reply: FastifyReply, content: unknown): void {
  reply.header('etag', toEtag(content));
}

/** Without If-Match anything goes. @throws RelayError request_outdated when another version stands there by now. */
export function requireVersion(request: Pick<FastifyRequest, 'headers'>, content: unknown): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted === '*') return;
  const newest = toEtag(content);
  if (!wanted.split(',').some((one) => one.trim().replace(/^W\//, '') === newest))
    throw new RelayError('request_outdated');
}
