import type { OAuthClient } from '../config.ts';
import { RelayError } from '../platform/errors.ts';
import type { AuthorizationCode } from './contract.ts';
import type { Sleep } from './limiter.ts';
import { isFresh, type KeptToken, type TokenGrant, type TokenParts, toKeptToken, tokenName } from './oauth.ts';
import { readSecrets, replaceTokens, type SealedSecret, type SecretRow, secretPlace } from './store.ts';
import { askForTokens, type Granted } from './token-endpoint.ts';

/** The row of connection_secret that holds the refresh token; it was last used when it was last written. */
export const refreshTokenName = 'refreshToken';

export interface RefreshGrant extends TokenGrant {
  readonly access: AuthorizationCode;
  /** Our client at this vendor; undefined while the environment names none. */
  readonly client: OAuthClient | undefined;
}

/** What the vendor gave for a refresh token, sealed. `used` is the sealed form of the one that it replaces. */
export interface Exchanged {
  readonly used: string;
  readonly secrets: readonly SealedSecret[];
  readonly kept: KeptToken;
}

export interface RefreshParts extends TokenParts {
  readonly sleep: Sleep;
  /** By connection: what the database would not take. Held in memory until it does. */
  readonly unsaved: Map<string, Exchanged>;
}

/** Waits between tries at storing what cannot be asked for again, in milliseconds. Together less than the lease. */
const saveAgainAfterMs = [100, 1_000, 4_000];

/**
 * Exchanges the refresh token for new tokens (RFC 6749 §6) and stores both in one step, before either is used. While the
 * database refuses, the answer is tried again and then kept in memory; only a process that dies between the vendor's
 * answer and our commit loses it, and then the company must install again. Call it under the connection's lease.
 * @throws RelayError vendor_unauthorized when the refresh token is dead; oauth_client_missing.
 */
export async function renewByRefreshToken(parts: RefreshParts, grant: RefreshGrant): Promise<KeptToken> {
  const { connectionId, access } = grant;
  const held = parts.unsaved.get(connectionId);
  if (held && (await save(parts, grant, held)) && isFresh(held.kept.expiresAt, parts.clock.now())) return held.kept;
  const used = await readRefreshToken(parts, grant);
  if (!used) throw new RelayError('vendor_unauthorized', { message: 'the connection has no refresh token' });
  const refreshToken = grant.key.unseal(secretPlace(connectionId, refreshTokenName), used.ciphertext);
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
  try {
    const granted = await askForTokens(parts, toTokenRequest(access, requireClient(grant.client), form));
    const exchanged = { used: used.ciphertext, ...sealTokens(grant, granted, used.ciphertext) };
    if (await save(parts, grant, exchanged)) return exchanged.kept;
    throw new RelayError('request_not_found', { message: 'the connection was removed' });
  } catch (thrown) {
    const successor = await readSuccessor(parts, grant, used.ciphertext);
    if (!successor) throw thrown;
    return successor;
  }
}

/** Whether the refresh token lies unused since before then. */
export async function isRefreshDue(parts: TokenParts, grant: TokenGrant, usedBefore: Date): Promise<boolean> {
  const refreshToken = await readRefreshToken(parts, grant);
  return refreshToken !== undefined && refreshToken.updatedAt <= usedBefore;
}

/** What our own client asks at the vendor's token endpoint, or at the one the environment names. */
export function toTokenRequest(access: AuthorizationCode, client: OAuthClient, form: Readonly<Record<string, string>>) {
  const { clientAuthentication, lifetimeSeconds } = access;
  const { clientId, clientSecret } = client;
  const tokenUrl = client.tokenUrl ?? access.tokenUrl;
  return { tokenUrl, clientId, clientSecret, clientAuthentication, lifetimeSeconds, form };
}

/** @throws RelayError oauth_client_missing. */
export function requireClient(client: OAuthClient | undefined): OAuthClient {
  if (!client) throw new RelayError('oauth_client_missing');
  return client;
}

/** @param old the sealed refresh token that stays where the vendor gave no new one. */
export function sealTokens(
  { connectionId, key }: Pick<TokenGrant, 'connectionId' | 'key'>,
  { token, refreshToken, expiresAt }: Granted,
  old = '',
): Omit<Exchanged, 'used'> {
  const seal = (name: string, text: string) => key.seal(secretPlace(connectionId, name), text);
  const kept = { token, ciphertext: seal(tokenName, token), expiresAt };
  const ciphertext = refreshToken === null ? old : seal(refreshTokenName, refreshToken);
  return {
    kept,
    secrets: [
      { name: refreshTokenName, ciphertext, expiresAt: null },
      { name: tokenName, ciphertext: kept.ciphertext, expiresAt },
    ],
  };
}

/** @returns false when it is of no use any more: the company installed again, or the connection was removed. */
async function save(parts: RefreshParts, { connectionId, companyId }: TokenGrant, exchanged: Exchanged) {
  const tryOnce = () =>
    parts.database.forCompany(companyId, (tx) =>
      replaceTokens(tx, { connectionId, companyId }, exchanged, parts.clock.now()),
    );
  parts.unsaved.set(connectionId, exchanged);
  let isSaved: boolean | undefined;
  for (const waitMs of saveAgainAfterMs) {
    isSaved = await tryOnce().catch(() => undefined);
    if (isSaved !== undefined) break;
    await parts.sleep(waitMs);
  }
  isSaved ??= await tryOnce();
  parts.unsaved.delete(connectionId);
  return isSaved;
}

async function readRefreshToken(parts: TokenParts, grant: TokenGrant): Promise<SecretRow | undefined> {
  const secrets = await readAll(parts, grant);
  return secrets.find(({ name }) => name === refreshTokenName);
}

/** The access token of whoever was quicker: a process that took over our turn, or the company, which installed again. */
async function readSuccessor(parts: TokenParts, grant: TokenGrant, used: string): Promise<KeptToken | undefined> {
  const secrets = await readAll(parts, grant);
  const isReplaced = secrets.some(({ name, ciphertext }) => name === refreshTokenName && ciphertext !== used);
  const kept = isReplaced ? toKeptToken(grant, secrets) : undefined;
  return kept && isFresh(kept.expiresAt, parts.clock.now()) ? kept : undefined;
}

function readAll({ database }: TokenParts, { companyId, connectionId }: TokenGrant): Promise<readonly SecretRow[]> {
  return database.forCompany(companyId, (tx) => readSecrets(tx, connectionId));
}
