import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/use-company.ts';
import { SaveBar } from '../parts/save-bar.tsx';
import { Check } from './check.tsx';
import type { PartProps } from './connection-page.tsx';
import { Fields, toClean, toFieldsOf, type Values } from './fields.tsx';
import { Card } from './state-tab.tsx';
import { useChange, useRefresh } from './use-connections.ts';

/** The settings as the connector declares them. Secrets go in and never come out; the webhook's has a way of its own. */
export function SettingsTab({ connector, connection, etag }: PartProps) {
  const { t } = useTranslation();
  const maySet = useMay('settings');
  const refresh = useRefresh();
  const change = useChange(connection.id, etag);
  const [touched, setTouched] = useState<Values>({});
  // Another one makes the form anew, so that a typed secret is forgotten once it was saved.
  const [round, setRound] = useState(0);
  const fields = toFieldsOf(connector.fields, connection.access).filter(
    ({ name }) => name !== connector.webhook?.secretField,
  );
  const stored: Values = Object.fromEntries(
    fields.map(({ name, kind }) => [name, kind === 'secret' ? '' : (connection.settings[name] ?? '')]),
  );
  const changed = Object.fromEntries(Object.entries(touched).filter(([name, value]) => value !== stored[name]));

  function startAnew() {
    setTouched({});
    setRound(round + 1);
  }

  function reset() {
    startAnew();
    change.reset();
  }

  return (
    <Stack gap="lg" maw="48rem">
      <Card title={t('connections.tab.settings')}>
        {connection.access !== null && (
          <Text c="dimmed">
            {t('connections.accessLabel')}: {t(`connections.access.${connection.access}`)}
          </Text>
        )}
        {!maySet && <Text c="dimmed">{t('connections.ownersText')}</Text>}
        <Fields
          key={round}
          fields={fields}
          values={{ ...stored, ...touched }}
          onChange={(name, value) => setTouched({ ...touched, [name]: value })}
          areSet
          isReadOnly={!maySet}
        />
      </Card>
      {change.isSuccess && connector.access.length > 0 && (
        <Card title={t('connections.checkTitle')}>
          <Check key={round} connectionId={connection.id} isAtOnce />
        </Card>
      )}
      <SaveBar
        isDirty={Object.keys(changed).length > 0}
        isSaving={change.isPending}
        onSave={() => change.mutate({ settings: toClean(changed) }, { onSuccess: startAnew })}
        onReset={reset}
        thrown={change.error}
        onReload={() => {
          reset();
          void refresh();
        }}
      />
    </Stack>
  );
}
