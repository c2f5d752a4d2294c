import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Projection } from '../api/types.ts';

/** When the next credit is to be expected, from which pace, and whether that is a guess. */
export function Outlook({ projection }: { readonly projection: Projection }) {
  const { t, i18n } = useTranslation();
  const { referralsPerWeek, weeks, weeksToNextCredit, isRough } = projection;
  if (weeks === 0) return <Line>{t('outlook.nothingYet')}</Line>;
  if (weeksToNextCredit === null) return <Line>{t('outlook.nothingLately', { count: weeks })}</Line>;
  const perWeek = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(referralsPerWeek);
  return (
    <>
      <Line>
        {t('outlook.next', { count: Math.max(1, Math.ceil(weeksToNextCredit)) })}
        {isRough && t('outlook.rough')}
      </Line>
      <Line>{t('outlook.pace', { count: weeks, perWeek })}</Line>
    </>
  );
}

function Line({ children }: { readonly children: ReactNode }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}
