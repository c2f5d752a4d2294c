import type { TFunction } from 'i18next';
import type { MappingVersion, ReasonRule, Template } from './types.ts';

/** A rule in one line: who decided, what becomes of the letter, how it is worded. */
export function toRuleText(t: TFunction, rule: ReasonRule | null, templates: readonly Template[]): string {
  if (rule === null) return t('mapping.noRule');
  const { decidedBy, letter, template } = rule;
  return [
    decidedBy && t(`mapping.decidedBy.${decidedBy}`),
    letter && t(`mapping.letter.${letter}`),
    template && toTemplateName(t, template, templates),
  ]
    .filter(Boolean)
    .join(' ・ ');
}

/** As a rule names the letter that is always there. */
export const standard = 'standard';

export function toTemplateName(t: TFunction, template: string, templates: readonly Template[]): string {
  if (template === standard) return t('mapping.template.standard');
  return templates.find(({ id }) => id === template)?.name ?? t('mapping.templateGone');
}

/** Who made a version. */
export function toMaker(t: TFunction, { actor, actorName }: Pick<MappingVersion, 'actor' | 'actorName'>): string {
  if (actor === null) return t('mapping.maker.before');
  if (actorName !== null) return actorName;
  const [kind] = actor.split(':');
  const known = (['admin', 'user', 'token', 'slack'] as const).find((one) => one === kind);
  return known === undefined ? actor : t(`mapping.maker.${known}`);
}
