import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useList } from '../api/use-list.ts';
import { CardList } from '../parts/card-list.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { noWords, type PageWordsVersion } from './types.ts';
import { WordsDifference } from './words-difference.tsx';

export interface VersionListProps {
  readonly path: string;
  readonly etag: string | null;
  /** False as well while something is typed: taking a version up would throw that away. */
  readonly maySet: boolean;
  readonly onRestored: () => void;
}

/** What was published and when, the newest first; what each changed, and the way back to it. */
export function VersionList({ path, etag, maySet, onRestored }: VersionListProps) {
  const { t } = useTranslation();
  const pages = useList<PageWordsVersion>(`${path}/versions`, {});
  const versions = pages.data?.pages.flatMap(({ items }) => items);
  const [shown, setShown] = useState<number>();
  const restore = useRestore(path, etag, onRestored);
  const isOldest = (version: number) => versions?.at(-1)?.version === version;
  const before = (version: number) => versions?.find((one) => one.version < version)?.words ?? noWords;
  const opened = versions?.find(({ version }) => version === shown);

  return (
    <Stack gap="md" component="section" aria-label={t('applicants.history')}>
      <Title order={2}>{t('applicants.history')}</Title>
      <ProblemNote thrown={restore.error} />
      <CardList
        label={t('applicants.history')}
        list={{ data: versions, error: pages.error, refetch: pages.refetch }}
        rowId={({ version }) => String(version)}
        title={({ version, words }) => t(words ? 'applicants.version' : 'applicants.versionOurs', { version })}
        about={(version) => <Published version={version} />}
        actions={({ version, words }) => (
          <>
            {/* What the oldest that is loaded changed is known once the one before it is. */}
            {!(pages.hasNextPage && isOldest(version)) && (
              <Button
                variant="default"
                aria-label={`${t('applicants.difference')} ${t('applicants.version', { version })}`}
                onClick={() => setShown(version)}
              >
                {t('applicants.difference')}
              </Button>
            )}
            {maySet && words && (
              <Button
                variant="default"
                aria-label={`${t('applicants.restore')} ${t('applicants.version', { version })}`}
                loading={restore.isPending && restore.variables === version}
                onClick={() => restore.mutate(version)}
              >
                {t('applicants.restore')}
              </Button>
            )}
          </>
        )}
        empty={<EmptyState title={t('applicants.emptyTitle')}>{t('applicants.emptyText')}</EmptyState>}
      />
      {pages.hasNextPage && (
        <Group>
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('applicants.older')}
          </Button>
        </Group>
      )}
      <Modal
        opened={opened !== undefined}
        onClose={() => setShown(undefined)}
        title={t('applicants.differenceOf', { version: shown ?? 0 })}
        size="xl"
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {opened && <WordsDifference before={before(opened.version)} after={opened.words ?? noWords} />}
      </Modal>
    </Stack>
  );
}

function Published({
  version: { publishedAt, publishedByName, createdByName },
}: {
  readonly version: PageWordsVersion;
}) {
  const { t } = useTranslation();
  const hasOtherWriter = createdByName !== null && createdByName !== publishedByName;
  return (
    <>
      {t('applicants.from')} <Time at={publishedAt} />
      {publishedByName && t('applicants.by', { name: publishedByName })}
      {hasOtherWriter && <Text size="sm">{t('applicants.writtenBy', { name: createdByName })}</Text>}
    </>
  );
}

function useRestore(path: string, etag: string | null, onRestored: () => void) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (version: number) => api.send('POST', `${path}/versions/${version}/restore`, undefined, etag),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [path] });
      onRestored();
      notifications.show({ message: t('applicants.restored') });
    },
  });
}
