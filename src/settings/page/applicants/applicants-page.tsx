import { Group, SegmentedControl, Skeleton, Stack, useMatches } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { type ApplicantsSearch, type PreviewWidth, previewLocales } from './search.ts';
import type { PageWordsDesk } from './types.ts';
import { WordsDesk } from './words-desk.tsx';

const route = getRouteApi('/c/$company/applicants-page');

/** What applicants read: the company's own words beside ours, before any of them does. */
export function ApplicantsPage() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const maySet = useMay('settings');
  const ownWidth = useMatches<PreviewWidth>({ base: 'phone', sm: 'wide' });
  const { locale = toLanguage(i18n.language), page = 'ask', width = ownWidth } = route.useSearch();
  const navigate = route.useNavigate();
  const path = `/companies/${slug}/applicants-page/${locale}`;
  const desk = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<PageWordsDesk>(path, {}, signal),
  });
  /** Looking at another page loses nothing that was typed; another language would, and asks first. */
  const choose = (next: ApplicantsSearch) =>
    void navigate({
      search: { locale, page, width, ...next },
      replace: true,
      resetScroll: false,
      ignoreBlocker: next.locale === undefined,
    });

  return (
    <>
      <PageTitle title={t('nav.applicantsPage')} lead={t('applicants.lead')} />
      <Stack gap="lg">
        <Group>
          <SegmentedControl
            aria-label={t('applicants.locale')}
            size="md"
            data={previewLocales.map((value) => ({ value, label: t(`company.language.${value}`) }))}
            value={locale}
            onChange={(chosen) => choose({ locale: previewLocales.find((one) => one === chosen) })}
          />
        </Group>
        <ProblemNote thrown={desk.error} onRetry={() => void desk.refetch()} />
        {desk.isPending && <Skeleton height={480} radius="lg" role="status" aria-label={t('table.loading')} />}
        {desk.data && (
          <WordsDesk
            key={path}
            slug={slug}
            path={path}
            desk={desk.data}
            maySet={maySet}
            shown={{ page, width }}
            onChoose={choose}
          />
        )}
      </Stack>
    </>
  );
}
