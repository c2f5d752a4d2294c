import { Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useConnectionNames } from '../api/use-connection-names.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import type { Health } from './types.ts';

type Mark = Extract<Tone, 'good' | 'attention' | 'bad' | 'idle'>;

const slackMarks = {
  none: 'idle',
  installed: 'good',
  uninstalled: 'bad',
  broken: 'bad',
} as const satisfies Record<Health['slack']['state'], Mark>;

/** How the service does for the company; looked at anew every half minute. */
export function HealthView({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const health = useQuery({
    queryKey: ['/health', slug],
    queryFn: ({ signal }) => api.get<Health>('/health', { company: slug }, signal),
    refetchInterval: 30_000,
  });
  if (health.isPending) return <Skeleton height={240} radius="lg" role="status" aria-label={t('table.loading')} />;
  return (
    <Stack gap="md">
      <ProblemNote thrown={health.error} onRetry={() => void health.refetch()} />
      {health.data && (
        <>
          <Title order={2}>{t('activity.system')}</Title>
          <Parts health={health.data} />
          <Connections slug={slug} connections={health.data.connections} />
          <Text size="sm" c="dimmed">
            {t('activity.checkedAt')}: <Time at={health.data.checkedAt} />
          </Text>
        </>
      )}
    </Stack>
  );
}

function Parts({ health: { database, jobs, slack, mail } }: { readonly health: Health }) {
  const { t } = useTranslation();
  const isSlackBlocked = slack.blockedPlaces > 0;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
      <Card title={t('activity.database')} mark="good">
        {t('activity.databaseGood', { count: database.ms })}
      </Card>
      <Card title={t('activity.jobs')} mark={jobs.dead > 0 ? 'attention' : 'good'}>
        {jobs.dead > 0 ? t('activity.jobsBad', { count: jobs.dead }) : t('activity.jobsGood')}
        {jobs.waiting !== null && <div>{t('activity.jobsWaiting', { count: jobs.waiting })}</div>}
      </Card>
      <Card title={t('activity.mail')} mark={mail.failed > 0 || mail.kind === 'outbox' ? 'attention' : 'good'}>
        {t(`activity.mailKind.${mail.kind}`)}
        {mail.failed > 0 && <div>{t('activity.mailFailed', { count: mail.failed })}</div>}
      </Card>
      <Card title={t('activity.slack')} mark={isSlackBlocked ? 'attention' : slackMarks[slack.state]}>
        {t(`activity.slackState.${slack.state}`)}
        {slack.reason !== null && ` (${slack.reason})`}
        {isSlackBlocked && <div>{t('activity.slackBlocked', { count: slack.blockedPlaces })}</div>}
      </Card>
    </SimpleGrid>
  );
}

interface CardProps {
  readonly title: string;
  readonly mark: Mark;
  readonly children: ReactNode;
}

function Card({ title, mark, children }: CardProps) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="lg">
      <Group justify="space-between" gap="sm" mb={4}>
        <Title order={3}>{title}</Title>
        <StatusBadge tone={mark}>{t(`activity.${mark}`)}</StatusBadge>
      </Group>
      <Text size="sm" c="dimmed" component="div">
        {children}
      </Text>
    </Paper>
  );
}

interface ConnectionsProps {
  readonly slug: string;
  readonly connections: Health['connections'];
}

function Connections({ slug, connections }: ConnectionsProps) {
  const { t } = useTranslation();
  const names = useConnectionNames(slug);
  return (
    <Stack gap="md">
      <Title order={2}>{t('nav.connections')}</Title>
      {connections.length === 0 && <Text c="dimmed">{t('activity.healthEmpty')}</Text>}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        {connections.map((connection) => (
          <Card key={connection.id} title={names.get(connection.id) ?? connection.connector} mark={toMark(connection)}>
            <div>{t(`activity.state.${connection.state}`)}</div>
            {connection.failingSince !== null && (
              <div>
                {t('activity.failing')}
                {connection.failingCode !== null && ` (${connection.failingCode})`} ・{' '}
                <Time at={connection.failingSince} />
              </div>
            )}
            {(
              [
                ['lastDelivery', connection.lastDeliveryAt],
                ['lastPoll', connection.lastPolledAt],
                ['lastImport', connection.lastImportAt],
              ] as const
            ).map(([name, at]) => (
              <div key={name}>
                {t(`activity.${name}`)}: <Time at={at} />
              </div>
            ))}
            {connection.stuck > 0 && <div>{t('activity.stuck', { count: connection.stuck })}</div>}
          </Card>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function toMark({ state, failingSince, stuck }: Health['connections'][number]): Mark {
  if (failingSince !== null) return 'bad';
  if (state === 'paused') return 'idle';
  return stuck > 0 ? 'attention' : 'good';
}
