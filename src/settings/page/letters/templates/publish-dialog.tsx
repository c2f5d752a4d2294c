import { Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { toLanguage } from '../../texts/i18n.ts';
import type { DraftActsProps } from './draft-acts.tsx';

export interface PublishDialogProps extends Pick<DraftActsProps, 'template' | 'desk' | 'path' | 'onDone'> {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

const reasonAtLeast = 10;

/** Says from when on letters use it, or what must be mended first. */
export function PublishDialog(props: PublishDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={props.isOpen}
      onClose={props.onClose}
      title={t('templates.publishTitle')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Question {...props} />
    </Modal>
  );
}

/** Of its own, so that a reason is forgotten when it closes. */
function Question({ template, desk, path, onDone, onClose }: PublishDialogProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const [reason, setReason] = useState('');
  const { faults, locale, version } = desk.value;
  const language = toLanguage(i18n.language);
  const isWaivable = faults.length > 0 && faults.every(({ code }) => code === 'gift-word');
  const isAllowed = faults.length === 0 || (isWaivable && reason.trim().length >= reasonAtLeast);
  const publish = useMutation({
    mutationFn: () => api.send('POST', `${path}/publish`, isWaivable ? { giftReason: reason } : {}, desk.etag),
    onSuccess: async () => {
      onClose();
      await onDone();
      notifications.show({ message: t('templates.publishDone', { version }) });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isAllowed && !publish.isPending) publish.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('templates.publishText', { locale: t(`letters.locale.${locale}`) })}</Text>
        <Text size="sm" c="dimmed">
          {t(template.isDefault ? 'templates.usedAsDefault' : 'templates.usedByRules')}
        </Text>
        {faults.length > 0 && (
          <Stack gap="xs">
            <Text fw={600}>{t('templates.faults')}</Text>
            <List size="sm">
              {faults.map(({ code, at, found, message }) => (
                <List.Item key={`${code} ${at} ${found}`}>{message[language]}</List.Item>
              ))}
            </List>
          </Stack>
        )}
        {isWaivable && (
          <Textarea
            label={t('templates.giftReason')}
            description={t('templates.giftReasonText')}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            minRows={3}
            autosize
            maxLength={500}
          />
        )}
        <ProblemNote thrown={publish.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={!isAllowed} loading={publish.isPending}>
            {t('templates.publish')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
