/**
 * The vendor's JSON, only the fields we use. `nullish` where the vendor leaves a field out or sends null.
 * Sources: Harvest v3 OpenAPI (harvestdocs.greenhouse.io, state of 2026-03-18) and the webhook documentation
 * (developers.greenhouse.io/webhooks.html, state of 2026-01-20), read 2026-11-22.
 */
import { z } from 'zod';

/** Numbers that name things; we keep them as text. */
const Ref = z.int().positive();

// Webhooks speak the old vocabulary of Harvest v1: `is_private`, status `active`, jobs and candidate nested.

export type WebhookEnvelope = z.infer<typeof WebhookEnvelope>;
export const WebhookEnvelope = z.object({ action: z.string(), payload: z.unknown() });

const WebhookJob = z.object({ name: z.string().nullish(), confidential: z.boolean().nullish() });

export type ApplicationPayload = z.infer<typeof ApplicationPayload>;
export const ApplicationPayload = z.object({
  application: z.object({
    id: Ref,
    prospect: z.boolean().nullish(),
    candidate: z.object({ id: Ref }),
    jobs: z.array(WebhookJob).nullish(),
  }),
});

export const DeletedApplicationPayload = z.object({ application: z.object({ id: Ref, candidate_id: Ref }) });

export const DeletedCandidatePayload = z.object({ person: z.object({ id: Ref }) });

export const MergedCandidatePayload = z.object({ person: z.object({ id: Ref, new_candidate_id: Ref }) });

export const AnonymizedCandidatePayload = z.object({ candidate_id: Ref, anonymized_fields: z.array(z.string()) });

// The API speaks Harvest v3: flat rows that name each other.

export type Application = z.infer<typeof Application>;
export const Application = z.object({
  id: Ref,
  candidate_id: Ref,
  status: z.enum(['rejected', 'hired', 'converted', 'in_process']),
  prospect: z.boolean().nullish(),
  stage_name: z.string().nullish(),
  rejected_at: z.iso.datetime({ offset: true }).nullish(),
  source_id: Ref.nullish(),
  referrer_id: Ref.nullish(),
  agency_note_id: Ref.nullish(),
});

/** An application as a page of the poll tells it. */
export type SightedApplication = z.infer<typeof SightedApplication>;
export const SightedApplication = Application.pick({
  id: true,
  status: true,
  prospect: true,
  rejected_at: true,
}).extend({
  updated_at: z.iso.datetime({ offset: true }),
});

export type RejectionDetail = z.infer<typeof RejectionDetail>;
export const RejectionDetail = z.object({
  application_id: Ref,
  rejection_reason_id: Ref.nullish(),
  rejected_at: z.iso.datetime({ offset: true }).nullish(),
});

export type RejectionReason = z.infer<typeof RejectionReason>;
export const RejectionReason = z.object({
  id: Ref,
  name: z.string(),
  type: z.object({ key: z.string().nullish() }).nullish(),
});

/** A stage of one job; jobs have stages of the same name. */
export const JobInterviewStage = z.object({ id: Ref, name: z.string() });

export type Candidate = z.infer<typeof Candidate>;
export const Candidate = z.object({
  id: Ref,
  first_name: z.string().nullish(),
  last_name: z.string().nullish(),
  email_addresses: z.array(z.object({ value: z.string().nullish(), type: z.string().nullish() })).nullish(),
  private: z.boolean().nullish(),
  can_email: z.boolean(),
});

/** A candidate as write-back looks at it: only the custom fields, by their immutable key. */
export type CandidateFields = z.infer<typeof CandidateFields>;
export const CandidateFields = z.object({
  id: Ref,
  custom_fields: z.record(z.string(), z.object({ value: z.unknown() })).nullish(),
});

export type CustomField = z.infer<typeof CustomField>;
export const CustomField = z.object({
  id: Ref,
  name_key: z.string(),
  field_type: z.string(),
  value_type: z.string(),
  active: z.boolean().nullish(),
  /** What stands for the field in an e-mail template. */
  template_token_string: z.string().nullish(),
});

export type CustomFieldOption = z.infer<typeof CustomFieldOption>;
export const CustomFieldOption = z.object({ id: Ref, name: z.string(), active: z.boolean().nullish() });

export type CandidateTag = z.infer<typeof CandidateTag>;
export const CandidateTag = z.object({ id: Ref, name: z.string() });

export type AppliedCandidateTag = z.infer<typeof AppliedCandidateTag>;
export const AppliedCandidateTag = z.object({ id: Ref, candidate_id: Ref, candidate_tag_id: Ref });

export type Note = z.infer<typeof Note>;
export const Note = z.object({ id: Ref, candidate_id: Ref, body: z.string().nullish() });

export type EmailTemplate = z.infer<typeof EmailTemplate>;
export const EmailTemplate = z.object({
  id: Ref,
  name: z.string(),
  body: z.string().nullish(),
  html_body: z.string().nullish(),
});

export type Webhook = z.infer<typeof Webhook>;
export const Webhook = z.object({
  id: Ref,
  endpoint_url: z.string(),
  event_action_type: z.string(),
  deactivated: z.boolean().nullish(),
});

/** A list of ids as a filter takes them. */
export function toIds(ids: readonly number[]): string {
  return [...new Set(ids)].sort((a, b) => a - b).join(',');
}

/** For answers whose content we do not use. */
export const Anything = z.unknown();
