import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import type { PartProps } from './connection-page.tsx';
import { GoLiveDialog } from './go-live-dialog.tsx';
import type { Connection, ConnectionChange } from './types.ts';
import { useRefresh } from './use-connections.ts';

const verbs = ['live', 'shadow', 'pause', 'resume', 'remove'] as const;
type Verb = (typeof verbs)[number];

/** What can be done with a connection as a whole. Each says first what it will do. */
export function Actions({ connector, connection }: PartProps) {
  const { t } = useTranslation();
  const api = useApi();
  const { slug, name } = useCompany();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [asked, setAsked] = useState<Verb>();
  const may = { settings: useMay('settings'), pause: useMay('pause'), resume: useMay('resume') };
  const offered = verbs.filter((verb) => isOffered(verb, connection, may));
  const [shown = offered[0] ?? 'pause', setShown] = useState<Verb>();
  const isRelease = shown === 'live' || (shown === 'resume' && connection.resumesAs === 'live');
  const { title } = connector;

  const act = useMutation({
    mutationFn: async (verb: Exclude<Verb, 'live'>) => {
      const path = `/connections/${connection.id}`;
      if (verb === 'remove') await api.send('DELETE', path);
      else if (verb === 'pause' || verb === 'resume') await api.send<Connection>('POST', `${path}/${verb}`);
      else await api.send<Connection>('PATCH', path, { state: verb } satisfies ConnectionChange);
    },
    onSuccess: async (_nothing, verb) => {
      setAsked(undefined);
      notifications.show({ message: t(`connections.act.${verb}.done`, { title }) });
      if (verb === 'remove') await navigate({ to: '/c/$company/connections', params: { company: slug } });
      await refresh();
    },
  });

  function ask(verb: Verb) {
    act.reset();
    setShown(verb);
    setAsked(verb);
  }

  const close = () => setAsked(undefined);
  return (
    <>
      {offered.map((verb) => (
        <Button
          key={verb}
          variant={verb === 'live' || verb === 'resume' ? 'filled' : 'default'}
          onClick={() => ask(verb)}
        >
          {t(`connections.act.${verb}.verb`)}
        </Button>
      ))}
      <GoLiveDialog
        connectionId={connection.id}
        company={name}
        isOpen={asked !== undefined && isRelease}
        onClose={close}
        title={t(`connections.act.${shown}.title`, { title })}
        verb={t(`connections.act.${shown}.verb`)}
        done={t(`connections.act.${shown}.done`, { title })}
      />
      <ConfirmDanger
        isOpen={asked !== undefined && !isRelease}
        onClose={close}
        onConfirm={() => shown !== 'live' && act.mutate(shown)}
        title={t(`connections.act.${shown}.title`, { title })}
        verb={t(`connections.act.${shown}.verb`)}
        isBusy={act.isPending}
        thrown={act.error}
        {...(shown === 'remove' ? { typed: title } : {})}
      >
        <Stack gap="xs">
          <Text>{t(`connections.act.${shown}.text`)}</Text>
          {shown === 'resume' && <Text>{t('connections.resumesInShadow')}</Text>}
        </Stack>
      </ConfirmDanger>
    </>
  );
}

type Rights = Readonly<Record<'settings' | 'pause' | 'resume', boolean>>;

function isOffered(verb: Verb, { state }: Connection, may: Rights): boolean {
  switch (verb) {
    case 'live':
      return may.settings && state === 'shadow';
    case 'shadow':
      return may.settings && state === 'live';
    case 'pause':
      return may.pause && state !== 'paused';
    case 'resume':
      return may.resume && state === 'paused';
    case 'remove':
      return may.settings;
  }
}
