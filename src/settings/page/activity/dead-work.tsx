import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { CardList } from '../parts/card-list.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { formatTime } from '../parts/time.tsx';
import { toLanguage } from '../texts/i18n.ts';
import type { DeadJobs, Redrive, Replayed } from './types.ts';

const queueNames = [
  'intake.process',
  'intake.poll',
  'intake.backfill',
  'letter.batch',
  'letter.send',
  'letter.replan',
  'consent.code',
  'consent.write-back',
  'slack.notice',
] as const;

export interface DeadWorkProps {
  readonly slug: string;
  readonly isAllowed: boolean;
}

/** Work that was given up, with its cause, and the way to let it go on. */
export function DeadWork({ slug, isAllowed }: DeadWorkProps) {
  const { t } = useTranslation();
  if (!isAllowed) return <EmptyState title={t('activity.owners')}>{t('activity.ownersText')}</EmptyState>;
  return <DeadList slug={slug} />;
}

/** What is dead of one queue, whatever it died of: it goes on together. */
interface DeadQueue {
  readonly queue: string;
  readonly count: number;
  readonly causes: readonly DeadJobs[];
}

function DeadList({ slug }: { readonly slug: string }) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const dead = useQuery({
    queryKey: ['/jobs/dead', slug],
    queryFn: ({ signal }) => api.get<Listed<DeadJobs>>('/jobs/dead', { company: slug }, signal),
  });
  if (dead.error) return <ProblemNote thrown={dead.error} onRetry={() => void dead.refetch()} />;
  if (!dead.data) return <Skeleton height={160} radius="lg" role="status" aria-label={t('table.loading')} />;
  const queues = toQueues(dead.data.items);
  const format = (at: string) => formatTime(at, toLanguage(i18n.language), 'minute');
  return (
    <Stack gap="md">
      {queues.length > 0 && <Text c="dimmed">{t('activity.deadLead')}</Text>}
      <CardList
        label={t('activity.tab.dead')}
        list={{ data: queues, error: null, refetch: dead.refetch }}
        rowId={({ queue }) => queue}
        title={({ queue }) => toName(queue)}
        about={({ causes }) =>
          causes.map(({ code, count, oldestAt, newestAt }) => (
            <Text key={code} size="sm" component="div">
              {t('activity.deadCount', { count })} ・ {code ?? t('activity.noCode')} ・{' '}
              {toTimes(format(oldestAt), format(newestAt))}
            </Text>
          ))
        }
        actions={(row) => <RedriveButton slug={slug} row={row} name={toName(row.queue)} />}
        empty={<EmptyState title={t('activity.deadEmptyTitle')}>{t('activity.deadEmptyText')}</EmptyState>}
      />
    </Stack>
  );

  function toTimes(from: string, to: string): string {
    return from === to ? from : t('activity.deadBetween', { from, to });
  }

  function toName(queue: string): string {
    const known = queueNames.find((name) => name === queue);
    return known === undefined ? `${t('activity.otherQueue')} (${queue})` : t(`activity.queues.${known}`);
  }
}

interface RedriveButtonProps {
  readonly slug: string;
  readonly row: DeadQueue;
  readonly name: string;
}

function RedriveButton({ slug, row: { queue, count }, name }: RedriveButtonProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const redrive = useMutation({
    mutationFn: () => api.send<Replayed>('POST', '/jobs/dead/redrive', { company: slug, queue } satisfies Redrive),
    onSuccess: ({ queued }) => {
      close();
      notifications.show({ message: t('activity.redriven', { count: queued }) });
      return queries.invalidateQueries({ queryKey: ['/jobs/dead'] });
    },
  });
  return (
    <>
      <Button
        variant="light"
        aria-label={`${t('activity.redrive')}: ${name}`}
        onClick={() => {
          redrive.reset();
          open();
        }}
      >
        {t('activity.redrive')}
      </Button>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => redrive.mutate()}
        title={t('activity.redriveTitle', { queue: name })}
        verb={t('activity.redrive')}
        isBusy={redrive.isPending}
        thrown={redrive.error}
      >
        {t('activity.redriveText', { count })}
      </ConfirmDanger>
    </>
  );
}

function toQueues(items: readonly DeadJobs[]): readonly DeadQueue[] {
  return [...Map.groupBy(items, ({ queue }) => queue)].map(([queue, causes]) => ({
    queue,
    causes,
    count: causes.reduce((sum, { count }) => sum + count, 0),
  }));
}
