import { Accordion, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SecretInput } from '../parts/secret-input.tsx';
import type { Access, Field } from './types.ts';
import { useWords } from './use-connections.ts';

export type Values = Readonly<Record<string, string>>;

/** The fields that a connection with this access is asked for. */
export function toFieldsOf(fields: readonly Field[], access: Access | null): readonly Field[] {
  return fields.filter(({ onlyFor }) => onlyFor === null || onlyFor === access);
}

export interface FieldsProps {
  readonly fields: readonly Field[];
  readonly values: Values;
  /** One field was typed in; the others keep following what the server says. */
  readonly onChange: (name: string, value: string) => void;
  /** Whether the server has the secrets already: then they are replaced by a step of their own. */
  readonly areSet?: boolean;
  readonly isReadOnly?: boolean;
}

/** A form drawn from what the connector declares; what only special set-ups change is folded away. */
export function Fields({ fields, ...rest }: FieldsProps) {
  const { t } = useTranslation();
  const usual = fields.filter(({ isAdvanced }) => !isAdvanced);
  const advanced = fields.filter(({ isAdvanced }) => isAdvanced);
  return (
    <Stack gap="lg">
      {usual.map((field) => (
        <FieldInput key={field.name} field={field} {...rest} />
      ))}
      {advanced.length > 0 && (
        <Accordion variant="contained" radius="md">
          <Accordion.Item value="advanced">
            <Accordion.Control>{t('connections.advanced')}</Accordion.Control>
            <Accordion.Panel>
              <Stack gap="lg">
                {advanced.map((field) => (
                  <FieldInput key={field.name} field={field} {...rest} />
                ))}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </Stack>
  );
}

interface FieldInputProps extends Omit<FieldsProps, 'fields'> {
  readonly field: Field;
}

function FieldInput({ field, values, onChange, areSet = false, isReadOnly = false }: FieldInputProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { name, kind, example, isOptional } = field;
  const label = isOptional ? t('connections.optional', { label: words(field.label) }) : words(field.label);
  const set = (value: string) => onChange(name, value);
  const common = { label, description: words(field.help), placeholder: t('connections.example', { example }) };
  if (kind === 'secret') {
    if (isReadOnly) return null;
    return <SecretInput {...common} isSet={areSet} value={values[name] ?? ''} onChange={set} />;
  }
  return (
    <TextInput
      {...common}
      value={values[name] ?? ''}
      onChange={(event) => set(event.currentTarget.value)}
      inputMode={kind === 'url' ? 'url' : 'text'}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      readOnly={isReadOnly}
      required={!isOptional}
      withAsterisk={false}
    />
  );
}

/** Typed on Japanese keyboards: full-width letters and stray spaces mean nothing in a key or an address. */
export function toClean(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.normalize('NFKC').trim()]));
}
