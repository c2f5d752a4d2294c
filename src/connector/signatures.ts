import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { BodySignature, HeaderSignature, Signature } from './contract.ts';

/** A key that is kept saves half the time of a check. */
export type Secret = string | KeyObject;

const digestBytes = 32;
const lowerHexDigest = /^[0-9a-f]{64}$/;

/**
 * Whether a delivery was signed with one of these secrets: over exactly its bytes, or over the fields that its connector
 * names. Compares digests of fixed length in constant time, and does the same work whatever is wrong. False for an empty
 * secret and for a digest that is missing, repeated, short, of another algorithm or in another spelling. Never throws.
 */
export function verifyDelivery(
  signature: Signature,
  secrets: Secret | readonly Secret[],
  headers: IncomingHttpHeaders,
  rawBody: Buffer,
): boolean {
  const { given, message } =
    signature.scheme === 'hmac-header' ? readHeader(signature, headers, rawBody) : readBody(signature, rawBody);
  const isEqualTo = (secret: Secret) => {
    const isEqual = timingSafeEqual(given ?? Buffer.alloc(digestBytes), digest(signature, secret, message));
    return isEqual && given !== undefined && !isEmpty(secret);
  };
  // All are tried, so that the time does not tell which of them fits.
  return [secrets].flat().filter(isEqualTo).length > 0;
}

/** The digest a vendor would send, prefix included, over the body or over the joined values: for the fakes. */
export function signDelivery(signature: Signature, secret: string, message: Buffer): string {
  const prefix = signature.scheme === 'hmac-header' ? signature.prefix : '';
  return `${prefix}${digest(signature, secret, message).toString(signature.encoding)}`;
}

interface Signed {
  readonly given: Buffer | undefined;
  readonly message: Buffer;
}

function readHeader(signature: HeaderSignature, headers: IncomingHttpHeaders, rawBody: Buffer): Signed {
  const header = headers[signature.header];
  const isOurs = typeof header === 'string' && header.startsWith(signature.prefix);
  return { given: isOurs ? readDigest(signature, header.slice(signature.prefix.length)) : undefined, message: rawBody };
}

function readBody(signature: BodySignature, rawBody: Buffer): Signed {
  const fields = readFields(rawBody, [signature.field, ...signature.over]);
  const [given, ...over] = fields ?? [];
  return {
    given: given === undefined ? undefined : readDigest(signature, given),
    message: Buffer.from(over.join(''), 'utf8'),
  };
}

function readDigest(signature: Signature, text: string): Buffer | undefined {
  return lowerHexDigest.test(text) ? Buffer.from(text, signature.encoding) : undefined;
}

function isEmpty(secret: Secret): boolean {
  return typeof secret === 'string' ? secret === '' : secret.symmetricKeySize === 0;
}

function digest(signature: Signature, secret: Secret, message: Buffer): Buffer {
  return createHmac(signature.algorithm, secret).update(message).digest();
}

/** Top-level values of a JSON body as text: strings and whole numbers only; undefined unless all are there. */
export function readFields(rawBody: Uint8Array, names: readonly string[]): readonly string[] | undefined {
  const body = parseObject(rawBody);
  const values = names.map((name) => (Object.hasOwn(body, name) ? body[name] : undefined));
  const texts = values.flatMap((value) =>
    typeof value === 'string' || Number.isSafeInteger(value) ? [String(value)] : [],
  );
  return texts.length === names.length ? texts : undefined;
}

function parseObject(rawBody: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
