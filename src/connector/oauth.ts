import { z } from 'zod';
import type { Cache } from '../platform/cache.ts';
import type { Database } from '../platform/database.ts';
import { withLease } from '../platform/lease.ts';
import type { CompanyKey } from '../platform/vault.ts';
import { deleteSecret, readSecrets, type SealedSecret, secretPlace } from './store.ts';
import type { TokenEndpointParts } from './token-endpoint.ts';

/** Access tokens of one connection. */
export interface TokenSource {
  /** A token that lives for at least another minute. @throws RelayError as the token endpoint answered. */
  read(): Promise<string>;
  /** Says that the ATS refused this token; a newer one that somebody fetched meanwhile stays. */
  drop(token: string): Promise<void>;
  /** Forgets whatever is kept, so that the next read asks the vendor. */
  reset(): Promise<void>;
  /** Renews where `isDue` says so, asked when it is our turn. */
  renewIf(isDue: () => Promise<boolean>): Promise<void>;
}

export interface TokenParts extends TokenEndpointParts {
  readonly database: Database;
  readonly cache: Cache;
}

/** Whose tokens. */
export interface TokenGrant {
  readonly connectionId: string;
  readonly companyId: string;
  readonly key: CompanyKey;
  /** Changes with the settings, so that a token fetched with others is not found. */
  readonly version: string;
}

/** An access token in clear, with the sealed form that is kept. */
export interface KeptToken {
  readonly token: string;
  readonly ciphertext: string;
  readonly expiresAt: Date;
}

/** The row of connection_secret that holds the token. */
export const tokenName = 'accessToken';
const earlyMs = 60_000;
/** Longer than a renewal can take; a process that dies during one is succeeded after it. */
const leaseMs = 60_000;

const CachedToken = z.object({ ciphertext: z.string(), expiresAt: z.number() });

/**
 * Keeps and renews the access tokens of one connection, sealed in the database and in the cache. One renewal at a time,
 * in this process and among all.
 * @param renew asks the vendor and stores the answer before it gives it out.
 */
export function openTokens(parts: TokenParts, grant: TokenGrant, renew: () => Promise<KeptToken>): TokenSource {
  const { database, clock, cache } = parts;
  const { connectionId, companyId, key } = grant;
  const place = secretPlace(connectionId, tokenName);
  const cacheKey = `token:${connectionId}:${grant.version}`;
  let refreshing: Promise<string> | undefined;

  async function keep({ ciphertext, expiresAt }: KeptToken): Promise<void> {
    const ttlMs = expiresAt.getTime() - earlyMs - clock.now().getTime();
    if (ttlMs > 0) await cache.write(cacheKey, ttlMs, { ciphertext, expiresAt: expiresAt.getTime() });
  }

  async function readCached(): Promise<string | undefined> {
    const cached = await cache.read(cacheKey, CachedToken);
    if (!cached || !isFresh(new Date(cached.expiresAt), clock.now())) return undefined;
    try {
      return key.unseal(place, cached.ciphertext);
    } catch {
      return undefined; // what a cache holds is never worth failing for
    }
  }

  async function readStored(): Promise<KeptToken | undefined> {
    const secrets = await database.forCompany(companyId, (tx) => readSecrets(tx, connectionId));
    return toKeptToken(grant, secrets);
  }

  /** What is stored and still lives, whoever fetched it. */
  async function readFresh(): Promise<string | undefined> {
    const stored = await readStored();
    if (!stored || !isFresh(stored.expiresAt, clock.now())) return undefined;
    await keep(stored);
    return stored.token;
  }

  async function renewAndKeep(): Promise<string> {
    const kept = await renew();
    await keep(kept);
    return kept.token;
  }

  const inTurn = <T>(work: () => Promise<T>) => withLease(database, `token:${connectionId}`, leaseMs, work);

  /** Another process may have renewed while we waited for our turn. */
  async function refresh(): Promise<string> {
    return (await readFresh()) ?? inTurn(async () => (await readFresh()) ?? renewAndKeep());
  }

  return {
    async read() {
      const cached = await readCached();
      if (cached !== undefined) return cached;
      refreshing ??= refresh().finally(() => {
        refreshing = undefined;
      });
      return refreshing;
    },
    async drop(token) {
      if ((await readCached()) === token) await cache.forget(cacheKey);
      const stored = await readStored();
      if (stored?.token === token)
        await database.forCompany(companyId, (tx) => deleteSecret(tx, connectionId, tokenName, stored.ciphertext));
    },
    async reset() {
      await cache.forget(cacheKey);
      await database.forCompany(companyId, (tx) => deleteSecret(tx, connectionId, tokenName));
    },
    renewIf: (isDue) =>
      inTurn(async () => {
        if (await isDue()) await renewAndKeep();
      }),
  };
}

/** Whether it lives for at least another minute. */
export function isFresh(expiresAt: Date, now: Date): boolean {
  return expiresAt.getTime() - earlyMs > now.getTime();
}

/** The access token among a connection's secrets. */
export function toKeptToken(
  { connectionId, key }: Pick<TokenGrant, 'connectionId' | 'key'>,
  secrets: readonly SealedSecret[],
): KeptToken | undefined {
  const secret = secrets.find(({ name }) => name === tokenName);
  if (!secret?.expiresAt) return undefined;
  const { ciphertext, expiresAt } = secret;
  return { token: key.unseal(secretPlace(connectionId, tokenName), ciphertext), ciphertext, expiresAt };
}
