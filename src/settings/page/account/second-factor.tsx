import { Button, Code, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useInputState } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meKey } from '../api/me.ts';
import { useApi } from '../api/use-api.tsx';
import { useMe } from '../api/use-company.ts';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { verifySecondFactor } from '../sign-in/calls.ts';
import { QrCode } from './qr-code.tsx';

interface Enrolment {
  readonly totpURI: string;
  readonly backupCodes: readonly string[];
}

export function SecondFactor() {
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
        {user?.hasSecondFactor && <SwitchedOn onOff={begin.reset} />}
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
        <Codes codes={backupCodes} />
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

function Codes({ codes }: { readonly codes: readonly string[] }) {
  const { t } = useTranslation();
  const lines = codes.join('\n');
  return (
    <>
      <Code block>{lines}</Code>
      <Group mt="xs">
        <CopyButton value={lines} what={t('account.codes')} />
      </Group>
    </>
  );
}

type Question = 'codes' | 'off';

/** What can be done with a second factor that is on: other recovery codes, and turning it off. Both are asked about. */
function SwitchedOn({ onOff }: { readonly onOff: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Question>();
  const close = () => setAsked(undefined);
  const renew = useMutation({
    mutationFn: () => api.auth<Pick<Enrolment, 'backupCodes'>>('POST', '/two-factor/generate-backup-codes', {}),
    onSuccess: close,
  });
  const turnOff = useMutation({
    mutationFn: () => api.auth('POST', '/two-factor/disable', {}),
    onSuccess: () => {
      close();
      onOff();
      return queries.invalidateQueries({ queryKey: meKey });
    },
  });
  return (
    <>
      <Group gap="sm">
        <Button variant="default" onClick={() => setAsked('codes')}>
          {t('account.renewCodes')}
        </Button>
        <Button variant="default" onClick={() => setAsked('off')}>
          {t('account.turnOff')}
        </Button>
      </Group>
      {renew.data && (
        <div role="status">
          <Text mb="xs">{t('account.newCodes')}</Text>
          <Codes codes={renew.data.backupCodes} />
        </div>
      )}
      <ConfirmDanger
        isOpen={asked === 'codes'}
        onClose={close}
        onConfirm={() => renew.mutate()}
        title={t('account.renewAsk')}
        verb={t('account.renewCodes')}
        isBusy={renew.isPending}
        thrown={renew.error}
      >
        {t('account.renewText')}
      </ConfirmDanger>
      <ConfirmDanger
        isOpen={asked === 'off'}
        onClose={close}
        onConfirm={() => turnOff.mutate()}
        title={t('account.offAsk')}
        verb={t('account.turnOff')}
        isBusy={turnOff.isPending}
        thrown={turnOff.error}
      >
        {t('account.offText')}
      </ConfirmDanger>
    </>
  );
}
