import { Group, Paper, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import type { NoticeHours, SlackState } from './types.ts';

export interface HoursFormProps {
  readonly slug: string;
  readonly hours: NoticeHours;
  readonly etag: string | null;
  readonly maySet: boolean;
}

/** When notices arrive, in Japan. */
export function HoursForm({ slug, hours, etag, maySet }: HoursFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<{ readonly hours: NoticeHours; readonly etag: string | null }>();
  const { from, to, days } = draft?.hours ?? hours;
  const isDirty = from !== hours.from || to !== hours.to || days !== hours.days;
  const isBackwards = from !== '' && to !== '' && from >= to;
  const path = `/companies/${slug}/slack`;
  const save = useMutation({
    mutationFn: () =>
      api.send<SlackState>('PUT', `${path}/hours`, { from, to, days } satisfies NoticeHours, draft?.etag),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [path] });
      setDraft(undefined);
    },
  });

  function edit(change: Partial<NoticeHours>) {
    setDraft({ hours: { from, to, days, ...change }, etag: draft?.etag ?? etag });
  }

  function reset() {
    save.reset();
    setDraft(undefined);
  }

  return (
    <Stack gap="md">
      <Text c="dimmed" maw="44rem">
        {t('slack.hours.lead')}
      </Text>
      <Paper withBorder radius="lg" p="lg">
        <Stack gap="lg">
          <Group gap="md" align="flex-start">
            <TextInput
              type="time"
              label={t('slack.hours.from')}
              value={from}
              onChange={(event) => edit({ from: event.currentTarget.value })}
              disabled={!maySet}
              w={150}
            />
            <TextInput
              type="time"
              label={t('slack.hours.to')}
              value={to}
              onChange={(event) => edit({ to: event.currentTarget.value })}
              error={isBackwards ? t('slack.hours.backwards') : undefined}
              disabled={!maySet}
              w={150}
            />
          </Group>
          <Radio.Group
            label={t('slack.hours.days')}
            value={days}
            onChange={(chosen) => edit({ days: chosen === 'every' ? 'every' : 'business' })}
          >
            <Stack gap="sm" mt="xs">
              {(['business', 'every'] as const).map((value) => (
                <Radio
                  key={value}
                  value={value}
                  size="md"
                  label={t(`slack.hours.${value}`)}
                  description={t(`slack.hours.${value}Text`)}
                  disabled={!maySet}
                />
              ))}
            </Stack>
          </Radio.Group>
        </Stack>
      </Paper>
      <SaveBar
        isDirty={isDirty}
        isSaving={save.isPending}
        onSave={() => !isBackwards && save.mutate()}
        onReset={reset}
        thrown={save.error}
        onReload={() => {
          reset();
          void queries.invalidateQueries({ queryKey: [path] });
        }}
      />
    </Stack>
  );
}
