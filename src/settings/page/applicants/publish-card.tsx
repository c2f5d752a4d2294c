import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../api/client.ts';
import { isConflict, toProblem } from '../api/problem.ts';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import type { PageWordsDesk } from './types.ts';

export interface PublishCardProps {
  readonly path: string;
  readonly desk: Tagged<PageWordsDesk>;
  /** Something is typed that no draft holds yet. */
  readonly isDirty: boolean;
  readonly maySet: boolean;
  readonly onChanged: () => void;
}

/** What is in force, what waits as a draft, and the steps between the two. */
export function PublishCard({ path, desk, isDirty, maySet, onChanged }: PublishCardProps) {
  const { t } = useTranslation();
  const { published, draft } = desk.value;
  const hasOwn = Boolean(published?.words);
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack gap="sm">
        <Group gap="sm">
          <StatusBadge tone={hasOwn ? 'good' : 'idle'}>
            {t(hasOwn ? 'applicants.isOwn' : 'applicants.isOurs')}
          </StatusBadge>
          {draft && <StatusBadge tone="waiting">{t('applicants.hasDraft')}</StatusBadge>}
        </Group>
        {published && (
          <Text size="sm">
            {t(hasOwn ? 'applicants.ownSince' : 'applicants.oursSince', { version: published.version })}{' '}
            <Time at={published.publishedAt} />
            {published.publishedByName && t('applicants.by', { name: published.publishedByName })}
          </Text>
        )}
        {!published && <Text size="sm">{t('applicants.never')}</Text>}
        {draft && (
          <Text size="sm">
            {t('applicants.draftOf')} <Time at={draft.updatedAt} />
            {draft.updatedByName && t('applicants.by', { name: draft.updatedByName })}
          </Text>
        )}
        {maySet && <Steps path={path} desk={desk} isDirty={isDirty} onChanged={onChanged} />}
      </Stack>
    </Paper>
  );
}

type Step = 'publish' | 'discard' | 'ours';

function Steps({ path, desk, isDirty, onChanged }: Omit<PublishCardProps, 'maySet'>) {
  const { t } = useTranslation();
  const { published, draft } = desk.value;
  const publish = useStep('publish', path, desk.etag, onChanged);
  const discard = useStep('discard', path, desk.etag, onChanged);
  const ours = useStep('ours', path, desk.etag, onChanged);
  const obstacle = findObstacle(desk.value, isDirty);
  return (
    <>
      {draft && obstacle && (
        <Text size="sm" role="status">
          {t(`applicants.obstacle.${obstacle}`)}
        </Text>
      )}
      <Group gap="sm">
        {draft && (
          <Button onClick={publish.open} disabled={obstacle !== undefined}>
            {t('applicants.publish')}
          </Button>
        )}
        {draft && (
          <Button variant="default" onClick={discard.open}>
            {t('applicants.discard')}
          </Button>
        )}
        {published?.words && (
          <Button variant="default" onClick={ours.open}>
            {t('applicants.ours')}
          </Button>
        )}
      </Group>
      <PublishDialog
        isOpen={publish.isOpen}
        onClose={publish.close}
        onConfirm={publish.go}
        version={(published?.version ?? 0) + 1}
        isBusy={publish.isBusy}
        thrown={publish.thrown}
      />
      <ConfirmDanger
        isOpen={discard.isOpen}
        onClose={discard.close}
        onConfirm={discard.go}
        title={t('applicants.discardTitle')}
        verb={t('applicants.discard')}
        isBusy={discard.isBusy}
        thrown={discard.thrown}
      >
        {t('applicants.discardText')}
      </ConfirmDanger>
      <ConfirmDanger
        isOpen={ours.isOpen}
        onClose={ours.close}
        onConfirm={ours.go}
        title={t('applicants.oursTitle')}
        verb={t('applicants.ours')}
        isBusy={ours.isBusy}
        thrown={ours.thrown}
      >
        {t('applicants.oursText')}
      </ConfirmDanger>
    </>
  );
}

/** What keeps the draft from being published, the first thing to do first. */
function findObstacle({ problems, lack }: PageWordsDesk, isDirty: boolean): 'unsaved' | 'agency' | 'words' | undefined {
  if (isDirty) return 'unsaved';
  if (lack !== null) return 'agency';
  return problems.length > 0 ? 'words' : undefined;
}

const calls = {
  publish: { method: 'POST', at: '/publish' },
  discard: { method: 'DELETE', at: '/draft' },
  ours: { method: 'DELETE', at: '' },
} as const satisfies Record<Step, { readonly method: 'POST' | 'DELETE'; readonly at: string }>;

/** One step, asked about first. Made upon what is on the screen: where another admin was quicker, that is shown instead. */
function useStep(step: Step, path: string, etag: string | null, onChanged: () => void) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const { method, at } = calls[step];
  const refresh = () => queries.invalidateQueries({ queryKey: [path] });
  const go = useMutation({
    mutationFn: () => api.send(method, path + at, undefined, etag),
    onSuccess: async () => {
      await Promise.all([refresh(), queries.invalidateQueries({ queryKey: [`${path}/versions`] })]);
      onChanged();
      close();
      notifications.show({ message: t(`applicants.done.${step}`) });
    },
    onError: (thrown) => (isConflict(toProblem(thrown)) ? refresh() : undefined),
  });
  return {
    isOpen,
    open: () => {
      go.reset();
      open();
    },
    close,
    go: () => go.mutate(),
    isBusy: go.isPending,
    thrown: go.error,
  };
}
