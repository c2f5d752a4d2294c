import { NativeSelect, Skeleton, Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCompany, useMay } from '../api/use-company.ts';
import { useConnections as useNames } from '../api/use-connection-names.ts';
import { useConnections } from '../connections/use-connections.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { MappingEditor } from './mapping-editor.tsx';
import type { MappingSearch } from './search.ts';
import { useOverview } from './use-mapping.ts';

const route = getRouteApi('/c/$company/mapping');

/** What a company's rejection reasons and stages mean, connection by connection. */
export function MappingPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const search = route.useSearch();
  const go = route.useNavigate();
  const names = useNames(slug);
  const connectionId = search.connection ?? names.data?.keys().next().value;

  /** What is not saved stays with its connection: only going to another one is asked about. */
  function change(part: MappingSearch) {
    void go({
      search: (before: MappingSearch) => ({ ...before, ...part }),
      replace: true,
      resetScroll: false,
      ignoreBlocker: part.connection === undefined,
    });
  }

  return (
    <>
      <PageTitle title={t('nav.mapping')} lead={t('mapping.lead')} />
      <Stack gap="lg">
        {names.data && names.data.size > 1 && (
          <NativeSelect
            label={t('mapping.connection')}
            maw="22rem"
            data={[...names.data].map(([value, label]) => ({ value, label }))}
            value={connectionId}
            onChange={({ currentTarget }) => change({ connection: currentTarget.value, show: undefined })}
          />
        )}
        <ProblemNote thrown={names.error} onRetry={() => void names.refetch()} />
        {names.data?.size === 0 && (
          <EmptyState
            title={t('mapping.noConnection')}
            action={
              <ButtonLink to="/c/$company/connections/new" params={{ company: slug }}>
                {t('mapping.connect')}
              </ButtonLink>
            }
          >
            {t('mapping.noConnectionText')}
          </EmptyState>
        )}
        {connectionId !== undefined && (
          <OneConnection key={connectionId} slug={slug} id={connectionId} search={search} onSearch={change} />
        )}
      </Stack>
    </>
  );
}

interface OneConnectionProps {
  readonly slug: string;
  readonly id: string;
  readonly search: MappingSearch;
  readonly onSearch: (change: MappingSearch) => void;
}

function OneConnection({ slug, id, search, onSearch }: OneConnectionProps) {
  const { t } = useTranslation();
  const mayMap = useMay('mapping');
  const overview = useOverview(id);
  const mode = useConnections(slug).data?.find((connection) => connection.id === id)?.mode;
  if (overview.data)
    return (
      <MappingEditor
        slug={slug}
        read={overview.data}
        mayMap={mayMap}
        isSentByAts={mode !== undefined && mode !== 'relay-sent'}
        search={search}
        onSearch={onSearch}
      />
    );
  if (overview.error) return <ProblemNote thrown={overview.error} onRetry={() => void overview.refetch()} />;
  return <Skeleton height={360} radius="lg" role="status" aria-label={t('table.loading')} />;
}
