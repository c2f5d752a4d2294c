import { Radio, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/use-company.ts';
import { SaveBar } from '../parts/save-bar.tsx';
import type { PartProps } from './connection-page.tsx';
import { modes } from './modes.ts';
import { Card } from './state-tab.tsx';
import type { Connection } from './types.ts';
import { useChange, useRefresh, useWords } from './use-connections.ts';

const holds = [0, 60, 240, 720, 1440, 2880, 4320, 10_080] as const;
const windows = ['business-hours', 'always'] as const;

interface Policy {
  readonly mode: Connection['mode'];
  readonly holdMinutes: number;
  readonly window: Connection['letter']['window'];
}

const toPolicy = ({ mode, letter }: Connection): Policy => ({ mode, ...letter });

/** When and by which way letters leave. */
export function LettersTab({ connector, connection, etag }: PartProps) {
  const { t } = useTranslation();
  const words = useWords();
  const maySet = useMay('settings');
  const refresh = useRefresh();
  const change = useChange(connection.id, etag);
  // Only what was touched: the rest follows what the server says.
  const [touched, setTouched] = useState<Partial<Policy>>({});
  const stored = toPolicy(connection);
  const policy = { ...stored, ...touched };
  const isDirty =
    policy.mode !== stored.mode || policy.holdMinutes !== stored.holdMinutes || policy.window !== stored.window;
  const minutes = [...new Set<number>([...holds, stored.holdMinutes])].sort((a, b) => a - b);

  function reset() {
    setTouched({});
    change.reset();
  }

  function save() {
    const { mode, holdMinutes, window } = policy;
    change.mutate(
      { ...(mode === stored.mode ? {} : { mode }), letter: { holdMinutes, window } },
      { onSuccess: () => setTouched({}) },
    );
  }

  return (
    <Stack gap="lg" maw="48rem">
      <Card title={t('connections.howLetters')}>
        <Radio.Group
          size="md"
          aria-label={t('connections.howLetters')}
          value={policy.mode}
          onChange={(chosen) => {
            const mode = modes.find((one) => one === chosen);
            if (mode) setTouched({ ...touched, mode });
          }}
        >
          <Stack gap="md">
            {modes.map((mode) => {
              const { possible, note, why } = connector.modes[mode];
              const help = possible ? note : why;
              return (
                <Radio
                  size="md"
                  key={mode}
                  value={mode}
                  disabled={!possible || !maySet}
                  label={t(`connections.mode.${mode}`)}
                  description={
                    <>
                      {t(`connections.modeHelp.${mode}`)}
                      {help && (
                        <>
                          <br />
                          {!possible && t('connections.notPossible')}
                          {words(help)}
                        </>
                      )}
                    </>
                  }
                />
              );
            })}
          </Stack>
        </Radio.Group>
      </Card>
      <Card title={t('connections.when')}>
        <Select
          label={t('connections.hold')}
          description={t('connections.holdHelp')}
          data={minutes.map((value) => ({ value: String(value), label: toDuration(value) }))}
          value={String(policy.holdMinutes)}
          onChange={(chosen) => chosen !== null && setTouched({ ...touched, holdMinutes: Number(chosen) })}
          allowDeselect={false}
          disabled={!maySet}
        />
        <Radio.Group
          size="md"
          label={t('connections.window')}
          value={policy.window}
          onChange={(chosen) => {
            const window = windows.find((one) => one === chosen);
            if (window) setTouched({ ...touched, window });
          }}
        >
          <Stack gap="sm" mt="xs">
            {windows.map((window) => (
              <Radio
                size="md"
                key={window}
                value={window}
                label={t(`connections.windows.${window}`)}
                disabled={!maySet}
              />
            ))}
          </Stack>
        </Radio.Group>
        {!maySet && <Text c="dimmed">{t('connections.ownersText')}</Text>}
      </Card>
      <SaveBar
        isDirty={isDirty}
        isSaving={change.isPending}
        onSave={save}
        onReset={reset}
        thrown={change.error}
        onReload={() => {
          reset();
          void refresh();
        }}
      />
    </Stack>
  );

  function toDuration(value: number): string {
    if (value === 0) return t('connections.atOnce');
    if (value % 1440 === 0) return t('connections.days', { count: value / 1440 });
    if (value % 60 === 0) return t('connections.hours', { count: value / 60 });
    return t('connections.minutes', { count: value });
  }
}
