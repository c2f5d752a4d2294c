import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AgencyPanel } from '../company/agency-form.tsx';
import { StepFrame } from './step-frame.tsx';
import type { StepProps } from './types.ts';

/** The ministry's own register of licences. */
const register = 'https://jinzai.hellowork.mhlw.go.jp/JinzaiWeb/GICB101010.do?action=initDisp&screenId=GICB101010';

/** The agency that introduces, and its licence. */
export function AgencyStep({ slug, state, onGo }: StepProps) {
  const { t } = useTranslation();
  const where = (
    <Text size="sm" mt="xs">
      <Anchor href={register} target="_blank" rel="noreferrer" underline="always">
        {t('start.agency.register')}
      </Anchor>
    </Text>
  );
  return (
    <StepFrame state={state} onGo={onGo} where={where}>
      <AgencyPanel slug={slug} maySet isMissing={state.lacks.includes('agency-missing')} />
    </StepFrame>
  );
}
