import { type KnownPerson, readRejectionsOfPeople } from '../intake/index.ts';
import type { Tx } from '../platform/database.ts';
import { toLongDate } from '../platform/japan.ts';
import { maskEmail } from './model.ts';
import { type HeldView, type Locale, toMoment } from './pages.ts';
import { readDecisions, readMails } from './store.ts';
import type { Visit } from './visit.ts';

/** All that is held about the person behind a link, made readable; the address is masked. Changes nothing. */
export async function readHeld(tx: Tx, { link, person }: Visit, locale: Locale): Promise<HeldView> {
  const rejections = await readRejectionsOfPeople(tx, [link.personId]);
  const mails = await readMails(tx, link.personId);
  const decisions = await readDecisions(tx, link.personId);
  return {
    name: toName(person, locale),
    email: person.email ? maskEmail(person.email) : undefined,
    applications: rejections
      .filter(({ status }) => status !== 'erased')
      .map(({ job, decidedAt }) => ({ job, decidedAt: toLongDate(locale, decidedAt) })),
    mails: mails.map(({ kind, sentAt }) => ({ kind, sentAt: toMoment(locale, sentAt) })),
    decisions: decisions.map(({ decision, decidedAt, textVersion, locale: shownIn, referralCode }) => ({
      decision,
      decidedAt: toMoment(locale, decidedAt),
      textVersion,
      locale: shownIn,
      referralCode,
    })),
  };
}

/** Family name first in Japanese, and wherever the name itself is written in Japanese. */
function toName({ familyName, givenName }: KnownPerson, locale: Locale): string | undefined {
  const isJapanese =
    locale === 'ja' || /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(familyName ?? '');
  const names = isJapanese ? [familyName, givenName] : [givenName, familyName];
  return names.filter(Boolean).join(' ') || undefined;
}
