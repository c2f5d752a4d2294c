import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressOf } from '../parts/progress-of.tsx';
import type { Delivery, Replayed, ReplayRequest } from './types.ts';

export interface ReplayAllProps {
  readonly connection: string;
  readonly status: 'set-aside' | 'failed';
}

/** Works on everything that stands so once more, a page at a time; shows how far it is, and can be stopped between pages. */
export function ReplayAll({ connection, status }: ReplayAllProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const [done, setDone] = useState(0);
  const isStopped = useRef(false);
  const replay = useMutation({
    mutationFn: async () => {
      isStopped.current = false;
      setDone(0);
      let queued = 0;
      let cursor: string | undefined;
      // The list is walked by its ids, newest first: what fails anew meanwhile does not come up a second time.
      do {
        const page: Listed<Delivery> = await api.get('/deliveries', { connection, status, cursor, limit: 200 });
        const ids = page.items.filter(({ reason }) => reason !== 'erased').map(({ id }) => id);
        if (ids.length > 0) {
          const body = { connection, ids } satisfies ReplayRequest;
          queued += (await api.send<Replayed>('POST', '/deliveries/replay', body)).queued;
        }
        setDone(queued);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && !isStopped.current);
      return queued;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['/deliveries'] }),
  });

  function leave() {
    isStopped.current = true;
    close();
  }

  return (
    <>
      <Button
        variant="light"
        onClick={() => {
          replay.reset();
          open();
        }}
      >
        {t('activity.replayAll')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={leave}
        title={t('activity.replayAllTitle', { status: t(`activity.statuses.${status}`) })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Stack>
          <Text>{t('activity.replayAllText')}</Text>
          {replay.isPending && (
            <ProgressOf label={t('activity.replayAllProgress')} done={done} total={null} isRunning />
          )}
          {replay.isSuccess && <Text role="status">{t('activity.replayAllDone', { count: replay.data })}</Text>}
          <ProblemNote thrown={replay.error} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={leave} data-autofocus>
              {replay.isPending ? t('activity.stop') : replay.isSuccess ? t('close') : t('cancel')}
            </Button>
            {!replay.isSuccess && (
              <Button loading={replay.isPending} onClick={() => replay.mutate()}>
                {t('activity.replayAll')}
              </Button>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
