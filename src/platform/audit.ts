import type { Tx } from './database.ts';
import { sha256 } from './ids.ts';

export interface AuditFact {
  readonly companyId: string;
  readonly at: Date;
  /** `admin`, `applicant`, `system`; never a name. */
  readonly actor: string;
  /** `<noun>.<verb>`, such as `connection.created`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly subject: string;
  /** Ids, codes and counts only: what is written here stays after a person is erased. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Adds one line to the company's audit log, chained to the one before by hash. In the transaction of the fact. */
export async function appendAudit(tx: Tx, fact: AuditFact): Promise<void> {
  // The company's row orders the writers, so that numbers have no gap and no twin.
  await tx
    .selectFrom('company')
    .select('company_id')
    .where('company_id', '=', fact.companyId)
    .forNoKeyUpdate()
    .execute();
  const last = await tx
    .selectFrom('audit_entry')
    .select(['seq', 'hash'])
    .where('company_id', '=', fact.companyId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const entry = { ...fact, detail: fact.detail ?? {}, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? '' };
  await tx
    .insertInto('audit_entry')
    .values({
      company_id: entry.companyId,
      seq: entry.seq,
      at: entry.at,
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      detail: JSON.stringify(entry.detail),
      prev_hash: entry.prevHash,
      hash: hashEntry(entry),
    })
    .execute();
}

/** The first number whose line was changed, removed or moved; undefined when the whole chain holds. */
export async function findBrokenAudit(tx: Tx, companyId: string): Promise<number | undefined> {
  const rows = await tx
    .selectFrom('audit_entry')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('seq')
    .execute();
  let prevHash = '';
  for (const [index, row] of rows.entries()) {
    const detail = row.detail as AuditFact['detail'];
    const entry = {
      companyId,
      at: row.at,
      actor: row.actor,
      action: row.action,
      subject: row.subject,
      detail: detail ?? {},
      seq: index + 1,
      prevHash,
    };
    if (row.seq !== index + 1 || row.prev_hash !== prevHash || row.hash !== hashEntry(entry)) return index + 1;
    prevHash = row.hash;
  }
  return undefined;
}

interface Entry extends AuditFact {
  readonly detail: NonNullable<AuditFact['detail']>;
  readonly seq: number;
  readonly prevHash: string;
}

function hashEntry(entry: Entry): string {
  const detail = Object.entries(entry.detail).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256(
    JSON.stringify([
      entry.prevHash,
      entry.companyId,
      entry.seq,
      entry.at.toISOString(),
      entry.actor,
      entry.action,
      entry.subject,
      detail,
    ]),
  );
}
