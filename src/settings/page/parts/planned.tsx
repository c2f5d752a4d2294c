import { useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { navigation } from '../navigation.ts';
import { EmptyState } from './empty-state.tsx';
import { PageTitle } from './page-title.tsx';

/** Holds the place of a page that is not there yet. */
export function Planned() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const name = navigation.find(({ to }) => pathname.endsWith(to.slice(to.lastIndexOf('/'))))?.name ?? 'dashboard';
  return (
    <>
      <PageTitle title={t(`nav.${name}`)} />
      <EmptyState title={t('planned.title')}>{t('planned.text')}</EmptyState>
    </>
  );
}
