import { toPlainLine } from '../../platform/plain-line.ts';
import type { LetterBlock } from '../../platform/tables.ts';
import type { Locale } from '../model.ts';

export type { LetterBlock };

/** What a company's letter says, in one language. */
export interface Wording {
  readonly subject: string;
  readonly blocks: readonly LetterBlock[];
}

/** The letter that is always there, as it stands in the `template` of letters. */
export const standardTemplate = 'career-relay';

/** How long the parts of a wording may be, in characters. A mail of all of it stays far below what mail programs cut. */
export const wordingLimits = {
  subject: 200,
  paragraph: 4_000,
  heading: 120,
  label: 40,
  sender: 80,
  blocks: 40,
} as const;
export const wordingCharactersAtMost = 20_000;

/** What people can put into the text of a wording; a link stands only in its block. */
export const wordingTokens = [
  'candidateName',
  'application',
  'jobTitle',
  'companyName',
  'agencyName',
  'linkDays',
  'postalAddress',
  'contactEmail',
] as const;
export type WordingToken = (typeof wordingTokens)[number];

/** Not every rejection tells the job, so what names it reads well without. In Liquid, by the tokens of the letter. */
const phrases: Readonly<Record<Locale, Partial<Record<WordingToken, string>>>> = {
  ja: {
    application: "{% if jobTitle != '' %}「{{ jobTitle }}」への{% endif %}ご応募",
    jobTitle: "{% if jobTitle != '' %}{{ jobTitle }}{% else %}ご応募の職種{% endif %}",
  },
  en: {
    application: "your application{% if jobTitle != '' %} for the position of {{ jobTitle }}{% endif %}",
    jobTitle: "{% if jobTitle != '' %}{{ jobTitle }}{% else %}the position you applied for{% endif %}",
  },
};

export function toLiquid(token: WordingToken, locale: Locale): string {
  return phrases[locale][token] ?? `{{ ${token} }}`;
}

export function isWordingToken(name: string): name is WordingToken {
  const known: readonly string[] = wordingTokens;
  return known.includes(name);
}

/** A piece of a line: literal text, or what stands between two pairs of braces. */
export type Piece = { readonly text: string } | { readonly token: string };

/** `{{ name }}` is a token, whether we know it or not; everything else is text. */
export function toPieces(line: string): readonly Piece[] {
  return line
    .split(/(\{\{ *[A-Za-z]\w* *\}\})/)
    .map((part, index) => (index % 2 === 1 ? { token: part.replaceAll(/[{} ]/g, '') } : { text: part }))
    .filter((piece) => 'token' in piece || piece.text !== '');
}

/** A typed text as it may be kept: lines without control characters. */
export function toCleanText(typed: string): string {
  return typed
    .split(/\r\n?|\n/)
    .map(toPlainLine)
    .join('\n')
    .trim();
}

/** What people typed into a block, by the name of its field; undefined where we word all of it. */
export function toTyped(block: LetterBlock): string | undefined {
  if ('text' in block) return block.text;
  if ('label' in block) return block.label;
  return 'sender' in block ? block.sender : undefined;
}
