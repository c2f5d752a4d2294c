import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../parts/problem-note.tsx';

export interface PublishDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** The number it will bear. */
  readonly version: number;
  readonly isBusy: boolean;
  readonly thrown: unknown;
}

/** Says from when applicants read it, and what becomes of those who answered before or are reading now. */
export function PublishDialog({ isOpen, onClose, onConfirm, version, isBusy, thrown }: PublishDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('applicants.publishTitle', { version })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text>{t('applicants.publishNow')}</Text>
        <List size="sm" spacing={4}>
          <List.Item>{t('applicants.publishBefore')}</List.Item>
          <List.Item>{t('applicants.publishReading')}</List.Item>
        </List>
        <ProblemNote thrown={thrown} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button onClick={onConfirm} loading={isBusy} data-autofocus>
            {t('applicants.publish')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
