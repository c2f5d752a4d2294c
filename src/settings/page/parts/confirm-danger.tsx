import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from './problem-note.tsx';

export interface ConfirmDangerProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly title: string;
  /** What it will do, in counts and names: nobody should have to guess. */
  readonly children: ReactNode;
  /** The verb on the button: "Remove", never "OK". */
  readonly verb: string;
  /** What must be typed first, such as the company's name; without it one click is enough. */
  readonly typed?: string;
  readonly isBusy?: boolean;
  readonly thrown?: unknown;
}

/** Asks before what cannot be undone. The safe way out has the focus. */
export function ConfirmDanger(props: ConfirmDangerProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Question {...props} />
    </Modal>
  );
}

/** Of its own, so that what was typed is forgotten when it closes. */
function Question({ onClose, onConfirm, children, verb, typed, isBusy = false, thrown }: ConfirmDangerProps) {
  const { t } = useTranslation();
  const [text, setText] = useInputState('');
  const isAllowed = typed === undefined || text.normalize('NFKC').trim() === typed.normalize('NFKC').trim();

  function confirm(event: FormEvent) {
    event.preventDefault();
    if (isAllowed && !isBusy) onConfirm();
  }

  return (
    <form onSubmit={confirm}>
      <Stack>
        <Text component="div">{children}</Text>
        {typed !== undefined && (
          <TextInput label={t('confirm.type', { typed })} value={text} onChange={setText} autoComplete="off" />
        )}
        <ProblemNote thrown={thrown} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button type="submit" color="red.8" variant="filled" disabled={!isAllowed} loading={isBusy}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
