import { Skeleton, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { ApplicantSelect } from '../applicant-select.tsx';
import { MailView, NoMail } from '../mail-preview.tsx';
import styles from './editor.module.css';
import { MailFrame } from './mail-frame.tsx';
import type { Locale, WordingPreview } from './types.ts';

export interface LivePreviewProps {
  readonly slug: string;
  readonly locale: Locale;
  readonly preview: UseQueryResult<WordingPreview>;
  readonly letterId: string | null;
  readonly onChoose: (letterId: string | null) => void;
}

/** The mail that the words make, to an invented applicant or a real one. */
export function LivePreview({ slug, locale, preview, letterId, onChoose }: LivePreviewProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="md" className={styles.preview ?? ''}>
      <Title order={2}>{t('templates.preview')}</Title>
      <ApplicantSelect company={slug} letterId={letterId} onChange={onChoose} />
      <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />
      {preview.isPending && <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />}
      {preview.data &&
        (preview.data.mail ? (
          <MailView mail={preview.data.mail} locale={locale}>
            {(part, title) => <MailFrame html={preview.data.mail?.html ?? ''} part={part} title={title} />}
          </MailView>
        ) : (
          <NoMail lacks={preview.data.lacks} />
        ))}
      <Text size="sm" c="dimmed">
        {t('templates.previewText')}
      </Text>
    </Stack>
  );
}
