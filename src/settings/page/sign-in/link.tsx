import { Alert, Loader } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { enterByLink } from './calls.ts';
import { Frame } from './frame.tsx';

const route = getRouteApi('/link');

/** Where a mailed link leads: it signs in at once, for the server takes it from no other browser than the one that asked. */
export function Link() {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const { code } = route.useSearch();
  const { mutate, isError, error } = useMutation({
    mutationFn: () => enterByLink(api, code),
    onSuccess: (isAskedMore) => navigate({ to: isAskedMore ? '/sign-in/second-factor' : '/', replace: true }),
  });
  useEffect(() => mutate(), [mutate]);

  if (!isError)
    return (
      <Frame title={t('link.title')}>
        <Loader aria-label={t('link.title')} />
      </Frame>
    );
  return (
    <Frame title={t('signIn.failed')}>
      <Alert color="orange">{t('signIn.failedNext')}</Alert>
      <ProblemNote thrown={error} />
      <ButtonLink to="/sign-in">{t('checkMail.again')}</ButtonLink>
    </Frame>
  );
}
