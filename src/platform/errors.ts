import { types } from 'node:util';
import { type ErrorCode, errorCodes } from './error-codes.ts';

/**
 * Who must act: `rejected` the sender is wrong · `config` the customer must fix a setting · `transient` nobody, it is
 * tried again · `data` we must learn a new shape · `internal` our bug · `refused` the caller asked for what cannot be.
 */
export type ErrorKind = 'rejected' | 'config' | 'transient' | 'data' | 'internal' | 'refused';

export interface ErrorDetails {
  /** For us: names no person and no secret. */
  readonly message?: string;
  /** Instead of the code's own text, where we know the cause more closely. */
  readonly userMessage?: { readonly ja: string; readonly en: string };
  /** Wait at least this long before trying again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Never a foreign HTTP error: those carry headers with secrets. */
  readonly cause?: Error;
}

/** The only error our code throws on purpose. The code is stable; kind and texts for people hang on it. */
export class RelayError extends Error {
  override readonly name = 'RelayError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly userMessage: { readonly ja: string; readonly en: string };
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const known = errorCodes[code];
    super(details.message ?? known.en, details.cause ? { cause: details.cause } : undefined);
    this.code = code;
    this.kind = known.kind;
    this.userMessage = details.userMessage ?? { ja: known.ja, en: known.en };
    this.retryAfterMs = details.retryAfterMs;
  }
}

/**
 * Whether something thrown is an error, whichever realm made it: `instanceof` says no to those of Node's own modules
 * under Jest, and Node's own test says no to Fastify's, which only inherit from Error.
 */
export function isError(thrown: unknown): thrown is Error & { readonly code?: unknown } {
  return types.isNativeError(thrown) || thrown instanceof Error;
}

/** Whatever was thrown, as ours: a RelayError stays, anything else is our bug. */
export function toRelayError(thrown: unknown): RelayError {
  if (thrown instanceof RelayError) return thrown;
  const message = isError(thrown) ? thrown.message : 'something that is not an error was thrown';
  return new RelayError('internal_error', { message, ...(isError(thrown) ? { cause: thrown } : {}) });
}
