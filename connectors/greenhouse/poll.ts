import { z } from 'zod';
import { type Context, type Poll, RelayError, type Sighting } from '../../src/connector/contract.ts';
import * as vendor from './schema.ts';

/**
 * Where a reading stands. `latest`: the last change it has seen. `next`: the page to go on with, as Greenhouse gave it.
 * `isRestarted`: its page was refused once, as a cursor that has grown too old is, and it began again.
 */
export type Cursor = z.infer<typeof Cursor>;
export const Cursor = z.object({
  from: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  latest: z.iso.datetime().nullable(),
  next: z.string().nullable(),
  isRestarted: z.boolean(),
});

/** For a change that is stamped first and visible only later. */
const overlapMs = 10 * 60 * 1000;
/** How fast a clock of ours may be. */
const clockDifferenceMs = 60 * 60 * 1000;

/**
 * Every rejection is a change, so `updated_at` finds the one of an application that is years old. A change during a
 * reading bears a later instant than its beginning, so the next one starts from there, less the overlap, and whatever
 * slipped past a page is seen then. What we change ourselves comes back too, and is known already.
 * Costs one call per 500 rows. Source: v3 list endpoints and pagination (read 2026-11-22).
 */
export const poll: Poll<Cursor> = {
  everyMinutes: 60,
  cursor: Cursor,
  first: (since) => toStart(since.toISOString()),
  async pull(context, cursor, now) {
    const startedAt = cursor.startedAt ?? now.toISOString();
    const page = await readPage(context, cursor);
    if (page === 'refused')
      return { sightings: [], cursor: { ...toStart(cursor.from), isRestarted: true }, isLast: false };
    const latest = toLatest([...page.items.map((row) => row.updated_at), ...(cursor.latest ? [cursor.latest] : [])]);
    const sightings = page.items.flatMap(toSightings);
    if (page.next !== null)
      return { sightings, cursor: { ...cursor, startedAt, latest, next: page.next }, isLast: false };
    return { sightings, cursor: toStart(toWatermark({ from: cursor.from, startedAt, latest })), isLast: true };
  },
};

function toStart(from: string): Cursor {
  return { from, startedAt: null, latest: null, next: null, isRestarted: false };
}

/** The following pages take the cursor and nothing beside it. One refused, once, begins the reading again. */
async function readPage(context: Context, { from, next, isRestarted }: Cursor) {
  if (next === null)
    return context.http.page('/v3/applications', vendor.SightedApplication, {
      status: 'rejected',
      updated_at: `gte|${from}`,
      fields: 'id,status,prospect,rejected_at,updated_at',
      per_page: '500',
    });
  try {
    return await context.http.page(next, vendor.SightedApplication);
  } catch (error) {
    if (error instanceof RelayError && error.code === 'vendor_refused' && !isRestarted) return 'refused';
    throw error;
  }
}

/**
 * The beginning of this reading, or the last change it saw where that is earlier: a clock of ours that is fast must not
 * skip what the vendor's has yet to reach. After an hour without news it moves on all the same.
 */
function toWatermark({ from, startedAt, latest }: { from: string; startedAt: string; latest: string | null }): string {
  const began = Date.parse(startedAt);
  const seen = latest === null ? 0 : Date.parse(latest);
  const safe = Math.max(Math.min(began, seen), began - clockDifferenceMs) - overlapMs;
  return new Date(Math.max(Date.parse(from), safe)).toISOString();
}

function toLatest(instants: readonly string[]): string | null {
  return instants.length === 0 ? null : new Date(Math.max(...instants.map(Date.parse))).toISOString();
}

/** A prospect was found by the company and never applied. */
function toSightings(row: vendor.SightedApplication): readonly Sighting[] {
  if (row.status !== 'rejected' || row.prospect === true) return [];
  return [{ applicationRef: String(row.id), decidedAt: new Date(row.rejected_at ?? row.updated_at) }];
}
