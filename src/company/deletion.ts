import type { Selectable } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { CompanyDeletionTable } from '../platform/tables.ts';
import { holdCompany } from './store.ts';

/** From the day somebody asks for it, a deletion can be stopped for this long. */
export const deletionWaitDays = 30;

/** A company that is to be erased. */
export interface Deletion {
  /** As the audit log names them. */
  readonly askedBy: string;
  readonly askedAt: Date;
  /** Until then it can be stopped, and nothing is sent. */
  readonly endsAt: Date;
  /** null: it can still be stopped. */
  readonly erasingSince: Date | null;
}

export async function readDeletion(tx: Tx, companyId: string): Promise<Deletion | undefined> {
  const row = await tx
    .selectFrom('company_deletion')
    .selectAll()
    .where('company_id', '=', companyId)
    .executeTakeFirst();
  return row && toDeletion(row);
}

/** When each of these companies ends; without those that go on. */
export async function readDeletionEnds(tx: Tx, companyIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  if (companyIds.length === 0) return new Map();
  const rows = await tx
    .selectFrom('company_deletion')
    .select(['company_id', 'ends_at'])
    .where('company_id', 'in', companyIds)
    .execute();
  return new Map(rows.map((row) => [row.company_id, row.ends_at]));
}

/**
 * Holds the company, and refuses where it is to be deleted: from the moment that is asked for, nothing may begin again that
 * sends. @throws RelayError company_ending.
 */
export async function requireStaying(tx: Tx, companyId: string): Promise<void> {
  await holdCompany(tx, companyId);
  if (await readDeletion(tx, companyId)) throw new RelayError('company_ending');
}

export function toDeletion(row: Selectable<CompanyDeletionTable>): Deletion {
  return { askedBy: row.asked_by, askedAt: row.asked_at, endsAt: row.ends_at, erasingSince: row.erasing_since };
}
