import { createHash } from 'node:crypto';
import { readCompanyKey } from '../company/index.ts';
import type { OAuthClient } from '../config.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Tx } from '../platform/database.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import { newId, newToken, sha256 } from '../platform/ids.ts';
import { withLease } from '../platform/lease.ts';
import type { CompanyKey, Place, Vault } from '../platform/vault.ts';
import type { Connection } from './connections.ts';
import type { AuthorizationCode, Connector } from './contract.ts';
import type { TokenParts } from './oauth.ts';
import { requireClient, sealTokens, toTokenRequest } from './refresh-token.ts';
import { listConnections, putSecrets, type SealedSecret, secretPlace } from './store.ts';
import { askForTokens, type Granted } from './token-endpoint.ts';

/** The row of connection_secret that every install writes anew: what was kept before it is not used after it. */
export const installName = 'install';
const minutes = 10;
/** Longer than storing one install can take. */
const leaseMs = 30_000;

/** Our own clients at the vendors, and where their answers come back to. */
export interface OwnClients {
  readonly baseUrl: string;
  /** By connector id. */
  readonly clients: Readonly<Record<string, OAuthClient>>;
}

/** What an install ends with. */
export type InstallOutcome =
  | {
      readonly ok: true;
      readonly connection: Connection;
      /** false: the connection stood there, and has new tokens now. */
      readonly isNew: boolean;
      readonly webhooks: 'made' | 'by-hand' | 'failed' | 'none';
      /** The company is connected to this ATS by another connection as well: both would see the same rejections. */
      readonly hasAnother: boolean;
    }
  /** Not begun in this browser, too late, or ended before; nothing was asked and nothing changed. */
  | { readonly ok: false; readonly reason: 'stale' }
  | { readonly ok: false; readonly reason: 'denied' }
  | { readonly ok: false; readonly reason: 'failed'; readonly error: RelayError };

export interface BeginInstall {
  readonly companyId: string;
  readonly connector: string;
  /** A secret of the browser that begins; only the same one may end it. */
  readonly browser: string;
}

export interface FinishInstall {
  readonly connector: string;
  readonly state: string;
  readonly browser: string;
  /** What the vendor sent back: a code, or why there is none. */
  readonly answer: { readonly code: string } | { readonly error: string };
}

export interface InstallParts extends TokenParts {
  readonly vault: Vault;
  readonly own: OwnClients | undefined;
  readonly find: (connectorId: string) => Connector | undefined;
  /** Adds the connection, in shadow. */
  readonly insert: (
    tx: Tx,
    companyId: string,
    connector: Connector,
    baseUrl: string | undefined,
  ) => Promise<Connection>;
  /** Says that the ATS takes us again, where it had refused us. */
  readonly recover: (tx: Tx, connection: Connection) => Promise<void>;
  readonly changeAddress: (
    tx: Tx,
    connection: Connection,
    connector: Connector,
    baseUrl: string,
  ) => Promise<Connection>;
  readonly forget: (connectionId: string) => void;
  readonly setUpWebhooks: (connection: Connection, url: string) => Promise<boolean>;
}

interface Attempt {
  readonly companyId: string;
  readonly verifier: string | null;
}

/** Installing by the authorisation code grant (RFC 6749 §4.1), with PKCE (RFC 7636) where the vendor offers it. */
export function openInstall(parts: InstallParts) {
  const { database, clock, vault } = parts;

  async function audit(companyId: string, action: string, detail: Readonly<Record<string, string>>): Promise<void> {
    await database.forCompany(companyId, (tx) => note(tx, companyId, action, companyId, detail));
  }

  function note(tx: Tx, companyId: string, action: string, subject: string, detail: Readonly<Record<string, string>>) {
    return appendAudit(tx, { companyId, at: clock.now(), actor: 'admin', action, subject, detail });
  }

  async function fail(companyId: string, connector: string, error: RelayError): Promise<InstallOutcome> {
    await audit(companyId, 'connection.install-failed', { connector, code: error.code });
    return { ok: false, reason: 'failed', error };
  }

  /** Stores what was agreed: on the connection that an earlier install made, else on a new one. */
  function store(companyId: string, connector: Connector, granted: Granted) {
    const baseUrl = parts.own?.clients[connector.id]?.baseUrl;
    return withLease(database, `install:${companyId}:${connector.id}`, leaseMs, () =>
      database.forCompany(companyId, async (tx) => {
        const others = (await listConnections(tx, companyId)).filter((one) => one.connector === connector.id);
        const before = others.find((one) => one.access === 'authorization-code');
        const connection = before
          ? await (baseUrl === undefined ? before : parts.changeAddress(tx, before, connector, baseUrl))
          : await parts.insert(tx, companyId, connector, baseUrl);
        const { connectionId } = connection;
        const key = await readCompanyKey(tx, vault, companyId);
        const { secrets } = sealTokens({ connectionId, key }, granted);
        await putSecrets(tx, connection, [...secrets, sealInstall(key, connectionId)], clock.now());
        if (before) await parts.recover(tx, before);
        if (before) await note(tx, companyId, 'connection.renewed', connectionId, { connector: connector.id });
        return { connection, isNew: !before, hasAnother: others.some((one) => one !== before) };
      }),
    );
  }

  async function setUpWebhooks({ webhook }: Connector, connection: Connection) {
    if (!webhook) return 'none';
    try {
      const url = `${parts.own?.baseUrl}/hooks/${connection.connectionId}`;
      return (await parts.setUpWebhooks(connection, url)) ? 'made' : 'by-hand';
    } catch (thrown) {
      if (thrown instanceof RelayError && thrown.kind !== 'internal') return 'failed';
      throw thrown;
    }
  }

  return {
    require: (id: string): void => void requireInstallable(parts, id),

    /** @returns the vendor's page where a person agrees. @throws RelayError connector_unknown, request_conflict, oauth_client_missing. */
    async begin({ companyId, connector: id, browser }: BeginInstall): Promise<{ readonly url: string }> {
      const { connector, access, client, own } = requireInstallable(parts, id);
      const state = newToken();
      const verifier = access.hasPkce ? newToken() : null;
      const now = clock.now();
      await database.forCompany(companyId, async (tx) => {
        const key = await readCompanyKey(tx, vault, companyId);
        await tx.deleteFrom('install_attempt').where('expires_at', '<=', now).execute();
        await tx
          .insertInto('install_attempt')
          .values({
            state_hash: sha256(state),
            company_id: companyId,
            connector: id,
            browser_hash: sha256(browser),
            verifier: verifier === null ? null : key.seal(verifierPlace(sha256(state)), verifier),
            expires_at: new Date(now.getTime() + minutes * 60_000),
          })
          .execute();
        await note(tx, companyId, 'connection.install-begun', companyId, { connector: id });
      });
      const extra = access.authorizeParameters?.(client.baseUrl ?? toDefaultBaseUrl(connector)) ?? {};
      return { url: toAuthorizeUrl({ access, client, own }, { id, state, verifier, extra }) };
    },

    /** @throws RelayError connector_unknown, request_conflict, oauth_client_missing; everything else is an outcome. */
    async finish({ connector: id, state, browser, answer }: FinishInstall): Promise<InstallOutcome> {
      const { connector, access, client, own } = requireInstallable(parts, id);
      const attempt = await takeAttempt(parts, { id, state, browser });
      if (!attempt) return { ok: false, reason: 'stale' };
      const { companyId, verifier } = attempt;
      if ('error' in answer) {
        if (answer.error === 'access_denied') {
          await audit(companyId, 'connection.install-denied', { connector: id });
          return { ok: false, reason: 'denied' };
        }
        return fail(companyId, id, new RelayError('vendor_refused', { message: 'the vendor gave no code' }));
      }
      try {
        const form = {
          grant_type: 'authorization_code',
          code: answer.code,
          redirect_uri: toRedirectUri(own, id),
          ...(verifier === null ? {} : { code_verifier: verifier }),
        };
        // A code lives for a minute at some vendors, so this comes before anything else, and once.
        const granted = await askForTokens(parts, toTokenRequest(access, client, form));
        if (granted.refreshToken === null)
          throw new RelayError('vendor_not_understood', { message: 'the code was answered without a refresh token' });
        const stored = await store(companyId, connector, granted);
        parts.forget(stored.connection.connectionId);
        return { ok: true, ...stored, webhooks: await setUpWebhooks(connector, stored.connection) };
      } catch (thrown) {
        const error = toRelayError(thrown);
        if (error.kind === 'internal') throw error;
        return fail(companyId, id, error);
      }
    },
  };
}

/** @throws RelayError connector_unknown, request_conflict, oauth_client_missing. */
function requireInstallable({ find, own }: Pick<InstallParts, 'find' | 'own'>, id: string) {
  const connector = find(id);
  if (!connector) throw new RelayError('connector_unknown');
  const access = connector.api?.access['authorization-code'];
  if (!access)
    throw new RelayError('request_conflict', { message: `${id} is not installed: it is connected by its settings` });
  const client = requireClient(own?.clients[id]);
  if (!own) throw new RelayError('oauth_client_missing');
  return { connector, access, client, own };
}

/** Once: whoever takes it, nobody takes it again. Unknown, expired, of another connector or of another browser: undefined. */
async function takeAttempt(
  { database, clock, vault }: Pick<InstallParts, 'database' | 'clock' | 'vault'>,
  { id, state, browser }: { readonly id: string; readonly state: string; readonly browser: string },
): Promise<Attempt | undefined> {
  const hash = sha256(state);
  return database.forSystem(async (tx) => {
    const taken = await tx
      .deleteFrom('install_attempt')
      .where('state_hash', '=', hash)
      .where('connector', '=', id)
      .where('browser_hash', '=', sha256(browser))
      .where('expires_at', '>', clock.now())
      .returning(['company_id as companyId', 'verifier'])
      .executeTakeFirst();
    if (!taken?.verifier) return taken;
    const key = await readCompanyKey(tx, vault, taken.companyId);
    return { ...taken, verifier: key.unseal(verifierPlace(hash), taken.verifier) };
  });
}

function toAuthorizeUrl(
  {
    access,
    client,
    own,
  }: { readonly access: AuthorizationCode; readonly client: OAuthClient; readonly own: OwnClients },
  {
    id,
    state,
    verifier,
    extra,
  }: {
    readonly id: string;
    readonly state: string;
    readonly verifier: string | null;
    readonly extra: Readonly<Record<string, string>>;
  },
): string {
  const url = new URL(client.authorizeUrl ?? access.authorizeUrl);
  const parameters = {
    ...extra,
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: toRedirectUri(own, id),
    ...(access.scopes.length === 0 ? {} : { scope: access.scopes.join(' ') }),
    state,
    ...(verifier === null ? {} : { code_challenge: toChallenge(verifier), code_challenge_method: 'S256' }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  url.search = url.searchParams.toString().replaceAll('+', '%20');
  return url.href;
}

function toDefaultBaseUrl({ api, settings }: Connector): string {
  return (api && settings[api.baseUrl]?.default) ?? '';
}

function toRedirectUri({ baseUrl }: OwnClients, id: string): string {
  return `${baseUrl}/install/${id}/callback`;
}

/** S256 of RFC 7636 §4.2. */
function toChallenge(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

function verifierPlace(stateHash: string): Place {
  return { table: 'install_attempt', column: 'verifier', row: stateHash };
}

function sealInstall(key: CompanyKey, connectionId: string): SealedSecret {
  return { name: installName, ciphertext: key.seal(secretPlace(connectionId, installName), newId()), expiresAt: null };
}
