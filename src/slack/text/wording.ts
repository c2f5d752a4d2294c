import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { type Locale, type NoticeKind, noticeKinds } from '../notice/kinds.ts';
import { lintWording, type WordingProblem } from './lint-wording.ts';
import type { Wording } from './view.ts';

export interface WordingPlace {
  readonly companyId: string;
  readonly kind: NoticeKind;
  readonly locale: Locale;
}

/** Who changes a wording, and when. */
export interface WordingChange {
  readonly actor: string;
  readonly at: Date;
}

export interface ListedWording extends Wording {
  readonly kind: NoticeKind;
  readonly locale: Locale;
  readonly updatedAt: Date;
}

/** Keeps a company's own words for a kind of notice in one language; the same words again change nothing. */
export async function saveWording(
  tx: Tx,
  place: WordingPlace,
  wording: Wording,
  change: WordingChange & { readonly baseUrl: string },
): Promise<
  { readonly ok: true; readonly updatedAt: Date } | { readonly ok: false; readonly problems: readonly WordingProblem[] }
> {
  const { companyId, kind, locale } = place;
  const problems = lintWording(kind, wording, change.baseUrl);
  if (problems.length > 0) return { ok: false, problems };
  const { title, body } = wording;
  const values = { title, body, updated_at: change.at };
  const changed = await tx
    .insertInto('slack_wording')
    .values({ company_id: companyId, kind, locale, ...values })
    .onConflict((conflict) =>
      conflict
        .columns(['company_id', 'kind', 'locale'])
        .doUpdateSet(values)
        .where((where) =>
          where.or([where('slack_wording.title', '!=', title), where('slack_wording.body', '!=', body)]),
        ),
    )
    .returning('updated_at')
    .executeTakeFirst();
  if (changed) await noteChange(tx, place, change, 'own');
  const { updated_at: updatedAt } = changed ?? (await selectWording(tx, place).executeTakeFirstOrThrow());
  return { ok: true, updatedAt };
}

/** undefined: the company uses our words. */
export async function readWording(
  tx: Tx,
  companyId: string,
  kind: NoticeKind,
  locale: Locale,
): Promise<Wording | undefined> {
  const row = await selectWording(tx, { companyId, kind, locale }).executeTakeFirst();
  return row && { title: row.title, body: row.body };
}

function selectWording(tx: Tx, { companyId, kind, locale }: WordingPlace) {
  return tx
    .selectFrom('slack_wording')
    .select(['title', 'body', 'updated_at'])
    .where('company_id', '=', companyId)
    .where('kind', '=', kind)
    .where('locale', '=', locale);
}

/** Goes back to our words; false when the company used them already. */
export async function removeWording(tx: Tx, place: WordingPlace, change: WordingChange): Promise<boolean> {
  const removed = await tx
    .deleteFrom('slack_wording')
    .where('company_id', '=', place.companyId)
    .where('kind', '=', place.kind)
    .where('locale', '=', place.locale)
    .executeTakeFirst();
  if (removed.numDeletedRows === 0n) return false;
  await noteChange(tx, place, change, 'ours');
  return true;
}

/** A company's own wordings, in the order of the kinds. A kind this version does not know is left out. */
export async function listWordings(tx: Tx, companyId: string): Promise<readonly ListedWording[]> {
  const rows = await tx
    .selectFrom('slack_wording')
    .select(['kind', 'locale', 'title', 'body', 'updated_at'])
    .where('company_id', '=', companyId)
    .orderBy('locale', 'desc')
    .execute();
  return noticeKinds.flatMap((kind) =>
    rows
      .filter((row) => row.kind === kind)
      .map(({ locale, title, body, updated_at }) => ({ kind, locale, title, body, updatedAt: updated_at })),
  );
}

function noteChange(tx: Tx, place: WordingPlace, { actor, at }: WordingChange, words: 'own' | 'ours'): Promise<void> {
  const { companyId, kind, locale } = place;
  return appendAudit(tx, {
    companyId,
    at,
    actor,
    action: 'slack.wording-changed',
    subject: `${kind}.${locale}`,
    detail: { words },
  });
}
