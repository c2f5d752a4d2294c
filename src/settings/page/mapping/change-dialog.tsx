import { Button, Group, Modal, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Names, PreviewView } from './preview-view.tsx';
import type { Mapping } from './types.ts';
import { usePreview } from './use-mapping.ts';

export interface ChangeDialogProps extends Names {
  readonly connectionId: string;
  /** What would be saved; undefined: the dialog is closed. */
  readonly mapping: Mapping | undefined;
  readonly title: string;
  readonly verb: string;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly isBusy: boolean;
  readonly thrown?: unknown;
}

/** Says what would change, before it does. */
export function ChangeDialog({ connectionId, mapping, title, verb, onClose, onConfirm, ...rest }: ChangeDialogProps) {
  const { t } = useTranslation();
  const preview = usePreview(connectionId, mapping);
  return (
    <Modal
      opened={mapping !== undefined}
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <PreviewView preview={preview} nameOf={rest.nameOf} templates={rest.templates} />
        <ProblemNote thrown={rest.thrown} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          {preview.data && (
            <Button onClick={onConfirm} loading={rest.isBusy}>
              {verb}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
