import { Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../parts/empty-state.tsx';
import { toLanguage } from '../texts/i18n.ts';
import { ApplicantSelect } from './applicant-select.tsx';
import { LocaleSelect, TestMail } from './letter-drawer.tsx';
import { MailPreview } from './mail-preview.tsx';
import { useTemplates } from './templates/use-templates.ts';
import type { Connection } from './types.ts';
import { VendorCard } from './vendor-card.tsx';

type Locale = 'ja' | 'en';

export interface WordingProps {
  readonly company: string;
  readonly mayTest: boolean;
  readonly connections: readonly Connection[] | undefined;
  readonly titleOf: (connector: string) => string;
}

/** How the letter is worded, with an invented applicant or a real rejection, and how it gets into the ATSs. */
export function Wording({ company, mayTest, connections, titleOf }: WordingProps) {
  const { t, i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>(toLanguage(i18n.language));
  const [letterId, setLetterId] = useState<string | null>(null);
  const templates = useTemplates(company);
  return (
    <Stack gap="xl">
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2}>{t('letters.wording.title')}</Title>
          <Text c="dimmed">{t('letters.wording.text')}</Text>
        </Stack>
        <Group gap="md" align="flex-end">
          <ApplicantSelect company={company} letterId={letterId} onChange={setLetterId} />
          <LocaleSelect value={locale} onChange={setLocale} />
        </Group>
        {letterId === null ? (
          <MailPreview path="/letter-template" query={{ company, locale }} saysKind={false} />
        ) : (
          <MailPreview path={`/letters/${letterId}/preview`} query={{ locale }} saysKind />
        )}
        {mayTest && letterId !== null && <TestMail letterId={letterId} locale={locale} />}
        {mayTest && letterId === null && (
          <Text size="sm" c="dimmed">
            {t('letters.wording.testHow')}
          </Text>
        )}
      </Stack>
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2}>{t('letters.vendor.title')}</Title>
          <Text c="dimmed">{t('letters.vendor.text')}</Text>
        </Stack>
        {connections?.length === 0 && (
          <EmptyState title={t('letters.vendor.emptyTitle')}>{t('letters.vendor.emptyText')}</EmptyState>
        )}
        {connections?.map((connection) => (
          <VendorCard
            key={connection.id}
            connection={connection}
            title={titleOf(connection.connector)}
            locale={locale}
            slug={company}
            // Where they cannot be read the standard letter is still there.
            templates={templates.data ?? (templates.isError ? [] : undefined)}
          />
        ))}
      </Stack>
    </Stack>
  );
}
