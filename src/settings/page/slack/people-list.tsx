import { Alert, Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure, useInputState } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { RoleSelect } from '../members/role-select.tsx';
import { useListed } from '../members/use-listed.ts';
import { CardList } from '../parts/card-list.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { toRef } from './place-list.tsx';
import type { LinkCode, SlackPerson } from './types.ts';

export interface PeopleListProps {
  readonly slug: string;
  readonly mayManage: boolean;
}

/** Who may act for the company in Slack. */
export function PeopleList({ slug, mayManage }: PeopleListProps) {
  const { t } = useTranslation();
  const people = useListed<SlackPerson>(`/companies/${slug}/slack/people`);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="md">
        <Text c="dimmed" maw="40rem">
          {t('slack.people.lead')}
        </Text>
        {mayManage && (people.data?.length ?? 0) > 0 && <LinkButton slug={slug} />}
      </Group>
      <CardList
        label={t('slack.tab.people')}
        list={people}
        rowId={({ slackRef }) => slackRef}
        title={({ slackRef }) => slackRef}
        about={({ role, linkedAt }) => (
          <>
            {t(`role.${role}`)} ・ {t('slack.people.since')} <Time at={linkedAt} show="day" />
          </>
        )}
        actions={(person) => mayManage && <PersonActions slug={slug} person={person} />}
        empty={
          <EmptyState title={t('slack.people.emptyTitle')} action={mayManage && <LinkButton slug={slug} />}>
            {t('slack.people.emptyText')}
          </EmptyState>
        }
      />
    </Stack>
  );
}

function PersonActions({ slug, person }: { readonly slug: string; readonly person: SlackPerson }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const { slackRef: name } = person;
  const [asked, setAsked] = useState<Role | 'remove'>();
  const path = `/companies/${slug}/slack/people`;
  const change = useMutation({
    mutationFn: (act: Role | 'remove') =>
      act === 'remove'
        ? api.send('DELETE', `${path}/${name}`)
        : api.send<SlackPerson | undefined>('POST', path, { slackRef: name, role: act }),
    onSuccess: () => {
      setAsked(undefined);
      return queries.invalidateQueries({ queryKey: [path] });
    },
  });

  function ask(act: Role | 'remove') {
    change.reset();
    if (act !== person.role) setAsked(act);
  }
  const isRemoving = asked === 'remove';
  const to = asked === undefined || asked === 'remove' ? person.role : asked;

  return (
    <>
      <RoleSelect label={t('members.roleOf', { name })} isLabelHidden value={to} onChange={ask} />
      <Button variant="default" aria-label={t('slack.people.removeName', { name })} onClick={() => ask('remove')}>
        {t('slack.people.remove')}
      </Button>
      <ConfirmDanger
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        onConfirm={() => asked && change.mutate(asked)}
        title={t(isRemoving ? 'slack.people.removeTitle' : 'members.roleTitle', { name })}
        verb={t(isRemoving ? 'slack.people.remove' : 'members.roleChange')}
        isBusy={change.isPending}
        thrown={change.error}
      >
        {isRemoving
          ? t('slack.people.removeText')
          : t('slack.people.roleText', { from: t(`role.${person.role}`), to: t(`role.${to}`) })}
      </ConfirmDanger>
    </>
  );
}

function LinkButton({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open}>{t('slack.people.link')}</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('slack.people.link')}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <LinkForm slug={slug} onDone={close} />
      </Modal>
    </>
  );
}

/** By a code that the person types, or at once where the Slack id is known. */
function LinkForm({ slug, onDone }: { readonly slug: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>('recruiter');
  const [slackRef, setRef] = useInputState('');
  const path = `/companies/${slug}/slack`;
  const code = useMutation({ mutationFn: () => api.send<LinkCode>('POST', `${path}/link-codes`, { role }) });
  const link = useMutation({
    mutationFn: () => api.send<SlackPerson>('POST', `${path}/people`, { slackRef: toRef(slackRef), role }),
    onSuccess: () => {
      onDone();
      notifications.show({ message: t('slack.people.linked') });
      return queries.invalidateQueries({ queryKey: [`${path}/people`] });
    },
  });
  if (code.data) return <Told code={code.data} onDone={onDone} />;
  const isByRef = slackRef.trim() !== '';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isByRef) link.mutate();
    else code.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('slack.people.linkText')}</Text>
        <RoleSelect label={t('members.role')} value={role} onChange={setRole} />
        <TextInput
          label={t('slack.people.ref')}
          description={t('slack.people.refHelp')}
          placeholder="U0123456789"
          value={slackRef}
          onChange={setRef}
          autoComplete="off"
        />
        <ProblemNote thrown={code.error ?? link.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={code.isPending || link.isPending}>
            {t(isByRef ? 'slack.people.linkNow' : 'slack.people.makeCode')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The only time it is shown. */
function Told({ code, onDone }: { readonly code: LinkCode; readonly onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="orange" role="status" title={t('slack.people.once')}>
        {t('slack.people.onceText')} <Time at={code.expiresAt} />
      </Alert>
      <Code block>{code.command}</Code>
      <Text size="sm" c="dimmed">
        {t('slack.people.typeIt')}
      </Text>
      <Group justify="flex-end" gap="sm">
        <CopyButton value={code.command} what={t('slack.people.command')} />
        <Button onClick={onDone}>{t('slack.people.told')}</Button>
      </Group>
    </Stack>
  );
}
