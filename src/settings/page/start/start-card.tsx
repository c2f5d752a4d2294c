import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../parts/links.tsx';
import { ProgressOf } from '../parts/progress-of.tsx';
import { countDone, findFirstOpen } from './steps.ts';
import type { Start } from './types.ts';

/** The way back into a first run that is not over yet. */
export function StartCard({ slug, start }: { readonly slug: string; readonly start: Start | undefined }) {
  const { t } = useTranslation();
  if (!start || start.isLive) return null;
  const [done, total] = [countDone(start), start.steps.length];
  return (
    <Paper component="section" aria-label={t('start.card.title')} withBorder radius="lg" p="lg">
      <Group justify="space-between" gap="md">
        <Stack gap="sm" flex="1 1 20rem">
          <Title order={2}>{t('start.card.title')}</Title>
          <ProgressOf label={t('start.card.progress')} done={done} total={total} />
          <Text size="sm" c="dimmed">
            {done === total
              ? t('start.card.ready')
              : t(`start.card.next`, { step: t(`start.${findFirstOpen(start)}.title`) })}
          </Text>
        </Stack>
        <ButtonLink to="/c/$company/start" params={{ company: slug }}>
          {t('start.card.go')}
        </ButtonLink>
      </Group>
    </Paper>
  );
}
