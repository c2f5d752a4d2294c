import { sql } from 'kysely';
import type { Connections } from '../../connector/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { toRelayError } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { takeTurn } from '../../platform/lease.ts';
import type { Log } from '../../platform/log.ts';
import type { Vault } from '../../platform/vault.ts';
import type { SlackAdmin } from '../../slack/index.ts';
import { erasureSteps } from './erasure-order.ts';
import { forgetKept, keepConsents } from './kept.ts';

export interface EraseParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'forget'>;
  readonly log: Log;
  readonly connections: Pick<Connections, 'list' | 'hold' | 'remove'>;
  readonly slack: Pick<SlackAdmin, 'disconnect'>;
  /** Rows of one table deleted in one transaction; 2,000 unless a test says otherwise. */
  readonly rowsAtOnce?: number;
}

/** What was in hand when the doors were closed may finish before the rows go. */
const settleMs = 5 * 60_000;
/** Longer than any one step takes. */
const holdMs = 10 * 60_000;

/**
 * Erases the companies whose waiting time is over, and what was kept long enough of those erased before. Killed anywhere it
 * goes on with the next sweep; any number of processes may sweep at once. @returns how many companies are gone now.
 */
export async function sweepErasures(parts: EraseParts): Promise<number> {
  const { database, clock, log } = parts;
  const now = clock.now();
  await database.forSystem((tx) => forgetKept(tx, now));
  const due = await database.forSystem((tx) =>
    tx.selectFrom('company_deletion').select('company_id').where('ends_at', '<=', now).orderBy('ends_at').execute(),
  );
  let gone = 0;
  for (const { company_id: companyId } of due) {
    try {
      const turn = await takeTurn(database, `erase:${companyId}`, { holdMs }, ({ renew }) =>
        eraseCompany(parts, companyId, renew),
      );
      if (turn.taken && turn.result) gone += 1;
    } catch (thrown) {
      const error = toRelayError(thrown);
      log.warn({ companyId, code: error.code, err: error }, 'a company could not be erased and is tried again');
    }
  }
  return gone;
}

/** @returns false while what was in hand may still finish, or the deletion was stopped. */
async function eraseCompany(parts: EraseParts, companyId: string, renew: () => Promise<void>): Promise<boolean> {
  const { database, clock, slack, jobs, log } = parts;
  const since = await database.forSystem((tx) => closeDoors(parts, tx, companyId));
  if (!since || clock.now().getTime() - since.getTime() < settleMs) return false;
  const left = await slack.disconnect(companyId, 'system');
  if (left === 'by-hand') log.warn({ companyId }, 'Slack did not take the app out of a workspace: an admin there must');
  const kept = await database.forSystem((tx) => keepConsents(tx, companyId));
  for (const tables of erasureSteps) {
    await renew();
    if (tables.length === 1) await eraseInPieces(parts, companyId, tables[0] ?? '');
    else await database.forErasure((tx) => eraseTogether(tx, companyId, tables));
  }
  await jobs.forget(companyId);
  await database.forErasure((tx) => tx.deleteFrom('company').where('company_id', '=', companyId).execute());
  await database.forSystem((tx) => forgetWorkspaces(tx));
  log.info({ companyId, kept }, 'a company was erased');
  return true;
}

/**
 * From here on nothing of the company answers and nobody comes in: webhooks, API tokens, members and invitations end, and its
 * data key is replaced, so that whatever was sealed with it opens no more.
 * @returns since when; undefined when there is nothing to erase.
 */
async function closeDoors(
  { connections, vault, clock }: EraseParts,
  tx: Tx,
  companyId: string,
): Promise<Date | undefined> {
  const deletion = await tx
    .selectFrom('company_deletion')
    .selectAll()
    .where('company_id', '=', companyId)
    .forUpdate()
    .executeTakeFirst();
  const now = clock.now();
  if (!deletion || deletion.ends_at > now) return undefined;
  if (deletion.erasing_since) return deletion.erasing_since;
  await tx.updateTable('company_deletion').set({ erasing_since: now }).where('company_id', '=', companyId).execute();
  const installed = await connections.list(tx, companyId);
  for (const { connectionId } of installed) await connections.hold(tx, connectionId);
  for (const { connectionId } of installed) await connections.remove(tx, connectionId, 'system');
  await tx.deleteFrom('api_token').where('company_id', '=', companyId).execute();
  await tx.deleteFrom('invitation').where('company_id', '=', companyId).execute();
  await endMembers(tx, companyId);
  await tx
    .updateTable('company')
    .set({ data_key: vault.newDataKey(companyId) })
    .where('company_id', '=', companyId)
    .execute();
  return now;
}

/** Who belonged to this company alone is forgotten with it, sessions, passkeys and second factor included. */
async function endMembers(tx: Tx, companyId: string): Promise<void> {
  const members = await tx.deleteFrom('member').where('company_id', '=', companyId).returning('user_id').execute();
  if (members.length === 0) return;
  await tx
    .deleteFrom('auth_user')
    .where(
      'id',
      'in',
      members.map(({ user_id }) => user_id),
    )
    .where('is_operator', '=', false)
    .where((user) =>
      user.not(
        user.exists(user.selectFrom('member').select('member.user_id').whereRef('member.user_id', '=', 'auth_user.id')),
      ),
    )
    .execute();
}

async function eraseInPieces({ database, rowsAtOnce = 2_000 }: EraseParts, companyId: string, table: string) {
  for (let rows = rowsAtOnce; rows === rowsAtOnce; ) {
    const erased = await database.forErasure((tx) =>
      sql`
        delete from ${sql.table(table)} where ctid = any (array(
          select ctid from ${sql.table(table)} where company_id = ${companyId} limit ${rowsAtOnce}))`.execute(tx),
    );
    rows = Number(erased.numAffectedRows ?? 0);
  }
}

async function eraseTogether(tx: Tx, companyId: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) await sql`delete from ${sql.table(table)} where company_id = ${companyId}`.execute(tx);
}

/** Workspaces that took us out and are tied to nobody: their names tell whose they were. */
async function forgetWorkspaces(tx: Tx): Promise<void> {
  await sql`
    delete from slack_workspace where uninstalled_at is not null
      and not exists (select from slack_tie where slack_tie.workspace_id = slack_workspace.workspace_id)
      and not exists (select from slack_person where slack_person.workspace_id = slack_workspace.workspace_id)`.execute(
    tx,
  );
}
