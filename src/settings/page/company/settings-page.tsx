import { Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCompany, useMay } from '../api/use-company.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { AgencyPanel } from './agency-form.tsx';
import { CompanyPanel } from './company-form.tsx';
import { DataPanel } from './data-panel.tsx';
import { settingsTabs } from './tabs.ts';

const route = getRouteApi('/c/$company/settings');

/** The company's own details, the agency it works with, and what is held of it. */
export function SettingsPage() {
  const { t } = useTranslation();
  const { slug, name } = useCompany();
  const maySet = useMay('settings');
  const mayManage = useMay('members');
  const { tab = 'company' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageTitle title={t('nav.settings')} lead={t('company.lead')} />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: settingsTabs.find((one) => one === next) } })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {settingsTabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {one === 'data' ? t('data.tab') : t(`company.tab.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="company">
          <CompanyPanel slug={slug} maySet={maySet} />
        </Tabs.Panel>
        <Tabs.Panel value="agency">
          <AgencyPanel slug={slug} maySet={maySet} />
        </Tabs.Panel>
        <Tabs.Panel value="data">
          <DataPanel slug={slug} name={name} mayManage={mayManage} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
