import { Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Count } from './count.tsx';

export interface ProgressOfProps {
  /** What is being done, or counted. */
  readonly label: string;
  readonly done: number;
  /** null: nobody knows how much it will be. */
  readonly total: number | null;
  /** Whether work is under way, so that the bar moves. */
  readonly isRunning?: boolean;
}

/** How far long work is, or how near a goal: as a bar, as numbers, and to a screen reader. */
export function ProgressOf({ label, done, total, isRunning = false }: ProgressOfProps) {
  const { t } = useTranslation();
  const share = total === null || total === 0 ? 100 : Math.min(100, (done / total) * 100);
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="sm">
        <Text fw={600}>{label}</Text>
        <Text c="dimmed">
          <Count value={done} />
          {total !== null && (
            <>
              {' / '}
              <Count value={total} />
            </>
          )}
        </Text>
      </Group>
      <Progress.Root size="lg" radius="xl">
        <Progress.Section
          value={share}
          animated={isRunning}
          striped={total === null}
          // Mantine's own says percents; people want to know of how many.
          withAria={false}
          role="progressbar"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={100}
          {...(total === null ? {} : { 'aria-valuenow': share })}
          aria-valuetext={total === null ? t('progress.unknown', { done }) : t('progress.of', { done, total })}
        />
      </Progress.Root>
    </Stack>
  );
}
