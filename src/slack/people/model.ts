import { randomBytes } from 'node:crypto';
import type { Role } from '../../company/index.ts';
import { sha256 } from '../../platform/ids.ts';
import type { Locale } from '../notice/kinds.ts';

/** A Slack user who may act for a company. */
export interface LinkedPerson {
  /** Slack's id of the user, such as U0123456789. */
  readonly slackRef: string;
  readonly role: Role;
  /** null: reads in the company's language. */
  readonly locale: Locale | null;
  readonly linkedAt: Date;
}

/** Whom we have before us: for which companies of the workspace, and as what. */
export interface Viewer {
  /** False: no company is tied to this workspace, so nobody can be linked either. */
  readonly isTied: boolean;
  readonly companies: readonly ViewedCompany[];
  /** Who can mend a missing link or right: up to three users linked as owners. */
  readonly ownerRefs: readonly string[];
}

export interface ViewedCompany {
  readonly companyId: string;
  readonly slug: string;
  readonly name: string;
  readonly locale: Locale;
  readonly role: Role;
}

/** How long a link code may be used, in milliseconds. */
export const linkCodeMs = 24 * 3_600_000;
/** Wrong codes a user may type within a minute. */
export const wrongCodesAtMost = 5;

/** Crockford's base 32: no letter that is read as another. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new code of 80 random bits, as it is read out: `7F3K-9QMA-20XT-C4WB`. */
export function makeCode(): string {
  const letters = [...randomBytes(16)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

/** What is kept of a code. However it is typed, small or with other signs between, it is the same. */
export function hashCode(typed: string): string {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return sha256(`slack-link|${plain}`);
}

/** Whether a text can be Slack's id of a user. */
export function isUserRef(text: string): boolean {
  return /^[UW][A-Z0-9]{5,20}$/.test(text);
}
