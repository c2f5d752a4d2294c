import type { BlockKind, LetterBlock, LetterWording } from './types.ts';

/** A wording while it is edited: each block keeps its key wherever it is moved. */
export interface Edited {
  readonly subject: string;
  readonly blocks: readonly KeyedBlock[];
}

export interface KeyedBlock {
  readonly key: number;
  readonly block: LetterBlock;
}

/** As the server takes them (src/letter/wording/model.ts); a test holds the two together. */
export const limits = { subject: 200, paragraph: 4_000, heading: 120, label: 40, sender: 80, blocks: 40 } as const;

export const tokens = [
  'candidateName',
  'application',
  'jobTitle',
  'companyName',
  'agencyName',
  'linkDays',
  'postalAddress',
  'contactEmail',
] as const;

export function toEdited({ subject, blocks }: LetterWording): Edited {
  return { subject, blocks: blocks.map((block, key) => ({ key, block })) };
}

export function toWording({ subject, blocks }: Edited): LetterWording {
  return { subject, blocks: blocks.map(({ block }) => block) };
}

export function isSame(one: LetterWording, other: LetterWording): boolean {
  const toText = ({ subject, blocks }: LetterWording) =>
    JSON.stringify([subject, blocks.map((block) => Object.entries(block).sort())]);
  return toText(one) === toText(other);
}

export function changeBlock(edited: Edited, key: number, block: LetterBlock): Edited {
  return { ...edited, blocks: edited.blocks.map((one) => (one.key === key ? { key, block } : one)) };
}

export function removeBlock(edited: Edited, key: number): Edited {
  return { ...edited, blocks: edited.blocks.filter((one) => one.key !== key) };
}

/** One place up (-1) or down (1); at the end nothing happens. */
export function moveBlock(edited: Edited, key: number, by: -1 | 1): Edited {
  const from = edited.blocks.findIndex((one) => one.key === key);
  const moved = edited.blocks[from];
  const other = edited.blocks[from + by];
  if (!moved || !other) return edited;
  return { ...edited, blocks: edited.blocks.with(from, other).with(from + by, moved) };
}

/** Stands last, but before a signature. */
export function addBlock(edited: Edited, block: LetterBlock): Edited {
  const key = Math.max(-1, ...edited.blocks.map((one) => one.key)) + 1;
  const isSigned = edited.blocks.at(-1)?.block.kind === 'signature';
  const at = edited.blocks.length - (isSigned ? 1 : 0);
  return { ...edited, blocks: edited.blocks.toSpliced(at, 0, { key, block }) };
}

export const kinds = ['greeting', 'paragraph', 'heading', 'divider', 'link', 'refusal', 'signature'] as const;

const once: ReadonlySet<BlockKind> = new Set(['greeting', 'link', 'refusal', 'signature']);

/** Whether a letter may have another block of this kind. */
export function canAdd({ blocks }: Edited, kind: BlockKind): boolean {
  return blocks.length < limits.blocks && !(once.has(kind) && blocks.some(({ block }) => block.kind === kind));
}

export function makeBlock(kind: BlockKind): LetterBlock {
  if (kind === 'paragraph' || kind === 'heading') return { kind, text: '' };
  if (kind === 'link') return { kind, label: '' };
  return kind === 'signature' ? { kind, sender: '' } : { kind };
}
