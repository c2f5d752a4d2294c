import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { Paper, Skeleton, Title, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { addMonths, readEntries, toMonth, toMonths } from './ledger.ts';

export interface ReferralChartProps {
  readonly company: string;
  /** When the newest posting was made: the picture ends with its month. */
  readonly newestAt: string;
}

/** Referrals that counted, month by month over a year; the same as a table for who cannot see the picture. */
export function ReferralChart({ company, newestAt }: ReferralChartProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const last = toMonth(newestAt);
  const entries = useQuery({
    queryKey: ['/credits/entries', 'year', company, last],
    queryFn: () => readEntries(api, company, addMonths(last, -11)),
  });
  if (entries.isPending) return <Skeleton height={320} radius="lg" />;
  if (entries.isError) return <ProblemNote thrown={entries.error} onRetry={() => void entries.refetch()} />;
  const months = toMonths(entries.data, last).map(({ month, referrals }) => ({ month: toName(month), referrals }));
  return (
    <Paper withBorder radius="lg" p="lg">
      <Title order={2} mb="md">
        {t('credits.chart')}
      </Title>
      <div aria-hidden>
        <BarChart
          h={220}
          data={months}
          dataKey="month"
          series={[
            { name: 'referrals', label: t('credits.referrals'), color: 'var(--mantine-color-relay-light-color)' },
          ]}
          yAxisProps={{ allowDecimals: false, width: 36 }}
          barProps={{ isAnimationActive: false, radius: [4, 4, 0, 0], maxBarSize: 36 }}
          barChartProps={{ accessibilityLayer: false }}
          tickLine="none"
        />
      </div>
      <VisuallyHidden>
        <table>
          <caption>{t('credits.chart')}</caption>
          <tbody>
            {months.map(({ month, referrals }) => (
              <tr key={month}>
                <th scope="row">{month}</th>
                <td>{referrals}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </Paper>
  );

  function toName(month: string): string {
    return new Intl.DateTimeFormat(i18n.language, { year: '2-digit', month: 'short', timeZone: 'UTC' }).format(
      new Date(`${month}-01T00:00:00Z`),
    );
  }
}
