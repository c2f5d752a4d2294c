import { z } from 'zod';
import { findGiftWords, type Locale } from '../letter/index.ts';
import { toPlainLine, toPlainText } from '../platform/plain-line.ts';

/** Characters at most. */
export const longestWords = {
  heading: 60,
  introduction: 600,
  question: 100,
  answer: 400,
  closing: 200,
  thanksGranted: 300,
  thanksDeclined: 300,
} as const;
export const questionsAtMost = 6;

/** What a company says in its own words on the applicants' page, in one language. '' where it says nothing of its own. */
export const PageWords = z.strictObject({
  heading: z.string().max(longestWords.heading).describe('Above the introduction; one line.'),
  introduction: z.string().max(longestWords.introduction).describe('Before the explanation.'),
  questions: z
    .array(
      z.strictObject({
        question: z.string().max(longestWords.question).describe('One line.'),
        answer: z.string().max(longestWords.answer),
      }),
    )
    .max(questionsAtMost)
    .describe('After the explanation.'),
  closing: z.string().max(longestWords.closing).describe('At the foot of the asking page.'),
  thanksGranted: z.string().max(longestWords.thanksGranted).describe('After a yes.'),
  thanksDeclined: z.string().max(longestWords.thanksDeclined).describe('After a no.'),
});
export type PageWords = z.infer<typeof PageWords>;

/** In force in one language. */
export interface PublishedWords {
  readonly version: number;
  readonly words: PageWords;
}

/** Where a language is missing, the page has our words alone. */
export type OwnWords = Readonly<Partial<Record<Locale, PublishedWords>>>;

/**
 * What the page says whatever a company adds: the law wants it, or the agreement would be worth nothing without it. In
 * the order of the page. No words of a company take their place.
 */
export const fixedParts = [
  'question',
  'free',
  'agency',
  'purpose',
  'next',
  'recipients',
  'records',
  'benefit',
  'duration',
  'withdrawal',
  'contact',
  'box',
  'buttons',
] as const;
export type FixedPart = (typeof fixedParts)[number];

export type WordsFault =
  /** A question without its answer or the other way round, or a heading over nothing. */
  | 'blank'
  /** Nothing is said at all: then our words stand alone. */
  | 'nothing-said'
  | 'gift-word'
  /** Agreeing is called a duty, hurried, or said to help or harm in a selection. */
  | 'pressure'
  | 'link';

export interface WordsProblem {
  /** `heading`, `questions.0.answer`; '' for the whole. */
  readonly part: string;
  readonly fault: WordsFault;
  /** The words in question; '' where the fault says all. */
  readonly found: string;
}

/** Plain text, line by line; questions of which nothing was filled in are left out. */
export function toTidyWords(words: PageWords): PageWords {
  return {
    heading: toPlainLine(words.heading),
    introduction: toPlainText(words.introduction),
    questions: words.questions
      .map(({ question, answer }) => ({ question: toPlainLine(question), answer: toPlainText(answer) }))
      .filter(({ question, answer }) => question !== '' || answer !== ''),
    closing: toPlainText(words.closing),
    thanksGranted: toPlainText(words.thanksGranted),
    thanksDeclined: toPlainText(words.thanksDeclined),
  };
}

/** What keeps a company's own words from being published, in the order of the page; [] when they may be. */
export function lintWords(given: PageWords): readonly WordsProblem[] {
  const words = toTidyWords(given);
  const parts = listParts(words);
  if (parts.every(({ text }) => text === '')) return [{ part: '', fault: 'nothing-said', found: '' }];
  return parts.flatMap(({ part, text, isNeeded }) =>
    text === ''
      ? isNeeded
        ? [{ part, fault: 'blank' as const, found: '' }]
        : []
      : lintText(text).map((problem) => ({ part, ...problem })),
  );
}

interface Part {
  readonly part: string;
  readonly text: string;
  readonly isNeeded: boolean;
}

function listParts({ heading, introduction, questions, closing, thanksGranted, thanksDeclined }: PageWords) {
  const optional = (part: string, text: string): Part => ({ part, text, isNeeded: false });
  return [
    optional('heading', heading),
    { part: 'introduction', text: introduction, isNeeded: heading !== '' },
    ...questions.flatMap(({ question, answer }, index) => [
      { part: `questions.${index}.question`, text: question, isNeeded: true },
      { part: `questions.${index}.answer`, text: answer, isNeeded: true },
    ]),
    optional('closing', closing),
    optional('thanksGranted', thanksGranted),
    optional('thanksDeclined', thanksDeclined),
  ] as const satisfies readonly Part[];
}

function lintText(text: string): readonly Omit<WordsProblem, 'part'>[] {
  const folded = text.normalize('NFKC');
  return [
    ...findGiftWords(text).map((found) => ({ fault: 'gift-word' as const, found })),
    ...find('pressure', folded, pressing),
    ...find('link', folded, [link]),
  ];
}

function find(fault: WordsFault, text: string, patterns: readonly RegExp[]): readonly Omit<WordsProblem, 'part'>[] {
  const found = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([words]) => words));
  return [...new Set(found)].map((words) => ({ fault, found: words }));
}

/**
 * Clear cases alone, in both languages; a sentence that says the opposite ("you need not agree", 同意は必要ありません,
 * 有利になることはありません) is let through. The rest is for people: the settings page says what is not allowed and why.
 */
const pressing: readonly RegExp[] = [
  /必ず.{0,4}同意/g,
  /同意[がは](?:必要|必須|不可欠|条件)(?!(?:で)?(?:[はも])?(?:あり|ない|なく))/g,
  /同意(?:し|され)なければ(?:な|いけ)/g,
  /同意(?:し|され|いただか)ないと(?:いけ|だめ|ダメ|不利)/g,
  /(?:選考|合否|採用)[^。\n]{0,12}(?:有利|優遇)(?![^。\n]{0,10}(?:ありません|ない|せん))/g,
  /不利に(?:なります|なる(?!こと|もの|わけ))/g,
  /今だけ|残りわずか|本日(?:限り|まで)/g,
  /(?<!\bnot |n[’']t )\b(?:must|have to|need to|required to|obliged to) (?:agree|consent)\b/gi,
  /\b(?:agreement|agreeing|consent) is (?:required|mandatory|necessary|compulsory)\b/gi,
  /\b(?:better|higher|improves? your|increases? your|raises? your) chances?\b/gi,
  /\b(?:hurry|last chance|limited time)\b/gi,
];

/** An address of the web, with or without its scheme; a mail address is none. */
const link =
  /(?:https?:\/\/|\bwww\.)[^\s、。）)」]*|(?<![\w.@-])(?:[a-z0-9-]+\.)+(?:com|net|org|jp|io|co|me|info|biz|app|dev|page|site|link|ly)\b(?![\w@.-]*@)[^\s、。）)」]*/gi;
