import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TextLink } from '../parts/links.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { Time } from '../parts/time.tsx';
import type { MappedReason, Sample } from './types.ts';

type Held = Pick<MappedReason, 'heldUnknown' | 'heldByRule' | 'isInAts'>;

/** What a rule is about, and what waits for it. */
export function NameCell({ name, about, row }: { readonly name: string; readonly about?: string; readonly row: Held }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4} align="flex-start">
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {name}
      </Text>
      {about !== undefined && about !== name && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      <Group gap="xs">
        {row.heldUnknown > 0 && (
          <StatusBadge tone="attention">{t('mapping.heldUnknown', { count: row.heldUnknown })}</StatusBadge>
        )}
        {row.heldByRule > 0 && (
          <StatusBadge tone="waiting">{t('mapping.heldByRule', { count: row.heldByRule })}</StatusBadge>
        )}
        {row.isInAts === false && (
          <Badge variant="outline" color="gray.7" c="dimmed" tt="none">
            {t('mapping.notInAts')}
          </Badge>
        )}
      </Group>
    </Stack>
  );
}

/** The newest rejection of the kind, without a name. */
export function SampleCell({ slug, sample }: { readonly slug: string; readonly sample: Sample | null }) {
  const { t } = useTranslation();
  if (sample === null) return <Text c="dimmed">{t('mapping.noSample')}</Text>;
  const { job, stage, decidedAt, applicationRef } = sample;
  return (
    <Stack gap={2}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {[job, stage].filter((part) => part !== null).join(' ・ ') || '–'}
      </Text>
      <Text size="sm" c="dimmed">
        <Time at={decidedAt} show="day" />
        {' ・ '}
        <TextLink to="/c/$company/letters" params={{ company: slug }} search={{ q: applicationRef }} size="sm">
          {t('mapping.application', { ref: applicationRef })}
        </TextLink>
      </Text>
    </Stack>
  );
}
