import type { Locale, NoticeKind } from '../notice/kinds.ts';
import { toMoment } from './dates.ts';
import { fillText } from './liquid.ts';
import { holdNames, partTexts } from './texts.ts';
import type { LetterCounts } from './view.ts';

/** How letters stand, one line for each state that any of them is in, as mrkdwn; [] when there is none. */
export function toLetterLines(counts: LetterCounts, locale: Locale): readonly string[] {
  const { letters: texts } = partTexts[locale];
  const { planned, held, sent, cancelled, unclear, nextAt } = counts;
  const why = toHoldText(counts, locale);
  const lines: readonly (readonly [number, string])[] = [
    [planned, nextAt ? texts.plannedNext : texts.planned],
    [held, why === '' ? texts.held : texts.heldWhy],
    [unclear, texts.unclear],
    [sent, texts.sent],
    [cancelled, texts.cancelled],
  ];
  return lines
    .filter(([count]) => count > 0)
    .map(([count, text]) => fillText(text, { count, why, when: nextAt ? toMoment(nextAt, locale) : '' }, 'mrkdwn'));
}

/** The same as plain text in one sentence, for the fallback. */
export function toLetterSentence(counts: LetterCounts, locale: Locale): string {
  const { separator, end, done, shadow } = partTexts[locale].letters;
  // The space that mrkdwn wants after bold Japanese is none of the sentence.
  const lines = toLetterLines(counts, locale).map((line) =>
    line.replace(/\*(\S+)\*( ?)/g, locale === 'ja' ? '$1' : '$1$2'),
  );
  const sentence = isOpen(counts) ? `${lines.join(separator)}${end}` : [...lines, done].join(separator);
  return counts.isShadow ? `${sentence}${locale === 'ja' ? '' : ' '}${shadow}` : sentence;
}

/** Whether anything is left for a person to look at. */
export function isOpen({ planned, held, unclear }: LetterCounts): boolean {
  return planned + held + unclear > 0;
}

/** Whether what the notice was about is over, so that its first words no longer fit. */
export function isSettled(kind: NoticeKind, counts: LetterCounts): boolean {
  return kind === 'letters-held' ? counts.held + counts.unclear === 0 : !isOpen(counts);
}

/** Whether most of those that wait do so because nobody has said what their reason means. */
export function isWaitingForReasons({ heldBy }: LetterCounts): boolean {
  const unknown = heldBy['reason-unknown'] ?? 0;
  return unknown > 0 && Object.values(heldBy).every((count) => count <= unknown);
}

/** `理由が未設定 3・宛先なし 2`, the largest first; '' when no reason is known. */
function toHoldText({ heldBy }: LetterCounts, locale: Locale): string {
  const { holds, letters } = partTexts[locale];
  const counted = new Map<string, number>();
  for (const [reason, count] of Object.entries(heldBy)) {
    const name = holdNames.find((known) => known === reason) ?? 'other';
    if (count > 0) counted.set(holds[name], (counted.get(holds[name]) ?? 0) + count);
  }
  return [...counted]
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => fillText(letters.why, { reason, count }, 'plain'))
    .join(letters.whySeparator);
}
