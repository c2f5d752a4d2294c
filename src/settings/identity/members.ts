import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Role } from '../../platform/tables.ts';
import { deleteMember, endSessions, holdRoles, listMembers, type Member, saveRole } from './store.ts';

interface Change {
  readonly companyId: string;
  readonly userId: string;
  readonly actor: string;
  readonly now: Date;
}

/**
 * Gives a member another role. It counts from the next sign-in on: every session of the person ends. System transaction.
 * @throws RelayError request_not_found, request_conflict for the last owner.
 */
export async function changeRole(tx: Tx, change: Change & { readonly role: Role }): Promise<Member> {
  const { companyId, userId, role, actor, now } = change;
  const before = await requireChangeable(tx, change, role);
  if (before !== role) {
    await saveRole(tx, { companyId, userId, role });
    await endSessions(tx, userId);
    const fact = { companyId, at: now, actor, action: 'member.role-changed', subject: userId };
    await appendAudit(tx, { ...fact, detail: { from: before, to: role } });
  }
  const member = (await listMembers(tx, companyId)).find((one) => one.userId === userId);
  if (!member) throw new RelayError('request_not_found');
  return member;
}

/** Takes a person out of a company, and ends his sessions. System transaction. @throws as changeRole does. */
export async function removeMember(tx: Tx, change: Change): Promise<void> {
  const { companyId, userId, actor, now } = change;
  const before = await requireChangeable(tx, change, undefined);
  await deleteMember(tx, companyId, userId);
  await endSessions(tx, userId);
  const fact = { companyId, at: now, actor, action: 'member.removed', subject: userId };
  await appendAudit(tx, { ...fact, detail: { role: before } });
}

/** The role so far. Without an owner nobody could let one in. */
async function requireChangeable(tx: Tx, { companyId, userId }: Change, to: Role | undefined): Promise<Role> {
  const roles = await holdRoles(tx, companyId);
  const before = roles.get(userId);
  if (before === undefined) throw new RelayError('request_not_found', { message: 'there is no such member' });
  const owners = [...roles.values()].filter((role) => role === 'owner').length;
  if (before === 'owner' && to !== 'owner' && owners === 1)
    throw new RelayError('request_conflict', { message: 'the last owner stays: make another one first' });
  return before;
}
