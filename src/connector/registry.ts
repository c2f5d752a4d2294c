import { findAgencyLack, readAgency, readCompanyKey, requireStaying } from '../company/index.ts';
import type { Events } from '../events.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { isId, newId } from '../platform/ids.ts';
import type { AccessKind, ConnectionState, LetterPolicy, Mapping, Mode, RunningState } from '../platform/tables.ts';
import type { Vault } from '../platform/vault.ts';
import type { Connection, Connections } from './connections.ts';
import { accessKinds, type Connector, type Fields, modes } from './contract.ts';
import { makeUpSecrets, readChangedSettings, readNewSettings, splitSettings, toFieldsOf } from './fields.ts';
import { isSameMapping, tidyMapping } from './mapping.ts';
import { insertMappingVersion } from './mapping-store.ts';
import type { NetworkGuard } from './network-guard.ts';
import { tokenName } from './oauth.ts';
import {
  deleteSecret,
  insertConnection,
  readConnectionForUpdate,
  removeConnection,
  saveSecrets,
  updateConnection,
} from './store.ts';
import { rotateSecret } from './webhook-secret.ts';

const admin = 'admin';
const defaultLetter: LetterPolicy = { holdMinutes: 1440, window: 'business-hours' };

export interface RegistryParts {
  readonly byId: ReadonlyMap<string, Connector>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly guard: NetworkGuard;
  readonly events: Pick<Events, 'publish'>;
  /** Told which connection was changed. */
  readonly forget: (connectionId: string) => void;
}

/** What is installed where: making, changing and removing connections, each with its audit line. */
export function openRegistry({ byId, vault, clock, guard, events, forget }: RegistryParts) {
  /** Adds a connection in shadow, with the settings that a person or an install gives. */
  async function insert(
    tx: Tx,
    connector: Connector,
    input: {
      readonly companyId: string;
      readonly access: AccessKind | null;
      readonly settings: Readonly<Record<string, string>>;
      readonly actor?: string | undefined;
    },
  ): Promise<Connection> {
    const { companyId, access, actor = admin } = input;
    await requireStaying(tx, companyId);
    const settings = readNewSettings(toFieldsOf(connector.settings, access), input.settings);
    checkUrls(guard, connector.settings, settings);
    const { plain, secret } = splitSettings(connector.settings, settings);
    const connection: Connection = {
      connectionId: newId(),
      companyId,
      connector: connector.id,
      state: 'shadow',
      resumesAs: null,
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
    await insertMappingVersion(tx, connection, { madeBy: actor, madeAt: connection.createdAt, restores: null });
    const key = await readCompanyKey(tx, vault, companyId);
    await saveSecrets(tx, key, connection, secret, clock.now());
    await audit(tx, connection, actor, 'connection.created', clock.now(), { connector: connector.id });
    return connection;
  }

  function require(connectorId: string): Connector {
    const connector = byId.get(connectorId);
    if (!connector) throw new RelayError('connector_unknown');
    return connector;
  }

  /** @throws RelayError request_not_found. */
  async function hold(tx: Tx, connectionId: string): Promise<Connection> {
    const connection = isId(connectionId) ? await readConnectionForUpdate(tx, connectionId) : undefined;
    if (!connection) throw new RelayError('request_not_found', { message: 'there is no such connection' });
    return connection;
  }

  const registry: Pick<
    Connections,
    'create' | 'hold' | 'makeUpSecrets' | 'update' | 'pause' | 'resume' | 'remove' | 'rotateWebhookSecret'
  > = {
    hold,

    async create(tx, input) {
      const connector = require(input.connector);
      return insert(tx, connector, { ...input, access: chooseAccess(connector, input.access) });
    },

    makeUpSecrets(input) {
      const connector = require(input.connector);
      return makeUpSecrets(toFieldsOf(connector.settings, chooseAccess(connector, input.access)), input.settings);
    },

    async update(tx, connectionId, change, actor = admin) {
      const before = await hold(tx, connectionId);
      const connector = byId.get(before.connector);
      if (!connector) throw new RelayError('request_not_found', { message: 'there is no such connection' });
      const now = clock.now();
      if (change.state !== undefined && change.state !== 'paused') await requireStaying(tx, before.companyId);
      requirePossible(connector, change.mode ?? before.mode);
      const given = readChangedSettings(toFieldsOf(connector.settings, before.access), change.settings ?? {});
      checkUrls(guard, connector.settings, given);
      const { plain, secret } = splitSettings(connector.settings, given);
      const after: Connection = {
        ...before,
        ...toState(before, change.state ?? before.state),
        settings: { ...before.settings, ...plain },
        letter: change.letter ?? before.letter,
        mapping: chooseMapping(before.mapping, change.mapping),
        mode: change.mode ?? before.mode,
        markedAt: change.markedAt ?? before.markedAt,
        backfillFrom: change.backfillFrom ?? before.backfillFrom,
      };
      await updateConnection(tx, connectionId, after, now);
      if (Object.keys(secret).length > 0)
        await saveSecrets(tx, await readCompanyKey(tx, vault, before.companyId), before, secret, now);
      if (Object.keys(given).length > 0) await deleteSecret(tx, connectionId, tokenName);
      await auditChange(tx, before, after, actor, Object.keys(given), now);
      if (after.mapping !== before.mapping) {
        await insertMappingVersion(tx, after, { madeBy: actor, madeAt: now, restores: change.restores ?? null });
        await events.publish(tx, 'mapping-changed', [{ companyId: before.companyId, connectionId }]);
      }
      forget(connectionId);
      return after;
    },

    async pause(tx, connectionId, actor) {
      const { state } = await hold(tx, connectionId);
      if (state === 'paused') return { ok: false, reason: 'already-paused' };
      return { ok: true, connection: await registry.update(tx, connectionId, { state: 'paused' }, actor) };
    },

    async resume(tx, connectionId, actor) {
      const { state, resumesAs, companyId } = await hold(tx, connectionId);
      if (state !== 'paused') return { ok: false, reason: 'not-paused' };
      const lack = resumesAs === 'live' ? findAgencyLack(await readAgency(tx, companyId), clock.now()) : undefined;
      if (lack) throw new RelayError('agency_incomplete', { message: lack });
      return { ok: true, connection: await registry.update(tx, connectionId, { state: resumesAs ?? 'shadow' }, actor) };
    },

    async rotateWebhookSecret(tx, connectionId, input) {
      const connection = await hold(tx, connectionId);
      const rotation = await rotateSecret({ vault, clock }, tx, connection, require(connection.connector), input);
      forget(connectionId);
      return rotation;
    },

    async remove(tx, connectionId, actor = admin) {
      const before = await hold(tx, connectionId);
      await removeConnection(tx, connectionId, clock.now());
      await audit(tx, before, actor, 'connection.removed', clock.now(), { connector: before.connector });
      forget(connectionId);
    },
  };
  return { ...registry, insert };
}

/** What stands stays the same object where the new one says no more than it does. */
function chooseMapping(standing: Mapping, given: Mapping | undefined): Mapping {
  const tidy = given && tidyMapping(given);
  return tidy === undefined || isSameMapping(tidy, standing) ? standing : tidy;
}

/** Pausing notes what it pauses, and anything else forgets that. */
function toState(
  before: Pick<Connection, 'state' | 'resumesAs'>,
  state: ConnectionState,
): { readonly state: ConnectionState; readonly resumesAs: RunningState | null } {
  if (state !== 'paused') return { state, resumesAs: null };
  return { state, resumesAs: before.state === 'paused' ? before.resumesAs : before.state };
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
  actor: string,
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
  if (changed.length > 0) await audit(tx, before, actor, 'connection.updated', now, { changed: changed.join(',') });
  if (after.state !== before.state)
    await audit(tx, before, actor, 'connection.state-changed', now, { from: before.state, to: after.state });
}

function audit(
  tx: Tx,
  { companyId, connectionId }: Connection,
  actor: string,
  action: string,
  at: Date,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  return appendAudit(tx, { companyId, at, actor, action, subject: connectionId, detail });
}
