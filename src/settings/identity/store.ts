import type { Tx } from '../../platform/database.ts';
import { newId, sha256 } from '../../platform/ids.ts';
import type { Role } from '../../platform/tables.ts';
import { toEmail } from './model.ts';

/** Users are of no company, so whatever reads them acts as the system. */

export interface User {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly isOperator: boolean;
  readonly hasSecondFactor: boolean;
}

export async function readUser(tx: Tx, userId: string): Promise<User | undefined> {
  const row = await tx.selectFrom('auth_user').selectAll().where('id', '=', userId).executeTakeFirst();
  return (
    row && {
      userId,
      name: row.name,
      email: row.email,
      isOperator: row.is_operator,
      hasSecondFactor: row.two_factor_enabled ?? false,
    }
  );
}

/** The user of an address; the first time, a new one. An address that exists keeps its name. */
export async function takeUser(
  tx: Tx,
  { email, name, now }: { readonly email: string; readonly name: string; readonly now: Date },
): Promise<string> {
  const { id } = await tx
    .insertInto('auth_user')
    .values({ id: newId(), name, email: toEmail(email), email_verified: true, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('email').doUpdateSet({ email_verified: true }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Whether somebody has anything to do here; and what the outbox files his mail under. */
export async function findEntrant(
  tx: Tx,
  by: { readonly email: string } | { readonly userId: string },
): Promise<{ readonly userId: string; readonly companyId: string | undefined } | undefined> {
  const row = await tx
    .selectFrom('auth_user')
    .leftJoin('member', 'member.user_id', 'auth_user.id')
    .select(['auth_user.id', 'auth_user.is_operator', 'member.company_id'])
    .where((where) =>
      'email' in by ? where('auth_user.email', '=', toEmail(by.email)) : where('auth_user.id', '=', by.userId),
    )
    .orderBy('member.joined_at')
    .limit(1)
    .executeTakeFirst();
  if (!row || (row.company_id === null && !row.is_operator)) return undefined;
  return { userId: row.id, companyId: row.company_id ?? undefined };
}

/** Whether a Slack workspace is tied to a company of the person with that address. Anybody can found a workspace. */
export async function isSlackTied(
  tx: Tx,
  { teamRef, email }: { readonly teamRef: string; readonly email: string },
): Promise<boolean> {
  const row = await tx
    .selectFrom('slack_workspace')
    .innerJoin('slack_tie', 'slack_tie.workspace_id', 'slack_workspace.workspace_id')
    .innerJoin('member', 'member.company_id', 'slack_tie.company_id')
    .innerJoin('auth_user', 'auth_user.id', 'member.user_id')
    .select('auth_user.id')
    .where('slack_workspace.team_ref', '=', teamRef)
    .where('slack_workspace.uninstalled_at', 'is', null)
    .where('auth_user.email', '=', toEmail(email))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function readOldestCompanyId(tx: Tx): Promise<string | undefined> {
  const row = await tx.selectFrom('company').select('company_id').orderBy('company_id').limit(1).executeTakeFirst();
  return row?.company_id;
}

export async function hasOwner(tx: Tx): Promise<boolean> {
  const row = await tx.selectFrom('member').select('user_id').where('role', '=', 'owner').limit(1).executeTakeFirst();
  return row !== undefined;
}

/** Which companies a user is a member of, and as what. */
export async function readMemberships(tx: Tx, userId: string): Promise<ReadonlyMap<string, Role>> {
  const rows = await tx.selectFrom('member').select(['company_id', 'role']).where('user_id', '=', userId).execute();
  return new Map(rows.map(({ company_id, role }) => [company_id, role]));
}

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly hasSecondFactor: boolean;
  readonly joinedAt: Date;
}

/** Oldest first. */
export async function listMembers(tx: Tx, companyId: string): Promise<readonly Member[]> {
  const rows = await tx
    .selectFrom('member')
    .innerJoin('auth_user', 'auth_user.id', 'member.user_id')
    .select([
      'member.user_id',
      'auth_user.name',
      'auth_user.email',
      'member.role',
      'auth_user.two_factor_enabled',
      'member.joined_at',
    ])
    .where('member.company_id', '=', companyId)
    .orderBy('member.joined_at')
    .orderBy('member.user_id')
    .execute();
  return rows.map(({ user_id, name, email, role, two_factor_enabled, joined_at }) => ({
    userId: user_id,
    name,
    email,
    role,
    hasSecondFactor: two_factor_enabled ?? false,
    joinedAt: joined_at,
  }));
}

export async function addMember(
  tx: Tx,
  member: { readonly companyId: string; readonly userId: string; readonly role: Role; readonly now: Date },
): Promise<void> {
  const { companyId, userId, role, now } = member;
  await tx
    .insertInto('member')
    .values({ company_id: companyId, user_id: userId, role, joined_at: now })
    .onConflict((conflict) => conflict.columns(['company_id', 'user_id']).doUpdateSet({ role }))
    .execute();
}

/** The roles of a company's members, held until the transaction ends: who counts the owners counts them alone. */
export async function holdRoles(tx: Tx, companyId: string): Promise<ReadonlyMap<string, Role>> {
  await tx.selectFrom('company').select('company_id').where('company_id', '=', companyId).forNoKeyUpdate().execute();
  const rows = await tx.selectFrom('member').select(['user_id', 'role']).where('company_id', '=', companyId).execute();
  return new Map(rows.map(({ user_id, role }) => [user_id, role]));
}

export async function saveRole(
  tx: Tx,
  { companyId, userId, role }: { readonly companyId: string; readonly userId: string; readonly role: Role },
): Promise<void> {
  await tx
    .updateTable('member')
    .set({ role })
    .where('company_id', '=', companyId)
    .where('user_id', '=', userId)
    .execute();
}

export async function deleteMember(tx: Tx, companyId: string, userId: string): Promise<void> {
  await tx.deleteFrom('member').where('company_id', '=', companyId).where('user_id', '=', userId).execute();
}

export interface Session {
  readonly id: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** A user's sessions that still let him in, newest first. */
export async function listSessions(
  tx: Tx,
  { userId, now, since }: { readonly userId: string; readonly now: Date; readonly since: Date },
): Promise<readonly Session[]> {
  const rows = await tx
    .selectFrom('auth_session')
    .select(['id', 'created_at', 'updated_at', 'ip_address', 'user_agent'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .where('created_at', '>', since)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at,
    lastSeenAt: row.updated_at,
    ipAddress: row.ip_address || null,
    userAgent: row.user_agent || null,
  }));
}

/** Ends sessions of a user: one, all but one, or all. Gives how many. */
export async function endSessions(
  tx: Tx,
  userId: string,
  which: { readonly only?: string; readonly but?: string } = {},
): Promise<number> {
  let query = tx.deleteFrom('auth_session').where('user_id', '=', userId);
  if (which.only !== undefined) query = query.where('id', '=', which.only);
  if (which.but !== undefined) query = query.where('id', '<>', which.but);
  return Number((await query.executeTakeFirst()).numDeletedRows);
}

/** Forgets what has ended by itself. */
export async function forgetEnded(tx: Tx, now: Date, overdueSince: Date): Promise<void> {
  await tx
    .deleteFrom('auth_session')
    .where((where) => where.or([where('expires_at', '<=', now), where('created_at', '<=', overdueSince)]))
    .execute();
  await tx.deleteFrom('auth_verification').where('expires_at', '<=', now).execute();
  await tx.deleteFrom('first_link').where('expires_at', '<=', now).execute();
}

export async function countPasskeys(tx: Tx, userId: string): Promise<number> {
  const row = await tx
    .selectFrom('auth_passkey')
    .select((select) => select.fn.countAll<string | number>().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function saveFirstLink(tx: Tx, code: string, expiresAt: Date): Promise<void> {
  await tx
    .insertInto('first_link')
    .values({ code_hash: sha256(code), expires_at: expiresAt })
    .execute();
}

/** Spends a first link, and with it every other. @returns whether it was one. */
export async function spendFirstLink(tx: Tx, code: string, now: Date): Promise<boolean> {
  const spent = await tx
    .deleteFrom('first_link')
    .where('code_hash', '=', sha256(code))
    .where('expires_at', '>', now)
    .returning('code_hash')
    .executeTakeFirst();
  if (spent) await tx.deleteFrom('first_link').execute();
  return spent !== undefined;
}
