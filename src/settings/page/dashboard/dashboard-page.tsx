import { Group, Paper, SegmentedControl, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { useConnectionNames } from '../api/use-connection-names.ts';
import { Count, Rate } from '../parts/count.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { Outlook } from '../parts/outlook.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StartCard } from '../start/start-card.tsx';
import { useStart } from '../start/use-start.ts';
import { GroupTable } from './group-table.tsx';
import { Needs } from './needs.tsx';
import { type Dashboard, type Span, spans, toDashboardSearch } from './types.ts';

const WeekCharts = lazy(async () => ({ default: (await import('./week-charts.tsx')).WeekCharts }));
const route = getRouteApi('/c/$company/dashboard');

/** What needs the reader now, and how it goes. */
export function DashboardPage() {
  const { slug } = useCompany();
  const { weeks = 12 } = route.useSearch();
  const navigate = route.useNavigate();
  const start = useStart(slug, useMay('settings'));
  return (
    <DashboardView
      slug={slug}
      weeks={`${weeks}`}
      onWeeks={(chosen) =>
        void navigate({ search: toDashboardSearch({ weeks: chosen }), replace: true, resetScroll: false })
      }
    >
      <StartCard slug={slug} start={start.data} />
    </DashboardView>
  );
}

export interface DashboardViewProps {
  readonly slug: string;
  readonly weeks: Span;
  readonly onWeeks: (weeks: Span) => void;
  /** What stands above all. */
  readonly children?: ReactNode;
}

export function DashboardView({ slug, weeks, onWeeks, children }: DashboardViewProps) {
  const { t } = useTranslation();
  const api = useApi();
  const names = useConnectionNames(slug);
  const dashboard = useQuery({
    queryKey: ['/dashboard', slug, weeks],
    queryFn: ({ signal }) => api.get<Dashboard>('/dashboard', { company: slug, weeks }, signal),
    // Another span leaves what needs one where it stands.
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageTitle title={t('nav.dashboard')} lead={t('dashboard.lead')} />
      <Stack gap="xl">
        {children}
        <ProblemNote thrown={dashboard.error} onRetry={() => void dashboard.refetch()} />
        {dashboard.isPending && <Skeleton height={220} radius="lg" role="status" aria-label={t('table.loading')} />}
        {dashboard.data && (
          <>
            <Needs slug={slug} needs={dashboard.data.needs} names={names} />
            <Stack gap="md">
              <Group justify="space-between" gap="sm">
                <Title order={2}>{t('dashboard.howItGoes')}</Title>
                <SegmentedControl
                  aria-label={t('dashboard.span')}
                  value={weeks}
                  onChange={onWeeks}
                  data={spans.map((value) => ({ value, label: t(`dashboard.weeks.${value}`) }))}
                />
              </Group>
              <Figures dashboard={dashboard.data} slug={slug} />
            </Stack>
          </>
        )}
      </Stack>
    </>
  );
}

function Figures({ dashboard, slug }: { readonly dashboard: Dashboard; readonly slug: string }) {
  const { t } = useTranslation();
  const { weeks, rate, reasons, jobs, balance, projection } = dashboard;
  const sum = (name: 'rejections' | 'letters' | 'consents' | 'referrals') =>
    weeks.reduce((total, week) => total + week[name], 0);
  const isEmpty = (['rejections', 'letters', 'consents', 'referrals'] as const).every((name) => sum(name) === 0);
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="md">
        <Figure label={t('dashboard.letters')}>
          <Count value={sum('letters')} />
        </Figure>
        <Figure label={t('dashboard.consents')}>
          <Count value={sum('consents')} />
        </Figure>
        <Figure label={t('dashboard.referrals')}>
          <Count value={sum('referrals')} />
        </Figure>
        <Figure label={t('dashboard.credits')}>
          <Count value={balance.credits.available} />
        </Figure>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Paper withBorder radius="lg" p="lg">
          <Text c="dimmed">{t('dashboard.rate')}</Text>
          <Rate part={rate.part} whole={rate.whole} />
          <Text size="sm" c="dimmed" mt={4}>
            {t('dashboard.rateText')}
          </Text>
        </Paper>
        <Paper withBorder radius="lg" p="lg">
          <Text c="dimmed">{t('credits.next')}</Text>
          <Text fw={600}>
            <Count value={balance.referrals.towardsNext} />
            {' / '}
            <Count value={balance.referrals.perCredit} />
          </Text>
          <Stack gap={2} mt={4}>
            <Outlook projection={projection} />
          </Stack>
        </Paper>
      </SimpleGrid>
      {isEmpty ? (
        <EmptyState
          title={t('dashboard.emptyTitle')}
          action={
            <ButtonLink to="/c/$company/connections" params={{ company: slug }} variant="default">
              {t('dashboard.connect')}
            </ButtonLink>
          }
        >
          {t('dashboard.emptyText')}
        </EmptyState>
      ) : (
        <>
          <Suspense fallback={<Skeleton height={320} radius="lg" />}>
            <WeekCharts weeks={weeks} />
          </Suspense>
          <Text size="sm" c="dimmed">
            {t('dashboard.small')}
          </Text>
          <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="md">
            <GroupTable title={t('dashboard.reasons')} nameOf={t('dashboard.reasonName')} groups={reasons} />
            <GroupTable title={t('dashboard.jobs')} nameOf={t('dashboard.jobName')} groups={jobs} />
          </SimpleGrid>
        </>
      )}
    </>
  );
}

function Figure({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder radius="lg" p="lg">
      <Text c="dimmed">{label}</Text>
      <Text fz="1.9rem" fw={650} lh={1.3}>
        {children}
      </Text>
    </Paper>
  );
}
