import { z } from 'zod';
import type { Locale } from '../letter/index.ts';
import type { Tx } from '../platform/database.ts';
import type { OwnWords, PageWords } from './own-words.ts';

/** As kept: whatever its length, so that a limit made tighter later keeps nobody from reading what was said. */
const Content = z.object({
  heading: z.string(),
  introduction: z.string(),
  questions: z.array(z.object({ question: z.string(), answer: z.string() })),
  closing: z.string(),
  thanksGranted: z.string(),
  thanksDeclined: z.string(),
});

/** The words of one company in one language. */
export interface WordsPlace {
  readonly companyId: string;
  readonly locale: Locale;
}

/** One published version. `words` null: from then on our words alone. */
export interface WordsVersion {
  readonly version: number;
  readonly words: PageWords | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly publishedBy: string;
  readonly publishedAt: Date;
}

export interface WordsDraft {
  readonly words: PageWords;
  readonly updatedBy: string;
  readonly updatedAt: Date;
}

/** What is in force, in every language. */
export async function readOwnWords(tx: Tx, companyId: string): Promise<OwnWords> {
  const rows = await tx
    .selectFrom('page_text')
    .distinctOn('locale')
    .select(['locale', 'version', 'content'])
    .where('company_id', '=', companyId)
    .orderBy('locale')
    .orderBy('version', 'desc')
    .execute();
  return Object.fromEntries(
    rows.flatMap(({ locale, version, content }) =>
      content === null ? [] : [[locale, { version, words: Content.parse(content) }]],
    ),
  );
}

/** Newest first, below `before` where it is given. */
export async function listVersions(
  tx: Tx,
  { companyId, locale }: WordsPlace,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly WordsVersion[]> {
  let query = selectVersions(tx).where('company_id', '=', companyId).where('locale', '=', locale);
  if (before !== undefined) query = query.where('version', '<', before);
  const rows = await query.orderBy('version', 'desc').limit(limit).execute();
  return rows.map(toVersion);
}

export async function readVersion(
  tx: Tx,
  { companyId, locale }: WordsPlace,
  version: number,
): Promise<WordsVersion | undefined> {
  const row = await selectVersions(tx)
    .where('company_id', '=', companyId)
    .where('locale', '=', locale)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && toVersion(row);
}

/** Adds the next version. Under the company's row, so that two do not take the same number. */
export async function addVersion(
  tx: Tx,
  { companyId, locale }: WordsPlace,
  { version, words, createdBy, createdAt, publishedBy, publishedAt }: WordsVersion,
): Promise<void> {
  await tx
    .insertInto('page_text')
    .values({
      company_id: companyId,
      locale,
      version,
      content: words && JSON.stringify(words),
      created_by: createdBy,
      created_at: createdAt,
      published_by: publishedBy,
      published_at: publishedAt,
    })
    .execute();
}

export async function readDraft(tx: Tx, { companyId, locale }: WordsPlace): Promise<WordsDraft | undefined> {
  const row = await tx
    .selectFrom('page_text_draft')
    .select(['content', 'updated_by', 'updated_at'])
    .where('company_id', '=', companyId)
    .where('locale', '=', locale)
    .executeTakeFirst();
  return row && { words: Content.parse(row.content), updatedBy: row.updated_by, updatedAt: row.updated_at };
}

export async function writeDraft(tx: Tx, { companyId, locale }: WordsPlace, draft: WordsDraft): Promise<void> {
  const values = { content: JSON.stringify(draft.words), updated_by: draft.updatedBy, updated_at: draft.updatedAt };
  await tx
    .insertInto('page_text_draft')
    .values({ company_id: companyId, locale, ...values })
    .onConflict((conflict) => conflict.columns(['company_id', 'locale']).doUpdateSet(values))
    .execute();
}

/** False when there was none. */
export async function removeDraft(tx: Tx, { companyId, locale }: WordsPlace): Promise<boolean> {
  const removed = await tx
    .deleteFrom('page_text_draft')
    .where('company_id', '=', companyId)
    .where('locale', '=', locale)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
}

function selectVersions(tx: Tx) {
  return tx
    .selectFrom('page_text')
    .select(['version', 'content', 'created_by', 'created_at', 'published_by', 'published_at']);
}

function toVersion(row: {
  readonly version: number;
  readonly content: unknown;
  readonly created_by: string;
  readonly created_at: Date;
  readonly published_by: string;
  readonly published_at: Date;
}): WordsVersion {
  return {
    version: row.version,
    words: row.content === null ? null : Content.parse(row.content),
    createdBy: row.created_by,
    createdAt: row.created_at,
    publishedBy: row.published_by,
    publishedAt: row.published_at,
  };
}
