import {
  Alert,
  Button,
  Group,
  List,
  SegmentedControl,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../api/client.ts';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { PreviewFrame } from '../parts/preview-frame.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { locales, noticeKinds } from './kinds.ts';
import type { AskedPreview, Locale, NoticeKind, NoticePreview, SlackWordingDesk } from './types.ts';

export interface WordingEditorProps {
  readonly slug: string;
  readonly kind: NoticeKind;
  readonly locale: Locale;
  readonly maySet: boolean;
  readonly onChoose: (next: { readonly kind?: NoticeKind; readonly locale?: Locale }) => void;
}

/** One notice in one language: its words beside what Slack will show. */
export function WordingEditor({ slug, kind, locale, maySet, onChoose }: WordingEditorProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/companies/${slug}/slack/wordings/${kind}/${locale}`;
  const desk = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<SlackWordingDesk>(path, {}, signal),
  });
  return (
    <Stack gap="md">
      <Text c="dimmed" maw="44rem">
        {t('slack.wording.lead')}
      </Text>
      <Group gap="md" align="flex-end">
        <Select
          label={t('slack.wording.kind')}
          data={noticeKinds.map((value) => ({ value, label: t(`slack.kind.${value}`) }))}
          value={kind}
          onChange={(chosen) => chosen && onChoose({ kind: chosen })}
          allowDeselect={false}
          w={{ base: '100%', sm: 320 }}
        />
        <SegmentedControl
          aria-label={t('slack.wording.locale')}
          size="md"
          data={locales.map((value) => ({ value, label: t(`slack.locale.${value}`) }))}
          value={locale}
          onChange={(chosen) => onChoose({ locale: locales.find((one) => one === chosen) ?? 'ja' })}
        />
      </Group>
      <ProblemNote thrown={desk.error} onRetry={() => void desk.refetch()} />
      {desk.isPending && <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />}
      {desk.data && <Desk slug={slug} path={path} desk={desk.data} maySet={maySet} />}
    </Stack>
  );
}

interface DeskProps {
  readonly slug: string;
  readonly path: string;
  readonly desk: Tagged<SlackWordingDesk>;
  readonly maySet: boolean;
}

interface Words {
  readonly title: string;
  readonly body: string;
}

const noWords: Words = { title: '', body: '' };

function Desk({ slug, path, desk, maySet }: DeskProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const { kind, locale, own, ours, tokens, longest } = desk.value;
  const saved = own ?? ours ?? noWords;
  const [draft, setDraft] = useState<Words & { readonly etag: string | null }>();
  const words = draft ?? saved;
  const isDirty = words.title !== saved.title || words.body !== saved.body;
  const body = useRef<HTMLTextAreaElement>(null);
  const [shown] = useDebouncedValue(words, 300);
  const isBlank = shown.title === '' && shown.body === '';
  const asked: AskedPreview = {
    kind,
    locale,
    ...(isBlank ? {} : { wording: { title: shown.title, body: shown.body } }),
  };
  const preview = useQuery({
    queryKey: [`/companies/${slug}/slack/preview`, asked],
    queryFn: () => api.send<NoticePreview>('POST', `/companies/${slug}/slack/preview`, asked),
    placeholderData: keepPreviousData,
  });
  const problems = preview.data?.problems ?? [];
  const save = useMutation({
    mutationFn: () => api.send('PUT', path, { title: words.title, body: words.body }, draft?.etag),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [path] });
      setDraft(undefined);
      notifications.show({ message: t('slack.wording.saved') });
    },
  });

  function edit(change: Partial<Words>) {
    setDraft({ title: words.title, body: words.body, etag: draft?.etag ?? desk.etag, ...change });
  }

  function reset() {
    save.reset();
    setDraft(undefined);
  }

  /** Where the cursor stands. */
  function insert(name: string) {
    const field = body.current;
    const token = `{{ ${name} }}`;
    const from = field?.selectionStart ?? words.body.length;
    edit({ body: words.body.slice(0, from) + token + words.body.slice(field?.selectionEnd ?? from) });
    field?.focus();
  }

  return (
    <>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Stack gap="md">
          <Group gap="sm">
            <StatusBadge tone={own ? 'waiting' : 'idle'}>
              {t(own ? 'slack.wording.isOwn' : 'slack.wording.isOurs')}
            </StatusBadge>
            {maySet && own && <BackToOurs path={path} onDone={reset} />}
          </Group>
          {!own && !ours && <Text size="sm">{t('slack.wording.noOurs')}</Text>}
          <TextInput
            label={t('slack.wording.title')}
            value={words.title}
            onChange={(event) => edit({ title: event.currentTarget.value })}
            maxLength={longest.title}
            disabled={!maySet}
          />
          <Textarea
            ref={body}
            label={t('slack.wording.body')}
            description={t('slack.wording.bodyHelp')}
            value={words.body}
            onChange={(event) => edit({ body: event.currentTarget.value })}
            maxLength={longest.body}
            autosize
            minRows={5}
            maxRows={14}
            disabled={!maySet}
          />
          {maySet && (
            <Stack gap="xs" role="group" aria-label={t('slack.wording.tokens')}>
              <Text size="sm" fw={500}>
                {t('slack.wording.tokens')}
              </Text>
              <Group gap="xs">
                {tokens.map(({ name }) => (
                  <Button key={name} variant="default" size="compact-md" ff="monospace" onClick={() => insert(name)}>
                    {name}
                  </Button>
                ))}
              </Group>
            </Stack>
          )}
        </Stack>
        <Stack gap="md">
          <Title order={2}>{t('slack.wording.preview')}</Title>
          <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />
          {isDirty && problems.length > 0 && (
            <Alert color="orange" role="status" title={t('slack.wording.problems')}>
              <List size="sm">
                {problems.map((problem) => (
                  <List.Item key={problem}>
                    <Problem problem={problem} />
                  </List.Item>
                ))}
              </List>
            </Alert>
          )}
          {preview.data && <PreviewFrame html={preview.data.html} title={t('slack.wording.preview')} hasScheme />}
          <Text size="sm" c="dimmed">
            {t('slack.wording.previewText')}
          </Text>
        </Stack>
      </SimpleGrid>
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
    </>
  );
}

const faults = [
  'empty',
  'too-long',
  'token-unknown',
  'token-broken',
  'tag-forbidden',
  'broadcast',
  'control-sequence',
  'outside-link',
] as const;

/** `body: token-unknown naem`, in words. */
function Problem({ problem }: { readonly problem: string }) {
  const { t } = useTranslation();
  const { part, name, found } = /^(?<part>\w+): (?<name>[\w-]+) ?(?<found>.*)$/s.exec(problem)?.groups ?? {};
  const fault = faults.find((one) => one === name);
  if (!fault) return problem;
  return `${t(part === 'title' ? 'slack.wording.title' : 'slack.wording.body')}: ${t(`slack.fault.${fault}`, { found })}`;
}

function BackToOurs({ path, onDone }: { readonly path: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const remove = useMutation({
    mutationFn: () => api.send('DELETE', path),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [path] });
      onDone();
      close();
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('slack.wording.back')}
      </Button>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => remove.mutate()}
        title={t('slack.wording.backTitle')}
        verb={t('slack.wording.back')}
        isBusy={remove.isPending}
        thrown={remove.error}
      >
        {t('slack.wording.backText')}
      </ConfirmDanger>
    </>
  );
}
