import type { Role } from '../../company/index.ts';
import type { Tx } from '../../platform/database.ts';
import { type LinkedPerson, linkCodeMs, type ViewedCompany, type Viewer } from './model.ts';

/** The workspace a company is tied to; undefined: none. */
export async function readTiedWorkspace(tx: Tx, companyId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('slack_tie')
    .select('workspace_id')
    .where('company_id', '=', companyId)
    .executeTakeFirst();
  return row?.workspace_id;
}

/** The companies tied to a workspace, oldest first. System transaction. */
export async function listCompaniesOfTeam(tx: Tx, teamRef: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('slack_tie')
    .innerJoin('slack_workspace', 'slack_workspace.workspace_id', 'slack_tie.workspace_id')
    .select('slack_tie.company_id')
    .where('slack_workspace.team_ref', '=', teamRef)
    .orderBy('slack_tie.tied_at')
    .orderBy('slack_tie.company_id')
    .execute();
  return rows.map(({ company_id }) => company_id);
}

/** Who this Slack user is to us, as it stands now. System transaction. */
export async function readViewer(
  tx: Tx,
  { teamRef, userRef }: { readonly teamRef: string; readonly userRef: string },
): Promise<Viewer> {
  const tied = await listCompaniesOfTeam(tx, teamRef);
  if (tied.length === 0) return { isTied: false, companies: [], ownerRefs: [] };
  // Only links made for the workspace the company is tied to now count.
  const rows = await tx
    .selectFrom('slack_person')
    .innerJoin('slack_tie', (join) =>
      join
        .onRef('slack_tie.company_id', '=', 'slack_person.company_id')
        .onRef('slack_tie.workspace_id', '=', 'slack_person.workspace_id'),
    )
    .innerJoin('slack_workspace', 'slack_workspace.workspace_id', 'slack_person.workspace_id')
    .innerJoin('company', 'company.company_id', 'slack_person.company_id')
    .select(['company.company_id', 'company.slug', 'company.name', 'company.locale as company_locale'])
    .select(['slack_person.slack_ref', 'slack_person.role', 'slack_person.locale'])
    .where('slack_workspace.team_ref', '=', teamRef)
    .where((row) => row.or([row('slack_person.slack_ref', '=', userRef), row('slack_person.role', '=', 'owner')]))
    .orderBy('company.slug')
    .orderBy('slack_person.linked_at')
    .execute();
  const companies: readonly ViewedCompany[] = rows
    .filter(({ slack_ref }) => slack_ref === userRef)
    .map(({ company_id, slug, name, company_locale, role, locale }) => ({
      companyId: company_id,
      slug,
      name,
      locale: locale ?? company_locale,
      role,
    }));
  const mine = new Set(companies.map(({ companyId }) => companyId));
  const owners = rows.filter(
    ({ role, slack_ref, company_id }) =>
      role === 'owner' && slack_ref !== userRef && (mine.size === 0 || mine.has(company_id)),
  );
  return { isTied: true, companies, ownerRefs: [...new Set(owners.map(({ slack_ref }) => slack_ref))].slice(0, 3) };
}

export async function listPeople(tx: Tx, companyId: string): Promise<readonly LinkedPerson[]> {
  const rows = await tx
    .selectFrom('slack_person')
    .innerJoin('slack_tie', (join) =>
      join
        .onRef('slack_tie.company_id', '=', 'slack_person.company_id')
        .onRef('slack_tie.workspace_id', '=', 'slack_person.workspace_id'),
    )
    .select(['slack_person.slack_ref', 'slack_person.role', 'slack_person.locale', 'slack_person.linked_at'])
    .where('slack_person.company_id', '=', companyId)
    .orderBy('slack_person.linked_at')
    .orderBy('slack_person.slack_ref')
    .execute();
  return rows.map(({ slack_ref, role, locale, linked_at }) => ({
    slackRef: slack_ref,
    role,
    locale,
    linkedAt: linked_at,
  }));
}

export interface PersonKey {
  readonly companyId: string;
  readonly workspaceId: string;
  readonly slackRef: string;
}

/** Links a person, or gives a linked one this role; says which role stood there before. */
export async function savePerson(
  tx: Tx,
  { companyId, workspaceId, slackRef }: PersonKey,
  role: Role,
  now: Date,
): Promise<{ readonly before: Role | undefined }> {
  const added = await tx
    .insertInto('slack_person')
    .values({
      company_id: companyId,
      workspace_id: workspaceId,
      slack_ref: slackRef,
      role,
      locale: null,
      linked_at: now,
    })
    .onConflict((conflict) => conflict.columns(['company_id', 'workspace_id', 'slack_ref']).doNothing())
    .returning('slack_ref')
    .executeTakeFirst();
  if (added) return { before: undefined };
  const before = await readRole(tx, { companyId, workspaceId, slackRef });
  await saveRole(tx, { companyId, workspaceId, slackRef }, role);
  return { before };
}

export async function readRole(tx: Tx, key: PersonKey): Promise<Role | undefined> {
  const row = await tx
    .selectFrom('slack_person')
    .select('role')
    .where('company_id', '=', key.companyId)
    .where('workspace_id', '=', key.workspaceId)
    .where('slack_ref', '=', key.slackRef)
    .forUpdate()
    .executeTakeFirst();
  return row?.role;
}

export async function saveRole(tx: Tx, key: PersonKey, role: Role): Promise<void> {
  await tx
    .updateTable('slack_person')
    .set({ role })
    .where('company_id', '=', key.companyId)
    .where('workspace_id', '=', key.workspaceId)
    .where('slack_ref', '=', key.slackRef)
    .execute();
}

/** True when there was such a person. */
export async function deletePerson(tx: Tx, key: PersonKey): Promise<boolean> {
  const row = await tx
    .deleteFrom('slack_person')
    .where('company_id', '=', key.companyId)
    .where('workspace_id', '=', key.workspaceId)
    .where('slack_ref', '=', key.slackRef)
    .returning('slack_ref')
    .executeTakeFirst();
  return row !== undefined;
}

/** Keeps a new code, and lets go of the company's that ended. */
export async function insertLinkCode(
  tx: Tx,
  code: { readonly codeHash: string; readonly companyId: string; readonly role: Role },
  now: Date,
): Promise<Date> {
  const expiresAt = new Date(now.getTime() + linkCodeMs);
  await tx
    .deleteFrom('slack_link_code')
    .where('company_id', '=', code.companyId)
    .where('expires_at', '<=', now)
    .execute();
  await tx
    .insertInto('slack_link_code')
    .values({ code_hash: code.codeHash, company_id: code.companyId, role: code.role, expires_at: expiresAt })
    .execute();
  return expiresAt;
}

/** Uses a code up, if its company is tied to this workspace; undefined: no such code, or it ended. System transaction. */
export async function takeLinkCode(
  tx: Tx,
  codeHash: string,
  teamRef: string,
  now: Date,
): Promise<{ readonly companyId: string; readonly workspaceId: string; readonly role: Role } | undefined> {
  const tied = tx
    .selectFrom('slack_tie')
    .innerJoin('slack_workspace', 'slack_workspace.workspace_id', 'slack_tie.workspace_id')
    .select('slack_tie.company_id')
    .where('slack_workspace.team_ref', '=', teamRef);
  const code = await tx
    .deleteFrom('slack_link_code')
    .where('code_hash', '=', codeHash)
    .where('expires_at', '>', now)
    .where('company_id', 'in', tied)
    .returning(['company_id', 'role'])
    .executeTakeFirst();
  const workspaceId = code && (await readTiedWorkspace(tx, code.company_id));
  return code && workspaceId ? { companyId: code.company_id, workspaceId, role: code.role } : undefined;
}
