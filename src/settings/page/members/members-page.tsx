import { Button, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure, useInputState } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation, Member, NewInvitation, Role, RoleChange } from '../api/types.ts';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay } from '../api/use-company.ts';
import { CardList } from '../parts/card-list.tsx';
import { ConfirmDanger } from '../parts/confirm-danger.tsx';
import { EmptyState } from '../parts/empty-state.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Time } from '../parts/time.tsx';
import { RoleSelect } from './role-select.tsx';
import { useListed } from './use-listed.ts';

/** Who works for the company here, as what, and who is asked to. */
export function MembersPage() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const mayManage = useMay('members');
  const [isInviting, { open, close }] = useDisclosure();
  const members = useListed<Member>(`/companies/${slug}/members`);
  return (
    <>
      <PageTitle title={t('nav.members')} lead={t('members.lead')}>
        {mayManage && <Button onClick={open}>{t('members.invite')}</Button>}
      </PageTitle>
      <Stack gap="xl">
        <CardList
          label={t('nav.members')}
          list={members}
          rowId={({ userId }) => userId}
          title={({ name }) => name}
          about={(member) => (
            <>
              {member.email} ・ {t(`role.${member.role}`)}
              {member.hasSecondFactor && ` ・ ${t('members.secondFactor')}`}
            </>
          )}
          actions={(member) => mayManage && <MemberActions slug={slug} member={member} />}
          empty={<EmptyState title={t('members.emptyTitle')}>{t('members.emptyText')}</EmptyState>}
        />
        {mayManage && <Invitations slug={slug} />}
      </Stack>
      <Modal
        opened={isInviting}
        onClose={close}
        title={t('members.invite')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <InviteForm slug={slug} onDone={close} />
      </Modal>
    </>
  );
}

interface MemberActionsProps {
  readonly slug: string;
  readonly member: Member;
}

function MemberActions({ slug, member }: MemberActionsProps) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>(member.role);
  const [asked, setAsked] = useState<'role' | 'remove'>();
  const path = `/companies/${slug}/members/${member.userId}`;
  const change = useMutation({
    mutationFn: () =>
      asked === 'remove'
        ? api.send('DELETE', path)
        : api.send<Member | undefined>('PATCH', path, { role } satisfies RoleChange),
    onSuccess: () => {
      setAsked(undefined);
      return queries.invalidateQueries({ queryKey: [`/companies/${slug}/members`] });
    },
  });

  function chooseRole(chosen: Role) {
    setRole(chosen);
    change.reset();
    if (chosen !== member.role) setAsked('role');
  }

  function close() {
    setAsked(undefined);
    setRole(member.role);
  }

  return (
    <>
      <RoleSelect label={t('members.roleOf', { name: member.name })} isLabelHidden value={role} onChange={chooseRole} />
      <Button
        variant="default"
        aria-label={t('members.removeName', { name: member.name })}
        onClick={() => {
          change.reset();
          setAsked('remove');
        }}
      >
        {t('members.remove')}
      </Button>
      <ConfirmDanger
        isOpen={asked !== undefined}
        onClose={close}
        onConfirm={() => change.mutate()}
        title={t(asked === 'remove' ? 'members.removeTitle' : 'members.roleTitle', { name: member.name })}
        verb={t(asked === 'remove' ? 'members.remove' : 'members.roleChange')}
        isBusy={change.isPending}
        thrown={change.error}
      >
        {asked === 'remove'
          ? t('members.removeText')
          : t('members.roleText', { from: t(`role.${member.role}`), to: t(`role.${role}`) })}
      </ConfirmDanger>
    </>
  );
}

function Invitations({ slug }: { readonly slug: string }) {
  const { t } = useTranslation();
  const path = `/companies/${slug}/invitations`;
  const invitations = useListed<Invitation>(path);
  return (
    <Stack gap="md">
      <Title order={2}>{t('members.waiting')}</Title>
      <CardList
        label={t('members.waiting')}
        list={invitations}
        rowId={({ id }) => id}
        title={({ email }) => email}
        about={({ role, expiresAt }) => (
          <>
            {t(`role.${role}`)} ・ {t('members.until')} <Time at={expiresAt} />
          </>
        )}
        actions={(invitation) => <Revoke path={path} invitation={invitation} />}
        empty={<Text c="dimmed">{t('members.noneWaiting')}</Text>}
      />
    </Stack>
  );
}

function Revoke({ path, invitation }: { readonly path: string; readonly invitation: Invitation }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [isOpen, { open, close }] = useDisclosure();
  const revoke = useMutation({
    mutationFn: () => api.send('DELETE', `${path}/${invitation.id}`),
    onSuccess: () => {
      close();
      return queries.invalidateQueries({ queryKey: [path] });
    },
  });
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('members.revoke')}
      </Button>
      <ConfirmDanger
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => revoke.mutate()}
        title={t('members.revokeTitle')}
        verb={t('members.revoke')}
        isBusy={revoke.isPending}
        thrown={revoke.error}
      >
        {t('members.revokeText', { email: invitation.email })}
      </ConfirmDanger>
    </>
  );
}

function InviteForm({ slug, onDone }: { readonly slug: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const api = useApi();
  const queries = useQueryClient();
  const [email, setEmail] = useInputState('');
  const [role, setRole] = useState<Role>('recruiter');
  const path = `/companies/${slug}/invitations`;
  const invite = useMutation({
    mutationFn: () =>
      api.send<Invitation>('POST', path, {
        email: email.normalize('NFKC').trim(),
        role,
      } satisfies NewInvitation),
    onSuccess: () => {
      onDone();
      notifications.show({ message: t('members.invited') });
      return queries.invalidateQueries({ queryKey: [path] });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    invite.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>{t('members.inviteText')}</Text>
        <TextInput
          label={t('signIn.email')}
          value={email}
          onChange={setEmail}
          inputMode="email"
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
        />
        <RoleSelect label={t('members.role')} value={role} onChange={setRole} />
        <ProblemNote thrown={invite.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {t('members.inviteGo')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
