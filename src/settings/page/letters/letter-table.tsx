import { Anchor, Button, Checkbox, Group, Paper, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pages } from '../api/use-list.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { BatchDialog } from './batch-dialog.tsx';
import { DecideDialog } from './decide-dialog.tsx';
import styles from './letters.module.css';
import type { LetterAct, LetterFilter, ListedLetter } from './types.ts';
import { countChanging, countOpen, useAskBatch, useForecast } from './use-batch.ts';
import { type Decision, useDecide } from './use-decide.ts';
import { listActs, tones, toWhy } from './words.ts';

/** As many as the API decides about in one go. */
const chosenAtMost = 200;

export interface LetterTableProps {
  readonly company: string;
  readonly companyName: string;
  /** What narrows the list. */
  readonly filter: LetterFilter;
  readonly pages: Pages<ListedLetter>;
  readonly mayDecide: boolean;
  readonly isNarrowed: boolean;
  readonly onOpen: (letterId: string) => void;
  /** What to call a connector. */
  readonly titleOf: (connector: string) => string;
}

/**
 * The letters: to whom, for which job, what became of it and why. Some or all can be chosen and decided about together. To
 * be drawn anew with every filter, so that "all" never means others than it did.
 */
export function LetterTable(props: LetterTableProps) {
  const { company, companyName, filter, pages, mayDecide, isNarrowed, onOpen, titleOf } = props;
  const { t } = useTranslation();
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const open = rows.filter(({ status }) => listActs(status).length > 0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // One that left meanwhile, or was filtered away, is no longer chosen: nothing is done to what is not seen.
  const picked = open.filter(({ id }) => chosen.has(id)).slice(0, chosenAtMost);
  const [isAll, setAll] = useState(false);

  function choose(id: string, isChosen: boolean) {
    setAll(false);
    const next = new Set(picked.map((letter) => letter.id));
    if (isChosen) next.add(id);
    else next.delete(id);
    setChosen(next);
  }

  const columns: readonly Column<ListedLetter>[] = [
    {
      id: 'who',
      header: t('letters.column.who'),
      cell: (letter) => (
        <div className={styles.name}>
          {mayDecide && listActs(letter.status).length > 0 && (
            <Checkbox
              mt={4}
              aria-label={t('letters.choose', { who: toWho(letter) })}
              checked={isAll || chosen.has(letter.id)}
              onChange={({ currentTarget }) => choose(letter.id, currentTarget.checked)}
            />
          )}
          <div>
            <Anchor
              component="button"
              type="button"
              ta="start"
              fw={600}
              underline="always"
              onClick={() => onOpen(letter.id)}
            >
              {toWho(letter)}
            </Anchor>
            <Text size="sm" c="dimmed">
              {letter.applicationRef} ・ {titleOf(letter.connector)}
            </Text>
          </div>
        </div>
      ),
    },
    {
      id: 'job',
      header: t('letters.column.job'),
      cell: ({ job, rejectionReason }) => (
        <>
          <Text>{job ?? '–'}</Text>
          {rejectionReason !== null && (
            <Text size="sm" c="dimmed">
              {rejectionReason}
            </Text>
          )}
        </>
      ),
    },
    {
      id: 'status',
      header: t('letters.column.status'),
      cell: ({ status, reason }) => (
        <>
          <StatusBadge tone={tones[status]}>{t(`letters.status.${status}`)}</StatusBadge>
          {reason !== null && (
            <Text size="sm" mt={4}>
              {toWhy(t, reason)}
            </Text>
          )}
        </>
      ),
    },
    {
      id: 'when',
      header: t('letters.column.when'),
      width: '12rem',
      cell: (letter) => <When letter={letter} />,
    },
  ];

  return (
    <Stack gap="md">
      <DataTable
        label={t('nav.letters')}
        columns={columns}
        pages={pages}
        rowId={({ id }) => id}
        empty={
          isNarrowed ? (
            <EmptyState title={t('letters.noneTitle')}>{t('letters.noneText')}</EmptyState>
          ) : (
            <EmptyState title={t('letters.emptyTitle')}>{t('letters.emptyText')}</EmptyState>
          )
        }
      />
      {mayDecide && picked.length > 0 && (
        <ChosenBar
          company={company}
          companyName={companyName}
          filter={filter}
          chosen={picked}
          isAll={isAll}
          onFitting={() => setAll(true)}
          onAll={
            open.length > picked.length && picked.length < chosenAtMost
              ? () => setChosen(new Set(open.slice(0, chosenAtMost).map(({ id }) => id)))
              : undefined
          }
          onNone={() => {
            setAll(false);
            setChosen(new Set());
          }}
        />
      )}
    </Stack>
  );

  function toWho({ name, isMasked }: ListedLetter): string {
    return name ?? t(isMasked ? 'letters.masked' : 'letters.nameless');
  }
}

function When({ letter: { status, sentAt, dueAt, createdAt } }: { readonly letter: ListedLetter }) {
  const { t } = useTranslation();
  if (sentAt !== null) return <Time at={sentAt} />;
  const isPlanned = status === 'planned' && dueAt !== null;
  return (
    <>
      <Time at={isPlanned ? dueAt : createdAt} />
      <Text size="sm" c="dimmed">
        {t(isPlanned ? 'letters.dueThen' : 'letters.madeThen')}
      </Text>
    </>
  );
}

interface ChosenBarProps extends Pick<LetterTableProps, 'company' | 'companyName' | 'filter'> {
  readonly chosen: readonly ListedLetter[];
  /** Whether all that fit are chosen, also those that are not shown yet. */
  readonly isAll: boolean;
  readonly onFitting: () => void;
  readonly onAll: (() => void) | undefined;
  readonly onNone: () => void;
}

/** What can be done with the chosen ones, or with all that fit; it says how many they are, also to who does not see it. */
function ChosenBar({ company, companyName, filter, chosen, isAll, onFitting, onAll, onNone }: ChosenBarProps) {
  const { t } = useTranslation();
  const forecast = useForecast(company, filter, true);
  const fitting = forecast.data ? countOpen(forecast.data) : 0;
  return (
    <Paper withBorder shadow="md" radius="lg" p="md" className={styles.bar ?? ''}>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Text fw={600} role="status">
            {isAll ? t('letters.batch.chosen', { count: fitting }) : t('letters.chosen', { count: chosen.length })}
          </Text>
          {onAll && !isAll && (
            <Button variant="subtle" onClick={onAll}>
              {t('letters.chooseAll')}
            </Button>
          )}
          {fitting > chosen.length && !isAll && (
            <Button variant="subtle" onClick={onFitting}>
              {t('letters.batch.choose', { count: fitting })}
            </Button>
          )}
          <Button variant="subtle" onClick={onNone}>
            {t('letters.chooseNone')}
          </Button>
        </Group>
        {isAll ? (
          <AllActs {...{ company, companyName, filter, forecast }} onDone={onNone} />
        ) : (
          <ChosenActs company={company} chosen={chosen} onDone={onNone} />
        )}
      </Group>
    </Paper>
  );
}

const acts = ['send', 'hold', 'cancel'] as const;

interface ChosenActsProps extends Pick<ChosenBarProps, 'company' | 'chosen'> {
  readonly onDone: () => void;
}

function ChosenActs({ company, chosen, onDone }: ChosenActsProps) {
  const [asked, setAsked] = useState<Decision>();
  const decide = useDecide(company, () => {
    setAsked(undefined);
    onDone();
  });
  const { reset } = decide;
  useEffect(() => {
    if (asked) reset();
  }, [asked, reset]);
  const decisions = acts.map((act) => ({
    act,
    letterIds: chosen.filter(({ status }) => listActs(status).some((one) => one === act)).map(({ id }) => id),
  }));
  return (
    <>
      <ActButtons
        counts={decisions.map(({ letterIds }) => letterIds.length)}
        onAct={(chosenAct) => setAsked(decisions.find(({ act }) => act === chosenAct))}
      />
      <DecideDialog
        asked={asked}
        onClose={() => setAsked(undefined)}
        decide={decide}
        hasUnknown={chosen.some(({ status }) => status === 'unknown')}
      />
    </>
  );
}

interface AllActsProps extends Pick<LetterTableProps, 'company' | 'companyName' | 'filter'> {
  readonly forecast: ReturnType<typeof useForecast>;
  readonly onDone: () => void;
}

function AllActs({ company, companyName, filter, forecast, onDone }: AllActsProps) {
  const [act, setAct] = useState<LetterAct>();
  const ask = useAskBatch(company, filter, () => {
    setAct(undefined);
    onDone();
  });
  return (
    <>
      <ActButtons
        counts={acts.map((one) => (forecast.data ? countChanging(forecast.data, one) : 0))}
        onAct={(chosenAct) => {
          ask.reset();
          setAct(chosenAct);
          void forecast.refetch();
        }}
      />
      <BatchDialog
        act={act}
        onClose={() => setAct(undefined)}
        forecast={forecast}
        ask={ask}
        companyName={companyName}
      />
    </>
  );
}

interface ActButtonsProps {
  /** How many letters each act would change, in the order of the acts. */
  readonly counts: readonly number[];
  readonly onAct: (act: LetterAct) => void;
}

function ActButtons({ counts, onAct }: ActButtonsProps) {
  const { t } = useTranslation();
  return (
    <Group gap="sm">
      {acts.map((act, index) => (
        <Button
          key={act}
          variant={act === 'send' ? 'filled' : 'default'}
          disabled={!counts[index]}
          onClick={() => onAct(act)}
        >
          {t(`letters.act.${act}`)}
        </Button>
      ))}
    </Group>
  );
}
