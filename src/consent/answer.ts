import { randomBytes } from 'node:crypto';
import type { EventName, Events } from '../events.ts';
import { appendAudit } from '../platform/audit.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { type Answer, type Decision, decide, toReferralCode } from './model.ts';
import type { Shown } from './nonce.ts';
import type { ConsentText, Pages } from './pages.ts';
import { addConsent, saveText } from './store.ts';
import { readVisit, type Visit } from './visit.ts';

export interface AnswerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
}

/** `settled`: the person now stands where the answer leads, whether it was recorded just now or before. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-open'; readonly visit: Visit }
  | { readonly kind: 'box-not-ticked' | 'text-changed'; readonly visit: Visit };

/**
 * Records an answer with its evidence, its audit line and its event, in one transaction. Of answers given at once each
 * is judged by the decision it really follows: twenty grants make one consent.
 * @throws RelayError request_conflict when others answer for the same person faster, again and again.
 */
export function takeAnswer(
  parts: AnswerParts,
  link: Visit['link'],
  answer: Answer & { readonly userAgent: string | undefined },
  shown: Shown,
): Promise<Outcome> {
  const now = parts.clock.now();
  return parts.database.forCompany(link.companyId, async (tx) => {
    for (let tries = 0; tries < 5; tries += 1) {
      const visit = await readVisit(tx, link, now);
      if (!visit) return { kind: 'unknown' };
      const verdict = decide(visit.standing, answer, now);
      if (verdict.kind === 'unchanged') return { kind: 'settled' };
      if (verdict.kind === 'refused') return { kind: verdict.reason, visit };
      const text = findText(parts.pages, visit, shown, verdict.decision);
      if (!text) return { kind: 'text-changed', visit };
      if (await record(parts, tx, visit, { ...answer, decision: verdict.decision, text, locale: shown.locale, now }))
        return { kind: 'settled' };
    }
    throw new RelayError('request_conflict');
  });
}

/**
 * The text the person answered to, made again and compared by its hash. An agreement to a text that has changed since
 * does not count (undefined); a "no" always does, and is kept with the text now in force.
 */
function findText(pages: Pages, { facts }: Visit, shown: Shown, decision: Decision): ConsentText | undefined {
  if (!facts) return undefined;
  const introduction = pages.renderText('introduction', shown.locale, facts);
  if (introduction.hash === shown.textHash) return introduction;
  if (decision === 'granted') return undefined;
  return decision === 'declined' ? introduction : pages.renderText('withdrawal', shown.locale, facts);
}

interface Taken extends Answer {
  readonly decision: Decision;
  readonly text: ConsentText;
  readonly locale: Shown['locale'];
  readonly userAgent: string | undefined;
  readonly now: Date;
}

const userAgentMax = 200;

async function record(parts: AnswerParts, tx: Tx, visit: Visit, taken: Taken): Promise<boolean> {
  const { agency, link, consent: previous } = visit;
  if (!agency) return false;
  const { companyId, personId } = link;
  const consentId = newId();
  await saveText(tx, companyId, taken.locale, taken.text, taken.now);
  const isAdded = await addConsent(tx, {
    consentId,
    companyId,
    personId,
    purpose: 'introduction',
    agencyId: agency.agencyId,
    rejectionId: link.rejectionId,
    decision: taken.decision,
    decidedAt: taken.now,
    textHash: taken.text.hash,
    textVersion: taken.text.version,
    locale: taken.locale,
    ticks: taken.ticks,
    userAgent: taken.userAgent?.slice(0, userAgentMax) ?? null,
    referralCode: taken.decision === 'granted' ? toReferralCode(randomBytes(5)) : null,
    previousConsentId: previous?.consentId ?? null,
  });
  if (!isAdded) return false;
  const event = eventOf[taken.decision];
  if (event) await parts.events.publish(tx, event, [{ companyId, consentId, personId, agencyId: agency.agencyId }]);
  // Last, because it makes everybody else of the company wait until this is written.
  await appendAudit(tx, {
    companyId,
    at: taken.now,
    actor: 'applicant',
    action: `consent.${taken.decision}`,
    subject: consentId,
    detail: { personId, agencyId: agency.agencyId, textVersion: taken.text.version, locale: taken.locale },
  });
  return true;
}

/** Nobody is told of a "no" that changes nothing: it stays between the person and the evidence. */
const eventOf = {
  granted: 'consent-granted',
  withdrawn: 'consent-withdrawn',
  declined: undefined,
} as const satisfies Record<Decision, EventName | undefined>;
