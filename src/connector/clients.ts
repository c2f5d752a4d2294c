import { createSecretKey, type KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { readCompanyKey } from '../company/index.ts';
import type { Tx } from '../platform/database.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import type { CompanyKey } from '../platform/vault.ts';
import { type Authority, openAuthority } from './authority.ts';
import type { Connection, ConnectionsParts } from './connections.ts';
import type { Api, Connector, Context, Fields } from './contract.ts';
import { openHttp } from './http.ts';
import { installName } from './install.ts';
import { type Budget, openLimiters, type Sleep } from './limiter.ts';
import type { NetworkGuard } from './network-guard.ts';
import type { Exchanged } from './refresh-token.ts';
import { openShortMemory } from './short-memory.ts';
import { readConnection, readSecrets, secretPlace, startFailing, stopFailing } from './store.ts';
import { findOldSecrets } from './webhook-secret.ts';

const shortMs = 5_000;
const shortMax = 10_000;

/** A connection with all that is needed to call its ATS. Stays in this process's memory and is never logged. */
export interface Installed {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly key: CompanyKey;
  /** All fields, the secret ones in clear. */
  readonly settings: Readonly<Record<string, string>>;
  /** Any of them proves a delivery. */
  readonly webhookKeys: readonly KeyObject[];
  /** A digest of the settings and of the install: what was fetched with others is not found under it. */
  readonly version: string;
}

export interface Client {
  readonly version: string;
  readonly api: Api<Fields, unknown>;
  readonly authority: Authority;
  readonly context: Context;
}

/** The ways to call, one for each connection in use, and what is known of each for a few seconds. */
export interface Clients {
  /** undefined: no such connection, or it was removed. */
  find(connectionId: string): Promise<Installed | undefined>;
  /**
   * Calls the ATS, and notes when it begins to refuse us and when it takes us again.
   * @throws RelayError request_not_found for a removed one, request_conflict where the ATS has no API, and as the work.
   */
  use<T>(
    connection: Pick<Connection, 'connectionId'>,
    work: (connector: Connector, client: Client) => Promise<T>,
  ): Promise<T>;
  /** Uses its refresh token where that lay idle since. What a person must mend is noted; nothing is thrown. */
  keepAlive(connectionId: string, usedBefore: Date): Promise<void>;
  /** What is left of the vendor's rate; null: nothing is known. Asks nothing of the vendor, and never throws. */
  readBudget(connection: Pick<Connection, 'connectionId' | 'connector'>): Promise<Budget | null>;
  /** Says that the ATS takes us again, where it had refused us. */
  recover(tx: Tx, connection: Connection): Promise<void>;
  /** What was changed is read anew. */
  forget(connectionId: string): void;
  close(): Promise<void>;
}

export type ClientsParts = Omit<ConnectionsParts, 'guard' | 'sleep'> & {
  readonly byId: ReadonlyMap<string, Connector>;
  readonly guard: NetworkGuard;
  readonly sleep: Sleep;
};

export function openClients(parts: ClientsParts): Clients {
  const { database, clock, cache, guard, sleep } = parts;
  const limiters = openLimiters({ clock, sleep, log: parts.log, redisUrl: parts.redisUrl });
  const clients = new Map<string, Client>();
  const unsaved = new Map<string, Exchanged>();
  const installed = openShortMemory<Installed>({ clock, ttlMs: shortMs, max: shortMax }, (connectionId) =>
    database.forSystem((tx) => readInstalled(parts, tx, connectionId)),
  );

  /** @throws RelayError request_conflict when the ATS has no API. */
  function toClient({ connection, connector, key, settings, version }: Installed): Client {
    const { connectionId, companyId, access: kind } = connection;
    const known = clients.get(connectionId);
    if (known?.version === version) return known;
    const api = requireOffered(connector, connector.api);
    const { access, limits } = api;
    const ownClient = parts.own?.clients[connector.id];
    const grant = { connectionId, companyId, key, kind, access, settings, version, client: ownClient };
    const authority = openAuthority({ database, clock, cache, guard, sleep, unsaved }, grant);
    const http = openHttp({
      baseUrl: settings[api.baseUrl] ?? '',
      guard,
      limiter: limiters.of(connectionId, { id: connector.id, limits }),
      authority,
      limits,
      clock,
      sleep,
    });
    const remember = <T>(name: string, ttlMs: number, schema: z.ZodType<T>, load: () => Promise<T>) =>
      cache.remember(`context:${connectionId}:${version}:${name}`, ttlMs, schema, load);
    const client = { version, api, authority, context: { settings, http, remember } };
    clients.set(connectionId, client);
    return client;
  }

  /** Notes what a person must mend, and throws on. */
  function noteRefusal(connection: Connection): (thrown: unknown) => Promise<never> {
    return async (thrown) => {
      if (thrown instanceof RelayError && thrown.kind === 'config') await noteFailing(connection, thrown.code);
      throw thrown;
    };
  }

  async function noteFailing({ connectionId, companyId, failingCode }: Connection, code: string): Promise<void> {
    if (failingCode === code) return;
    const now = clock.now();
    await database.forCompany(companyId, async (tx) => {
      if (!(await startFailing(tx, connectionId, code, now))) return;
      await parts.events.publish(tx, 'connection-failing', [
        { companyId, connectionId, code, since: now.toISOString() },
      ]);
    });
    installed.forget(connectionId);
  }

  async function noteRecovered(connection: Connection): Promise<void> {
    await database.forCompany(connection.companyId, (tx) => recover(tx, connection));
    installed.forget(connection.connectionId);
  }

  async function recover(tx: Tx, { connectionId, companyId }: Connection): Promise<void> {
    const since = await stopFailing(tx, connectionId);
    if (!since) return;
    await parts.events.publish(tx, 'connection-recovered', [{ companyId, connectionId, since: since.toISOString() }]);
  }

  /** One that cannot be kept is noted as failing where a person must act; else it comes round again. The others go on. */
  async function keepAlive(connectionId: string, usedBefore: Date): Promise<void> {
    try {
      const found = await installed.get(connectionId);
      if (!found) return;
      await toClient(found).authority.keepAlive?.(usedBefore).catch(noteRefusal(found.connection));
    } catch (thrown) {
      const error = toRelayError(thrown);
      parts.log.warn({ connectionId, code: error.code }, 'a refresh token could not be renewed and comes round again');
    }
  }

  return {
    find: (connectionId) => installed.get(connectionId),
    async use({ connectionId }, work) {
      const found = await installed.get(connectionId);
      if (!found) throw new RelayError('request_not_found', { message: 'the connection was removed' });
      try {
        const result = await work(found.connector, toClient(found));
        if (found.connection.failingSince) await noteRecovered(found.connection);
        return result;
      } catch (thrown) {
        return noteRefusal(found.connection)(thrown);
      }
    },
    keepAlive,
    async readBudget({ connectionId, connector }) {
      const limits = parts.byId.get(connector)?.api?.limits;
      return limits ? limiters.budgetOf(connectionId, { id: connector, limits }) : null;
    },
    recover,
    forget(connectionId) {
      installed.forget(connectionId);
      clients.delete(connectionId);
    },
    close: () => limiters.close(),
  };
}

async function readInstalled(
  { vault, byId, clock }: Pick<ClientsParts, 'vault' | 'byId' | 'clock'>,
  tx: Tx,
  connectionId: string,
): Promise<Installed | undefined> {
  const connection = await readConnection(tx, connectionId);
  const connector = connection && byId.get(connection.connector);
  if (!connection || !connector) return undefined;
  const key = await readCompanyKey(tx, vault, connection.companyId);
  const rows = await readSecrets(tx, connectionId);
  const secrets = new Map(rows.map(({ name, ciphertext }) => [name, ciphertext]));
  const read = (name: string): string => {
    const sealed = secrets.get(name);
    return sealed === undefined
      ? (connection.settings[name] ?? '')
      : key.unseal(secretPlace(connectionId, name), sealed);
  };
  const settings = Object.fromEntries(Object.keys(connector.settings).map((name) => [name, read(name)]));
  // An install writes this secret anew: nothing kept for the tokens before it is used with those after it.
  const install = secrets.get(installName) ?? '';
  const version = key.digest('connection settings', `${JSON.stringify(settings)}${install}`).slice(0, 16);
  const field = connector.webhook?.secret ?? '';
  const replaced = findOldSecrets(rows, field, clock.now()).map(({ name }) => read(name));
  const webhookKeys = [settings[field] ?? '', ...replaced].flatMap((secret) => secret.split(' ')).map(toKey);
  return { connection, connector, key, settings, webhookKeys, version };
}

function toKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

/** @throws RelayError request_conflict when the connector does not offer it. */
export function requireOffered<T>({ id }: Connector, offered: T | undefined): T {
  if (offered === undefined) throw new RelayError('request_conflict', { message: `${id} does not offer this` });
  return offered;
}
