import { type Agency, type AgencyLack, findAgencyLack, readAgency } from '../company/index.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Tx } from '../platform/database.ts';
import { lintWords, type PageWords, toTidyWords, type WordsProblem } from './own-words.ts';
import {
  addVersion,
  listVersions,
  readDraft,
  readVersion,
  removeDraft,
  type WordsDraft,
  type WordsPlace,
  type WordsVersion,
  writeDraft,
} from './own-words-store.ts';

/** What whoever writes a company's own words has before them. Each change below is made while the company's row is held. */
export interface WordsDesk {
  /** The newest version, in force; null while the company never said anything of its own. */
  readonly published: WordsVersion | null;
  readonly draft: WordsDraft | null;
}

/** Who changes the words, and when. */
export interface WordsChange {
  readonly actor: string;
  readonly at: Date;
}

export type Publishing =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly reason: 'no-draft' }
  | {
      readonly ok: false;
      readonly reason: 'agency';
      readonly lack: AgencyLack;
      readonly agency: Agency | undefined;
    }
  | { readonly ok: false; readonly reason: 'words'; readonly problems: readonly WordsProblem[] };

export async function readDesk(tx: Tx, place: WordsPlace): Promise<WordsDesk> {
  const [published] = await listVersions(tx, place, { limit: 1 });
  return { published: published ?? null, draft: (await readDraft(tx, place)) ?? null };
}

/** Keeps words that no applicant sees yet, whatever is wrong with them. What is in force already needs no draft. */
export async function saveDraft(tx: Tx, place: WordsPlace, given: PageWords, change: WordsChange): Promise<void> {
  const words = toTidyWords(given);
  const { published, draft } = await readDesk(tx, place);
  if (draft && isSame(draft.words, words)) return;
  if (published?.words && isSame(published.words, words)) {
    await discardDraft(tx, place, change);
    return;
  }
  await writeDraft(tx, place, { words, updatedBy: change.actor, updatedAt: change.at });
  await note(tx, place, change, 'company.page-drafted');
}

export async function discardDraft(tx: Tx, place: WordsPlace, change: WordsChange): Promise<void> {
  if (await removeDraft(tx, place)) await note(tx, place, change, 'company.page-draft-discarded');
}

/**
 * Puts the draft into force, from now on and as a version of its own: what people agreed to before keeps its text.
 * Refused while the agency may not be named to applicants, or the words say what they must not.
 */
export async function publishDraft(tx: Tx, place: WordsPlace, change: WordsChange): Promise<Publishing> {
  const { draft, published } = await readDesk(tx, place);
  if (!draft) return { ok: false, reason: 'no-draft' };
  const agency = await readAgency(tx, place.companyId);
  const lack = findAgencyLack(agency, change.at);
  if (lack) return { ok: false, reason: 'agency', lack, agency };
  const problems = lintWords(draft.words);
  if (problems.length > 0) return { ok: false, reason: 'words', problems };
  const version = (published?.version ?? 0) + 1;
  const { words, updatedBy: createdBy, updatedAt: createdAt } = draft;
  await addVersion(tx, place, {
    version,
    words,
    createdBy,
    createdAt,
    publishedBy: change.actor,
    publishedAt: change.at,
  });
  await removeDraft(tx, place);
  await note(tx, place, change, 'company.page-published', { version, words: 'own' });
  return { ok: true, version };
}

/** Takes an earlier version up again, as a draft; false when there is no such version, or it was our words alone. */
export async function restoreVersion(
  tx: Tx,
  place: WordsPlace,
  version: number,
  change: WordsChange,
): Promise<boolean> {
  const found = await readVersion(tx, place, version);
  if (!found?.words) return false;
  await saveDraft(tx, place, found.words, change);
  return true;
}

/** Takes the company's own words off the page, from now on: the next version has none. A draft stays. */
export async function returnToOurs(tx: Tx, place: WordsPlace, change: WordsChange): Promise<void> {
  const { published } = await readDesk(tx, place);
  if (!published?.words) return;
  const { actor, at } = change;
  const version = published.version + 1;
  await addVersion(tx, place, {
    version,
    words: null,
    createdBy: actor,
    createdAt: at,
    publishedBy: actor,
    publishedAt: at,
  });
  await note(tx, place, change, 'company.page-published', { version, words: 'ours' });
}

/** Both are tidy, and made by the same hand: their names stand in the same order once they are spelled out. */
function isSame(one: PageWords, other: PageWords): boolean {
  const spell = (words: PageWords) => JSON.stringify(toTidyWords(words));
  return spell(one) === spell(other);
}

function note(
  tx: Tx,
  { companyId, locale }: WordsPlace,
  { actor, at }: WordsChange,
  action: string,
  detail: { readonly version: number; readonly words: 'own' | 'ours' } | undefined = undefined,
): Promise<void> {
  return appendAudit(tx, { companyId, at, actor, action, subject: `page.${locale}`, ...(detail && { detail }) });
}
