import { useTranslation } from 'react-i18next';
import { StatusBadge, type Tone } from '../parts/status-badge.tsx';
import type { Connection } from './types.ts';

const tones = { live: 'good', shadow: 'waiting', paused: 'attention' } as const satisfies Record<
  Connection['state'],
  Tone
>;

/** What a connection does, and whether the ATS refuses us. */
export function StateBadge({ connection }: { readonly connection: Pick<Connection, 'state' | 'failingSince'> }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusBadge tone={tones[connection.state]}>{t(`connections.state.${connection.state}`)}</StatusBadge>{' '}
      {connection.failingSince !== null && <StatusBadge tone="bad">{t('connections.failing')}</StatusBadge>}
    </>
  );
}
