import { Alert, Button, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { acceptInvitation, type InvitationView, lookAtInvitation } from './calls.ts';
import { Frame } from './frame.tsx';

const route = getRouteApi('/invitation');

/** An invitation that came by mail: who invites, as what, and a step to say yes. Opening it alone changes nothing. */
export function Invitation() {
  const { t } = useTranslation();
  const api = useApi();
  const { code } = route.useSearch();
  const look = useQuery({ queryKey: ['invitation', code], queryFn: () => lookAtInvitation(api, code) });
  if (look.isPending)
    return (
      <Frame title={t('invitation.title')}>
        <Loader aria-label={t('table.loading')} />
      </Frame>
    );
  if (look.isError)
    return (
      <Frame title={t('invitation.gone')}>
        <Alert color="orange">{t('invitation.goneNext')}</Alert>
        <ButtonLink to="/sign-in">{t('checkMail.again')}</ButtonLink>
      </Frame>
    );
  return (
    <Frame title={t('invitation.title')} lead={t('invitation.lead', { company: look.data.company })}>
      <Accept code={code} invitation={look.data} />
    </Frame>
  );
}

function Accept({ code, invitation }: { readonly code: string; readonly invitation: InvitationView }) {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const [name, setName] = useInputState('');
  const accept = useMutation({
    mutationFn: () => acceptInvitation(api, invitation.isKnown ? { code } : { code, name: name.trim() }),
    onSuccess: (isAskedMore) => navigate({ to: isAskedMore ? '/sign-in/second-factor' : '/' }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    accept.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('invitation.as', { email: invitation.email, role: t(`role.${invitation.role}`) })}</Text>
        {!invitation.isKnown && (
          <TextInput
            label={t('first.name')}
            value={name}
            onChange={setName}
            autoComplete="name"
            maxLength={100}
            required
            withAsterisk={false}
          />
        )}
        <ProblemNote thrown={accept.error} />
        <Button type="submit" fullWidth loading={accept.isPending}>
          {t('invitation.go')}
        </Button>
      </Stack>
    </form>
  );
}
