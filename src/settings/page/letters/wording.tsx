import { Alert, Button, Group, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Info, SearchCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.ts';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { ApplicantSelect } from './applicant-select.tsx';
import { LocaleSelect, TestMail } from './letter-drawer.tsx';
import styles from './letters.module.css';
import { MailPreview } from './mail-preview.tsx';
import type { Connection, ExportedTemplate, VendorTemplate } from './types.ts';

type Locale = 'ja' | 'en';

export interface WordingProps {
  readonly company: string;
  readonly mayTest: boolean;
  readonly connections: readonly Connection[] | undefined;
  readonly titleOf: (connector: string) => string;
}

/** How the letter is worded, with an invented applicant or a real rejection, and how it gets into the ATSs. */
export function Wording({ company, mayTest, connections, titleOf }: WordingProps) {
  const { t, i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>(toLanguage(i18n.language));
  const [letterId, setLetterId] = useState<string | null>(null);
  return (
    <Stack gap="xl">
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2}>{t('letters.wording.title')}</Title>
          <Text c="dimmed">{t('letters.wording.text')}</Text>
        </Stack>
        <Group gap="md" align="flex-end">
          <ApplicantSelect company={company} letterId={letterId} onChange={setLetterId} />
          <LocaleSelect value={locale} onChange={setLocale} />
        </Group>
        {letterId === null ? (
          <MailPreview path="/letter-template" query={{ company, locale }} saysKind={false} />
        ) : (
          <MailPreview path={`/letters/${letterId}/preview`} query={{ locale }} saysKind />
        )}
        {mayTest && letterId !== null && <TestMail letterId={letterId} locale={locale} />}
        {mayTest && letterId === null && (
          <Text size="sm" c="dimmed">
            {t('letters.wording.testHow')}
          </Text>
        )}
      </Stack>
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2}>{t('letters.vendor.title')}</Title>
          <Text c="dimmed">{t('letters.vendor.text')}</Text>
        </Stack>
        {connections?.length === 0 && (
          <EmptyState title={t('letters.vendor.emptyTitle')}>{t('letters.vendor.emptyText')}</EmptyState>
        )}
        {connections?.map((connection) => (
          <VendorCard
            key={connection.id}
            connection={connection}
            title={titleOf(connection.connector)}
            locale={locale}
          />
        ))}
      </Stack>
    </Stack>
  );
}

interface VendorCardProps {
  readonly connection: Connection;
  readonly title: string;
  readonly locale: Locale;
}

/** One ATS: whether it sends the letter itself, our letter in its tokens, and whether it is there. */
function VendorCard({ connection: { id, mode }, title, locale }: VendorCardProps) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={3}>{title}</Title>
          <Text c="dimmed">{t(`letters.vendor.mode.${mode}`)}</Text>
        </Stack>
        {mode !== 'relay-sent' && (
          <>
            <Export connectionId={id} title={title} locale={locale} />
            <Check connectionId={id} />
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Export({
  connectionId,
  title,
  locale,
}: Pick<VendorCardProps, 'title' | 'locale'> & { readonly connectionId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/connections/${connectionId}/template`;
  const exported = useQuery({
    queryKey: [path, locale],
    queryFn: ({ signal }) => api.get<ExportedTemplate>(path, { locale }, signal),
  });
  if (exported.error) return <ProblemNote thrown={exported.error} onRetry={() => void exported.refetch()} />;
  if (!exported.data) return <Skeleton height={160} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { subject, html, text, notes } = exported.data;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {(
          [
            ['subject', subject],
            ['html', html],
            ['text_part', text],
          ] as const
        ).map(([part, value]) => (
          <Group key={part} gap="xs">
            <Text size="sm">{t(`letters.vendor.${part}`)}</Text>
            <CopyButton value={value} what={`${title} ${t(`letters.vendor.${part}`)}`} />
          </Group>
        ))}
      </Group>
      <Paper withBorder radius="md" className={styles.mail ?? ''}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <pre className={styles.text} data-short lang={locale} tabIndex={0}>
          {text}
        </pre>
      </Paper>
      {notes.length > 0 && (
        <Alert color="blue" variant="light" icon={<Info aria-hidden />} title={t('letters.vendor.notes')}>
          <List size="sm" lang={locale}>
            {notes.map((note) => (
              <List.Item key={note}>{note}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}

const carries = { static: 'good', personal: 'good', none: 'idle' } as const;

/** Asks the ATS which of its templates carry our link. */
function Check({ connectionId }: { readonly connectionId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const check = useMutation({
    mutationFn: () => api.get<Listed<VendorTemplate>>(`/connections/${connectionId}/templates`),
  });
  const cannotTell = check.error !== null && toProblem(check.error).code === 'request_conflict';
  const found = check.data?.items.filter(({ carriesLink }) => carriesLink !== 'none').length ?? 0;
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        variant="default"
        leftSection={<SearchCheck size={18} aria-hidden />}
        loading={check.isPending}
        onClick={() => check.mutate()}
      >
        {t('letters.vendor.check')}
      </Button>
      <div role="status">
        {cannotTell && <Text>{t('letters.vendor.cannotTell')}</Text>}
        {check.data && (
          <Text fw={600}>{found > 0 ? t('letters.vendor.found', { count: found }) : t('letters.vendor.none')}</Text>
        )}
      </div>
      {!cannotTell && <ProblemNote thrown={check.error} />}
      {check.data && check.data.items.length > 0 && (
        <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
          {check.data.items.map(({ templateRef, name, carriesLink }) => (
            <Group key={templateRef} component="li" gap="sm">
              <StatusBadge tone={carries[carriesLink]}>{t(`letters.vendor.carries.${carriesLink}`)}</StatusBadge>
              <Text>{name}</Text>
            </Group>
          ))}
        </Stack>
      )}
    </Stack>
  );
}
