import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Signature } from './contract.ts';

const digestBytes = 32;
const lowerHexDigest = /^[0-9a-f]{64}$/;

/**
 * Whether a delivery was signed with the secret over exactly these bytes. Compares digests of fixed length in constant
 * time, and does the same work whatever is wrong. False for an empty secret and for a header that is missing, repeated,
 * short, of another algorithm or in another spelling. Never throws.
 */
export function verifyDelivery(
  signature: Signature,
  secret: string,
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
): boolean {
  const given = readDigest(signature, headers[signature.header]);
  const expected = digest(signature, secret, rawBody);
  const isEqual = timingSafeEqual(given ?? Buffer.alloc(digestBytes), expected);
  return isEqual && given !== undefined && secret !== '';
}

/** The header value a vendor would send: for the fakes. */
export function signDelivery(signature: Signature, secret: string, rawBody: Buffer): string {
  return `${signature.prefix}${digest(signature, secret, rawBody).toString(signature.encoding)}`;
}

function readDigest(signature: Signature, header: string | readonly string[] | undefined): Buffer | undefined {
  if (typeof header !== 'string' || !header.startsWith(signature.prefix)) return undefined;
  const text = header.slice(signature.prefix.length);
  return lowerHexDigest.test(text) ? Buffer.from(text, signature.encoding) : undefined;
}

function digest(signature: Signature, secret: string, rawBody: Buffer): Buffer {
  return createHmac(signature.algorithm, secret).update(rawBody).digest();
}
