import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AddForm } from '../connections/add-page.tsx';
import { Check } from '../connections/check.tsx';
import type { PartProps } from '../connections/connection-page.tsx';
import { Import } from '../connections/files-tab.tsx';
import { Offers } from '../connections/gallery-page.tsx';
import { Card, PollCard } from '../connections/state-tab.tsx';
import type { Connector } from '../connections/types.ts';
import { useConnection, useConnectors, useHealth } from '../connections/use-connections.ts';
import { WebhookCard } from '../connections/webhook-card.tsx';
import { TextLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { StepFrame } from './step-frame.tsx';
import type { StepProps } from './types.ts';

/** The ATS: chosen, connected, checked, and heard from once. */
export function AtsStep({ slug, start, state, onGo }: StepProps) {
  const { t } = useTranslation();
  // What is shown only once right after connecting must not go when the connection is there.
  const [chosen, setChosen] = useState<Connector>();
  return (
    <StepFrame state={state} onGo={onGo}>
      {chosen && (
        <Stack gap="md">
          <Group justify="space-between" gap="sm">
            <Text fw={600}>{t('connections.connectTo', { title: chosen.title })}</Text>
            <Button variant="subtle" onClick={() => setChosen(undefined)}>
              {t(start.connectionId === null ? 'start.ats.other' : 'close')}
            </Button>
          </Group>
          <AddForm
            connector={chosen}
            next={<Button onClick={() => setChosen(undefined)}>{t('start.ats.connected')}</Button>}
          />
        </Stack>
      )}
      {!chosen && start.connectionId === null && <Offers maySet onChoose={setChosen} />}
      {!chosen && start.connectionId !== null && <Connected slug={slug} connectionId={start.connectionId} />}
    </StepFrame>
  );
}

interface ConnectedProps {
  readonly slug: string;
  readonly connectionId: string;
}

/** A connection that is there: whether it works, and what came in by it. */
function Connected({ slug, connectionId }: ConnectedProps) {
  const found = useConnectionParts(connectionId);
  if (found.thrown) return <ProblemNote thrown={found.thrown} onRetry={found.retry} />;
  if (!found.parts) return <Skeleton height={260} radius="lg" />;
  const { parts } = found;
  return (
    <Stack gap="md">
      <Heard slug={slug} {...parts} />
      {parts.connector.waysIn.includes('file') && (
        <Import connector={parts.connector} connectionId={parts.connection.id} />
      )}
      {parts.connector.waysIn.includes('poll') && <PollCard connectionId={parts.connection.id} />}
      {parts.connector.webhook && <WebhookCard {...parts} oldSecretUntil={null} />}
    </Stack>
  );
}

/** What the pages of connections hand to their parts. */
export function useConnectionParts(connectionId: string) {
  const connectors = useConnectors();
  const connection = useConnection(connectionId);
  const connector = connectors.data?.find(({ id }) => id === connection.data?.value.connector);
  const parts: PartProps | undefined =
    connector && connection.data
      ? { connector, connection: connection.data.value, etag: connection.data.etag }
      : undefined;
  return {
    parts,
    thrown: parts ? undefined : (connection.error ?? connectors.error ?? undefined),
    retry: () => {
      void connection.refetch();
      void connectors.refetch();
    },
  };
}

function Heard({ slug, connector, connection }: PartProps & { readonly slug: string }) {
  const { t } = useTranslation();
  const health = useHealth(connection.id);
  const times = [
    ['lastDelivery', health.data?.lastDeliveryAt ?? null],
    ['lastPoll', health.data?.lastPolledAt ?? null],
    ['lastImport', health.data?.lastImportAt ?? null],
  ] as const;
  const heard = times.filter(([, at]) => at !== null);
  return (
    <Card title={connector.title}>
      {heard.length === 0 ? (
        <Text c="dimmed">{t('start.ats.unheard')}</Text>
      ) : (
        heard.map(([name, at]) => (
          <Text key={name}>
            {t(`connections.${name}`)} <Time at={at} />
          </Text>
        ))
      )}
      {connector.access.length > 0 && <Check connectionId={connection.id} isAtOnce />}
      <TextLink to="/c/$company/connections/$connection" params={{ company: slug, connection: connection.id }}>
        {t('connections.toConnection')}
      </TextLink>
    </Card>
  );
}
