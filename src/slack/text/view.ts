import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { Locale, NoticeKind, Remark, Tokens } from '../notice/kinds.ts';

/** All that a notice's message is made of. Read when it is sent, so that it tells the present state. */
export interface NoticeView {
  readonly noticeId: string;
  readonly companyId: string;
  readonly kind: NoticeKind;
  readonly tokens: Tokens;
  readonly remarks: readonly Remark[];
  readonly connectionId: string | null;
  /** For credit-reserved: what its button settles. */
  readonly reservationId?: string | null;
  /** For letters-planned and letters-held: how the letters it tells of stand now. */
  readonly letters: LetterCounts | null;
  /** Whom it concerns, where the place shows names; else []. At most ten are shown, then how many more. */
  readonly people: readonly ShownPerson[];
  /** The digest's picture, uploaded to Slack; null while it has none. */
  readonly chart: { readonly fileRef: string } | { readonly imageUrl: string } | null;
}

/** Whole letters and people of one week; `label` is its first day, such as `11/16`. */
export const ChartWeek = z.object({ label: z.string(), sent: z.int(), consents: z.int() });
export type ChartWeek = Readonly<z.infer<typeof ChartWeek>>;

/** Whole letters; they add up to what the notice tells of. */
export interface LetterCounts {
  readonly planned: number;
  readonly held: number;
  readonly sent: number;
  /** Cancelled or skipped meanwhile. */
  readonly cancelled: number;
  /** Failed, or nobody knows whether they left. */
  readonly unclear: number;
  /** Of the held ones, how many for which reason (HoldReason). */
  readonly heldBy: Readonly<Record<string, number>>;
  /** The next instant one of the planned ones leaves; null: none is planned. */
  readonly nextAt: Date | null;
  /** Whether any connection of theirs is in shadow: then nothing leaves. */
  readonly isShadow: boolean;
}

export interface ShownPerson {
  readonly name: string;
  readonly job: string | null;
}

/** Who reads it, and where its links lead. */
export interface TextContext {
  readonly locale: Locale;
  readonly company: string;
  /** The company's own wording for this kind and language, if it has one. */
  readonly wording: Wording | undefined;
  readonly baseUrl: string;
}

/** A company's own words for a notice: title and body with tokens; buttons and figures stay ours. */
export interface Wording {
  readonly title: string;
  readonly body: string;
}

/**
 * A message: what notifications show, and what the channel shows. Within Slack's limits. In `blocks` every value is
 * escaped; `text` is plain, also kept and logged, and whoever sends it escapes it.
 */
export interface RenderedNotice {
  readonly text: string;
  readonly blocks: readonly types.KnownBlock[];
}

export type RenderNotice = (view: NoticeView, context: TextContext) => RenderedNotice;
