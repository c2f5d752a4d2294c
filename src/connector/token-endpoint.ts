import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { RelayError } from '../platform/errors.ts';
import type { NetworkGuard } from './network-guard.ts';
import { openExchange, parseAnswer, type VendorAnswer } from './vendor-client.ts';
import { toVendorError } from './vendor-errors.ts';

export interface TokenEndpointParts {
  readonly clock: Clock;
  readonly guard: NetworkGuard;
  readonly timeoutMs?: number;
}

/** One question to a token endpoint (RFC 6749 §3.2). */
export interface TokenRequest {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthentication: 'basic' | 'body';
  readonly form: Readonly<Record<string, string>>;
  /** Lifetime to assume when the answer names none, in seconds. */
  readonly lifetimeSeconds: number;
}

export interface Granted {
  readonly token: string;
  /** null where the answer names none: the one we have stays good. */
  readonly refreshToken: string | null;
  readonly expiresAt: Date;
}

const defaultTimeoutMs = 15_000;
const what = 'POST token endpoint';

const Seconds = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().positive());
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: Seconds.nullish(),
  /** An ISO instant, or epoch seconds. */
  expires_at: z
    .union([Seconds.transform((seconds) => seconds * 1000), z.iso.datetime({ offset: true }).transform(Date.parse)])
    .nullish(),
});

/**
 * Asks for tokens, once. @throws RelayError vendor_unauthorized when the endpoint takes neither what we show nor us;
 * else as any answer of the vendor. No credential and no word of the answer is in the error.
 */
export async function askForTokens(parts: TokenEndpointParts, request: TokenRequest): Promise<Granted> {
  const url = parts.guard.readUrl(request.tokenUrl);
  const exchange = openExchange(request.tokenUrl, parts.guard, parts.timeoutMs ?? defaultTimeoutMs);
  const askedAt = parts.clock.now();
  const { clientId, clientSecret } = request;
  const isBasic = request.clientAuthentication === 'basic';
  const proof = isBasic ? {} : { client_id: clientId, client_secret: clientSecret };
  const answer = await exchange({
    method: 'POST',
    target: `${url.pathname}${url.search}`,
    what,
    headers: {
      accept: 'application/json',
      ...(isBasic ? { authorization: toBasic(clientId, clientSecret) } : {}),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ ...request.form, ...proof }).toString(),
  });
  if (isRefusal(answer)) {
    const { status } = answer;
    throw new RelayError('vendor_unauthorized', { message: `${what} was answered ${status}` });
  }
  if (answer.status !== 200) throw toVendorError(what, answer, askedAt);
  const { access_token: token, refresh_token: refreshToken, ...life } = parseAnswer(what, answer, TokenAnswer);
  const lifeMs = (life.expires_in ?? request.lifetimeSeconds) * 1000;
  const expiresAt = life.expires_in == null && life.expires_at != null ? life.expires_at : askedAt.getTime() + lifeMs;
  return { token, refreshToken: refreshToken ?? null, expiresAt: new Date(expiresAt) };
}

/** `invalid_grant` belongs to a 400 (RFC 6749 §5.2), but there are servers that say it with a 403. */
function isRefusal({ status, text }: VendorAnswer): boolean {
  return status === 400 || (status > 400 && status < 500 && /"error"\s*:\s*"invalid_grant"/.test(text));
}

/** The value of an `authorization` header by HTTP Basic. */
export function toBasic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
