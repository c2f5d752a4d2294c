import { Skeleton, Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.ts';
import { useCompany } from '../api/use-company.ts';
import { NotFound } from '../parts/fallbacks.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Actions } from './actions.tsx';
import { BackLink } from './back-link.tsx';
import { FilesTab } from './files-tab.tsx';
import { LettersTab } from './letters-tab.tsx';
import { PastTab } from './past-tab.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { StateBadge } from './state-badge.tsx';
import { StateTab } from './state-tab.tsx';
import { type Tab, tabs } from './tabs.ts';
import type { Connection, Connector } from './types.ts';
import { useConnection, useConnectors } from './use-connections.ts';

const route = getRouteApi('/c/$company/connections/$connection');

/** What every part of the page is handed. */
export interface PartProps {
  readonly connector: Connector;
  readonly connection: Connection;
  /** The version it was read in. */
  readonly etag: string | null;
}

/** One connection: how it fares, how its letters go, its settings, its files and its past. */
export function ConnectionPage() {
  const { connection: id } = route.useParams();
  const { id: companyId } = useCompany();
  const found = useConnection(id);
  const connectors = useConnectors();
  const thrown = found.error ?? connectors.error;
  if (found.error && [400, 404].includes(toProblem(found.error).status)) return <NotFound />;
  if (found.data && found.data.value.companyId !== companyId) return <NotFound />;
  const connector = connectors.data?.find((one) => one.id === found.data?.value.connector);
  return (
    <>
      <BackLink />
      {thrown && !found.data && (
        <ProblemNote
          thrown={thrown}
          onRetry={() => {
            void found.refetch();
            void connectors.refetch();
          }}
        />
      )}
      {found.data && connector ? (
        <Parts connector={connector} connection={found.data.value} etag={found.data.etag} />
      ) : (
        !thrown && <Skeleton height={360} radius="lg" />
      )}
    </>
  );
}

function Parts(props: PartProps) {
  const { t } = useTranslation();
  const { connector, connection } = props;
  const { tab = 'state' } = route.useSearch();
  const navigate = route.useNavigate();
  const offered = tabs.filter((one) => isOffered(one, connector));
  const open = offered.includes(tab) ? tab : 'state';
  return (
    <>
      <PageTitle
        title={connector.title}
        lead={
          <>
            <StateBadge connection={connection} /> {t(`connections.stateText.${connection.state}`)}
          </>
        }
      >
        <Actions {...props} />
      </PageTitle>
      <Tabs
        value={open}
        onChange={(chosen) =>
          void navigate({
            search: { tab: chosen === 'state' ? undefined : tabs.find((one) => one === chosen) },
            resetScroll: false,
          })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {offered.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`connections.tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {offered.map((one) => {
          const Part = parts[one];
          return (
            <Tabs.Panel key={one} value={one}>
              <Part {...props} />
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </>
  );
}

const parts = {
  state: StateTab,
  letters: LettersTab,
  settings: SettingsTab,
  files: FilesTab,
  past: PastTab,
} as const satisfies Record<Tab, (props: PartProps) => unknown>;

function isOffered(tab: Tab, { waysIn, fields }: Connector): boolean {
  if (tab === 'files') return waysIn.includes('file');
  if (tab === 'past') return waysIn.includes('poll') || waysIn.includes('file');
  return tab !== 'settings' || fields.length > 0;
}
