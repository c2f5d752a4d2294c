import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCompany, useMay } from '../api/use-company.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { AuditLog } from './audit-log.tsx';
import { DeadWork } from './dead-work.tsx';
import { Deliveries } from './deliveries.tsx';
import { HealthView } from './health-view.tsx';
import { type ActivitySearch, type Tab, tabs } from './types.ts';

const route = getRouteApi('/c/$company/activity');

/** What came in, what is stuck, who did what, and how the system does: a tab each, in the address. */
export function ActivityPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = { replay: useMay('pause'), read: useMay('bodies'), redrive: useMay('settings'), audit: useMay('audit') };
  const tab = search.tab ?? 'deliveries';

  function change(part: ActivitySearch) {
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false });
  }

  function open(chosen: string | null) {
    const found: Tab | undefined = tabs.find((one) => one === chosen && one !== 'deliveries');
    void navigate({ search: { tab: found }, resetScroll: false });
  }

  return (
    <>
      <PageTitle title={t('nav.activity')} lead={t('activity.lead')} />
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="lg">
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one} mih={44}>
              {t(`activity.tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="deliveries">
          <Deliveries
            slug={slug}
            chosen={{ connection: search.connection, status: search.status }}
            onChoose={change}
            mayReplay={may.replay}
            mayRead={may.read}
          />
        </Tabs.Panel>
        <Tabs.Panel value="dead">
          <DeadWork slug={slug} isAllowed={may.redrive} />
        </Tabs.Panel>
        <Tabs.Panel value="audit">
          <AuditLog slug={slug} about={search.about} onAbout={(about) => change({ about })} isAllowed={may.audit} />
        </Tabs.Panel>
        <Tabs.Panel value="health">
          <HealthView slug={slug} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
