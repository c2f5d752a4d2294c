import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/** From its first instant up to, and without, its end. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** What happened in one week. */
export interface OutcomeWeek {
  /** Its Monday in Japan, YYYY-MM-DD. */
  readonly week: string;
  /** Decided by somebody else than the applicant. */
  readonly rejections: number;
  /** Letters that were sent. */
  readonly letters: number;
  /** People who agreed, each once a week. */
  readonly consents: number;
}

/** What a company's stream did week by week, oldest first; weeks in which nothing was are absent. One statement. */
export async function readOutcomeWeeks(tx: Tx, companyId: string, { from, to }: Span): Promise<readonly OutcomeWeek[]> {
  const result = await sql<OutcomeWeek>`
    select to_char(date_trunc('week', at at time zone 'Asia/Tokyo'), 'YYYY-MM-DD') as week,
      count(*) filter (where what = 'rejection')::integer as rejections,
      count(*) filter (where what = 'letter')::integer as letters,
      count(distinct person_id) filter (where what = 'consent')::integer as consents
    from (
      select 'rejection' as what, decided_at as at, null::uuid as person_id from rejection
      where company_id = ${companyId} and decided_by <> 'candidate'
      union all
      select 'letter', sent_at, null from letter where company_id = ${companyId} and status = 'sent'
      union all
      select 'consent', decided_at, person_id from consent where company_id = ${companyId} and decision = 'granted'
    ) as facts
    where at >= ${from} and at < ${to}
    group by 1 order by 1`.execute(tx);
  return result.rows;
}

/** What a person said last. */
const standing = (companyId: string) => sql`
  select decision from consent
  where consent.company_id = ${companyId} and consent.person_id = asked.person_id
  order by consent.decided_at desc, consent.consent_id desc limit 1`;

/** Of the people who were written to in a span, how many agree as of now. Whole people, each counted once. */
export async function readConsentShare(
  tx: Tx,
  companyId: string,
  { from, to }: Span,
): Promise<{ readonly asked: number; readonly agree: number }> {
  const result = await sql<{ asked: number; agree: number }>`
    select count(*)::integer as asked, count(*) filter (where standing.decision = 'granted')::integer as agree
    from (
      select distinct person_id from letter
      where company_id = ${companyId} and status = 'sent' and sent_at >= ${from} and sent_at < ${to}
        and person_id is not null
    ) as asked
    left join lateral (${standing(companyId)}) as standing on true`.execute(tx);
  return result.rows[0] ?? { asked: 0, agree: 0 };
}

/** What became of the rejections that share a reason or a job. */
export interface OutcomeGroup {
  /** As the ATS says it; null where it says none. */
  readonly name: string | null;
  readonly rejections: number;
  /** Of them, those whose letter was sent. */
  readonly letters: number;
  /** Of them, those whose person agrees as of now. */
  readonly consents: number;
}

/** The rejections decided in a span by reason or by job, most first. For reports only after small numbers are hidden. */
export async function readOutcomeGroups(
  tx: Tx,
  companyId: string,
  by: 'reason' | 'job',
  { from, to }: Span,
): Promise<readonly OutcomeGroup[]> {
  const result = await sql<OutcomeGroup>`
    select asked.name, count(*)::integer as rejections, count(letter.letter_id)::integer as letters,
      count(*) filter (where letter.letter_id is not null and standing.decision = 'granted')::integer as consents
    from (
      select rejection_id, person_id, ${sql.ref(by)} as name from rejection
      where company_id = ${companyId} and decided_at >= ${from} and decided_at < ${to} and decided_by <> 'candidate'
    ) as asked
    left join letter on letter.rejection_id = asked.rejection_id and letter.status = 'sent'
    left join lateral (${standing(companyId)}) as standing on true
    group by 1 order by 2 desc, 1`.execute(tx);
  return result.rows;
}
