import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReasonRule, Template } from './types.ts';
import { standard, toTemplateName } from './words.ts';

interface ChoiceProps<V extends string> {
  /** For a screen reader: of which reason or stage. */
  readonly label: string;
  readonly values: readonly V[];
  readonly value: V | undefined;
  /** What stands where nothing is said. */
  readonly usual: string;
  readonly toText: (value: V) => string;
  readonly onChange: (value: V | undefined) => void;
  readonly isReadOnly: boolean;
}

/** One choice of a rule; its first option says nothing. Who may not choose reads what was chosen. */
function Choice<V extends string>({ label, values, value, usual, toText, onChange, isReadOnly }: ChoiceProps<V>) {
  if (isReadOnly) return <>{value === undefined ? usual : toText(value)}</>;
  return (
    <NativeSelect
      aria-label={label}
      data={[{ value: '', label: usual }, ...values.map((one) => ({ value: one, label: toText(one) }))]}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(values.find((one) => one === currentTarget.value))}
    />
  );
}

interface RuleProps<R> {
  /** What the rule is about. */
  readonly name: string;
  readonly rule: R;
  readonly onChange: (rule: R) => void;
  readonly isReadOnly: boolean;
}

const deciders = ['company', 'candidate', 'unknown'] as const;
const letters = ['send', 'skip', 'hold'] as const;

/** Who decides by a reason. @param usual as far as the ATS says. */
export function DeciderChoice(props: RuleProps<ReasonRule> & { readonly usual: (typeof deciders)[number] }) {
  const { t } = useTranslation();
  const { name, rule, onChange, isReadOnly, usual } = props;
  return (
    <Choice
      label={t('mapping.of', { what: t('mapping.column.decidedBy'), name })}
      values={deciders}
      value={rule.decidedBy}
      usual={t('mapping.asAts', { who: t(`mapping.decidedBy.${usual}`) })}
      toText={(value) => t(`mapping.decidedBy.${value}`)}
      onChange={(decidedBy) => onChange({ ...rule, decidedBy })}
      isReadOnly={isReadOnly}
    />
  );
}

/** What becomes of the letter. @param usual what that is where nothing is said. */
export function LetterChoice({
  name,
  rule,
  onChange,
  isReadOnly,
  usual,
}: RuleProps<ReasonRule> & { readonly usual: string }) {
  const { t } = useTranslation();
  return (
    <Choice
      label={t('mapping.of', { what: t('mapping.column.letter'), name })}
      values={letters}
      value={rule.letter}
      usual={usual}
      toText={(value) => t(`mapping.letter.${value}`)}
      onChange={(letter) => onChange({ ...rule, letter })}
      isReadOnly={isReadOnly}
    />
  );
}

/** How the letter is worded. One that was deleted meanwhile is shown, so that it can be changed. */
export function TemplateChoice({
  name,
  rule,
  onChange,
  isReadOnly,
  templates,
  usual,
}: RuleProps<ReasonRule> & { readonly templates: readonly Template[]; readonly usual: string }) {
  const { t } = useTranslation();
  const known = [standard, ...templates.map(({ id }) => id)];
  const { template } = rule;
  return (
    <Choice
      label={t('mapping.of', { what: t('mapping.column.template'), name })}
      values={template === undefined || known.includes(template) ? known : [...known, template]}
      value={template}
      usual={usual}
      toText={(value) => toTemplateName(t, value, templates)}
      onChange={(chosen) => onChange({ ...rule, template: chosen })}
      isReadOnly={isReadOnly}
    />
  );
}
