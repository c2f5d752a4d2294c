import { Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useConnections } from '../api/use-connection-names.ts';
import { useList } from '../api/use-list.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { BodyDialog } from './body-dialog.tsx';
import { ReplayAll } from './replay-all.tsx';
import { type ActivitySearch, type Delivery, statuses } from './types.ts';

const tones = {
  stored: 'waiting',
  processed: 'good',
  ignored: 'idle',
  'set-aside': 'attention',
  failed: 'bad',
} as const satisfies Record<Delivery['status'], Tone>;

const reasons = ['not-json', 'stale', 'erased', 'delivery_not_understood', 'internal_error'] as const;

export interface DeliveriesProps {
  readonly slug: string;
  readonly chosen: Pick<ActivitySearch, 'connection' | 'status'>;
  readonly onChoose: (chosen: Pick<ActivitySearch, 'connection' | 'status'>) => void;
  readonly mayReplay: boolean;
  readonly mayRead: boolean;
}

/** What an ATS sent: one connection at a time, the oldest at first. */
export function Deliveries(props: DeliveriesProps) {
  const { t } = useTranslation();
  const { slug, chosen, onChoose } = props;
  const connections = useConnections(slug);
  if (connections.error) return <ProblemNote thrown={connections.error} onRetry={() => void connections.refetch()} />;
  if (!connections.data) return <Skeleton height={240} radius="lg" role="status" aria-label={t('table.loading')} />;
  const [first] = connections.data.keys();
  if (first === undefined)
    return (
      <EmptyState
        title={t('activity.noConnectionTitle')}
        action={
          <ButtonLink to="/c/$company/connections" params={{ company: slug }}>
            {t('activity.connect')}
          </ButtonLink>
        }
      >
        {t('activity.noConnectionText')}
      </EmptyState>
    );
  // One that was removed since the link was made is not there any more.
  const connection = connections.data.has(chosen.connection ?? '') ? (chosen.connection ?? first) : first;
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="sm">
        <Select
          label={t('activity.connection')}
          data={[...connections.data].map(([value, label]) => ({ value, label }))}
          value={connection}
          onChange={(value) => onChoose({ connection: value ?? undefined })}
          allowDeselect={false}
        />
        <Select
          label={t('activity.status')}
          data={[
            { value: 'all', label: t('activity.all') },
            ...statuses.map((value) => ({ value, label: t(`activity.statuses.${value}`) })),
          ]}
          value={chosen.status ?? 'all'}
          onChange={(value) => onChoose({ status: statuses.find((status) => status === value) })}
          allowDeselect={false}
        />
        <Refresh />
        {props.mayReplay && (chosen.status === 'set-aside' || chosen.status === 'failed') && (
          <ReplayAll key={`${connection} ${chosen.status}`} connection={connection} status={chosen.status} />
        )}
      </Group>
      <DeliveryTable key={`${connection} ${chosen.status}`} {...props} connection={connection} />
    </Stack>
  );
}

function Refresh() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return (
    <Button
      variant="default"
      leftSection={<RefreshCw size={18} aria-hidden />}
      onClick={() => void queries.invalidateQueries({ queryKey: ['/deliveries'] })}
    >
      {t('activity.refresh')}
    </Button>
  );
}

function DeliveryTable({ connection, chosen, mayReplay, mayRead }: DeliveriesProps & { readonly connection: string }) {
  const { t } = useTranslation();
  const [read, setRead] = useState<Delivery>();
  const pages = useList<Delivery>('/deliveries', { connection, status: chosen.status });
  const hasActions = mayReplay || mayRead;
  const columns: readonly Column<Delivery>[] = [
    {
      id: 'at',
      header: t('activity.receivedAt'),
      width: '12rem',
      cell: ({ receivedAt }) => <Time at={receivedAt} />,
    },
    {
      id: 'status',
      header: t('activity.status'),
      width: '9.5rem',
      cell: ({ status }) => <StatusBadge tone={tones[status]}>{t(`activity.statuses.${status}`)}</StatusBadge>,
    },
    { id: 'reason', header: t('activity.reason'), cell: ({ reason }) => <Text size="sm">{toReason(reason)}</Text> },
    {
      id: 'duplicates',
      header: t('activity.duplicates'),
      width: '5.5rem',
      isNumber: true,
      cell: ({ duplicates }) => duplicates,
    },
    ...(hasActions
      ? [
          {
            id: 'actions',
            header: t('activity.what'),
            width: mayRead && mayReplay ? '21rem' : '13rem',
            cell: (delivery: Delivery) => (
              <Group gap="xs">
                {mayRead && (
                  <Button size="sm" variant="default" onClick={() => setRead(delivery)}>
                    {t('activity.read')}
                  </Button>
                )}
                {mayReplay && delivery.reason !== 'erased' && delivery.status !== 'stored' && (
                  <Replay delivery={delivery} />
                )}
              </Group>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        label={t('activity.tab.deliveries')}
        columns={columns}
        pages={pages}
        rowId={({ id }) => id}
        empty={
          chosen.status === undefined ? (
            <EmptyState title={t('activity.deliveriesEmptyTitle')}>{t('activity.deliveriesEmptyText')}</EmptyState>
          ) : (
            <EmptyState title={t('activity.filteredEmptyTitle')}>{t('activity.filteredEmptyText')}</EmptyState>
          )
        }
      />
      <BodyDialog delivery={read} onClose={() => setRead(undefined)} />
    </>
  );

  function toReason(code: string | null): string {
    if (code === null) return '–';
    const known = reasons.find((reason) => reason === code);
    return known === undefined ? code : t(`activity.reasons.${known}`);
  }
}

/** Changes nothing that was sent, so it asks nothing. */
function Replay({ delivery: { id, status } }: { readonly delivery: Delivery }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const replay = useMutation({
    mutationFn: () => api.send('POST', `/deliveries/${id}/replay`),
    onSuccess: () => {
      notifications.show({ message: t('activity.replayed') });
      return queries.invalidateQueries({ queryKey: ['/deliveries'] });
    },
  });
  return (
    <>
      <Button
        size="sm"
        variant={tones[status] === 'attention' || tones[status] === 'bad' ? 'light' : 'default'}
        loading={replay.isPending}
        onClick={() => replay.mutate()}
      >
        {t('activity.replay')}
      </Button>
      <ProblemNote thrown={replay.error} />
    </>
  );
}
