import { may, type Right, type Role } from '../../company/index.ts';
import type { Locale } from '../notice/kinds.ts';
import { readViewer, type ViewedCompany } from '../people/index.ts';
import type { Ask } from './ask.ts';
import { type Desk, toActor } from './desk.ts';
import type { Words } from './words.ts';

/** A person who may do what was asked, for the company it was asked for. True only at the moment it was made. */
export interface Seat {
  readonly companyId: string;
  readonly company: string;
  readonly slug: string;
  readonly role: Role;
  readonly locale: Locale;
  readonly teamRef: string;
  readonly userRef: string;
  /** For audit lines. */
  readonly actor: string;
}

/**
 * not-tied: no company uses this workspace · not-linked: nobody said who this is, for that company · no-right: the
 * role may not · choose: linked to companies, and not one of them was named.
 */
export type SeatRefusal =
  | { readonly ok: false; readonly reason: 'not-tied' }
  | { readonly ok: false; readonly reason: 'not-linked'; readonly ownerRefs: readonly string[] }
  | { readonly ok: false; readonly reason: 'no-right'; readonly locale: Locale; readonly ownerRefs: readonly string[] }
  | { readonly ok: false; readonly reason: 'choose'; readonly companies: readonly ViewedCompany[] };

/** Which company it is for: by id from a button, by slug from a command; none: the only one there is. */
export interface AskedCompany {
  readonly companyId?: string | undefined;
  readonly slug?: string | undefined;
}

/** Asks each time anew who this is and what they may: nothing that a button carries is believed. */
export async function findSeat(
  { database }: Pick<Desk, 'database'>,
  ask: Pick<Ask, 'teamRef' | 'userRef'>,
  { companyId, slug }: AskedCompany,
  right: Right,
): Promise<{ readonly ok: true; readonly seat: Seat } | SeatRefusal> {
  const { isTied, companies, ownerRefs } = await database.forSystem((tx) => readViewer(tx, ask));
  if (!isTied) return { ok: false, reason: 'not-tied' };
  const named = companies.filter(
    (company) =>
      (companyId === undefined || company.companyId === companyId) && (slug === undefined || company.slug === slug),
  );
  const [company, other] = named;
  // A slug mistyped, or a word too many: whoever is linked is told what there is.
  if (!company && companyId === undefined && companies.length > 0) return { ok: false, reason: 'choose', companies };
  if (!company) return { ok: false, reason: 'not-linked', ownerRefs };
  if (other) return { ok: false, reason: 'choose', companies: named };
  const { locale, role } = company;
  if (!may(role, right)) return { ok: false, reason: 'no-right', locale, ownerRefs };
  return { ok: true, seat: toSeat(ask, company) };
}

export function toSeat(ask: Pick<Ask, 'teamRef' | 'userRef'>, company: ViewedCompany): Seat {
  const { companyId, name, slug, role, locale } = company;
  const { teamRef, userRef } = ask;
  return { companyId, company: name, slug, role, locale, teamRef, userRef, actor: toActor(ask) };
}

/** The private, friendly answer to somebody who may not: mrkdwn. `choose` is for the caller to turn into a choice. */
export function renderRefusal(
  refusal: SeatRefusal,
  words: { readonly both: Words; readonly of: (locale: Locale) => Words },
): string {
  switch (refusal.reason) {
    case 'not-tied':
      return words.both.say('refusal.not-tied');
    case 'not-linked':
      return withOwners(words.both, 'refusal.not-linked', refusal.ownerRefs);
    case 'no-right':
      return withOwners(words.of(refusal.locale), 'refusal.no-right', refusal.ownerRefs);
    case 'choose':
      return words.both.say('refusal.choose', {
        slug: refusal.companies[0]?.slug ?? '',
        slugs: refusal.companies.map(({ slug }) => slug).join(' / '),
      });
  }
}

function withOwners(
  words: Words,
  key: 'refusal.not-linked' | 'refusal.no-right',
  ownerRefs: readonly string[],
): string {
  const text = words.say(key);
  // Slack's own ids of users, so this is the one place where a mention is made on purpose.
  const owners = ownerRefs.map((ref) => `<@${ref}>`).join(' ');
  return owners === '' ? text : `${text}\n\n${words.plain('refusal.ask')} ${owners}`;
}
