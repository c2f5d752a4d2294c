import { Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ConnectionNames } from '../api/use-connection-names.ts';
import { ButtonLink } from '../parts/links.tsx';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import type { Need } from './types.ts';

const places = {
  agency: '/c/$company/settings',
  'connection-failing': '/c/$company/connections',
  'slack-broken': '/c/$company/slack',
  'slack-blocked': '/c/$company/slack',
  'letters-unknown': '/c/$company/letters',
  'letters-failed': '/c/$company/letters',
  'reasons-unknown': '/c/$company/mapping',
  'letters-held': '/c/$company/letters',
  'deliveries-stuck': '/c/$company/activity',
  'imports-waiting': '/c/$company/connections',
  'reservations-open': '/c/$company/credits',
  'credits-ending': '/c/$company/credits',
} as const satisfies Record<Need['kind'], `/c/$company/${string}`>;

const tones = {
  agency: 'bad',
  'connection-failing': 'bad',
  'slack-broken': 'bad',
  'slack-blocked': 'attention',
  'letters-unknown': 'attention',
  'letters-failed': 'attention',
  'reasons-unknown': 'attention',
  'letters-held': 'attention',
  'deliveries-stuck': 'attention',
  'imports-waiting': 'waiting',
  'reservations-open': 'waiting',
  'credits-ending': 'attention',
} as const satisfies Record<Need['kind'], Tone>;

const reasons = [
  'agency-missing',
  'agency-incomplete',
  'licence-expired',
  'reason-unknown',
  'reason-hold',
  'no-address',
  'blank-token',
  'by-hand',
  'vendor_unauthorized',
  'vendor_forbidden',
] as const;

export interface NeedsProps {
  readonly slug: string;
  readonly needs: readonly Need[];
  readonly names: ConnectionNames;
}

/** What waits for a person, most urgent first, each with the way to the page that settles it. */
export function Needs({ slug, needs, names }: NeedsProps) {
  const { t } = useTranslation();
  if (needs.length === 0) return <Calm />;
  return (
    <Stack gap="md" component="section" aria-label={t('dashboard.needs')}>
      <Title order={2}>{t('dashboard.needs')}</Title>
      <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: 'none' }}>
        {needs.map((need) => (
          <Paper
            key={`${need.kind} ${need.reason} ${need.connectionId}`}
            component="li"
            withBorder
            radius="lg"
            p="md"
            px="lg"
          >
            <Group justify="space-between" gap="md">
              <Stack gap={4} flex="1 1 20rem">
                <Group gap="sm">
                  <Text fw={600}>{t(`dashboard.need.${need.kind}`, { count: need.count })}</Text>
                  {need.connectionId !== null && names.has(need.connectionId) && (
                    <StatusBadge tone={tones[need.kind]}>{names.get(need.connectionId)}</StatusBadge>
                  )}
                </Group>
                <Text size="sm" c="dimmed">
                  {need.reason !== null && `${t('dashboard.cause', { cause: toCause(need.reason) })} ・ `}
                  {t(`dashboard.text.${need.kind}`)}
                </Text>
              </Stack>
              <ButtonLink
                to={places[need.kind]}
                params={{ company: slug }}
                search={toSearch(need)}
                variant={tones[need.kind] === 'bad' ? 'filled' : 'light'}
              >
                {t(`dashboard.go.${need.kind}`)}
              </ButtonLink>
            </Group>
          </Paper>
        ))}
      </Stack>
    </Stack>
  );

  function toCause(code: string): string {
    const known = reasons.find((reason) => reason === code);
    return known === undefined ? code : t(`dashboard.reason.${known}`);
  }
}

/** Where it leads is shown as narrowly as it is counted. */
function toSearch({ kind, connectionId, reason }: Need) {
  const connection = connectionId === null ? {} : { connection: connectionId };
  switch (kind) {
    case 'agency':
      return { tab: 'agency' };
    case 'letters-unknown':
      return { show: 'unknown', ...connection };
    case 'letters-failed':
      return { show: 'waiting', ...connection };
    case 'letters-held':
      return { show: 'waiting', ...(reason === null ? {} : { reason }), ...connection };
    case 'reasons-unknown':
    case 'deliveries-stuck':
      return connection;
    default:
      return {};
  }
}

function Calm() {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="lg">
      <Group gap="md" wrap="nowrap">
        <ThemeIcon size={44} radius="xl" variant="light" aria-hidden>
          <CircleCheck size={24} />
        </ThemeIcon>
        <div>
          <Title order={2}>{t('dashboard.calmTitle')}</Title>
          <Text c="dimmed">{t('dashboard.calmText')}</Text>
        </div>
      </Group>
    </Paper>
  );
}
