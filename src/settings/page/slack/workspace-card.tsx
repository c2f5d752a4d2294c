import { Alert, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { StatusBadge } from '../parts/status-badge.tsx';
import { InstallButton } from './connect-card.tsx';
import type { SlackGone, SlackState } from './types.ts';

export interface WorkspaceCardProps {
  readonly slug: string;
  readonly state: SlackState;
  readonly maySet: boolean;
}

/** The workspace that is tied, whether it takes our notices, and the way out. */
export function WorkspaceCard({ slug, state, maySet }: WorkspaceCardProps) {
  const { t } = useTranslation();
  const isWell = state.state === 'installed';
  return (
    <Paper withBorder radius="lg" p="md">
      <Stack gap="md">
        <Group justify="space-between" gap="md">
          <Stack gap={4}>
            <Text size="sm" c="dimmed">
              {t('slack.workspace')}
            </Text>
            <Group gap="sm">
              <Text fw={650} size="lg">
                {state.workspace?.name}
              </Text>
              <StatusBadge tone={isWell ? 'good' : 'bad'}>{t(`slack.state.${state.state}`)}</StatusBadge>
            </Group>
          </Stack>
          {maySet && <Disconnect slug={slug} name={state.workspace?.name ?? ''} />}
        </Group>
        {!isWell && (
          <Alert
            color="orange"
            role="status"
            title={t(state.state === 'uninstalled' ? 'slack.uninstalledTitle' : 'slack.brokenTitle')}
          >
            <Stack gap="sm" align="flex-start">
              <Text size="sm">{t('slack.waits')}</Text>
              {maySet ? (
                <InstallButton slug={slug} verb={t('slack.installAgain')} />
              ) : (
                <Text size="sm">{t('problem.actor.admin')}</Text>
              )}
              {state.reason !== null && (
                <Text size="xs" c="dimmed">
                  {t('problem.code', { code: state.reason })}
                </Text>
              )}
            </Stack>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}

function Disconnect({ slug, name }: { readonly slug: string; readonly name: string }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const leave = useMutation({
    mutationFn: () => api.send<SlackGone>('DELETE', `/companies/${slug}/slack`),
    onSuccess: ({ app }) => {
      close();
      notifications.show({ message: t(`slack.gone.${app}`), autoClose: app === 'by-hand' ? false : 6_000 });
      return queries.invalidateQueries({ predicate: ({ queryKey: [path] }) => isAbout(path, slug) });
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('slack.disconnect')}
      </Button>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => leave.mutate()}
        title={t('slack.disconnectTitle', { name })}
        verb={t('slack.disconnect')}
        isBusy={leave.isPending}
        thrown={leave.error}
      >
        {t('slack.disconnectText')}
      </ConfirmDanger>
    </>
  );
}

function isAbout(path: unknown, slug: string): boolean {
  return typeof path === 'string' && path.startsWith(`/companies/${slug}/slack`);
}
