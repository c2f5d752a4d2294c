import { Button, Group, List, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meKey } from '../api/me.ts';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { addPasskey } from '../sign-in/calls.ts';
import { toBrowser } from './browser-name.ts';

interface Passkey {
  readonly id: string;
  readonly name?: string | null;
  readonly createdAt?: string | null;
}

const passkeysKey = ['passkeys'] as const;

/** The passkeys of who is signed in, each with its way out: one on a lost device must not stay. */
export function Passkeys() {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [leaving, setLeaving] = useState<Passkey>();
  const list = useQuery({
    queryKey: passkeysKey,
    queryFn: () => api.auth<readonly Passkey[]>('GET', '/passkey/list-user-passkeys'),
  });
  const refresh = async () => {
    await Promise.all([passkeysKey, meKey].map((queryKey) => queries.invalidateQueries({ queryKey })));
  };
  const add = useMutation({ mutationFn: () => addPasskey(api, toBrowser(navigator.userAgent)), onSuccess: refresh });
  const remove = useMutation({
    mutationFn: (id: string) => api.auth('POST', '/passkey/delete-passkey', { id }),
    onSuccess: async () => {
      setLeaving(undefined);
      await refresh();
    },
  });
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack align="flex-start">
        <Title order={2}>{t('account.passkeys')}</Title>
        <Text c="dimmed">{t('account.passkeysText')}</Text>
        <ProblemNote thrown={list.error} onRetry={() => void list.refetch()} />
        {list.data?.length === 0 && <Text>{t('account.noPasskeys')}</Text>}
        {list.data && list.data.length > 0 && (
          <List
            listStyleType="none"
            spacing="sm"
            w="100%"
            styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}
          >
            {list.data.map((passkey) => (
              <List.Item key={passkey.id}>
                <Group justify="space-between" gap="sm">
                  <div>
                    <Text fw={600}>{toName(passkey)}</Text>
                    <Text size="sm" c="dimmed">
                      <Time at={passkey.createdAt ?? null} />
                    </Text>
                  </div>
                  <Button
                    variant="default"
                    aria-label={t('account.removePasskeyOf', { name: toName(passkey) })}
                    onClick={() => setLeaving(passkey)}
                  >
                    {t('account.removePasskey')}
                  </Button>
                </Group>
              </List.Item>
            ))}
          </List>
        )}
        {add.isError && <Text c="var(--mantine-color-error)">{t('account.passkeyFailed')}</Text>}
        <Button variant="default" onClick={() => add.mutate()} loading={add.isPending}>
          {t('account.addPasskey')}
        </Button>
      </Stack>
      <ConfirmDanger
        isOpen={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={() => leaving && remove.mutate(leaving.id)}
        title={t('account.removeAsk', { name: leaving ? toName(leaving) : '' })}
        verb={t('account.removePasskey')}
        isBusy={remove.isPending}
        thrown={remove.error}
      >
        {t('account.removeText')}
      </ConfirmDanger>
    </Paper>
  );

  function toName({ name }: Passkey): string {
    return name || t('account.passkeyNameless');
  }
}
