import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import type { FirstRunMark } from '../../platform/tables.ts';

export interface Mark {
  readonly mark: FirstRunMark;
  readonly actor: string;
  readonly at: Date;
}

export async function listMarks(tx: Tx, companyId: string): Promise<readonly Mark[]> {
  const rows = await tx
    .selectFrom('first_run_mark')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('mark')
    .execute();
  return rows.map((row) => ({ mark: row.mark, actor: row.actor, at: row.marked_at }));
}

/** Sets a mark anew, with its line in the log. */
export async function saveMark(tx: Tx, companyId: string, { mark, actor, at }: Mark): Promise<void> {
  const set = { actor, marked_at: at };
  await tx
    .insertInto('first_run_mark')
    .values({ company_id: companyId, mark, ...set })
    .onConflict((conflict) => conflict.columns(['company_id', 'mark']).doUpdateSet(set))
    .execute();
  await appendAudit(tx, { companyId, at, actor, action: `first-run.${mark}`, subject: companyId });
}

/** Takes a mark away; one that is not there is no matter. */
export async function removeMark(tx: Tx, companyId: string, { mark, actor, at }: Mark): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('first_run_mark')
    .where('company_id', '=', companyId)
    .where('mark', '=', mark)
    .executeTakeFirstOrThrow();
  if (numDeletedRows > 0n)
    await appendAudit(tx, { companyId, at, actor, action: `first-run.${mark}-undone`, subject: companyId });
}
