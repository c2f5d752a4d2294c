import { Alert, Button, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { useList } from '../api/use-list.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { BatchProgress } from './batch-progress.tsx';
import { LetterDrawer } from './letter-drawer.tsx';
import { LetterFilters } from './letter-filters.tsx';
import { LetterTable } from './letter-table.tsx';
import { isNarrowed, type LetterSearch, toFilter, toView } from './search.ts';
import { TemplateList } from './templates/template-list.tsx';
import type { Connection, Connector, LetterCounts, ListedLetter } from './types.ts';
import { useConnectionList } from './use-connection-list.ts';
import { Wording } from './wording.tsx';

const route = getRouteApi('/c/$company/letters');

/** Every letter: what was sent to whom, when and why; and how the letter is worded. */
export function LettersPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const mayDecide = useMay('letters');
  const maySet = useMay('settings');
  const search = route.useSearch();
  const go = route.useNavigate();
  const connections = useConnectionList(slug);
  const titleOf = useTitles();

  /** Narrowing changes the address in place; what is opened can be left by "back". */
  function change(part: LetterSearch, isStep = false) {
    void go({ search: (before: LetterSearch) => ({ ...before, ...part }), replace: !isStep, resetScroll: false });
  }

  return (
    <>
      <PageTitle title={t('nav.letters')} lead={t('letters.lead')} />
      <Tabs value={search.view ?? 'list'} onChange={(view) => change({ view: toView(view) }, true)} keepMounted={false}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="list">{t('letters.view.list')}</Tabs.Tab>
          <Tabs.Tab value="templates">{t('templates.title')}</Tabs.Tab>
          <Tabs.Tab value="wording">{t('letters.view.wording')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="list">
          <LetterList
            slug={slug}
            search={search}
            onChange={change}
            connections={connections.data}
            titleOf={titleOf}
            mayDecide={mayDecide}
          />
        </Tabs.Panel>
        <Tabs.Panel value="templates">
          <TemplateList slug={slug} maySet={maySet} />
        </Tabs.Panel>
        <Tabs.Panel value="wording">
          <ProblemNote thrown={connections.error} onRetry={() => void connections.refetch()} />
          <Wording company={slug} mayTest={mayDecide} connections={connections.data} titleOf={titleOf} />
        </Tabs.Panel>
      </Tabs>
      <LetterDrawer
        company={slug}
        letterId={search.letter}
        mayDecide={mayDecide}
        onClose={() => change({ letter: undefined })}
        titleOf={titleOf}
      />
    </>
  );
}

interface LetterListProps {
  readonly slug: string;
  readonly search: LetterSearch;
  readonly onChange: (change: LetterSearch, isStep?: boolean) => void;
  readonly connections: readonly Connection[] | undefined;
  readonly titleOf: (connector: string) => string;
  readonly mayDecide: boolean;
}

function LetterList({ slug, search, onChange, connections, titleOf, mayDecide }: LetterListProps) {
  const api = useApi();
  const { name } = useCompany();
  const filter = toFilter(search);
  const pages = useList<ListedLetter>('/letters', { ...filter, company: slug });
  const counts = useQuery({
    queryKey: ['/letters/counts', slug],
    queryFn: ({ signal }) => api.get<LetterCounts>('/letters/counts', { company: slug }, signal),
  });
  const unknown = counts.data?.counts.unknown ?? 0;
  return (
    <Stack gap="lg">
      <BatchProgress company={slug} mayDecide={mayDecide} />
      {unknown > 0 && search.show !== 'unknown' && (
        <UnknownNote count={unknown} onShow={() => onChange({ show: 'unknown' }, true)} />
      )}
      <LetterFilters
        search={search}
        onChange={onChange}
        counts={counts.data?.counts}
        connections={(connections ?? []).map(({ id, connector }) => ({
          value: id,
          label: isAlone(connections, connector) ? titleOf(connector) : `${titleOf(connector)} (${id.slice(-6)})`,
        }))}
      />
      <LetterTable
        key={JSON.stringify(filter)}
        company={slug}
        companyName={name}
        filter={filter}
        pages={pages}
        mayDecide={mayDecide}
        isNarrowed={isNarrowed(search)}
        onOpen={(letter) => onChange({ letter }, true)}
        titleOf={titleOf}
      />
    </Stack>
  );
}

function isAlone(connections: readonly Connection[] | undefined, wanted: string): boolean {
  return (connections ?? []).filter(({ connector }) => connector === wanted).length === 1;
}

/** Of these nobody can tell but a person: they come first. */
function UnknownNote({ count, onShow }: { readonly count: number; readonly onShow: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<CircleAlert aria-hidden />}
      title={t('letters.unknown.some', { count })}
    >
      <Stack gap="sm" align="flex-start">
        {t('letters.unknown.someText')}
        <Button variant="default" onClick={onShow}>
          {t('letters.unknown.show')}
        </Button>
      </Stack>
    </Alert>
  );
}

/** What an ATS is called; its id until that is known. */
function useTitles(): (connector: string) => string {
  const api = useApi();
  const connectors = useQuery({
    queryKey: ['/connectors', 'titles'],
    queryFn: async ({ signal }) => (await api.get<Listed<Connector>>('/connectors', {}, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (wanted) => connectors.data?.find(({ id }) => id === wanted)?.title ?? wanted;
}
