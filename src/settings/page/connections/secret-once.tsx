import { Alert, Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../parts/copy-button.tsx';

export interface CopiedProps {
  readonly label: string;
  readonly value: string;
}

/** A value to be pasted elsewhere. */
export function Copied({ label, value }: CopiedProps) {
  return (
    <Stack gap={4}>
      <Text fw={600}>{label}</Text>
      <Group gap="sm" wrap="wrap">
        <Code fz="sm" px="sm" py={8} flex={1} miw="12rem">
          {value}
        </Code>
        <CopyButton value={value} what={label} />
      </Group>
    </Stack>
  );
}

/** Secrets that are shown now and never again. */
export function SecretsOnce({ secrets }: { readonly secrets: readonly CopiedProps[] }) {
  const { t } = useTranslation();
  return (
    <Alert color="orange" variant="light" role="status" title={t('connections.onceTitle')}>
      <Stack gap="md">
        <Text size="sm">{t('connections.onceText')}</Text>
        {secrets.map(({ label, value }) => (
          <Copied key={label} label={label} value={value} />
        ))}
      </Stack>
    </Alert>
  );
}
