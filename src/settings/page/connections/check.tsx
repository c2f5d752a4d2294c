import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { useCheck } from './use-connections.ts';

export interface CheckProps {
  readonly connectionId: string;
  /** Asks at once, as right after connecting. */
  readonly isAtOnce?: boolean;
}

/** Asks the ATS whether the settings work, and says precisely why not. */
export function Check({ connectionId, isAtOnce = false }: CheckProps) {
  const { t } = useTranslation();
  const check = useCheck(connectionId);
  const isAsked = useRef(false);
  const { mutate } = check;
  useEffect(() => {
    if (!isAtOnce || isAsked.current) return;
    isAsked.current = true;
    mutate();
  }, [isAtOnce, mutate]);
  return (
    <Stack gap="sm" aria-live="polite">
      {check.isPending && (
        <Group gap="sm">
          <Loader size="sm" aria-hidden />
          <Text>{t('connections.checking')}</Text>
        </Group>
      )}
      {check.data && !check.isPending && (
        <Alert color="relay" variant="light" icon={<CircleCheck aria-hidden />} title={t('connections.checkOk')}>
          <Time at={check.data.checkedAt} />
        </Alert>
      )}
      {!check.isPending && <ProblemNote thrown={check.error} />}
      <Group>
        <Button variant="default" onClick={() => mutate()} disabled={check.isPending}>
          {t(check.isIdle ? 'connections.check' : 'connections.checkAgain')}
        </Button>
      </Group>
    </Stack>
  );
}
