import type { Selectable } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { NoticeHours, SlackWorkspaceTable } from '../../platform/tables.ts';
import type { CompanyKey, Place, Vault } from '../../platform/vault.ts';
import { deletePlaces } from '../place/store.ts';
import { Installation } from './installation.ts';

/** Everything here takes a system transaction, unless it says otherwise: a workspace is of no company. */

export type WorkspaceState = 'installed' | 'uninstalled' | 'broken';

export interface Workspace {
  readonly workspaceId: string;
  readonly teamRef: string;
  readonly name: string;
  readonly appRef: string | null;
  readonly botUserRef: string | null;
  readonly source: 'oauth' | 'token';
  readonly scopes: readonly string[];
  readonly state: WorkspaceState;
  /** Slack's word for why it takes our token no longer; null while it does. */
  readonly brokenReason: string | null;
  readonly installedAt: Date;
}

/** A company and the workspace it is tied to. */
export interface Tie {
  readonly companyId: string;
  readonly workspaceId: string;
  readonly teamRef: string;
  readonly name: string;
  readonly source: Workspace['source'];
  readonly scopes: readonly string[];
  readonly state: WorkspaceState;
  readonly brokenReason: string | null;
  /** When notices may arrive, in Japan. */
  readonly hours: NoticeHours;
  readonly tiedAt: Date;
}

/** A workspace with its opened installation. */
export interface Kept {
  readonly workspace: Workspace;
  /** undefined once it is uninstalled. `text` is the sealed form, by which a later writer knows that it is still this one. */
  readonly sealed: { readonly text: string; readonly installation: Installation } | undefined;
}

/** Until a company says otherwise. */
export const usualHours: NoticeHours = { from: '09:00', to: '20:00', days: 'business' };

export async function readWorkspace(tx: Tx, teamRef: string): Promise<Workspace | undefined> {
  const row = await tx.selectFrom('slack_workspace').selectAll().where('team_ref', '=', teamRef).executeTakeFirst();
  return row && toWorkspace(row);
}

/** @throws RelayError secret_unreadable when the installation was changed, or moved from another row. */
export async function readKept(tx: Tx, vault: Vault, teamRef: string): Promise<Kept | undefined> {
  const row = await tx.selectFrom('slack_workspace').selectAll().where('team_ref', '=', teamRef).executeTakeFirst();
  return row && toKept(vault, row);
}

/** Team ids of the workspaces whose token Slack takes, as far as we know. */
export async function listInstalled(tx: Tx): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('slack_workspace')
    .select('team_ref')
    .where('installation', 'is not', null)
    .where('broken_reason', 'is', null)
    .orderBy('workspace_id')
    .execute();
  return rows.map((row) => row.team_ref);
}

export interface NewInstallation {
  readonly installation: Installation;
  readonly source: Workspace['source'];
  /** What Slack tells from before this instant is of an earlier installation. */
  readonly installedAt: Date;
  readonly now: Date;
}

/**
 * Installs a workspace, or installs it again: then its tokens are replaced, what was broken is whole, and its ties stay.
 * @returns its id, and whether we did not know it.
 */
export async function saveInstallation(
  tx: Tx,
  vault: Vault,
  { installation, source, installedAt, now }: NewInstallation,
): Promise<{ readonly workspaceId: string; readonly isNew: boolean }> {
  const { team, bot, appId } = installation;
  const candidateId = newId();
  const added = await tx
    .insertInto('slack_workspace')
    .values({
      workspace_id: candidateId,
      team_ref: team.id,
      name: team.name ?? team.id,
      app_ref: null,
      bot_user_ref: null,
      data_key: vault.newDataKey(candidateId),
      installation: null,
      source,
      installed_at: installedAt,
      broken_reason: null,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column('team_ref').doNothing())
    .returning('workspace_id')
    .executeTakeFirst();
  const { workspace_id: workspaceId, data_key: dataKey } = await tx
    .selectFrom('slack_workspace')
    .select(['workspace_id', 'data_key'])
    .where('team_ref', '=', team.id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('slack_workspace')
    .set({
      ...(team.name === undefined ? {} : { name: team.name }),
      app_ref: appId ?? null,
      bot_user_ref: bot.userId,
      installation: seal(vault.openDataKey(workspaceId, dataKey), workspaceId, installation),
      source,
      scopes: bot.scopes,
      installed_at: installedAt,
      uninstalled_at: null,
      broken_reason: null,
      updated_at: now,
    })
    .where('workspace_id', '=', workspaceId)
    .execute();
  return { workspaceId, isNew: added !== undefined };
}

/** Stores rotated tokens, unless somebody installed or uninstalled meanwhile. @returns whether it did. */
export async function replaceTokens(
  tx: Tx,
  vault: Vault,
  { workspace: { workspaceId }, sealed }: Kept,
  installation: Installation,
  now: Date,
): Promise<boolean> {
  const { data_key: dataKey } = await tx
    .selectFrom('slack_workspace')
    .select('data_key')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const changed = await tx
    .updateTable('slack_workspace')
    .set({
      installation: seal(vault.openDataKey(workspaceId, dataKey), workspaceId, installation),
      updated_at: now,
    })
    .where('workspace_id', '=', workspaceId)
    .where('installation', '=', sealed?.text ?? '')
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}

/** Notes why Slack takes the token no longer, unless it was replaced meanwhile. @returns whether that is news. */
export async function noteBroken(
  tx: Tx,
  { workspace: { workspaceId }, sealed }: Kept,
  reason: string,
  now: Date,
): Promise<boolean> {
  const changed = await tx
    .updateTable('slack_workspace')
    .set({ broken_reason: reason, updated_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('installation', '=', sealed?.text ?? '')
    .where('broken_reason', 'is distinct from', reason)
    .executeTakeFirst();
  return changed.numUpdatedRows > 0n;
}

/**
 * Deletes the tokens of a workspace that was uninstalled at that instant; its ties stay, for the day it comes back. What
 * happened before the present installation is no news. @returns the workspace; undefined when nothing changed.
 */
export async function forgetInstallation(tx: Tx, teamRef: string, at: Date): Promise<Workspace | undefined> {
  const row = await tx
    .updateTable('slack_workspace')
    .set({ installation: null, uninstalled_at: at, broken_reason: null, updated_at: at })
    .where('team_ref', '=', teamRef)
    .where('installation', 'is not', null)
    .where('installed_at', '<=', at)
    .returningAll()
    .executeTakeFirst();
  return row && toWorkspace(row);
}

/** Wraps every workspace's data key with the newest SECRET_KEY; gives how many changed. Safe to repeat. */
export async function rewrapWorkspaceKeys(tx: Tx, vault: Vault): Promise<number> {
  let changed = 0;
  const rows = await tx.selectFrom('slack_workspace').select(['workspace_id', 'data_key']).forUpdate().execute();
  for (const row of rows) {
    const wrapped = vault.rewrap(row.workspace_id, row.data_key);
    if (wrapped === row.data_key) continue;
    await tx
      .updateTable('slack_workspace')
      .set({ data_key: wrapped })
      .where('workspace_id', '=', row.workspace_id)
      .execute();
    changed += 1;
  }
  return changed;
}

export async function readTie(tx: Tx, companyId: string): Promise<Tie | undefined> {
  const row = await tx
    .selectFrom('slack_tie')
    .innerJoin('slack_workspace', 'slack_workspace.workspace_id', 'slack_tie.workspace_id')
    .selectAll('slack_workspace')
    .select(['slack_tie.hours', 'slack_tie.tied_at'])
    .where('slack_tie.company_id', '=', companyId)
    .executeTakeFirst();
  if (!row) return undefined;
  const { workspaceId, teamRef, name, source, scopes, state, brokenReason } = toWorkspace(row);
  const { hours, tied_at: tiedAt } = row;
  return { companyId, workspaceId, teamRef, name, source, scopes, state, brokenReason, hours, tiedAt };
}

/** Ties a company that is tied to none. */
export async function tieCompany(
  tx: Tx,
  { companyId, workspaceId, now }: { readonly companyId: string; readonly workspaceId: string; readonly now: Date },
): Promise<void> {
  const hours = JSON.stringify(usualHours);
  await tx
    .insertInto('slack_tie')
    .values({ company_id: companyId, workspace_id: workspaceId, hours, tied_at: now, updated_at: now })
    .execute();
}

/** Unties a company, and forgets its places, routes and people in that workspace: they mean nothing in another. */
export async function untieCompany(tx: Tx, companyId: string): Promise<void> {
  await deletePlaces(tx, companyId);
  for (const table of ['slack_person', 'slack_link_code', 'slack_tie'] as const)
    await tx.deleteFrom(table).where('company_id', '=', companyId).execute();
}

/** Holds back whoever else installs it, or joins or leaves it, until this transaction ends. */
export async function lockWorkspace(tx: Tx, workspaceId: string): Promise<void> {
  await tx
    .selectFrom('slack_workspace')
    .select('workspace_id')
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .execute();
}

/** Deletes the installs and link codes that nobody ended in time; gives how many. They are hashes only. */
export async function deleteExpired(tx: Tx, now: Date): Promise<number> {
  let deleted = 0;
  for (const table of ['slack_install', 'slack_link_code'] as const) {
    const { numDeletedRows } = await tx.deleteFrom(table).where('expires_at', '<=', now).executeTakeFirst();
    deleted += Number(numDeletedRows);
  }
  return deleted;
}

/** Ids of the companies tied to a workspace, the first tied first. */
export async function listTiedCompanies(tx: Tx, workspaceId: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('slack_tie')
    .select('company_id')
    .where('workspace_id', '=', workspaceId)
    .orderBy('tied_at')
    .orderBy('company_id')
    .execute();
  return rows.map((row) => row.company_id);
}

/** As the company or as the system. @throws RelayError slack_not_connected when the company is tied to no workspace. */
export async function saveHours(tx: Tx, companyId: string, hours: NoticeHours, now: Date): Promise<void> {
  const changed = await tx
    .updateTable('slack_tie')
    .set({ hours: JSON.stringify(hours), updated_at: now })
    .where('company_id', '=', companyId)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) throw new RelayError('slack_not_connected');
}

function toPlace(workspaceId: string): Place {
  return { table: 'slack_workspace', column: 'installation', row: workspaceId };
}

function seal(key: CompanyKey, workspaceId: string, installation: Installation): string {
  return key.seal(toPlace(workspaceId), JSON.stringify(installation));
}

function toKept(vault: Vault, row: Selectable<SlackWorkspaceTable>): Kept {
  const { workspace_id: id, data_key: dataKey, installation: text } = row;
  const workspace = toWorkspace(row);
  if (text === null) return { workspace, sealed: undefined };
  const opened = vault.openDataKey(id, dataKey).unseal(toPlace(id), text);
  return { workspace, sealed: { text, installation: Installation.parse(JSON.parse(opened)) } };
}

function toWorkspace(row: Selectable<SlackWorkspaceTable>): Workspace {
  return {
    workspaceId: row.workspace_id,
    teamRef: row.team_ref,
    name: row.name,
    appRef: row.app_ref,
    botUserRef: row.bot_user_ref,
    source: row.source,
    scopes: row.scopes,
    state: row.installation === null ? 'uninstalled' : row.broken_reason === null ? 'installed' : 'broken',
    brokenReason: row.broken_reason,
    installedAt: row.installed_at,
  };
}
