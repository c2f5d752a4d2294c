import type { Connection } from '../connector/index.ts';
import { chooseTemplate, type Judged, judgeRejection, type LetterPlan, standardRule } from './model.ts';

/** What changes with another mapping; nothing that was sent does. Counts. */
export interface MappingEffect {
  /** Rejections that would be judged otherwise: a letter where there was none, or none where there was one. */
  readonly rejections: number;
  /** Those that get a letter before and after, written with another template. */
  readonly templates: number;
  /** Held letters that would be planned, skipped, or go on waiting. */
  readonly heldPlanned: number;
  readonly heldSkipped: number;
  readonly heldKept: number;
  /** Planned letters that would be held or skipped at their second look, before they leave. */
  readonly plannedHeld: number;
  readonly plannedSkipped: number;
}

export interface MappingPreview {
  readonly sum: MappingEffect;
  /** Of each reason that anything changes for, or letters wait for; null: the ATS named none. */
  readonly reasons: readonly (MappingEffect & { readonly reasonRef: string | null })[];
}

/** So many rejections that are judged alike. */
export type Alike = Judged & { readonly count: number };

export interface EffectInput {
  readonly before: Pick<Connection, 'mapping' | 'mode'>;
  readonly after: Pick<Connection, 'mapping' | 'mode'>;
  /** The id of the template that is used where no rule names one; undefined: the standard letter is. */
  readonly usual: string | undefined;
  /** The rejections of late that stand. */
  readonly lately: readonly Alike[];
  /** Those whose letter is planned and was not released by hand. */
  readonly planned: readonly Alike[];
  /** The held letters, each as it would be planned with the new mapping. */
  readonly held: readonly { readonly reasonRef: string | null; readonly status: LetterPlan['status'] }[];
}

/** Judges twice what there is, with the functions that plan letters, and counts where the two differ. */
export function findEffect({ before, after, usual, lately, planned, held }: EffectInput): MappingPreview {
  const parts = [
    ...lately.map((alike) => ({ reasonRef: alike.reasonRef, effect: ofLately(alike, { before, after, usual }) })),
    ...planned.map((alike) => ({ reasonRef: alike.reasonRef, effect: ofPlanned(alike, before, after) })),
    ...held.map(({ reasonRef, status }) => ({ reasonRef, effect: ofHeld(status) })),
  ];
  const byReason = Map.groupBy(parts, ({ reasonRef }) => reasonRef);
  const reasons = [...byReason].map(([reasonRef, own]) => ({ reasonRef, ...add(own.map(({ effect }) => effect)) }));
  return {
    sum: add(parts.map(({ effect }) => effect)),
    reasons: reasons.filter(({ reasonRef: _, ...effect }) => Object.values(effect).some((count) => count > 0)),
  };
}

type Side = EffectInput['before'];

function ofLately(
  alike: Alike,
  { before, after, usual = standardRule }: Pick<EffectInput, 'before' | 'after' | 'usual'>,
): Partial<MappingEffect> {
  const [old, made] = [judgeRejection(alike, before).letter, judgeRejection(alike, after).letter];
  if (old !== made) return { rejections: alike.count };
  const toWording = (side: Side) => chooseTemplate(alike, side) ?? usual;
  const isWrittenOtherwise = made === 'send' && toWording(before) !== toWording(after);
  return isWrittenOtherwise ? { templates: alike.count } : {};
}

/** One that the present mapping would stop as well is not changed by the new one. */
function ofPlanned(alike: Alike, before: Side, after: Side): Partial<MappingEffect> {
  if (judgeRejection(alike, before).letter !== 'send') return {};
  const { letter } = judgeRejection(alike, after);
  if (letter === 'send') return {};
  return letter === 'hold' ? { plannedHeld: alike.count } : { plannedSkipped: alike.count };
}

function ofHeld(status: LetterPlan['status']): Partial<MappingEffect> {
  if (status === 'planned') return { heldPlanned: 1 };
  return status === 'skipped' ? { heldSkipped: 1 } : { heldKept: 1 };
}

function add(effects: readonly Partial<MappingEffect>[]): MappingEffect {
  const total = (name: keyof MappingEffect) => effects.reduce((sum, effect) => sum + (effect[name] ?? 0), 0);
  return {
    rejections: total('rejections'),
    templates: total('templates'),
    heldPlanned: total('heldPlanned'),
    heldSkipped: total('heldSkipped'),
    heldKept: total('heldKept'),
    plannedHeld: total('plannedHeld'),
    plannedSkipped: total('plannedSkipped'),
  };
}
