import { Button, Collapse, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './letters.module.css';
import { isNarrowed, isShow, type LetterSearch, type Show, shows } from './search.ts';
import type { LetterCounts } from './types.ts';
import { toWhy, whys } from './words.ts';

export interface LetterFiltersProps {
  readonly search: LetterSearch;
  readonly onChange: (change: LetterSearch) => void;
  readonly counts: LetterCounts['counts'] | undefined;
  /** Those the company has, by id, with what to call them. */
  readonly connections: readonly { readonly value: string; readonly label: string }[];
}

const typingMs = 400;

/** What narrows the list. What is chosen stands in the address. */
export function LetterFilters({ search, onChange, counts, connections }: LetterFiltersProps) {
  const { t } = useTranslation();
  const { show, connection, reason, job, from, to, q } = search;
  const [isOpen, { toggle }] = useDisclosure([connection, reason, job, from, to].some((value) => value !== undefined));
  const [cleared, setCleared] = useState(0);

  function clear() {
    setCleared(cleared + 1);
    onChange({
      ...{ show: undefined, connection: undefined, reason: undefined, job: undefined },
      ...{ from: undefined, to: undefined, q: undefined },
    });
  }

  return (
    <Stack gap="sm" role="search" aria-label={t('letters.filter.label')}>
      <div className={styles.filters}>
        <Select
          label={t('letters.filter.show')}
          value={show ?? 'all'}
          onChange={(chosen) => onChange({ show: isShow(chosen) ? chosen : undefined })}
          data={[
            { value: 'all', label: t('letters.show.all') },
            ...listShows().map((one) => ({ value: one, label: toShowLabel(one) })),
          ]}
          allowDeselect={false}
        />
        <Typed
          key={`q${cleared}`}
          label={t('letters.filter.q')}
          value={q}
          onType={(text) => onChange({ q: text })}
          inputMode="search"
        />
        <Button
          variant="default"
          leftSection={<SlidersHorizontal size={18} aria-hidden />}
          onClick={toggle}
          aria-expanded={isOpen}
        >
          {t('letters.filter.more')}
        </Button>
        {isNarrowed(search) && (
          <Button variant="subtle" onClick={clear}>
            {t('letters.filter.clear')}
          </Button>
        )}
      </div>
      <Collapse expanded={isOpen}>
        <div className={styles.filters}>
          <Select
            label={t('letters.filter.connection')}
            placeholder={t('letters.filter.any')}
            value={connection ?? null}
            onChange={(chosen) => onChange({ connection: chosen ?? undefined })}
            data={[...connections]}
            clearable
          />
          <Select
            label={t('letters.filter.reason')}
            placeholder={t('letters.filter.any')}
            value={reason ?? null}
            onChange={(chosen) => onChange({ reason: chosen ?? undefined })}
            data={whys.map((why) => ({ value: why, label: toWhy(t, why) }))}
            searchable
            clearable
          />
          <Typed
            key={`job${cleared}`}
            label={t('letters.filter.job')}
            value={job}
            onType={(text) => onChange({ job: text })}
          />
          <TextInput
            type="date"
            label={t('letters.filter.from')}
            value={from ?? ''}
            max={to}
            onChange={({ currentTarget }) => onChange({ from: currentTarget.value || undefined })}
          />
          <TextInput
            type="date"
            label={t('letters.filter.to')}
            value={to ?? ''}
            min={from}
            onChange={({ currentTarget }) => onChange({ to: currentTarget.value || undefined })}
          />
        </div>
      </Collapse>
    </Stack>
  );

  function toShowLabel(one: Show): string {
    const statuses: readonly (keyof LetterCounts['counts'])[] = shows[one];
    const count = statuses.reduce((sum, status) => sum + (counts?.[status] ?? 0), 0);
    const label = t(`letters.show.${one}`);
    return counts ? `${label} · ${count}` : label;
  }
}

function listShows(): readonly Show[] {
  return Object.keys(shows).filter(isShow);
}

interface TypedProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onType: (text: string | undefined) => void;
  readonly inputMode?: 'search';
}

/** Asks once one has stopped typing. */
function Typed({ label, value, onType, inputMode }: TypedProps) {
  const [text, setText] = useState(value ?? '');
  const tell = useDebouncedCallback((typed: string) => onType(typed.normalize('NFKC').trim() || undefined), typingMs);
  return (
    <TextInput
      label={label}
      value={text}
      {...(inputMode && { inputMode })}
      onChange={({ currentTarget }) => {
        setText(currentTarget.value);
        tell(currentTarget.value);
      }}
    />
  );
}
