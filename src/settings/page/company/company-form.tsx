import { Code, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tagged } from '../api/client.ts';
import { meKey } from '../api/me.ts';
import { useApi } from '../api/use-api.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { DetailsFields, findDetailsFaults } from './details-fields.tsx';
import type { Company, CompanyChange, Details } from './types.ts';

export interface PanelProps {
  readonly slug: string;
  readonly maySet: boolean;
}

export interface CompanyPanelProps extends PanelProps {
  /** Whether the link that an ATS's own mail may carry stands below. */
  readonly hasLink?: boolean;
}

/** Who the sender is, in letters and on the applicants' page. */
export function CompanyPanel({ slug, maySet, hasLink = true }: CompanyPanelProps) {
  const { t } = useTranslation();
  const api = useApi();
  const path = `/companies/${slug}`;
  const company = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => api.getTagged<Company>(path, {}, signal),
  });
  if (company.error) return <ProblemNote thrown={company.error} onRetry={() => void company.refetch()} />;
  if (!company.data) return <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />;
  return (
    <Stack gap="md">
      <CompanyForm path={path} company={company.data} maySet={maySet} />
      {hasLink && <StaticLink link={company.data.value.staticLink} />}
    </Stack>
  );
}

interface CompanyFormProps {
  readonly path: string;
  readonly company: Tagged<Company>;
  readonly maySet: boolean;
}

function CompanyForm({ path, company, maySet }: CompanyFormProps) {
  const api = useApi();
  const queries = useQueryClient();
  const saved = toDetails(company.value);
  const [draft, setDraft] = useState<{ readonly details: Details; readonly etag: string | null }>();
  const details = draft?.details ?? saved;
  const isDirty = JSON.stringify(details) !== JSON.stringify(saved);
  const isSound = Object.keys(findDetailsFaults(details)).length === 0;
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

  return (
    <>
      <Paper withBorder radius="lg" p="lg">
        <Stack gap="lg" maw="40rem">
          <DetailsFields details={details} onChange={edit} maySet={maySet} />
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
    </>
  );
}

/** The link for an ATS's own rejection mail. */
function StaticLink({ link }: { readonly link: string }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack gap="sm">
        <Text fw={600}>{t('company.link')}</Text>
        <Text size="sm" c="dimmed" maw="44rem">
          {t('company.linkText')}
        </Text>
        <Group gap="sm">
          <Code fz="sm">{link}</Code>
          <CopyButton value={link} what={t('company.link')} />
        </Group>
      </Stack>
    </Paper>
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
