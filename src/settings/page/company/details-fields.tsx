import { Group, Radio, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Fault, findEmailFault, findLineFault } from './rules.ts';
import type { Details } from './types.ts';

/** What keeps the sender's details from being saved; {} when nothing does. */
export function findDetailsFaults({
  name,
  postalAddress,
  contactEmail,
}: Details): Partial<Record<keyof Details, Fault>> {
  const faults = {
    name: findLineFault(name),
    postalAddress: findLineFault(postalAddress),
    contactEmail: findEmailFault(contactEmail),
  };
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== undefined));
}

export interface DetailsFieldsProps {
  readonly details: Details;
  readonly onChange: (change: Partial<Details>) => void;
  readonly maySet: boolean;
  /** Whether an empty field is told of: not before somebody wanted to save. */
  readonly tellsBlank?: boolean;
}

/** Who the sender is: the fields of a new company and of one that is there. */
export function DetailsFields({ details, onChange, maySet, tellsBlank = true }: DetailsFieldsProps) {
  const { t } = useTranslation();
  const faults = findDetailsFaults(details);
  const tell = (name: keyof Details) => {
    const fault = faults[name];
    return fault && (tellsBlank || details[name] !== '') ? t(`company.fault.${fault}`) : undefined;
  };
  return (
    <>
      <TextInput
        label={t('company.name')}
        description={t('company.nameHelp')}
        value={details.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={tell('name')}
        maxLength={200}
        disabled={!maySet}
      />
      <Textarea
        label={t('company.address')}
        description={t('company.addressHelp')}
        value={details.postalAddress}
        // One line: it stands in mails.
        onChange={(event) => onChange({ postalAddress: event.currentTarget.value.replaceAll(/\s*\n\s*/g, ' ') })}
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
        onChange={(event) => onChange({ contactEmail: event.currentTarget.value })}
        error={tell('contactEmail')}
        maxLength={254}
        disabled={!maySet}
      />
      <Radio.Group
        label={t('company.locale')}
        description={t('company.localeHelp')}
        size="md"
        value={details.locale}
        onChange={(chosen) => onChange({ locale: chosen === 'en' ? 'en' : 'ja' })}
      >
        <Group gap="lg" mt="xs">
          {(['ja', 'en'] as const).map((value) => (
            <Radio key={value} value={value} size="md" label={t(`company.language.${value}`)} disabled={!maySet} />
          ))}
        </Group>
      </Radio.Group>
    </>
  );
}
