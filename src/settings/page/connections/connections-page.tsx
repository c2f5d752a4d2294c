import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCompany, useMay } from '../api/use-company.ts';
import { CardList } from '../parts/card-list.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ButtonLink, TextLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Time } from '../parts/time.tsx';
import { StateBadge } from './state-badge.tsx';
import type { Connection } from './types.ts';
import { useConnections, useConnectors, useHealth, useWords } from './use-connections.ts';

/** The company's ATSs, each with its state and what came in last. */
export function ConnectionsPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const maySet = useMay('settings');
  const list = useConnections(slug);
  const connectors = useConnectors();
  const toTitle = (id: string) => connectors.data?.find((one) => one.id === id)?.title ?? id;
  const add = maySet ? (
    <ButtonLink to="/c/$company/connections/new" params={{ company: slug }}>
      {t('connections.add')}
    </ButtonLink>
  ) : undefined;
  const hasSome = (list.data?.length ?? 0) > 0;
  return (
    <>
      <PageTitle title={t('nav.connections')} lead={t('connections.lead')}>
        {hasSome && add}
      </PageTitle>
      <CardList
        label={t('nav.connections')}
        list={list}
        rowId={({ id }) => id}
        title={(connection) => (
          <>
            <TextLink
              to="/c/$company/connections/$connection"
              params={{ company: slug, connection: connection.id }}
              mr="sm"
            >
              {toTitle(connection.connector)}
            </TextLink>
            <StateBadge connection={connection} />
          </>
        )}
        about={(connection) => <About connection={connection} />}
        empty={
          <EmptyState title={t('connections.emptyTitle')} action={add}>
            {t(maySet ? 'connections.emptyText' : 'connections.emptyOwner')}
          </EmptyState>
        }
      />
    </>
  );
}

function About({ connection: { id } }: { readonly connection: Connection }) {
  const { t } = useTranslation();
  const words = useWords();
  const { data } = useHealth(id);
  if (!data) return t('connections.reading');
  if (data.failing)
    return (
      <Text span inherit>
        {words(data.failing)}
      </Text>
    );
  const heard = [
    ['lastDelivery', data.lastDeliveryAt],
    ['lastPoll', data.lastPolledAt],
    ['lastImport', data.lastImportAt],
  ] as const;
  const told = heard.filter(([, at]) => at !== null);
  if (told.length === 0) return t('connections.nothingYet');
  return told.map(([name, at], index) => (
    <span key={name}>
      {index > 0 && ' ・ '}
      {t(`connections.${name}`)} <Time at={at} />
    </span>
  ));
}
