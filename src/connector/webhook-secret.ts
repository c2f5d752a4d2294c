import { readCompanyKey } from '../company/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { Vault } from '../platform/vault.ts';
import type { Connection } from './connections.ts';
import type { Connector } from './contract.ts';
import { makeUpSecrets, readChangedSettings } from './fields.ts';
import { putSecrets, readSecrets, type SecretRow, saveSecrets, secretPlace } from './store.ts';

export interface Rotation {
  /** The new one; made up where it was left out. Told here and never again. */
  readonly secret: string;
  /** Until when the one before proves deliveries, too; null: it does not any more. */
  readonly oldUntil: Date | null;
}

interface RotationParts {
  readonly vault: Vault;
  readonly clock: Clock;
}

const toOldPrefix = (field: string) => `${field}.old.`;

/** Those webhook secrets that were replaced and are accepted still. */
export function findOldSecrets(secrets: readonly SecretRow[], field: string, now: Date): readonly SecretRow[] {
  return secrets.filter(
    ({ name, expiresAt }) => name.startsWith(toOldPrefix(field)) && expiresAt !== null && expiresAt > now,
  );
}

/**
 * Puts a new webhook secret in the place of the present one, which is kept beside it until `oldUntil`. Without that no
 * earlier one is accepted any more. The caller holds the connection.
 * @throws RelayError request_conflict where the ATS sends no webhooks; request_invalid where the vendor makes the secret
 * and none was given, or it does not fit.
 */
export async function rotateSecret(
  { vault, clock }: RotationParts,
  tx: Tx,
  connection: Connection,
  connector: Connector,
  input: { readonly secret?: string | undefined; readonly oldUntil: Date | null; readonly actor: string },
): Promise<Rotation> {
  const field = connector.webhook?.secret;
  const declared = field === undefined ? undefined : connector.settings[field];
  if (field === undefined || !declared)
    throw new RelayError('request_conflict', { message: `${connector.id} sends no webhooks` });
  const given = { [field]: input.secret ?? '' };
  const secret = { ...given, ...makeUpSecrets({ [field]: declared }, given) }[field] ?? '';
  if (secret === '')
    throw new RelayError('request_invalid', { message: 'secret is made by the ATS: enter the new one' });
  const { [field]: fitting = secret } = readChangedSettings({ [field]: declared }, { [field]: secret });

  const now = clock.now();
  const key = await readCompanyKey(tx, vault, connection.companyId);
  if (input.oldUntil === null) await dropOldSecrets(tx, connection.connectionId, field);
  else await keepOld(input.oldUntil);
  await saveSecrets(tx, key, connection, { [field]: fitting }, now);
  await appendAudit(tx, {
    companyId: connection.companyId,
    at: now,
    actor: input.actor,
    action: 'connection.webhook-secret-rotated',
    subject: connection.connectionId,
    detail: { oldUntil: input.oldUntil?.toISOString() ?? null },
  });
  return { secret: fitting, oldUntil: input.oldUntil };

  async function keepOld(expiresAt: Date): Promise<void> {
    const { connectionId } = connection;
    const sealed = (await readSecrets(tx, connectionId)).find(({ name }) => name === field);
    if (!sealed) return;
    const name = `${toOldPrefix(field ?? '')}${newId()}`;
    const present = key.unseal(secretPlace(connectionId, field ?? ''), sealed.ciphertext);
    const ciphertext = key.seal(secretPlace(connectionId, name), present);
    await putSecrets(tx, connection, [{ name, ciphertext, expiresAt }], now);
  }
}

async function dropOldSecrets(tx: Tx, connectionId: string, field: string): Promise<void> {
  await tx
    .deleteFrom('connection_secret')
    .where('connection_id', '=', connectionId)
    .where('name', 'like', `${toOldPrefix(field)}%`)
    .execute();
}

/** Deletes the replaced secrets whose time is over, of all companies. System transaction. Gives how many. */
export async function sweepOldSecrets(tx: Tx, now: Date): Promise<number> {
  const gone = await tx
    .deleteFrom('connection_secret')
    .where('name', 'like', '%.old.%')
    .where('expires_at', '<=', now)
    .executeTakeFirst();
  return Number(gone.numDeletedRows);
}
