import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../parts/time.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { Figure } from './figure.tsx';
import type { ConnectionHealth } from './types.ts';

/** How many calls the ATS still takes, and what that means for whoever waits. */
export function RateFigure({ rate }: Pick<ConnectionHealth, 'rate'>) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <dl style={{ margin: 0 }}>
        <Figure label={t('connections.rate')}>
          {rate === null ? t('connections.rateUnknown') : <Left rate={rate} />}
        </Figure>
      </dl>
      <Text size="sm" c="dimmed">
        {t('connections.rateText')}
        {rate !== null && t('connections.rateAtOnce', { count: rate.concurrency })}
        {rate?.isShared === false && rate.kind === 'bucket' && t('connections.rateOwn')}
      </Text>
    </Stack>
  );
}

function Left({ rate }: { readonly rate: NonNullable<ConnectionHealth['rate']> }) {
  const { t, i18n } = useTranslation();
  const left = new Intl.NumberFormat(i18n.language).format(rate.left);
  if (rate.kind === 'window')
    return t('connections.rateWindow', {
      left,
      at: formatTime(rate.resetsAt, toLanguage(i18n.language), 'second'),
    });
  return t('connections.rateBucket', { left, burst: rate.burst, count: rate.perSecond });
}
