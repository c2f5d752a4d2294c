import type { MappedReason, Mapping, MappingOverview, ReasonRule, StageRule } from './types.ts';

/** The rules that were touched here, over those that stand; a rule that says nothing takes one away. */
export interface Draft {
  readonly reasons: Readonly<Record<string, ReasonRule>>;
  readonly stages: Readonly<Record<string, StageRule>>;
}

export const untouched: Draft = { reasons: {}, stages: {} };

/** The mapping that stands, out of what is shown. */
export function toStanding({ reasons, stages }: Pick<MappingOverview, 'reasons' | 'stages'>): Draft {
  return {
    reasons: Object.fromEntries(reasons.flatMap(({ reasonRef, rule }) => (rule ? [[reasonRef, rule]] : []))),
    stages: Object.fromEntries(stages.flatMap(({ name, rule }) => (rule ? [[name, rule]] : []))),
  };
}

/** The whole mapping as it would be saved. */
export function toMapping(standing: Draft, touched: Draft): Mapping & Draft {
  return {
    reasons: toSaid({ ...standing.reasons, ...touched.reasons }),
    stages: toSaid({ ...standing.stages, ...touched.stages }),
  };
}

/** The touched rules that make a whole mapping of what stands: what it does not name is taken away. */
export function toTouched(standing: Draft, { reasons, stages = {} }: Mapping): Draft {
  return {
    reasons: { ...toEmpty(standing.reasons), ...reasons },
    stages: { ...toEmpty(standing.stages), ...stages },
  };
}

function toEmpty(rules: object): Record<string, object> {
  return Object.fromEntries(Object.keys(rules).map((ref) => [ref, {}]));
}

function toSaid<T extends StageRule>(rules: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(rules).filter(([, rule]) => !isEmpty(rule)));
}

function isEmpty(rule: ReasonRule): boolean {
  return rule.letter === undefined && rule.decidedBy === undefined && rule.template === undefined;
}

export function isSameRule(one: ReasonRule, other: ReasonRule): boolean {
  return one.letter === other.letter && one.decidedBy === other.decidedBy && one.template === other.template;
}

/** Whether anything would change by saving. */
export function isDirty(standing: Draft, touched: Draft): boolean {
  const differs = (rules: Readonly<Record<string, ReasonRule>>, own: Readonly<Record<string, ReasonRule>>) =>
    Object.entries(own).some(([ref, rule]) => !isSameRule(rule, rules[ref] ?? {}));
  return differs(standing.reasons, touched.reasons) || differs(standing.stages, touched.stages);
}

/** What becomes of letters by who decided, where no rule speaks of the letter. */
export const usual = { company: 'send', candidate: 'skip', unknown: 'hold' } as const;

/** Nobody has said what the reason means, and the ATS does not: its letters are held. */
export function isOpen({ rule, decidedBy }: Pick<MappedReason, 'rule' | 'decidedBy'>): boolean {
  return rule?.letter === undefined && (rule?.decidedBy ?? decidedBy) === 'unknown';
}
