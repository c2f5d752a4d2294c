import { Alert, Group, Paper, SegmentedControl, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Info } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import styles from './letters.module.css';
import type { LetterPreview } from './types.ts';

export interface MailPreviewProps {
  /** Where the API tells of the mail; its HTML part is under `/html`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Whether to say how sure it is that this went out. */
  readonly saysKind: boolean;
}

type Part = 'wide' | 'phone' | 'text';
const parts: readonly Part[] = ['wide', 'phone', 'text'];

/** A mail as it looks on a desk, on a phone, and without markup. Its HTML stands in a frame that may do nothing. */
export function MailPreview({ path, query, saysKind }: MailPreviewProps) {
  const { t } = useTranslation();
  const api = useApi();
  const preview = useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => api.get<LetterPreview>(path, query, signal),
  });
  if (preview.error) return <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { kind, mail, locale, lacks } = preview.data;
  return (
    <Stack gap="sm">
      {saysKind && (
        <Text size="sm" c="dimmed">
          {t(`letters.preview.${kind}`)}
        </Text>
      )}
      {!mail && <NoMail lacks={lacks} />}
      {mail && (
        <MailView mail={mail} locale={locale}>
          {(part, title) => (
            <iframe
              key={part}
              className={styles.frame}
              data-part={part}
              sandbox=""
              title={title}
              src={`/api/v1${path}/html${toSearch(query)}`}
            />
          )}
        </MailView>
      )}
    </Stack>
  );
}

/** Why there is no mail to show. */
export function NoMail({ lacks }: Pick<LetterPreview, 'lacks'>) {
  const { t, i18n } = useTranslation();
  return (
    <Alert color="orange" variant="light" icon={<Info aria-hidden />}>
      {lacks.length > 0
        ? t('letters.preview.lacks', { lacks: new Intl.ListFormat(i18n.language).format(lacks.map(toLack)) })
        : t('letters.preview.gone')}
    </Alert>
  );

  function toLack(token: string): string {
    const known = tokens.find((one) => one === token);
    return known ? t(`letters.token.${known}`) : token;
  }
}

export interface MailViewProps {
  readonly mail: NonNullable<LetterPreview['mail']>;
  readonly locale: 'ja' | 'en';
  /** The frame with its HTML part. */
  readonly children: (part: 'wide' | 'phone', title: string) => ReactNode;
}

/** Subject and parts of a mail, one at a time. */
export function MailView({ mail, locale, children }: MailViewProps) {
  const { t } = useTranslation();
  const [part, setPart] = useState<Part>('wide');
  return (
    <>
      <SegmentedControl
        fullWidth
        value={part}
        onChange={(chosen) => setPart(parts.find((one) => one === chosen) ?? 'wide')}
        data={parts.map((one) => ({ value: one, label: t(`letters.preview.part.${one}`) }))}
        aria-label={t('letters.preview.how')}
      />
      <Paper withBorder radius="lg" className={styles.mail ?? ''}>
        <Group gap="xs" p="md" className={styles.subject ?? ''}>
          <Text size="sm" c="dimmed">
            {t('letters.preview.subject')}
          </Text>
          <Text fw={600} lang={locale}>
            {mail.subject}
          </Text>
        </Group>
        {part === 'text' ? (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
          <pre className={styles.text} lang={locale} tabIndex={0}>
            {mail.text}
          </pre>
        ) : (
          <div className={styles.desk}>
            {children(part, t('letters.preview.frame', { part: t(`letters.preview.part.${part}`) }))}
          </div>
        )}
      </Paper>
      <VisuallyHidden role="status">{t(`letters.preview.part.${part}`)}</VisuallyHidden>
    </>
  );
}

const tokens = [
  'candidateName',
  'companyName',
  'agencyName',
  'relayUrl',
  'linkDays',
  'postalAddress',
  'contactEmail',
] as const;

function toSearch(query: MailPreviewProps['query']): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
