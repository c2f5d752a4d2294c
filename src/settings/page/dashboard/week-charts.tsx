import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { Paper, SimpleGrid, Title, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Week } from './types.ts';

type Name = Exclude<keyof Week, 'week'>;

const colors = {
  rejections: 'var(--mantine-color-gray-5)',
  letters: 'var(--mantine-color-relay-light-color)',
  consents: 'var(--mantine-color-relay-light-color)',
  referrals: 'var(--mantine-color-orange-light-color)',
} as const satisfies Record<Name, string>;

/** The weeks as two pictures, and as tables for who cannot see them. */
export function WeekCharts({ weeks }: { readonly weeks: readonly Week[] }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="md">
      <WeekChart title={t('dashboard.decided')} weeks={weeks} names={['rejections', 'letters']} />
      <WeekChart title={t('dashboard.agreed')} weeks={weeks} names={['consents', 'referrals']} />
    </SimpleGrid>
  );
}

interface WeekChartProps {
  readonly title: string;
  readonly weeks: readonly Week[];
  readonly names: readonly Name[];
}

function WeekChart({ title, weeks, names }: WeekChartProps) {
  const { t, i18n } = useTranslation();
  const day = new Intl.DateTimeFormat(i18n.language, { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
  const rows = weeks.map((week) => ({ ...week, week: day.format(new Date(`${week.week}T00:00:00Z`)) }));
  return (
    <Paper withBorder radius="lg" p="lg" style={{ position: 'relative' }}>
      <Title order={3} mb="md">
        {title}
      </Title>
      <div aria-hidden>
        <BarChart
          h={240}
          data={rows}
          dataKey="week"
          series={names.map((name) => ({ name, label: t(`dashboard.${name}`), color: colors[name] }))}
          withLegend
          legendProps={{ verticalAlign: 'bottom', height: 32 }}
          yAxisProps={{ allowDecimals: false, width: 40, interval: 0 }}
          barProps={{ isAnimationActive: false, radius: [3, 3, 0, 0], maxBarSize: 22 }}
          barChartProps={{ accessibilityLayer: false }}
          tickLine="none"
        />
      </div>
      <VisuallyHidden>
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('dashboard.week')}</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {t(`dashboard.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map((week, index) => (
              <tr key={week.week}>
                <th scope="row">{rows[index]?.week}</th>
                {names.map((name) => (
                  <td key={name}>{week[name]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </Paper>
  );
}
