/** Lever's words into ours. Pure. */
import { z } from 'zod';
import { type Application, RelayError, type Report, type Source } from '../../src/connector/contract.ts';
import * as vendor from './schema.ts';

/**
 * The events to subscribe to. Whatever their body says beside what was signed may have been altered, so each says no
 * more than what should be read again.
 */
const readers: Readonly<Record<string, (data: unknown) => readonly Report[]>> = {
  candidateArchiveChange: toChanged,
  candidateStageChange: toChanged,
  candidateHired: toChanged,
  candidateDeleted: toChanged,
  contactCreated: toCandidateChanged,
  contactUpdated: toCandidateChanged,
};

export const events: readonly string[] = Object.keys(readers);

/**
 * What one delivery reports. [] for events we do not use and for Lever's trial deliveries, which name nobody.
 * @throws RelayError delivery_not_understood naming the paths that do not fit, never what stands there.
 */
export function parseDelivery(body: unknown): readonly Report[] {
  const envelope = vendor.WebhookEnvelope.safeParse(body);
  if (!envelope.success) return [];
  const { event, data } = envelope.data;
  const read = Object.hasOwn(readers, event) ? readers[event] : undefined;
  return read ? read(data) : [];
}

function toChanged(data: unknown): readonly Report[] {
  const { opportunityId } = parseData(vendor.OpportunityData, data);
  return opportunityId ? [{ kind: 'changed', applicationRef: opportunityId }] : [];
}

function toCandidateChanged(data: unknown): readonly Report[] {
  const { contactId } = parseData(vendor.ContactData, data);
  return contactId ? [{ kind: 'candidate-changed', candidateRef: contactId }] : [];
}

function parseData<T>(schema: z.ZodType<T>, data: unknown): T {
  const parsed = schema.safeParse(data ?? {});
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => ['data', ...issue.path].join('.'));
  throw new RelayError('delivery_not_understood', { message: `does not fit at ${paths.join(', ')}` });
}

/**
 * When Lever says it sent a delivery; null where it says nothing, which no signature fits. Token and instant are signed
 * joined together, so a digit can be moved from one to the other: such an instant lies decades away, and one that is no
 * plain number counts as 1970, never as unknown.
 */
export function toSentAt(body: unknown): Date | null {
  const signed = vendor.SignedPart.safeParse(body);
  if (!signed.success || signed.data.triggeredAt === undefined) return null;
  const triggeredAt = vendor.Instant.safeParse(signed.data.triggeredAt);
  return new Date(triggeredAt.success ? triggeredAt.data : 0);
}

/** What is looked up beside the opportunity. */
export interface Lookups {
  readonly reasons: ReadonlyMap<string, vendor.ArchiveReason>;
  /** Titles by posting. */
  readonly jobs: ReadonlyMap<string, string | null>;
}

/** One opportunity as it stands now. An anonymised one is gone: there is nobody left to write to. */
export function toApplication(opportunity: vendor.Opportunity, { reasons, jobs }: Lookups): Application {
  const { id: applicationRef, archived } = opportunity;
  if (opportunity.isAnonymized) return { state: 'gone', applicationRef };
  const candidateRef = toId(opportunity.contact);
  const reason = toReason(archived?.reason, reasons);
  const open = { applicationRef, candidateRef, person: null };
  if (archived && reason?.type === 'hired') return { state: 'hired', ...open };
  if (!archived || !isApplicant(opportunity)) return { state: 'active', ...open };
  return {
    state: 'rejected',
    applicationRef,
    candidateRef,
    decidedAt: new Date(archived.archivedAt),
    // Withdrawals are archived with reasons of the same type; only the company knows which mean what.
    decidedBy: 'unknown',
    reason: reason ? { ref: reason.id, name: reason.text } : null,
    stage: toStage(opportunity.stage),
    job: jobs.get(findPosting(opportunity)?.id ?? '') ?? null,
    source: toSource(opportunity.origin),
    person: {
      // Lever keeps one name in one field; where it would be cut depends on the person.
      givenName: null,
      familyName: toText(opportunity.name),
      email: chooseEmail(opportunity.emails ?? []),
      locale: null,
    },
    // An employee who applied inside the company is not one to be introduced to another.
    isPrivate: opportunity.origin === 'internal',
    isConfidential: isConfidential(opportunity),
    canEmail: opportunity.dataProtection?.contact?.allowed !== false,
  };
}

/** A reason that is not listed keeps its id as its name; nobody has mapped it, so its letter waits for a person. */
function toReason(id: string | null | undefined, reasons: Lookups['reasons']): vendor.ArchiveReason | undefined {
  return id ? (reasons.get(id) ?? { id, text: id }) : undefined;
}

/** Whether a decision against this opportunity is one against somebody who applied, archived for another reason than hire. */
export function isRejection(opportunity: vendor.Opportunity, reasons: Lookups['reasons']): boolean {
  return !opportunity.isAnonymized && !isConfidential(opportunity) && isDecided(opportunity, reasons);
}

function isDecided({ archived, ...opportunity }: vendor.Opportunity, reasons: Lookups['reasons']): boolean {
  const isHired = toReason(archived?.reason, reasons)?.type === 'hired';
  return !!archived && !isHired && isApplicant(opportunity);
}

/** Only what Lever calls non-confidential is open; a word we do not know is not. */
function isConfidential({ confidentiality }: vendor.Opportunity): boolean {
  return confidentiality != null && confidentiality !== 'non-confidential';
}

/**
 * Whether the person applied. Leads were found by the company: they have no application, or one that a recruiter made
 * while they stand in one of Lever's own lead stages, whose ids begin with `lead-`.
 */
function isApplicant({ applications, stage }: Pick<vendor.Opportunity, 'applications' | 'stage'>): boolean {
  const all = applications ?? [];
  const hasAppliedThemselves = all.some((one) => typeof one === 'object' && one.type === 'posting');
  return hasAppliedThemselves || (all.length > 0 && !(stage && toId(stage).startsWith('lead-')));
}

/** The posting applied to: an opportunity has one application at most. */
export function findPosting({
  applications,
}: vendor.Opportunity): { readonly id: string; readonly text?: string } | undefined {
  for (const application of applications ?? []) {
    if (typeof application === 'string' || !application.posting) continue;
    const { posting } = application;
    return typeof posting === 'string'
      ? { id: posting }
      : { id: posting.id, ...(posting.text ? { text: posting.text } : {}) };
  }
  return undefined;
}

/** `sourced`, `university` and `internal` people came without anybody in between. Source: origin, "Opportunities". */
function toSource(origin: string | null | undefined): Source {
  const sources: Readonly<Record<string, Source>> = {
    agency: 'agency',
    referred: 'referral',
    applied: 'direct',
    sourced: 'direct',
    university: 'direct',
    internal: 'direct',
  };
  return sources[origin ?? ''] ?? 'unknown';
}

function toStage(stage: vendor.Opportunity['stage']): string | null {
  return typeof stage === 'object' ? toText(stage?.text) : null;
}

export function toId(thing: string | { readonly id: string }): string {
  return typeof thing === 'string' ? thing : thing.id;
}

function toText(value: string | null | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}

/** Looser than RFC 5321: Japanese carriers gave out addresses such as `a..b.@`, and people still read them. */
const EmailAddress = z.string().regex(/^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/);

/** Lever marks no address as the main one; the first that looks like one is taken. */
function chooseEmail(addresses: readonly string[]): string | null {
  return (
    addresses.map((address) => EmailAddress.safeParse(address.trim())).find(({ success }) => success)?.data ?? null
  );
}
