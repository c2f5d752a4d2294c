import { Alert, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ShieldAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import type { Delivery, DeliveryBody } from './types.ts';

export interface BodyDialogProps {
  /** Undefined: closed. */
  readonly delivery: Delivery | undefined;
  readonly onClose: () => void;
}

/** Shows what an ATS sent once the reader knows what it holds and that the reading is written down. */
export function BodyDialog({ delivery, onClose }: BodyDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={delivery !== undefined}
      onClose={onClose}
      title={t('activity.readTitle')}
      size="xl"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {delivery && <Body key={delivery.id} id={delivery.id} onClose={onClose} />}
    </Modal>
  );
}

/** Of its own, and read by a mutation, so that nothing of it is kept once it closes. */
function Body({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const read = useMutation({
    mutationFn: () => api.get<DeliveryBody>(`/deliveries/${id}/body`),
    gcTime: 0,
  });
  return (
    <Stack>
      <Alert color="orange" variant="light" icon={<ShieldAlert aria-hidden />}>
        {t('activity.readWarning')}
      </Alert>
      {read.data && <Shown body={read.data} />}
      <ProblemNote thrown={read.error} />
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onClose}>
          {read.data ? t('close') : t('cancel')}
        </Button>
        {!read.data && (
          <Button loading={read.isPending} onClick={() => read.mutate()}>
            {t('activity.readGo')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Shown({ body: { body, encoding, isErased } }: { readonly body: DeliveryBody }) {
  const { t } = useTranslation();
  if (isErased) return <Text>{t('activity.erased')}</Text>;
  return (
    <>
      {encoding === 'base64' && <Text size="sm">{t('activity.base64')}</Text>}
      <Code
        block
        mah="50vh"
        tabIndex={0}
        role="region"
        aria-label={t('activity.body')}
        style={{ overflow: 'auto', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {encoding === 'base64' ? body : toPretty(body)}
      </Code>
      <Group>
        {/* As it came, byte for byte. */}
        <CopyButton value={body} what={t('activity.body')} />
      </Group>
    </>
  );
}

function toPretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
