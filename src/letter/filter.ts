import { type RawBuilder, sql } from 'kysely';
import type { LetterStatus } from '../platform/tables.ts';

/** Which letters of a company are looked for. */
export interface LetterFilter {
  /** Absent: all. */
  readonly statuses?: readonly LetterStatus[] | undefined;
  readonly connectionId?: string | undefined;
  /** A part of the job's name. */
  readonly job?: string | undefined;
  /** Why it stands as it does: `reason` of the letter. */
  readonly reason?: string | undefined;
  /** Made at or after. */
  readonly from?: Date | undefined;
  /** Made before. */
  readonly to?: Date | undefined;
  /** The ATS's number of the application, whole. */
  readonly applicationRef?: string | undefined;
}

/** Whether a row of `letter` joined with its `rejection` fits. */
export function fitsFilter(companyId: string, filter: LetterFilter): RawBuilder<boolean> {
  const { statuses, connectionId, job, reason, from, to, applicationRef } = filter;
  const conditions = [
    sql`letter.company_id = ${companyId}`,
    statuses && sql`letter.status = any (${sql.val([...statuses])}::text[])`,
    connectionId !== undefined && sql`letter.connection_id = ${connectionId}`,
    reason !== undefined && sql`letter.reason = ${reason}`,
    from && sql`letter.created_at >= ${from}`,
    to && sql`letter.created_at < ${to}`,
    job !== undefined && sql`rejection.job ilike ${`%${escapeLike(job)}%`}`,
    applicationRef !== undefined &&
      sql`rejection.company_id = ${companyId} and rejection.application_ref = ${applicationRef}`,
  ].filter((condition) => condition !== undefined && condition !== false);
  return sql<boolean>`(${sql.join(conditions, sql` and `)})`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
