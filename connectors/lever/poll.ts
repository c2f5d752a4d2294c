import { z } from 'zod';
import { type Context, type Poll, RelayError, type Sighting } from '../../src/connector/contract.ts';
import { readReasonsOf } from './lookups.ts';
import { isRejection } from './map.ts';
import { readArchived } from './reread.ts';
import type { Opportunity } from './schema.ts';

/** Instants in epoch milliseconds. */
export type LeverCursor = z.infer<typeof LeverCursor>;
export const LeverCursor = z.object({
  /** What this reading began with, inclusive. */
  archivedFrom: z.int(),
  /** Lever's token for the page to read, exactly as given; null for the first one. */
  offset: z.string().nullable(),
  /** The latest decision on the first page, and on all so far. */
  firstLatest: z.int(),
  latest: z.int(),
  /** Whether the pages so far came in the order of their decisions, earliest first. */
  isAscending: z.boolean(),
  /** True until a further page is read after a token was refused. */
  isRestarted: z.boolean(),
});

/**
 * Finds decisions by when they were made (`archived_at_start`), so the age of the application does not matter.
 * Lever does not document the order of its lists. The next reading therefore begins at the latest decision of this one's
 * first page: what is decided while the later pages are read may stand on pages already passed. Where the pages came in
 * the order of decisions nothing can be passed, and it begins at the latest of all.
 */
export const poll: Poll<LeverCursor> = {
  everyMinutes: 60,
  cursor: LeverCursor,
  first: (since) => toStart(since.getTime()),
  async pull(context, cursor) {
    const { data, next, isRestarted } = await readPage(context, cursor);
    const sightings = await toSightings(context, data);
    const read = { ...advance(cursor, data), isRestarted };
    if (next !== null) return { sightings, cursor: { ...read, offset: next }, isLast: false };
    return { sightings, cursor: toStart(read.isAscending ? read.latest : read.firstLatest), isLast: true };
  },
};

function toStart(archivedFrom: number): LeverCursor {
  return {
    archivedFrom,
    offset: null,
    firstLatest: archivedFrom,
    latest: archivedFrom,
    isAscending: true,
    isRestarted: false,
  };
}

/** Where Lever takes the token of a page no more, the reading begins again, once. */
async function readPage(context: Context, { archivedFrom, offset, isRestarted }: LeverCursor) {
  const filter = { archived_at_start: String(archivedFrom) };
  if (offset === null) return { ...(await readArchived(context, filter)), isRestarted };
  try {
    return { ...(await readArchived(context, { ...filter, offset })), isRestarted: false };
  } catch (error) {
    if (isRestarted || !(error instanceof RelayError && error.code === 'vendor_refused')) throw error;
    return { ...(await readArchived(context, filter)), isRestarted: true };
  }
}

function advance(cursor: LeverCursor, page: readonly Opportunity[]): LeverCursor {
  const instants = page.flatMap(({ archived }) => (archived ? [archived.archivedAt] : []));
  const latest = Math.max(cursor.latest, ...instants);
  const isAscending = instants.every((instant, index) => instant >= (instants[index - 1] ?? cursor.latest));
  return {
    ...cursor,
    latest,
    firstLatest: cursor.offset === null ? latest : cursor.firstLatest,
    isAscending: cursor.isAscending && isAscending,
  };
}

async function toSightings(context: Context, page: readonly Opportunity[]): Promise<readonly Sighting[]> {
  if (page.length === 0) return [];
  const reasons = await readReasonsOf(context, page);
  return page.flatMap((opportunity) =>
    opportunity.archived && isRejection(opportunity, reasons)
      ? [{ applicationRef: opportunity.id, decidedAt: new Date(opportunity.archived.archivedAt) }]
      : [],
  );
}
