import type { z } from 'zod';
import type { ErrorCode } from '../platform/error-codes.ts';
import { RelayError } from '../platform/errors.ts';

/** An answer as far as errors are judged by it. Header names in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'vendor_unauthorized',
  403: 'vendor_forbidden',
  429: 'vendor_rate_limited',
};

/**
 * What an answer other than 2xx means to us. A redirect counts as refused: it is never followed.
 * @param what names the call for us, such as `GET /v3/applications`: no query, no host, no secret.
 * @param resetHeader where the vendor says when its window ends, in epoch seconds.
 */
export function toVendorError(what: string, answer: Answer, now: Date, resetHeader?: string): RelayError {
  const { status, headers } = answer;
  const code = codes[status] ?? (status >= 500 ? 'vendor_unavailable' : 'vendor_refused');
  const retryAfterMs = readRetryAfterMs(headers, now, status === 429 ? resetHeader : undefined);
  return new RelayError(code, {
    message: `${what} was answered ${status}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * What a call that got no answer means to us. The thrown error is read and dropped: an HTTP client's error carries the
 * request, and with it the credentials.
 */
export function toTransportError(what: string, thrown: unknown): RelayError {
  if (thrown instanceof RelayError) return thrown;
  const code = readCode(thrown);
  if (code === 'vendor_address_refused')
    return new RelayError(code, { message: `${what}: its name resolves to an address that is not public` });
  if (isTooLarge(thrown))
    return new RelayError('vendor_not_understood', { message: `${what}: the answer is too large` });
  return new RelayError('vendor_unavailable', { message: `${what} got no answer (${code ?? 'unknown'})` });
}

/** An answer of another shape than we know. Says where, never what stood there. */
export function toShapeError(what: string, issues: readonly z.core.$ZodIssue[]): RelayError {
  const places = issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.code}`);
  return new RelayError('vendor_not_understood', { message: `${what}: ${places.join('; ')}` });
}

/** Retry-After in seconds or as an HTTP date, else the end of the window; in milliseconds from now, never negative. */
function readRetryAfterMs(headers: Answer['headers'], now: Date, resetHeader: string | undefined): number | undefined {
  const retryAfter = readText(headers['retry-after']);
  if (retryAfter !== undefined) {
    const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime();
    if (Number.isFinite(ms)) return Math.max(0, ms);
  }
  const resetAt = resetHeader === undefined ? undefined : readCount(headers[resetHeader]);
  return resetAt === undefined ? undefined : Math.max(0, resetAt * 1000 - now.getTime());
}

/** A header that holds a whole number; undefined when it is absent or says anything else. */
export function readCount(header: unknown): number | undefined {
  const text = readText(header);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function readText(header: unknown): string | undefined {
  return typeof header === 'string' ? header.trim() : undefined;
}

/** axios 1.21 tells an answer above its cap from one that broke off by its message alone. */
function isTooLarge(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('maxContentLength');
}

function readCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' && /^[\w-]{1,40}$/.test(thrown.code) ? thrown.code : undefined;
}
