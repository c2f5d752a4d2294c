import type { Tx } from '../../platform/database.ts';
import type { Wording } from '../text/view.ts';
import type { Locale, NoticeKind } from './kinds.ts';
import type { EndingCredit, NoticedLetter } from './plan.ts';

/** What the notices tell, read from the rooms upstream. Each is one statement or few, inside a company's transaction. */
export interface NoticeReads {
  /** Those of these letters that exist; in any order. */
  letters(tx: Tx, letterIds: readonly string[]): Promise<readonly NoticedLetter[]>;
  /** The letters of these rejections. */
  letterIdsOf(tx: Tx, rejectionIds: readonly string[]): Promise<readonly string[]>;
  /** The company's own words for a kind of notice, if it has any. */
  wording(tx: Tx, companyId: string, kind: NoticeKind, locale: Locale): Promise<Wording | undefined>;
  /** Available credits that end before then. */
  endingCredits(tx: Tx, companyId: string, before: Date): Promise<readonly EndingCredit[]>;
  /** Letters sent in that span; `to` is outside. */
  countLetters(tx: Tx, companyId: string, span: Span): Promise<{ readonly sent: number }>;
  /** People whose last decision in that span was this one. */
  countConsents(tx: Tx, companyId: string, span: Span): Promise<{ readonly granted: number }>;
  /** Letters that wait for a person now. */
  countHeld(tx: Tx, companyId: string): Promise<number>;
  balance(
    tx: Tx,
    companyId: string,
  ): Promise<{
    readonly referrals: { readonly towardsNext: number; readonly perCredit: number };
    readonly credits: { readonly available: number };
  }>;
  /** Need not be a whole number; null: not to be foreseen. */
  projection(tx: Tx, companyId: string, now: Date): Promise<{ readonly weeksToNextCredit: number | null }>;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}
