import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../../api/client.ts';
import { useApi } from '../../api/use-api.tsx';
import { ConfirmDanger } from '../../parts/confirm-danger.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import type { TestMailSent } from '../types.ts';
import { HistoryDrawer } from './history-drawer.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import type { LetterDraft, LetterTemplate } from './types.ts';

export interface DraftActsProps {
  readonly template: LetterTemplate;
  readonly desk: Tagged<LetterDraft>;
  readonly path: string;
  /** To whom the preview is addressed, and so the test mail. */
  readonly letterId: string | null;
  readonly isDirty: boolean;
  readonly maySet: boolean;
  readonly mayTest: boolean;
  /** Reads what stands there now. */
  readonly onDone: () => Promise<void>;
}

/** What can be done with a draft as a whole. What is not saved yet is neither sent nor published. */
export function DraftActs(props: DraftActsProps) {
  const { desk, path, letterId, isDirty, maySet, mayTest, onDone } = props;
  const { t } = useTranslation();
  const api = useApi();
  const [isHistoryOpen, history] = useDisclosure();
  const [isPublishOpen, publish] = useDisclosure();
  const test = useMutation({
    mutationFn: () => api.send<TestMailSent>('POST', `${path}/test`, letterId === null ? {} : { letterId }),
    onSuccess: ({ to }) => notifications.show({ message: t('letters.test.done', { to }) }),
  });
  const isWaiting = maySet && desk.value.isDraft;
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="sm">
        <Button variant="default" onClick={history.open}>
          {t('templates.history')}
        </Button>
        {mayTest && (
          <Button variant="default" disabled={isDirty} loading={test.isPending} onClick={() => test.mutate()}>
            {t('letters.test.go')}
          </Button>
        )}
        {isWaiting && <Discard desk={desk} path={path} onDone={onDone} />}
        {isWaiting && (
          <Button disabled={isDirty} onClick={publish.open}>
            {t('templates.publish')}
          </Button>
        )}
      </Group>
      {isDirty && (
        <Text size="sm" c="dimmed">
          {t('templates.saveFirst')}
        </Text>
      )}
      <ProblemNote thrown={test.error} />
      <PublishDialog {...props} isOpen={isPublishOpen} onClose={publish.close} />
      <HistoryDrawer {...props} isOpen={isHistoryOpen} onClose={history.close} />
    </Stack>
  );
}

function Discard({ desk, path, onDone }: Pick<DraftActsProps, 'desk' | 'path' | 'onDone'>) {
  const { t } = useTranslation();
  const api = useApi();
  const [isOpen, { open, close }] = useDisclosure();
  const discard = useMutation({
    mutationFn: () => api.send('DELETE', path, undefined, desk.etag),
    onSuccess: async () => {
      close();
      await onDone();
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('templates.discard')}
      </Button>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => discard.mutate()}
        title={t('templates.discardTitle')}
        verb={t('templates.discard')}
        isBusy={discard.isPending}
        thrown={discard.error}
      >
        {t('templates.discardText')}
      </ConfirmDanger>
    </>
  );
}
