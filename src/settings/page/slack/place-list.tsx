import { Alert, Badge, Button, Checkbox, Group, List, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDisclosure, useInputState } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { CardList } from '../parts/card-list.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { toLanguage } from '../texts/i18n.ts';
import type { AddedSlackPlace, SlackPlace, SlackPlaceChange, SlackPlaces } from './types.ts';
import { toPlaceName, usePlaces } from './use-places.ts';

export interface PlaceListProps {
  readonly slug: string;
  readonly maySet: boolean;
}

/** The channels and people that get notices. */
export function PlaceList({ slug, maySet }: PlaceListProps) {
  const { t } = useTranslation();
  const places = usePlaces(slug);
  const [isAdding, { open, close }] = useDisclosure();
  const add = <Button onClick={open}>{t('slack.places.add')}</Button>;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="md">
        <Text c="dimmed" maw="40rem">
          {t('slack.places.lead')}
        </Text>
        {maySet && (places.data?.items.length ?? 0) > 0 && add}
      </Group>
      <CardList
        label={t('slack.tab.places')}
        list={{ ...places, data: places.data?.items }}
        rowId={({ id }) => id}
        title={(place) => <PlaceTitle place={place} />}
        about={(place) => <PlaceFacts slug={slug} place={place} maySet={maySet} />}
        actions={(place) => maySet && <PlaceActions slug={slug} place={place} warning={places.data?.warning} />}
        empty={
          <EmptyState title={t('slack.places.emptyTitle')} action={maySet && add}>
            {t('slack.places.emptyText')}
          </EmptyState>
        }
      />
      <Modal
        opened={isAdding}
        onClose={close}
        title={t('slack.places.add')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <AddPlace slug={slug} onDone={close} />
      </Modal>
    </Stack>
  );
}

function PlaceTitle({ place }: { readonly place: SlackPlace }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      {toPlaceName(place)}
      {place.isDefault && (
        <Badge variant="light" tt="none" c="var(--mantine-color-text)">
          {t('slack.places.default')}
        </Badge>
      )}
    </Group>
  );
}

const knownBlocks = ['not_in_channel', 'channel_not_found', 'is_archived', 'user_not_found'] as const;

function PlaceFacts({ slug, place, maySet }: PlaceListProps & { readonly place: SlackPlace }) {
  const { t } = useTranslation();
  const { blockedReason } = place;
  const known = knownBlocks.find((reason) => reason === blockedReason) ?? 'other';
  return (
    <Stack gap="xs" align="flex-start">
      <span>
        {t(`slack.places.kind.${place.kind}`)} ・ {place.slackRef} ・{' '}
        {t(place.hasNames ? 'slack.places.withNames' : 'slack.places.withoutNames')}
      </span>
      {blockedReason !== null && (
        <>
          <StatusBadge tone="bad">{t('slack.places.blocked')}</StatusBadge>
          <span>{t(`slack.places.blockedWhy.${known}`, { reason: blockedReason })}</span>
          {maySet && <Retry slug={slug} place={place} />}
        </>
      )}
    </Stack>
  );
}

interface OfPlace {
  readonly slug: string;
  readonly place: SlackPlace;
}

function Retry({ slug, place }: OfPlace) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => api.send<SlackPlace>('POST', `/companies/${slug}/slack/places/${place.id}/retry`),
    onSuccess: () => {
      notifications.show({ message: t('slack.places.retried', { name: toPlaceName(place) }) });
      return queries.invalidateQueries({ queryKey: [`/companies/${slug}/slack/places`] });
    },
  });
  return (
    <>
      <Button
        variant="default"
        onClick={() => retry.mutate()}
        loading={retry.isPending}
        aria-label={t('slack.places.retryName', { name: toPlaceName(place) })}
      >
        {t('slack.places.retry')}
      </Button>
      <ProblemNote thrown={retry.error} />
    </>
  );
}

type Asked = 'names' | 'default' | 'remove';

/** Each of them changes what others get to see, so each says first what it will do. */
function PlaceActions({ slug, place, warning }: OfPlace & { readonly warning: SlackPlaces['warning'] | undefined }) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  const name = toPlaceName(place);
  const path = `/companies/${slug}/slack/places/${place.id}`;
  const change = useMutation({
    mutationFn: (act: Asked | 'no-names') =>
      act === 'remove' ? api.send('DELETE', path) : api.send<SlackPlace | undefined>('PATCH', path, changes[act]),
    onSuccess: () => {
      setAsked(undefined);
      return Promise.all([
        queries.invalidateQueries({ queryKey: [`/companies/${slug}/slack/places`] }),
        queries.invalidateQueries({ queryKey: [`/companies/${slug}/slack/routes`] }),
      ]);
    },
  });

  function ask(act: Asked) {
    change.reset();
    setAsked(act);
  }
  const close = () => setAsked(undefined);
  const asks = { isBusy: change.isPending, thrown: change.error, onClose: close };

  return (
    <>
      <Switch
        label={t('slack.places.names')}
        aria-label={t('slack.places.namesOf', { name })}
        size="md"
        checked={place.hasNames}
        disabled={change.isPending}
        onChange={() => (place.hasNames ? change.mutate('no-names') : ask('names'))}
      />
      {!place.isDefault && (
        <Button
          variant="default"
          onClick={() => ask('default')}
          aria-label={t('slack.places.makeDefaultName', { name })}
        >
          {t('slack.places.makeDefault')}
        </Button>
      )}
      <Button variant="default" onClick={() => ask('remove')} aria-label={t('slack.places.removeName', { name })}>
        {t('slack.places.remove')}
      </Button>
      {asked === undefined && <ProblemNote thrown={change.error} />}
      <NamesQuestion
        {...asks}
        isOpen={asked === 'names'}
        onConfirm={() => change.mutate('names')}
        title={t('slack.places.namesTitle', { name })}
      >
        {warning?.[toLanguage(i18n.language)]}
      </NamesQuestion>
      <ConfirmDanger
        {...asks}
        isOpen={asked === 'default'}
        onConfirm={() => change.mutate('default')}
        title={t('slack.places.defaultTitle', { name })}
        verb={t('slack.places.makeDefault')}
      >
        {t('slack.places.defaultText')}
      </ConfirmDanger>
      <ConfirmDanger
        {...asks}
        isOpen={asked === 'remove'}
        onConfirm={() => change.mutate('remove')}
        title={t('slack.places.removeTitle', { name })}
        verb={t('slack.places.remove')}
      >
        {t(place.isDefault ? 'slack.places.removeDefaultText' : 'slack.places.removeText')}
      </ConfirmDanger>
    </>
  );
}

const changes = {
  names: { hasNames: true, acceptsNamesWarning: true },
  'no-names': { hasNames: false },
  default: { isDefault: true },
} as const satisfies Record<string, SlackPlaceChange>;

interface NamesQuestionProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly isBusy: boolean;
  readonly thrown: unknown;
}

/** What showing names means, and a box that says it was read. */
function NamesQuestion({ isOpen, onClose, title, ...question }: NamesQuestionProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <NamesForm onClose={onClose} {...question} />
    </Modal>
  );
}

function NamesForm({ onClose, onConfirm, children, isBusy, thrown }: Omit<NamesQuestionProps, 'isOpen' | 'title'>) {
  const { t } = useTranslation();
  const [isRead, setRead] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isRead && !isBusy) onConfirm();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Alert color="orange">{children}</Alert>
        <Checkbox
          label={t('slack.places.namesRead')}
          size="md"
          checked={isRead}
          onChange={(event) => setRead(event.currentTarget.checked)}
        />
        <ProblemNote thrown={thrown} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={!isRead} loading={isBusy}>
            {t('slack.places.namesGo')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AddPlace({ slug, onDone }: { readonly slug: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [slackRef, setRef] = useInputState('');
  const path = `/companies/${slug}/slack/places`;
  const add = useMutation({
    mutationFn: () => api.send<AddedSlackPlace>('POST', path, { slackRef: toRef(slackRef) }),
    onSuccess: (place) => {
      onDone();
      notifications.show({ message: t('slack.places.added', { name: toPlaceName(place) }) });
      for (const warning of place.warnings)
        notifications.show({ color: 'orange', autoClose: false, message: t(`slack.places.warning.${warning}`) });
      return queries.invalidateQueries({ queryKey: [path] });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <List size="sm" type="ordered">
          <List.Item>{t('slack.places.step1')}</List.Item>
          <List.Item>{t('slack.places.step2')}</List.Item>
          <List.Item>{t('slack.places.step3')}</List.Item>
        </List>
        <TextInput
          label={t('slack.places.ref')}
          description={t('slack.places.refHelp')}
          placeholder="C0123456789"
          value={slackRef}
          onChange={setRef}
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
        />
        <ProblemNote thrown={add.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {t('slack.places.go')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** An id, or an address that ends in one, as Slack's “copy link” gives it. */
export function toRef(typed: string): string {
  const text = typed.normalize('NFKC').trim();
  return (text.includes('/') ? (/\/([CGUW][A-Z0-9]{6,30})\b/.exec(text)?.[1] ?? text) : text).toUpperCase();
}
