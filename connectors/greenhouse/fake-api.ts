/** Harvest v3 as strict as its documentation: token endpoint, rate window, query rules, paging, writes. */
import { z } from 'zod';
import { type FakeCandidate, importedTag, presentCandidate, type Row, type Store, type Table } from './fake-store.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refuse(status: number, message: string, ...errors: readonly unknown[]): Answer {
  return { status, body: { message, errors } };
}

const invalid = (...errors: readonly unknown[]): Answer => refuse(422, 'Validation error', ...errors);
const notFound = refuse(404, 'Resource not found', 'Resource not found');

// Tokens

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userId: string;
}

/** Access tokens of the client credentials flow; each lives for `tokenSeconds`. */
export function createTokens(credentials: Credentials, now: () => Date, tokenSeconds: number) {
  const expiries = new Map<string, number>();
  const basic = `Basic ${Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64')}`;
  return {
    isValid(authorization: string | null): boolean {
      const expiry = expiries.get((authorization ?? '').replace(/^Bearer /, ''));
      return authorization?.startsWith('Bearer ') === true && expiry !== undefined && now().getTime() < expiry;
    },
    issue(request: Request, body: string): Answer {
      if (request.headers.get('authorization') !== basic) return { status: 401, body: { error: 'invalid_client' } };
      const type = request.headers.get('content-type') ?? '';
      if (!type.startsWith('application/x-www-form-urlencoded')) return oauthError('invalid_request');
      const form = new URLSearchParams(body);
      if (form.get('grant_type') !== 'client_credentials') return oauthError('unsupported_grant_type');
      const subject = form.get('sub');
      if (subject !== null && subject !== credentials.userId) return oauthError('invalid_request');
      const expiresAt = new Date(now().getTime() + tokenSeconds * 1000);
      const token = `fake-access-token-${expiries.size + 1}`;
      expiries.set(token, expiresAt.getTime());
      return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_at: expiresAt.toISOString() } };
    },
  };
}

function oauthError(error: string): Answer {
  return { status: 400, body: { error } };
}

// The rate window

const windowMs = 30_000;

/** Fixed windows of 30 seconds. Every answer tells what is left and when the window ends, in epoch seconds. */
export function createRateWindow(requestsPerWindow: number, now: () => Date) {
  let windowStart = 0;
  let used = 0;
  return {
    take(): { readonly isAllowed: boolean; readonly headers: Readonly<Record<string, string>> } {
      const present = now().getTime();
      const start = present - (present % windowMs);
      if (start !== windowStart) used = 0;
      windowStart = start;
      used += 1;
      const isAllowed = used <= requestsPerWindow;
      const end = start + windowMs;
      return {
        isAllowed,
        headers: {
          'x-ratelimit-limit': String(requestsPerWindow),
          'x-ratelimit-remaining': String(Math.max(0, requestsPerWindow - used)),
          'x-ratelimit-reset': String(end / 1000),
          ...(isAllowed ? {} : { 'retry-after': String(Math.ceil((end - present) / 1000)) }),
        },
      };
    },
  };
}

// Lists

type Filter = 'ids' | 'id' | 'date' | 'flag' | 'text' | 'fields' | readonly string[];
type Shown = Row & object;

interface List {
  readonly filters: Readonly<Record<string, Filter>>;
  /** The rows the filters that are not plain comparisons leave. */
  rows(store: Store, filters: ReadonlyMap<string, string>): Iterable<Shown>;
}

const idsMax = 50;
const everywhere = { ids: 'ids', created_at: 'date', updated_at: 'date', fields: 'fields' } as const;
const fieldTypes = ['job', 'opening', 'offer', 'candidate', 'application', 'rejection_question', 'form'] as const;

/** Filters as listed per endpoint in the Harvest v3 reference (read 2026-11-22); any other parameter is a 422. */
const lists: Readonly<Record<string, List>> = {
  '/v3/applications': {
    filters: {
      ...everywhere,
      last_activity_at: 'date',
      candidate_ids: 'ids',
      job_ids: 'ids',
      prospective_job_ids: 'ids',
      job_post_ids: 'ids',
      source_ids: 'ids',
      referrer_ids: 'ids',
      stage_ids: 'ids',
      stage_name: 'text',
      status: ['rejected', 'hired', 'converted', 'active'],
      prospect: 'flag',
      custom_field_option_id: 'id',
    },
    rows: (store, filters) => pick(store.applications, filters),
  },
  '/v3/rejection_details': {
    filters: { ...everywhere, application_ids: 'ids', rejection_reason_ids: 'ids', custom_field_option_id: 'id' },
    rows: (store, filters) => pick(store.rejectionDetails, filters),
  },
  '/v3/rejection_reasons': {
    filters: { ...everywhere, include_defaults: 'flag' },
    rows: (store, filters) =>
      [...store.rejectionReasons.all()]
        .filter((reason) => filters.get('include_defaults') === 'true' || !reason.isDefault)
        .map(({ isDefault: _, ...shown }) => shown),
  },
  '/v3/candidates': {
    filters: {
      ...everywhere,
      last_activity_at: 'date',
      custom_field_option_id: 'id',
      private: 'flag',
      email: 'text',
      tag: 'text',
    },
    rows: (store, filters) =>
      [...pick(store.candidates, filters)].map((candidate) => presentCandidate(store, candidate)),
  },
  '/v3/notes': {
    filters: {
      ...everywhere,
      candidate_ids: 'ids',
      application_ids: 'ids',
      user_ids: 'ids',
      type: 'text',
      visibility: 'text',
    },
    rows: (store, filters) => pick(store.notes, filters),
  },
  '/v3/candidate_tags': { filters: everywhere, rows: (store) => store.candidateTags.all() },
  '/v3/applied_candidate_tags': {
    filters: { ...everywhere, candidate_ids: 'ids', candidate_tag_ids: 'ids' },
    rows: (store, filters) => pick(store.appliedTags, filters),
  },
  '/v3/custom_fields': {
    filters: { ...everywhere, field_type: fieldTypes, active: 'flag', name: 'text', name_key: 'text' },
    rows: (store) => store.customFields.all(),
  },
  '/v3/custom_field_options': {
    filters: { ...everywhere, custom_field_ids: 'ids', active: 'flag', custom_field_key: 'text' },
    rows: (store, filters) => pick(store.customFieldOptions, filters),
  },
};

/** By id or by parent where one is asked for, so a burst costs no scan of everything. */
function pick<T extends Row>(table: Table<T>, filters: ReadonlyMap<string, string>): Iterable<T> {
  const ids = filters.get('ids');
  if (ids !== undefined) return toNumbers(ids).flatMap((id) => table.get(id) ?? []);
  const parents = table.parentFilter === undefined ? undefined : filters.get(table.parentFilter);
  return parents === undefined ? table.all() : toNumbers(parents).flatMap((id) => table.ofParent(id));
}

const toNumbers = (text: string): readonly number[] => [...new Set(text.split(',').map(Number))];

const Cursor = z.object({ path: z.string(), query: z.string(), from: z.int() });

/** One page of a list: a bare array, and a Link to the next whose only parameter is the cursor. */
export function answerList(store: Store, url: URL): Answer {
  const list = lists[url.pathname];
  if (!list) return notFound;
  const cursor = readCursor(url);
  if (cursor === 'invalid') return invalid({ cursor: 'is invalid or stands beside other parameters' });
  const query = cursor ? new URLSearchParams(cursor.query) : url.searchParams;
  const problems = findQueryProblems(list, query);
  if (problems.length > 0) return invalid(...problems);
  const filters = new Map([...query].filter(([name]) => name !== 'per_page'));
  const rows = [...list.rows(store, filters)].filter((row) => matches(row, filters)).toSorted((a, b) => a.id - b.id);
  const size = Number(query.get('per_page') ?? 100);
  const from = cursor?.from ?? 0;
  const next = rows.length > from + size ? toNextLink(url, query, from + size) : undefined;
  return {
    status: 200,
    body: rows.slice(from, from + size).map((row) => project(row, filters.get('fields'))),
    ...(next ? { headers: { link: next } } : {}),
  };
}

function readCursor(url: URL): z.infer<typeof Cursor> | 'invalid' | undefined {
  const text = url.searchParams.get('cursor');
  if (text === null) return undefined;
  if (url.searchParams.size > 1) return 'invalid';
  const cursor = Cursor.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
  return cursor.success && cursor.data.path === url.pathname ? cursor.data : 'invalid';
}

function toNextLink(url: URL, query: URLSearchParams, from: number): string {
  const cursor = Buffer.from(JSON.stringify({ path: url.pathname, query: query.toString(), from })).toString(
    'base64url',
  );
  return `<${url.origin}${url.pathname}?cursor=${cursor}>; rel="next"`;
}

const datePattern = /^(gte|lte|gt|lt)\|[^|]+(\|(gte|lte|gt|lt)\|[^|]+)?$/;

function findQueryProblems(list: List, query: URLSearchParams): readonly unknown[] {
  const names = [...query.keys()];
  const problems = names.flatMap((name): readonly unknown[] => {
    if (query.getAll(name).length > 1) return [{ [name]: 'is given twice' }];
    const value = query.get(name) ?? '';
    if (name === 'per_page') return isBetween(value, 1, 500) ? [] : [{ per_page: 'must be from 1 to 500' }];
    const filter = list.filters[name];
    if (filter === undefined) return [`Unknown parameter: ${name}`];
    return isFilterValue(filter, value) ? [] : [{ [name]: 'is invalid' }];
  });
  const isTwoClocks = query.has('created_at') && query.has('updated_at');
  return isTwoClocks ? [...problems, 'created_at and updated_at cannot be combined'] : problems;
}

function isFilterValue(filter: Filter, value: string): boolean {
  if (typeof filter !== 'string') return filter.includes(value);
  const rules = {
    ids: () => /^\d+(,\d+)*$/.test(value) && value.split(',').length <= idsMax,
    id: () => /^\d+$/.test(value),
    date: () => datePattern.test(value) && value.split('|').every((part, at) => at % 2 === 0 || isInstant(part)),
    flag: () => value === 'true' || value === 'false',
    text: () => value !== '',
    fields: () => /^[a-z_]+(,[a-z_]+)*$/.test(value) && value.split(',').length <= idsMax,
  } satisfies Record<Exclude<Filter, readonly string[]>, () => boolean>;
  return rules[filter]();
}

const isInstant = (text: string): boolean => !Number.isNaN(Date.parse(text));

function isBetween(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function matches(row: Shown, filters: ReadonlyMap<string, string>): boolean {
  const values = new Map<string, unknown>(Object.entries(row));
  return [...filters].every(([name, wanted]) => {
    if (name === 'fields' || name === 'include_defaults') return true;
    if (name === 'ids') return wanted.split(',').includes(String(row.id));
    if (name.endsWith('_ids')) return wanted.split(',').includes(String(values.get(name.slice(0, -1))));
    if (name.endsWith('_at')) return isWithin(values.get(name), wanted);
    if (name === 'status') return values.get(name) === (wanted === 'active' ? 'in_process' : wanted);
    if (name === 'email')
      return JSON.stringify(values.get('email_addresses')).toLowerCase().includes(`"${wanted.toLowerCase()}"`);
    if (name === 'tag') return JSON.stringify(values.get('tags')).includes(JSON.stringify(wanted));
    return String(values.get(name)) === wanted;
  });
}

function isWithin(value: unknown, wanted: string): boolean {
  if (typeof value !== 'string') return false;
  const parts = wanted.split('|');
  const at = Date.parse(value);
  const holds = (operator: string | undefined, bound: number) =>
    operator === 'gte' ? at >= bound : operator === 'lte' ? at <= bound : operator === 'gt' ? at > bound : at < bound;
  return parts.every((part, index) => index % 2 === 0 || holds(parts[index - 1], Date.parse(part)));
}

function project(row: object, fields: string | undefined): object {
  if (fields === undefined) return row;
  const wanted = new Set(fields.split(','));
  return Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name)));
}

// Writes

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
}

/** POST, PATCH and DELETE. No key makes a repeat harmless: every POST that is valid adds a row. */
export function answerWrite(store: Store, write: Write, rules: WriteRules): Answer {
  const [, collection, id] = /^\/v3\/([a-z_]+)(?:\/(\d+))?$/.exec(write.path) ?? [];
  if (write.method === 'DELETE' && collection === 'applied_candidate_tags' && id)
    return removeApplied(store, Number(id));
  if (!write.isJson) return refuse(415, 'Unsupported Media Type');
  const body = parseJson(write.text);
  if (write.method === 'PATCH' && collection === 'candidates' && id) {
    return patchCandidate(store, Number(id), body, rules);
  }
  if (write.method === 'POST' && !id) {
    if (collection === 'candidate_tags') return addTag(store, body);
    if (collection === 'applied_candidate_tags') return applyTag(store, body);
    if (collection === 'notes') return addNote(store, body, rules);
  }
  return notFound;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toProblems(error: z.ZodError): Answer {
  return invalid(...error.issues.map((issue) => ({ [issue.path.join('.') || 'body']: issue.message })));
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
