import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  Menu,
  type MenuItemProps,
  NavLink,
  type NavLinkProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Own<P> = P & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof P> & { readonly ref?: Ref<HTMLAnchorElement> };

/** A link of the page that looks like a button. Its address is typed: a route that does not exist does not compile. */
export const ButtonLink = createLink((props: Own<ButtonProps>) => <Button component="a" {...props} />);

/** A link of the page in running text. */
export const TextLink = createLink((props: Own<AnchorProps>) => <Anchor underline="always" {...props} />);

/** A line of the navigation; the one that is open says so to a screen reader, too. */
export const NavigationLink = createLink((props: Own<NavLinkProps>) => <NavLink component="a" {...props} />);

/** A line of a menu that leads somewhere. */
export const MenuLink = createLink((props: Own<MenuItemProps>) => <Menu.Item component="a" {...props} />);
