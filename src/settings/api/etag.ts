import type { FastifyRequest } from 'fastify';
import { RelayError } from '../../platform/errors.ts';
import { sha256 } from '../../platform/ids.ts';

/** The version of what is answered: a fingerprint of its content, so that the same content is the same version. */
export function toEtag(value: object): string {
  return `"${sha256(JSON.stringify(value)).slice(0, 24)}"`;
}

/**
 * Refuses to save over what somebody else saved in between. Whoever sends no If-Match saves whatever stands.
 * @throws RelayError request_overtaken when the version read is no longer the newest.
 */
export function requireNewest({ headers }: Pick<FastifyRequest, 'headers'>, current: object): void {
  const wanted = headers['if-match'];
  if (wanted === undefined || wanted === '*') return;
  const newest = toEtag(current);
  if (!wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === newest))
    throw new RelayError('request_overtaken');
}
