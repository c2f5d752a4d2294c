import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../../parts/problem-note.tsx';

export interface NameFormProps {
  /** What stands there first. */
  readonly start: string;
  readonly verb: string;
  readonly isBusy: boolean;
  readonly thrown: unknown;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}

const longest = 80;

/** Asks how a template is called. */
export function NameForm({ start, verb, isBusy, thrown, onName, onClose }: NameFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(start.slice(0, longest));

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== '' && !isBusy) onName(name);
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('templates.name')}
          description={t('templates.nameText')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={longest}
          autoComplete="off"
          data-autofocus
        />
        <ProblemNote thrown={thrown} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={isBusy}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
