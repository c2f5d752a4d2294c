import { type Selectable, sql } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import type { LetterTemplateTable, LetterTemplateVersionTable } from '../../platform/tables.ts';
import type { Locale } from '../model.ts';
import type { Wording } from './model.ts';

/** A template of a company. */
export interface LetterTemplate {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  /** Used for rejections for which no rule names a template. */
  readonly isDefault: boolean;
  readonly createdAt: Date;
  readonly archivedAt: Date | null;
}

/** One version of a template in one language; without `publishedAt` it is the draft. */
export interface WordingVersion extends Wording {
  readonly templateId: string;
  readonly locale: Locale;
  /** From 1; those published never change. */
  readonly version: number;
  readonly savedBy: string;
  readonly savedAt: Date;
  readonly publishedBy: string | null;
  readonly publishedAt: Date | null;
  /** Why it was published although a word in it looks like a reward. */
  readonly giftReason: string | null;
}

/** Newest first. */
export async function listTemplates(tx: Tx, companyId: string): Promise<readonly LetterTemplate[]> {
  const rows = await tx
    .selectFrom('letter_template')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('template_id', 'desc')
    .execute();
  return rows.map(toTemplate);
}

/** What lists say of one language of a template. */
export interface LocaleState {
  readonly templateId: string;
  readonly locale: Locale;
  readonly hasDraft: boolean;
  /** The newest that is published; null: none yet, so the standard letter goes out in this language. */
  readonly publishedVersion: number | null;
  readonly publishedAt: Date | null;
}

export async function listLocaleStates(tx: Tx, companyId: string): Promise<readonly LocaleState[]> {
  const result = await sql<LocaleState>`
    select template_id as "templateId", locale, bool_or(published_at is null) as "hasDraft",
      max(version) filter (where published_at is not null) as "publishedVersion", max(published_at) as "publishedAt"
    from letter_template_version where company_id = ${companyId} group by 1, 2`.execute(tx);
  return result.rows;
}

/** undefined: there is none of this id, or it is no id of ours. */
export async function readTemplate(tx: Tx, templateId: string): Promise<LetterTemplate | undefined> {
  if (!isId(templateId)) return undefined;
  const row = await tx
    .selectFrom('letter_template')
    .selectAll()
    .where('template_id', '=', templateId)
    .executeTakeFirst();
  return row && toTemplate(row);
}

/** Templates of a company, held against every other writer until the transaction ends; all wait in one order. */
export async function lockTemplates(tx: Tx, companyId: string): Promise<readonly LetterTemplate[]> {
  const rows = await tx
    .selectFrom('letter_template')
    .selectAll()
    .where('company_id', '=', companyId)
    .orderBy('template_id')
    .forNoKeyUpdate()
    .execute();
  return rows.map(toTemplate);
}

/** One template, held likewise. @throws RelayError request_not_found. */
export async function lockTemplate(tx: Tx, templateId: string): Promise<LetterTemplate> {
  const row = await tx
    .selectFrom('letter_template')
    .selectAll()
    .where('template_id', '=', templateId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row) throw new RelayError('request_not_found', { message: 'there is no such template' });
  return toTemplate(row);
}

/** undefined: another template that is not archived has this name. */
export async function insertTemplate(
  tx: Tx,
  { companyId, name, now }: { readonly companyId: string; readonly name: string; readonly now: Date },
): Promise<LetterTemplate | undefined> {
  const row = await tx
    .insertInto('letter_template')
    .values({ template_id: newId(), company_id: companyId, name, created_at: now })
    .onConflict((conflict) => conflict.columns(['company_id', 'name']).where('archived_at', 'is', null).doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toTemplate(row);
}

export async function updateTemplate(
  tx: Tx,
  templateId: string,
  change: { readonly name: string; readonly is_default: boolean; readonly archived_at: Date | null },
): Promise<LetterTemplate> {
  const row = await tx
    .updateTable('letter_template')
    .set(change)
    .where('template_id', '=', templateId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTemplate(row);
}

/** The newest version of each language, drafts included. */
export async function readNewest(tx: Tx, templateId: string): Promise<readonly WordingVersion[]> {
  const rows = await tx
    .selectFrom('letter_template_version')
    .distinctOn('locale')
    .selectAll()
    .where('template_id', '=', templateId)
    .orderBy('locale')
    .orderBy('version', 'desc')
    .execute();
  return rows.map(toVersion);
}

/** Newest first: those before a version, a page at a time. */
export async function listVersions(
  tx: Tx,
  asked: {
    readonly templateId: string;
    readonly locale: Locale;
    readonly before: number | undefined;
    readonly limit: number;
  },
): Promise<readonly WordingVersion[]> {
  let query = tx
    .selectFrom('letter_template_version')
    .selectAll()
    .where('template_id', '=', asked.templateId)
    .where('locale', '=', asked.locale);
  if (asked.before !== undefined) query = query.where('version', '<', asked.before);
  return (await query.orderBy('version', 'desc').limit(asked.limit).execute()).map(toVersion);
}

export interface VersionKey {
  readonly templateId: string;
  readonly locale: Locale;
  readonly version: number;
}

export async function readVersion(tx: Tx, key: VersionKey): Promise<WordingVersion | undefined> {
  if (!isId(key.templateId)) return undefined;
  const row = await tx
    .selectFrom('letter_template_version')
    .selectAll()
    .where('template_id', '=', key.templateId)
    .where('locale', '=', key.locale)
    .where('version', '=', key.version)
    .executeTakeFirst();
  return row && toVersion(row);
}

/** Writes the draft under its number: a new one, or the one that stands there. The caller holds the template. */
export async function writeDraft(
  tx: Tx,
  { companyId, ...key }: VersionKey & { readonly companyId: string },
  { subject, blocks }: Wording,
  by: { readonly actor: string; readonly now: Date },
): Promise<WordingVersion> {
  const content = { subject, blocks: JSON.stringify(blocks), saved_by: by.actor, saved_at: by.now };
  const row = await tx
    .insertInto('letter_template_version')
    .values({
      template_id: key.templateId,
      company_id: companyId,
      locale: key.locale,
      version: key.version,
      ...content,
    })
    .onConflict((conflict) => conflict.columns(['template_id', 'locale', 'version']).doUpdateSet(content))
    .returningAll()
    .executeTakeFirstOrThrow();
  return toVersion(row);
}

export async function deleteDraft(tx: Tx, templateId: string, locale: Locale): Promise<void> {
  await tx
    .deleteFrom('letter_template_version')
    .where('template_id', '=', templateId)
    .where('locale', '=', locale)
    .where('published_at', 'is', null)
    .execute();
}

export async function markPublished(
  tx: Tx,
  { templateId, locale, version }: VersionKey,
  by: { readonly actor: string; readonly now: Date; readonly giftReason: string | null },
): Promise<WordingVersion> {
  const row = await tx
    .updateTable('letter_template_version')
    .set({ published_by: by.actor, published_at: by.now, gift_reason: by.giftReason })
    .where('template_id', '=', templateId)
    .where('locale', '=', locale)
    .where('version', '=', version)
    .where('published_at', 'is', null)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toVersion(row);
}

/** The newest published version of these templates and of the default one, in each language; archived ones are missing. */
export async function readPublished(
  tx: Tx,
  companyId: string,
  templateIds: readonly string[],
): Promise<readonly (WordingVersion & { readonly isDefault: boolean })[]> {
  const rows = await tx
    .selectFrom('letter_template_version as version')
    .innerJoin('letter_template as template', 'template.template_id', 'version.template_id')
    .distinctOn(['version.template_id', 'version.locale'])
    .selectAll('version')
    .select('template.is_default')
    .where('template.company_id', '=', companyId)
    .where('template.archived_at', 'is', null)
    .where('version.published_at', 'is not', null)
    .where(
      sql<boolean>`(template.is_default or template.template_id = any (${sql.val(templateIds.filter(isId))}::uuid[]))`,
    )
    .orderBy('version.template_id')
    .orderBy('version.locale')
    .orderBy('version.version', 'desc')
    .execute();
  return rows.map((row) => ({ ...toVersion(row), isDefault: row.is_default }));
}

/** Published wordings of a company, or of one template or language, newest first; archived templates among them. */
export async function listPublished(
  tx: Tx,
  asked: {
    readonly companyId: string;
    readonly templateId?: string;
    readonly locale?: Locale;
    readonly limit: number;
  },
): Promise<readonly WordingVersion[]> {
  let query = tx
    .selectFrom('letter_template_version')
    .selectAll()
    .where('company_id', '=', asked.companyId)
    .where('published_at', 'is not', null);
  if (asked.templateId !== undefined) query = query.where('template_id', '=', asked.templateId);
  if (asked.locale !== undefined) query = query.where('locale', '=', asked.locale);
  const rows = await query.orderBy('published_at', 'desc').orderBy('version', 'desc').limit(asked.limit).execute();
  return rows.map(toVersion);
}

function toTemplate(row: Selectable<LetterTemplateTable>): LetterTemplate {
  return {
    id: row.template_id,
    companyId: row.company_id,
    name: row.name,
    isDefault: row.is_default,
    createdAt: row.created_at,
    archivedAt: row.archived_at,
  };
}

function toVersion(row: Selectable<LetterTemplateVersionTable>): WordingVersion {
  return {
    templateId: row.template_id,
    locale: row.locale,
    version: row.version,
    subject: row.subject,
    blocks: row.blocks,
    savedBy: row.saved_by,
    savedAt: row.saved_at,
    publishedBy: row.published_by,
    publishedAt: row.published_at,
    giftReason: row.gift_reason,
  };
}
