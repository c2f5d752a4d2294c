import { Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../../api/types.ts';
import { useApi } from '../../api/use-api.tsx';
import { useConnectionNames } from '../../api/use-connection-names.ts';
import type { Connection } from '../types.ts';
import { VendorExport } from '../vendor-card.tsx';
import { VendorCheck } from '../vendor-check.tsx';
import type { LetterTemplate, Locale } from './types.ts';

export interface PasteSectionProps {
  readonly slug: string;
  readonly template: LetterTemplate;
  readonly locale: Locale;
}

/** The published words for each ATS that sends the letter itself; nothing where none does. */
export function PasteSection({ slug, template, locale }: PasteSectionProps) {
  const { t } = useTranslation();
  const names = useConnectionNames(slug);
  const senders = useSenders(slug);
  if (template.isArchived || senders.length === 0) return null;
  return (
    <Stack gap="md" mt="xl" pt="xl">
      <Stack gap={4}>
        <Title order={2}>{t('letters.vendor.title')}</Title>
        <Text c="dimmed">
          {template.locales[locale].publishedVersion === null
            ? t('letters.vendor.unpublished', { locale: t(`letters.locale.${locale}`) })
            : t('letters.vendor.text')}
        </Text>
      </Stack>
      {template.locales[locale].publishedVersion !== null &&
        senders.map(({ id, mode, connector }) => {
          const title = names.get(id) ?? connector;
          return (
            <Paper key={id} withBorder radius="lg" p="lg">
              <Stack gap="md">
                <Stack gap={4}>
                  <Title order={3}>{title}</Title>
                  <Text c="dimmed">{t(`letters.vendor.mode.${mode}`)}</Text>
                </Stack>
                <VendorExport connectionId={id} title={title} locale={locale} template={template} />
                <VendorCheck connectionId={id} />
              </Stack>
            </Paper>
          );
        })}
    </Stack>
  );
}

/** The connections whose ATS sends the letter. */
function useSenders(slug: string): readonly Connection[] {
  const api = useApi();
  const connections = useQuery({
    queryKey: ['/connections', 'all', slug],
    queryFn: async ({ signal }) =>
      (await api.get<Listed<Connection>>('/connections', { company: slug, limit: 200 }, signal)).items,
  });
  return connections.data?.filter(({ mode }) => mode !== 'relay-sent') ?? [];
}
