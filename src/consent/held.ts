import { readRejectionsOfPerson } from '../intake/index.ts';
import type { Tx } from '../platform/database.ts';
import { maskEmail } from './model.ts';
import { type HeldView, type Locale, toDay, toMoment } from './pages.ts';
import { readDecisions, readMails } from './store.ts';
import type { Visit } from './visit.ts';

/** All that is held about the person behind a link, made readable; the address is masked. Changes nothing. */
export async function readHeld(tx: Tx, { link, person }: Visit, locale: Locale): Promise<HeldView> {
  const rejections = await readRejectionsOfPerson(tx, link.personId);
  const mails = await readMails(tx, link.personId);
  const decisions = await readDecisions(tx, link.personId);
  const names = locale === 'ja' ? [person.familyName, person.givenName] : [person.givenName, person.familyName];
  return {
    name: names.filter(Boolean).join(' ') || undefined,
    email: person.email ? maskEmail(person.email) : undefined,
    applications: rejections
      .filter(({ status }) => status !== 'erased')
      .map(({ job, decidedAt }) => ({ job, decidedAt: toDay(locale, decidedAt) })),
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
