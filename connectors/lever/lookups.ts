import { z } from 'zod';
import { type Context, RelayError } from '../../src/connector/contract.ts';
import { findPosting, type Lookups } from './map.ts';
import * as vendor from './schema.ts';

const hourMs = 60 * 60 * 1000;
/** Most rows in one answer. Source: "Pagination", Data API v1 (read 2026-11-22). */
export const rowsMax = '100';
/** More pages than any list has that we read to its end. */
const pagesMax = 100;

/** Reads a list of Lever to its end: `next` goes back as `offset`. */
export async function readAll<T>(context: Context, path: string, item: z.ZodType<T>): Promise<readonly T[]> {
  const all: T[] = [];
  let offset: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const query: Readonly<Record<string, string>> = { limit: rowsMax, ...(offset === null ? {} : { offset }) };
    const answer: z.infer<ReturnType<typeof vendor.Page<T>>> = await context.http.get(path, vendor.Page(item), query);
    all.push(...answer.data);
    offset = answer.hasNext && answer.next ? answer.next : null;
    if (offset === null) return all;
  }
  throw new RelayError('vendor_not_understood', { message: `GET ${path}: the list does not end` });
}

const Reasons = z.array(vendor.ArchiveReason);

/** The company's archive reasons, kept for an hour. */
export async function readReasons(context: Context): Promise<readonly vendor.ArchiveReason[]> {
  return context.remember('archive-reasons', hourMs, Reasons, async () => [
    ...(await readAll(context, '/v1/archive_reasons', vendor.ArchiveReason)),
  ]);
}

/** The names of the account's stages, all postings together. */
export async function readStages(context: Context): Promise<readonly string[] | undefined> {
  const stages = await unlessForbidden(() => readAll(context, '/v1/stages', vendor.Stage));
  const names = stages?.map(({ text }) => text?.trim() ?? '').filter((name) => name !== '');
  return names && [...new Set(names)];
}

/** All that is needed to tell what these opportunities are. A reason newer than an hour is asked for by its id, once. */
export async function readLookups(context: Context, opportunities: readonly vendor.Opportunity[]): Promise<Lookups> {
  const archived = opportunities.filter(({ archived }) => archived);
  if (archived.length === 0) return { reasons: new Map(), jobs: new Map() };
  const [reasons, jobs] = await Promise.all([readReasonsOf(context, archived), readJobs(context, archived)]);
  return { reasons, jobs };
}

export async function readReasonsOf(
  context: Context,
  opportunities: readonly vendor.Opportunity[],
): Promise<Lookups['reasons']> {
  const known = new Map((await readReasons(context)).map((reason) => [reason.id, reason]));
  const ids = new Set(opportunities.flatMap(({ archived }) => archived?.reason ?? []));
  const added = await Promise.all([...ids].filter((id) => !known.has(id)).map((id) => readReason(context, id)));
  for (const reason of added) if (reason) known.set(reason.id, reason);
  return known;
}

function readReason(context: Context, id: string): Promise<vendor.ArchiveReason | null> {
  return context.remember(`archive-reason ${id}`, hourMs, vendor.ArchiveReason.nullable(), async () => {
    const found = await context.http.find(
      `/v1/archive_reasons/${encodeURIComponent(id)}`,
      vendor.One(vendor.ArchiveReason),
    );
    return found?.data ?? null;
  });
}

/** The titles of the postings, each kept for a day: hundreds of applications share one. */
async function readJobs(context: Context, opportunities: readonly vendor.Opportunity[]): Promise<Lookups['jobs']> {
  const jobs = new Map<string, string | null>();
  const unnamed = new Set<string>();
  for (const posting of opportunities.flatMap((one) => findPosting(one) ?? [])) {
    if (posting.text) jobs.set(posting.id, posting.text);
    else unnamed.add(posting.id);
  }
  await Promise.all([...unnamed].map(async (id) => jobs.set(id, await readTitle(context, id))));
  return jobs;
}

function readTitle(context: Context, id: string): Promise<string | null> {
  return context.remember(`posting ${id}`, 24 * hourMs, z.string().nullable(), async () => {
    const found = await unlessForbidden(() =>
      context.http.find(`/v1/postings/${encodeURIComponent(id)}`, vendor.One(vendor.PostingTitle)),
    );
    return found?.data.text?.trim() || null;
  });
}

/** undefined where this one thing is closed to us; whether all of its kind are is for `check` to say. */
export async function unlessForbidden<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RelayError && error.code === 'vendor_forbidden') return undefined;
    throw error;
  }
}
