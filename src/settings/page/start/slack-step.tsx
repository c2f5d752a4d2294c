import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { Card } from '../connections/state-tab.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ConnectWays } from '../slack/connect-card.tsx';
import { PlaceList } from '../slack/place-list.tsx';
import { toPlaceName } from '../slack/use-places.ts';
import { WorkspaceCard } from '../slack/workspace-card.tsx';
import { MarkLine } from './mark-line.tsx';
import { StepFrame } from './step-frame.tsx';
import type { SlackState, SlackTested, Start, StepProps } from './types.ts';

/** Where recruiters are told, and whether it arrives; or later. */
export function SlackStep({ slug, start, state, onGo }: StepProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/companies/${slug}/slack`;
  const slack = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<SlackState>(path, {}, signal),
  });
  const tie = slack.data?.value;
  return (
    <StepFrame state={state} onGo={onGo}>
      <ProblemNote thrown={slack.error} onRetry={() => void slack.refetch()} />
      {slack.isPending && <Skeleton height={120} radius="lg" />}
      {tie?.state === 'none' && (
        <Card title={t('slack.none.title')}>
          <Text c="dimmed">{t('slack.none.text')}</Text>
          <ConnectWays slug={slug} />
        </Card>
      )}
      {tie && tie.state !== 'none' && (
        <>
          <WorkspaceCard slug={slug} state={tie} maySet />
          {tie.state === 'installed' && <PlaceList slug={slug} maySet />}
          {tie.state === 'installed' && !state.lacks.includes('place-missing') && (
            <NoticeTest slug={slug} start={start} />
          )}
        </>
      )}
      {state.lacks.length > 0 && <PutOff slug={slug} isSkipped={state.isSkipped} />}
    </StepFrame>
  );
}

/** A harmless message where notices will go. */
export function NoticeTest({ slug, start }: Pick<StepProps, 'slug' | 'start'>) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: () => api.send<SlackTested>('POST', `/companies/${slug}/slack/test`),
    onSettled: () => queries.invalidateQueries({ queryKey: [`/companies/${slug}/slack/places`] }),
  });
  return (
    <Card title={t('start.slack.testTitle')}>
      <ProblemNote thrown={test.error} />
      <div role="status">
        {test.data && (
          <Alert color="relay" variant="light" title={t('start.slack.sent', { place: toPlaceName(test.data.place) })}>
            {t('start.slack.sentText')}
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
            {t('start.slack.test')}
          </Button>
        </Group>
        <MarkLine start={start} mark="slack-tested" />
      </Stack>
    </Card>
  );
}

/** Without Slack it works, but nobody is told: said before it is put off. */
export function PutOff({ slug, isSkipped }: { readonly slug: string; readonly isSkipped: boolean }) {
  const { t } = useTranslation();
  const api = useApi();
  const choose = useMutation({
    mutationFn: () => api.send<Start>('PUT', `/companies/${slug}/start/slack`, { isSkipped: !isSkipped }),
  });
  return (
    <Card title={t('start.slack.laterTitle')}>
      <Text>{t('start.slack.laterText')}</Text>
      <ProblemNote thrown={choose.error} />
      <Group>
        <Button variant="default" onClick={() => choose.mutate()} loading={choose.isPending}>
          {t(isSkipped ? 'start.slack.now' : 'start.slack.later')}
        </Button>
      </Group>
    </Card>
  );
}
