import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { Decision } from '../platform/tables.ts';

/** Whole people, each counted once, under the last thing he decided in the span. */
export type ConsentCounts = Readonly<Record<Decision, number>>;

/** How the people of a company decided in a span of time. @param span from its first instant up to, and without, its end. */
export async function countConsents(
  tx: Tx,
  companyId: string,
  span: { readonly from: Date; readonly to: Date },
): Promise<ConsentCounts> {
  const result = await sql<{ decision: Decision; people: number }>`
    select decision, count(*)::integer as people from (
      select distinct on (person_id) person_id, decision from consent
      where company_id = ${companyId} and decided_at >= ${span.from} and decided_at < ${span.to}
      order by person_id, decided_at desc, consent_id desc
    ) as last group by decision`.execute(tx);
  const counts = Object.fromEntries(result.rows.map(({ decision, people }) => [decision, people]));
  return { granted: 0, declined: 0, withdrawn: 0, ...counts };
}
