import { Box, Group, SegmentedControl, Select, Skeleton, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany } from '../api/use-company.ts';
import { AgencyState } from '../company/agency-state.tsx';
import type { ConsentPreview } from '../company/types.ts';
import { ButtonLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PreviewFrame } from '../parts/preview-frame.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { type ApplicantsSearch, consentPages, previewLocales, previewWidths } from './search.ts';

const route = getRouteApi('/c/$company/applicants-page');

/** What applicants will read, before any of them does. */
export function ApplicantsPage() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const { locale = toLanguage(i18n.language), page = 'ask', width = 'wide' } = route.useSearch();
  const navigate = route.useNavigate();
  const path = `/companies/${slug}/consent-preview`;
  const preview = useQuery({
    queryKey: [path, locale, page],
    queryFn: ({ signal }) => api.get<ConsentPreview>(path, { locale, page }, signal),
    placeholderData: keepPreviousData,
  });
  const choose = (next: ApplicantsSearch) =>
    void navigate({ search: { locale, page, width, ...next }, replace: true, resetScroll: false });

  return (
    <>
      <PageTitle title={t('nav.applicantsPage')} lead={t('applicants.lead')} />
      <Stack gap="lg">
        <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />
        {preview.data && (
          <AgencyState lack={preview.data.lack}>
            <ButtonLink
              variant="default"
              to="/c/$company/settings"
              params={{ company: slug }}
              search={{ tab: 'agency' }}
            >
              {t('applicants.toAgency')}
            </ButtonLink>
          </AgencyState>
        )}
        <Group gap="md" align="flex-end">
          <Select
            label={t('applicants.page')}
            data={consentPages.map((value) => ({ value, label: t(`applicants.pages.${value}`) }))}
            value={page}
            onChange={(chosen) => choose({ page: consentPages.find((one) => one === chosen) })}
            allowDeselect={false}
            w={{ base: '100%', sm: 280 }}
          />
          <SegmentedControl
            aria-label={t('applicants.locale')}
            size="md"
            data={previewLocales.map((value) => ({ value, label: t(`company.language.${value}`) }))}
            value={locale}
            onChange={(chosen) => choose({ locale: previewLocales.find((one) => one === chosen) })}
          />
          <SegmentedControl
            aria-label={t('applicants.width')}
            size="md"
            data={previewWidths.map((value) => ({ value, label: t(`applicants.widths.${value}`) }))}
            value={width}
            onChange={(chosen) => choose({ width: previewWidths.find((one) => one === chosen) })}
          />
        </Group>
        {preview.isPending && <Skeleton height={480} radius="lg" role="status" aria-label={t('table.loading')} />}
        {preview.data && (
          <Box w="100%" maw={width === 'phone' ? 392 : '60rem'} mx="auto">
            <PreviewFrame html={preview.data.html} title={t('applicants.frame')} height="44rem" />
          </Box>
        )}
        <Text size="sm" c="dimmed">
          {t('applicants.note')}
        </Text>
      </Stack>
    </>
  );
}
