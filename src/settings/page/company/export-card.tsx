import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { CardList } from '../parts/card-list.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressOf } from '../parts/progress-of.tsx';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import { Lead, Section } from './section.tsx';
import type { DataExport } from './types.ts';

const tones = {
  waiting: 'waiting',
  making: 'waiting',
  ready: 'good',
  failed: 'bad',
  gone: 'idle',
} as const satisfies Record<DataExport['status'], Tone>;

const isUnderWay = ({ status }: DataExport) => status === 'waiting' || status === 'making';

/** The archives of the company: ask for one, see it being made, take it away. */
export function ExportCard({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const path = `/companies/${slug}/exports`;
  const exports = useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => (await api.get<Listed<DataExport>>(path, {}, signal)).items,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? 2_000 : false),
  });
  const ask = useMutation({
    mutationFn: () => api.send<DataExport>('POST', path),
    onSettled: () => queries.invalidateQueries({ queryKey: [path] }),
  });
  return (
    <Section title={t('data.exportTitle')}>
      <Lead>{t('data.exportText')}</Lead>
      <Group>
        <Button onClick={() => ask.mutate()} loading={ask.isPending} disabled={exports.data?.some(isUnderWay) ?? false}>
          {t('data.ask')}
        </Button>
      </Group>
      <ProblemNote thrown={ask.error} />
      <CardList
        label={t('data.exportTitle')}
        list={exports}
        rowId={({ id }) => id}
        title={({ askedAt }) => <Time at={askedAt} />}
        about={(one) => <About one={one} />}
        actions={(one) =>
          one.status === 'ready' && (
            <Button
              component="a"
              href={`/api/v1${path}/${one.id}/archive`}
              download
              variant="default"
              leftSection={<Download size={18} aria-hidden />}
            >
              {t('data.download')}
            </Button>
          )
        }
        empty={
          <Text c="dimmed" size="sm">
            {t('data.none')}
          </Text>
        }
      />
    </Section>
  );
}

function About({ one }: { readonly one: DataExport }) {
  const { t, i18n } = useTranslation();
  const { status, reason, rowsDone, rowsTotal, byteCount, expiresAt } = one;
  if (isUnderWay(one))
    return <ProgressOf label={t(`data.status.${status}`)} done={rowsDone} total={rowsTotal} isRunning />;
  return (
    <Stack gap={4} align="flex-start">
      <StatusBadge tone={tones[status]}>{t(`data.status.${status}`)}</StatusBadge>
      {reason !== null && <span>{t(`data.reason.${reason}`)}</span>}
      {status === 'ready' && byteCount !== null && (
        <span>
          {toSize(byteCount, i18n.language)} ・ {t('data.until7')} <Time at={expiresAt} />
        </span>
      )}
    </Stack>
  );
}

/** 12 KB, 3.4 MB. */
function toSize(bytes: number, language: string): string {
  const [unit, size] = bytes < 1_000_000 ? (['kilobyte', 1_000] as const) : (['megabyte', 1_000_000] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 });
  return format.format(Math.max(0.1, bytes / size));
}
