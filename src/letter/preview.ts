import { type Agency, type Company, readAgency } from '../company/index.ts';
import type { Tx } from '../platform/database.ts';
import { type FactSource, type ReadFacts, readFacts, toTemplate } from './facts.ts';
import { toLetterTokens } from './letter-tokens.ts';
import { type LetterFault, lintLetter } from './lint.ts';
import { type Locale, toCandidateName } from './model.ts';
import { readLetter } from './store.ts';
import { findBlankTokens, type Rendered, readTemplate, type Tokens } from './templates.ts';
import { type ChosenWording, readExact, readWordings } from './wording/choose.ts';
import { standardTemplate } from './wording/model.ts';

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
  const hasLeft = kind === 'sent' || kind === 'unsure';
  const wording = hasLeft ? await readExact(tx, letter) : await chooseNow(tx, companyId, toTemplate(facts), locale);
  if (!wording) return { kind, locale, templateVersion: letter.templateVersion, mail: null, lacks: [] };
  const tokens = toPreviewTokens(parts, facts, locale, showsNames);
  return { kind, locale, templateVersion: wording.templateVersion, ...writeOut(wording, tokens) };
}

/** The blanks of a letter filled in for a preview: by the real person, whose name is written over where it may not be seen. */
export function toPreviewTokens(
  { baseUrl }: Pick<PreviewParts, 'baseUrl'>,
  facts: ReadFacts,
  locale: Locale,
  showsNames: boolean,
): Tokens {
  const name = facts.person ? toCandidateName(facts.person, locale) : '';
  const candidateName = showsNames || name === '' ? name : maskedNames[locale];
  return toLetterTokens(facts, { candidateName, relayUrl: toSampleUrl(baseUrl) });
}

/** The same by an invented applicant. */
export function toSampleTokens(
  { baseUrl }: Pick<PreviewParts, 'baseUrl'>,
  company: Company,
  agency: Agency | undefined,
  locale: Locale,
): Tokens {
  return toLetterTokens(
    { rejection: { job: sampleJobs[locale] }, company, agency },
    { candidateName: toCandidateName(samplePeople[locale], locale), relayUrl: toSampleUrl(baseUrl) },
  );
}

/** The letter to an invented applicant, as the company's letters are worded now where no rule says otherwise. */
export async function previewTemplate(
  parts: Pick<PreviewParts, 'baseUrl'>,
  tx: Tx,
  company: Company,
  locale: Locale,
): Promise<LetterPreview> {
  const { companyId } = company;
  const tokens = toSampleTokens(parts, company, await readAgency(tx, companyId), locale);
  const wording = await chooseNow(tx, companyId, undefined, locale);
  return { kind: 'would', locale, templateVersion: wording.templateVersion, ...writeOut(wording, tokens) };
}

async function chooseNow(
  tx: Tx,
  companyId: string,
  template: string | undefined,
  locale: Locale,
): Promise<ChosenWording> {
  return (await readWordings(tx, companyId, [template])).choose(template, locale);
}

/** The mail, or what is missing for it. */
export function writeOut(
  wording: Pick<ChosenWording, 'render'>,
  tokens: Tokens,
): Pick<LetterPreview, 'mail' | 'lacks'> {
  const lacks = findBlankTokens(standardTemplate, tokens);
  return { lacks, mail: lacks.length > 0 ? null : wording.render(tokens) };
}

/**
 * What the company's letters lack in a language, as they are worded now, and what stands in them that must not; both [] when
 * they may go out. Own words were judged when they were published.
 */
export async function judgeTemplate(
  parts: Pick<PreviewParts, 'baseUrl'>,
  tx: Tx,
  company: Company,
  locale: Locale,
): Promise<{ readonly lacks: readonly string[]; readonly faults: readonly LetterFault[] }> {
  const { lacks } = await previewTemplate(parts, tx, company, locale);
  const { template } = await chooseNow(tx, company.companyId, undefined, locale);
  const isStandard = template === standardTemplate;
  return {
    lacks,
    faults: isStandard ? lintLetter(standardTemplate, locale, readTemplate(standardTemplate, locale)) : [],
  };
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
