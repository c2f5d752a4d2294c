import type { z } from 'zod';
import { readCompanyKey } from '../company/index.ts';
import type { Events } from '../events.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Cache } from '../platform/cache.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import { isId, newId, newToken } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { AccessKind, ConnectionState, LetterPolicy, Mapping, Mode } from '../platform/tables.ts';
import type { CompanyKey, Vault } from '../platform/vault.ts';
import { type Authority, openAuthority } from './authority.ts';
import {
  type Api,
  type Application,
  accessKinds,
  type Connector,
  type Context,
  type Fields,
  modes,
  type Reason,
  type Sighting,
  type Steps,
  type VendorTemplate,
  type WriteBack,
  type WriteBackResult,
} from './contract.ts';
import {
  makeUpSecrets,
  mayBeLeftOut,
  readChangedSettings,
  readNewSettings,
  splitSettings,
  toFieldsOf,
} from './fields.ts';
import { openHttp } from './http.ts';
import {
  type BeginInstall,
  type FinishInstall,
  type InstallOutcome,
  installName,
  type OwnClients,
  openInstall,
} from './install.ts';
import { openLimiters, type Sleep } from './limiter.ts';
import { type NetworkGuard, openNetworkGuard } from './network-guard.ts';
import { tokenName } from './oauth.ts';
import { type Exchanged, refreshTokenName } from './refresh-token.ts';
import { openShortMemory } from './short-memory.ts';
import {
  deleteSecret,
  insertConnection,
  listConnections,
  listIdleTokens,
  readConnection,
  readConnectionForUpdate,
  readSecrets,
  removeConnection,
  saveSecrets,
  secretPlace,
  startFailing,
  stopFailing,
  updateConnection,
} from './store.ts';

/** One company's installed connector. Secrets are not in it. */
export interface Connection {
  readonly connectionId: string;
  readonly companyId: string;
  readonly connector: string;
  readonly state: ConnectionState;
  /** The fields that are not secret. */
  readonly settings: Readonly<Record<string, string>>;
  readonly letter: LetterPolicy;
  readonly mapping: Mapping;
  /** How it proves itself; null where the ATS has no API. */
  readonly access: AccessKind | null;
  readonly mode: Mode;
  /** When it was first polled or imported; what was decided before is acted on only from `backfillFrom`. */
  readonly markedAt: Date | null;
  readonly backfillFrom: Date | null;
  readonly failingSince: Date | null;
  readonly failingCode: string | null;
  readonly createdAt: Date;
}

/** The door to the ATSs: installed connections, and what can be asked of each. */
export interface Connections {
  /** Every connector offered, in the order of the list. */
  readonly connectors: readonly Connector[];
  connector(id: string): Connector | undefined;

  /** @throws RelayError connector_unknown, request_invalid naming the fields. State is `shadow`. */
  create(
    tx: Tx,
    input: {
      readonly companyId: string;
      readonly connector: string;
      /** One the connector offers; without it the first that needs no person to agree in the ATS. */
      readonly access?: AccessKind | undefined;
      readonly settings: Readonly<Record<string, string>>;
    },
  ): Promise<Connection>;
  /**
   * The secrets a new connection may leave to us, made up: give them to `create` with the rest and tell them once.
   * @throws RelayError connector_unknown, request_invalid when there is no such access.
   */
  makeUpSecrets(input: {
    readonly connector: string;
    readonly access?: AccessKind | undefined;
    readonly settings: Readonly<Record<string, string>>;
  }): Readonly<Record<string, string>>;
  /** Without the removed ones. */
  read(tx: Tx, connectionId: string): Promise<Connection | undefined>;
  list(tx: Tx, companyId: string): Promise<readonly Connection[]>;
  /** Settings given replace those of the same name, the rest stay. */
  update(
    tx: Tx,
    connectionId: string,
    change: {
      readonly state?: ConnectionState;
      readonly settings?: Readonly<Record<string, string>>;
      readonly letter?: LetterPolicy;
      readonly mapping?: Mapping;
      /** @throws RelayError request_conflict when the connector says it is impossible. */
      readonly mode?: Mode;
      readonly markedAt?: Date;
      readonly backfillFrom?: Date;
    },
  ): Promise<Connection>;
  /** Its secrets are deleted at once; its history stays. */
  remove(tx: Tx, connectionId: string): Promise<void>;

  /** What a webhook door needs, kept for a few seconds in memory. undefined: no such connection, or it takes no webhooks. */
  door(
    connectionId: string,
  ): Promise<
    { readonly connection: Connection; readonly connector: Connector; readonly secrets: readonly string[] } | undefined
  >;

  /** The present state of these applications, in batches of the vendor's size. Marks the connection failing or recovered. */
  reread(connection: Connection, applicationRefs: readonly string[]): Promise<readonly Application[]>;
  writeBack(connection: Connection, item: WriteBack, steps: Steps): Promise<WriteBackResult>;
  /**
   * One page of the connector's poll, from a kept cursor or from `since`. `cursor` is what to keep.
   * @throws RelayError request_conflict when the connector does not poll; cursor_unreadable when the kept one fits no more.
   */
  pull(
    connection: Connection,
    from: { readonly cursor: unknown } | { readonly since: Date },
  ): Promise<{ readonly sightings: readonly Sighting[]; readonly cursor: unknown; readonly isLast: boolean }>;
  /** Subscribes at the vendor and keeps the secrets it makes up. false: this access may not; follow the guide. */
  setUpWebhooks(connection: Connection, url: string): Promise<boolean>;
  /** undefined: the vendor's API does not tell. */
  listReasons(connection: Connection): Promise<readonly Reason[] | undefined>;
  listTemplates(connection: Connection): Promise<readonly VendorTemplate[] | undefined>;
  writeLink(connection: Connection, item: Parameters<NonNullable<ApiOf['writeLink']>>[1]): Promise<WriteBackResult>;
  /** @throws RelayError request_conflict where links cannot be written; vendor_field_unsuitable while the field has no token. */
  readLinkToken(connection: Connection): Promise<string>;
  reject(
    connection: Connection,
    item: Parameters<NonNullable<ApiOf['reject']>>[1],
  ): ReturnType<NonNullable<ApiOf['reject']>>;
  /** Asks the ATS whether the settings work. @throws RelayError saying who must act. */
  check(connection: Connection): Promise<void>;

  /** @throws RelayError connector_unknown, request_conflict when it is not installed, oauth_client_missing. */
  requireInstallable(connector: string): void;
  /**
   * Begins an install: notes who it is for, for ten minutes. @returns the vendor's page where a person agrees.
   * @throws RelayError as requireInstallable.
   */
  beginInstall(input: BeginInstall): Promise<{ readonly url: string }>;
  /**
   * Ends it with what the vendor sent back: makes the company's connection, or gives new tokens to the one there is.
   * @throws RelayError as requireInstallable; every other end is an outcome.
   */
  finishInstall(input: FinishInstall): Promise<InstallOutcome>;
  /** Uses every refresh token that lay idle for a quarter of its life, and at least an hour, so that none dies unused. */
  keepAlive(): Promise<void>;
  /** Lets go of sockets and of Redis. */
  close(): Promise<void>;
}

type ApiOf = Api<Fields, unknown>;

export interface ConnectionsParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly events: Events;
  readonly cache: Cache;
  readonly log: Log;
  readonly connectors: readonly Connector[];
  /** Accepts http and private addresses: for fakes and for an ATS inside one's own walls. */
  readonly allowPrivateNetwork: boolean;
  /** Where all processes keep a vendor's limits together. */
  readonly redisUrl: string | undefined;
  /** Our own clients at the vendors; without them nothing can be installed. */
  readonly own?: OwnClients;
  /** How to wait; real time unless a test has its own. */
  readonly sleep?: Sleep;
  /** How names are resolved; the system's way unless a test has its own. */
  readonly guard?: NetworkGuard;
}

const defaultLetter: LetterPolicy = { holdMinutes: 1440, window: 'business-hours' };
const keepAliveMinMs = 3_600_000;
const keepAliveAtOnce = 8;
const shortMs = 5_000;
const shortMax = 10_000;

/** A connection with all that is needed to call its ATS. Stays in this process's memory and is never logged. */
interface Installed {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly key: CompanyKey;
  /** All fields, the secret ones in clear. */
  readonly settings: Readonly<Record<string, string>>;
  /** A digest of the settings and of the install: what was fetched with others is not found under it. */
  readonly version: string;
}

interface Client {
  readonly version: string;
  readonly api: ApiOf;
  readonly authority: Authority;
  readonly context: Context;
}

/** Opens the room: the only way to the ATSs. */
export function openConnections(parts: ConnectionsParts): Connections {
  const { database, vault, clock, cache, connectors } = parts;
  const sleep = parts.sleep ?? sleepForReal;
  const guard = parts.guard ?? openNetworkGuard(parts);
  const limiters = openLimiters({ clock, sleep, log: parts.log, redisUrl: parts.redisUrl });
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  const clients = new Map<string, Client>();
  const unsaved = new Map<string, Exchanged>();
  const installed = openShortMemory<Installed>({ clock, ttlMs: shortMs, max: shortMax }, (connectionId) =>
    database.forSystem((tx) => readInstalled({ vault, byId }, tx, connectionId)),
  );

  function forget(connectionId: string): void {
    installed.forget(connectionId);
    clients.delete(connectionId);
  }

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

  /** Calls the ATS, and notes when it begins to refuse us and when it takes us again. */
  async function withClient<T>(
    { connectionId }: Pick<Connection, 'connectionId'>,
    work: (connector: Connector, client: Client) => Promise<T>,
  ): Promise<T> {
    const found = await installed.get(connectionId);
    if (!found) throw new RelayError('request_not_found', { message: 'the connection was removed' });
    try {
      const result = await work(found.connector, toClient(found));
      if (found.connection.failingSince) await noteRecovered(found.connection);
      return result;
    } catch (thrown) {
      if (thrown instanceof RelayError && thrown.kind === 'config') await noteFailing(found.connection, thrown.code);
      throw thrown;
    }
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
  async function keepOneAlive({ connectionId }: Pick<Connection, 'connectionId'>, usedBefore: Date): Promise<void> {
    try {
      const found = await installed.get(connectionId);
      if (!found) return;
      await toClient(found)
        .authority.keepAlive?.(usedBefore)
        .catch(async (thrown: unknown) => {
          if (thrown instanceof RelayError && thrown.kind === 'config')
            await noteFailing(found.connection, thrown.code);
          throw thrown;
        });
    } catch (thrown) {
      const error = toRelayError(thrown);
      parts.log.warn({ connectionId, code: error.code }, 'a refresh token could not be renewed and comes round again');
    }
  }

  async function keepWebhookSecrets({ connectionId, companyId }: Connection, name: string, secrets: string) {
    const now = clock.now();
    await database.forCompany(companyId, async (tx) => {
      const key = await readCompanyKey(tx, vault, companyId);
      await saveSecrets(tx, key, { connectionId, companyId }, { [name]: secrets }, now);
    });
    forget(connectionId);
  }

  /** Adds a connection in shadow, with the settings that a person or an install gives. */
  async function insert(
    tx: Tx,
    connector: Connector,
    input: {
      readonly companyId: string;
      readonly access: AccessKind | null;
      readonly settings: Readonly<Record<string, string>>;
    },
  ): Promise<Connection> {
    const { companyId, access } = input;
    const settings = readNewSettings(toFieldsOf(connector.settings, access), input.settings);
    checkUrls(guard, connector.settings, settings);
    const { plain, secret } = splitSettings(connector.settings, settings);
    const connection: Connection = {
      connectionId: newId(),
      companyId,
      connector: connector.id,
      state: 'shadow',
      settings: plain,
      letter: defaultLetter,
      mapping: { reasons: {} },
      access,
      mode: modes.find((mode) => connector.template.modes[mode].possible) ?? 'relay-sent',
      markedAt: null,
      backfillFrom: null,
      failingSince: null,
      failingCode: null,
      createdAt: clock.now(),
    };
    await insertConnection(tx, connection);
    const key = await readCompanyKey(tx, vault, companyId);
    await saveSecrets(tx, key, connection, secret, clock.now());
    await audit(tx, connection, 'connection.created', clock.now(), { connector: connector.id });
    return connection;
  }

  const room: Connections = {
    connectors,
    connector: (id) => byId.get(id),

    async create(tx, input) {
      const connector = byId.get(input.connector);
      if (!connector) throw new RelayError('connector_unknown');
      return insert(tx, connector, { ...input, access: chooseAccess(connector, input.access) });
    },

    makeUpSecrets(input) {
      const connector = byId.get(input.connector);
      if (!connector) throw new RelayError('connector_unknown');
      return makeUpSecrets(toFieldsOf(connector.settings, chooseAccess(connector, input.access)), input.settings);
    },

    read: async (tx, connectionId) => (isId(connectionId) ? readConnection(tx, connectionId) : undefined),
    list: (tx, companyId) => listConnections(tx, companyId),

    async update(tx, connectionId, change) {
      const before = isId(connectionId) ? await readConnectionForUpdate(tx, connectionId) : undefined;
      const connector = before && byId.get(before.connector);
      if (!before || !connector) throw new RelayError('request_not_found', { message: 'there is no such connection' });
      const now = clock.now();
      requirePossible(connector, change.mode ?? before.mode);
      const given = readChangedSettings(toFieldsOf(connector.settings, before.access), change.settings ?? {});
      checkUrls(guard, connector.settings, given);
      const { plain, secret } = splitSettings(connector.settings, given);
      const after: Connection = {
        ...before,
        state: change.state ?? before.state,
        settings: { ...before.settings, ...plain },
        letter: change.letter ?? before.letter,
        mapping: change.mapping ?? before.mapping,
        mode: change.mode ?? before.mode,
        markedAt: change.markedAt ?? before.markedAt,
        backfillFrom: change.backfillFrom ?? before.backfillFrom,
      };
      await updateConnection(tx, connectionId, after, now);
      if (Object.keys(secret).length > 0)
        await saveSecrets(tx, await readCompanyKey(tx, vault, before.companyId), before, secret, now);
      if (Object.keys(given).length > 0) await deleteSecret(tx, connectionId, tokenName);
      await auditChange(tx, before, after, Object.keys(given), now);
      forget(connectionId);
      return after;
    },

    async remove(tx, connectionId) {
      const before = isId(connectionId) ? await readConnectionForUpdate(tx, connectionId) : undefined;
      if (!before) throw new RelayError('request_not_found', { message: 'there is no such connection' });
      await removeConnection(tx, connectionId, clock.now());
      await audit(tx, before, 'connection.removed', clock.now(), { connector: before.connector });
      forget(connectionId);
    },

    async door(connectionId) {
      const found = isId(connectionId) ? await installed.get(connectionId) : undefined;
      const webhook = found?.connector.webhook;
      if (!found || !webhook) return undefined;
      const { connection, connector, settings } = found;
      return { connection, connector, secrets: (settings[webhook.secret] ?? '').split(' ') };
    },

    reread: (connection, applicationRefs) =>
      withClient(connection, async (_connector, { api, context }) => {
        const batches = toBatches([...new Set(applicationRefs)], api.limits.rereadMax);
        const applications = await Promise.all(batches.map((refs) => api.reread(context, refs)));
        return applications.flat();
      }),

    writeBack: (connection, item, steps) =>
      withClient(connection, async (connector, { api, context }) =>
        requireOffered(connector, api.writeBack)(context, item, steps),
      ),

    pull: (connection, from) =>
      withClient(connection, async (connector, { api, context }) => {
        const poll = requireOffered(connector, api.poll);
        const cursor = 'since' in from ? poll.first(from.since) : poll.cursor.safeParse(from.cursor).data;
        if (cursor === undefined) throw new RelayError('cursor_unreadable');
        return poll.pull(context, cursor, clock.now());
      }),

    setUpWebhooks: (connection, url) =>
      withClient(connection, async (connector, { api, context }) => {
        const { webhook } = connector;
        if (!webhook || !api.webhooks || !connection.access || !api.webhooks.mayBy.includes(connection.access))
          return false;
        const own = context.settings[webhook.secret] ?? '';
        const made = await api.webhooks.create(context, { url, secret: own.split(' ')[0] ?? '' });
        const secrets = [...new Set([...own.split(' '), ...made])].filter((secret) => secret !== '').join(' ');
        if (secrets !== own) await keepWebhookSecrets(connection, webhook.secret, secrets);
        return true;
      }),

    listReasons: (connection) =>
      withClient(connection, async (_connector, { api, context }) => api.listReasons?.(context)),
    listTemplates: (connection) =>
      withClient(connection, async (_connector, { api, context }) => api.listTemplates?.(context)),
    writeLink: (connection, item) =>
      withClient(connection, async (connector, { api, context }) =>
        requireOffered(connector, api.writeLink)(context, item),
      ),
    readLinkToken: (connection) =>
      withClient(connection, async (connector, { api, context }) => {
        const token = await requireOffered(connector, api.readLinkToken)(context);
        if (token === null)
          throw new RelayError('vendor_field_unsuitable', { message: 'the field has no e-mail token' });
        return token;
      }),
    reject: (connection, item) =>
      withClient(connection, async (connector, { api, context }) =>
        requireOffered(connector, api.reject)(context, item),
      ),

    check: (connection) =>
      withClient(connection, async (_connector, { api, context, authority }) => {
        // An old token may still carry rights that are gone, or lack those just given.
        await authority.reset();
        await api.check(context);
      }),

    requireInstallable: (connector) => install.require(connector),
    beginInstall: (input) => install.begin(input),
    finishInstall: (input) => install.finish(input),

    async keepAlive() {
      for (const { id, api } of connectors) {
        const access = api?.access['authorization-code'];
        if (!access) continue;
        const idleMs = Math.max(keepAliveMinMs, (access.refreshIdleSeconds * 1000) / 4);
        const usedBefore = new Date(clock.now().getTime() - idleMs);
        const idle = await database.forSystem((tx) => listIdleTokens(tx, id, refreshTokenName, usedBefore));
        for (const batch of toBatches(idle, keepAliveAtOnce))
          await Promise.all(batch.map((connection) => keepOneAlive(connection, usedBefore)));
      }
    },

    async close() {
      guard.close();
      await limiters.close();
    },
  };

  const install = openInstall({
    database,
    vault,
    clock,
    cache,
    guard,
    own: parts.own,
    find: room.connector,
    insert: (tx, companyId, connector, baseUrl) =>
      insert(tx, connector, {
        companyId,
        access: 'authorization-code',
        settings: toInstallSettings(connector, baseUrl),
      }),
    async changeAddress(tx, connection, connector, baseUrl) {
      if (connector.api && connection.settings[connector.api.baseUrl] === baseUrl) return connection;
      return room.update(tx, connection.connectionId, { settings: toAddressSetting(connector, baseUrl) });
    },
    recover,
    forget,
    setUpWebhooks: room.setUpWebhooks,
  });
  return room;
}

/** What an install fills in where nobody is asked: the address the environment names, and a webhook secret. */
function toInstallSettings(connector: Connector, baseUrl: string | undefined): Readonly<Record<string, string>> {
  const { webhook, settings } = connector;
  const secret = webhook && settings[webhook.secret];
  return {
    ...(baseUrl === undefined ? {} : toAddressSetting(connector, baseUrl)),
    ...(webhook && secret && !mayBeLeftOut(secret) ? { [webhook.secret]: newToken() } : {}),
  };
}

function toAddressSetting({ api }: Connector, baseUrl: string): Readonly<Record<string, string>> {
  return api ? { [api.baseUrl]: baseUrl } : {};
}

async function readInstalled(
  { vault, byId }: { readonly vault: Vault; readonly byId: ReadonlyMap<string, Connector> },
  tx: Tx,
  connectionId: string,
): Promise<Installed | undefined> {
  const connection = await readConnection(tx, connectionId);
  const connector = connection && byId.get(connection.connector);
  if (!connection || !connector) return undefined;
  const key = await readCompanyKey(tx, vault, connection.companyId);
  const secrets = new Map((await readSecrets(tx, connectionId)).map(({ name, ciphertext }) => [name, ciphertext]));
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
  return { connection, connector, key, settings, version };
}

/** @throws RelayError request_conflict when the connector does not offer it. */
function requireOffered<T>({ id }: Connector, offered: T | undefined): T {
  if (offered === undefined) throw new RelayError('request_conflict', { message: `${id} does not offer this` });
  return offered;
}

/** @throws RelayError request_conflict. */
function requirePossible(connector: Connector, mode: Mode): void {
  const possibility = connector.template.modes[mode];
  if (!possibility.possible) throw new RelayError('request_conflict', { message: `${mode}: ${possibility.why.en}` });
}

/** @throws RelayError request_invalid when the connector offers no such access. */
function chooseAccess({ id, api }: Connector, asked: AccessKind | undefined): AccessKind | null {
  const offered = accessKinds.filter((kind) => api?.access[kind] !== undefined);
  const access = asked ?? offered.find((kind) => kind !== 'authorization-code') ?? null;
  if (access === 'authorization-code')
    throw new RelayError('request_invalid', { message: `${id} is connected by its install address` });
  if (access !== null && !offered.includes(access))
    throw new RelayError('request_invalid', { message: `${id} offers no access by ${access}` });
  if (access === null && offered.length > 0)
    throw new RelayError('request_invalid', { message: `${id} is connected by its install address` });
  return access;
}

/** @throws RelayError vendor_address_refused. */
function checkUrls(guard: NetworkGuard, fields: Fields, settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (fields[name]?.kind === 'url' && value !== '') guard.readUrl(value);
  }
}

/** Notes what was changed by the names of its parts. Values may be secrets, so none is written. */
async function auditChange(
  tx: Tx,
  before: Connection,
  after: Connection,
  settings: readonly string[],
  now: Date,
): Promise<void> {
  const changed = [
    ...settings.map((name) => `settings.${name}`),
    ...(after.letter === before.letter ? [] : ['letter']),
    ...(after.mapping === before.mapping ? [] : ['mapping']),
    ...(after.mode === before.mode ? [] : [`mode=${after.mode}`]),
    ...(after.backfillFrom === before.backfillFrom ? [] : [`backfillFrom=${after.backfillFrom?.toISOString()}`]),
  ];
  if (changed.length > 0) await audit(tx, before, 'connection.updated', now, { changed: changed.join(',') });
  if (after.state !== before.state)
    await audit(tx, before, 'connection.state-changed', now, { from: before.state, to: after.state });
}

function audit(
  tx: Tx,
  { companyId, connectionId }: Connection,
  action: string,
  at: Date,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  return appendAudit(tx, { companyId, at, actor: 'admin', action, subject: connectionId, detail });
}

function toBatches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function sleepForReal(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
