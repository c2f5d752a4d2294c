import { type Company, readAgency } from '../company/index.ts';
import type { Tx } from '../platform/database.ts';
import { type FactSource, readFacts } from './facts.ts';
import { toLetterTokens } from './letter-tokens.ts';
import { type LetterFault, lintLetter } from './lint.ts';
import { type Locale, toCandidateName } from './model.ts';
import { readLetter } from './store.ts';
import { findBlankTokens, type Rendered, readTemplate, readTemplateVersion, renderMail } from './templates.ts';

/**
 * How sure the mail is: 'sent' as it went out · 'unsure' as it may have gone out · 'would' as it would go out now ·
 * 'never' nothing goes out, and it is what would have. Names, job, company and agency are always today's.
 */
export type PreviewKind = 'sent' | 'unsure' | 'would' | 'never';

export interface LetterPreview {
  readonly kind: PreviewKind;
  readonly locale: Locale;
  readonly templateVersion: string;
  /** null: the wording that went out is no longer here, or `lacks` says what is missing. */
  readonly mail: Rendered | null;
  /** Tokens that must not be blank, and are. */
  readonly lacks: readonly string[];
}

export interface PreviewParts extends FactSource {
  readonly baseUrl: string;
}

const kinds = {
  planned: 'would',
  held: 'would',
  failed: 'would',
  sending: 'unsure',
  unknown: 'unsure',
  sent: 'sent',
  skipped: 'never',
  cancelled: 'never',
} as const;

export interface PreviewRequest {
  readonly companyId: string;
  readonly letterId: string;
  /** False: the name is written over. */
  readonly showsNames: boolean;
  /** Another language than the letter's: then it is never what went out. */
  readonly locale?: Locale | undefined;
}

/** What went out, or would; undefined when there is no such letter. The personal link is never in it: only its hash is kept. */
export async function previewLetter(
  parts: PreviewParts,
  tx: Tx,
  { companyId, letterId, showsNames, locale: asked }: PreviewRequest,
): Promise<LetterPreview | undefined> {
  const letter = await readLetter(tx, letterId);
  if (!letter) return undefined;
  const facts = (await readFacts(parts, tx, companyId, [letter.rejectionId])).get(letter.rejectionId);
  if (!facts) return undefined;
  const locale = asked ?? letter.locale;
  const kind = locale === letter.locale ? kinds[letter.status] : 'would';
  const current = readTemplateVersion('career-relay');
  const hasLeft = kind === 'sent' || kind === 'unsure';
  const templateVersion = hasLeft ? letter.templateVersion : current;
  if (templateVersion !== current) return { kind, locale, templateVersion, mail: null, lacks: [] };
  const { person } = facts;
  const name = person ? toCandidateName(person, locale) : '';
  const candidateName = showsNames || name === '' ? name : maskedNames[locale];
  const tokens = toLetterTokens(facts, { candidateName, relayUrl: toSampleUrl(parts.baseUrl) });
  return { kind, locale, templateVersion, ...render(locale, tokens) };
}

/** The letter to an invented applicant, as the company's letters are worded now. */
export async function previewTemplate(
  { baseUrl }: Pick<PreviewParts, 'baseUrl'>,
  tx: Tx,
  company: Company,
  locale: Locale,
): Promise<LetterPreview> {
  const agency = await readAgency(tx, company.companyId);
  const tokens = toLetterTokens(
    { rejection: { job: sampleJobs[locale] }, company, agency },
    { candidateName: toCandidateName(samplePeople[locale], locale), relayUrl: toSampleUrl(baseUrl) },
  );
  return { kind: 'would', locale, templateVersion: readTemplateVersion('career-relay'), ...render(locale, tokens) };
}

/** What the wording of the company's letters lacks in a language, and what stands in it that must not; both [] when it may go out. */
export async function judgeTemplate(
  parts: Pick<PreviewParts, 'baseUrl'>,
  tx: Tx,
  company: Company,
  locale: Locale,
): Promise<{ readonly lacks: readonly string[]; readonly faults: readonly LetterFault[] }> {
  const { lacks } = await previewTemplate(parts, tx, company, locale);
  return { lacks, faults: lintLetter('career-relay', locale, readTemplate('career-relay', locale)) };
}

function render(locale: Locale, tokens: ReturnType<typeof toLetterTokens>): Pick<LetterPreview, 'mail' | 'lacks'> {
  const lacks = findBlankTokens('career-relay', tokens);
  return { lacks, mail: lacks.length > 0 ? null : renderMail('career-relay', locale, tokens) };
}

const maskedNames = { ja: '●● ●● 様', en: '●●●●' } as const satisfies Record<Locale, string>;
const sampleJobs = { ja: '営業職', en: 'Sales' } as const satisfies Record<Locale, string>;
const samplePeople = {
  ja: { familyName: '髙﨑', givenName: '一郎' },
  en: { familyName: 'Takasaki', givenName: 'Ichiro' },
} as const;

/** Stands for a personal link, and is none. */
export function toSampleUrl(baseUrl: string): string {
  return `${baseUrl}/c/sample`;
}
