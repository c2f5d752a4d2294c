import { Alert, Group, List, Skeleton, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../../api/client.ts';
import { useApi } from '../../api/use-api.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { SaveBar } from '../../parts/save-bar.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { toLanguage } from '../../texts/i18n.ts';
import { BlockList } from './block-list.tsx';
import { DraftActs } from './draft-acts.tsx';
import { type Edited, isSame, limits, toEdited, toWording } from './edit.ts';
import styles from './editor.module.css';
import { LivePreview } from './live-preview.tsx';
import { TypedField } from './typed-field.tsx';
import type { LetterDraft, LetterTemplate, Locale, WordingFault, WordingPreview } from './types.ts';

export interface DraftEditorProps {
  readonly slug: string;
  readonly template: LetterTemplate;
  readonly locale: Locale;
  readonly maySet: boolean;
  readonly mayTest: boolean;
}

/** One language of a template: its blocks beside the mail they make. */
export function DraftEditor(props: DraftEditorProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = toDraftPath(props.template.id, props.locale);
  const desk = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<LetterDraft>(path, {}, signal),
  });
  if (desk.error) return <ProblemNote thrown={desk.error} onRetry={() => void desk.refetch()} />;
  if (!desk.data) return <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />;
  return <Editor key={path} {...props} path={path} desk={desk.data} />;
}

export function toDraftPath(templateId: string, locale: Locale): string {
  return `/letter-templates/${templateId}/drafts/${locale}`;
}

interface EditorProps extends DraftEditorProps {
  readonly path: string;
  readonly desk: Tagged<LetterDraft>;
}

function Editor({ slug, template, locale, maySet: mayChange, mayTest, path, desk }: EditorProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const maySet = mayChange && !template.isArchived;
  const saved = useMemo(() => toEdited(desk.value), [desk.value]);
  const [draft, setDraft] = useState<Edited & { readonly etag: string | null }>();
  const [letterId, setLetterId] = useState<string | null>(null);
  const edited = draft ?? saved;
  const wording = toWording(edited);
  const isDirty = !isSame(wording, desk.value);
  const preview = usePreview(slug, locale, edited, letterId);
  // Of words that are being typed what was found a moment ago still says the most.
  const faults = preview.data?.faults ?? desk.value.faults;
  const save = useMutation({
    mutationFn: () => api.send<LetterDraft>('PUT', path, wording, draft?.etag),
    onSuccess: async () => {
      await renew();
      notifications.show({ message: t('templates.saved') });
    },
  });

  async function renew() {
    await Promise.all([
      queries.invalidateQueries({ queryKey: [path] }),
      queries.invalidateQueries({ queryKey: ['/letter-templates'] }),
      queries.invalidateQueries({ queryKey: [`/letter-templates/${template.id}`] }),
      queries.invalidateQueries({ queryKey: [`/letter-templates/${template.id}/versions/${locale}`] }),
      queries.invalidateQueries({ queryKey: ['/letter-template'] }),
    ]);
    reset();
  }

  function reset() {
    save.reset();
    setDraft(undefined);
  }

  const change = (changed: Edited) => setDraft({ ...changed, etag: draft?.etag ?? desk.etag });

  return (
    <>
      <Stack gap="lg">
        <Group justify="space-between" gap="md">
          <DraftState desk={desk.value} template={template} />
          <DraftActs
            template={template}
            desk={{ ...desk, value: { ...desk.value, faults: isDirty ? faults : desk.value.faults } }}
            path={path}
            letterId={letterId}
            isDirty={isDirty}
            maySet={maySet}
            mayTest={mayTest}
            onDone={renew}
          />
        </Group>
        <div className={styles.desk}>
          <Stack gap="lg">
            <LetterFaults faults={faults} />
            <TypedField
              label={t('templates.subject')}
              value={edited.subject}
              onChange={(subject) => change({ ...edited, subject })}
              longest={limits.subject}
              fault={useFaultWords(faults.filter(({ at }) => at === 'subject'))}
              isReadOnly={!maySet}
              lang={locale}
            />
            <BlockList edited={edited} locale={locale} faults={faults} maySet={maySet} onChange={change} />
          </Stack>
          <LivePreview slug={slug} locale={locale} preview={preview} letterId={letterId} onChoose={setLetterId} />
        </div>
      </Stack>
      <SaveBar
        isDirty={isDirty}
        isSaving={save.isPending}
        onSave={() => save.mutate()}
        onReset={reset}
        thrown={save.error}
        onReload={() => void renew()}
      />
    </>
  );
}

/** The mail that these words make, asked for when typing pauses. */
function usePreview(slug: string, locale: Locale, edited: Edited, letterId: string | null) {
  const api = useApi();
  const [shown] = useDebouncedValue(edited, 400);
  const asked = { company: slug, locale, wording: toWording(shown), ...(letterId !== null && { letterId }) };
  return useQuery({
    queryKey: ['/letter-templates/preview', asked],
    queryFn: () => api.send<WordingPreview>('POST', '/letter-templates/preview', asked),
    placeholderData: keepPreviousData,
  });
}

function useFaultWords(faults: readonly WordingFault[]): string {
  const { i18n } = useTranslation();
  return faults.map(({ message }) => message[toLanguage(i18n.language)]).join(' ');
}

/** What the letter as a whole lacks; what concerns a block stands there. */
function LetterFaults({ faults }: { readonly faults: readonly WordingFault[] }) {
  const { t, i18n } = useTranslation();
  const own = faults.filter(({ at }) => at === 'letter');
  if (own.length === 0) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      role="status"
      icon={<CircleAlert aria-hidden />}
      title={t('templates.faults')}
    >
      <List size="sm">
        {own.map(({ code, message }) => (
          <List.Item key={code}>{message[toLanguage(i18n.language)]}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

function DraftState({ desk, template }: { readonly desk: LetterDraft; readonly template: LetterTemplate }) {
  const { t } = useTranslation();
  const { publishedVersion } = template.locales[desk.locale];
  return (
    <Group gap="xs">
      {template.isArchived && <StatusBadge tone="idle">{t('templates.archived')}</StatusBadge>}
      {template.isDefault && <StatusBadge tone="good">{t('templates.isDefault')}</StatusBadge>}
      <StatusBadge tone={publishedVersion === null ? 'idle' : 'good'}>
        {publishedVersion === null
          ? t('templates.unpublished')
          : t('templates.published', { version: publishedVersion })}
      </StatusBadge>
      {desk.isDraft && <StatusBadge tone="waiting">{t('templates.draft', { version: desk.version })}</StatusBadge>}
    </Group>
  );
}
