import type { LetterWording } from './types.ts';

export interface DiffLine {
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

/** A wording line by line, as people compare it. @param nameOf what a block that we word is called. */
export function toLines(
  { subject, blocks }: LetterWording,
  nameOf: (kind: LetterWording['blocks'][number]['kind']) => string,
): readonly string[] {
  return [
    subject,
    ...blocks.flatMap((block) => {
      if ('text' in block) return block.text.split('\n');
      if ('label' in block) return [`[${nameOf(block.kind)}] ${block.label}`];
      return [`[${nameOf(block.kind)}]${'sender' in block ? ` ${block.sender}` : ''}`];
    }),
  ];
}

/** What was taken away and what was added, in the order of reading: the longest common part stays. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const common = measure(before, after);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, made] = [before[i], after[j]];
    if (old !== undefined && old === made) {
      lines.push({ sign: ' ', text: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (made === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      lines.push({ sign: '-', text: old });
      i += 1;
    } else {
      lines.push({ sign: '+', text: made ?? '' });
      j += 1;
    }
  }
  return lines;
}

/** How many lines the rests from each pair of places on have in common. */
function measure(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: before.length + 1 }, () => Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row)
        row[j] =
          before[i] === after[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  return table;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
