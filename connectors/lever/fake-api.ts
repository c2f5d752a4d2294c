/** Data API v1 as strict as its documentation: query rules, tokens of pages, the bucket, writes that answer little. */
import { z } from 'zod';
import { type FakeOpportunity, type FakeWebhook, origins, reasons, type Store, user } from './fake-store.ts';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refuse(status: number, code: string, message: string): Answer {
  return { status, body: { code, message } };
}

const invalid = (message: string) => refuse(400, 'BadRequest', message);
export const notFound = refuse(404, 'ResourceNotFound', 'Resource was not found');
const forbidden = refuse(403, 'Forbidden', 'You do not have access to this resource');

/** A bucket of `burst` calls that gains `perSecond` of them with every second. No header tells of it. */
export function createBucket(burst: number, perSecond: number, now: () => Date) {
  let left = burst;
  let seenMs = now().getTime();
  return {
    take(): boolean {
      const nowMs = now().getTime();
      left = Math.min(burst, left + ((nowMs - seenMs) / 1000) * perSecond);
      seenMs = nowMs;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}

export interface ApiRules {
  readonly now: () => Date;
  /** Whether the credential was made with access to confidential data. */
  readonly seesConfidential: boolean;
  /** In which order lists come; Lever does not say. */
  readonly isNewestFirst: boolean;
}

// Queries

type Rule = 'text' | 'texts' | 'instant' | 'flag' | readonly string[];

const expandable = ['applications', 'stage', 'owner', 'followers', 'sourcedBy', 'contact'] as const;
const paging = { limit: 'text', offset: 'text' } as const;
/** Source: "List all opportunities", Data API v1, by way of a public OpenAPI definition (read 2026-11-22). */
const opportunityFilters: Readonly<Record<string, Rule>> = {
  ...paging,
  expand: expandable,
  include: ['followers'],
  tag: 'texts',
  email: 'texts',
  origin: origins,
  source: 'texts',
  confidentiality: ['all', 'confidential', 'non-confidential'],
  stage_id: 'texts',
  posting_id: 'texts',
  archived_posting_id: 'texts',
  archive_reason_id: 'texts',
  contact_id: 'texts',
  archived: 'flag',
  snoozed: 'flag',
  created_at_start: 'instant',
  created_at_end: 'instant',
  updated_at_start: 'instant',
  updated_at_end: 'instant',
  advanced_at_start: 'instant',
  advanced_at_end: 'instant',
  archived_at_start: 'instant',
  archived_at_end: 'instant',
};

function findProblem(query: URLSearchParams, rules: Readonly<Record<string, Rule>>): string | undefined {
  for (const [name, value] of query) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return `Unknown parameter: ${name}`;
    if (rule === 'instant' && !/^\d{1,15}$/.test(value)) return `${name} must be a timestamp in milliseconds`;
    if (rule === 'flag' && value !== 'true' && value !== 'false') return `${name} must be true or false`;
    if (typeof rule === 'object' && !rule.includes(value)) return `${name} may not be ${value}`;
    const isRepeatable = rule === 'texts' || (typeof rule === 'object' && name !== 'confidentiality');
    if (!isRepeatable && query.getAll(name).length > 1) return `${name} is given twice`;
  }
  const limit = query.get('limit') ?? '100';
  return /^\d+$/.test(limit) && Number(limit) >= 1 && Number(limit) <= 100 ? undefined : 'limit must be from 1 to 100';
}

/** Tokens of pages: only those given out are taken, and only with the query they were given out for. */
export function createPages() {
  const tokens = new Map<string, { readonly query: string; readonly place: number }>();

  function toKey(path: string, query: URLSearchParams): string {
    const rest = new URLSearchParams(query);
    rest.delete('offset');
    rest.delete('limit');
    rest.sort();
    return `${path}?${rest}`;
  }

  return {
    forget: () => tokens.clear(),
    /** `rowAt` gives what stands at a place, and undefined where a place is empty; places end at `count`. */
    answer<T>(path: string, query: URLSearchParams, count: number, rowAt: (place: number) => T | undefined): Answer {
      const offset = query.get('offset');
      const token = offset === null ? undefined : tokens.get(offset);
      if (offset !== null && token?.query !== toKey(path, query)) return invalid('offset is not a valid token');
      const limit = Number(query.get('limit') ?? 100);
      const data: T[] = [];
      for (let place = token?.place ?? 0; place < count; place += 1) {
        const row = rowAt(place);
        if (row === undefined) continue;
        if (data.length === limit) {
          const next = Buffer.from(`lever page ${tokens.size} ${place}`).toString('base64url');
          tokens.set(next, { query: toKey(path, query), place });
          return { status: 200, body: { data, next, hasNext: true } };
        }
        data.push(row);
      }
      return { status: 200, body: { data, hasNext: false } };
    },
  };
}

// Reads

export function answerRead(store: Store, pages: ReturnType<typeof createPages>, url: URL, rules: ApiRules): Answer {
  const path = url.pathname.replace(/^\/v1/, '');
  const query = url.searchParams;
  const [, resource, id, part] = /^\/([a-z_]+)(?:\/([^/]+))?(?:\/([a-z_]+))?$/.exec(path) ?? [];
  if (resource === 'opportunities' && id === 'deleted' && !part) return listDeleted(store, pages, url);
  if (resource === 'opportunities' && !id) return listOpportunities(store, pages, url, rules);
  if (resource === 'opportunities' && id && part === 'notes') return listNotes(store, pages, url, id);
  if (resource === 'opportunities' && id && !part) return readOpportunity(store, id, query, rules);
  if (part !== undefined) return notFound;
  if (resource === 'contacts' && id) return readContact(store, id);
  const lists: Readonly<Record<string, readonly object[]>> = {
    archive_reasons: Object.values(reasons),
    postings: [...store.postings.values()],
    stages: [...store.stages.values()],
    users: [{ ...user, deactivatedAt: null }],
    webhooks: [...store.webhooks.values()].map(toWebhook),
  };
  const rows = lists[resource ?? ''];
  if (!rows) return notFound;
  if (id) {
    const row = rows.find((one) => 'id' in one && one.id === id);
    return row ? { status: 200, body: { data: row } } : notFound;
  }
  if (resource === 'webhooks')
    return query.size > 0 ? invalid('Unknown parameter') : { status: 200, body: { data: rows } };
  const own: Readonly<Record<string, Rule>> = {
    ...paging,
    ...(resource === 'archive_reasons' ? { type: ['hired', 'non-hired'] } : {}),
  };
  const problem = findProblem(query, own);
  const type = query.get('type');
  const isWanted = (row: object) => type === null || ('type' in row && row.type === type);
  const wanted = rows.filter(isWanted);
  return problem ? invalid(problem) : pages.answer(path, query, wanted.length, (place) => wanted[place]);
}

function listOpportunities(store: Store, pages: ReturnType<typeof createPages>, url: URL, rules: ApiRules): Answer {
  const query = url.searchParams;
  const problem = findProblem(query, opportunityFilters);
  if (problem) return invalid(problem);
  const wanted = query.get('confidentiality') ?? 'non-confidential';
  if (wanted !== 'non-confidential' && !rules.seesConfidential) return forbidden;
  const { opportunities } = store;
  return pages.answer('/opportunities', query, opportunities.length, (place) => {
    const row = opportunities[rules.isNewestFirst ? opportunities.length - 1 - place : place];
    if (!row || row.deletedAt !== null) return undefined;
    const isOpen = wanted === 'all' || row.confidentiality === wanted;
    return isOpen && matches(store, row, query) ? present(store, row, query.getAll('expand')) : undefined;
  });
}

function matches(store: Store, row: FakeOpportunity, query: URLSearchParams): boolean {
  const values: Readonly<Record<string, readonly (string | undefined)[]>> = {
    tag: row.tags,
    email: store.contacts.get(row.contact)?.emails ?? [],
    origin: [row.origin],
    source: row.sources,
    stage_id: [row.stage],
    posting_id: [row.application?.posting],
    archived_posting_id: [row.archived ? row.application?.posting : undefined],
    archive_reason_id: [row.archived?.reason],
    contact_id: [row.contact],
    archived: [String(row.archived !== null)],
    snoozed: ['false'],
  };
  const instants: Readonly<Record<string, number | undefined>> = {
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    advanced_at: row.createdAt,
    archived_at: row.archived?.archivedAt,
  };
  return [...new Set(query.keys())].every((name) => {
    const own = values[name];
    if (own) return query.getAll(name).some((wanted) => own.includes(wanted));
    const [, clock, side] = /^(\w+_at)_(start|end)$/.exec(name) ?? [];
    if (clock === undefined) return true;
    const at = instants[clock];
    const bound = Number(query.get(name));
    return at !== undefined && (side === 'start' ? at >= bound : at <= bound);
  });
}

function listDeleted(store: Store, pages: ReturnType<typeof createPages>, url: URL): Answer {
  const query = url.searchParams;
  const problem = findProblem(query, { ...paging, deleted_at_start: 'instant', deleted_at_end: 'instant' });
  if (problem) return invalid(problem);
  const from = Number(query.get('deleted_at_start') ?? 0);
  const until = Number(query.get('deleted_at_end') ?? Number.POSITIVE_INFINITY);
  const rows = store.opportunities.filter(
    ({ deletedAt }) => deletedAt !== null && deletedAt >= from && deletedAt <= until,
  );
  return pages.answer('/opportunities/deleted', query, rows.length, (place) => {
    const row = rows[place];
    return row && { id: row.id, contact: row.contact, deletedAt: row.deletedAt, deletedBy: user.id };
  });
}

function readOpportunity(store: Store, id: string, query: URLSearchParams, rules: ApiRules): Answer {
  const problem = findProblem(query, { expand: expandable });
  if (problem) return invalid(problem);
  const row = store.find(id);
  if (!row) return notFound;
  if (row.confidentiality === 'confidential' && !rules.seesConfidential) return forbidden;
  return { status: 200, body: { data: present(store, row, query.getAll('expand')) } };
}

function readContact(store: Store, id: string): Answer {
  const contact = store.contacts.get(id);
  if (!contact) return notFound;
  const { mayBeContacted, ...shown } = contact;
  return {
    status: 200,
    body: { data: { ...shown, headline: '', phones: [], dataProtection: toProtection(mayBeContacted) } },
  };
}

function listNotes(store: Store, pages: ReturnType<typeof createPages>, url: URL, id: string): Answer {
  const problem = findProblem(url.searchParams, paging);
  if (problem) return invalid(problem);
  if (!store.find(id)) return notFound;
  const notes = store.notes.filter(({ opportunity }) => opportunity === id);
  return pages.answer(url.pathname, url.searchParams, notes.length, (place) => {
    const note = notes[place];
    return note && toNote(note);
  });
}

/** An opportunity as Lever shows it; `contact` brings the person's name and addresses along. */
export function present(store: Store, row: FakeOpportunity, expand: readonly string[]): object {
  const contact = store.contacts.get(row.contact);
  const { application, deletedAt: _deletedAt, ...shown } = row;
  const applications = application ? [application] : [];
  return {
    ...shown,
    name: contact?.name ?? '',
    headline: '',
    contact: expand.includes('contact')
      ? { id: row.contact, name: contact?.name, emails: contact?.emails }
      : row.contact,
    emails: contact?.emails ?? [],
    phones: [],
    links: [],
    location: '',
    stage: expand.includes('stage') ? (store.stages.get(row.stage) ?? { id: row.stage, text: row.stage }) : row.stage,
    stageChanges: [],
    applications: expand.includes('applications')
      ? applications.map((one) => ({ ...one, opportunityId: row.id, candidateId: row.id, archived: row.archived }))
      : applications.map(({ id }) => id),
    owner: user.id,
    sourcedBy: null,
    followers: [],
    lastInteractionAt: row.updatedAt,
    lastAdvancedAt: row.createdAt,
    snoozedUntil: null,
    urls: { list: 'https://hire.lever.co/candidates', show: `https://hire.lever.co/candidates/${row.id}` },
    isAnonymized: contact?.isAnonymized ?? false,
    dataProtection: contact && toProtection(contact.mayBeContacted),
  };
}

/** null where no policy applies to the person. */
function toProtection(mayBeContacted: boolean): object | null {
  return mayBeContacted
    ? null
    : { store: { allowed: true, expiresAt: null }, contact: { allowed: false, expiresAt: null } };
}

function toWebhook({ id, event, url, origins: chosen, createdAt }: FakeWebhook) {
  const conditions = chosen ? { conditions: { origins: chosen } } : {};
  return { id, event, url, configuration: conditions, createdAt, updatedAt: createdAt };
}

function toNote(note: Store['notes'][number]): object {
  const { id, value, createdAt } = note;
  return {
    id,
    text: 'Note',
    fields: [{ type: 'note', text: 'Comment', value, user: note.user, createdAt, score: null, stage: 'lead-new' }],
    user: note.user,
    secret: false,
    completedAt: createdAt,
    deletedAt: null,
    createdAt,
  };
}

// Writes

export interface Write {
  readonly method: string;
  readonly url: URL;
  readonly text: string;
  readonly isJson: boolean;
}

const Tags = z.strictObject({ tags: z.array(z.string().min(1)).min(1) });
const NewNote = z.strictObject({
  value: z.string().min(1),
  secret: z.boolean().optional(),
  score: z.int().optional(),
  notifyFollowers: z.boolean().optional(),
  createdAt: z.int().optional(),
});
export const webhookEvents = [
  'applicationCreated',
  'candidateArchiveChange',
  'candidateStageChange',
  'candidateHired',
  'candidateDeleted',
  'interviewCreated',
  'interviewUpdated',
  'interviewDeleted',
  'contactCreated',
  'contactUpdated',
] as const;
const NewWebhook = z.strictObject({
  event: z.enum(webhookEvents),
  url: z.url({ protocol: /^https?$/ }),
  configuration: z.strictObject({ conditions: z.strictObject({ origins: z.array(z.enum(origins)) }) }).optional(),
});

/** Nothing makes a repeat harmless but what the write is: tags are a set; notes and webhooks are added once more. */
export function answerWrite(store: Store, { method, url, text, isJson }: Write, rules: ApiRules): Answer {
  const [, resource, id, action] = /^\/v1\/([a-z_]+)(?:\/([^/]+))?(?:\/([A-Za-z]+))?$/.exec(url.pathname) ?? [];
  if (method === 'DELETE' && resource === 'webhooks' && id && !action)
    return store.webhooks.delete(id) ? { status: 204 } : notFound;
  if (method !== 'POST') return notFound;
  if (!isJson) return invalid('The body must be JSON');
  const body = parseJson(text);
  if (resource === 'webhooks' && !id) return addWebhook(store, body, rules);
  if (resource !== 'opportunities' || !id) return notFound;
  const problem = findProblem(url.searchParams, { perform_as: 'text' });
  const performAs = url.searchParams.get('perform_as');
  if (problem) return invalid(problem);
  if (performAs !== null && performAs !== user.id) return invalid('perform_as is not a user');
  const row = store.find(id);
  if (!row) return notFound;
  if (action === 'addTags' || action === 'removeTags') return changeTags(store, row, action, body, rules);
  return action === 'notes' ? addNote(store, row, body, performAs, rules) : notFound;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function changeTags(
  store: Store,
  row: FakeOpportunity,
  action: 'addTags' | 'removeTags',
  body: unknown,
  { now }: ApiRules,
): Answer {
  const parsed = Tags.safeParse(body);
  if (!parsed.success) return invalid('tags must be a list of texts');
  const given = new Set(parsed.data.tags);
  const kept = row.tags.filter((tag) => !given.has(tag));
  const tags = action === 'addTags' ? [...new Set([...row.tags, ...given])] : kept;
  const changed = store.put({ ...row, tags, updatedAt: now().getTime() });
  // As recorded: a write answers without the person's name and addresses.
  return { status: 200, body: { data: { ...present(store, changed, []), name: '', emails: [] } } };
}

function addNote(
  store: Store,
  row: FakeOpportunity,
  body: unknown,
  performAs: string | null,
  { now }: ApiRules,
): Answer {
  const parsed = NewNote.safeParse(body);
  if (!parsed.success) return invalid('value is required');
  const note = {
    id: store.nextId('d0'),
    opportunity: row.id,
    value: parsed.data.value,
    user: performAs,
    createdAt: now().getTime(),
  };
  store.notes.push(note);
  return { status: 201, body: { data: toNote(note) } };
}

/** The signature token is told here and never again; the same event and address may be given twice. */
function addWebhook(store: Store, body: unknown, { now }: ApiRules): Answer {
  const parsed = NewWebhook.safeParse(body);
  if (!parsed.success) return invalid('event, url or configuration is not valid');
  const { event, url, configuration } = parsed.data;
  const id = store.nextId('e0');
  const webhook = {
    id,
    event,
    url,
    origins: configuration?.conditions.origins ?? null,
    signatureToken: `fake-hook-token-${id.slice(-12)}-9c41d27e`,
    createdAt: now().getTime(),
  };
  store.webhooks.set(id, webhook);
  const shown = toWebhook(webhook);
  const told = { ...shown.configuration, signatureToken: webhook.signatureToken };
  return { status: 201, body: { data: { ...shown, configuration: told } } };
}
