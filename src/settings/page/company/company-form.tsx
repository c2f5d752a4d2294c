import { Code, Group, Paper, Radio, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../api/client.ts';
import { meKey } from '../api/me.ts';
import { useApi } from '../api/use-api.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { findEmailFault, findLineFault } from './rules.ts';
import type { Company, CompanyChange } from './types.ts';

export interface PanelProps {
  readonly slug: string;
  readonly maySet: boolean;
}

/** Who the sender is, in letters and on the applicants' page. */
export function CompanyPanel({ slug, maySet }: PanelProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/companies/${slug}`;
  const company = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<Company>(path, {}, signal),
  });
  if (company.error) return <ProblemNote thrown={company.error} onRetry={() => void company.refetch()} />;
  if (!company.data) return <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />;
  return <CompanyForm path={path} company={company.data} maySet={maySet} />;
}

type Details = Pick<Company, 'name' | 'locale' | 'postalAddress' | 'contactEmail'>;

interface CompanyFormProps {
  readonly path: string;
  readonly company: Tagged<Company>;
  readonly maySet: boolean;
}

function CompanyForm({ path, company, maySet }: CompanyFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const saved = toDetails(company.value);
  const [draft, setDraft] = useState<{ readonly details: Details; readonly etag: string | null }>();
  const details = draft?.details ?? saved;
  const isDirty = JSON.stringify(details) !== JSON.stringify(saved);
  const faults = {
    name: findLineFault(details.name),
    postalAddress: findLineFault(details.postalAddress),
    contactEmail: findEmailFault(details.contactEmail),
  };
  const isSound = Object.values(faults).every((fault) => fault === undefined);
  const save = useMutation({
    mutationFn: () => api.send<Company>('PATCH', path, toChange(saved, details), draft?.etag),
    onSuccess: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: [path] }),
        queries.invalidateQueries({ queryKey: meKey }),
      ]);
      setDraft(undefined);
    },
  });

  function edit(change: Partial<Details>) {
    setDraft({ details: { ...details, ...change }, etag: draft?.etag ?? company.etag });
  }

  function reset() {
    save.reset();
    setDraft(undefined);
  }

  const tell = (name: keyof typeof faults) => (faults[name] ? t(`company.fault.${faults[name]}`) : undefined);
  return (
    <Stack gap="md">
      <Paper withBorder radius="lg" p="lg">
        <Stack gap="lg" maw="40rem">
          <TextInput
            label={t('company.name')}
            description={t('company.nameHelp')}
            value={details.name}
            onChange={(event) => edit({ name: event.currentTarget.value })}
            error={tell('name')}
            maxLength={200}
            disabled={!maySet}
          />
          <Textarea
            label={t('company.address')}
            description={t('company.addressHelp')}
            value={details.postalAddress}
            // One line: it stands in mails.
            onChange={(event) => edit({ postalAddress: event.currentTarget.value.replaceAll(/\s*\n\s*/g, ' ') })}
            error={tell('postalAddress')}
            maxLength={500}
            autosize
            disabled={!maySet}
          />
          <TextInput
            label={t('company.email')}
            description={t('company.emailHelp')}
            inputMode="email"
            value={details.contactEmail}
            onChange={(event) => edit({ contactEmail: event.currentTarget.value })}
            error={tell('contactEmail')}
            maxLength={254}
            disabled={!maySet}
          />
          <Radio.Group
            label={t('company.locale')}
            description={t('company.localeHelp')}
            size="md"
            value={details.locale}
            onChange={(chosen) => edit({ locale: chosen === 'en' ? 'en' : 'ja' })}
          >
            <Group gap="lg" mt="xs">
              {(['ja', 'en'] as const).map((value) => (
                <Radio key={value} value={value} size="md" label={t(`company.language.${value}`)} disabled={!maySet} />
              ))}
            </Group>
          </Radio.Group>
        </Stack>
      </Paper>
      <Paper withBorder radius="lg" p="lg">
        <Stack gap="sm">
          <Text fw={600}>{t('company.link')}</Text>
          <Text size="sm" c="dimmed" maw="44rem">
            {t('company.linkText')}
          </Text>
          <Group gap="sm">
            <Code fz="sm">{company.value.staticLink}</Code>
            <CopyButton value={company.value.staticLink} what={t('company.link')} />
          </Group>
        </Stack>
      </Paper>
      <SaveBar
        isDirty={isDirty}
        isSaving={save.isPending}
        onSave={() => isSound && save.mutate()}
        onReset={reset}
        thrown={save.error}
        onReload={() => {
          reset();
          void queries.invalidateQueries({ queryKey: [path] });
        }}
      />
    </Stack>
  );
}

function toDetails({ name, locale, postalAddress, contactEmail }: Details): Details {
  return { name, locale, postalAddress, contactEmail };
}

/** Only what was changed: the log tells which. */
function toChange(saved: Details, { name, locale, postalAddress, contactEmail }: Details): CompanyChange {
  return {
    ...(name === saved.name ? {} : { name: name.trim() }),
    ...(locale === saved.locale ? {} : { locale }),
    ...(postalAddress === saved.postalAddress ? {} : { postalAddress: postalAddress.trim() }),
    ...(contactEmail === saved.contactEmail ? {} : { contactEmail: contactEmail.normalize('NFKC').trim() }),
  };
}
