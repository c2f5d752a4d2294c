import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

export interface PageTitleProps {
  readonly title: string;
  /** One sentence: what one does here. */
  readonly lead?: ReactNode;
  /** What is done most often here: a button or two. */
  readonly children?: ReactNode;
}

/** The heading of a page, its only h1; the tab of the browser bears it, too. */
export function PageTitle({ title, lead, children }: PageTitleProps) {
  useEffect(() => {
    document.title = `${title} · Career Relay`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" gap="md" mb="xl">
      <Stack gap={4} maw="44rem">
        <Title order={1}>{title}</Title>
        {lead !== undefined && <Text c="dimmed">{lead}</Text>}
      </Stack>
      {children !== undefined && <Group gap="sm">{children}</Group>}
    </Group>
  );
}
