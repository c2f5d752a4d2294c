import { Alert, Stack, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../parts/time.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { KeepButton } from './keep-button.tsx';

export interface DeletionBannerProps {
  readonly slug: string;
  /** null: the company stays. */
  readonly endsAt: string | null | undefined;
  /** Whether the reader is an owner. */
  readonly mayStop: boolean;
}

/** On every page of a company that is about to be deleted: when, and the way back. */
export function DeletionBanner({ slug, endsAt, mayStop }: DeletionBannerProps) {
  const { t, i18n } = useTranslation();
  if (!endsAt) return null;
  return (
    <Alert
      color="red"
      variant="light"
      role="status"
      mb="lg"
      icon={<CircleAlert aria-hidden />}
      title={t('data.banner', { day: formatTime(endsAt, toLanguage(i18n.language), 'day') })}
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t(mayStop ? 'data.bannerText' : 'data.bannerOthers')}</Text>
        {mayStop && <KeepButton slug={slug} />}
      </Stack>
    </Alert>
  );
}
