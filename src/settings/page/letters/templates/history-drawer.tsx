import { Button, Divider, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.tsx';
import { useList } from '../../api/use-list.ts';
import { ConfirmDanger } from '../../parts/confirm-danger.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { diffLines, toLines } from './diff.ts';
import type { DraftActsProps } from './draft-acts.tsx';
import styles from './editor.module.css';
import type { LetterTemplateVersion } from './types.ts';

export interface HistoryDrawerProps extends Pick<DraftActsProps, 'template' | 'desk' | 'path' | 'maySet' | 'onDone'> {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Every version: who, when, what changed; and the way back to one. */
export function HistoryDrawer(props: HistoryDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer.Root opened={props.isOpen} onClose={props.onClose} position="right" size="46rem" padding="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Drawer.Header: it would be a second banner of the page. */}
        <Drawer.Body>
          <Group justify="space-between" pt="sm" pb="md">
            <Drawer.Title>{t('templates.history')}</Drawer.Title>
            <Drawer.CloseButton aria-label={t('close')} size="xl" />
          </Group>
          <Versions {...props} />
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Versions(props: HistoryDrawerProps) {
  const { t } = useTranslation();
  const { template, desk } = props;
  const pages = useList<LetterTemplateVersion>(`/letter-templates/${template.id}/versions/${desk.value.locale}`, {});
  const versions = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack gap="lg">
      <ProblemNote thrown={pages.error} onRetry={() => void pages.refetch()} />
      {pages.isSuccess && versions.length === 0 && <Text c="dimmed">{t('templates.historyEmpty')}</Text>}
      {versions.map((version, index) => (
        <Version key={version.version} {...props} version={version} before={versions[index + 1]} />
      ))}
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('table.more')}
        </Button>
      )}
    </Stack>
  );
}

interface VersionProps extends HistoryDrawerProps {
  readonly version: LetterTemplateVersion;
  /** The version it came after. */
  readonly before: LetterTemplateVersion | undefined;
}

function Version({ version, before, template, desk, path, maySet, onDone, onClose }: VersionProps) {
  const { t } = useTranslation();
  const [isShown, setIsShown] = useState(false);
  const { publishedVersion } = template.locales[desk.value.locale];
  const { publishedBy, publishedAt, savedBy, savedAt, giftReason } = version;
  return (
    <Stack gap="xs" component="section" aria-label={t('templates.version', { version: version.version })}>
      <Group gap="sm">
        <Title order={3}>{t('templates.version', { version: version.version })}</Title>
        {publishedBy === null && <StatusBadge tone="waiting">{t('templates.isDraft')}</StatusBadge>}
        {version.version === publishedVersion && <StatusBadge tone="good">{t('templates.inUse')}</StatusBadge>}
      </Group>
      <Text size="sm">
        {t(publishedBy === null ? 'templates.savedBy' : 'templates.publishedBy', {
          who: toWho(publishedBy ?? savedBy),
        })}{' '}
        <Time at={publishedAt ?? savedAt} />
      </Text>
      {giftReason !== null && <Text size="sm">{t('templates.giftWas', { reason: giftReason })}</Text>}
      <Group gap="sm">
        {before && (
          <Button variant="default" size="compact-md" aria-expanded={isShown} onClick={() => setIsShown(!isShown)}>
            {t(isShown ? 'templates.hideDiff' : 'templates.showDiff')}
          </Button>
        )}
        {maySet && publishedBy !== null && (
          <Restore version={version.version} desk={desk} path={path} onDone={onDone} onClose={onClose} />
        )}
      </Group>
      {before && isShown && <Difference before={before} after={version} />}
      <Divider />
    </Stack>
  );

  function toWho({ actor, name }: LetterTemplateVersion['savedBy']): string {
    if (name !== null) return name;
    if (actor.startsWith('token:')) return t('letters.history.program');
    return t(actor.startsWith('user:') ? 'letters.history.former' : 'letters.history.operator');
  }
}

function Difference({
  before,
  after,
}: {
  readonly before: LetterTemplateVersion;
  readonly after: LetterTemplateVersion;
}) {
  const { t } = useTranslation();
  const [old, made] = [before, after].map((one) => toLines(one, (kind) => t(`templates.kind.${kind}`)));
  const lines = diffLines(old ?? [], made ?? []);
  return (
    <div className={styles.diff}>
      {lines.map(({ sign, text }, index) => {
        const Line = ({ '+': 'ins', '-': 'del', ' ': 'span' } as const)[sign];
        return <Line key={index}>{text}</Line>;
      })}
    </div>
  );
}

function Restore({
  version,
  desk,
  path,
  onDone,
  onClose,
}: Pick<HistoryDrawerProps, 'desk' | 'path' | 'onDone' | 'onClose'> & { readonly version: number }) {
  const { t } = useTranslation();
  const api = useApi();
  const [isAsked, setIsAsked] = useState(false);
  const restore = useMutation({
    mutationFn: () => api.send('POST', `${path}/restore`, { version }, desk.etag),
    onSuccess: async () => {
      setIsAsked(false);
      onClose();
      await onDone();
    },
  });
  return (
    <>
      <Button variant="default" size="compact-md" onClick={() => setIsAsked(true)}>
        {t('templates.restore')}
      </Button>
      <ConfirmDanger
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        onConfirm={() => restore.mutate()}
        title={t('templates.restoreTitle', { version })}
        verb={t('templates.restore')}
        isBusy={restore.isPending}
        thrown={restore.error}
      >
        {t(desk.value.isDraft ? 'templates.restoreOver' : 'templates.restoreText')}
      </ConfirmDanger>
    </>
  );
}
