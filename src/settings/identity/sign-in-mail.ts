import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Company } from '../../company/index.ts';
import { renderMail } from '../../letter/index.ts';
import { newId, sha256 } from '../../platform/ids.ts';
import type { Mail } from '../../platform/mail.ts';
import type { Role } from '../../platform/tables.ts';
import type { LinkAsk } from './better-auth.ts';
import { invitationSeconds, linkSeconds } from './model.ts';

export interface MailFacts {
  readonly baseUrl: string;
  readonly mailFrom: string;
}

/** Ties a link to the browser that asked for it: whoever else comes by it, a mail scanner or a thief, spends nothing. */
export interface LinkSeal {
  /** What the mail carries. */
  seal(token: string, browser: string): string;
  /** The token, in the browser it was made for. */
  open(sealed: string, browser: string): string | undefined;
}

export function openLinkSeal(secretKeys: readonly Buffer[]): LinkSeal {
  const keys = secretKeys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'career-relay sign-in link', 32)));
  const sign = (key: Buffer, token: string, browser: string) =>
    createHmac('sha256', key).update(`${token}\0${browser}`).digest();
  return {
    seal: (token, browser) => {
      const [newest = Buffer.alloc(0)] = keys;
      return `${token}.${sign(newest, token, browser).toString('base64url')}`;
    },
    open(sealed, browser) {
      const [token = '', signature = ''] = sealed.split('.');
      const given = Buffer.from(sha256(Buffer.from(signature, 'base64url')), 'hex');
      const isOurs = keys.some((key) => timingSafeEqual(Buffer.from(sha256(sign(key, token, browser)), 'hex'), given));
      return isOurs ? token : undefined;
    },
  };
}

export function toLinkMail(
  { baseUrl, mailFrom }: MailFacts,
  {
    email,
    locale,
    companyId,
    code,
  }: Pick<LinkAsk, 'email' | 'locale'> & { readonly companyId: string; readonly code: string },
): Mail {
  return {
    key: `sign-in-${newId()}`,
    companyId,
    from: { name: 'Career Relay', address: mailFrom },
    replyTo: mailFrom,
    to: { name: '', address: email },
    ...renderMail('sign-in', locale, {
      signInUrl: `${baseUrl}/app/link?code=${code}`,
      linkMinutes: String(linkSeconds / 60),
      serviceUrl: baseUrl,
    }),
  };
}

const roleNames = {
  ja: { owner: 'オーナー', recruiter: '採用担当', viewer: '閲覧者', auditor: '監査担当' },
  en: { owner: 'owner', recruiter: 'recruiter', viewer: 'viewer', auditor: 'auditor' },
} as const satisfies Record<Company['locale'], Record<Role, string>>;

export function toInvitationMail(
  { baseUrl, mailFrom }: MailFacts,
  {
    company,
    email,
    role,
    code,
  }: { readonly company: Company; readonly email: string; readonly role: Role; readonly code: string },
): Mail {
  const { companyId, locale, name, postalAddress, contactEmail } = company;
  return {
    key: `invitation-${newId()}`,
    companyId,
    from: { name, address: mailFrom },
    replyTo: contactEmail,
    to: { name: '', address: email },
    ...renderMail('invitation', locale, {
      invitationUrl: `${baseUrl}/app/invitation?code=${code}`,
      linkDays: String(invitationSeconds / 86_400),
      roleName: roleNames[locale][role],
      companyName: name,
      postalAddress,
      contactEmail,
    }),
  };
}
