import { Alert, Button, Code, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure, useInputState } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiToken, CreatedApiToken, NewApiToken, Role } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { CardList } from '../parts/card-list.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { RoleSelect } from './role-select.tsx';
import { useListed } from './use-listed.ts';

/** Tokens for the company's own programs. */
export function TokensPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const mayManage = useMay('members');
  return (
    <>
      <PageTitle title={t('nav.tokens')} lead={t('tokens.lead')}>
        {mayManage && <NewTokenButton slug={slug} />}
      </PageTitle>
      {mayManage ? (
        <Tokens slug={slug} />
      ) : (
        <EmptyState title={t('tokens.owners')}>{t('tokens.ownersText')}</EmptyState>
      )}
    </>
  );
}

function Tokens({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const path = `/companies/${slug}/tokens`;
  const tokens = useListed<ApiToken>(path);
  return (
    <CardList
      label={t('nav.tokens')}
      list={tokens}
      rowId={({ id }) => id}
      title={({ name }) => name}
      about={(token) => (
        <>
          {t(`role.${token.role}`)} ・ {t('tokens.made')} <Time at={token.createdAt} show="day" /> ・ {t('tokens.used')}{' '}
          {token.lastUsedAt === null ? t('tokens.never') : <Time at={token.lastUsedAt} />} ・ {t('tokens.ends')}{' '}
          {token.expiresAt === null ? t('tokens.endsNever') : <Time at={token.expiresAt} show="day" />}
        </>
      )}
      actions={(token) => <Revoke path={path} token={token} />}
      empty={<EmptyState title={t('tokens.emptyTitle')}>{t('tokens.emptyText')}</EmptyState>}
    />
  );
}

function Revoke({ path, token }: { readonly path: string; readonly token: ApiToken }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const revoke = useMutation({
    mutationFn: () => api.send('DELETE', `${path}/${token.id}`),
    onSuccess: () => {
      close();
      return queries.invalidateQueries({ queryKey: [path] });
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('tokens.revoke')}
      </Button>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => revoke.mutate()}
        title={t('tokens.revokeTitle', { name: token.name })}
        verb={t('tokens.revoke')}
        isBusy={revoke.isPending}
        thrown={revoke.error}
      >
        {t('tokens.revokeText')}
      </ConfirmDanger>
    </>
  );
}

function NewTokenButton({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open}>{t('tokens.new')}</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('tokens.new')}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <NewToken slug={slug} onDone={close} />
      </Modal>
    </>
  );
}

const lifetimes = ['90', '365', 'none'] as const;
type Lifetime = (typeof lifetimes)[number];

function NewToken({ slug, onDone }: { readonly slug: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = useInputState('');
  const [role, setRole] = useState<Role>('viewer');
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const path = `/companies/${slug}/tokens`;
  const make = useMutation({
    mutationFn: () =>
      api.send<CreatedApiToken>('POST', path, {
        name,
        role,
        expiresAt: toEnd(lifetime),
      } satisfies NewApiToken),
    onSuccess: () => queries.invalidateQueries({ queryKey: [path] }),
  });
  if (make.data) return <Told token={make.data.token} onDone={onDone} />;

  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('tokens.name')}
          description={t('tokens.nameHelp')}
          value={name}
          onChange={setName}
          maxLength={100}
          required
          withAsterisk={false}
          data-autofocus
        />
        <RoleSelect label={t('members.role')} value={role} onChange={setRole} />
        <Select
          label={t('tokens.lifetime')}
          data={lifetimes.map((value) => ({ value, label: t(`tokens.days.${value}`) }))}
          value={lifetime}
          onChange={(chosen) => chosen && setLifetime(chosen)}
          allowDeselect={false}
        />
        <ProblemNote thrown={make.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={make.isPending}>
            {t('tokens.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The only time it is shown. */
function Told({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="orange" role="status" title={t('tokens.once')}>
        {t('tokens.onceText')}
      </Alert>
      <Code block>{token}</Code>
      <Group justify="flex-end" gap="sm">
        <CopyButton value={token} what={t('tokens.one')} />
        <Button onClick={onDone}>{t('tokens.kept')}</Button>
      </Group>
      <Text size="sm" c="dimmed">
        {t('tokens.use')}
      </Text>
    </Stack>
  );
}

const dayMs = 86_400_000;

/** By this machine's clock; the server refuses an end that has passed. */
function toEnd(lifetime: Lifetime): string | null {
  if (lifetime === 'none') return null;
  return new Date(performance.timeOrigin + performance.now() + Number(lifetime) * dayMs).toISOString();
}
