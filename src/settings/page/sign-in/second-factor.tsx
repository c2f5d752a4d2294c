import { Button, Stack, TextInput } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { verifySecondFactor } from './calls.ts';
import { Frame } from './frame.tsx';

/** The second step of signing in: the digits of an authenticator, or a recovery code, in the same field. */
export function SecondFactor() {
  const { t } = useTranslation();
  const api = useApi();
  const navigate = useNavigate();
  const [code, setCode] = useInputState('');
  const verify = useMutation({
    mutationFn: () => verifySecondFactor(api, code),
    onSuccess: () => navigate({ to: '/' }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    verify.mutate();
  }

  return (
    <Frame title={t('secondFactor.title')} lead={t('secondFactor.lead')}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('secondFactor.code')}
            description={t('secondFactor.recovery')}
            value={code}
            onChange={setCode}
            autoComplete="one-time-code"
            error={verify.isError ? t('secondFactor.wrong') : undefined}
            required
            withAsterisk={false}
          />
          <Button type="submit" fullWidth loading={verify.isPending}>
            {t('secondFactor.go')}
          </Button>
        </Stack>
      </form>
    </Frame>
  );
}
