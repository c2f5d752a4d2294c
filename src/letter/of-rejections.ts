import type { Tx } from '../platform/database.ts';

/** The ids of the letters that answer these rejections. */
export async function listLetterIdsOf(tx: Tx, rejectionIds: readonly string[]): Promise<readonly string[]> {
  if (rejectionIds.length === 0) return [];
  const rows = await tx
    .selectFrom('letter')
    .select('letter_id')
    .where('rejection_id', 'in', rejectionIds)
    .orderBy('letter_id')
    .execute();
  return rows.map((row) => row.letter_id);
}
