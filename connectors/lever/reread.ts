import type { Application, Context, Query } from '../../src/connector/contract.ts';
import { readLookups, rowsMax, unlessForbidden } from './lookups.ts';
import { toApplication } from './map.ts';
import * as vendor from './schema.ts';

/** No list takes ids, so this is ours to choose: the pages of one burst answer for all that is asked for together. */
export const refsMax = 500;
/** The stage's name and the posting's id come along, which would be calls of their own. */
export const expand: Query = { expand: ['applications', 'stage'] };

/** How far from one decision its neighbours are looked for. */
const neighbourhoodMs = 60 * 60 * 1000;
/** A page that answers fewer of those asked for costs more than it saves. */
const worthwhile = 2;
/** One such page is risked for every so many references: those of a burst may stand on its last page. */
const refsPerRisk = 5;

/**
 * The present state of at most 500 opportunities, one answer for each reference, in their order.
 * No list of Lever takes ids, but recruiters decide in bursts: one is read by its id, and the pages of what was archived
 * within an hour of it (`archived_at_start`, `archived_at_end`) answer for its neighbours. The rest is read one by one:
 * a burst costs one call and its pages of 100, and scattered references a fifth more calls than they are.
 */
export async function reread(context: Context, applicationRefs: readonly string[]): Promise<readonly Application[]> {
  const found = await readOpportunities(context, applicationRefs);
  const lookups = await readLookups(context, [...found.values()]);
  return applicationRefs.map((applicationRef) => {
    const opportunity = found.get(applicationRef);
    return opportunity ? toApplication(opportunity, lookups) : { state: 'gone', applicationRef };
  });
}

type Found = Map<string, vendor.Opportunity>;

async function readOpportunities(context: Context, refs: readonly string[]): Promise<Found> {
  const found: Found = new Map();
  const waiting = new Set(refs);
  let risks = Math.ceil(refs.length / refsPerRisk);
  while (risks > 0 && waiting.size > worthwhile) {
    const [ref = ''] = waiting;
    const opportunity = await take(context, ref, waiting, found);
    const archivedAt = opportunity?.archived?.archivedAt;
    risks = archivedAt === undefined ? risks - 1 : await readNeighbours(context, archivedAt, waiting, found, risks);
  }
  await Promise.all([...waiting].map((ref) => take(context, ref, waiting, found)));
  return found;
}

async function take(
  context: Context,
  ref: string,
  waiting: Set<string>,
  found: Found,
): Promise<vendor.Opportunity | undefined> {
  waiting.delete(ref);
  const opportunity = await readOpportunity(context, ref);
  if (opportunity) found.set(ref, opportunity);
  return opportunity;
}

/**
 * Takes what the pages of a neighbourhood answer, and gives how many pages may still be risked. Confidential opportunities
 * are not among them: those are read by their id, and told as what they are.
 */
async function readNeighbours(
  context: Context,
  archivedAt: number,
  waiting: Set<string>,
  found: Found,
  risks: number,
): Promise<number> {
  let left = risks;
  for (let offset: string | null | undefined; offset !== null && left > 0 && waiting.size > 0; ) {
    const page = await readArchived(context, {
      ...expand,
      archived_at_start: String(archivedAt - neighbourhoodMs),
      archived_at_end: String(archivedAt + neighbourhoodMs),
      ...(offset === undefined ? {} : { offset }),
    });
    const answered = page.data.filter(({ id }) => waiting.delete(id));
    for (const opportunity of answered) found.set(opportunity.id, opportunity);
    if (answered.length < worthwhile) left -= 1;
    offset = page.next;
  }
  return left;
}

/** One page of archived opportunities; `next` is null at the end. `confidentiality` stays at Lever's default: none of those. */
export async function readArchived(
  context: Context,
  filter: Query,
): Promise<{ readonly data: readonly vendor.Opportunity[]; readonly next: string | null }> {
  const { data, next, hasNext } = await context.http.get('/v1/opportunities', vendor.Page(vendor.Opportunity), {
    archived: 'true',
    limit: rowsMax,
    ...filter,
  });
  return { data, next: hasNext && next ? next : null };
}

/**
 * undefined when it was deleted, and when it alone is closed to us, as a confidential one is to most credentials: nobody
 * we could write to. @throws RelayError vendor_forbidden when all opportunities are closed.
 */
export async function readOpportunity(context: Context, ref: string): Promise<vendor.Opportunity | undefined> {
  const path = `/v1/opportunities/${encodeURIComponent(ref)}`;
  let isAnswered = false;
  const found = await unlessForbidden(async () => {
    const answer = await context.http.find(path, vendor.One(vendor.Opportunity), expand);
    isAnswered = true;
    return answer;
  });
  if (!isAnswered) await context.http.get('/v1/opportunities', vendor.Page(vendor.Anything), { limit: '1' });
  return found?.data;
}
