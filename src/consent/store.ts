import type { Selectable } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { ConsentTable } from '../platform/tables.ts';
import type { Consent } from './model.ts';
import type { ConsentText, Locale } from './pages.ts';

export async function readConsents(tx: Tx, consentIds: readonly string[]): Promise<readonly Consent[]> {
  if (consentIds.length === 0) return [];
  const rows = await tx
    .selectFrom('consent')
    .selectAll()
    .where('consent_id', 'in', consentIds)
    .orderBy('consent_id')
    .execute();
  return rows.map(toConsent);
}

export interface ListedConsent extends Omit<Consent, 'companyId'> {
  readonly id: string;
}

/** Newest first. */
export async function listConsents(
  tx: Tx,
  request: PageRequest & { readonly companyId: string },
): Promise<Page<ListedConsent>> {
  let query = tx.selectFrom('consent').selectAll().where('company_id', '=', request.companyId);
  if (request.cursor) query = query.where('consent_id', '<', request.cursor);
  const rows = await query
    .orderBy('consent_id', 'desc')
    .limit(request.limit + 1)
    .execute();
  return toPage(
    rows.map((row) => ({ id: row.consent_id, ...toConsent(row) })),
    request.limit,
  );
}

/** Every decision of a person, oldest first. */
export async function readDecisions(tx: Tx, personId: string): Promise<readonly Consent[]> {
  const rows = await tx
    .selectFrom('consent')
    .selectAll()
    .where('person_id', '=', personId)
    .orderBy('decided_at')
    .orderBy('consent_id')
    .execute();
  return rows.map(toConsent);
}

/** The decision that stands of each person: the one no other follows. Not the newest by time: two machines' clocks may differ. */
export async function readStandingDecisions(
  tx: Tx,
  personIds: readonly string[],
  agencyId: string,
): Promise<readonly Consent[]> {
  if (personIds.length === 0) return [];
  const rows = await tx
    .selectFrom('consent')
    .selectAll()
    .where('person_id', 'in', personIds)
    .where('purpose', '=', 'introduction')
    .where('agency_id', '=', agencyId)
    .where((consent) =>
      consent.not(
        consent.exists(
          consent
            .selectFrom('consent as later')
            .select('later.consent_id')
            .whereRef('later.previous_consent_id', '=', 'consent.consent_id'),
        ),
      ),
    )
    .execute();
  return rows.map(toConsent);
}

/** Which of these decisions still stand. */
export async function readStanding(tx: Tx, consentIds: readonly string[]): Promise<readonly Consent[]> {
  if (consentIds.length === 0) return [];
  const followed = await tx
    .selectFrom('consent')
    .select('previous_consent_id')
    .where('previous_consent_id', 'in', consentIds)
    .execute();
  const gone = new Set(followed.map((row) => row.previous_consent_id));
  return (await readConsents(tx, consentIds)).filter(({ consentId }) => !gone.has(consentId));
}

/** The agreements of these people behind which no rejection was known. */
export async function readUnboundGrants(tx: Tx, personIds: readonly string[]): Promise<readonly string[]> {
  if (personIds.length === 0) return [];
  const rows = await tx
    .selectFrom('consent')
    .select('consent_id')
    .where('person_id', 'in', personIds)
    .where('decision', '=', 'granted')
    .where('rejection_id', 'is', null)
    .execute();
  return rows.map((row) => row.consent_id);
}

export interface SentMail {
  readonly kind: 'letter' | 'granted' | 'withdrawn';
  readonly sentAt: Date;
}

/** Every mail that reached a person's mailbox, as far as we know, oldest first. */
export async function readMails(tx: Tx, personId: string): Promise<readonly SentMail[]> {
  const letters = await tx
    .selectFrom('letter')
    .select('sent_at')
    .where('person_id', '=', personId)
    .where('status', '=', 'sent')
    .execute();
  const receipts = await tx
    .selectFrom('receipt')
    .innerJoin('consent', 'consent.consent_id', 'receipt.consent_id')
    .select(['receipt.sent_at', 'consent.decision'])
    .where('consent.person_id', '=', personId)
    .where('receipt.status', '=', 'sent')
    .execute();
  const mails = [
    ...letters.map(({ sent_at }) => ({ kind: 'letter' as const, sent_at })),
    ...receipts.map(({ sent_at, decision }) => ({
      kind: decision === 'withdrawn' ? ('withdrawn' as const) : ('granted' as const),
      sent_at,
    })),
  ];
  return mails
    .flatMap(({ kind, sent_at }) => (sent_at ? [{ kind, sentAt: sent_at }] : []))
    .sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime());
}

/** A text that somebody answered to. */
export interface ShownText {
  readonly locale: Locale;
  readonly text: ConsentText;
}

/** Keeps the texts that were shown, each once. */
export async function saveTexts(tx: Tx, companyId: string, shown: readonly ShownText[], now: Date): Promise<void> {
  if (shown.length === 0) return;
  const byHash = new Map(shown.map((one) => [one.text.hash, one]));
  await tx
    .insertInto('consent_text')
    .values(
      [...byHash.values()].map(({ text, locale }) => ({
        text_hash: text.hash,
        company_id: companyId,
        text_version: text.version,
        locale,
        body: text.body,
        first_shown_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export interface NewConsent extends Consent {
  readonly userAgent: string | null;
}

/**
 * Adds each decision after the one it names; gives the ids of those added. Missing is one that another followed first
 * (or whose code is taken). In one order for everybody, so that two runs cannot wait for each other.
 */
export async function addConsents(tx: Tx, consents: readonly NewConsent[]): Promise<ReadonlySet<string>> {
  if (consents.length === 0) return new Set();
  const rows = await tx
    .insertInto('consent')
    .values(consents.toSorted((a, b) => (a.personId < b.personId ? -1 : 1)).map(toRow))
    .onConflict((conflict) => conflict.doNothing())
    .returning('consent_id')
    .execute();
  return new Set(rows.map((row) => row.consent_id));
}

function toRow(consent: NewConsent) {
  return {
    consent_id: consent.consentId,
    company_id: consent.companyId,
    person_id: consent.personId,
    purpose: consent.purpose,
    agency_id: consent.agencyId,
    rejection_id: consent.rejectionId,
    decision: consent.decision,
    decided_at: consent.decidedAt,
    text_hash: consent.textHash,
    text_version: consent.textVersion,
    locale: consent.locale,
    ticks: JSON.stringify(consent.ticks),
    method: 'page',
    user_agent: consent.userAgent,
    referral_code: consent.referralCode,
    previous_consent_id: consent.previousConsentId,
  };
}

function toConsent(row: Selectable<ConsentTable>): Consent {
  return {
    consentId: row.consent_id,
    companyId: row.company_id,
    personId: row.person_id,
    purpose: row.purpose,
    agencyId: row.agency_id,
    rejectionId: row.rejection_id,
    decision: row.decision,
    decidedAt: row.decided_at,
    textHash: row.text_hash,
    textVersion: row.text_version,
    locale: row.locale,
    ticks: row.ticks,
    referralCode: row.referral_code,
    previousConsentId: row.previous_consent_id,
  };
}
