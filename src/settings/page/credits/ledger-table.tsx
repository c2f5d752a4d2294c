import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreditEntry, Reservation } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import type { Pages } from '../api/use-list.ts';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { toChange, toOpenReservations } from './ledger.ts';

const tones = {
  'referral-counted': 'good',
  'referrals-converted': 'good',
  'referral-reversed': 'attention',
  'credit-reserved': 'waiting',
  'credit-used': 'idle',
  'credit-released': 'idle',
  'credit-expired': 'attention',
} as const satisfies Record<CreditEntry['kind'], Tone>;

export interface LedgerTableProps {
  readonly pages: Pages<CreditEntry>;
  readonly maySpend: boolean;
}

/** The ledger as a statement: what happened, what it changed, and the balance after it. */
export function LedgerTable({ pages, maySpend }: LedgerTableProps) {
  const { t, i18n } = useTranslation();
  const signed = new Intl.NumberFormat(i18n.language, { signDisplay: 'exceptZero' });
  const open = toOpenReservations(pages.data?.pages.flatMap(({ items }) => items) ?? []);
  const columns: readonly Column<CreditEntry>[] = [
    { id: 'at', header: t('credits.at'), width: '12rem', cell: ({ postedAt }) => <Time at={postedAt} /> },
    { id: 'seq', header: t('credits.seq'), width: '4.5rem', isNumber: true, cell: ({ seq }) => seq },
    {
      id: 'what',
      header: t('credits.what'),
      cell: ({ kind, reason, reservationId }) => (
        <>
          <StatusBadge tone={tones[kind]}>{t(`credits.kind.${kind}`)}</StatusBadge>
          {reason !== null && <Text size="sm">{reason}</Text>}
          {maySpend && kind === 'credit-reserved' && reservationId !== null && open.has(reservationId) && (
            <Settle reservationId={reservationId} reason={reason} />
          )}
        </>
      ),
    },
    {
      id: 'referrals',
      header: t('credits.referralsChange'),
      width: '8rem',
      isNumber: true,
      cell: (entry) => toSigned(toChange(entry).referrals),
    },
    {
      id: 'credits',
      header: t('credits.creditsChange'),
      width: '8.5rem',
      isNumber: true,
      cell: (entry) => toSigned(toChange(entry).credits),
    },
    {
      id: 'towards',
      header: t('credits.towardsAfter'),
      width: '8.5rem',
      isNumber: true,
      cell: (entry) => entry.towardsNext,
    },
    {
      id: 'available',
      header: t('credits.availableAfter'),
      width: '8.5rem',
      isNumber: true,
      cell: (entry) => entry.available,
    },
  ];
  return (
    <DataTable
      label={t('credits.ledger')}
      columns={columns}
      pages={pages}
      rowId={({ id }) => id}
      empty={<EmptyState title={t('credits.emptyTitle')}>{t('credits.emptyText')}</EmptyState>}
    />
  );

  function toSigned(change: number): string {
    return change === 0 ? '–' : signed.format(change);
  }
}

interface SettleProps {
  readonly reservationId: string;
  readonly reason: string | null;
}

/** Says what became of a credit that is held. Using it cannot be undone, so it is asked first. */
function Settle({ reservationId, reason }: SettleProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [way, setWay] = useState<'use' | 'release'>('use');
  const [isOpen, { open, close }] = useDisclosure();
  const settle = useMutation({
    mutationFn: () => api.send<Reservation>('POST', `/credits/${way}`, { reservationId }),
    onSuccess: async () => {
      close();
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['/credits'] }),
        queries.invalidateQueries({ queryKey: ['/credits/entries'] }),
      ]);
    },
  });

  function ask(chosen: 'use' | 'release') {
    setWay(chosen);
    settle.reset();
    open();
  }

  return (
    <>
      <Group gap="xs" mt="xs">
        <Button variant="light" onClick={() => ask('use')}>
          {t('credits.use')}
        </Button>
        <Button variant="default" onClick={() => ask('release')}>
          {t('credits.release')}
        </Button>
      </Group>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => settle.mutate()}
        title={t(`credits.${way}Title`)}
        verb={t(`credits.${way}`)}
        isBusy={settle.isPending}
        thrown={settle.error}
      >
        <Text>{t(`credits.${way}Text`)}</Text>
        {reason !== null && (
          <Text mt="xs" fw={600}>
            {reason}
          </Text>
        )}
      </ConfirmDanger>
    </>
  );
}
