import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressOf } from '../parts/progress-of.tsx';
import { Time } from '../parts/time.tsx';
import type { LetterBatch } from './types.ts';
import { batchesPath } from './use-batch.ts';

const lookEveryMs = 2_000;

export interface BatchProgressProps {
  readonly company: string;
  readonly mayDecide: boolean;
}

/** How far the newest decision about all letters that fitted is: for everybody of the company, also after a reload. */
export function BatchProgress({ company, mayDecide }: BatchProgressProps) {
  const api = useApi();
  const batches = useQuery({
    queryKey: [batchesPath, company],
    queryFn: async ({ signal }) => (await api.get<Listed<LetterBatch>>(batchesPath, { company }, signal)).items,
    refetchInterval: ({ state }) => (isWorking(state.data?.[0]) ? lookEveryMs : false),
  });
  const [closed, setClosed] = useState<string>();
  const newest = batches.data?.[0];
  useReadAgain(newest);
  if (!newest?.isRecent || newest.id === closed) return <ProblemNote thrown={batches.error} />;
  return <Progress batch={newest} mayDecide={mayDecide} onClose={() => setClosed(newest.id)} />;
}

function isWorking(batch: LetterBatch | undefined): boolean {
  return batch?.status === 'working';
}

/** The rows on screen are read again once it has ended. */
function useReadAgain(batch: LetterBatch | undefined): void {
  const queries = useQueryClient();
  const worked = useRef<string>(undefined);
  useEffect(() => {
    if (batch && isWorking(batch)) worked.current = batch.id;
    if (!batch || isWorking(batch) || worked.current !== batch.id) return;
    worked.current = undefined;
    void queries.invalidateQueries({
      predicate: ({ queryKey: [path] }) =>
        typeof path === 'string' && path.startsWith('/letters') && path !== batchesPath,
    });
  }, [batch, queries]);
}

interface ProgressProps {
  readonly batch: LetterBatch;
  readonly mayDecide: boolean;
  readonly onClose: () => void;
}

function Progress({ batch, mayDecide, onClose }: ProgressProps) {
  const { t } = useTranslation();
  const { act, found, done, gone, changed, status } = batch;
  const reached = done + gone + changed;
  const [isAsking, setAsking] = useState(false);
  const stop = useStop(batch.id, () => setAsking(false));
  const lines = [
    t(`letters.batch.done.${act}`, { count: done }),
    ...(gone > 0 ? [t('letters.batch.gone', { count: gone })] : []),
    ...(changed > 0 ? [t('letters.batch.changed', { count: changed })] : []),
    ...(found > reached ? [t(`letters.batch.${isWorking(batch) ? 'rest' : 'left'}`, { count: found - reached })] : []),
  ];
  return (
    <Paper withBorder radius="lg" p="md" component="section" aria-label={t('letters.batch.label')}>
      <Stack gap="sm">
        {isWorking(batch) ? (
          <ProgressOf label={t(`letters.batch.working.${act}`)} done={reached} total={found} isRunning />
        ) : (
          <Text fw={600} role="status">
            {t(`letters.batch.ended.${status === 'stopped' ? 'stopped' : 'done'}.${act}`)}
          </Text>
        )}
        <Text size="sm">{lines.join(' ・ ')}</Text>
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed">
            {t('letters.batch.by', { who: batch.askedByName ?? toWho(batch.askedBy) })} <Time at={batch.askedAt} />
          </Text>
          {!isWorking(batch) && (
            <Button variant="subtle" onClick={onClose}>
              {t('close')}
            </Button>
          )}
          {isWorking(batch) && mayDecide && (
            <Button
              variant="default"
              onClick={() => {
                stop.reset();
                setAsking(true);
              }}
            >
              {t('letters.batch.stop')}
            </Button>
          )}
        </Group>
      </Stack>
      <ConfirmDanger
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => stop.mutate()}
        title={t('letters.batch.stopTitle')}
        verb={t('letters.batch.stop')}
        isBusy={stop.isPending}
        thrown={stop.error}
      >
        {t('letters.batch.stopText')}
      </ConfirmDanger>
    </Paper>
  );

  function toWho(actor: string): string {
    if (actor.startsWith('token:')) return t('letters.history.program');
    return t(actor.startsWith('user:') ? 'letters.history.former' : 'letters.history.operator');
  }
}

function useStop(id: string, onDone: () => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.send<LetterBatch>('POST', `${batchesPath}/${id}/stop`),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: [batchesPath] }),
  });
}
