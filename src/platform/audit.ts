import type { Selectable } from 'kysely';
import type { Tx } from './database.ts';
import { sha256 } from './ids.ts';
import type { Page } from './page.ts';
import type { AuditEntryTable } from './tables.ts';

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
export function appendAudit(tx: Tx, fact: AuditFact): Promise<void> {
  return appendAudits(tx, fact.companyId, [fact]);
}

/** Adds lines to one company's audit log, in this order, each chained to the one before by hash. In the transaction of the facts. */
export async function appendAudits(
  tx: Tx,
  companyId: string,
  facts: readonly Omit<AuditFact, 'companyId'>[],
): Promise<void> {
  if (facts.length === 0) return;
  // The company's row orders the writers, so that numbers have no gap and no twin. Both statements are sent at once; the
  // second begins only when the first holds the row, and so sees the last line.
  const [, last] = await Promise.all([
    tx.selectFrom('company').select('company_id').where('company_id', '=', companyId).forNoKeyUpdate().execute(),
    tx
      .selectFrom('audit_entry')
      .select(['seq', 'hash'])
      .where('company_id', '=', companyId)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst(),
  ]);
  let seq = last?.seq ?? 0;
  let prevHash = last?.hash ?? '';
  const rows = [];
  for (const fact of facts) {
    seq += 1;
    const detail = fact.detail ?? {};
    const hash = hashEntry({ ...fact, companyId, detail, seq, prevHash });
    rows.push({
      company_id: companyId,
      seq,
      at: fact.at,
      actor: fact.actor,
      action: fact.action,
      subject: fact.subject,
      detail: JSON.stringify(detail),
      prev_hash: prevHash,
      hash,
    });
    prevHash = hash;
  }
  await tx.insertInto('audit_entry').values(rows).execute();
}

export interface ListedAuditEntry {
  readonly seq: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: NonNullable<AuditFact['detail']>;
  readonly hash: string;
}

/** Newest first; the cursor is the number of the last line. */
export async function listAudit(
  tx: Tx,
  request: {
    readonly companyId: string;
    readonly cursor?: number | undefined;
    readonly limit: number;
    /** The noun of the action: `letter` finds `letter.released`. */
    readonly about?: string | undefined;
  },
): Promise<Page<ListedAuditEntry>> {
  let query = tx.selectFrom('audit_entry').selectAll().where('company_id', '=', request.companyId);
  if (request.cursor !== undefined) query = query.where('seq', '<', request.cursor);
  if (request.about !== undefined) query = query.where('action', 'like', `${request.about}.%`);
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(request.limit + 1)
    .execute();
  const items = rows.slice(0, request.limit).map(toListedEntry);
  return { items, nextCursor: rows.length > request.limit ? String(items.at(-1)?.seq) : null };
}

/** The lines about one thing, newest first. */
export async function listAuditOf(
  tx: Tx,
  { companyId, subject, limit }: { readonly companyId: string; readonly subject: string; readonly limit: number },
): Promise<readonly ListedAuditEntry[]> {
  const rows = await tx
    .selectFrom('audit_entry')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('subject', '=', subject)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toListedEntry);
}

function toListedEntry({
  seq,
  at,
  actor,
  action,
  subject,
  detail,
  hash,
}: Selectable<AuditEntryTable>): ListedAuditEntry {
  return { seq, at, actor, action, subject, hash, detail: detail as ListedAuditEntry['detail'] }; // written by appendAudit only
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
