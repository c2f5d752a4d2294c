import { Box, Group, SegmentedControl, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PreviewFrame } from '../parts/preview-frame.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type ApplicantsSearch, consentPages, type PreviewWidth, previewWidths } from './search.ts';
import type { ConsentPage, PagePreview } from './types.ts';

export interface PagePreviewPaneProps {
  readonly preview: UseQueryResult<PagePreview>;
  readonly shown: { readonly page: ConsentPage; readonly width: PreviewWidth };
  readonly onChoose: (next: ApplicantsSearch) => void;
}

/** The page as an invented applicant gets it, at each step, on a phone and wide. */
export function PagePreviewPane({ preview, shown: { page, width }, onChoose }: PagePreviewPaneProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="md" component="section" aria-label={t('applicants.preview')} style={besideTheForm}>
      <Title order={2}>{t('applicants.preview')}</Title>
      <Group gap="md" align="flex-end">
        <Select
          label={t('applicants.page')}
          data={consentPages.map((value) => ({ value, label: t(`applicants.pages.${value}`) }))}
          value={page}
          onChange={(chosen) => onChoose({ page: consentPages.find((one) => one === chosen) })}
          allowDeselect={false}
          w={{ base: '100%', xs: 240 }}
        />
        <SegmentedControl
          aria-label={t('applicants.width')}
          size="md"
          data={previewWidths.map((value) => ({ value, label: t(`applicants.widths.${value}`) }))}
          value={width}
          onChange={(chosen) => onChoose({ width: previewWidths.find((one) => one === chosen) })}
        />
      </Group>
      <ProblemNote thrown={preview.error} onRetry={() => void preview.refetch()} />
      {preview.isPending && <Skeleton height={480} radius="lg" role="status" aria-label={t('table.loading')} />}
      {preview.data && <Frame html={preview.data.html} width={width} />}
      <Text size="sm" c="dimmed">
        {t('applicants.note')}
      </Text>
    </Stack>
  );
}

/** In sight while one goes through the form; where they stand one below the other it has nothing to stick to. */
const besideTheForm = {
  position: 'sticky',
  alignSelf: 'start',
  top: 'calc(var(--app-shell-header-height, 0px) + 1rem)',
} as const;

/** In CSS pixels. */
const widthOf = { wide: 900, phone: 390 } as const satisfies Record<PreviewWidth, number>;
const heightOf = 620;

/** As wide as on the screen it stands for, made smaller where there is no room for that. */
function Frame({ html, width }: { readonly html: string; readonly width: PreviewWidth }) {
  const { t } = useTranslation();
  const { ref, width: room } = useElementSize();
  const full = widthOf[width];
  const scale = room === 0 ? 1 : Math.min(1, room / full);
  return (
    <Box ref={ref} h={heightOf} style={{ overflow: 'hidden' }}>
      <Box w={full} style={{ transform: `scale(${scale})`, transformOrigin: 'top left' }}>
        <PreviewFrame html={html} title={t('applicants.frame')} height={`${heightOf / scale}px`} />
      </Box>
    </Box>
  );
}
