import { Alert, Group, List, NativeSelect, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Info } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { TextLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import styles from './letters.module.css';
import type { LetterTemplate, Locale } from './templates/types.ts';
import type { Connection, ExportedTemplate } from './types.ts';
import { VendorCheck } from './vendor-check.tsx';

export interface VendorCardProps {
  readonly slug: string;
  readonly connection: Pick<Connection, 'id' | 'mode'>;
  readonly title: string;
  readonly locale: Locale;
  /** The company's own templates, to choose from; undefined while they are read. */
  readonly templates: readonly LetterTemplate[] | undefined;
}

/** One ATS: whether it sends the letter itself, the letter in its tokens, and whether it is there. */
export function VendorCard({ connection: { id, mode }, title, ...rest }: VendorCardProps) {
  return (
    <VendorFrame mode={mode} title={title}>
      {mode !== 'relay-sent' && (
        <>
          <Chosen connectionId={id} title={title} {...rest} />
          <VendorCheck connectionId={id} />
        </>
      )}
    </VendorFrame>
  );
}

interface VendorFrameProps {
  readonly mode: Connection['mode'];
  readonly title: string;
  readonly children: ReactNode;
}

/** What an ATS is called and how it sends letters, above what is to be done there. */
export function VendorFrame({ mode, title, children }: VendorFrameProps) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={3}>{title}</Title>
          <Text c="dimmed">{t(`letters.vendor.mode.${mode}`)}</Text>
        </Stack>
        {children}
      </Stack>
    </Paper>
  );
}

type ChosenProps = Omit<VendorCardProps, 'connection'> & { readonly connectionId: string };

/** Whose words are pasted: at first those that letters of ours would have. */
function Chosen({ connectionId, title, slug, locale, templates }: ChosenProps) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<string>();
  if (!templates) return <Skeleton height={160} radius="lg" role="status" aria-label={t('table.loading')} />;
  const live = templates.filter(({ isArchived }) => !isArchived);
  const usual = live.find((one) => one.isDefault && one.locales[locale].publishedVersion !== null);
  const template = asked === undefined ? usual : live.find(({ id }) => id === asked);
  return (
    <>
      {live.length > 0 && (
        <NativeSelect
          label={t('letters.vendor.words')}
          maw="28rem"
          value={template?.id ?? 'standard'}
          onChange={({ currentTarget }) => setAsked(currentTarget.value)}
          data={[
            { value: 'standard', label: t('templates.standard') },
            ...live.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      {template && template.locales[locale].publishedVersion === null ? (
        <Text>
          {t('letters.vendor.unpublished', { locale: t(`letters.locale.${locale}`) })}{' '}
          <TextLink
            to="/c/$company/letters/templates/$template"
            params={{ company: slug, template: template.id }}
            search={{ locale }}
          >
            {t('letters.vendor.toTemplate')}
          </TextLink>
        </Text>
      ) : (
        <VendorExport connectionId={connectionId} title={title} locale={locale} template={template} />
      )}
    </>
  );
}

export interface VendorExportProps {
  readonly connectionId: string;
  readonly title: string;
  readonly locale: Locale;
  /** Published in this language; undefined: the standard letter. */
  readonly template: LetterTemplate | undefined;
}

/** The letter in the tokens of an ATS, to be copied part by part. */
export function VendorExport({ connectionId, title, locale, template }: VendorExportProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/connections/${connectionId}/template`;
  const query = { locale, template: template?.id ?? 'standard' };
  const exported = useQuery({
    queryKey: [path, query, template?.locales[locale].publishedVersion],
    queryFn: ({ signal }) => api.get<ExportedTemplate>(path, query, signal),
  });
  if (exported.error) return <ProblemNote thrown={exported.error} onRetry={() => void exported.refetch()} />;
  if (!exported.data) return <Skeleton height={160} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { subject, html, text, notes, template: own } = exported.data;
  return (
    <Stack gap="sm">
      {own && (
        <Text size="sm" c="dimmed">
          {t('letters.vendor.version', { version: own.version, locale: t(`letters.locale.${locale}`) })}
        </Text>
      )}
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
