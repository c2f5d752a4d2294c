import { Alert, Button, Group, Modal, PasswordInput, Select, Stack, Text } from '@mantine/core';
import { useDisclosure, useInputState } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useMay } from '../api/use-company.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { Events, Steps } from './add-page.tsx';
import type { PartProps } from './connection-page.tsx';
import { Copied, SecretsOnce } from './secret-once.tsx';
import { Card } from './state-tab.tsx';
import type { Connector, NewRotation, Rotation, WebhooksSetUp } from './types.ts';
import { useRefresh, useWords } from './use-connections.ts';

export interface WebhookCardProps extends PartProps {
  readonly oldSecretUntil: string | null;
}

/** Where the ATS sends its webhooks, how to set them up, and another secret for them. */
export function WebhookCard({ connector, connection, oldSecretUntil }: WebhookCardProps) {
  const { t } = useTranslation();
  const words = useWords();
  const api = useApi();
  const maySet = useMay('settings');
  const [isOpen, { open, close }] = useDisclosure();
  const setUp = useMutation({
    mutationFn: () => api.send<WebhooksSetUp>('POST', `/connections/${connection.id}/webhooks`),
  });
  return (
    <Card title={t('connections.webhook')}>
      {connection.webhookUrl !== null && <Copied label={t('connections.webhookUrl')} value={connection.webhookUrl} />}
      {oldSecretUntil !== null && (
        <Text>
          {t('connections.oldUntil')} <Time at={oldSecretUntil} />
        </Text>
      )}
      <div aria-live="polite">
        {setUp.data?.state === 'set-up' && (
          <Alert color="relay" variant="light" title={t('connections.isSetUp')}>
            {t('connections.isSetUpText')}
          </Alert>
        )}
        {setUp.data?.state === 'by-hand' && (
          <Stack gap="md">
            <Text>{t('connections.byHand')}</Text>
            <Steps steps={setUp.data.steps.map(words)} />
            <Events events={setUp.data.events} />
          </Stack>
        )}
      </div>
      <ProblemNote thrown={setUp.error} />
      {maySet && (
        <Group gap="sm">
          <Button variant="default" onClick={() => setUp.mutate()} loading={setUp.isPending}>
            {t('connections.setUp')}
          </Button>
          <Button variant="default" onClick={open}>
            {t('connections.rotate')}
          </Button>
        </Group>
      )}
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('connections.rotateTitle')}
        size="lg"
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <RotateForm connector={connector} connectionId={connection.id} onDone={close} />
      </Modal>
    </Card>
  );
}

const keeps = ['0', '1', '24', '72', '168'] as const;
type Keep = (typeof keeps)[number];

export interface RotateFormProps {
  readonly connector: Connector;
  readonly connectionId: string;
  readonly onDone: () => void;
}

/** Asks how long the old secret shall do, and shows the new one, once. */
export function RotateForm({ connector, connectionId, onDone }: RotateFormProps) {
  const { t } = useTranslation();
  const words = useWords();
  const api = useApi();
  const refresh = useRefresh();
  const [keep, setKeep] = useState<Keep>('24');
  const [secret, setSecret] = useInputState('');
  const isOurs = connector.webhook?.isSecretOurs ?? false;
  const field = connector.fields.find(({ name }) => name === connector.webhook?.secretField);
  const label = field ? words(field.label) : t('connections.secret');
  const rotate = useMutation({
    mutationFn: () => {
      const keepOldForHours = Number(keep);
      const body: NewRotation = isOurs ? { keepOldForHours } : { keepOldForHours, secret: secret.normalize('NFKC') };
      return api.send<Rotation>('POST', `/connections/${connectionId}/webhook-secret/rotate`, body);
    },
    onSuccess: refresh,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    rotate.mutate();
  }

  if (rotate.data)
    return (
      <Stack>
        {isOurs && <SecretsOnce secrets={[{ label, value: rotate.data.secret }]} />}
        <Text>
          {rotate.data.oldUntil === null ? (
            t('connections.oldGone')
          ) : (
            <>
              {t('connections.oldUntil')} <Time at={rotate.data.oldUntil} />
            </>
          )}
        </Text>
        {isOurs && <Text>{t('connections.rotateNext', { title: connector.title })}</Text>}
        <Group justify="flex-end">
          <Button onClick={onDone}>{t(isOurs ? 'connections.kept' : 'close')}</Button>
        </Group>
      </Stack>
    );
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t(isOurs ? 'connections.rotateText' : 'connections.rotateTheirs')}</Text>
        {!isOurs && (
          <PasswordInput
            label={label}
            description={field && words(field.help)}
            value={secret}
            onChange={setSecret}
            autoComplete="new-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': t('secret.show'), tabIndex: 0 }}
          />
        )}
        <Select
          label={t('connections.keepOld')}
          data={keeps.map((value) => ({ value, label: t(`connections.keep.${value}`) }))}
          value={keep}
          onChange={(chosen) => chosen && setKeep(chosen)}
          allowDeselect={false}
        />
        {keep === '0' && <Text>{t('connections.keepNone')}</Text>}
        <ProblemNote thrown={rotate.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={rotate.isPending}>
            {t('connections.rotate')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
