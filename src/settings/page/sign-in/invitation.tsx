import { Button, Stack, TextInput } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { acceptInvitation } from './calls.ts';
import { Frame } from './frame.tsx';

const route = getRouteApi('/invitation');

/** An invitation that came by mail: the link proves the address, so only the name is asked. */
export function Invitation() {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const { code } = route.useSearch();
  const [name, setName] = useInputState('');
  const accept = useMutation({
    mutationFn: () => acceptInvitation(api, { code, name: name.trim() }),
    onSuccess: () => navigate({ to: '/' }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    accept.mutate();
  }

  return (
    <Frame title={t('invitation.title')} lead={t('invitation.lead')}>
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
          <ProblemNote thrown={accept.error} />
          <Button type="submit" fullWidth loading={accept.isPending}>
            {t('invitation.go')}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
