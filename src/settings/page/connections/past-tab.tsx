import { Alert, Button, Group, Select, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { Count } from '../parts/count.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressOf } from '../parts/progress-of.tsx';
import { Time } from '../parts/time.tsx';
import type { PartProps } from './connection-page.tsx';
import { fewLetters } from './go-live-dialog.tsx';
import { countFrom, toDay, toInstant, toMonths } from './past.ts';
import { Card } from './state-tab.tsx';
import type { Backfill, PollFound } from './types.ts';
import { useChange, useRefresh } from './use-connections.ts';

const reaches = ['30', '90', '180', '365', '730'] as const;
type Reach = (typeof reaches)[number];

/** What was decided before the connection began: seen, not acted on, until somebody chooses a date. */
export function PastTab({ connector, connection, etag }: PartProps) {
  const { t } = useTranslation();
  const api = useApi();
  const { name } = useCompany();
  const maySet = useMay('settings');
  const mayRead = useMay('pause');
  const refresh = useRefresh();
  const [reach, setReach] = useState<Reach>('90');
  const [chosen, setChosen] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  /** How many there were to act on when it began; only for the bar. */
  const [total, setTotal] = useState<number>();
  const { id, backfillFrom } = connection;
  const startedFrom = backfillFrom === null ? undefined : toDay(backfillFrom);
  const past = useQuery({
    queryKey: ['/connections', 'past', id, reach],
    queryFn: ({ signal }) =>
      api.get<Backfill>(`/connections/${id}/backfill`, { days: Number(reach), limit: 1 }, signal),
    refetchInterval: ({ state }) => (countRest(state.data) > 0 ? 3_000 : false),
  });
  const read = useMutation({
    mutationFn: () => api.send<PollFound>('POST', `/connections/${id}/poll`, { days: Number(reach) }),
    onSettled: refresh,
  });
  const change = useChange(id, etag);
  const from = chosen ?? (past.data ? toDay(past.data.from) : '');
  const count = past.data && from !== '' ? countFrom(past.data.byDay, from) : 0;
  const rest = countRest(past.data);
  const isTaken = startedFrom !== undefined && from >= startedFrom;

  function begin() {
    change.mutate(
      { backfillFrom: toInstant(from) },
      {
        onSuccess: () => {
          setTotal(count);
          setAsking(false);
        },
      },
    );
  }

  return (
    <Stack gap="lg" maw="48rem">
      <Card title={t('connections.pastTitle')}>
        <Text c="dimmed">{t('connections.pastText')}</Text>
        <Group align="flex-end" gap="sm">
          <Select
            label={t('connections.reach')}
            data={reaches.map((value) => ({ value, label: t('connections.days', { count: Number(value) }) }))}
            value={reach}
            onChange={(next) => {
              if (!next) return;
              setReach(next);
              setChosen(undefined);
            }}
            allowDeselect={false}
          />
          {mayRead && connector.waysIn.includes('poll') && (
            <Button variant="default" onClick={() => read.mutate()} loading={read.isPending}>
              {t('connections.readPast')}
            </Button>
          )}
        </Group>
        <ProblemNote thrown={read.error} />
        {read.data && (
          <Alert
            color="relay"
            variant="light"
            role="status"
            title={t('connections.pollFound', { count: read.data.seen })}
          >
            {t('connections.pastNoted', { count: read.data.backfill })}
            {!read.data.isComplete && ` ${t('connections.pollGoesOn')}`}
          </Alert>
        )}
        {past.data?.readFrom && (
          <Text>
            {t('connections.readFrom')} <Time at={past.data.readFrom} show="day" />
          </Text>
        )}
      </Card>
      <ProblemNote thrown={past.error} onRetry={() => void past.refetch()} />
      {past.isPending && <Skeleton height={220} radius="lg" />}
      {startedFrom !== undefined && backfillFrom !== null && (
        <Card title={t('connections.pastUnderWay')}>
          <Text>
            {t('connections.pastSince')} <Time at={backfillFrom} show="day" />
          </Text>
          {rest > 0 && total !== undefined && (
            <ProgressOf
              label={t('connections.pastProgress')}
              done={Math.max(0, total - rest)}
              total={total}
              isRunning
            />
          )}
          {rest > 0 && total === undefined && <Text>{t('connections.pastRest', { count: rest })}</Text>}
          {rest === 0 && past.data && <Text>{t('connections.pastDone')}</Text>}
        </Card>
      )}
      {past.data?.found === 0 && (
        <EmptyState title={t('connections.pastNone')}>{t('connections.pastNoneText')}</EmptyState>
      )}
      {past.data && past.data.found > 0 && (
        <Card title={t('connections.pastFound', { count: past.data.found })}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('connections.month')}</Table.Th>
                <Table.Th scope="col" ta="right">
                  {t('connections.rejections')}
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {toMonths(past.data.byDay).map((month) => (
                <Table.Tr key={month.month}>
                  <Table.Th scope="row" fw={400}>
                    {month.month.replace('-', '/')}
                  </Table.Th>
                  <Table.Td ta="right">
                    <Count value={month.count} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {maySet && (
            <Group align="flex-end" gap="sm">
              <TextInput
                type="date"
                label={t('connections.fromDay')}
                value={from}
                min={toDay(past.data.from)}
                max={toDay(past.data.to)}
                onChange={(event) => setChosen(event.currentTarget.value)}
              />
              <Button
                onClick={() => {
                  change.reset();
                  setAsking(true);
                }}
                disabled={count === 0 || isTaken}
              >
                {t('connections.takePast', { count })}
              </Button>
            </Group>
          )}
        </Card>
      )}
      <ConfirmDanger
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={begin}
        title={t('connections.takePastTitle', { count })}
        verb={t('connections.takePastGo')}
        isBusy={change.isPending}
        thrown={change.error}
        {...(connection.state === 'live' && count > fewLetters ? { typed: name } : {})}
      >
        {t(connection.state === 'live' ? 'connections.takePastLive' : 'connections.takePastShadow', { count })}
      </ConfirmDanger>
    </Stack>
  );

  /** What the chosen date takes in and was not acted on yet. */
  function countRest(data: Backfill | undefined): number {
    return data && startedFrom !== undefined ? countFrom(data.byDay, startedFrom) : 0;
  }
}
