import { Button, Drawer, Group, Paper, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../api/use-list.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import { ChangeList, type Names } from './preview-view.tsx';
import type { MappingVersion } from './types.ts';
import { toPath, useRestore } from './use-mapping.ts';
import { toMaker } from './words.ts';

export interface HistoryDrawerProps extends Names {
  readonly connectionId: string;
  readonly etag: string | null;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** False for who only looks, and while something typed is not saved. */
  readonly mayRestore: boolean;
  /** Why not, where it could be otherwise. */
  readonly hint: string | undefined;
}

/** Every mapping there was: who made it, when and what it changed; and the way back to it. */
export function HistoryDrawer(props: HistoryDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer.Root opened={props.isOpen} onClose={props.onClose} position="right" size="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Drawer.Header: it would be a second banner of the page. */}
        <Drawer.Body>
          <Group justify="space-between" pt="sm" pb="md">
            <Drawer.Title>{t('mapping.history')}</Drawer.Title>
            <Drawer.CloseButton aria-label={t('close')} size="xl" />
          </Group>
          <Versions {...props} />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Versions({ connectionId, etag, mayRestore, hint, nameOf, templates }: HistoryDrawerProps) {
  const { t } = useTranslation();
  const pages = useList<MappingVersion>(`${toPath(connectionId)}/versions`, {});
  const [asked, setAsked] = useState<MappingVersion>();
  const restore = useRestore(connectionId, ({ version }) => {
    setAsked(undefined);
    notifications.show({ message: t('mapping.saved', { version }) });
  });
  const versions = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack gap="sm">
      <Text c="dimmed">{t('mapping.historyText')}</Text>
      {hint !== undefined && <Text fw={600}>{hint}</Text>}
      <ProblemNote thrown={pages.error} onRetry={() => void pages.refetch()} />
      {versions.map((version, at) => (
        <Paper key={version.version} withBorder radius="lg" p="md" component="article">
          <Stack gap="xs">
            <Group justify="space-between" gap="sm">
              <Text fw={600}>{t('mapping.version', { version: version.version })}</Text>
              {at === 0 && <StatusBadge tone="good">{t('mapping.stands')}</StatusBadge>}
            </Group>
            <Text size="sm" c="dimmed">
              <Time at={version.madeAt} /> ・ {toMaker(t, version)}
              {version.restores !== null && ` ・ ${t('mapping.restores', { version: version.restores })}`}
            </Text>
            {version.version === 1 && version.changes.length === 0 ? (
              <Text c="dimmed">{t('mapping.beginning')}</Text>
            ) : (
              <ChangeList changes={version.changes} nameOf={nameOf} templates={templates} />
            )}
            {at > 0 && mayRestore && (
              <Group>
                <Button variant="default" onClick={() => setAsked(version)}>
                  {t('mapping.restore', { version: version.version })}
                </Button>
              </Group>
            )}
          </Stack>
        </Paper>
      ))}
      {pages.hasNextPage && (
        <Button variant="default" onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
          {t('table.more')}
        </Button>
      )}
      <ChangeDialog
        connectionId={connectionId}
        mapping={asked?.mapping}
        title={t('mapping.restoreTitle', { version: asked?.version ?? 0 })}
        verb={t('mapping.restoreVerb')}
        onClose={() => {
          setAsked(undefined);
          restore.reset();
        }}
        onConfirm={() => asked && restore.mutate({ version: asked.version, etag })}
        isBusy={restore.isPending}
        thrown={restore.error}
        nameOf={nameOf}
        templates={templates}
      />
    </Stack>
  );
}
