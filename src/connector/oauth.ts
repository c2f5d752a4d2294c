import { z } from 'zod';
import type { Cache } from '../platform/cache.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { withLease } from '../platform/lease.ts';
import type { CompanyKey } from '../platform/vault.ts';
import type { ClientCredentials } from './contract.ts';
import type { NetworkGuard } from './network-guard.ts';
import { deleteSecret, readSecrets, type SealedSecret, saveTokenSecret, secretPlace } from './store.ts';
import { openExchange, parseAnswer } from './vendor-client.ts';
import { toVendorError } from './vendor-errors.ts';

/** Access tokens of one connection. */
export interface TokenSource {
  /** A token that lives for at least another minute. @throws RelayError as the token endpoint answered. */
  read(): Promise<string>;
  /** Says that the ATS refused this token; a newer one that somebody fetched meanwhile stays. */
  drop(token: string): Promise<void>;
  /** Forgets whatever is kept, so that the next read asks the vendor. */
  reset(): Promise<void>;
}

export interface TokenParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly cache: Cache;
  readonly guard: NetworkGuard;
  readonly timeoutMs?: number;
}

/** Whose tokens, and how they are asked for. */
export interface TokenGrant {
  readonly connectionId: string;
  readonly companyId: string;
  readonly key: CompanyKey;
  readonly access: ClientCredentials<string>;
  readonly settings: Readonly<Record<string, string>>;
  /** Changes with the settings, so that a token fetched with others is not found. */
  readonly version: string;
}

/** The row of connection_secret that holds the token. */
export const tokenName = 'accessToken';
const earlyMs = 60_000;
const defaultTimeoutMs = 15_000;
/** Longer than a refresh can take; a process that dies during one is succeeded after it. */
const leaseMs = 45_000;

const CachedToken = z.object({ ciphertext: z.string(), expiresAt: z.number() });

/**
 * Fetches, keeps and renews access tokens by the client credentials grant (RFC 6749 §4.4). One refresh at a time, in this
 * process and among all; kept sealed in the database and in the cache.
 */
export function openTokens(parts: TokenParts, grant: TokenGrant): TokenSource {
  const { database, clock, cache } = parts;
  const { connectionId, companyId, key } = grant;
  const place = secretPlace(connectionId, tokenName);
  const cacheKey = `token:${connectionId}:${grant.version}`;
  let refreshing: Promise<string> | undefined;

  const isFresh = (expiresAt: Date) => expiresAt.getTime() - earlyMs > clock.now().getTime();

  async function keep({ ciphertext, expiresAt }: KeptToken): Promise<void> {
    const ttlMs = expiresAt.getTime() - earlyMs - clock.now().getTime();
    if (ttlMs > 0) await cache.write(cacheKey, ttlMs, { ciphertext, expiresAt: expiresAt.getTime() });
  }

  async function readCached(): Promise<string | undefined> {
    const cached = await cache.read(cacheKey, CachedToken);
    if (!cached || !isFresh(new Date(cached.expiresAt))) return undefined;
    try {
      return key.unseal(place, cached.ciphertext);
    } catch {
      return undefined; // what a cache holds is never worth failing for
    }
  }

  async function readStored(): Promise<KeptToken | undefined> {
    const secrets = await database.forCompany(companyId, (tx) => readSecrets(tx, connectionId));
    return toKeptToken(secrets.find(({ name }) => name === tokenName));
  }

  /** Another process may have refreshed while we waited for our turn. */
  async function refresh(): Promise<string> {
    const stored = await readStored();
    if (stored && isFresh(stored.expiresAt)) {
      await keep(stored);
      return key.unseal(place, stored.ciphertext);
    }
    const fetched = await fetchToken(parts, grant);
    const kept = { ciphertext: key.seal(place, fetched.token), expiresAt: fetched.expiresAt };
    await database.forCompany(companyId, (tx) =>
      saveTokenSecret(tx, { connectionId, companyId, name: tokenName, ...kept }, clock.now()),
    );
    await keep(kept);
    return fetched.token;
  }

  return {
    async read() {
      const cached = await readCached();
      if (cached !== undefined) return cached;
      refreshing ??= withLease(database, `token:${connectionId}`, leaseMs, refresh).finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    async drop(token) {
      if ((await readCached()) === token) await cache.forget(cacheKey);
      const stored = await readStored();
      if (stored && key.unseal(place, stored.ciphertext) === token)
        await database.forCompany(companyId, (tx) => deleteSecret(tx, connectionId, tokenName, stored.ciphertext));
    },
    async reset() {
      await cache.forget(cacheKey);
      await database.forCompany(companyId, (tx) => deleteSecret(tx, connectionId, tokenName));
    },
  };
}

interface KeptToken {
  readonly ciphertext: string;
  readonly expiresAt: Date;
}

function toKeptToken(secret: SealedSecret | undefined): KeptToken | undefined {
  return secret?.expiresAt ? { ciphertext: secret.ciphertext, expiresAt: secret.expiresAt } : undefined;
}

const Seconds = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().positive());
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: Seconds.nullish(),
  /** An ISO instant, or epoch seconds. */
  expires_at: z
    .union([Seconds.transform((seconds) => seconds * 1000), z.iso.datetime({ offset: true }).transform(Date.parse)])
    .nullish(),
});

interface FetchedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

async function fetchToken(parts: TokenParts, { access, settings }: TokenGrant): Promise<FetchedToken> {
  const what = 'POST token endpoint';
  const address = settings[access.tokenUrl] ?? '';
  const url = parts.guard.readUrl(address);
  const exchange = openExchange(address, parts.guard, parts.timeoutMs ?? defaultTimeoutMs);
  const askedAt = parts.clock.now();
  const answer = await exchange({
    method: 'POST',
    target: `${url.pathname}${url.search}`,
    what,
    headers: {
      accept: 'application/json',
      authorization: toBasic(settings[access.clientId] ?? '', settings[access.clientSecret] ?? ''),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: toForm(access, settings),
  });
  if (answer.status === 400) throw new RelayError('vendor_unauthorized', { message: `${what} was answered 400` });
  if (answer.status !== 200) throw toVendorError(what, answer, askedAt);
  const { access_token: token, ...life } = parseAnswer(what, answer, TokenAnswer);
  const lifeMs = (life.expires_in ?? access.lifetimeSeconds) * 1000;
  const expiresAt = life.expires_in == null && life.expires_at != null ? life.expires_at : askedAt.getTime() + lifeMs;
  return { token, expiresAt: new Date(expiresAt) };
}

function toForm(access: TokenGrant['access'], settings: TokenGrant['settings']): string {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const subject = access.subject === undefined ? '' : (settings[access.subject] ?? '');
  if (subject !== '') form.set('sub', subject);
  return form.toString();
}

/** The value of an `authorization` header by HTTP Basic. */
export function toBasic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
