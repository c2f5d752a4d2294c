import { type Agency, type Company, readAgency, readCompany } from '../company/index.ts';
import { type KnownPerson, readPeople } from '../intake/index.ts';
import { findBlankTokens, insertLinks, type NewLink, renderMail, toCandidateName } from '../letter/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { isError, RelayError } from '../platform/errors.ts';
import { newToken } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Mail, Mailer, MailOutcome } from '../platform/mail.ts';
import type { Consent } from './model.ts';
import { toMoment } from './pages.ts';
import { claimReceipts, saveReceipts } from './receipt-store.ts';
import { readStanding } from './store.ts';

export interface ReceiptParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly mailer: Mailer;
  readonly baseUrl: string;
  readonly mailFrom: string;
}

interface Outgoing {
  readonly consentId: string;
  /** undefined where the agency's details have gone missing, so that it cannot be written. */
  readonly mail: Mail | undefined;
}

/**
 * Mails each person what was recorded: what, with whom, when, and how to change it. Once per decision: a sending cut
 * short is repeated only where repeating keeps one mail, else it stays `unknown`. A decision that no longer stands gets
 * none. @throws RelayError mail_unavailable when a mail did not leave and may be tried again.
 */
export async function sendReceipts(
  parts: ReceiptParts,
  companyId: string,
  consentIds: readonly string[],
): Promise<void> {
  const atOnce = parts.mailer.atOnce ?? 1;
  let mustRepeat = false;
  for (let from = 0; from < consentIds.length; from += atOnce) {
    const outgoing = await prepare(parts, companyId, consentIds.slice(from, from + atOnce));
    const outcomes = await Promise.all(
      outgoing.map(async ({ consentId, mail }) => ({ consentId, outcome: await send(parts, consentId, mail) })),
    );
    await settle(parts, companyId, outcomes);
    mustRepeat ||= outcomes.some(({ outcome }) => outcome.kind === 'refused' && !outcome.isPermanent);
  }
  if (mustRepeat) throw new RelayError('mail_unavailable');
}

/** Claims what may leave, gives it a fresh link and writes it; all in one transaction, right before sending. */
async function prepare(
  parts: ReceiptParts,
  companyId: string,
  consentIds: readonly string[],
): Promise<readonly Outgoing[]> {
  const now = parts.clock.now();
  return parts.database.forCompany(companyId, async (tx) => {
    const standing = await readStanding(tx, consentIds);
    const people = await readPeople(
      tx,
      standing.map(({ personId }) => personId),
    );
    const company = await readCompany(tx, companyId);
    const agency = await readAgency(tx, companyId);
    const addressees = new Map(people.filter(({ email }) => email).map((person) => [person.personId, person]));
    const due = company && agency ? standing.filter(({ personId }) => addressees.has(personId)) : [];
    const claimed = await claimReceipts(tx, companyId, {
      due: due.map(({ consentId }) => consentId),
      moot: consentIds.filter((id) => !due.some(({ consentId }) => consentId === id)),
      mayRepeat: parts.mailer.isIdempotent,
      now,
    });
    const outgoing: Outgoing[] = [];
    const links: NewLink[] = [];
    for (const consent of due.filter(({ consentId }) => claimed.has(consentId))) {
      const person = addressees.get(consent.personId);
      if (!person || !company || !agency) continue;
      const { personId, rejectionId } = consent;
      const link = { token: newToken(), companyId, personId, rejectionId, letterId: null };
      links.push(link);
      outgoing.push({
        consentId: consent.consentId,
        mail: write(parts, { consent, person, company, agency, token: link.token }),
      });
    }
    await insertLinks(tx, links, now);
    return outgoing;
  });
}

interface Addressed {
  readonly consent: Consent;
  readonly person: KnownPerson;
  readonly company: Company;
  readonly agency: Agency;
  /** Of a fresh link. */
  readonly token: string;
}

/** Whoever has no name on record is still told. */
const nameless = { ja: 'ご応募者 様', en: 'Applicant' };

function write(parts: ReceiptParts, { consent, person, company, agency, token }: Addressed): Mail | undefined {
  const { locale } = consent;
  const candidateName = toCandidateName(person, locale) || nameless[locale];
  const common = {
    candidateName,
    companyName: company.name,
    agencyName: agency.name,
    decidedAt: toMoment(locale, consent.decidedAt),
    manageUrl: `${parts.baseUrl}/c/${token}`,
    postalAddress: company.postalAddress,
    contactEmail: company.contactEmail,
  };
  const isGrant = consent.decision === 'granted';
  const name = isGrant ? 'receipt' : 'withdrawal';
  const tokens = isGrant ? { ...common, ...toGrantTokens(consent, agency) } : common;
  if (findBlankTokens(name, tokens).length > 0) return undefined;
  return {
    key: `receipt-${consent.consentId}`,
    companyId: company.companyId,
    from: { name: company.name, address: parts.mailFrom },
    replyTo: company.contactEmail,
    to: { name: candidateName, address: person.email ?? '' },
    ...renderMail(name, locale, tokens),
  };
}

function toGrantTokens({ referralCode }: Consent, agency: Agency) {
  return {
    agencyAddress: agency.address,
    agencyRepresentative: agency.representative,
    agencyLicenceNumber: agency.licenceNumber,
    referralCode: referralCode ?? '',
    registrationUrl: agency.registrationUrl,
  };
}

/** A mailer does not throw for what it foresees; what it did not foresee may have happened after the mail left. */
async function send({ mailer, log }: ReceiptParts, consentId: string, mail: Mail | undefined): Promise<MailOutcome> {
  if (!mail) return { kind: 'refused', isPermanent: true, reason: 'blank-token' };
  try {
    return await mailer.send(mail);
  } catch (error) {
    // Its message may quote an address, so only its name is logged.
    log.error({ consentId, error: isError(error) ? error.name : 'unknown' }, 'the mailer failed');
    const reason = 'mailer-failed';
    return mailer.isIdempotent ? { kind: 'refused', isPermanent: false, reason } : { kind: 'unknown', reason };
  }
}

async function settle(
  parts: ReceiptParts,
  companyId: string,
  outcomes: readonly { readonly consentId: string; readonly outcome: MailOutcome }[],
): Promise<void> {
  if (outcomes.length === 0) return;
  const now = parts.clock.now();
  const settled = outcomes.map(({ consentId, outcome }) => ({ consentId, status: toStatus(outcome) }));
  await parts.database.forCompany(companyId, (tx) => saveReceipts(tx, settled, now));
  for (const { consentId, outcome } of outcomes) {
    if (outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.isPermanent))
      parts.log.warn({ consentId, outcome: outcome.kind, reason: outcome.reason }, 'a receipt did not surely arrive');
  }
}

function toStatus(outcome: MailOutcome): 'sent' | 'failed' | 'waiting' | 'unknown' {
  if (outcome.kind !== 'refused') return outcome.kind;
  return outcome.isPermanent ? 'failed' : 'waiting';
}
