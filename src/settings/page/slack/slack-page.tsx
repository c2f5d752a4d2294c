import { Skeleton, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { ConnectCard } from './connect-card.tsx';
import { HoursForm } from './hours-form.tsx';
import { type Tab, tabs } from './kinds.ts';
import { PeopleList } from './people-list.tsx';
import { PlaceList } from './place-list.tsx';
import { RouteEditor } from './route-editor.tsx';
import type { SlackState } from './types.ts';
import { WordingEditor } from './wording-editor.tsx';
import { WorkspaceCard } from './workspace-card.tsx';

const route = getRouteApi('/c/$company/slack');

/** Where notices go, when they arrive, who may act there, and how they are worded. */
export function SlackPage() {
  const { t } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const state = useQuery({
    queryKey: [`/companies/${slug}/slack`],
    queryFn: ({ signal }) => api.getTagged<SlackState>(`/companies/${slug}/slack`, {}, signal),
  });
  return (
    <>
      <PageTitle title={t('nav.slack')} lead={t('slack.lead')} />
      <Stack gap="xl">
        <ProblemNote thrown={state.error} onRetry={() => void state.refetch()} />
        {state.isPending && <Skeleton height={120} radius="lg" />}
        {state.data && <Connected slug={slug} state={state.data.value} etag={state.data.etag} />}
      </Stack>
    </>
  );
}

interface ConnectedProps {
  readonly slug: string;
  readonly state: SlackState;
  readonly etag: string | null;
}

function Connected({ slug, state, etag }: ConnectedProps) {
  const { t, i18n } = useTranslation();
  const maySet = useMay('settings');
  const mayManage = useMay('members');
  const { tab = 'places', kind = 'letters-planned', locale = toLanguage(i18n.language) } = route.useSearch();
  const navigate = route.useNavigate();
  if (state.state === 'none') return <ConnectCard slug={slug} maySet={maySet} />;

  const show = (next: Tab) => void navigate({ search: { tab: next } });
  return (
    <>
      <WorkspaceCard slug={slug} state={state} maySet={maySet} />
      <Tabs value={tab} onChange={(next) => next && show(next as Tab)} keepMounted={false}>
        <Tabs.List mb="lg">
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`slack.tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="places">
          <PlaceList slug={slug} maySet={maySet} />
        </Tabs.Panel>
        <Tabs.Panel value="routes">
          <RouteEditor slug={slug} maySet={maySet} />
        </Tabs.Panel>
        <Tabs.Panel value="hours">
          <HoursForm slug={slug} hours={state.hours} etag={etag} maySet={maySet} />
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <PeopleList slug={slug} mayManage={mayManage} />
        </Tabs.Panel>
        <Tabs.Panel value="wording">
          <WordingEditor
            key={`${kind} ${locale}`}
            slug={slug}
            kind={kind}
            locale={locale}
            maySet={maySet}
            onChoose={(next) => void navigate({ search: { tab, kind, locale, ...next }, replace: true })}
          />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
