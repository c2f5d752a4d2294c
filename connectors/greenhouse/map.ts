/** Greenhouse's words into ours. Pure. */
import { z } from 'zod';
import {
  type Application,
  type ApplicationHint,
  type DecidedBy,
  type Person,
  RelayError,
  type Report,
  type Source,
} from '../../src/connector/contract.ts';
import type * as vendor from './schema.ts';
import {
  AnonymizedCandidatePayload,
  ApplicationPayload,
  DeletedApplicationPayload,
  DeletedCandidatePayload,
  MergedCandidatePayload,
  WebhookEnvelope,
} from './schema.ts';

/** The events to subscribe to, one Greenhouse webhook each. */
const readers: Readonly<Record<string, (payload: unknown) => readonly Report[]>> = {
  reject_candidate: toRejected,
  unreject_candidate: (payload) => [{ kind: 'reinstated', ...toHint(parsePayload(ApplicationPayload, payload)) }],
  hire_candidate: (payload) => [{ kind: 'hired', ...toHint(parsePayload(ApplicationPayload, payload)) }],
  delete_candidate: toErasedCandidate,
  merge_candidate: toMerged,
  candidate_anonymized: toAnonymized,
  delete_application: toErasedApplication,
  new_candidate_application: toApplied,
};

export const events: readonly string[] = Object.keys(readers);

/**
 * What one delivery reports. [] for the ping, whose body Greenhouse does not document, and for events we do not use.
 * @throws RelayError delivery_not_understood naming the paths that do not fit, never what stands there.
 */
export function parseDelivery(body: unknown): readonly Report[] {
  const envelope = WebhookEnvelope.safeParse(body);
  if (!envelope.success) return [];
  const { action, payload } = envelope.data;
  const read = Object.hasOwn(readers, action) ? readers[action] : undefined;
  return read ? read(payload) : [];
}

/** A prospect was found by the company and never applied: there is no application to decline. */
function toRejected(payload: unknown): readonly Report[] {
  const parsed = parsePayload(ApplicationPayload, payload);
  return parsed.application.prospect ? [] : [{ kind: 'rejected', ...toHint(parsed) }];
}

function toApplied(payload: unknown): readonly Report[] {
  const parsed = parsePayload(ApplicationPayload, payload);
  return parsed.application.prospect ? [] : [{ kind: 'applied', ...toHint(parsed) }];
}

function toErasedCandidate(payload: unknown): readonly Report[] {
  const { person } = parsePayload(DeletedCandidatePayload, payload);
  return [{ kind: 'erased', candidateRef: String(person.id), applicationRefs: [] }];
}

function toMerged(payload: unknown): readonly Report[] {
  const { person } = parsePayload(MergedCandidatePayload, payload);
  return [{ kind: 'merged', candidateRef: String(person.id), intoCandidateRef: String(person.new_candidate_id) }];
}

/** Anonymising is per field. Only without name or address is the person gone; a lost phone number changes nothing. */
function toAnonymized(payload: unknown): readonly Report[] {
  const { candidate_id, anonymized_fields } = parsePayload(AnonymizedCandidatePayload, payload);
  const isPersonGone = anonymized_fields.some((field) => field === 'email_addresses' || field === 'full_name');
  return isPersonGone ? [{ kind: 'erased', candidateRef: String(candidate_id), applicationRefs: [] }] : [];
}

function toErasedApplication(payload: unknown): readonly Report[] {
  const { application } = parsePayload(DeletedApplicationPayload, payload);
  return [
    { kind: 'erased', candidateRef: String(application.candidate_id), applicationRefs: [String(application.id)] },
  ];
}

function toHint({ application }: vendor.ApplicationPayload): ApplicationHint {
  const jobs = application.jobs ?? [];
  return {
    applicationRef: String(application.id),
    candidateRef: String(application.candidate.id),
    job: jobs.find((job) => job.name)?.name ?? null,
    isConfidential: jobs.some((job) => job.confidential === true),
  };
}

function parsePayload<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => ['payload', ...issue.path].join('.'));
  throw new RelayError('delivery_not_understood', { message: `does not fit at ${paths.join(', ')}` });
}

/** What three lists of v3 say about one batch. */
export interface Reading {
  readonly applications: ReadonlyMap<string, vendor.Application>;
  readonly details: ReadonlyMap<string, vendor.RejectionDetail>;
  readonly candidates: ReadonlyMap<string, vendor.Candidate>;
  readonly reasons: ReadonlyMap<number, vendor.RejectionReason>;
}

/** Whether v3 shows a decision against a real application. A converted prospect lives on as another application. */
export function isRejection(application: vendor.Application): boolean {
  return application.status === 'rejected' && application.prospect !== true;
}

/** Whether v3 shows a real application that is still being decided on. */
export function isOpen(application: vendor.Application): boolean {
  return application.status === 'in_process' && application.prospect !== true;
}

/**
 * One application as it stands now. `gone` also when its candidate cannot be read: then there is nobody to write to.
 * Job and confidentiality are not in v3's application; the delivery's hint has them.
 * @throws RelayError vendor_not_understood when a rejection carries no instant.
 */
export function toApplication(applicationRef: string, reading: Reading): Application {
  const application = reading.applications.get(applicationRef);
  if (!application) return { state: 'gone', applicationRef };
  const candidateRef = String(application.candidate_id);
  const candidate = reading.candidates.get(candidateRef);
  if (!isRejection(application)) {
    const person = isOpen(application) && candidate ? toPerson(candidate) : null;
    const state = application.status === 'hired' ? 'hired' : 'active';
    return { state, applicationRef, candidateRef, person, stage: application.stage_name ?? null };
  }
  if (!candidate) return { state: 'gone', applicationRef };
  const detail = reading.details.get(applicationRef);
  const reason = toReason(detail, reading.reasons);
  return {
    state: 'rejected',
    applicationRef,
    candidateRef,
    decidedAt: toDecidedAt(application, detail),
    decidedBy: toDecidedBy(reason?.type?.key),
    reason: reason ? { ref: String(reason.id), name: reason.name } : null,
    stage: application.stage_name ?? null,
    job: null,
    source: toSource(application),
    person: toPerson(candidate),
    isPrivate: candidate.private ?? false,
    isConfidential: false,
    canEmail: candidate.can_email,
  };
}

function toReason(
  detail: vendor.RejectionDetail | undefined,
  reasons: Reading['reasons'],
): vendor.RejectionReason | undefined {
  const id = detail?.rejection_reason_id;
  return id ? (reasons.get(id) ?? { id, name: String(id), type: null }) : undefined;
}

function toDecidedAt(application: vendor.Application, detail: vendor.RejectionDetail | undefined): Date {
  const rejectedAt = application.rejected_at ?? detail?.rejected_at;
  if (rejectedAt) return new Date(rejectedAt);
  throw new RelayError('vendor_not_understood', { message: 'a rejected application without rejected_at' });
}

/**
 * SECURITY_CONCERN (suspected fraud) and NONE_SPECIFIED stay unknown, so a person looks before anything is sent.
 * Source: rejection reason type keys, harvestdocs.greenhouse.io, "List rejection reasons" (read 2026-11-22).
 */
export function toDecidedBy(typeKey: string | null | undefined): DecidedBy {
  if (typeKey === 'WE_REJECTED_THEM') return 'company';
  if (typeKey === 'THEY_REJECTED_US') return 'candidate';
  return 'unknown';
}

/**
 * Inferred, not documented: an agency's submission carries the agency's note; `referrer_id` is who gets the credit,
 * mostly an employee who referred. A source alone means the person came by themselves.
 */
function toSource(application: vendor.Application): Source {
  if (application.agency_note_id) return 'agency';
  if (application.referrer_id) return 'referral';
  return application.source_id ? 'direct' : 'unknown';
}

function toPerson(candidate: vendor.Candidate): Person {
  return {
    givenName: toText(candidate.first_name),
    familyName: toText(candidate.last_name),
    email: chooseEmail(candidate.email_addresses ?? []),
    locale: null,
  };
}

function toText(value: string | null | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}

/** Greenhouse marks no address as primary. The private one first: a work address may belong to the present employer. */
const emailTypes: readonly string[] = ['personal', 'other', 'work'];
/** Looser than RFC 5321: Japanese carriers gave out addresses such as `a..b.@`, and people still read them. */
const EmailAddress = z.string().regex(/^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/);

function chooseEmail(addresses: NonNullable<vendor.Candidate['email_addresses']>): string | null {
  const usable = addresses.flatMap(({ value, type }) => {
    const address = EmailAddress.safeParse(value?.trim());
    return address.success ? [{ address: address.data, rank: toRank(type) }] : [];
  });
  return usable.toSorted((a, b) => a.rank - b.rank)[0]?.address ?? null;
}

function toRank(type: string | null | undefined): number {
  const rank = emailTypes.indexOf((type ?? '').toLowerCase());
  return rank === -1 ? emailTypes.length : rank;
}
