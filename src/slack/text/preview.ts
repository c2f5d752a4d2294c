import type { Locale, NoticeKind, Tokens } from '../notice/kinds.ts';
import { lintWording, type WordingProblem } from './lint-wording.ts';
import { renderNotice } from './render-notice.ts';
import { noticeTokens } from './tokens.ts';
import type { LetterCounts, NoticeView, RenderedNotice, Wording } from './view.ts';

export interface PreviewRequest {
  readonly kind: NoticeKind;
  readonly locale: Locale;
  readonly company: string;
  readonly baseUrl: string;
  /** Absent: our own words. */
  readonly wording?: Wording | undefined;
}

/** A notice as recruiters would see it, filled with samples; our own words where `problems` keep the given ones from use. */
export function previewNotice(
  request: PreviewRequest,
): RenderedNotice & { readonly problems: readonly WordingProblem[] } {
  const { kind, locale, company, baseUrl, wording } = request;
  const problems = wording ? lintWording(kind, wording, baseUrl) : [];
  const used = problems.length === 0 ? wording : undefined;
  return { ...renderNotice(toSampleView(kind), { locale, company, baseUrl, wording: used }), problems };
}

const sampleId = '00000000-0000-7000-8000-000000000000';

/** A notice of this kind that concerns nobody. */
export function toSampleView(kind: NoticeKind): NoticeView {
  const tokens: Tokens = Object.fromEntries(noticeTokens[kind].map(({ name, sample }) => [name, sample]));
  return {
    noticeId: sampleId,
    companyId: sampleId,
    kind,
    tokens,
    remarks: [],
    connectionId: null,
    letters: sampleLetters[kind] ?? null,
    people: [],
    chart: null,
  };
}

const noLetters: LetterCounts = {
  planned: 0,
  held: 0,
  sent: 0,
  cancelled: 0,
  unclear: 0,
  heldBy: {},
  nextAt: null,
  isShadow: false,
};

const sampleLetters: Partial<Record<NoticeKind, LetterCounts>> = {
  'letters-planned': { ...noLetters, planned: 12, nextAt: new Date('2026-11-24T00:00:00Z') },
  'letters-held': { ...noLetters, held: 5, heldBy: { 'reason-unknown': 3, 'no-address': 2 } },
};
