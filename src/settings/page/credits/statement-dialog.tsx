import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure, useInputState } from '@mantine/hooks';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toLanguage } from '../texts/i18n.ts';

/** The ledger as a file, of all time or of some days. The browser takes it in as it comes, however long it is. */
export function StatementDialog({ company }: { readonly company: string }) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<Download size={18} aria-hidden />} onClick={open}>
        {t('credits.download')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('credits.downloadTitle')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Period company={company} onDone={close} />
      </Modal>
    </>
  );
}

function Period({ company, onDone }: { readonly company: string; readonly onDone: () => void }) {
  const { t, i18n } = useTranslation();
  const [from, setFrom] = useInputState('');
  const [to, setTo] = useInputState('');
  const isBackwards = from !== '' && to !== '' && to < from;
  const asked = { company, locale: toLanguage(i18n.language), ...(from && { from }), ...(to && { to }) };
  return (
    <Stack>
      <Text size="sm">{t('credits.downloadText')}</Text>
      <Group grow>
        <TextInput type="date" label={t('credits.from')} value={from} onChange={setFrom} />
        <TextInput
          type="date"
          label={t('credits.to')}
          value={to}
          onChange={setTo}
          error={isBackwards ? t('credits.backwards') : undefined}
        />
      </Group>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onDone}>
          {t('cancel')}
        </Button>
        {isBackwards ? (
          <Button disabled>{t('credits.download')}</Button>
        ) : (
          <Button
            component="a"
            href={`/api/v1/credits/ledger.csv?${new URLSearchParams(asked)}`}
            download
            onClick={onDone}
          >
            {t('credits.download')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
