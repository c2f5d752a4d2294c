import { Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useConnectionNames } from '../../api/use-connection-names.ts';
import { useConnectionList } from '../use-connection-list.ts';
import { VendorExport, VendorFrame } from '../vendor-card.tsx';
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
  const connections = useConnectionList(slug);
  const senders = connections.data?.filter(({ mode }) => mode !== 'relay-sent') ?? [];
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
            <VendorFrame key={id} mode={mode} title={title}>
              <VendorExport connectionId={id} title={title} locale={locale} template={template} />
              <VendorCheck connectionId={id} />
            </VendorFrame>
          );
        })}
    </Stack>
  );
}
