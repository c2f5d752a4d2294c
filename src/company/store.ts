import type { Selectable } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { AgencyTable, AgencyTermsTable, CompanyTable } from '../platform/tables.ts';
import type { CompanyKey, Vault } from '../platform/vault.ts';
import { type Agency, type Company, defaultTerms, type Terms } from './model.ts';

export interface NewCompany {
  readonly slug: string;
  readonly name: string;
  readonly locale: 'ja' | 'en';
  readonly postalAddress: string;
  readonly contactEmail: string;
}

export type CompanyDetails = Omit<NewCompany, 'slug'>;

/** Adds a company with a data key of its own. System transaction. @throws RelayError request_conflict when the slug is taken. */
export async function createCompany(tx: Tx, vault: Vault, input: NewCompany, now: Date): Promise<Company> {
  const companyId = newId();
  const row = await tx
    .insertInto('company')
    .values({
      company_id: companyId,
      slug: input.slug,
      name: input.name,
      locale: input.locale,
      postal_address: input.postalAddress,
      contact_email: input.contactEmail,
      data_key: vault.newDataKey(companyId),
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!row) throw new RelayError('request_conflict', { message: `the slug ${input.slug} is taken` });
  return toCompany(row);
}

export async function readCompany(tx: Tx, companyId: string): Promise<Company | undefined> {
  const row = await tx.selectFrom('company').selectAll().where('company_id', '=', companyId).executeTakeFirst();
  return row && toCompany(row);
}

export async function readCompanyBySlug(tx: Tx, slug: string): Promise<Company | undefined> {
  const row = await tx.selectFrom('company').selectAll().where('slug', '=', slug).executeTakeFirst();
  return row && toCompany(row);
}

/**
 * The company as it stands, held against every other writer until the transaction ends.
 * @throws RelayError request_not_found.
 */
export async function holdCompany(tx: Tx, companyId: string): Promise<Company> {
  const row = await tx
    .selectFrom('company')
    .selectAll()
    .where('company_id', '=', companyId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw new RelayError('request_not_found', { message: 'the company is gone' });
  return toCompany(row);
}

/** Letters, pages and notices say the new details from now on. What was sent or agreed to stays as it was. */
export async function saveCompany(tx: Tx, companyId: string, details: CompanyDetails): Promise<Company> {
  const { name, locale, postalAddress, contactEmail } = details;
  const row = await tx
    .updateTable('company')
    .set({ name, locale, postal_address: postalAddress, contact_email: contactEmail })
    .where('company_id', '=', companyId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toCompany(row);
}

export async function listCompanies(tx: Tx): Promise<readonly Company[]> {
  return (await tx.selectFrom('company').selectAll().orderBy('company_id').execute()).map(toCompany);
}

/** The company's key for secrets and digests. @throws RelayError request_not_found, secret_unreadable. */
export async function readCompanyKey(tx: Tx, vault: Vault, companyId: string): Promise<CompanyKey> {
  const row = await tx.selectFrom('company').select('data_key').where('company_id', '=', companyId).executeTakeFirst();
  if (!row) throw new RelayError('request_not_found');
  return vault.openDataKey(companyId, row.data_key);
}

/** Wraps every company's data key with the newest SECRET_KEY; gives how many changed. System transaction. Safe to repeat. */
export async function rewrapCompanyKeys(tx: Tx, vault: Vault): Promise<number> {
  let changed = 0;
  for (const row of await tx.selectFrom('company').select(['company_id', 'data_key']).forUpdate().execute()) {
    const wrapped = vault.rewrap(row.company_id, row.data_key);
    if (wrapped === row.data_key) continue;
    await tx.updateTable('company').set({ data_key: wrapped }).where('company_id', '=', row.company_id).execute();
    changed += 1;
  }
  return changed;
}

/**
 * Sets the company's agency; the first time, its default terms come into force with it. Another licence number is another
 * agency: nobody's agreement to the one before is taken for an agreement to this one.
 */
export async function saveAgency(
  tx: Tx,
  companyId: string,
  input: Omit<Agency, 'agencyId'>,
  now: Date,
): Promise<Agency> {
  await tx
    .updateTable('agency')
    .set({ retired_at: now })
    .where('company_id', '=', companyId)
    .where('retired_at', 'is', null)
    .where('licence_number', '<>', input.licenceNumber)
    .execute();
  const values = {
    name: input.name,
    address: input.address,
    representative: input.representative,
    licence_number: input.licenceNumber,
    licence_expires_on: input.licenceExpiresOn,
    privacy_url: input.privacyUrl,
    registration_url: input.registrationUrl,
    updated_at: now,
  };
  const row = await tx
    .insertInto('agency')
    .values({ agency_id: newId(), company_id: companyId, ...values, retired_at: null })
    .onConflict((conflict) => conflict.column('company_id').where('retired_at', 'is', null).doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
  if (!(await readTerms(tx, row.agency_id, now))) await saveTerms(tx, companyId, row.agency_id, defaultTerms, now);
  return toAgency(row);
}

/** The agency in place. */
export async function readAgency(tx: Tx, companyId: string): Promise<Agency | undefined> {
  const row = await tx
    .selectFrom('agency')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('retired_at', 'is', null)
    .executeTakeFirst();
  return row && toAgency(row);
}

/** Adds the next version of an agency's terms. Earlier versions stay and go on judging what happened under them. */
export async function saveTerms(
  tx: Tx,
  companyId: string,
  agencyId: string,
  terms: Omit<Terms, 'termsId' | 'version' | 'effectiveFrom'>,
  effectiveFrom: Date,
): Promise<Terms> {
  const last = await tx
    .selectFrom('agency_terms')
    .select('version')
    .where('agency_id', '=', agencyId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  const row = await tx
    .insertInto('agency_terms')
    .values({
      terms_id: newId(),
      company_id: companyId,
      agency_id: agencyId,
      version: (last?.version ?? 0) + 1,
      effective_from: effectiveFrom,
      counts_at: terms.countsAt,
      referrals_per_credit: terms.perCredit,
      referral_period_months: terms.referralPeriodMonths,
      credit_valid_months: terms.creditValidMonths,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTerms(row);
}

/** The terms in force at an instant. */
export async function readTerms(tx: Tx, agencyId: string, at: Date): Promise<Terms | undefined> {
  const row = await tx
    .selectFrom('agency_terms')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .where('effective_from', '<=', at)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && toTerms(row);
}

/** Every version of an agency's terms, oldest first. */
export async function listTerms(tx: Tx, agencyId: string): Promise<readonly Terms[]> {
  const rows = await tx
    .selectFrom('agency_terms')
    .selectAll()
    .where('agency_id', '=', agencyId)
    .orderBy('version')
    .execute();
  return rows.map(toTerms);
}

function toCompany(row: Selectable<CompanyTable>): Company {
  return {
    companyId: row.company_id,
    slug: row.slug,
    name: row.name,
    locale: row.locale,
    postalAddress: row.postal_address,
    contactEmail: row.contact_email,
    createdAt: row.created_at,
  };
}

function toAgency(row: Selectable<AgencyTable>): Agency {
  return {
    agencyId: row.agency_id,
    name: row.name,
    address: row.address,
    representative: row.representative,
    licenceNumber: row.licence_number,
    licenceExpiresOn: row.licence_expires_on,
    privacyUrl: row.privacy_url,
    registrationUrl: row.registration_url,
  };
}

function toTerms(row: Selectable<AgencyTermsTable>): Terms {
  return {
    termsId: row.terms_id,
    version: row.version,
    effectiveFrom: row.effective_from,
    countsAt: row.counts_at,
    perCredit: row.referrals_per_credit,
    referralPeriodMonths: row.referral_period_months,
    creditValidMonths: row.credit_valid_months,
  };
}
