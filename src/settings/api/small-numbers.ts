/** What is told of a group: bands, so that two reports taken from each other never show a person. */
export interface Cell {
  readonly name: string | null;
  readonly rejections: Band | null;
  readonly letters: Band | null;
  readonly consents: Band | null;
}

export interface Band {
  readonly least: number;
  readonly most: number;
}

/** Groups that are told together, because each is small or there are many. */
export interface Rest extends Omit<Cell, 'name'> {
  readonly groups: number;
}

interface Group {
  readonly name: string | null;
  readonly rejections: number;
  readonly letters: number;
  readonly consents: number;
}

/** Fewer people than this are never told of. */
export const smallest = 10;
const bandWidth = 5;
const shownMost = 12;

/**
 * Groups as a report may show them: none of fewer than ten, and what is left over is ten or more together, else the
 * smallest group joins it; otherwise the total minus the rest would tell what was hidden. @param groups most first.
 */
export function hideSmall(groups: readonly Group[]): { readonly cells: readonly Cell[]; readonly rest: Rest | null } {
  const large = groups.filter(({ rejections }) => rejections >= smallest).slice(0, shownMost);
  const hidden = groups.filter((group) => !large.includes(group));
  const shown = [...large];
  while (hidden.length > 0 && sum(hidden, 'rejections') < smallest) {
    const last = shown.pop();
    if (!last) break;
    hidden.push(last);
  }
  const rest = {
    groups: hidden.length,
    ...toBands({
      rejections: sum(hidden, 'rejections'),
      letters: sum(hidden, 'letters'),
      consents: sum(hidden, 'consents'),
    }),
  };
  return {
    cells: shown.map(({ name, ...counts }) => ({ name, ...toBands(counts) })),
    rest: hidden.length === 0 ? null : rest,
  };
}

/** Null: fewer than ten. */
export function toBand(count: number): Band | null {
  if (count < smallest) return null;
  const least = Math.floor(count / bandWidth) * bandWidth;
  return { least, most: least + bandWidth - 1 };
}

type Counts = Pick<Group, 'rejections' | 'letters' | 'consents'>;

function toBands({ rejections, letters, consents }: Counts): Omit<Cell, 'name'> {
  return { rejections: toBand(rejections), letters: toBand(letters), consents: toBand(consents) };
}

function sum(groups: readonly Group[], name: keyof Counts): number {
  return groups.reduce((total, group) => total + group[name], 0);
}
