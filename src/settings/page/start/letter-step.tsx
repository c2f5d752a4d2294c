import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { Card } from '../connections/state-tab.tsx';
import { LocaleSelect, TestCopy } from '../letters/letter-drawer.tsx';
import { MailPreview } from '../letters/mail-preview.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { MarkLine } from './mark-line.tsx';
import { StepFrame } from './step-frame.tsx';
import type { Start, StepProps } from './types.ts';

/** The letter, as applicants will get it: read, tried, and let go. */
export function LetterStep({ slug, start, state, onGo }: StepProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const [locale, setLocale] = useState(toLanguage(i18n.language));
  const isApproved = start.marks.some(({ mark }) => mark === 'letter-approved');
  const approve = useMutation({
    mutationFn: () => api.send<Start>('PUT', `/companies/${slug}/start/letter`, { isApproved: !isApproved }),
  });
  const isSound = !state.lacks.some((lack) => lack === 'letter-blank' || lack === 'letter-faulty');
  return (
    <StepFrame state={state} onGo={onGo}>
      <Stack gap="md" maw="52rem">
        <LocaleSelect value={locale} onChange={setLocale} />
        <MailPreview path="/letter-template" query={{ company: slug, locale }} saysKind={false} />
        {isSound && <TestCopy path={`/companies/${slug}/start/sample-letter`} locale={locale} />}
      </Stack>
      <Card title={t('start.letter.approveTitle')}>
        {t('start.letter.approveText')}
        <ProblemNote thrown={approve.error} />
        <MarkLine start={start} mark="letter-approved" />
        <Group>
          <Button
            variant={isApproved ? 'default' : 'filled'}
            onClick={() => approve.mutate()}
            loading={approve.isPending}
            disabled={!isApproved && !isSound}
          >
            {t(isApproved ? 'start.letter.takeBack' : 'start.letter.approve')}
          </Button>
        </Group>
      </Card>
    </StepFrame>
  );
}
