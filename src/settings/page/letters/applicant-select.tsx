import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import type { ListedLetter } from './types.ts';

export interface ApplicantSelectProps {
  readonly company: string;
  /** null: an invented applicant. */
  readonly letterId: string | null;
  readonly onChange: (letterId: string | null) => void;
}

/** To whom a letter is shown: an invented applicant, or one of the newest real ones. */
export function ApplicantSelect({ company, letterId, onChange }: ApplicantSelectProps) {
  const { t } = useTranslation();
  const newest = useNewest(company);
  return (
    <Select
      label={t('letters.wording.to')}
      w={{ base: '100%', xs: '22rem' }}
      value={letterId ?? 'sample'}
      onChange={(chosen) => onChange(chosen === 'sample' ? null : chosen)}
      data={[
        { value: 'sample', label: t('letters.wording.sample') },
        ...(newest.data ?? []).map((letter) => ({ value: letter.id, label: toLabel(letter) })),
      ]}
      allowDeselect={false}
    />
  );

  function toLabel({ name, isMasked, applicationRef, job }: ListedLetter): string {
    const who = name ?? t(isMasked ? 'letters.masked' : 'letters.nameless');
    return [who, job, applicationRef].filter((part) => part !== null).join(' ・ ');
  }
}

/** A handful of real rejections to try the wording on. */
function useNewest(company: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/letters', 'newest', company],
    queryFn: async ({ signal }) =>
      (await api.get<Listed<ListedLetter>>('/letters', { company, limit: 10 }, signal)).items,
  });
}
