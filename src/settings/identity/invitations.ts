import type { Selectable } from 'kysely';
import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { newId, newToken, sha256 } from '../../platform/ids.ts';
import type { InvitationTable, Role } from '../../platform/tables.ts';
import { after, invitationSeconds, toEmail } from './model.ts';
import { addMember, readMemberships, takeUser } from './store.ts';

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Makes an invitation; the code is told this once. An open one to the same address gives way to it. */
export async function createInvitation(
  tx: Tx,
  input: {
    readonly companyId: string;
    readonly email: string;
    readonly role: Role;
    readonly actor: string;
    readonly now: Date;
  },
): Promise<{ readonly invitation: Invitation; readonly code: string }> {
  const { companyId, role, actor, now } = input;
  const email = toEmail(input.email);
  const isMember = await tx
    .selectFrom('member')
    .innerJoin('auth_user', 'auth_user.id', 'member.user_id')
    .select('member.user_id')
    .where('member.company_id', '=', companyId)
    .where('auth_user.email', '=', email)
    .executeTakeFirst();
  if (isMember) throw new RelayError('request_conflict', { message: 'that address is a member already' });
  await tx
    .updateTable('invitation')
    .set({ revoked_at: now })
    .where('company_id', '=', companyId)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute();
  const code = newToken();
  const row = await tx
    .insertInto('invitation')
    .values({
      invitation_id: newId(),
      company_id: companyId,
      email,
      role,
      code_hash: sha256(code),
      invited_by: actor,
      created_at: now,
      expires_at: after(now, invitationSeconds),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const fact = { companyId, at: now, actor, action: 'invitation.created', subject: row.invitation_id };
  await appendAudit(tx, { ...fact, detail: { role } });
  return { invitation: toInvitation(row), code };
}

/** Those that still wait, newest first. */
export async function listInvitations(tx: Tx, companyId: string, now: Date): Promise<readonly Invitation[]> {
  const rows = await tx
    .selectFrom('invitation')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('invitation_id', 'desc')
    .execute();
  return rows.map(toInvitation);
}

/** @throws RelayError request_not_found when nothing waits by that id. */
export async function revokeInvitation(
  tx: Tx,
  input: { readonly companyId: string; readonly id: string; readonly actor: string; readonly now: Date },
): Promise<void> {
  const { companyId, id, actor, now } = input;
  const revoked = await tx
    .updateTable('invitation')
    .set({ revoked_at: now })
    .where('company_id', '=', companyId)
    .where('invitation_id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returning('invitation_id')
    .executeTakeFirst();
  if (!revoked) throw new RelayError('request_not_found', { message: 'there is no such invitation' });
  await appendAudit(tx, { companyId, at: now, actor, action: 'invitation.revoked', subject: id });
}

/** What an invitation says to who holds its code; undefined when it is of no use (any more). System transaction. */
export async function readInvitation(
  tx: Tx,
  code: string,
  now: Date,
): Promise<
  { readonly company: string; readonly email: string; readonly role: Role; readonly isKnown: boolean } | undefined
> {
  const row = await tx
    .selectFrom('invitation')
    .innerJoin('company', 'company.company_id', 'invitation.company_id')
    .leftJoin('auth_user', 'auth_user.email', 'invitation.email')
    .select(['company.name', 'invitation.email', 'invitation.role', 'auth_user.id as user_id'])
    .where('code_hash', '=', sha256(code))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && { company: row.name, email: row.email, role: row.role, isKnown: row.user_id !== null };
}

/** Spends a code: its address becomes a member. System transaction. @returns the user; undefined for a code of no use. */
export async function acceptInvitation(
  tx: Tx,
  { code, name, now }: { readonly code: string; readonly name: string | undefined; readonly now: Date },
): Promise<string | undefined> {
  const spent = await tx
    .updateTable('invitation')
    .set({ accepted_at: now })
    .where('code_hash', '=', sha256(code))
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
  if (!spent) return undefined;
  const { company_id: companyId, email, role, invitation_id: subject } = spent;
  const userId = await takeUser(tx, { email, name: name ?? email, now });
  // Whoever became a member by another way meanwhile keeps that role.
  if (!(await readMemberships(tx, userId)).has(companyId)) await addMember(tx, { companyId, userId, role, now });
  const fact = { companyId, at: now, actor: `user:${userId}`, action: 'invitation.accepted', subject };
  await appendAudit(tx, { ...fact, detail: { role } });
  return userId;
}

function toInvitation(row: Selectable<InvitationTable>): Invitation {
  return {
    id: row.invitation_id,
    email: row.email,
    role: row.role,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
