import { Alert, Button, Divider, Stack, TextInput } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Fingerprint, Hash, Mail } from 'lucide-react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { askForLink, beginSlack, signInWithPasskey } from './calls.ts';
import { Frame } from './frame.tsx';
import { useWays } from './ways.ts';

const route = getRouteApi('/sign-in');

/** Signing in: a link by mail, Slack, or a passkey. Nothing here tells whether an address is known. */
export function SignIn() {
  const { t } = useTranslation();
  const { back = '/', refused } = route.useSearch();
  return (
    <Frame title={t('signIn.title')} lead={t('signIn.lead')}>
      {refused !== undefined && (
        <Alert role="alert" color="orange" title={t('signIn.failed')}>
          {t('signIn.failedNext')}
        </Alert>
      )}
      <ByMail back={back} />
      <Divider label={t('signIn.or')} labelPosition="center" />
      <Others back={back} />
    </Frame>
  );
}

function ByMail({ back }: { readonly back: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const { remember } = useWays();
  const [email, setEmail] = useInputState('');
  const ask = useMutation({
    mutationFn: () => askForLink(api, email.normalize('NFKC').trim()),
    onSuccess: () => navigate({ to: '/sign-in/mail' }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    remember(back);
    ask.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          // Not of type email: the browser would refuse the full width of a Japanese keyboard, which we can read.
          inputMode="email"
          autoCapitalize="off"
          spellCheck={false}
          label={t('signIn.email')}
          value={email}
          onChange={setEmail}
          autoComplete="username webauthn"
          placeholder="name@example.com"
          required
          withAsterisk={false}
        />
        <ProblemNote thrown={ask.error} />
        <Button type="submit" fullWidth loading={ask.isPending} leftSection={<Mail size={18} aria-hidden />}>
          {t('signIn.byMail')}
        </Button>
      </Stack>
    </form>
  );
}

function Others({ back }: { readonly back: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const { hasSlack, leave, remember } = useWays();
  const bySlack = useMutation({
    mutationFn: () => beginSlack(api),
    onMutate: () => remember(back),
    onSuccess: leave,
  });
  const byPasskey = useMutation({
    mutationFn: () => signInWithPasskey(api),
    onSuccess: () => navigate({ href: back }),
  });
  return (
    <Stack gap="sm">
      {hasSlack && (
        <Button
          variant="default"
          fullWidth
          loading={bySlack.isPending}
          leftSection={<Hash size={18} aria-hidden />}
          onClick={() => bySlack.mutate()}
        >
          {t('signIn.bySlack')}
        </Button>
      )}
      <Button
        variant="default"
        fullWidth
        loading={byPasskey.isPending}
        leftSection={<Fingerprint size={18} aria-hidden />}
        onClick={() => byPasskey.mutate()}
      >
        {t('signIn.byPasskey')}
      </Button>
      <ProblemNote thrown={bySlack.error} />
      {byPasskey.isError && (
        <Alert role="alert" color="orange">
          {t('signIn.passkeyFailed')}
        </Alert>
      )}
    </Stack>
  );
}
