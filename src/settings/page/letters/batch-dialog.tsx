import { Alert, List, Skeleton, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { Numbers } from '../parts/numbers.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import type { LetterAct, LetterForecast } from './types.ts';
import { countChanging, type useAskBatch, type useForecast } from './use-batch.ts';
import { confirmAbove } from './use-decide.ts';

export interface BatchDialogProps {
  /** What is asked; undefined: nothing. */
  readonly act: LetterAct | undefined;
  readonly onClose: () => void;
  readonly forecast: ReturnType<typeof useForecast>;
  readonly ask: ReturnType<typeof useAskBatch>;
  /** The company's name, to be typed before many letters leave. */
  readonly companyName: string;
}

/** Says what a decision about all letters that fit would do, in numbers and ages, and asks. */
export function BatchDialog({ act, onClose, forecast, ask, companyName }: BatchDialogProps) {
  const { t } = useTranslation();
  const count = act && forecast.data ? countChanging(forecast.data, act) : 0;
  const typed = act === 'send' ? companyName : String(count);
  return (
    <ConfirmDanger
      isOpen={act !== undefined}
      onClose={onClose}
      onConfirm={() => act && count > 0 && ask.mutate({ act, count })}
      title={t(`letters.batch.title.${act ?? 'hold'}`)}
      verb={t(`letters.act.${act ?? 'hold'}`)}
      {...(count > confirmAbove && { typed })}
      isBusy={ask.isPending || forecast.isFetching || !forecast.data}
      thrown={ask.error}
    >
      <Stack gap="md">
        <ProblemNote thrown={forecast.error} onRetry={() => void forecast.refetch()} />
        {forecast.isPending && <Skeleton height={120} radius="md" />}
        {act && forecast.data && <Meeting act={act} count={count} forecast={forecast.data} />}
      </Stack>
    </ConfirmDanger>
  );
}

interface MeetingProps {
  readonly act: LetterAct;
  readonly count: number;
  readonly forecast: LetterForecast;
}

/** What the decision meets: what it changes, by state and age, and what stays, and why. */
function Meeting({ act, count, forecast: { states } }: MeetingProps) {
  const { t } = useTranslation();
  const changing = states.filter(({ acts }) => acts.includes(act));
  const staying = states.filter(({ acts }) => !acts.includes(act));
  const sum = (of: (state: LetterForecast['states'][number]) => number) =>
    changing.reduce((total, state) => total + of(state), 0);
  const ages = [
    ['week', count - sum((state) => state.olderThan7Days)],
    ['month', sum((state) => state.olderThan7Days - state.olderThan30Days)],
    ['older', sum((state) => state.olderThan30Days)],
  ] as const;
  const [oldest] = changing.map(({ oldestAt }) => oldestAt).toSorted();
  const notLive = sum((state) => state.notLive);
  const hasUnknown = changing.some(({ status }) => status === 'unknown');
  return (
    <>
      <Text fw={600} aria-live="polite">
        {count === 0 ? t('letters.batch.none') : t(`letters.batch.changing.${act}`, { count })}
      </Text>
      {act === 'send' && hasUnknown && (
        <Alert color="orange" variant="light" title={t('letters.batch.unknown')}>
          {t('letters.unknown.second')}
        </Alert>
      )}
      <LabelledNumbers
        label={t('letters.batch.byState')}
        rows={changing.map(({ status, letters }) => [t(`letters.status.${status}`), letters] as const)}
      />
      {count > 0 && (
        <>
          <LabelledNumbers
            label={t('letters.batch.byAge')}
            rows={ages.flatMap(([age, letters]) =>
              letters > 0 ? [[t(`letters.batch.age.${age}`), letters] as const] : [],
            )}
          />
          <Text size="sm" c="dimmed">
            {t('letters.batch.oldest')} <Time at={oldest ?? null} show="day" />
          </Text>
        </>
      )}
      {staying.length > 0 && (
        <LabelledNumbers
          label={t('letters.batch.staying')}
          rows={staying.map(({ status, letters }) => [t(`letters.batch.stays.${status}`), letters] as const)}
        />
      )}
      {act === 'send' && notLive > 0 && <Text fw={600}>{t('letters.batch.notLive', { count: notLive })}</Text>}
      <List size="sm" spacing={4}>
        <List.Item>{t(`letters.batch.undo.${act}`)}</List.Item>
        <List.Item>{t('letters.batch.bounded')}</List.Item>
        <List.Item>{t('letters.batch.goesOn')}</List.Item>
      </List>
    </>
  );
}

interface LabelledNumbersProps {
  readonly label: string;
  readonly rows: readonly (readonly [name: string, count: number])[];
}

function LabelledNumbers({ label, rows }: LabelledNumbersProps) {
  if (rows.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {label}
      </Text>
      <Numbers rows={rows.map(([name, count]) => ({ key: name, name, count }))} />
    </div>
  );
}
