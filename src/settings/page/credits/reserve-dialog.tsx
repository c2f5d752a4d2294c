import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewReservation, Reservation } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';

export interface ReserveDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly company: string;
}

/** Holds one credit for an introduction, with the reason that will stand in the ledger. */
export function ReserveDialog({ isOpen, onClose, company }: ReserveDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('credits.reserveTitle')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <ReserveForm company={company} onClose={onClose} />
    </Modal>
  );
}

function ReserveForm({ company, onClose }: Omit<ReserveDialogProps, 'isOpen'>) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [reason, setReason] = useInputState('');
  // However often it is sent, from here or by a network that repeats, it holds one credit.
  const [idempotencyKey] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join('-'));
  const reserve = useMutation({
    mutationFn: () =>
      api.send<Reservation>('POST', '/credits/reserve', { company, reason, idempotencyKey } satisfies NewReservation),
    onSuccess: async () => {
      onClose();
      notifications.show({ message: t('credits.reservedDone') });
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['/credits'] }),
        queries.invalidateQueries({ queryKey: ['/credits/entries'] }),
      ]);
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    reserve.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('credits.reserveText')}</Text>
        <Textarea
          label={t('credits.reason')}
          description={t('credits.noNames')}
          value={reason}
          onChange={setReason}
          maxLength={500}
          autosize
          minRows={2}
          required
          withAsterisk={false}
          data-autofocus
        />
        <ProblemNote thrown={reserve.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={reserve.isPending} disabled={reason.trim() === ''}>
            {t('credits.reserve')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
