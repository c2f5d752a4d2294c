import { Alert, Button, Group, List, Paper, Radio, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { NotFound } from '../parts/fallbacks.tsx';
import { ButtonLink } from '../parts/links.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { LeaveGuard } from '../parts/save-bar.tsx';
import { BackLink } from './back-link.tsx';
import { Check } from './check.tsx';
import { Fields, toClean, toFieldsOf, type Values } from './fields.tsx';
import { Copied, SecretsOnce } from './secret-once.tsx';
import type { Access, Connector, CreatedConnection, Install, NewConnection } from './types.ts';
import { useConnectors, useRefresh, useWords } from './use-connections.ts';

const route = getRouteApi('/c/$company/connections/new/$connector');

/** Connects one ATS: how to prove oneself, the fields, and then what to do in the ATS. */
export function AddPage() {
  const { t } = useTranslation();
  const { connector: id } = route.useParams();
  const connectors = useConnectors();
  const maySet = useMay('settings');
  const connector = connectors.data?.find((one) => one.id === id);
  if (connectors.data && !connector) return <NotFound />;
  return (
    <>
      <BackLink />
      {connector && (
        <PageTitle
          title={t('connections.connectTo', { title: connector.title })}
          lead={t(maySet ? 'connections.addLead' : 'connections.ownersText')}
        />
      )}
      <ProblemNote thrown={connectors.error} onRetry={() => void connectors.refetch()} />
      {connectors.isPending && <Skeleton height={320} radius="lg" />}
      {connector && maySet && <AddForm connector={connector} />}
      {connector && !maySet && <EmptyState title={t('connections.owners')}>{t('connections.ownersText')}</EmptyState>}
    </>
  );
}

export interface AddFormProps {
  readonly connector: Connector;
  /** The way on once it is connected; without it to the connection's own page. */
  readonly next?: ReactNode;
}

/** The form, and in its place what comes next once it went well. */
export function AddForm({ connector, next }: AddFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const refresh = useRefresh();
  const [access, setAccess] = useState<Access | null>(toFirstAccess(connector));
  const [values, setValues] = useState<Values>(() => toStart(connector));
  const isInstalled = access === 'authorization-code';
  const fields = toFieldsOf(connector.fields, access);
  const isDirty = fields.some(({ name, default: start }) => (values[name] ?? '') !== (start ?? ''));
  const add = useMutation({
    mutationFn: () => {
      const asked = toClean(Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? ''])));
      return api.send<CreatedConnection>('POST', '/connections', {
        company: slug,
        connector: connector.id,
        ...(access === null ? {} : { access }),
        settings: asked,
      } satisfies NewConnection);
    },
    onSuccess: refresh,
  });
  if (add.data) return <Connected connector={connector} connection={add.data} next={next} />;

  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate();
  }

  return (
    <form onSubmit={submit}>
      <LeaveGuard isDirty={isDirty && !isInstalled && !add.isPending} />
      <Paper withBorder radius="lg" p="lg" maw="48rem">
        <Stack gap="lg">
          {connector.access.length > 1 && (
            <Radio.Group
              size="md"
              label={t('connections.accessLabel')}
              value={access ?? ''}
              onChange={(chosen) => setAccess(connector.access.find((one) => one === chosen) ?? null)}
            >
              <Stack gap="sm" mt="xs">
                {connector.access.map((one) => (
                  <Radio
                    size="md"
                    key={one}
                    value={one}
                    label={t(`connections.access.${one}`)}
                    description={t(
                      isPossible(connector, one) ? `connections.accessHelp.${one}` : 'connections.noClient',
                    )}
                    disabled={!isPossible(connector, one)}
                  />
                ))}
              </Stack>
            </Radio.Group>
          )}
          {isInstalled ? (
            <InstallStep connector={connector} />
          ) : (
            <>
              {fields.length === 0 && <Text>{t('connections.noFields')}</Text>}
              <Fields
                fields={fields}
                values={values}
                onChange={(name, value) => setValues({ ...values, [name]: value })}
              />
              {connector.scopes.length > 0 && (
                <Stack gap={4}>
                  <Text fw={600}>{t('connections.scopes')}</Text>
                  <List size="sm">
                    {connector.scopes.map((scope) => (
                      <List.Item key={scope}>{scope}</List.Item>
                    ))}
                  </List>
                </Stack>
              )}
              <ProblemNote thrown={add.error} />
              <Group justify="flex-end">
                <Button type="submit" loading={add.isPending}>
                  {t('connections.connect')}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      </Paper>
    </form>
  );
}

function isPossible({ canInstall }: Connector, access: Access): boolean {
  return access !== 'authorization-code' || canInstall;
}

/** The first that is possible here; null where the ATS has no API. */
function toFirstAccess(connector: Connector): Access | null {
  return connector.access.find((one) => isPossible(connector, one)) ?? connector.access[0] ?? null;
}

function toStart({ fields }: Connector): Values {
  return Object.fromEntries(fields.map(({ name, default: start }) => [name, start ?? '']));
}

/** Connecting by agreeing in the ATS: nothing has to be copied. */
function InstallStep({ connector }: { readonly connector: Connector }) {
  const { t } = useTranslation();
  const api = useApi();
  const { slug } = useCompany();
  const install = useMutation({
    mutationFn: () => api.send<Install>('POST', '/install', { company: slug, connector: connector.id }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <Stack gap="md">
      <Text>
        {connector.canInstall ? t('connections.installText', { title: connector.title }) : t('connections.noClient')}
      </Text>
      <ProblemNote thrown={install.error} />
      <Group justify="flex-end">
        {connector.canInstall && (
          <Button onClick={() => install.mutate()} loading={install.isPending || install.isSuccess}>
            {t('connections.installGo', { title: connector.title })}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface ConnectedProps {
  readonly connector: Connector;
  readonly connection: CreatedConnection;
  readonly next: ReactNode;
}

function Connected({ connector, connection, next }: ConnectedProps) {
  const { t } = useTranslation();
  const words = useWords();
  const { slug } = useCompany();
  const { id, generated, webhookUrl } = connection;
  const top = useRef<HTMLDivElement>(null);
  // It stands in the place of a long form: what is shown only once must not be above the screen.
  useEffect(() => {
    window.scrollTo({ top: 0 });
    top.current?.focus({ preventScroll: true });
  }, []);
  const secrets = Object.entries(generated).map(([name, value]) => {
    const field = connector.fields.find((one) => one.name === name);
    return { label: field ? words(field.label) : name, value };
  });
  const steps = (connector.webhook ?? connector.file)?.guide ?? [];
  return (
    <Stack gap="lg" maw="48rem">
      <Alert
        ref={top}
        tabIndex={-1}
        color="relay"
        variant="light"
        title={t('connections.connected', { title: connector.title })}
        role="status"
      >
        {t('connections.connectedText')}
      </Alert>
      {secrets.length > 0 && <SecretsOnce secrets={secrets} />}
      {connector.access.length > 0 && (
        <Paper withBorder radius="lg" p="lg">
          <Title order={2} mb="sm">
            {t('connections.checkTitle')}
          </Title>
          <Check connectionId={id} isAtOnce />
        </Paper>
      )}
      {(webhookUrl !== null || steps.length > 0) && (
        <Paper withBorder radius="lg" p="lg">
          <Stack gap="md">
            <Title order={2}>{t('connections.nextInAts', { title: connector.title })}</Title>
            {webhookUrl !== null && <Copied label={t('connections.webhookUrl')} value={webhookUrl} />}
            <Steps steps={steps.map((step) => words(step).replaceAll('{url}', webhookUrl ?? ''))} />
            {connector.webhook && <Events events={connector.webhook.events} />}
          </Stack>
        </Paper>
      )}
      <Group justify="flex-end">
        {next ?? (
          <ButtonLink to="/c/$company/connections/$connection" params={{ company: slug, connection: id }}>
            {t('connections.toConnection')}
          </ButtonLink>
        )}
      </Group>
    </Stack>
  );
}

/** What to do elsewhere, in order. */
export function Steps({ steps }: { readonly steps: readonly string[] }) {
  return (
    <List type="ordered" spacing="xs">
      {steps.map((step) => (
        <List.Item key={step}>{step}</List.Item>
      ))}
    </List>
  );
}

/** The vendor's names of what it shall tell us. */
export function Events({ events }: { readonly events: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text fw={600}>{t('connections.events')}</Text>
      <List size="sm">
        {events.map((event) => (
          <List.Item key={event}>{event}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
