import { Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from './problem-note.tsx';

export interface CardListProps<T> {
  readonly label: string;
  /** Of useListed. */
  readonly list: {
    readonly data: readonly T[] | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly rowId: (row: T) => string;
  /** What names the row, and a line or two about it. */
  readonly title: (row: T) => ReactNode;
  readonly about: (row: T) => ReactNode;
  /** What can be done with it. */
  readonly actions?: (row: T) => ReactNode;
  readonly empty: ReactNode;
}

/** A short list, each with what can be done with it. For long ones there is DataTable. */
export function CardList<T>({ label, list, rowId, title, about, actions, empty }: CardListProps<T>) {
  const { t } = useTranslation();
  if (list.error) return <ProblemNote thrown={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton height={160} radius="lg" role="status" aria-label={t('table.loading')} />;
  if (list.data.length === 0) return empty;
  return (
    <Stack component="ul" gap="sm" p={0} m={0} aria-label={label} style={{ listStyle: 'none' }}>
      {list.data.map((row) => (
        <Paper key={rowId(row)} component="li" withBorder radius="lg" p="md">
          <Group justify="space-between" gap="md">
            <Stack gap={2}>
              <Text component="div" fw={600}>
                {title(row)}
              </Text>
              <Text component="div" size="sm" c="dimmed">
                {about(row)}
              </Text>
            </Stack>
            {actions && <Group gap="sm">{actions(row)}</Group>}
          </Group>
        </Paper>
      ))}
    </Stack>
  );
}
