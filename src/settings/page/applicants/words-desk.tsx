import { SimpleGrid, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../api/client.ts';
import { useApi } from '../api/use-api.tsx';
import { AgencyState } from '../company/agency-state.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { PagePreviewPane } from './page-preview.tsx';
import { PublishCard } from './publish-card.tsx';
import type { ApplicantsSearch, PreviewWidth } from './search.ts';
import {
  type AskedPagePreview,
  type ConsentPage,
  isSame,
  noWords,
  type PagePreview,
  type PageWords,
  type PageWordsDesk,
} from './types.ts';
import { VersionList } from './version-list.tsx';
import { WordsForm } from './words-form.tsx';

export interface WordsDeskProps {
  readonly slug: string;
  /** Of the desk, in the API. */
  readonly path: string;
  readonly desk: Tagged<PageWordsDesk>;
  readonly maySet: boolean;
  readonly shown: { readonly page: ConsentPage; readonly width: PreviewWidth };
  readonly onChoose: (next: ApplicantsSearch) => void;
}

/** One language: the words at the left, what they look like at the right, what was said before below. */
export function WordsDesk({ slug, path, desk, maySet, shown, onChoose }: WordsDeskProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const { published, draft, lack } = desk.value;
  const saved = draft?.words ?? published?.words ?? noWords;
  const [typed, setTyped] = useState<{ readonly words: PageWords; readonly etag: string | null }>();
  const words = typed?.words ?? saved;
  const isDirty = !isSame(words, saved);
  const [settled] = useDebouncedValue(words, 300);
  const preview = usePreview(path, { page: shown.page, words: settled });
  const problems = isDirty || draft ? (preview.data?.problems ?? []) : [];
  const refresh = () => queries.invalidateQueries({ queryKey: [path] });
  const save = useMutation({
    mutationFn: () => api.send('PUT', `${path}/draft`, words, typed?.etag),
    onSuccess: async () => {
      await refresh();
      setTyped(undefined);
      notifications.show({ message: t('applicants.saved') });
    },
  });

  function reset() {
    save.reset();
    setTyped(undefined);
  }

  return (
    <Stack gap="lg">
      <AgencyState lack={lack}>
        <ButtonLink variant="default" to="/c/$company/settings" params={{ company: slug }} search={{ tab: 'agency' }}>
          {t('applicants.toAgency')}
        </ButtonLink>
      </AgencyState>
      <PublishCard path={path} desk={desk} isDirty={isDirty} maySet={maySet} onChanged={reset} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <WordsForm
          desk={desk.value}
          words={words}
          problems={problems}
          maySet={maySet}
          onChange={(next) => setTyped({ words: next, etag: typed?.etag ?? desk.etag })}
        />
        <PagePreviewPane preview={preview} shown={shown} onChoose={onChoose} />
      </SimpleGrid>
      <VersionList path={path} etag={desk.etag} maySet={maySet && !isDirty} onRestored={reset} />
      <SaveBar
        isDirty={isDirty}
        isSaving={save.isPending}
        onSave={() => save.mutate()}
        onReset={reset}
        thrown={save.error}
        onReload={() => {
          reset();
          void refresh();
        }}
      />
    </Stack>
  );
}

function usePreview(path: string, asked: AskedPagePreview) {
  const api = useApi();
  return useQuery({
    queryKey: [`${path}/preview`, asked],
    queryFn: () => api.send<PagePreview>('POST', `${path}/preview`, asked),
    placeholderData: keepPreviousData,
  });
}
