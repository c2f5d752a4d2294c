import type { Selectable } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type {
  ConnectionState,
  ConnectionTable,
  LetterPolicy,
  Mapping,
  Mode,
  RunningState,
} from '../platform/tables.ts';
import type { CompanyKey, Place } from '../platform/vault.ts';
import type { Connection } from './connections.ts';

/** Where a connection's secret stands; it opens nowhere else. */
export function secretPlace(connectionId: string, name: string): Place {
  return { table: 'connection_secret', column: 'ciphertext', row: `${connectionId}|${name}` };
}

export interface SealedSecret {
  readonly name: string;
  readonly ciphertext: string;
  /** For tokens; null for settings. */
  readonly expiresAt: Date | null;
}

export interface SecretRow extends SealedSecret {
  readonly updatedAt: Date;
}

export async function insertConnection(
  tx: Tx,
  connection: Omit<Connection, 'resumesAs' | 'failingSince' | 'failingCode'>,
): Promise<void> {
  await tx
    .insertInto('connection')
    .values({
      connection_id: connection.connectionId,
      company_id: connection.companyId,
      connector: connection.connector,
      state: connection.state,
      settings: JSON.stringify(connection.settings),
      letter: JSON.stringify(connection.letter),
      mapping: JSON.stringify(connection.mapping),
      access: connection.access,
      mode: connection.mode,
      failing_since: null,
      failing_code: null,
      created_at: connection.createdAt,
      updated_at: connection.createdAt,
      removed_at: null,
    })
    .execute();
}

/** Without the removed ones. */
export async function readConnection(tx: Tx, connectionId: string): Promise<Connection | undefined> {
  const row = await selectInstalled(tx).where('connection_id', '=', connectionId).executeTakeFirst();
  return row && toConnection(row);
}

/** The same, held until the transaction ends: two changes at once follow each other. */
export async function readConnectionForUpdate(tx: Tx, connectionId: string): Promise<Connection | undefined> {
  const row = await selectInstalled(tx).where('connection_id', '=', connectionId).forUpdate().executeTakeFirst();
  return row && toConnection(row);
}

/** Oldest first, without the removed ones. */
export async function listConnections(tx: Tx, companyId: string): Promise<readonly Connection[]> {
  const rows = await selectInstalled(tx).where('company_id', '=', companyId).orderBy('connection_id').execute();
  return rows.map(toConnection);
}

export async function updateConnection(
  tx: Tx,
  connectionId: string,
  change: {
    readonly state: ConnectionState;
    readonly resumesAs: RunningState | null;
    readonly settings: Readonly<Record<string, string>>;
    readonly letter: LetterPolicy;
    readonly mapping: Mapping;
    readonly mode: Mode;
    readonly markedAt: Date | null;
    readonly backfillFrom: Date | null;
  },
  now: Date,
): Promise<void> {
  await tx
    .updateTable('connection')
    .set({
      state: change.state,
      resumes_as: change.resumesAs,
      settings: JSON.stringify(change.settings),
      letter: JSON.stringify(change.letter),
      mapping: JSON.stringify(change.mapping),
      mode: change.mode,
      marked_at: change.markedAt,
      backfill_from: change.backfillFrom,
      updated_at: now,
    })
    .where('connection_id', '=', connectionId)
    .execute();
}

/** Marks it removed and deletes every secret of it. */
export async function removeConnection(tx: Tx, connectionId: string, now: Date): Promise<void> {
  await tx.deleteFrom('connection_secret').where('connection_id', '=', connectionId).execute();
  await tx
    .updateTable('connection')
    .set({ removed_at: now, updated_at: now })
    .where('connection_id', '=', connectionId)
    .execute();
}

/**
 * Notes why the ATS refuses us, and since when.
 * @returns true when it had worked until now; false when it was failing already, or is removed.
 */
export async function startFailing(tx: Tx, connectionId: string, code: string, now: Date): Promise<boolean> {
  const before = await readConnectionForUpdate(tx, connectionId);
  if (!before) return false;
  await tx
    .updateTable('connection')
    .set({ failing_since: before.failingSince ?? now, failing_code: code })
    .where('connection_id', '=', connectionId)
    .execute();
  return before.failingSince === null;
}

/** @returns since when it had been failing; undefined when it was not. */
export async function stopFailing(tx: Tx, connectionId: string): Promise<Date | undefined> {
  const before = await readConnectionForUpdate(tx, connectionId);
  if (!before?.failingSince) return undefined;
  await tx
    .updateTable('connection')
    .set({ failing_since: null, failing_code: null })
    .where('connection_id', '=', connectionId)
    .execute();
  return before.failingSince;
}

/** Every secret of a connection, its tokens included, still sealed. */
export async function readSecrets(tx: Tx, connectionId: string): Promise<readonly SecretRow[]> {
  return tx
    .selectFrom('connection_secret')
    .select(['name', 'ciphertext', 'expires_at as expiresAt', 'updated_at as updatedAt'])
    .where('connection_id', '=', connectionId)
    .execute();
}

/** Seals and stores settings that are secret; an empty value deletes the one of its name. */
export async function saveSecrets(
  tx: Tx,
  key: CompanyKey,
  { connectionId, companyId }: Pick<Connection, 'connectionId' | 'companyId'>,
  secrets: Readonly<Record<string, string>>,
  now: Date,
): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) {
    if (value === '') await deleteSecret(tx, connectionId, name);
    else {
      const ciphertext = key.seal(secretPlace(connectionId, name), value);
      await upsertSecret(tx, { connectionId, companyId, name, ciphertext, expiresAt: null }, now);
    }
  }
}

/** Stores a sealed access token, unless the connection was removed meanwhile. */
export async function saveTokenSecret(
  tx: Tx,
  token: {
    readonly connectionId: string;
    readonly companyId: string;
    readonly name: string;
    readonly ciphertext: string;
    readonly expiresAt: Date;
  },
  now: Date,
): Promise<void> {
  if (await readConnectionForUpdate(tx, token.connectionId)) await upsertSecret(tx, token, now);
}

/**
 * Puts new tokens in the place of those that a refresh token was exchanged for, in one step.
 * @param exchanged.used the refresh token that was used, as it is stored.
 * @returns false when another stands there by now, or the connection was removed; then nothing is changed.
 */
export async function replaceTokens(
  tx: Tx,
  ids: Pick<Connection, 'connectionId' | 'companyId'>,
  exchanged: { readonly used: string; readonly secrets: readonly SealedSecret[] },
  now: Date,
): Promise<boolean> {
  if (!(await readConnectionForUpdate(tx, ids.connectionId))) return false;
  const stored = await readSecrets(tx, ids.connectionId);
  if (!stored.some(({ ciphertext }) => ciphertext === exchanged.used)) return false;
  await putSecrets(tx, ids, exchanged.secrets, now);
  return true;
}

/** Stores sealed secrets, each in the place of the one of its name. */
export async function putSecrets(
  tx: Tx,
  { connectionId, companyId }: Pick<Connection, 'connectionId' | 'companyId'>,
  secrets: readonly SealedSecret[],
  now: Date,
): Promise<void> {
  for (const secret of secrets) await upsertSecret(tx, { connectionId, companyId, ...secret }, now);
}

/** @param ciphertext deletes it only while it is still this one. */
export async function deleteSecret(tx: Tx, connectionId: string, name: string, ciphertext?: string): Promise<void> {
  await tx
    .deleteFrom('connection_secret')
    .where('connection_id', '=', connectionId)
    .where('name', '=', name)
    .$if(ciphertext !== undefined, (query) => query.where('ciphertext', '=', ciphertext ?? ''))
    .execute();
}

async function upsertSecret(
  tx: Tx,
  secret: SealedSecret & Pick<Connection, 'connectionId' | 'companyId'>,
  now: Date,
): Promise<void> {
  const values = { ciphertext: secret.ciphertext, expires_at: secret.expiresAt, updated_at: now };
  await tx
    .insertInto('connection_secret')
    .values({ connection_id: secret.connectionId, company_id: secret.companyId, name: secret.name, ...values })
    .onConflict((conflict) => conflict.columns(['connection_id', 'name']).doUpdateSet(values))
    .execute();
}

/** The connections of one connector whose refresh token was last used before then, over all companies. System transaction. */
export async function listIdleTokens(
  tx: Tx,
  connector: string,
  refreshTokenName: string,
  usedBefore: Date,
): Promise<readonly Pick<Connection, 'connectionId' | 'companyId'>[]> {
  return tx
    .selectFrom('connection')
    .innerJoin('connection_secret', 'connection_secret.connection_id', 'connection.connection_id')
    .select(['connection.connection_id as connectionId', 'connection.company_id as companyId'])
    .where('connection.connector', '=', connector)
    .where('connection.access', '=', 'authorization-code')
    .where('connection.removed_at', 'is', null)
    .where('connection_secret.name', '=', refreshTokenName)
    .where('connection_secret.updated_at', '<=', usedBefore)
    .orderBy('connection_secret.updated_at')
    .execute();
}

function selectInstalled(tx: Tx) {
  return tx.selectFrom('connection').selectAll().where('removed_at', 'is', null);
}

function toConnection(row: Selectable<ConnectionTable>): Connection {
  return {
    connectionId: row.connection_id,
    companyId: row.company_id,
    connector: row.connector,
    state: row.state,
    resumesAs: row.resumes_as,
    settings: row.settings,
    letter: row.letter,
    mapping: row.mapping,
    access: row.access,
    mode: row.mode,
    markedAt: row.marked_at,
    backfillFrom: row.backfill_from,
    failingSince: row.failing_since,
    failingCode: row.failing_code,
    createdAt: row.created_at,
  };
}
