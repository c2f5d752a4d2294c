import { Alert, Select, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { Numbers } from '../parts/numbers.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import type { GoLive, GoLivePreview, WentLive } from './types.ts';
import { useRefresh } from './use-connections.ts';

/** More letters than this leave only after the company's name was typed. */
export const fewLetters = 30;

const ages = ['7', '14', '30', '60', '90'] as const;
type Age = (typeof ages)[number];

export interface GoLiveDialogProps {
  readonly connectionId: string;
  /** The company's name, to be typed where many letters leave. */
  readonly company: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly verb: string;
  /** What is said once it is live. */
  readonly done: string;
}

/** Turns a connection live: says first what that does in numbers and ages, and offers to leave out what is too old. */
export function GoLiveDialog({ connectionId, company, isOpen, onClose, title, verb, done }: GoLiveDialogProps) {
  const { t } = useTranslation();
  const api = useApi();
  const refresh = useRefresh();
  const [age, setAge] = useState<Age | null>('14');
  const path = `/connections/${connectionId}/go-live`;
  const olderThanDays = Number(age ?? '14');
  const preview = useQuery({
    queryKey: ['/connections', 'go-live', connectionId, olderThanDays],
    queryFn: ({ signal }) => api.get<GoLivePreview>(path, { olderThanDays }, signal),
    enabled: isOpen,
    // Before so many letters leave, what is on screen must be what is there.
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
  const numbers = preview.data && toNumbers(preview.data, age !== null);
  const act = useMutation({
    mutationFn: (leaving: number) =>
      api.send<WentLive>('POST', path, {
        leaveOutOlderThanDays: age === null ? null : olderThanDays,
        confirmedCount: leaving,
      } satisfies GoLive),
    onSuccess: ({ leftOut }) => {
      onClose();
      notifications.show({ message: leftOut === 0 ? done : `${done} ${t('start.live.leftOut', { count: leftOut })}` });
    },
    onSettled: () => refresh(),
  });

  return (
    <ConfirmDanger
      isOpen={isOpen}
      onClose={() => {
        act.reset();
        onClose();
      }}
      onConfirm={() => numbers && act.mutate(numbers.leaving)}
      title={title}
      verb={verb}
      isBusy={act.isPending || preview.isFetching || !numbers}
      thrown={act.error}
      {...(numbers && numbers.leaving > fewLetters ? { typed: company } : {})}
    >
      <Stack gap="md">
        <Text>{t('start.live.text')}</Text>
        <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />
        {preview.data?.lack && (
          <Alert color="orange" variant="light" title={t(`company.lack.${preview.data.lack}`)}>
            {t('start.live.lack')}
          </Alert>
        )}
        {preview.data && numbers && <LeavingNumbers preview={preview.data} numbers={numbers} />}
        {preview.data && preview.data.planned.all > 0 && (
          <Select
            label={t('start.live.leaveOut')}
            description={t('start.live.leaveOutHelp')}
            value={age ?? 'none'}
            onChange={(chosen) => setAge(ages.find((one) => one === chosen) ?? null)}
            data={[
              ...ages.map((value) => ({ value, label: t('start.live.older', { count: Number(value) }) })),
              { value: 'none', label: t('start.live.nobody') },
            ]}
            allowDeselect={false}
          />
        )}
      </Stack>
    </ConfirmDanger>
  );
}

export interface GoLiveNumbers {
  /** Leave now, or once their hour has come. */
  readonly leaving: number;
  readonly due: number;
  readonly later: number;
  readonly leftOut: number;
  readonly held: number;
}

/** What going live does, with or without what is too old. */
export function toNumbers({ planned, due, held }: GoLivePreview, leavesOut: boolean): GoLiveNumbers {
  const leftOut = leavesOut ? planned.old : 0;
  const leaving = planned.all - leftOut;
  const dueNow = due.all - (leavesOut ? due.old : 0);
  return { leaving, due: dueNow, later: leaving - dueNow, leftOut, held };
}

export interface LeavingNumbersProps {
  readonly preview: GoLivePreview;
  readonly numbers: GoLiveNumbers;
}

/** The same, to be read. */
export function LeavingNumbers({ preview: { dueFrom, decidedFrom, decidedTo, mode }, numbers }: LeavingNumbersProps) {
  const { t } = useTranslation();
  const { leaving, due, later, leftOut, held } = numbers;
  const all = [
    ['due', due],
    ['later', later],
    ['tooOld', leftOut],
    ['held', held],
  ] as const;
  const lines = all.filter(([, count]) => count > 0);
  return (
    <Stack gap="sm" aria-live="polite">
      <Text fw={600}>{leaving === 0 ? t('start.live.none') : t('start.live.leaving', { count: leaving })}</Text>
      <Numbers
        rows={lines.map(([name, count]) => ({
          key: name,
          name: (
            <>
              {t(`start.live.${name}`)} {name === 'due' && <Time at={dueFrom} />}
            </>
          ),
          count,
        }))}
      />
      {decidedFrom !== null && (
        <Text size="sm" c="dimmed">
          {t('start.live.decided')} <Time at={decidedFrom} show="day" /> – <Time at={decidedTo ?? null} show="day" />
        </Text>
      )}
      {mode !== 'relay-sent' && <Text size="sm">{t('start.live.sentByAts')}</Text>}
    </Stack>
  );
}
