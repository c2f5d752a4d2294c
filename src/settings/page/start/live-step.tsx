import { Button, Group, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Rocket } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client.ts';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useCompany } from '../api/use-company.ts';
import type { PartProps } from '../connections/connection-page.tsx';
import { Import } from '../connections/files-tab.tsx';
import { GoLiveDialog, LeavingNumbers, toNumbers } from '../connections/go-live-dialog.tsx';
import { PastTab } from '../connections/past-tab.tsx';
import { Card } from '../connections/state-tab.tsx';
import type { GoLivePreview } from '../connections/types.ts';
import { MailPreview } from '../letters/mail-preview.tsx';
import type { ListedLetter } from '../letters/types.ts';
import { tones, toWhy } from '../letters/words.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { ButtonLink, TextLink } from '../parts/links.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { useConnectionParts } from './ats-step.tsx';
import { StepHead, toHeadingId } from './step-frame.tsx';
import type { Screen } from './steps.ts';

export interface LiveStepProps {
  readonly slug: string;
  readonly connectionId: string;
  readonly isLive: boolean;
  readonly onGo: (screen: Screen) => void;
}

/** What the trial run has planned so far, of real rejections; and the one button that lets it out. */
export function LiveStep({ slug, connectionId, isLive, onGo }: LiveStepProps) {
  const { t } = useTranslation();
  const { name } = useCompany();
  const found = useConnectionParts(connectionId);
  const [isAsking, setAsking] = useState(false);
  return (
    <Stack gap="lg" component="section" aria-labelledby={toHeadingId('live')}>
      <StepHead screen="live" />
      <ProblemNote thrown={found.thrown} onRetry={found.retry} />
      {!found.parts && !found.thrown && <Skeleton height={260} radius="lg" />}
      {isLive && <Over slug={slug} />}
      {!isLive && found.parts && <Trial slug={slug} {...found.parts} />}
      {!isLive && (
        <Group justify="space-between" gap="sm">
          <Button variant="default" onClick={() => onGo('slack')}>
            {t('start.back')}
          </Button>
          <Button size="lg" leftSection={<Rocket size={20} aria-hidden />} onClick={() => setAsking(true)}>
            {t('start.live.go')}
          </Button>
        </Group>
      )}
      <GoLiveDialog
        connectionId={connectionId}
        company={name}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={t('start.live.ask')}
        verb={t('start.live.go')}
        done={t('start.live.isLive')}
      />
    </Stack>
  );
}

function Over({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('start.live.isLive')}
      action={
        <Group justify="center" gap="sm">
          <ButtonLink to="/c/$company/dashboard" params={{ company: slug }}>
            {t('start.live.toDashboard')}
          </ButtonLink>
          <ButtonLink to="/c/$company/letters" params={{ company: slug }} variant="default">
            {t('start.live.toLetters')}
          </ButtonLink>
        </Group>
      }
    >
      {t('start.live.isLiveText')}
    </EmptyState>
  );
}

const shownAtMost = 5;
const lookAgainMs = 5_000;

function Trial({ slug, ...parts }: PartProps & { readonly slug: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const { id } = parts.connection;
  const trial = useQuery({
    queryKey: ['/connections', 'go-live', id, 'trial'],
    queryFn: ({ signal }) => readTrial(api, slug, id, signal),
    refetchInterval: lookAgainMs,
  });
  if (trial.error) return <ProblemNote thrown={trial.error} onRetry={() => void trial.refetch()} />;
  if (!trial.data) return <Skeleton height={260} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { letters, preview } = trial.data;
  if (letters.length === 0) return <NothingYet {...parts} />;
  return (
    <>
      <Card title={t('start.live.ifNow')}>
        <LeavingNumbers preview={preview} numbers={toNumbers(preview, true)} />
      </Card>
      <Letters slug={slug} letters={letters} />
    </>
  );
}

/** The letters first, then what would become of them: so the numbers never lag behind the list. */
async function readTrial(api: Api, slug: string, connection: string, signal: AbortSignal) {
  const query = { company: slug, connection, status: 'planned,held', limit: shownAtMost };
  const { items: letters } = await api.get<Listed<ListedLetter>>('/letters', query, signal);
  return { letters, preview: await api.get<GoLivePreview>(`/connections/${connection}/go-live`, {}, signal) };
}

/** The first of them, and what one says. */
export function Letters({ slug, letters }: { readonly slug: string; readonly letters: readonly ListedLetter[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string>();
  const open = letters.find(({ id }) => id === chosen) ?? letters[0];
  return (
    <Stack gap="md">
      <Title order={3}>{t('start.live.letters')}</Title>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('start.live.who')}</Table.Th>
              <Table.Th scope="col">{t('start.live.state')}</Table.Th>
              <Table.Th scope="col">{t('start.live.leaves')}</Table.Th>
              <Table.Th scope="col">{t('start.live.show')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {letters.map((letter) => (
              <Table.Tr key={letter.id}>
                <Table.Th scope="row" fw={400}>
                  {toName(letter)}
                  <Text size="sm" c="dimmed">
                    {letter.job ?? letter.applicationRef}
                  </Text>
                </Table.Th>
                <Table.Td>
                  <StatusBadge tone={tones[letter.status]}>{t(`letters.status.${letter.status}`)}</StatusBadge>
                  {letter.reason !== null && <Text size="sm">{toWhy(t, letter.reason)}</Text>}
                </Table.Td>
                <Table.Td>
                  <Time at={letter.status === 'planned' ? letter.dueAt : null} />
                </Table.Td>
                <Table.Td>
                  <Button
                    variant={letter.id === open?.id ? 'light' : 'default'}
                    size="compact-md"
                    aria-pressed={letter.id === open?.id}
                    aria-label={t('start.live.showOf', { name: toName(letter) })}
                    onClick={() => setChosen(letter.id)}
                  >
                    {t('start.live.show')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <TextLink to="/c/$company/letters" params={{ company: slug }}>
        {t('start.live.allLetters')}
      </TextLink>
      {open && <MailPreview key={open.id} path={`/letters/${open.id}/preview`} query={{}} saysKind />}
    </Stack>
  );

  function toName({ name, isMasked }: ListedLetter): string {
    return name ?? t(isMasked ? 'letters.masked' : 'letters.nameless');
  }
}

/** No rejection has come in since the connection was made: how to get one, or to look at those of before. */
function NothingYet(parts: PartProps) {
  const { t } = useTranslation();
  const takesFiles = parts.connector.waysIn.includes('file');
  return (
    <>
      <EmptyState title={t('start.live.emptyTitle')}>
        {t(takesFiles ? 'start.live.emptyFile' : 'start.live.emptyText', { title: parts.connector.title })}
      </EmptyState>
      {takesFiles && <Import connector={parts.connector} connectionId={parts.connection.id} />}
      <PastTab {...parts} />
    </>
  );
}
