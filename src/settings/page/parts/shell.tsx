import { ActionIcon, AppShell, Burger, Button, Group, Menu, ScrollArea, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Check, ChevronsUpDown, CircleUserRound, LogOut, ShieldCheck, Sprout } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/use-api.tsx';
import { useCompany, useMay, useMe } from '../api/use-company.ts';
import { DeletionBanner } from '../company/deletion-banner.tsx';
import { navigation } from '../navigation.ts';
import { countDone } from '../start/steps.ts';
import { useStart } from '../start/use-start.ts';
import { MenuLink, NavigationLink } from './links.tsx';
import { Logo } from './logo.tsx';
import { LanguageSwitch, SchemeSwitch } from './preferences.tsx';
import styles from './shell.module.css';

/** What stands around every page of a company: header, navigation, and the way past both to the content. */
export function Shell() {
  const { t } = useTranslation();
  const [isOpen, { toggle, close }] = useDisclosure();
  const main = useNewPage(close);
  return (
    <AppShell
      header={{ height: 64 }}
      navbar={{ width: 256, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place of this page; the router keeps the browser from focusing it */}
      <a className={styles.skip} href="#content" onClick={() => main.current?.focus()}>
        {t('shell.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="xs" wrap="nowrap">
          <Burger
            opened={isOpen}
            onClick={toggle}
            hiddenFrom="sm"
            aria-label={t('shell.menu')}
            aria-expanded={isOpen}
            className={styles.burger ?? ''}
          />
          <Logo />
          <CompanySwitch />
          <Group gap={4} ml="auto" wrap="nowrap">
            <Group gap={4} wrap="nowrap" visibleFrom="xs">
              <LanguageSwitch />
            </Group>
            <SchemeSwitch />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t('shell.navigation')} className={styles.drawer ?? ''} data-open={isOpen}>
        <AppShell.Section grow component={ScrollArea} p="sm">
          <Navigation />
        </AppShell.Section>
        <AppShell.Section p="sm" hiddenFrom="xs">
          <LanguageSwitch />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} ref={main} className={styles.main ?? ''}>
        <EndingNote />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function EndingNote() {
  const { slug } = useCompany();
  const mayStop = useMay('members');
  // Of the list, which is read anew as one works; what the route knows stays as it was when the page was opened.
  const endsAt = useMe().companies.find((company) => company.slug === slug)?.endsAt;
  return <DeletionBanner slug={slug} endsAt={endsAt} mayStop={mayStop} />;
}

/** On another page the drawer closes and the content has the focus, as after a page load. */
function useNewPage(close: () => void) {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    close();
    main.current?.focus({ preventScroll: true });
  }, [pathname, close]);
  return main;
}

function Navigation() {
  const { t } = useTranslation();
  const { slug } = useCompany();
  const start = useStart(slug, useMay('settings')).data;
  const look = { params: { company: slug }, className: styles.link ?? '', activeProps: { 'data-active': true } };
  return (
    <>
      {start && !start.isLive && (
        <NavigationLink
          to="/c/$company/start"
          label={t('start.nav', { done: countDone(start), total: start.steps.length })}
          leftSection={<Sprout size={20} aria-hidden />}
          {...look}
        />
      )}
      {navigation.map(({ name, to, icon: Icon }) => (
        <NavigationLink
          key={name}
          to={to}
          label={t(`nav.${name}`)}
          leftSection={<Icon size={20} aria-hidden />}
          {...look}
        />
      ))}
    </>
  );
}

/** The company whose page this is; a menu where the reader is a member of several. */
function CompanySwitch() {
  const { t } = useTranslation();
  const company = useCompany();
  const { companies } = useMe();
  if (companies.length < 2)
    return (
      <Text fw={600} truncate className={styles.company ?? ''}>
        {company.name}
      </Text>
    );
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          className={styles.company ?? ''}
          rightSection={<ChevronsUpDown size={16} aria-hidden />}
        >
          <Text span inherit truncate c="var(--mantine-color-text)">
            {company.name}
          </Text>
          <VisuallyHidden>{t('shell.company')}</VisuallyHidden>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {companies.map(({ slug, name, role }) => (
          <MenuLink
            key={slug}
            to="/c/$company/dashboard"
            params={{ company: slug }}
            rightSection={slug === company.slug ? <Check size={16} aria-hidden /> : null}
          >
            {name}
            <Text size="xs" c="dimmed">
              {t(`role.${role}`)}
            </Text>
          </MenuLink>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function UserMenu() {
  const { t } = useTranslation();
  const { user } = useMe();
  const { slug } = useCompany();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon aria-label={t('shell.user')}>
          <CircleUserRound size={22} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {user?.name}
          </Text>
          <Text size="xs" c="dimmed">
            {user?.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <MenuLink
          to="/c/$company/account"
          params={{ company: slug }}
          leftSection={<ShieldCheck size={18} aria-hidden />}
        >
          {t('shell.account')}
        </MenuLink>
        <Menu.Item leftSection={<LogOut size={18} aria-hidden />} onClick={signOut}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function useSignOut(): () => Promise<void> {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    await api.auth('POST', '/sign-out', {});
    // In this order: what is on screen would ask again for what was forgotten.
    await navigate({ to: '/sign-in' });
    queries.clear();
  };
}
