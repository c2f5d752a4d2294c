import type { Mapping, ReasonRule } from '../platform/tables.ts';

/** Whether two mappings say the same, whatever the order of their keys. */
export function isSameMapping(one: Mapping, other: Mapping): boolean {
  return areSameRules(one.reasons, other.reasons) && areSameRules(one.stages ?? {}, other.stages ?? {});
}

type Rules = Readonly<Record<string, ReasonRule>>;

function areSameRules(one: Rules, other: Rules): boolean {
  const rules = new Map(Object.entries(other));
  const own = Object.entries(one);
  return own.length === rules.size && own.every(([key, rule]) => isSameRule(rule, rules.get(key)));
}

function isSameRule(one: ReasonRule, other: ReasonRule | undefined): boolean {
  return (
    other !== undefined &&
    one.letter === other.letter &&
    one.decidedBy === other.decidedBy &&
    one.template === other.template
  );
}
