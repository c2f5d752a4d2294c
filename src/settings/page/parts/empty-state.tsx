import { Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { Sprout } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  /** What is not there yet. */
  readonly title: string;
  /** Why, and how it comes to be: an empty page teaches. */
  readonly children: ReactNode;
  /** The next step: one button. */
  readonly action?: ReactNode;
}

/** Where a list has nothing yet. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <Paper withBorder radius="lg" p="xl">
      <Stack align="center" ta="center" gap="sm" maw="36rem" mx="auto" py="lg">
        <ThemeIcon size={52} radius="xl" variant="light" aria-hidden>
          <Sprout size={26} />
        </ThemeIcon>
        <Title order={2}>{title}</Title>
        <Text c="dimmed" component="div">
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  );
}
