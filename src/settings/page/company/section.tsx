import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a tab with a heading of its own. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper component="section" withBorder radius="lg" p="lg">
      <Stack gap="md">
        <Title order={2} fz="lg">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** A paragraph of explanation. */
export function Lead({ children }: { readonly children: ReactNode }) {
  return (
    <Text c="dimmed" component="div" maw="44rem">
      {children}
    </Text>
  );
}
