import { Button, Group, PasswordInput, type PasswordInputProps, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export interface SecretInputProps
  extends Pick<PasswordInputProps, 'label' | 'description' | 'error' | 'required' | 'placeholder'> {
  /** Whether the server has one. It never tells it: one can only put another in its place. */
  readonly isSet: boolean;
  /** What was typed; '' leaves the stored one as it is. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A secret one may write and never read. A stored one is replaced only by a step of its own, never by accident. */
export function SecretInput({ isSet, value, onChange, label, ...input }: SecretInputProps) {
  const { t } = useTranslation();
  const [isReplacing, setReplacing] = useState(false);

  function keep() {
    setReplacing(false);
    onChange('');
  }

  if (isSet && !isReplacing)
    return (
      <div>
        <Text fw={500} component="div">
          {label}
        </Text>
        {input.description !== undefined && (
          <Text size="sm" c="dimmed" component="div">
            {input.description}
          </Text>
        )}
        <Group gap="sm" mt={4}>
          <Text c="dimmed">{t('secret.set')}</Text>
          <Button variant="default" onClick={() => setReplacing(true)}>
            {t('secret.replace')}
          </Button>
        </Group>
      </div>
    );
  return (
    <Group align="flex-end" gap="sm">
      <PasswordInput
        {...input}
        label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autoComplete="new-password"
        spellCheck={false}
        flex={1}
        visibilityToggleButtonProps={{ 'aria-label': t('secret.show'), tabIndex: 0 }}
      />
      {isSet && (
        <Button variant="default" onClick={keep}>
          {t('secret.keep')}
        </Button>
      )}
    </Group>
  );
}
