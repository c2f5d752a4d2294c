import { Badge, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Session } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useListed } from '../members/use-listed.ts';
import { CardList } from '../parts/card-list.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { toBrowser } from './browser-name.ts';
import { Passkeys } from './passkeys.tsx';
import { SecondFactor } from './second-factor.tsx';

/** How somebody signs in, and where they are signed in now. */
export function AccountPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageTitle title={t('shell.account')} lead={t('account.lead')} />
      <Stack gap="xl">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <SecondFactor />
          <Passkeys />
        </SimpleGrid>
        <Sessions />
      </Stack>
    </>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const sessions = useListed<Session>('/sessions');
  const end = useMutation({
    mutationFn: (id: string | undefined) => api.send('DELETE', id === undefined ? '/sessions' : `/sessions/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['/sessions'] }),
  });
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={2}>{t('account.sessions')}</Title>
        {(sessions.data?.length ?? 0) > 1 && (
          <Button variant="default" onClick={() => end.mutate(undefined)} loading={end.isPending}>
            {t('account.endOthers')}
          </Button>
        )}
      </Group>
      <ProblemNote thrown={end.error} />
      <CardList
        label={t('account.sessions')}
        list={sessions}
        rowId={({ id }) => id}
        title={({ userAgent, isCurrent }) => (
          <Group gap="sm">
            {toBrowser(userAgent)}
            {isCurrent && (
              <Badge variant="light" tt="none" c="var(--mantine-color-text)">
                {t('account.thisOne')}
              </Badge>
            )}
          </Group>
        )}
        about={({ createdAt, lastSeenAt, ipAddress }) => (
          <>
            {t('account.since')} <Time at={createdAt} /> ・ {t('account.seen')} <Time at={lastSeenAt} />
            {ipAddress !== null && ` ・ ${ipAddress}`}
          </>
        )}
        actions={({ id, isCurrent }) =>
          !isCurrent && (
            <Button variant="default" onClick={() => end.mutate(id)}>
              {t('account.end')}
            </Button>
          )
        }
        empty={<Text c="dimmed">{t('account.noSessions')}</Text>}
      />
    </Stack>
  );
}
