import type { Locale } from './model.ts';

/** A letter of ours as it would be pasted into an ATS now. */
export interface Pastable {
  /** The company's own template; null: the standard letter. */
  readonly template: { readonly id: string; readonly name: string; readonly version: number } | null;
  readonly locale: Locale;
  /** The version that is to be pasted now; the standard letter always is. */
  readonly isNewest: boolean;
  /** Its plain text, and what in it leads to the page: that is looked for elsewhere. */
  readonly text: string;
  readonly link: string;
}

/**
 * How a template of an ATS stands to a letter of ours. `newest`: all its words are there · `older`: all words of a version
 * that is no longer the one to paste · `changed`: most words of the named one, not all.
 */
export interface FoundWording extends Pick<Pastable, 'template' | 'locale'> {
  readonly state: 'newest' | 'older' | 'changed';
}

/** From this share of its words on a letter is told from others of ours, with which it shares its fixed lines. */
const shareAtLeast = 0.7;
/** Shorter lines stand in any letter. In letters and digits. */
const lineAtLeast = 6;

/** Pure: the letter of ours that a text has most words of, a newer one where two have alike; undefined: none is known in it. */
export function findWording(text: string, ours: readonly Pastable[]): FoundWording | undefined {
  const there = toLetters(text);
  const shares = ours.map((one) => ({ one, share: toShare(one, there) }));
  const [best] = shares.toSorted(
    (a, b) => b.share - a.share || Number(b.one.isNewest) - Number(a.one.isNewest) || toVersion(b) - toVersion(a),
  );
  if (!best || best.share < shareAtLeast) return undefined;
  const { template, locale, isNewest } = best.one;
  if (best.share < 1) return { template, locale, state: 'changed' };
  return { template, locale, state: isNewest ? 'newest' : 'older' };
}

function toVersion({ one }: { readonly one: Pastable }): number {
  return one.template?.version ?? 0;
}

/** How much of a letter stands there, from 0 to 1, whatever an editor made of its lines, marks and spaces. */
function toShare({ text, link }: Pastable, there: string): number {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== link)
    .map(toLetters)
    .filter((line) => line.length >= lineAtLeast);
  const size = (some: readonly string[]) => some.reduce((sum, line) => sum + line.length, 0);
  return lines.length === 0 ? 0 : size(lines.filter((line) => there.includes(line))) / size(lines);
}

function toLetters(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
}
