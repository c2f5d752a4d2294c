import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.tsx';
import { CardList } from '../../parts/card-list.tsx';
import { ConfirmDanger } from '../../parts/confirm-danger.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { TextLink } from '../../parts/links.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { NewTemplate } from './new-template.tsx';
import type { LetterTemplate, LetterTemplateChange } from './types.ts';
import { templatesKey, useTemplates } from './use-templates.ts';

export interface TemplateListProps {
  readonly slug: string;
  readonly maySet: boolean;
}

/** The standard letter, and the company's own templates with how they stand in each language. */
export function TemplateList({ slug, maySet }: TemplateListProps) {
  const { t } = useTranslation();
  const list = useTemplates(slug);
  const change = useChange();
  const [copied, setCopied] = useState<{ readonly from: LetterTemplate | undefined }>();
  const [archived, setArchived] = useState<LetterTemplate>();
  const live = list.data?.filter(({ isArchived }) => !isArchived);
  const put = list.data?.filter(({ isArchived }) => isArchived) ?? [];
  const hasDefault = live?.some(({ isDefault }) => isDefault) ?? false;
  return (
    <Stack gap="xl">
      <Group justify="space-between" gap="md" align="flex-start">
        <Text c="dimmed" maw="44rem">
          {t('templates.lead')}
        </Text>
        {maySet && (
          <Button leftSection={<Plus size={18} aria-hidden />} onClick={() => setCopied({ from: undefined })}>
            {t('templates.new')}
          </Button>
        )}
      </Group>
      <ProblemNote thrown={change.error} />
      <Standard isDefault={list.data !== undefined && !hasDefault} />
      <Stack gap="md">
        <Title order={2}>{t('templates.own')}</Title>
        <CardList
          label={t('templates.own')}
          list={{ ...list, data: live }}
          rowId={({ id }) => id}
          title={({ id, name }) => (
            <TextLink to="/c/$company/letters/templates/$template" params={{ company: slug, template: id }}>
              {name}
            </TextLink>
          )}
          about={(template) => <States template={template} />}
          {...(maySet && {
            actions: (template: LetterTemplate) => (
              <>
                {(template.isDefault || isPublished(template)) && (
                  <Button
                    variant="default"
                    loading={change.isPending && change.variables.id === template.id}
                    onClick={() => change.mutate({ id: template.id, change: { isDefault: !template.isDefault } })}
                  >
                    {t(template.isDefault ? 'templates.undefault' : 'templates.default')}
                  </Button>
                )}
                <Button variant="default" onClick={() => setCopied({ from: template })}>
                  {t('templates.copy')}
                </Button>
                <Button variant="default" onClick={() => setArchived(template)}>
                  {t('templates.archive')}
                </Button>
              </>
            ),
          })}
          empty={
            <EmptyState title={t('templates.emptyTitle')}>
              {t(maySet ? 'templates.emptyText' : 'templates.emptyLook')}
            </EmptyState>
          }
        />
      </Stack>
      {put.length > 0 && (
        <Stack gap="md">
          <Title order={2}>{t('templates.archived')}</Title>
          <CardList
            label={t('templates.archived')}
            list={{ ...list, data: put }}
            rowId={({ id }) => id}
            title={({ name }) => name}
            about={() => t('templates.archivedText')}
            {...(maySet && {
              actions: ({ id }: LetterTemplate) => (
                <Button variant="default" onClick={() => change.mutate({ id, change: { isArchived: false } })}>
                  {t('templates.unarchive')}
                </Button>
              ),
            })}
            empty={null}
          />
        </Stack>
      )}
      <NewTemplate slug={slug} copied={copied} onClose={() => setCopied(undefined)} />
      <ConfirmDanger
        isOpen={archived !== undefined}
        onClose={() => setArchived(undefined)}
        onConfirm={() =>
          archived &&
          change.mutate({ id: archived.id, change: { isArchived: true } }, { onSuccess: () => setArchived(undefined) })
        }
        title={t('templates.archiveTitle', { name: archived?.name ?? '' })}
        verb={t('templates.archive')}
        isBusy={change.isPending}
        thrown={change.error}
      >
        {t('templates.archiveText')}
      </ConfirmDanger>
    </Stack>
  );
}

function isPublished({ locales }: LetterTemplate): boolean {
  return locales.ja.publishedVersion !== null || locales.en.publishedVersion !== null;
}

/** Ours: always there, and never changed by anybody. */
function Standard({ isDefault }: { readonly isDefault: boolean }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="md">
      <Stack gap="xs">
        <Group gap="sm">
          <Text fw={600}>{t('templates.standard')}</Text>
          {isDefault && <StatusBadge tone="good">{t('templates.isDefault')}</StatusBadge>}
        </Group>
        <Text size="sm" c="dimmed">
          {t('templates.standardText')}
        </Text>
      </Stack>
    </Paper>
  );
}

function States({ template: { isDefault, locales } }: { readonly template: LetterTemplate }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" mt={6}>
      {isDefault && <StatusBadge tone="good">{t('templates.isDefault')}</StatusBadge>}
      {(['ja', 'en'] as const).map((locale) => (
        <StatusBadge key={locale} tone={locales[locale].publishedVersion === null ? 'idle' : 'waiting'}>
          {t(`letters.locale.${locale}`)}: {toState(locales[locale])}
        </StatusBadge>
      ))}
    </Group>
  );

  function toState({ publishedVersion, hasDraft }: LetterTemplate['locales']['ja']): string {
    if (publishedVersion === null) return t('templates.unpublished');
    return t(hasDraft ? 'templates.publishedWithDraft' : 'templates.published', { version: publishedVersion });
  }
}

function useChange() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { readonly id: string; readonly change: LetterTemplateChange }) =>
      api.send<LetterTemplate>('PATCH', `/letter-templates/${id}`, change),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: [templatesKey] }),
        queries.invalidateQueries({ queryKey: ['/letter-template'] }),
      ]),
  });
}
