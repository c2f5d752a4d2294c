import type { Mapping, ReasonRule } from '../platform/tables.ts';

type Rules = Readonly<Record<string, ReasonRule>>;

/** One rule that two mappings do not have alike; null: there is none. */
export interface MappingChange {
  readonly kind: 'reason' | 'stage';
  /** The vendor's id of the reason, or the name of the stage. */
  readonly ref: string;
  readonly before: ReasonRule | null;
  readonly after: ReasonRule | null;
}

/** What becomes of one mapping in another, reasons first, each in the order of their ids. */
export function diffMappings(before: Mapping, after: Mapping): readonly MappingChange[] {
  return [
    ...diffRules('reason', before.reasons, after.reasons),
    ...diffRules('stage', before.stages ?? {}, after.stages ?? {}),
  ];
}

function diffRules(kind: MappingChange['kind'], before: Rules, after: Rules): readonly MappingChange[] {
  const [old, made] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...made.keys()])]
    .toSorted()
    .map((ref) => ({ kind, ref, before: old.get(ref) ?? null, after: made.get(ref) ?? null }))
    .filter((change) => !isSameRule(change.before, change.after));
}

function isSameRule(one: ReasonRule | null, other: ReasonRule | null): boolean {
  return one?.letter === other?.letter && one?.decidedBy === other?.decidedBy && one?.template === other?.template;
}

/** Whether two mappings say the same, whatever the order of their keys. */
export function isSameMapping(one: Mapping, other: Mapping): boolean {
  return diffMappings(one, other).length === 0;
}

/** The same without rules that say nothing. */
export function tidyMapping({ reasons, stages = {} }: Mapping): Mapping {
  const tidyStages = tidyRules(stages);
  return { reasons: tidyRules(reasons), ...(Object.keys(tidyStages).length > 0 && { stages: tidyStages }) };
}

function tidyRules<T extends ReasonRule>(rules: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(rules).filter(([, rule]) => Object.values(rule).some(isSaid)));
}

function isSaid(value: unknown): boolean {
  return value !== undefined;
}
