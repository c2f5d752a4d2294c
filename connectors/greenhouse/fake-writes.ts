/** Harvest v3's writes, as strict as its documentation. */
import { z } from 'zod';
import { type Answer, invalid, notFound, parseJson, refuse, toProblems } from './fake-answer.ts';
import {
  type FakeApplication,
  type FakeCandidate,
  type FakeEmailTemplate,
  type FakeWebhook,
  importedTag,
  presentCandidate,
  type Store,
  webhookEvents,
} from './fake-store.ts';
export interface Write {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly isJson: boolean;
}

export interface WriteRules {
  readonly now: () => Date;
  readonly userId: string;
  /** The reading of the docs that hurts most: a PATCH of custom_fields drops those it does not name. */
  readonly replacesCustomFields: boolean;
  /** What the organisation does with a decision made by the API. */
  decide(application: FakeApplication, rejectionReasonId: number, mail: FakeMail | undefined): void;
  undecide(application: FakeApplication): void;
  /** Called once per webhook made or changed. @returns whether the ping was answered; it is, unless a test says otherwise. */
  ping(webhook: FakeWebhook): boolean;
}

/** A rejection mail that Greenhouse was asked to send. */
export interface FakeMail {
  readonly template: FakeEmailTemplate;
  readonly sendAt: string | null;
}

/** POST, PATCH and DELETE. No key makes a repeat harmless: every POST that is valid adds a row. */
export function answerWrite(store: Store, write: Write, rules: WriteRules): Answer {
  const [, collection, id, action] = /^\/v3\/([a-z_]+)(?:\/(\d+)(?:\/([a-z]+))?)?$/.exec(write.path) ?? [];
  if (write.method === 'DELETE' && collection === 'applied_candidate_tags' && id)
    return removeApplied(store, Number(id));
  if (!write.isJson) return refuse(415, 'Unsupported Media Type');
  const body = parseJson(write.text);
  if (write.method === 'POST' && collection === 'applications' && id) {
    if (action === 'reject') return rejectApplication(store, Number(id), body, rules);
    if (action === 'unreject') return unrejectApplication(store, Number(id), rules);
  }
  if (action) return notFound;
  if (write.method === 'PATCH' && id) {
    if (collection === 'candidates') return patchCandidate(store, Number(id), body, rules);
    if (collection === 'webhooks') return patchWebhook(store, Number(id), body, rules);
  }
  if (write.method === 'POST' && !id) {
    if (collection === 'candidate_tags') return addTag(store, body);
    if (collection === 'applied_candidate_tags') return applyTag(store, body);
    if (collection === 'notes') return addNote(store, body, rules);
    if (collection === 'webhooks') return addWebhook(store, body, rules);
  }
  return notFound;
}

const NewTag = z.strictObject({ name: z.string().min(1).max(255) });

function addTag(store: Store, body: unknown): Answer {
  const parsed = NewTag.safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const { name } = parsed.data;
  const isTaken = [...store.candidateTags.all()].some((tag) => tag.name.toLowerCase() === name.toLowerCase());
  if (isTaken) return invalid({ name: 'has already been taken' });
  return { status: 201, body: store.candidateTags.put({ id: store.nextId(), name }) };
}

const NewAppliedTag = z.strictObject({ candidate_id: z.int(), candidate_tag_id: z.int() });

function applyTag(store: Store, body: unknown): Answer {
  const parsed = NewAppliedTag.safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const { candidate_id, candidate_tag_id } = parsed.data;
  if (!store.candidates.get(candidate_id)) return invalid({ candidate: 'must exist' });
  if (!store.candidateTags.get(candidate_tag_id)) return invalid({ candidate_tag: 'must exist' });
  const isTaken = store.appliedTags.ofParent(candidate_id).some((one) => one.candidate_tag_id === candidate_tag_id);
  if (isTaken) return invalid({ candidate_tag_id: 'has already been taken' });
  return { status: 201, body: store.appliedTags.put({ id: store.nextId(), candidate_id, candidate_tag_id }) };
}

function removeApplied(store: Store, id: number): Answer {
  if (!store.appliedTags.get(id)) return notFound;
  store.appliedTags.remove(id);
  return { status: 204 };
}

const readVisibility = { public: 'publicly_visible', private: 'privately_visible', admin_only: 'admin_only_visible' };
const NewNote = z.strictObject({
  candidate_id: z.int(),
  application_id: z.int().optional(),
  user_id: z.int().optional(),
  body: z.string().min(1),
  note_type: z.enum(['NOTE', 'ACTIVITY']),
  visibility: z.enum(['public', 'private', 'admin_only']),
});

function addNote(store: Store, body: unknown, rules: WriteRules): Answer {
  const parsed = NewNote.safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const { note_type, visibility, application_id, ...rest } = parsed.data;
  if (!store.candidates.get(rest.candidate_id)) return invalid({ candidate: 'must exist' });
  const owner = application_id === undefined ? rest.candidate_id : store.applications.get(application_id)?.candidate_id;
  if (owner !== rest.candidate_id) return invalid({ application_id: 'is not an application of this candidate' });
  const at = rules.now().toISOString();
  const note = store.notes.put({
    ...rest,
    id: store.nextId(),
    application_id: application_id ?? null,
    user_id: rest.user_id ?? Number(rules.userId),
    type: note_type,
    visibility: readVisibility[visibility],
    created_at: at,
    updated_at: at,
  });
  return { status: 201, body: note };
}

const List = z.array(z.unknown());
const FieldValue = z.union([
  z.strictObject({ name_key: z.string().max(255), value: z.unknown() }),
  z.strictObject({ custom_field_id: z.int(), value: z.unknown() }),
]);
const CandidateChange = z
  .strictObject({
    first_name: z.string(),
    last_name: z.string(),
    preferred_name: z.string().nullable(),
    company: z.string().nullable(),
    title: z.string().nullable(),
    is_private: z.boolean(),
    can_email: z.boolean(),
    time_zone: z.string(),
    email_addresses: List,
    phone_numbers: List,
    addresses: List,
    website_addresses: List,
    social_media_addresses: List,
    linked_user_ids: List,
    tags: z.array(z.string()),
    custom_fields: z.array(FieldValue),
  })
  .partial();

/** Only what is sent changes, but a list that is sent replaces the whole list: tags and addresses not named are gone. */
function patchCandidate(store: Store, id: number, body: unknown, rules: WriteRules): Answer {
  const candidate = store.candidates.get(id);
  if (!candidate) return notFound;
  const parsed = CandidateChange.safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const { custom_fields, tags, is_private, ...rest } = parsed.data;
  const values = writeValues(store, custom_fields ?? []);
  if ('problem' in values) return invalid(values.problem);
  if (tags) replaceTags(store, id, tags);
  const kept = custom_fields && rules.replacesCustomFields ? {} : candidate.values;
  const changed: FakeCandidate = {
    ...candidate,
    ...withoutUndefined(rest),
    private: is_private ?? candidate.private,
    values: { ...kept, ...values.written },
    updated_at: rules.now().toISOString(),
  };
  // Not documented, and the reading that costs us most: what is written on a candidate changes the applications, too.
  for (const application of store.applications.ofParent(id))
    store.applications.put({ ...application, updated_at: changed.updated_at });
  return { status: 200, body: presentCandidate(store, store.candidates.put(changed)) };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Partial<Defined<T>> {
  const defined: Partial<Defined<T>> = {};
  return Object.assign(defined, Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)));
}

function writeValues(
  store: Store,
  changes: readonly z.infer<typeof FieldValue>[],
): { readonly written: Readonly<Record<string, unknown>> } | { readonly problem: unknown } {
  const written: Record<string, unknown> = {};
  for (const change of changes) {
    const field = [...store.customFields.all()].find((one) =>
      'name_key' in change ? one.name_key === change.name_key : one.id === change.custom_field_id,
    );
    if (!field?.active || field.field_type !== 'candidate') return { problem: 'Custom field not found' };
    if (!isValueOf(store, field, change.value)) return { problem: { [field.name_key]: 'is invalid' } };
    written[field.name_key] = change.value;
  }
  return { written };
}

function isValueOf(store: Store, field: { readonly id: number; readonly value_type: string }, value: unknown): boolean {
  if (value === null) return true;
  switch (field.value_type) {
    case 'short_text':
      return typeof value === 'string' && value.length <= 255;
    case 'url':
      return typeof value === 'string' && URL.canParse(value);
    case 'long_text':
      return typeof value === 'string';
    case 'yes_no':
      return typeof value === 'boolean';
    case 'date':
      return z.iso.date().safeParse(value).success;
    case 'single_select':
      return typeof value === 'number' && store.customFieldOptions.get(value)?.custom_field_id === field.id;
    default:
      return false;
  }
}

function replaceTags(store: Store, candidateId: number, names: readonly string[]): void {
  for (const applied of store.appliedTags.ofParent(candidateId)) store.appliedTags.remove(applied.id);
  for (const name of names) {
    const tag =
      [...store.candidateTags.all()].find((one) => one.name === name) ??
      store.candidateTags.put({ id: store.nextId(), name });
    store.appliedTags.put({ id: store.nextId(), candidate_id: candidateId, candidate_tag_id: tag.id });
  }
}

/** Tags a new candidate as imported. */
export function applyImportedTag(store: Store, candidateId: number): void {
  store.appliedTags.put({ id: store.nextId(), candidate_id: candidateId, candidate_tag_id: importedTag.id });
}

const Rejection = z.strictObject({
  rejection_reason_id: z.int(),
  notes: z.string().optional(),
  rejection_email: z
    .object({
      email_template_id: z.int().optional(),
      send_email_at: z.iso.datetime({ offset: true }).optional(),
      email_from_user_id: z.int().optional(),
    })
    .optional(),
  custom_fields: z.array(FieldValue).optional(),
});

/** Mails go out by templates of the whole organisation only. */
function rejectApplication(store: Store, id: number, body: unknown, rules: WriteRules): Answer {
  const application = store.applications.get(id);
  if (!application) return notFound;
  const parsed = Rejection.safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const { rejection_reason_id, rejection_email: mail } = parsed.data;
  if (application.status !== 'in_process') return invalid({ application: `is ${application.status}` });
  if (!store.rejectionReasons.get(rejection_reason_id)) return invalid({ rejection_reason_id: 'must exist' });
  const template = store.emailTemplates.get(mail?.email_template_id ?? 0);
  if (mail && (template?.email_type !== 'candidate_rejection' || template.user_id !== null))
    return invalid({ email_template_id: 'is not a rejection template of the organisation' });
  rules.decide(application, rejection_reason_id, template && { template, sendAt: mail?.send_email_at ?? null });
  return { status: 204 };
}

function unrejectApplication(store: Store, id: number, rules: WriteRules): Answer {
  const application = store.applications.get(id);
  if (!application) return notFound;
  if (application.status !== 'rejected') return invalid({ application: `is ${application.status}` });
  rules.undecide(application);
  return { status: 204 };
}

const NewWebhook = z.strictObject({
  endpoint_url: z.url(),
  name: z.string().min(1),
  event_action_type: z.enum(webhookEvents),
  secret_key: z.string().min(1),
  max_attempts: z.int().min(1),
  deactivated: z.boolean().optional(),
  basic_auth_username: z.string().max(255).nullish(),
  basic_auth_password: z.string().max(255).nullish(),
  additional_headers: z.string().nullish(),
  error_recipient_email: z.string().nullish(),
});

/** The same event at the same address may be made twice. A ping that is not answered leaves the webhook switched off. */
function addWebhook(store: Store, body: unknown, rules: WriteRules): Answer {
  const parsed = NewWebhook.safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const at = rules.now().toISOString();
  const webhook: FakeWebhook = {
    id: store.nextId(),
    endpoint_url: parsed.data.endpoint_url,
    name: parsed.data.name,
    event_action_type: parsed.data.event_action_type,
    secret_key: parsed.data.secret_key,
    max_attempts: parsed.data.max_attempts,
    additional_headers: parsed.data.additional_headers ?? null,
    error_recipient_email: parsed.data.error_recipient_email ?? null,
    deactivated: parsed.data.deactivated ?? false,
    last_delivered: null,
    created_at: at,
    updated_at: at,
  };
  return { status: 201, body: saveWebhook(store, webhook, rules) };
}

const WebhookChange = NewWebhook.pick({
  name: true,
  secret_key: true,
  max_attempts: true,
  deactivated: true,
}).partial();

function patchWebhook(store: Store, id: number, body: unknown, rules: WriteRules): Answer {
  const webhook = store.webhooks.get(id);
  if (!webhook) return notFound;
  const parsed = WebhookChange.strict().safeParse(body);
  if (!parsed.success) return toProblems(parsed.error);
  const changed = { ...webhook, ...withoutUndefined(parsed.data), updated_at: rules.now().toISOString() };
  return { status: 200, body: saveWebhook(store, changed, rules) };
}

function saveWebhook(store: Store, webhook: FakeWebhook, rules: WriteRules): object {
  const isAnswered = webhook.deactivated || rules.ping(webhook);
  const { secret_key: _, ...shown } = store.webhooks.put({
    ...webhook,
    deactivated: webhook.deactivated || !isAnswered,
  });
  return shown;
}
