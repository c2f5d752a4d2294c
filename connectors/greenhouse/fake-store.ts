/** The rows the fake vendor holds, in the words of Harvest v3. */

export interface Row {
  readonly id: number;
}

/** Rows by id and, where they are mostly asked for by their parent, by that. */
export interface Table<T extends Row> {
  /** The filter that names parents, such as `candidate_ids`. */
  readonly parentFilter: string | undefined;
  put(row: T): T;
  get(id: number): T | undefined;
  remove(id: number): void;
  all(): Iterable<T>;
  ofParent(parentId: number): readonly T[];
}

export function createTable<T extends Row>(parent?: {
  readonly filter: string;
  readonly of: (row: T) => number;
}): Table<T> {
  const rows = new Map<number, T>();
  const byParent = new Map<number, Map<number, T>>();
  return {
    parentFilter: parent?.filter,
    put(row) {
      this.remove(row.id);
      rows.set(row.id, row);
      if (parent) getOrPut(byParent, parent.of(row), () => new Map<number, T>()).set(row.id, row);
      return row;
    },
    get: (id) => rows.get(id),
    remove(id) {
      const row = rows.get(id);
      if (row && parent) byParent.get(parent.of(row))?.delete(id);
      rows.delete(id);
    },
    all: () => rows.values(),
    ofParent: (parentId) => [...(byParent.get(parentId)?.values() ?? [])],
  };
}

function getOrPut<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

export interface FakeApplication extends Row {
  readonly candidate_id: number;
  readonly status: 'rejected' | 'hired' | 'converted' | 'in_process';
  readonly prospect: boolean;
  readonly job_id: number | null;
  readonly job_post_id: null;
  readonly stage_id: number;
  readonly stage_name: string;
  readonly rejected_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_activity_at: string;
  readonly source_id: number | null;
  readonly referrer_id: number | null;
  readonly agency_note_id: number | null;
  readonly recruiter_id: null;
  readonly coordinator_id: null;
  readonly needs_decision: boolean;
  readonly location_address: null;
  readonly answers: readonly unknown[];
  readonly custom_fields: Readonly<Record<string, unknown>>;
  readonly prospective_job_ids: readonly number[];
}

export interface FakeRejectionDetail extends Row {
  readonly application_id: number;
  readonly rejection_reason_id: number | null;
  readonly rejected_by_id: number | null;
  readonly rejected_at: string;
  readonly rejection_note_id: null;
  readonly question_custom_fields: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface FakeCandidate extends Row {
  readonly first_name: string;
  readonly last_name: string;
  readonly preferred_name: string | null;
  readonly company: string | null;
  readonly title: string | null;
  readonly private: boolean;
  readonly can_email: boolean;
  readonly time_zone: string;
  readonly email_addresses: readonly unknown[];
  readonly phone_numbers: readonly unknown[];
  readonly addresses: readonly unknown[];
  readonly website_addresses: readonly unknown[];
  readonly social_media_addresses: readonly unknown[];
  readonly linked_user_ids: readonly unknown[];
  /** Values by the field's immutable key; what v3 shows is drawn from it. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_activity_at: string;
}

export interface FakeReason extends Row {
  readonly name: string;
  readonly type: { readonly id: number; readonly key: string; readonly name: string };
  /** Greenhouse's own; listed only with `include_defaults`. */
  readonly isDefault: boolean;
}

export interface FakeStage extends Row {
  readonly name: string;
  readonly job_id: number;
  readonly active: boolean;
  readonly sort_order: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface FakeNote extends Row {
  readonly candidate_id: number;
  readonly application_id: number | null;
  readonly user_id: number;
  readonly body: string;
  readonly type: string;
  readonly visibility: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface FakeTag extends Row {
  readonly name: string;
}

export interface FakeAppliedTag extends Row {
  readonly candidate_id: number;
  readonly candidate_tag_id: number;
}

export interface FakeCustomField extends Row {
  readonly name: string;
  readonly name_key: string;
  readonly field_type: string;
  readonly value_type: string;
  readonly active: boolean;
  readonly template_token_string: string | null;
}

export interface FakeCustomFieldOption extends Row {
  readonly custom_field_id: number;
  readonly name: string;
  readonly active: boolean;
}

export interface FakeEmailTemplate extends Row {
  readonly name: string;
  readonly email_type: string;
  readonly from_type: string;
  readonly subject: string;
  readonly body: string | null;
  readonly html_body: string | null;
  readonly default: boolean;
  /** null: the whole organisation's. */
  readonly user_id: number | null;
  readonly office_anywhere: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface FakeWebhook extends Row {
  readonly name: string;
  readonly endpoint_url: string;
  readonly event_action_type: string;
  /** Never shown. */
  readonly secret_key: string;
  readonly max_attempts: number;
  readonly additional_headers: string | null;
  readonly error_recipient_email: string | null;
  readonly deactivated: boolean;
  readonly last_delivered: null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Source: event_action_type of the v3 webhooks (OpenAPI of 2026-03-18, read 2026-11-22). */
export const webhookEvents = [
  'application_updated',
  'candidate_anonymized',
  'candidate_stage_change',
  'delete_application',
  'delete_candidate',
  'department_deleted',
  'hire_candidate',
  'interview_deleted',
  'job_approved',
  'job_created',
  'job_deleted',
  'job_interview_stage_deleted',
  'job_post_created',
  'job_post_deleted',
  'job_post_updated',
  'job_updated',
  'merge_candidate',
  'new_candidate_application',
  'new_prospect_application',
  'offer_approved',
  'offer_created',
  'offer_deleted',
  'offer_updated',
  'office_deleted',
  'reject_candidate',
  'scorecard_deleted',
  'unhire_candidate',
  'unreject_candidate',
  'update_candidate',
] as const;

export type Store = ReturnType<typeof createStore>;

/** A new organisation: stock and own rejection reasons, custom fields of several types, and one tag somebody made. */
export function createStore() {
  let lastId = 9_000_000;
  const store = {
    applications: createTable<FakeApplication>({ filter: 'candidate_ids', of: (row) => row.candidate_id }),
    candidates: createTable<FakeCandidate>(),
    rejectionDetails: createTable<FakeRejectionDetail>({ filter: 'application_ids', of: (row) => row.application_id }),
    rejectionReasons: createTable<FakeReason>(),
    jobInterviewStages: createTable<FakeStage>(),
    notes: createTable<FakeNote>({ filter: 'candidate_ids', of: (row) => row.candidate_id }),
    candidateTags: createTable<FakeTag>(),
    appliedTags: createTable<FakeAppliedTag>({ filter: 'candidate_ids', of: (row) => row.candidate_id }),
    customFields: createTable<FakeCustomField>(),
    customFieldOptions: createTable<FakeCustomFieldOption>({
      filter: 'custom_field_ids',
      of: (row) => row.custom_field_id,
    }),
    emailTemplates: createTable<FakeEmailTemplate>(),
    webhooks: createTable<FakeWebhook>(),
    nextId: () => {
      lastId += 1;
      return lastId;
    },
  };
  for (const stage of stages) store.jobInterviewStages.put(stage);
  for (const reason of Object.values(reasons)) store.rejectionReasons.put(reason);
  for (const field of customFields) store.customFields.put(field);
  for (const option of customFieldOptions) store.customFieldOptions.put(option);
  for (const template of emailTemplates) store.emailTemplates.put(template);
  store.candidateTags.put(importedTag);
  return store;
}

const stageOf = (id: number, jobId: number, name: string, sortOrder: number, isActive = true): FakeStage => ({
  id,
  job_id: jobId,
  name,
  active: isActive,
  sort_order: sortOrder,
  created_at: '2025-04-01T00:00:00.000Z',
  updated_at: '2025-04-01T00:00:00.000Z',
});

/** Two jobs have their first stage alike; one stage is no longer used. */
const stages: readonly FakeStage[] = [
  stageOf(5001, 3001, '書類選考', 0),
  stageOf(5002, 3001, '一次面接', 1),
  stageOf(5003, 3001, '最終面接', 2),
  stageOf(5004, 3002, '書類選考', 0),
  stageOf(5005, 3002, '適性検査（旧）', 1, false),
];

/** The reason a decision gets here, by who decided. Only the first was made by the company itself. */
export const reasons = {
  company: {
    id: 14001,
    name: 'スキル・経験の不一致',
    type: { id: 1, key: 'WE_REJECTED_THEM', name: 'We rejected them' },
    isDefault: false,
  },
  candidate: {
    id: 31,
    name: 'Took another offer',
    type: { id: 2, key: 'THEY_REJECTED_US', name: 'They rejected us' },
    isDefault: true,
  },
  unknown: { id: 42, name: 'Other', type: { id: 4, key: 'NONE_SPECIFIED', name: 'None specified' }, isDefault: true },
} as const satisfies Record<string, FakeReason>;

/** Candidates here were imported once: they carry this tag and a value somebody else keeps. */
export const importedTag: FakeTag = { id: 801, name: 'Imported' };
export const foreignValues: Readonly<Record<string, unknown>> = { interview_memo: '一次面接：山本' };

const customFields: readonly FakeCustomField[] = [
  toField(61, 'interview_memo', 'short_text'),
  toField(71, 'career_relay_consent', 'short_text'),
  toField(72, 'career_relay_consent_long', 'long_text'),
  toField(73, 'career_relay_consent_flag', 'yes_no'),
  toField(74, 'career_relay_consent_on', 'date'),
  toField(75, 'career_relay_consent_choice', 'single_select'),
  toField(81, 'half_a_choice', 'single_select'),
  toField(82, 'desired_salary', 'currency'),
  toField(83, 'retired_field', 'short_text', { active: false }),
  toField(84, 'application_field', 'short_text', { field_type: 'application' }),
  toField(91, 'career_relay_link', 'url', { template_token_string: '{{CAREER_RELAY_LINK}}' }),
  toField(92, 'career_relay_link_text', 'short_text', { template_token_string: '{{CAREER_RELAY_LINK_TEXT}}' }),
];

const templatesMadeAt = '2026-04-01T00:00:00.000Z';

/** One stock rejection mail, one that shows the link field, one that belongs to a recruiter, and one of another type. */
const emailTemplates: readonly FakeEmailTemplate[] = [
  toTemplate(501, '標準の不採用メール', '{{CANDIDATE_NAME}} 様\n\nこのたびは、ご希望に添えない結果となりました。', {
    default: true,
  }),
  toTemplate(
    502,
    '不採用メール（個別リンク入り）',
    '{{CANDIDATE_NAME}} 様\n\n他社のご紹介については、こちらをご覧ください。\n{{ CAREER_RELAY_LINK }}',
  ),
  toTemplate(503, '山本の不採用メール', '{{CANDIDATE_FIRST_NAME}} さんへ', { user_id: 4093 }),
  toTemplate(504, '面接のご案内', '面接の日程をお選びください。', { email_type: 'candidate_email' }),
];

function toTemplate(
  id: number,
  name: string,
  body: string,
  change: Partial<FakeEmailTemplate> = {},
): FakeEmailTemplate {
  return {
    id,
    name,
    email_type: 'candidate_rejection',
    from_type: 'recruiter',
    subject: '選考結果のご連絡',
    body,
    html_body: `<p>${body.replaceAll('\n', '<br>')}</p>`,
    default: false,
    user_id: null,
    office_anywhere: true,
    created_at: templatesMadeAt,
    updated_at: templatesMadeAt,
    ...change,
  };
}

function toField(
  id: number,
  nameKey: string,
  valueType: string,
  change: Partial<FakeCustomField> = {},
): FakeCustomField {
  const name = nameKey.replaceAll('_', ' ');
  const usual = { field_type: 'candidate', active: true, template_token_string: null };
  return { id, name, name_key: nameKey, value_type: valueType, ...usual, ...change };
}

const customFieldOptions: readonly FakeCustomFieldOption[] = [
  { id: 751, custom_field_id: 75, name: '同意', active: true },
  { id: 752, custom_field_id: 75, name: '撤回', active: true },
  { id: 811, custom_field_id: 81, name: 'Granted', active: true },
];

/** A candidate as v3 shows it. A single select reads as the option's name, though it is written as its id. */
export function presentCandidate(store: Store, candidate: FakeCandidate): Row & Readonly<Record<string, unknown>> {
  const { values, ...shown } = candidate;
  const fields = [...store.customFields.all()].filter((field) => field.field_type === 'candidate' && field.active);
  return {
    ...shown,
    tags: readTagNames(store, candidate.id),
    custom_fields: Object.fromEntries(
      fields.map((field) => [
        field.name_key,
        { name: field.name, type: field.value_type, value: readValue(store, field, values[field.name_key]) },
      ]),
    ),
  };
}

export function readTagNames(store: Store, candidateId: number): readonly string[] {
  return store.appliedTags
    .ofParent(candidateId)
    .flatMap(({ candidate_tag_id }) => store.candidateTags.get(candidate_tag_id)?.name ?? []);
}

/** The values that stand on a candidate, as v3 shows them, without the empty ones. */
export function readValues(store: Store, candidate: FakeCandidate): Readonly<Record<string, unknown>> {
  const shown = [...store.customFields.all()].flatMap((field) => {
    const value = readValue(store, field, candidate.values[field.name_key]);
    return value === null ? [] : [[field.name_key, value] as const];
  });
  return Object.fromEntries(shown);
}

function readValue(store: Store, field: FakeCustomField, value: unknown): unknown {
  if (field.value_type !== 'single_select' || typeof value !== 'number') return value ?? null;
  return store.customFieldOptions.get(value)?.name ?? null;
}
