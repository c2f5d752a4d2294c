import { Alert, Button, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useMay } from '../api/use-company.ts';
import { Count } from '../parts/count.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { Check } from './check.tsx';
import type { PartProps } from './connection-page.tsx';
import { Figure } from './figure.tsx';
import { Limits } from './gallery-page.tsx';
import { RateFigure } from './rate-figure.tsx';
import type { ConnectionHealth, PollFound } from './types.ts';
import { useHealth, useRefresh, useWords } from './use-connections.ts';
import { WebhookCard } from './webhook-card.tsx';

/** How it fares: what came in last, what waits, and what a person must mend. */
export function StateTab(props: PartProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { connector, connection } = props;
  const mayPause = useMay('pause');
  const health = useHealth(connection.id);
  return (
    <Stack gap="lg">
      {health.data?.failing && (
        <Alert
          role="alert"
          color="red"
          variant="light"
          icon={<TriangleAlert aria-hidden />}
          title={words(health.data.failing)}
        >
          <Text size="sm">
            {t('connections.failingSince')} <Time at={health.data.failing.since} />
          </Text>
          <Text size="sm">{t('connections.failingText')}</Text>
          <Text size="xs" c="dimmed" mt="xs">
            {t('problem.code', { code: health.data.failing.code })}
          </Text>
        </Alert>
      )}
      <ProblemNote thrown={health.error} onRetry={() => void health.refetch()} />
      {health.isPending && <Skeleton height={180} radius="lg" />}
      {health.data && <Figures health={health.data} {...props} />}
      {connector.access.length > 0 && mayPause && (
        <Card title={t('connections.checkTitle')}>
          <Text c="dimmed">{t('connections.checkText')}</Text>
          <Check connectionId={connection.id} />
        </Card>
      )}
      {connector.waysIn.includes('poll') && mayPause && <PollCard connectionId={connection.id} />}
      {connector.webhook && <WebhookCard {...props} oldSecretUntil={health.data?.oldSecretUntil ?? null} />}
      <Card title={t('connections.limits')}>
        <Limits connector={connector} />
      </Card>
    </Stack>
  );
}

/** A part of the page with its heading. */
export function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack gap="md">
        <Title order={2}>{title}</Title>
        {children}
      </Stack>
    </Paper>
  );
}

function Figures({ health, connector }: PartProps & { readonly health: ConnectionHealth }) {
  const { t } = useTranslation();
  const { waysIn } = connector;
  const times = [
    ...(waysIn.includes('webhook') ? [['lastDelivery', health.lastDeliveryAt] as const] : []),
    ...(waysIn.includes('poll')
      ? [['lastPoll', health.lastPolledAt] as const, ['nextPoll', health.nextPollAt] as const]
      : []),
    ...(waysIn.includes('file') ? [['lastImport', health.lastImportAt] as const] : []),
  ];
  const { deliveries } = health;
  const counts = [
    ['processed', deliveries.processed],
    ['ignored', deliveries.ignored],
    ['stored', deliveries.stored],
    ['setAside', deliveries.setAside],
    ['failed', deliveries.failed],
  ] as const;
  const isTroubled = deliveries.setAside + deliveries.failed > 0;
  return (
    <Card title={t('connections.health')}>
      <Group gap="xs">
        {isBroken(health.pollOutcome) && (
          <StatusBadge tone="attention">{t('connections.pollBroken', { code: health.pollOutcome })}</StatusBadge>
        )}
        {health.waitingSince !== null && (
          <StatusBadge tone="waiting">
            {t('connections.waitingSince')} <Time at={health.waitingSince} />
          </StatusBadge>
        )}
        {isTroubled && <StatusBadge tone="attention">{t('connections.troubled')}</StatusBadge>}
        {health.failing === null && !isTroubled && !isBroken(health.pollOutcome) && (
          <StatusBadge tone="good">{t('connections.fine')}</StatusBadge>
        )}
      </Group>
      <SimpleGrid component="dl" cols={{ base: 2, sm: 3 }} spacing="md" m={0}>
        {times.map(([name, at]) => (
          <Figure key={name} label={t(`connections.${name}`)}>
            {at === null ? t('connections.notYet') : <Time at={at} />}
          </Figure>
        ))}
        <Figure label={t('connections.planned')}>
          <Count value={health.plannedLetters} />
        </Figure>
      </SimpleGrid>
      {connector.access.length > 0 && <RateFigure rate={health.rate} />}
      {waysIn.includes('webhook') && (
        <>
          <Title order={3}>{t('connections.deliveries', { count: health.days })}</Title>
          <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 5 }} spacing="md" m={0}>
            {counts.map(([name, value]) => (
              <Figure key={name} label={t(`connections.delivery.${name}`)}>
                <Count value={value} />
              </Figure>
            ))}
          </SimpleGrid>
        </>
      )}
    </Card>
  );
}

function isBroken(outcome: string | null): boolean {
  return outcome !== null && outcome !== 'complete' && outcome !== 'partial';
}

/** Reads in the ATS what no webhook told. */
export function PollCard({ connectionId }: { readonly connectionId: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const refresh = useRefresh();
  const poll = useMutation({
    mutationFn: () => api.send<PollFound>('POST', `/connections/${connectionId}/poll`),
    onSettled: refresh,
  });
  return (
    <Card title={t('connections.pollTitle')}>
      <Text c="dimmed">{t('connections.pollText')}</Text>
      <ProblemNote thrown={poll.error} />
      {poll.data && (
        <Alert
          color="relay"
          variant="light"
          role="status"
          title={t('connections.pollFound', { count: poll.data.seen })}
        >
          {t('connections.pollRecorded', { count: poll.data.recorded })}
          {!poll.data.isComplete && ` ${t('connections.pollGoesOn')}`}
        </Alert>
      )}
      <Group>
        <Button variant="default" onClick={() => poll.mutate()} loading={poll.isPending}>
          {t('connections.pollNow')}
        </Button>
      </Group>
    </Card>
  );
}
