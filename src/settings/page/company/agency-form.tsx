import { Paper, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api, Tagged } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SaveBar } from '../parts/save-bar.tsx';
import { Time } from '../parts/time.tsx';
import { AgencyState } from './agency-state.tsx';
import type { PanelProps } from './company-form.tsx';
import { findAgencyFaults, toLicenceNumber } from './rules.ts';
import type { Agency, AgencyDetails } from './types.ts';

export interface AgencyPanelProps extends PanelProps {
  /** Whether it is known already that there is none yet: then it is not asked for, which would be an error in the browser's eyes. */
  readonly isMissing?: boolean;
}

const none: Tagged<Agency | null> = { value: null, etag: null };

/** The agency that introduces: all of it is shown to applicants. */
export function AgencyPanel({ slug, maySet, isMissing = false }: AgencyPanelProps) {
  const { t } = useTranslation();
  const api = useApi();
  const agency = useQuery({ ...agencyQuery(api, slug), enabled: !isMissing });
  const found = agency.data ?? (isMissing ? none : undefined);
  if (agency.error) return <ProblemNote thrown={agency.error} onRetry={() => void agency.refetch()} />;
  if (!found) return <Skeleton height={320} radius="lg" role="status" aria-label={t('table.loading')} />;
  const { value } = found;
  return (
    <Stack gap="md">
      <AgencyState lack={value ? value.lack : 'agency-missing'} />
      <AgencyForm slug={slug} agency={found} maySet={maySet} />
      {value && <TermsCard agency={value} />}
    </Stack>
  );
}

/** null where there is none yet. */
export function agencyQuery(api: Api, slug: string) {
  const path = `/companies/${slug}/agency`;
  return {
    queryKey: [path],
    queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<Tagged<Agency | null>> => {
      try {
        return await api.getTagged<Agency>(path, {}, signal);
      } catch (thrown) {
        if (thrown instanceof ApiProblem && thrown.status === 404) return none;
        throw thrown;
      }
    },
  };
}

const fields = [
  'name',
  'address',
  'representative',
  'licenceNumber',
  'licenceExpiresOn',
  'privacyUrl',
  'registrationUrl',
] as const satisfies readonly (keyof AgencyDetails)[];

const noAgency = Object.fromEntries(fields.map((field) => [field, ''])) as unknown as AgencyDetails; // every field of it

interface AgencyFormProps {
  readonly slug: string;
  readonly agency: Tagged<Agency | null>;
  readonly maySet: boolean;
}

function AgencyForm({ slug, agency, maySet }: AgencyFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const path = `/companies/${slug}/agency`;
  const saved = agency.value ? toDetails(agency.value) : noAgency;
  const [draft, setDraft] = useState<{ readonly details: AgencyDetails; readonly etag: string | null }>();
  const [hasTried, setTried] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const details = draft?.details ?? saved;
  const faults = findAgencyFaults(details);
  const isDirty = fields.some((field) => details[field] !== saved[field]);
  const isAnother = agency.value !== null && toLicenceNumber(details.licenceNumber) !== agency.value.licenceNumber;
  const save = useMutation({
    mutationFn: () => api.send<Agency>('PUT', path, toTrimmed(details), draft?.etag),
    onSuccess: async () => {
      // Also where it was not asked for yet, because there was none.
      await queries.fetchQuery({ ...agencyQuery(api, slug), staleTime: 0 });
      setDraft(undefined);
      setTried(false);
      setAsking(false);
    },
    onError: () => setAsking(false),
  });

  function edit(change: Partial<AgencyDetails>) {
    setDraft({ details: { ...details, ...change }, etag: draft?.etag ?? agency.etag });
  }

  function reset() {
    save.reset();
    setTried(false);
    setDraft(undefined);
  }

  function submit() {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    if (isAnother) setAsking(true);
    else save.mutate();
  }

  return (
    <>
      <Paper withBorder radius="lg" p="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          {fields.map((field) => {
            const fault = faults[field];
            return (
              <TextInput
                key={field}
                type={field === 'licenceExpiresOn' ? 'date' : 'text'}
                label={t(`company.agency.${field}`)}
                description={t(`company.agencyHelp.${field}`)}
                value={details[field]}
                onChange={(event) => edit({ [field]: event.currentTarget.value })}
                error={(hasTried || details[field] !== '') && fault ? t(`company.fault.${fault}`) : undefined}
                maxLength={500}
                disabled={!maySet}
              />
            );
          })}
        </SimpleGrid>
      </Paper>
      <SaveBar
        isDirty={isDirty}
        isSaving={save.isPending}
        onSave={submit}
        onReset={reset}
        thrown={save.error}
        onReload={() => {
          reset();
          void queries.invalidateQueries({ queryKey: [path] });
        }}
      />
      <ConfirmDanger
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => save.mutate()}
        title={t('company.anotherTitle')}
        verb={t('company.anotherGo')}
        isBusy={save.isPending}
      >
        {t('company.anotherText')}
      </ConfirmDanger>
    </>
  );
}

function toDetails(agency: AgencyDetails): AgencyDetails {
  const { name, address, representative, licenceNumber, licenceExpiresOn, privacyUrl, registrationUrl } = agency;
  return { name, address, representative, licenceNumber, licenceExpiresOn, privacyUrl, registrationUrl };
}

function toTrimmed(details: AgencyDetails): AgencyDetails {
  return Object.fromEntries(fields.map((field) => [field, details[field].trim()])) as unknown as AgencyDetails; // the same fields
}

/** What the agency promised. Only operators change it, for it is agreed between companies. */
function TermsCard({ agency }: { readonly agency: Agency }) {
  const { t } = useTranslation();
  const { terms } = agency;
  if (!terms) return null;
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack gap="sm">
        <Title order={2}>{t('company.terms.title')}</Title>
        <Stack component="ul" gap={4} m={0} pl="lg">
          <li>{t('company.terms.perCredit', { number: terms.perCredit })}</li>
          <li>{t(`company.terms.${terms.countsAt}`)}</li>
          <li>{t('company.terms.period', { number: terms.referralPeriodMonths })}</li>
          <li>
            {terms.creditValidMonths === null
              ? t('company.terms.noEnd')
              : t('company.terms.end', { number: terms.creditValidMonths })}
          </li>
        </Stack>
        <Text size="sm" c="dimmed">
          {t('company.terms.version', { number: terms.version })} <Time at={terms.effectiveFrom} show="day" />
        </Text>
        <Text size="sm" c="dimmed">
          {t('company.terms.operator')}
        </Text>
      </Stack>
    </Paper>
  );
}
