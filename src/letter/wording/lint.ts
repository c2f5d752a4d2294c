import { findGiftWords, type LetterFault, lintLetter } from '../lint.ts';
import type { Locale } from '../model.ts';
import { isWordingToken, type LetterBlock, toPieces, toTyped, type Wording } from './model.ts';
import { dropMarks, renderWording } from './render.ts';

/** What keeps a wording from being published. */
export interface WordingFault {
  readonly code: WordingFaultCode;
  /** The number of the block it concerns, from 0; `subject`, or the letter as a whole. */
  readonly at: number | 'subject' | 'letter';
  /** What was found: a word, a token; '' where the code says all. */
  readonly found: string;
}

export type WordingFaultCode =
  | LetterFault
  | 'subject-empty'
  | 'paragraph-missing'
  | 'text-empty'
  | 'block-twice'
  | 'signature-missing'
  | 'signature-not-last'
  | 'token-broken';

/** Every fault of a wording, from its beginning to its end; [] when it may go out. */
export function lintWording(wording: Wording, locale: Locale): readonly WordingFault[] {
  const { subject, blocks } = wording;
  const faults = [
    ...(subject.trim() === '' ? [{ code: 'subject-empty', at: 'subject', found: '' } as const] : []),
    ...lintTyped(subject, 'subject'),
    ...blocks.flatMap((block, index) => lintBlock(block, index, blocks)),
    ...listMissing(blocks).map((code) => ({ code, at: 'letter', found: '' }) as const),
  ];
  // What the checks of our own letters find beside these; they judge what is written, not how it was put together.
  const isElseSound = faults.every(({ code }) => code === 'gift-word');
  const further = isElseSound ? lintLetter('career-relay', locale, renderWording(wording, locale)) : [];
  return [
    ...faults,
    ...further.filter((code) => code !== 'gift-word').map((code) => ({ code, at: 'letter', found: '' }) as const),
  ];
}

/** Whether an owner may publish it nevertheless, by giving a reason. */
export function isWaivable(faults: readonly WordingFault[]): boolean {
  return faults.length > 0 && faults.every(({ code }) => code === 'gift-word');
}

const needed = [
  ['paragraph', 'paragraph-missing'],
  ['link', 'link-missing'],
  ['refusal', 'refusal-missing'],
  ['signature', 'signature-missing'],
] as const satisfies readonly (readonly [LetterBlock['kind'], WordingFaultCode])[];

function listMissing(blocks: readonly LetterBlock[]): readonly WordingFaultCode[] {
  return needed.flatMap(([kind, code]) => (blocks.some((block) => block.kind === kind) ? [] : [code]));
}

const onceOnly: ReadonlySet<LetterBlock['kind']> = new Set(['greeting', 'link', 'refusal', 'signature']);

function lintBlock(block: LetterBlock, index: number, blocks: readonly LetterBlock[]): readonly WordingFault[] {
  const { kind } = block;
  const typed = toTyped(block);
  const isSecond = onceOnly.has(kind) && blocks.findIndex((one) => one.kind === kind) < index;
  return [
    ...(isSecond ? [{ code: 'block-twice', at: index, found: '' } as const] : []),
    ...(kind === 'signature' && index < blocks.length - 1
      ? [{ code: 'signature-not-last', at: index, found: '' } as const]
      : []),
    ...(typed?.trim() === '' ? [{ code: 'text-empty', at: index, found: '' } as const] : []),
    ...(typed === undefined ? [] : lintTyped(typed, index)),
  ];
}

function lintTyped(typed: string, at: WordingFault['at']): readonly WordingFault[] {
  const pieces = toPieces(typed);
  const tokens = pieces.flatMap((piece) => ('token' in piece ? [piece.token] : []));
  const unknown = tokens.filter((token) => token !== 'relayUrl' && !isWordingToken(token));
  const literals = pieces.flatMap((piece) => ('text' in piece ? [piece.text] : []));
  const broken = literals.flatMap((text) => /\{\{.{0,20}|\{%.{0,20}|.{0,20}\}\}|.{0,20}%\}|\{$/.exec(text)?.[0] ?? []);
  const [gift] = findGiftWords(dropMarks(typed));
  return [
    ...(tokens.includes('relayUrl') ? [{ code: 'link-not-alone', at, found: '' } as const] : []),
    ...[...new Set(unknown)].map((found) => ({ code: 'token-unknown', at, found }) as const),
    ...broken.map((found) => ({ code: 'token-broken', at, found }) as const),
    ...(gift === undefined ? [] : [{ code: 'gift-word', at, found: gift } as const]),
  ];
}
