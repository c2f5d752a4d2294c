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
  /** The latest decision on the first page. */
  latest: z.int(),
  /** True until a further page is read after a token was refused. */
  isRestarted: z.boolean(),
});

/**
 * Finds decisions by when they were made (`archived_at_start`), so the age of the application does not matter.
 * Lever does not document the order of its lists: what is decided while the later pages are read may stand on pages
 * already passed. So the next reading begins at the latest decision of this one's first page, whatever came after it;
 * a decision that is told twice costs nothing.
 */
export const poll: Poll<LeverCursor> = {
  everyMinutes: 60,
  cursor: LeverCursor,
  first: (since) => toStart(since.getTime()),
  async pull(context, cursor) {
    const { data, next, isRestarted } = await readPage(context, cursor);
    const sightings = await toSightings(context, data);
    const latest = cursor.offset === null ? findLatest(cursor, data) : cursor.latest;
    if (next === null) return { sightings, cursor: toStart(latest), isLast: true };
    return { sightings, cursor: { ...cursor, latest, offset: next, isRestarted }, isLast: false };
  },
};

/** Who applied is told by their application; what a re-read needs beside it would only make the pages heavy. */
const whetherApplied = { expand: 'applications' };

function toStart(archivedFrom: number): LeverCursor {
  return { archivedFrom, offset: null, latest: archivedFrom, isRestarted: false };
}

/** Where Lever takes the token of a page no more, the reading begins again, once. */
async function readPage(context: Context, { archivedFrom, offset, isRestarted }: LeverCursor) {
  const filter = { ...whetherApplied, archived_at_start: String(archivedFrom) };
  if (offset === null) return { ...(await readArchived(context, filter)), isRestarted };
  try {
    return { ...(await readArchived(context, { ...filter, offset })), isRestarted: false };
  } catch (error) {
    if (isRestarted || !(error instanceof RelayError && error.code === 'vendor_refused')) throw error;
    return { ...(await readArchived(context, filter)), isRestarted: true };
  }
}

function findLatest({ latest }: LeverCursor, page: readonly Opportunity[]): number {
  return Math.max(latest, ...page.flatMap(({ archived }) => archived?.archivedAt ?? []));
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
