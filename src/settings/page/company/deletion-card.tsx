import { Alert, Button, Group, List, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { KeepButton } from './keep-button.tsx';
import { Lead, Section } from './section.tsx';
import type { Deletion } from './types.ts';
import { toDeletionPath, useDeletionChanged } from './use-deletion.ts';

const effects = ['connections', 'mail', 'stop', 'erase', 'keep'] as const;

/** Ends the company, after a waiting time; and stops that. */
export function DeletionCard({ slug, name }: { readonly slug: string; readonly name: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const path = toDeletionPath(slug);
  const deletion = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.get<Deletion>(path, {}, signal),
  });
  if (deletion.error) return <ProblemNote thrown={deletion.error} onRetry={() => void deletion.refetch()} />;
  if (!deletion.data) return <Skeleton height={200} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { state, endsAt } = deletion.data;
  return (
    <Section title={t('data.deleteTitle')}>
      {state === 'none' && <Begin slug={slug} name={name} deletion={deletion.data} />}
      {state === 'waiting' && (
        <Alert color="red" variant="light" icon={<CircleAlert aria-hidden />} title={t('data.waiting')}>
          <Stack gap="sm" align="flex-start">
            <Text size="sm">
              {t('data.endsOn')} <Time at={endsAt} />
            </Text>
            <Text size="sm">{t('data.waitingText')}</Text>
            <KeepButton slug={slug} />
          </Stack>
        </Alert>
      )}
      {state === 'erasing' && <Lead>{t('data.erasing')}</Lead>}
    </Section>
  );
}

function Begin({
  slug,
  name,
  deletion,
}: {
  readonly slug: string;
  readonly name: string;
  readonly deletion: Deletion;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const changed = useDeletionChanged(slug);
  const [isOpen, { open, close }] = useDisclosure();
  const { waitDays, keptYears } = deletion;
  const begin = useMutation({
    mutationFn: () => api.send<Deletion>('POST', toDeletionPath(slug), { name }),
    onSuccess: async () => {
      close();
      await changed();
    },
  });
  const list = (
    <List spacing="xs">
      {effects.map((effect) => (
        <List.Item key={effect}>{t(`data.effect.${effect}`, { days: waitDays, years: keptYears })}</List.Item>
      ))}
    </List>
  );
  return (
    <>
      <Lead>{list}</Lead>
      <Group>
        <Button
          variant="default"
          onClick={() => {
            begin.reset();
            open();
          }}
        >
          {t('data.delete')}
        </Button>
      </Group>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => begin.mutate()}
        title={t('data.deleteAsk', { name })}
        verb={t('data.deleteGo', { days: waitDays })}
        typed={name}
        isBusy={begin.isPending}
        thrown={begin.error}
      >
        {list}
      </ConfirmDanger>
    </>
  );
}
