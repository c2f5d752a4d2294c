import { type Rejection, readRejections } from '../intake/index.ts';
import type { Tx } from '../platform/database.ts';
import { isCompanyDecision } from './model.ts';

/**
 * What the company decided about each of these people, as far as the relay may act on it, newest decision first; whom it
 * leaves alone (agency-sourced, private, confidential) or of whom nothing stands is missing. A few statements for all.
 */
export async function readCompanyDecisions(
  tx: Tx,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Rejection[]>> {
  if (personIds.length === 0) return new Map();
  const rows = await tx
    .selectFrom('rejection')
    .innerJoin('connection', 'connection.connection_id', 'rejection.connection_id')
    .select(['rejection.rejection_id', 'rejection.person_id', 'connection.mapping'])
    .where('rejection.person_id', 'in', personIds)
    .where('rejection.status', '=', 'current')
    .where('connection.removed_at', 'is', null)
    .execute();
  const known = new Map(rows.map((row) => [row.rejection_id, row]));
  const decisions = (await readRejections(tx, [...known.keys()])).filter((rejection) => {
    const mapping = known.get(rejection.rejectionId)?.mapping;
    return mapping !== undefined && isCompanyDecision(rejection, { mapping });
  });
  const newestFirst = decisions.toSorted((a, b) => b.decidedAt.getTime() - a.decidedAt.getTime());
  return Map.groupBy(newestFirst, ({ personId }) => personId ?? '');
}
