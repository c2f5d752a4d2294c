import { Button, Group, MultiSelect, Paper, Select, SimpleGrid, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { noticeKinds } from './kinds.ts';
import type { Connection, SlackPlace, SlackRoute } from './types.ts';
import { toPlaceName, usePlaces } from './use-places.ts';

export interface RouteEditorProps {
  readonly slug: string;
  readonly maySet: boolean;
}

/** Which notices go where. All routes are saved together, as they are read. */
export function RouteEditor({ slug, maySet }: RouteEditorProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/companies/${slug}/slack/routes`;
  const routes = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<Listed<SlackRoute>>(path, {}, signal),
  });
  const places = usePlaces(slug);
  const connections = useConnections(slug);
  const thrown = routes.error ?? places.error ?? connections.error;
  if (thrown) {
    const again = [routes, places, connections];
    return <ProblemNote thrown={thrown} onRetry={() => again.forEach(({ refetch }) => void refetch())} />;
  }
  if (!routes.data || !places.data || !connections.data)
    return <Skeleton height={200} radius="lg" role="status" aria-label={t('table.loading')} />;
  if (places.data.items.length === 0)
    return <EmptyState title={t('slack.routes.noPlaceTitle')}>{t('slack.routes.noPlaceText')}</EmptyState>;
  return (
    <Editor
      path={path}
      saved={routes.data.value.items}
      etag={routes.data.etag}
      places={places.data.items}
      connections={connections.data}
      maySet={maySet}
    />
  );
}

interface Named {
  readonly value: string;
  readonly label: string;
}

/** Called by the ATS's own name; those of the same one are told apart by the end of their ids. */
function useConnections(slug: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/connections', slug, 'named'],
    queryFn: async ({ signal }): Promise<readonly Named[]> => {
      const [{ items }, { items: connectors }] = await Promise.all([
        api.get<Listed<Connection>>('/connections', { company: slug, limit: 200 }, signal),
        api.get<Listed<{ readonly id: string; readonly title: string }>>('/connectors', {}, signal),
      ]);
      const titles = new Map(connectors.map(({ id, title }) => [id, title]));
      return items.map(({ id, connector }) => {
        const title = titles.get(connector) ?? connector;
        const isAlone = items.filter((one) => one.connector === connector).length === 1;
        return { value: id, label: isAlone ? title : `${title} (${id.slice(-4)})` };
      });
    },
  });
}

interface EditorProps {
  readonly path: string;
  readonly saved: readonly SlackRoute[];
  readonly etag: string | null;
  readonly places: readonly SlackPlace[];
  readonly connections: readonly Named[];
  readonly maySet: boolean;
}

/** A line has a key of its own while it is edited: none of what it says is unique. */
interface Line {
  readonly key: number;
  readonly route: SlackRoute;
}

function Editor({ path, saved, etag, places, connections, maySet }: EditorProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<{ readonly lines: readonly Line[]; readonly etag: string | null }>();
  const lines = draft?.lines ?? saved.map((route, key) => ({ key, route }));
  const isDirty = draft !== undefined && JSON.stringify(draft.lines.map(toRoute)) !== JSON.stringify(saved.map(tidy));
  const save = useMutation({
    mutationFn: () => api.send('PUT', path, { routes: lines.map(toRoute) }, draft?.etag),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [path] });
      setDraft(undefined);
    },
  });

  function edit(next: readonly Line[]) {
    setDraft({ lines: next, etag: draft?.etag ?? etag });
  }

  function reset() {
    save.reset();
    setDraft(undefined);
  }

  function add() {
    const place = places.find(({ isDefault }) => !isDefault) ?? places[0];
    if (!place) return;
    const key = Math.max(-1, ...lines.map((line) => line.key)) + 1;
    edit([...lines, { key, route: { placeId: place.id, kinds: [], connectionId: null, job: null } }]);
  }

  const standard = places.find(({ isDefault }) => isDefault);
  const button = (
    <Button variant="default" onClick={add} disabled={lines.length >= 100}>
      {t('slack.routes.add')}
    </Button>
  );
  return (
    <Stack gap="md">
      <Text c="dimmed" maw="44rem">
        {t('slack.routes.lead')}{' '}
        {standard ? t('slack.routes.standard', { name: toPlaceName(standard) }) : t('slack.routes.noStandard')}
      </Text>
      {lines.length === 0 && (
        <EmptyState title={t('slack.routes.emptyTitle')} action={maySet && button}>
          {t('slack.routes.emptyText')}
        </EmptyState>
      )}
      <Stack component="ul" gap="sm" p={0} m={0} aria-label={t('slack.tab.routes')} style={{ listStyle: 'none' }}>
        {lines.map(({ key, route }, index) => (
          <RouteLine
            key={key}
            number={index + 1}
            route={route}
            places={places}
            connections={connections}
            maySet={maySet}
            onChange={(next) => edit(lines.map((line) => (line.key === key ? { key, route: next } : line)))}
            onRemove={() => edit(lines.filter((line) => line.key !== key))}
          />
        ))}
      </Stack>
      {maySet && lines.length > 0 && <Group>{button}</Group>}
      <SaveBar
        isDirty={isDirty}
        isSaving={save.isPending}
        onSave={() => save.mutate()}
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

const toRoute = ({ route }: Line) => tidy(route);

/** As the server keeps it: no empty job. */
function tidy({ placeId, kinds, connectionId, job }: SlackRoute): SlackRoute {
  return { placeId, kinds, connectionId, job: job?.trim() ? job.trim() : null };
}

interface RouteLineProps extends Pick<EditorProps, 'places' | 'connections' | 'maySet'> {
  readonly number: number;
  readonly route: SlackRoute;
  readonly onChange: (route: SlackRoute) => void;
  readonly onRemove: () => void;
}

function RouteLine({ number, route, places, connections, maySet, onChange, onRemove }: RouteLineProps) {
  const { t } = useTranslation();
  return (
    <Paper component="li" withBorder radius="lg" p="md">
      <fieldset disabled={!maySet} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <Group component="legend" w="100%" justify="space-between" mb="sm" p={0}>
          <Text span fw={600}>
            {t('slack.routes.line', { number })}
          </Text>
          {maySet && (
            <Button
              variant="subtle"
              color="gray"
              onClick={onRemove}
              aria-label={t('slack.routes.removeLine', { number })}
            >
              {t('slack.routes.remove')}
            </Button>
          )}
        </Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <MultiSelect
            label={t('slack.routes.kinds')}
            placeholder={route.kinds.length === 0 ? t('slack.routes.everyKind') : ''}
            size="md"
            data={noticeKinds.map((kind) => ({ value: kind, label: t(`slack.kind.${kind}`) }))}
            value={[...route.kinds]}
            onChange={(chosen) => onChange({ ...route, kinds: noticeKinds.filter((kind) => chosen.includes(kind)) })}
            clearable
            clearButtonProps={{ 'aria-label': t('slack.routes.everyKind') }}
            disabled={!maySet}
          />
          <Select
            label={t('slack.routes.place')}
            data={places.map((place) => ({ value: place.id, label: toPlaceName(place) }))}
            value={route.placeId}
            onChange={(chosen) => chosen && onChange({ ...route, placeId: chosen })}
            allowDeselect={false}
            disabled={!maySet}
          />
          <Select
            label={t('slack.routes.connection')}
            data={[{ value: '', label: t('slack.routes.everyConnection') }, ...connections]}
            value={route.connectionId ?? ''}
            onChange={(chosen) => onChange({ ...route, connectionId: chosen || null })}
            allowDeselect={false}
            disabled={!maySet}
          />
          <TextInput
            label={t('slack.routes.job')}
            placeholder={t('slack.routes.everyJob')}
            value={route.job ?? ''}
            onChange={(event) => onChange({ ...route, job: event.currentTarget.value || null })}
            maxLength={200}
            disabled={!maySet}
          />
        </SimpleGrid>
      </fieldset>
    </Paper>
  );
}
