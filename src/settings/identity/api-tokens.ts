import type { Selectable } from 'kysely';
import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { newId, newToken, sha256 } from '../../platform/ids.ts';
import type { ApiTokenTable, Role } from '../../platform/tables.ts';

/** For programs of a company: it opens that company alone, as one role. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

const prefix = 'crt_';

export function isApiToken(bearer: string): boolean {
  return bearer.startsWith(prefix);
}

/** Makes a token; it is told this once. */
export async function createApiToken(
  tx: Tx,
  input: {
    readonly companyId: string;
    readonly name: string;
    readonly role: Role;
    readonly expiresAt: Date | null;
    readonly actor: string;
    readonly now: Date;
  },
): Promise<{ readonly apiToken: ApiToken; readonly token: string }> {
  const { companyId, name, role, expiresAt, actor, now } = input;
  const token = `${prefix}${newToken()}`;
  const row = await tx
    .insertInto('api_token')
    .values({
      token_id: newId(),
      company_id: companyId,
      name,
      role,
      token_hash: sha256(token),
      created_by: actor,
      created_at: now,
      expires_at: expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const fact = { companyId, at: now, actor, action: 'api-token.created', subject: row.token_id };
  await appendAudit(tx, { ...fact, detail: { role, expiresAt: expiresAt?.toISOString() ?? null } });
  return { apiToken: toApiToken(row), token };
}

/** Without the revoked ones, newest first. */
export async function listApiTokens(tx: Tx, companyId: string): Promise<readonly ApiToken[]> {
  const rows = await tx
    .selectFrom('api_token')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('revoked_at', 'is', null)
    .orderBy('token_id', 'desc')
    .execute();
  return rows.map(toApiToken);
}

/** @throws RelayError request_not_found, also for one revoked before. */
export async function revokeApiToken(
  tx: Tx,
  input: { readonly companyId: string; readonly id: string; readonly actor: string; readonly now: Date },
): Promise<void> {
  const { companyId, id, actor, now } = input;
  const revoked = await tx
    .updateTable('api_token')
    .set({ revoked_at: now })
    .where('company_id', '=', companyId)
    .where('token_id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('token_id')
    .executeTakeFirst();
  if (!revoked) throw new RelayError('request_not_found', { message: 'there is no such token' });
  await appendAudit(tx, { companyId, at: now, actor, action: 'api-token.revoked', subject: id });
}

const minute = 60_000;

/** Whose token it is, noted as used (to the minute); undefined for one that opens nothing. System transaction. */
export async function useApiToken(
  tx: Tx,
  token: string,
  now: Date,
): Promise<{ readonly tokenId: string; readonly companyId: string; readonly role: Role } | undefined> {
  const row = await tx
    .selectFrom('api_token')
    .select(['token_id', 'company_id', 'role', 'last_used_at'])
    .where('token_hash', '=', sha256(token))
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .executeTakeFirst();
  if (!row) return undefined;
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() >= minute)
    await tx.updateTable('api_token').set({ last_used_at: now }).where('token_id', '=', row.token_id).execute();
  return { tokenId: row.token_id, companyId: row.company_id, role: row.role };
}

function toApiToken(row: Selectable<ApiTokenTable>): ApiToken {
  return {
    id: row.token_id,
    name: row.name,
    role: row.role,
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
