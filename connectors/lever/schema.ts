/**
 * Lever's JSON, only the fields we use. `nullish` where Lever leaves a field out or sends null. Instants are epoch
 * milliseconds, ids are UUIDs (those of Lever's own stages are words, such as `lead-new`).
 * Sources: hire.lever.co/developer/documentation (Data API v1) and answers recorded against a sandbox on 2026-07-02,
 * read 2026-11-22. No webhook body of the vendor's own could be read; its fields are those that several public
 * receivers agree on.
 */
import { z } from 'zod';

const Ref = z.string().min(1);
export const Instant = z.int().nonnegative();

// Webhooks

export const WebhookEnvelope = z.object({ event: z.string(), data: z.unknown() });

/** Whatever stands there; the signature proves only its text. */
export const SignedPart = z.object({ triggeredAt: z.unknown() });

/** Absent in the deliveries that Lever sends to try an address. */
export const OpportunityData = z.object({ opportunityId: z.guid().nullish() });
export const ContactData = z.object({ contactId: z.guid().nullish() });

// The API

/** Every answer of one thing. */
export function One<T>(thing: z.ZodType<T>) {
  return z.object({ data: thing });
}

/** Every answer of a list. `next` is given back as `offset`, unread. */
export function Page<T>(thing: z.ZodType<T>) {
  return z.object({ data: z.array(thing), next: z.string().nullish(), hasNext: z.boolean().nullish() });
}

/** With `expand` the thing itself, else its id. */
const Posting = z.object({ id: Ref, text: z.string().nullish() });
export const Stage = z.object({ id: Ref, text: z.string().nullish() });
const Application = z.object({
  id: Ref,
  type: z.string().nullish(),
  posting: z.union([Ref, Posting]).nullish(),
});

export type Opportunity = z.infer<typeof Opportunity>;
export const Opportunity = z.object({
  id: Ref,
  name: z.string().nullish(),
  contact: z.union([Ref, z.object({ id: Ref })]),
  emails: z.array(z.string()).nullish(),
  confidentiality: z.string().nullish(),
  origin: z.string().nullish(),
  stage: z.union([Ref, Stage]).nullish(),
  archived: z.object({ reason: Ref.nullish(), archivedAt: Instant }).nullish(),
  applications: z.array(z.union([Ref, Application])).nullish(),
  isAnonymized: z.boolean().nullish(),
  dataProtection: z.object({ contact: z.object({ allowed: z.boolean().nullish() }).nullish() }).nullish(),
});

export type ArchiveReason = z.infer<typeof ArchiveReason>;
export const ArchiveReason = z.object({
  id: Ref,
  text: z.string(),
  type: z.string().nullish(),
  status: z.string().nullish(),
});

export const PostingTitle = z.object({ id: Ref, text: z.string().nullish() });

/** Of an answer to a write, which may come with an empty name and no address, nothing is read but that it came. */
export const Written = z.object({ data: z.unknown() });

export const Note = z.object({
  id: Ref,
  deletedAt: Instant.nullish(),
  fields: z.array(z.object({ value: z.unknown() })).nullish(),
});

export type Webhook = z.infer<typeof Webhook>;
export const Webhook = z.object({ id: Ref, event: z.string(), url: z.string() });
export const NewWebhook = z.object({ id: Ref, configuration: z.object({ signatureToken: z.string().min(1) }) });

export const User = z.object({ id: Ref, deactivatedAt: Instant.nullish() });
export const Anything = z.unknown();
