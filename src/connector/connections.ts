import type { KeyObject } from 'node:crypto';
import type { Events } from '../events.ts';
import { toBatches } from '../platform/batches.ts';
import type { Cache } from '../platform/cache.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { isId, newToken } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { AccessKind, ConnectionState, LetterPolicy, Mapping, Mode, RunningState } from '../platform/tables.ts';
import type { Vault } from '../platform/vault.ts';
import { openAsking } from './asking.ts';
import { openClients } from './clients.ts';
import type {
  Api,
  Application,
  Connector,
  Fields,
  Reason,
  Sighting,
  Steps,
  VendorTemplate,
  WriteBack,
  WriteBackResult,
} from './contract.ts';
import { mayBeLeftOut } from './fields.ts';
import { type BeginInstall, type FinishInstall, type InstallOutcome, type OwnClients, openInstall } from './install.ts';
import type { Budget, Sleep } from './limiter.ts';
import { type NetworkGuard, openNetworkGuard } from './network-guard.ts';
import { refreshTokenName } from './refresh-token.ts';
import { openRegistry } from './registry.ts';
import { listConnections, listIdleTokens, readConnection, readSecrets } from './store.ts';
import { findOldSecrets, type Rotation, sweepOldSecrets } from './webhook-secret.ts';

/** One company's installed connector. Secrets are not in it. */
export interface Connection {
  readonly connectionId: string;
  readonly companyId: string;
  readonly connector: string;
  readonly state: ConnectionState;
  /** What a paused one goes back to; null where it is not paused, or that is not known. */
  readonly resumesAs: RunningState | null;
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

/** A refusal changed nothing. */
export type PauseAnswer =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly reason: 'already-paused' | 'not-paused' };

/** The door to the ATSs: installed connections, and what can be asked of each. */
export interface Connections {
  /** Every connector offered, in the order of the list. */
  readonly connectors: readonly Connector[];
  connector(id: string): Connector | undefined;

  /** @throws RelayError connector_unknown, request_invalid naming the fields, company_ending. State is `shadow`. */
  create(
    tx: Tx,
    input: {
      readonly companyId: string;
      readonly connector: string;
      /** One the connector offers; without it the first that needs no person to agree in the ATS. */
      readonly access?: AccessKind | undefined;
      readonly settings: Readonly<Record<string, string>>;
      /** For the audit log; `admin` without it. */
      readonly actor?: string | undefined;
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
  /** The same, kept from other changes until the transaction ends: for a change made of it. @throws RelayError request_not_found. */
  hold(tx: Tx, connectionId: string): Promise<Connection>;
  list(tx: Tx, companyId: string): Promise<readonly Connection[]>;
  /** Settings given replace those of the same name, the rest stay. @param actor for the audit log; `admin` by default. */
  update(
    tx: Tx,
    connectionId: string,
    change: {
      readonly state?: ConnectionState;
      readonly settings?: Readonly<Record<string, string>>;
      readonly letter?: LetterPolicy;
      /** Of one that says something new, a version is kept. */
      readonly mapping?: Mapping;
      /** The number of the version whose mapping is given again. */
      readonly restores?: number;
      /** @throws RelayError request_conflict when the connector says it is impossible. */
      readonly mode?: Mode;
      readonly markedAt?: Date;
      readonly backfillFrom?: Date;
    },
    /** For the audit log, like that of `remove`; `admin` without it. */
    actor?: string,
  ): Promise<Connection>;
  /** No letter leaves from now on; deliveries are still taken in. @throws RelayError request_not_found. */
  pause(tx: Tx, connectionId: string, actor: string): Promise<PauseAnswer>;
  /**
   * Lets a paused one go on as what it was before, in shadow where that is not known.
   * @throws RelayError request_not_found; agency_incomplete where letters would leave for an agency that is not in order;
   * company_ending where the company is to be deleted.
   */
  resume(tx: Tx, connectionId: string, actor: string): Promise<PauseAnswer>;
  /**
   * Puts a new webhook secret in the place of the present one; that is accepted, too, until `oldUntil`, and not at all
   * where it is null. @throws RelayError request_not_found, request_conflict, request_invalid.
   */
  rotateWebhookSecret(
    tx: Tx,
    connectionId: string,
    input: { readonly secret?: string | undefined; readonly oldUntil: Date | null; readonly actor: string },
  ): Promise<Rotation>;
  /** Until when a replaced webhook secret is accepted still; null: none is. */
  readOldSecretEnd(tx: Tx, connection: Connection): Promise<Date | null>;
  /** Deletes the replaced webhook secrets whose time is over. For a ticker. */
  sweepOldSecrets(): Promise<number>;
  /** Its secrets are deleted at once; its history stays. */
  remove(tx: Tx, connectionId: string, actor?: string): Promise<void>;

  /** What a webhook door needs, kept for a few seconds in memory. undefined: no such connection, or it takes no webhooks. */
  door(
    connectionId: string,
  ): Promise<
    | { readonly connection: Connection; readonly connector: Connector; readonly secrets: readonly KeyObject[] }
    | undefined
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
  /** The names of the ATS's stages; undefined: its API does not tell, or not by this access. */
  listStages(connection: Connection): Promise<readonly string[] | undefined>;
  listTemplates(connection: Connection): Promise<readonly VendorTemplate[] | undefined>;
  writeLink(connection: Connection, item: Parameters<NonNullable<ApiOf['writeLink']>>[1]): Promise<WriteBackResult>;
  /** @throws RelayError request_conflict where links cannot be written; vendor_field_unsuitable while the field has no token. */
  readLinkToken(connection: Connection): Promise<string>;
  reject(
    connection: Connection,
    item: Parameters<NonNullable<ApiOf['reject']>>[1],
  ): ReturnType<NonNullable<ApiOf['reject']>>;
  /** What is left of the ATS's rate; null: it has no API, or nothing is known. Asks it nothing, and never throws. */
  readBudget(connection: Connection): Promise<Budget | null>;
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

const keepAliveMinMs = 3_600_000;
const keepAliveAtOnce = 8;

/** Opens the room: the only way to the ATSs. */
export function openConnections(parts: ConnectionsParts): Connections {
  const { database, vault, clock, cache, connectors } = parts;
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  const guard = parts.guard ?? openNetworkGuard(parts);
  const clients = openClients({ ...parts, byId, guard, sleep: parts.sleep ?? sleepForReal });
  const { forget, recover } = clients;
  const { insert, ...registry } = openRegistry({ byId, vault, clock, guard, events: parts.events, forget });
  const asking = openAsking({ clients, database, vault, clock });
  const find = (id: string) => byId.get(id);
  const install = openInstall({
    database,
    vault,
    clock,
    cache,
    guard,
    own: parts.own,
    find,
    insert: (tx, companyId, connector, baseUrl) =>
      insert(tx, connector, {
        companyId,
        access: 'authorization-code',
        settings: toInstallSettings(connector, baseUrl),
      }),
    async changeAddress(tx, connection, connector, baseUrl) {
      if (connector.api && connection.settings[connector.api.baseUrl] === baseUrl) return connection;
      return registry.update(tx, connection.connectionId, { settings: toAddressSetting(connector, baseUrl) });
    },
    recover,
    forget,
    setUpWebhooks: asking.setUpWebhooks,
  });

  return {
    connectors,
    connector: find,
    ...registry,
    ...asking,
    read: async (tx, connectionId) => (isId(connectionId) ? readConnection(tx, connectionId) : undefined),
    list: (tx, companyId) => listConnections(tx, companyId),

    async door(connectionId) {
      const found = isId(connectionId) ? await clients.find(connectionId) : undefined;
      if (!found?.connector.webhook) return undefined;
      const { connection, connector, webhookKeys } = found;
      return { connection, connector, secrets: webhookKeys };
    },

    async readOldSecretEnd(tx, { connectionId, connector }) {
      const field = find(connector)?.webhook?.secret;
      if (field === undefined) return null;
      const old = findOldSecrets(await readSecrets(tx, connectionId), field, clock.now());
      const ends = old.flatMap(({ expiresAt }) => expiresAt ?? []).toSorted((a, b) => a.getTime() - b.getTime());
      return ends.at(-1) ?? null;
    },
    sweepOldSecrets: () => database.forSystem((tx) => sweepOldSecrets(tx, clock.now())),

    readBudget: clients.readBudget,

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
          await Promise.all(batch.map(({ connectionId }) => clients.keepAlive(connectionId, usedBefore)));
      }
    },

    async close() {
      guard.close();
      await clients.close();
    },
  };
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

function sleepForReal(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
