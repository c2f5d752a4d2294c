import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Logo } from '../parts/logo.tsx';
import { LanguageSwitch, SchemeSwitch } from '../parts/preferences.tsx';
import styles from './frame.module.css';

export interface FrameProps {
  readonly title: string;
  readonly lead?: string;
  readonly children: ReactNode;
}

/** What stands around every screen before one is signed in. */
export function Frame({ title, lead, children }: FrameProps) {
  useEffect(() => {
    document.title = `${title} · Career Relay`;
  }, [title]);
  return (
    <div className={styles.ground}>
      <Group component="header" justify="space-between" p="md">
        <Group gap="sm">
          <Logo />
          <Text fw={650}>Career Relay</Text>
        </Group>
        <Group gap={4}>
          <LanguageSwitch />
          <SchemeSwitch />
        </Group>
      </Group>
      <Center component="main" className={styles.main ?? ''}>
        <Paper withBorder radius="lg" className={styles.sheet ?? ''}>
          <Stack gap="lg">
            <Stack gap={6}>
              <Title order={1}>{title}</Title>
              {lead !== undefined && <Text c="dimmed">{lead}</Text>}
            </Stack>
            {children}
          </Stack>
        </Paper>
      </Center>
    </div>
  );
}
