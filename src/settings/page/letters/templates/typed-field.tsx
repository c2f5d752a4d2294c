import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { Bold } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { TokenMenu } from './token-menu.tsx';

export interface TypedFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly longest: number;
  /** What is wrong with it; '' nothing. */
  readonly fault: string;
  readonly isReadOnly: boolean;
  readonly hasLines?: boolean;
  readonly lang: string;
}

/** A text with tokens, which are put where the cursor stands. */
export function TypedField(props: TypedFieldProps) {
  const { label, description, value, onChange, longest, fault, isReadOnly, hasLines = false, lang } = props;
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);
  const line = useRef<HTMLInputElement>(null);
  const shared = {
    label,
    description,
    value,
    maxLength: longest,
    error: fault === '' ? undefined : fault,
    readOnly: isReadOnly,
    lang,
  };

  /** Around what is marked, or where the cursor stands; which is then behind it. */
  function insert(before: string, after = '') {
    const field = hasLines ? area.current : line.current;
    const [from, to] = [field?.selectionStart ?? value.length, field?.selectionEnd ?? value.length];
    const made = before + value.slice(from, to) + after;
    onChange(value.slice(0, from) + made + value.slice(to));
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(from + made.length, from + made.length);
    });
  }

  return (
    <Stack gap={6}>
      {hasLines ? (
        <Textarea
          {...shared}
          ref={area}
          onChange={(event) => onChange(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={14}
        />
      ) : (
        <TextInput {...shared} ref={line} onChange={(event) => onChange(event.currentTarget.value)} />
      )}
      {!isReadOnly && (
        <Group gap="xs">
          <TokenMenu field={label} onChoose={(token) => insert(token)} />
          {hasLines && (
            <Button
              variant="default"
              size="compact-md"
              leftSection={<Bold size={15} aria-hidden />}
              aria-label={t('templates.boldFor', { field: label })}
              onClick={() => insert('**', '**')}
            >
              {t('templates.bold')}
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
