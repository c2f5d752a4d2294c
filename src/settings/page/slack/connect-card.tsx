import { Anchor, Button, Code, Collapse, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SecretInput } from '../parts/secret-input.tsx';
import { useWays } from '../sign-in/ways.ts';
import type { Install, SlackState } from './types.ts';

export interface ConnectProps {
  readonly slug: string;
  readonly maySet: boolean;
}

/** Where no workspace is tied yet. */
export function ConnectCard({ slug, maySet }: ConnectProps) {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('slack.none.title')}
      action={maySet ? <ConnectWays slug={slug} /> : <Text>{t('slack.none.owner')}</Text>}
    >
      {t('slack.none.text')}
    </EmptyState>
  );
}

/** By installing in Slack, or folded below by a token. */
export function ConnectWays({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const [isByToken, { toggle }] = useDisclosure();
  return (
    <Stack gap="md" w="100%">
      <InstallButton slug={slug} />
      <Anchor
        component="button"
        type="button"
        underline="always"
        onClick={toggle}
        aria-expanded={isByToken}
        py="xs"
        mx="auto"
      >
        {t('slack.token.fold')}
      </Anchor>
      <Collapse expanded={isByToken}>{isByToken && <TokenForm slug={slug} />}</Collapse>
    </Stack>
  );
}

export interface InstallButtonProps {
  readonly slug: string;
  readonly verb?: string;
  readonly variant?: string;
}

/** Leads to Slack by an address that works once. */
export function InstallButton({ slug, verb, variant = 'filled' }: InstallButtonProps) {
  const { t } = useTranslation();
  const api = useApi();
  const { leave } = useWays();
  const begin = useMutation({
    mutationFn: () => api.send<Install>('POST', '/install', { company: slug, connector: 'slack' }),
    onSuccess: ({ url }) => leave(url),
  });
  return (
    <Stack gap="sm" align="center">
      <Button variant={variant} onClick={() => begin.mutate()} loading={begin.isPending || begin.isSuccess}>
        {verb ?? t('slack.install')}
      </Button>
      <ProblemNote thrown={begin.error} />
    </Stack>
  );
}

function TokenForm({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [botToken, setToken] = useState('');
  const connect = useMutation({
    mutationFn: () => api.send<SlackState>('POST', `/companies/${slug}/slack/connect`, { botToken: botToken.trim() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [`/companies/${slug}/slack`] }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    connect.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack ta="start">
        <Text size="sm">{t('slack.token.text')}</Text>
        <List size="sm" type="ordered">
          <List.Item>{t('slack.token.step1')}</List.Item>
          <List.Item>
            {t('slack.token.step2')} <Code>xoxb-</Code>
          </List.Item>
        </List>
        <SecretInput label={t('slack.token.label')} isSet={false} value={botToken} onChange={setToken} />
        <ProblemNote thrown={connect.error} />
        <Button type="submit" variant="default" disabled={botToken.trim() === ''} loading={connect.isPending}>
          {t('slack.token.go')}
        </Button>
      </Stack>
    </form>
  );
}
