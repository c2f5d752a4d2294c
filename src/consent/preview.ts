import { type Agency, type Company, defaultTerms, type Terms } from '../company/index.ts';
import { dayMs, toLongDate } from '../platform/japan.ts';
import type { PageWords } from './own-words.ts';
import { type Locale, openPages, type Pages, toMoment } from './pages.ts';

/** The pages an admin may look at before any applicant does. `expired`: what a link that ran out unanswered leads to. */
export const previewNames = ['ask', 'granted', 'declined', 'withdrawn', 'expired'] as const;
export type PreviewName = (typeof previewNames)[number];

export interface PreviewRequest {
  readonly name: PreviewName;
  readonly locale: Locale;
  readonly company: Company;
  /** Without one, the page says calmly that there is nothing to agree to now: so do applicants read. */
  readonly agency: Agency | undefined;
  readonly terms: Pick<Terms, 'countsAt' | 'perCredit'> | undefined;
  /** The company's own words in this language, published or not. */
  readonly words: PageWords | undefined;
  readonly now: Date;
}

const answerDays = 90;

/** Renders pages for an applicant who is invented. Reads nothing, keeps nothing, and its forms lead nowhere. */
export function openConsentPreview(pages: Pages = openPages()): (request: PreviewRequest) => string {
  return ({ name, locale, company, agency, terms, words, now }) => {
    const frame = { company, heldHref: '#', action: '#' };
    if (name === 'expired')
      return pages.render('notice', locale, { ...frame, company: undefined, heldHref: undefined, notice: 'unknown' });
    if (!agency) return pages.render('notice', locale, { ...frame, heldHref: undefined, notice: 'closed' });
    const own = words ? { [locale]: { version: 0, words } } : {};
    const facts = { company, agency, terms: terms ?? defaultTerms, own };
    const toForm = (text: 'introduction' | 'withdrawal') => ({
      ...frame,
      nonce: 'sample',
      text: pages.renderText(text, locale, facts).body,
    });
    const decidedAt = toMoment(locale, now);
    const grantsUntil = toLongDate(locale, new Date(now.getTime() + answerDays * dayMs));
    const asked = { ...toForm('introduction'), decidedAt, grantsUntil };
    if (name === 'ask') return pages.render('ask', locale, { ...toForm('introduction'), hint: undefined });
    if (name === 'declined')
      return pages.render('declined', locale, { ...asked, thanks: words?.thanksDeclined || undefined });
    if (name === 'withdrawn') return pages.render('withdrawn', locale, { ...asked, agency });
    return pages.render('granted', locale, {
      ...toForm('withdrawal'),
      agency,
      decidedAt,
      referral: { code: 'K7QP-3M9X' },
      receiptTo: 'h•••@example.com',
      thanks: words?.thanksGranted || undefined,
    });
  };
}
