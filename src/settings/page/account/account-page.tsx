import { Badge, Button, Code, Group, Paper, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { meKey } from '../api/me.ts';
import type { Session } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useMe } from '../api/use-company.ts';
import { useListed } from '../members/use-listed.ts';
import { CardList } from '../parts/card-list.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { addPasskey, verifySecondFactor } from '../sign-in/calls.ts';
import { QrCode } from './qr-code.tsx';

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

interface Enrolment {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

function SecondFactor() {
  const { t } = useTranslation();
  const api = useApi();
  const { user } = useMe();
  const begin = useMutation({ mutationFn: () => api.auth<Enrolment>('POST', '/two-factor/enable', {}) });
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack align="flex-start">
        <Group justify="space-between" w="100%">
          <Title order={2}>{t('account.secondFactor')}</Title>
          {user?.hasSecondFactor ? (
            <StatusBadge tone="good">{t('account.on')}</StatusBadge>
          ) : (
            <StatusBadge tone="attention">{t('account.off')}</StatusBadge>
          )}
        </Group>
        <Text c="dimmed">{t('account.secondFactorText')}</Text>
        <ProblemNote thrown={begin.error} />
        {!user?.hasSecondFactor && !begin.data && (
          <Button onClick={() => begin.mutate()} loading={begin.isPending}>
            {t('account.begin')}
          </Button>
        )}
        {!user?.hasSecondFactor && begin.data && <Enrol enrolment={begin.data} />}
      </Stack>
    </Paper>
  );
}

function Enrol({ enrolment: { totpURI, backupCodes } }: { readonly enrolment: Enrolment }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [code, setCode] = useInputState('');
  const secret = new URL(totpURI).searchParams.get('secret') ?? '';
  const codes = backupCodes.join('\n');
  const verify = useMutation({
    mutationFn: () => verifySecondFactor(api, code),
    onSuccess: () => queries.invalidateQueries({ queryKey: meKey }),
  });
  return (
    <Stack component="ol" gap="lg" pl="lg" m={0}>
      <li>
        <Text>{t('account.scan')}</Text>
        <QrCode text={totpURI} label={t('account.qr')} />
        <Text size="sm">
          {t('account.orType')} <Code>{secret}</Code>
        </Text>
      </li>
      <li>
        <Text>{t('account.keepCodes')}</Text>
        <Code block>{codes}</Code>
        <Group mt="xs">
          <CopyButton value={codes} what={t('account.codes')} />
        </Group>
      </li>
      <li>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            verify.mutate();
          }}
        >
          <Stack align="flex-start">
            <TextInput
              label={t('account.typeCode')}
              value={code}
              onChange={setCode}
              inputMode="numeric"
              autoComplete="one-time-code"
              error={verify.isError ? t('secondFactor.wrong') : undefined}
              required
              withAsterisk={false}
            />
            <Button type="submit" loading={verify.isPending}>
              {t('account.switchOn')}
            </Button>
          </Stack>
        </form>
      </li>
    </Stack>
  );
}

function Passkeys() {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const { user } = useMe();
  const add = useMutation({
    mutationFn: () => addPasskey(api),
    onSuccess: () => queries.invalidateQueries({ queryKey: meKey }),
  });
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack align="flex-start">
        <Title order={2}>{t('account.passkeys')}</Title>
        <Text c="dimmed">{t('account.passkeysText')}</Text>
        <Text>{t('account.passkeyCount', { count: user?.passkeys ?? 0 })}</Text>
        {add.isError && <Text c="var(--mantine-color-error)">{t('account.passkeyFailed')}</Text>}
        <Button variant="default" onClick={() => add.mutate()} loading={add.isPending}>
          {t('account.addPasskey')}
        </Button>
      </Stack>
    </Paper>
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

const systems = ['iPhone', 'iPad', 'Android', 'Windows', 'Macintosh', 'Linux'] as const;
const browsers = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;

/** "Chrome, Windows" of what a browser says about itself; the rest of it tells a person nothing. */
function toBrowser(userAgent: string | null): string {
  const browser = browsers.find(([sign]) => userAgent?.includes(sign))?.[1];
  const system = systems.find((name) => userAgent?.includes(name))?.replace('Macintosh', 'Mac');
  return [browser, system].filter((part) => part !== undefined).join(', ') || '—';
}
