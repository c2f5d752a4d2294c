import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { CompanyPanel } from '../company/company-form.tsx';
import { Card } from '../connections/state-tab.tsx';
import type { TestMailSent } from '../letters/types.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { MarkLine } from './mark-line.tsx';
import { StepFrame } from './step-frame.tsx';
import type { StepProps } from './types.ts';

/** Who the sender is, and whether its mail arrives. */
export function CompanyStep({ slug, start, state, onGo }: StepProps) {
  return (
    <StepFrame state={state} onGo={onGo}>
      <CompanyPanel slug={slug} maySet hasLink={false} />
      <MailTest slug={slug} start={start} />
    </StepFrame>
  );
}

/** A mail to oneself, by the way that letters go. */
export function MailTest({ slug, start }: Pick<StepProps, 'slug' | 'start'>) {
  const { t } = useTranslation();
  const api = useApi();
  const { kind, from, isOutboxOpen } = start.mail;
  const test = useMutation({
    mutationFn: () => api.send<TestMailSent>('POST', `/companies/${slug}/start/test-mail`),
  });
  return (
    <Card title={t('start.mail.title')}>
      <Text>{t('start.mail.from', { from })}</Text>
      {kind === 'outbox' && (
        <Alert color="orange" variant="light" title={t('start.mail.outbox')}>
          <Text size="sm">{t('start.mail.outboxText')}</Text>
        </Alert>
      )}
      <ProblemNote thrown={test.error} />
      <div role="status">
        {test.data && (
          <Alert
            color="relay"
            variant="light"
            title={t(kind === 'outbox' ? 'start.mail.kept' : 'start.mail.sent', { to: test.data.to })}
          >
            {kind === 'smtp' && t('start.mail.sentText')}
            {isOutboxOpen && (
              <Anchor href="/outbox" target="_blank" underline="always">
                {t('start.mail.openOutbox')}
              </Anchor>
            )}
          </Alert>
        )}
      </div>
      <Stack gap="xs">
        <Group>
          <Button
            variant="default"
            leftSection={<Send size={18} aria-hidden />}
            onClick={() => test.mutate()}
            loading={test.isPending}
          >
            {t('start.mail.go')}
          </Button>
        </Group>
        <MarkLine start={start} mark="mail-tested" />
      </Stack>
    </Card>
  );
}
