import { Button, Group, Modal, Paper, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isConflict, toProblem } from '../api/problem.ts';
import { ProblemNote } from './problem-note.tsx';
import styles from './save-bar.module.css';

export interface SaveBarProps {
  readonly isDirty: boolean;
  readonly isSaving: boolean;
  readonly onSave: () => void;
  readonly onReset: () => void;
  /** What saving threw; a 412 offers to look at what the other admin saved. */
  readonly thrown?: unknown;
  /** Reads the newest version; what was typed here stays in the form until then. */
  readonly onReload?: () => void;
}

/** Stands at the foot of a form while something in it is not saved, and guards it: leaving the page asks first. */
export function SaveBar({ isDirty, isSaving, onSave, onReset, thrown, onReload }: SaveBarProps) {
  const { t } = useTranslation();
  const isOvertaken = thrown !== null && thrown !== undefined && isConflict(toProblem(thrown));
  return (
    <>
      <LeaveGuard isDirty={isDirty && !isSaving} />
      <VisuallyHidden role="status">{isDirty ? t('save.unsaved') : ''}</VisuallyHidden>
      {isDirty && (
        <Paper withBorder shadow="md" radius="lg" p="md" className={styles.bar ?? ''}>
          <Stack gap="sm">
            <ProblemNote thrown={thrown}>
              {isOvertaken && onReload && (
                <Button variant="default" onClick={onReload}>
                  {t('save.reload')}
                </Button>
              )}
            </ProblemNote>
            <Group justify="space-between" gap="sm">
              <Text fw={600} aria-hidden>
                {t('save.unsaved')}
              </Text>
              <Group gap="sm">
                <Button variant="default" onClick={onReset} disabled={isSaving}>
                  {t('save.reset')}
                </Button>
                <Button onClick={onSave} loading={isSaving}>
                  {t('save.save')}
                </Button>
              </Group>
            </Group>
          </Stack>
        </Paper>
      )}
    </>
  );
}

/** Asks before unsaved changes are left, inside the page by a question of ours, else by the browser's own. */
export function LeaveGuard({ isDirty }: { readonly isDirty: boolean }) {
  const { t } = useTranslation();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: () => isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  return (
    <Modal
      opened={status === 'blocked'}
      onClose={() => reset?.()}
      title={t('leave.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text>{t('leave.text')}</Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" color="red" onClick={() => proceed?.()}>
            {t('leave.leave')}
          </Button>
          <Button onClick={() => reset?.()} data-autofocus>
            {t('leave.stay')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
