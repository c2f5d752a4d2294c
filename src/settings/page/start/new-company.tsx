import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meKey } from '../api/me.ts';
import { useApi } from '../api/use-api.tsx';
import { DetailsFields, findDetailsFaults } from '../company/details-fields.tsx';
import type { NewCompany as Asked, Company, Details } from '../company/types.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Frame } from '../sign-in/frame.tsx';
import { toLanguage } from '../texts/i18n.ts';

const slugShape = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The very first screen of an operator without a company. */
export function NewCompany() {
  const { t } = useTranslation();
  return (
    <Frame title={t('start.create.title')} lead={t('start.create.lead')}>
      <NewCompanyForm />
    </Frame>
  );
}

/** Makes a company; its set-up goes on from there. */
export function NewCompanyForm() {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [slug, setSlug] = useState('');
  const [details, setDetails] = useState<Details>({
    name: '',
    postalAddress: '',
    contactEmail: '',
    locale: toLanguage(i18n.language),
  });
  const [hasTried, setTried] = useState(false);
  const typed = slug.normalize('NFKC').trim().toLowerCase();
  const isSlug = slugShape.test(typed);
  const create = useMutation({
    mutationFn: () =>
      api.send<Company>('POST', '/companies', {
        slug: typed,
        locale: details.locale,
        name: details.name.trim(),
        postalAddress: details.postalAddress.trim(),
        contactEmail: details.contactEmail.normalize('NFKC').trim(),
      } satisfies Asked),
    onSuccess: async (company) => {
      // Who one is has changed by it: an owner now.
      await queries.refetchQueries({ queryKey: meKey, type: 'all' });
      await navigate({ to: '/c/$company/start', params: { company: company.slug } });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (isSlug && Object.keys(findDetailsFaults(details)).length === 0) create.mutate();
  }

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <DetailsFields
          details={details}
          onChange={(change) => setDetails({ ...details, ...change })}
          maySet
          tellsBlank={hasTried}
        />
        <TextInput
          label={t('start.create.slug')}
          description={t('start.create.slugHelp')}
          placeholder="sakura-foods"
          value={slug}
          onChange={(event) => setSlug(event.currentTarget.value)}
          error={(hasTried || slug !== '') && !isSlug ? t('start.create.slugFault') : undefined}
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          maxLength={63}
        />
        <ProblemNote thrown={create.error} />
        <Button type="submit" fullWidth loading={create.isPending}>
          {t('start.create.go')}
        </Button>
      </Stack>
    </form>
  );
}
