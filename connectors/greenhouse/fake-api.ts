/** Harvest v3 as strict as its documentation: the rate window, the rules of queries, and paging. */
import { z } from 'zod';
import { type Answer, invalid, notFound, parseJson } from './fake-answer.ts';
import { presentCandidate, type Row, type Store, type Table } from './fake-store.ts';

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
  // Source: Harvest v3 reference, "List job interview stages": filters and fields (read 2026-11-29).
  '/v3/job_interview_stages': {
    filters: { ...everywhere, job_ids: 'ids', active: 'flag' },
    rows: (store) => store.jobInterviewStages.all(),
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
  '/v3/email_templates': {
    filters: { ...everywhere, email_type: 'text', from_type: 'text' },
    rows: (store) => store.emailTemplates.all(),
  },
  '/v3/webhooks': {
    filters: everywhere,
    rows: (store) => [...store.webhooks.all()].map(({ secret_key: _, ...shown }) => shown),
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

const Cursor = z.object({ path: z.string(), query: z.string(), after: z.int() });

/**
 * One page of a list: a bare array, and a Link to the next whose only parameter is the cursor. By id, and the cursor goes
 * on after the last id given: the order is not documented, and this is our choice.
 */
export function answerList(store: Store, url: URL): Answer {
  const list = lists[url.pathname];
  if (!list) return notFound;
  const cursor = readCursor(url);
  if (cursor === 'invalid') return invalid({ cursor: 'is invalid or stands beside other parameters' });
  const query = cursor ? new URLSearchParams(cursor.query) : url.searchParams;
  const problems = findQueryProblems(list, query);
  if (problems.length > 0) return invalid(...problems);
  const filters = new Map([...query].filter(([name]) => name !== 'per_page'));
  const size = Number(query.get('per_page') ?? 100);
  const after = cursor?.after ?? 0;
  const isAsked = toMatcher(filters);
  const further = [...list.rows(store, filters)].filter((row) => row.id > after).sort((a, b) => a.id - b.id);
  const rows: typeof further = [];
  // One more than a page tells whether there is a next one; of a long history no more is looked at.
  for (let index = 0; index < further.length && rows.length <= size; index += 1) {
    const row = further[index];
    if (row && isAsked(row)) rows.push(row);
  }
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const next = last && rows.length > size ? toNextLink(url, query, last.id) : undefined;
  return {
    status: 200,
    body: page.map((row) => project(row, filters.get('fields'))),
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

function toNextLink(url: URL, query: URLSearchParams, after: number): string {
  const cursor = Buffer.from(JSON.stringify({ path: url.pathname, query: query.toString(), after })).toString(
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

/** One look per row and filter; a list may hold a hundred thousand rows. */
function toMatcher(filters: ReadonlyMap<string, string>): (row: Shown) => boolean {
  const checks = [...filters].flatMap(([name, wanted]) => toCheck(name, wanted) ?? []);
  return (row) => checks.every((check) => check(row));
}

function toCheck(name: string, wanted: string): ((row: Shown) => boolean) | undefined {
  if (name === 'fields' || name === 'include_defaults') return undefined;
  const read = (row: Shown, field: string): unknown => Reflect.get(row, field);
  if (name === 'ids' || name.endsWith('_ids')) {
    const ids = new Set(wanted.split(','));
    const field = name.slice(0, -1);
    return (row) => ids.has(String(read(row, field)));
  }
  if (name.endsWith('_at')) return toDateCheck((row) => read(row, name), wanted);
  if (name === 'status') {
    const status = wanted === 'active' ? 'in_process' : wanted;
    return (row) => read(row, 'status') === status;
  }
  if (name === 'email') {
    const address = `"${wanted.toLowerCase()}"`;
    return (row) => JSON.stringify(read(row, 'email_addresses')).toLowerCase().includes(address);
  }
  if (name === 'tag') return (row) => JSON.stringify(read(row, 'tags')).includes(JSON.stringify(wanted));
  return (row) => String(read(row, name)) === wanted;
}

function toDateCheck(read: (row: Shown) => unknown, wanted: string): (row: Shown) => boolean {
  const parts = wanted.split('|');
  const bounds = parts.flatMap((operator, at) =>
    at % 2 === 0 ? [{ operator, bound: Date.parse(parts[at + 1] ?? '') }] : [],
  );
  return (row) => {
    const value = read(row);
    const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return bounds.every(({ operator, bound }) => isWithin(at, operator, bound));
  };
}

function isWithin(at: number, operator: string, bound: number): boolean {
  if (operator === 'gte') return at >= bound;
  if (operator === 'lte') return at <= bound;
  return operator === 'gt' ? at > bound : at < bound;
}

function project(row: object, fields: string | undefined): object {
  if (fields === undefined) return row;
  const wanted = new Set(fields.split(','));
  return Object.fromEntries(Object.entries(row).filter(([name]) => wanted.has(name)));
}
