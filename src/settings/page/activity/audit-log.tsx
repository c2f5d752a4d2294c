import { Code, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Member } from '../api/types.ts';
import { useList } from '../api/use-list.ts';
import { useListed } from '../members/use-listed.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { Time } from '../parts/time.tsx';
import { type ActivitySearch, type AuditEntry, nouns } from './types.ts';

export interface AuditLogProps {
  readonly slug: string;
  readonly about: ActivitySearch['about'];
  readonly onAbout: (about: ActivitySearch['about']) => void;
  readonly isAllowed: boolean;
}

/** Who did what to which thing, and when. Nobody can change it. */
export function AuditLog(props: AuditLogProps) {
  const { t } = useTranslation();
  if (!props.isAllowed) return <EmptyState title={t('activity.auditors')}>{t('activity.auditorsText')}</EmptyState>;
  return (
    <Stack gap="md">
      <Select
        label={t('activity.about')}
        maw="18rem"
        data={[
          { value: 'all', label: t('activity.all') },
          ...nouns.map((value) => ({ value, label: t(`activity.nouns.${value}`) })),
        ]}
        value={props.about ?? 'all'}
        onChange={(value) => props.onAbout(nouns.find((noun) => noun === value))}
        allowDeselect={false}
      />
      <Entries key={props.about} {...props} />
    </Stack>
  );
}

function Entries({ slug, about }: AuditLogProps) {
  const { t } = useTranslation();
  const members = useListed<Member>(`/companies/${slug}/members`);
  const pages = useList<AuditEntry>('/audit', { company: slug, about });
  const columns: readonly Column<AuditEntry>[] = [
    { id: 'at', header: t('activity.at'), width: '12rem', cell: ({ at }) => <Time at={at} /> },
    { id: 'seq', header: t('activity.seq'), width: '5rem', isNumber: true, cell: ({ seq }) => seq },
    { id: 'who', header: t('activity.who'), width: '12rem', cell: ({ actor }) => toWho(actor) },
    {
      id: 'what',
      header: t('activity.what'),
      width: '15rem',
      cell: ({ action }) => (
        <>
          <Text size="sm">{toNoun(action)}</Text>
          <Code>{action}</Code>
        </>
      ),
    },
    {
      id: 'detail',
      header: t('activity.detail'),
      cell: ({ subject, detail }) => (
        <Text size="xs" style={{ overflowWrap: 'anywhere' }} ff="monospace">
          {[subject, ...Object.entries(detail).map(([name, value]) => `${name}: ${value}`)].join(' ・ ')}
        </Text>
      ),
    },
  ];
  return (
    <DataTable
      label={t('activity.tab.audit')}
      columns={columns}
      pages={pages}
      rowId={({ seq }) => String(seq)}
      empty={<EmptyState title={t('activity.auditEmptyTitle')}>{t('activity.auditEmptyText')}</EmptyState>}
    />
  );

  function toNoun(action: string): string {
    const noun = nouns.find((one) => action.startsWith(`${one}.`));
    return noun === undefined ? '' : t(`activity.nouns.${noun}`);
  }

  function toWho(actor: string): string {
    const [kind, id] = actor.split(':');
    if (kind === 'user') return members.data?.find(({ userId }) => userId === id)?.name ?? t('activity.actors.member');
    const known = (['admin', 'system', 'applicant', 'token', 'slack'] as const).find((one) => one === kind);
    return known === undefined ? actor : t(`activity.actors.${known}`);
  }
}
