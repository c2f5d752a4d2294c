import { Center, Stack, Text, Title } from '@mantine/core';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { TextLink } from './links.tsx';
import { ProblemNote } from './problem-note.tsx';

/** An address of the page that leads nowhere, or to a company the reader is no member of. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="60vh" p="md">
      <Stack align="center" ta="center" gap="xs">
        <Title order={1}>{t('notFound.title')}</Title>
        <Text c="dimmed">{t('notFound.text')}</Text>
        <TextLink to="/">{t('notFound.home')}</TextLink>
      </Stack>
    </Center>
  );
}

/** A page that could not be shown. */
export function Failed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();

  function retry() {
    reset();
    void router.invalidate();
  }

  return (
    <Center component="main" mih="60vh" p="md">
      <ProblemNote thrown={error} onRetry={retry} />
    </Center>
  );
}
