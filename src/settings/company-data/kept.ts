import { sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';

/**
 * What the law makes us keep of an erased company, and how long: the record that a person agreed to be introduced to an agency
 * (個情法 29 条; 規則 20 条, 21 条: three years). Of the person only an id that leads nowhere any more, and the code that the
 * person told the agency. Who only declined, or never answered, leaves nothing.
 */
export const keptYears = 3;

/** Copies the records of a company that is being erased. Doing it again changes nothing. System transaction. @returns how many. */
export async function keepConsents(tx: Tx, companyId: string): Promise<number> {
  // All decisions of whoever ever agreed: when it was taken back belongs to the record.
  const records = sql`
    select *, max(decided_at) over (partition by person_id, agency_id) + make_interval(years => ${keptYears}) as kept_until,
      bool_or(decision = 'granted') over (partition by person_id, agency_id) as has_agreed
    from consent where company_id = ${companyId}`;
  await sql`
    insert into kept_text (company_id, text_hash, text_version, locale, body, kept_until)
    select shown.company_id, shown.text_hash, shown.text_version, shown.locale, shown.body, needed.kept_until
    from (select text_hash, max(kept_until) as kept_until from (${records}) as record where has_agreed group by 1) as needed
    join consent_text as shown on shown.company_id = ${companyId} and shown.text_hash = needed.text_hash
    on conflict do nothing`.execute(tx);
  const { rows } = await sql`
    insert into kept_consent (consent_id, company_id, person_id, purpose, decision, decided_at, text_hash, ticks, method,
      referral_code, kept_until)
    select consent_id, company_id, person_id, purpose, decision, decided_at, text_hash, ticks, method, referral_code, kept_until
    from (${records}) as record where has_agreed
    on conflict do nothing returning consent_id`.execute(tx);
  return rows.length;
}

/** Deletes what was kept long enough, of every company. System transaction. @returns how many records. */
export async function forgetKept(tx: Tx, now: Date): Promise<number> {
  const gone = await tx.deleteFrom('kept_consent').where('kept_until', '<=', now).executeTakeFirst();
  await tx
    .deleteFrom('kept_text')
    .where('kept_until', '<=', now)
    .where((text) =>
      text.not(
        text.exists(
          text
            .selectFrom('kept_consent')
            .select('consent_id')
            .whereRef('kept_consent.company_id', '=', 'kept_text.company_id')
            .whereRef('kept_consent.text_hash', '=', 'kept_text.text_hash'),
        ),
      ),
    )
    .execute();
  return Number(gone.numDeletedRows);
}
