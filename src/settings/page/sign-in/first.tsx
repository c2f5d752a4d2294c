import { Button, Stack, TextInput } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { beginAsFirst } from './calls.ts';
import { Frame } from './frame.tsx';

const route = getRouteApi('/first');

/** The first admin, by the one-time link that the service printed when it started. */
export function First() {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const { code } = route.useSearch();
  const [name, setName] = useInputState('');
  const [email, setEmail] = useInputState('');
  const begin = useMutation({
    mutationFn: () => beginAsFirst(api, { code, name: name.trim(), email: email.normalize('NFKC').trim() }),
    onSuccess: () => navigate({ to: '/start' }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    begin.mutate();
  }

  return (
    <Frame title={t('first.title')} lead={t('first.lead')}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('first.name')}
            value={name}
            onChange={setName}
            autoComplete="name"
            required
            withAsterisk={false}
          />
          <TextInput
            // Not of type email: the browser would refuse the full width of a Japanese keyboard, which we can read.
            inputMode="email"
            autoCapitalize="off"
            spellCheck={false}
            label={t('signIn.email')}
            description={t('first.email')}
            value={email}
            onChange={setEmail}
            autoComplete="email"
            required
            withAsterisk={false}
          />
          <ProblemNote thrown={begin.error} />
          <Button type="submit" fullWidth loading={begin.isPending}>
            {t('first.go')}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
