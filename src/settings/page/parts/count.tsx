import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Below it a share says little: one person more or less moves it by several points. */
export const smallestTelling = 20;

/** A number with its thousands marked. */
export function Count({ value }: { readonly value: number }) {
  const { i18n } = useTranslation();
  return <span>{new Intl.NumberFormat(i18n.language).format(value)}</span>;
}

export interface RateProps {
  readonly part: number;
  readonly whole: number;
}

/** A share with the range it may well lie in, marked where the numbers are too small to tell much. */
export function Rate({ part, whole }: RateProps) {
  const { t, i18n } = useTranslation();
  if (whole === 0) return <Text span>{t('rate.none')}</Text>;
  const { share, low, high } = toRate(part, whole);
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 });
  return (
    <Group gap="xs" component="span">
      <Text span fw={600}>
        {percent.format(share)}
      </Text>
      <Text span size="sm" c="dimmed">
        {t('rate.interval', { low: percent.format(low), high: percent.format(high), part, whole })}
      </Text>
      {whole < smallestTelling && (
        <Badge variant="outline" color="gray.7" tt="none" c="dimmed">
          {t('rate.small')}
        </Badge>
      )}
    </Group>
  );
}

/** Wilson's interval at 95 %: stays within 0 to 1 and holds for few people, too. Shares, 0 to 1. */
export function toRate(
  part: number,
  whole: number,
): { readonly share: number; readonly low: number; readonly high: number } {
  const z = 1.96;
  const share = part / whole;
  const divisor = 1 + z ** 2 / whole;
  const middle = (share + z ** 2 / (2 * whole)) / divisor;
  const reach = (z / divisor) * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2));
  return { share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
