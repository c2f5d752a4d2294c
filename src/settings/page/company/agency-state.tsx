import { Alert, Stack, Text } from '@mantine/core';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgencyLack } from './types.ts';

export interface AgencyStateProps {
  readonly lack: AgencyLack | null;
  /** The way to mend it. */
  readonly children?: ReactNode;
}

/** Whether applicants may be asked to agree to this agency, and what keeps them from it. */
export function AgencyState({ lack, children }: AgencyStateProps) {
  const { t } = useTranslation();
  if (lack === null)
    return (
      <Alert color="relay" role="status" icon={<CircleCheck aria-hidden />} title={t('company.inOrder')}>
        {t('company.inOrderText')}
      </Alert>
    );
  return (
    <Alert color="orange" role="status" icon={<CircleAlert aria-hidden />} title={t(`company.lack.${lack}`)}>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{t('company.lackText')}</Text>
        {children}
      </Stack>
    </Alert>
  );
}
