import type { Application, Connection, Connections, Sighting } from '../connector/index.ts';
import type { Database, Tx } from '../platform/database.ts';
import { toRelayError } from '../platform/errors.ts';
import { type ApplyParts, applyApplications } from './apply.ts';
import {
  countPage,
  dropSightings,
  findRecorded,
  keepSightings,
  moveCursor,
  type PollState,
  toKey,
} from './poll-store.ts';

export interface PageParts extends ApplyParts {
  readonly database: Database;
  readonly connections: Connections;
}

/** One page as the vendor told it, with the present state of what is new on it. Nothing of it is stored yet. */
export interface ReadPage {
  readonly state: PollState;
  readonly since: Date;
  readonly askedAt: Date;
  readonly cursor: unknown;
  readonly isLast: boolean;
  readonly seen: number;
  readonly known: number;
  readonly fresh: FreshSightings;
  readonly older: readonly Sighting[];
}

/** Sightings that are to be acted on, read again. */
export interface FreshSightings {
  readonly sightings: readonly Sighting[];
  readonly applications: readonly Application[];
  /** Those of which the vendor's answer was not understood. */
  readonly strange: readonly Sighting[];
}

export interface StoredPage {
  readonly seen: number;
  readonly known: number;
  readonly recorded: number;
  readonly backfill: number;
  readonly lifted: number;
  readonly markedAt: Date;
}

/**
 * What is decided from here on is acted on; anything older only after an admin has chosen a date.
 * @param firstAskedAt the mark of a connection that has none yet.
 */
export function toActingFrom({ markedAt, backfillFrom }: Connection, firstAskedAt: Date): Date {
  const mark = markedAt ?? firstAskedAt;
  return backfillFrom && backfillFrom < mark ? backfillFrom : mark;
}

/** A page as it came. */
export interface PulledPage {
  readonly sightings: readonly Sighting[];
  readonly cursor: unknown;
  readonly isLast: boolean;
  /** When it was asked for. */
  readonly askedAt: Date;
  /** How far back the readings reach with it. */
  readonly since: Date;
}

/** Asks for the present state of what is new on a page. Stores nothing. */
export async function readPage(
  parts: PageParts,
  connection: Connection,
  state: PollState,
  { sightings, cursor, isLast, askedAt, since }: PulledPage,
): Promise<ReadPage> {
  const { companyId, connectionId } = connection;
  const distinct = [...new Map(sightings.map((sighting) => [toKey(sighting), sighting])).values()];
  const recorded = await parts.database.forCompany(companyId, (tx) => findRecorded(tx, connectionId, distinct));
  const unknown = distinct.filter((sighting) => !recorded.has(toKey(sighting)));
  const actingFrom = toActingFrom(connection, askedAt);
  const fresh = unknown.filter(({ decidedAt }) => decidedAt >= actingFrom);
  return {
    state,
    since,
    askedAt,
    cursor,
    isLast,
    seen: distinct.length,
    known: distinct.length - unknown.length,
    fresh: await rereadSightings(parts, connection, fresh),
    older: unknown.filter(({ decidedAt }) => decidedAt < actingFrom),
  };
}

/** Stores a page: its cursor, its facts and their events, or nothing. undefined: another reading took it before. */
export function storePage(
  parts: PageParts,
  connection: Connection,
  page: ReadPage,
  everyMs: number,
): Promise<StoredPage | undefined> {
  const { companyId, connectionId } = connection;
  const now = parts.clock.now();
  return parts.database.forCompany(companyId, async (tx) => {
    const isOurs = await moveCursor(tx, connectionId, page.state.version, {
      cursor: page.cursor,
      since: page.since,
      nextPollAt: new Date(now.getTime() + everyMs),
      lastPolledAt: page.isLast ? page.askedAt : null,
    });
    if (!isOurs) return undefined;
    const markedAt = await keepMark(parts, tx, connectionId, page.askedAt);
    const { recorded, lifted } = await applySightings(parts, tx, connection, page.fresh);
    const backfill = await keepSightings(tx, connection, page.older, now);
    const noted = page.older.length - backfill;
    await countPage(tx, connectionId, { seen: page.seen, recorded, backfill, lifted });
    return { seen: page.seen, known: page.known + noted, recorded, backfill, lifted, markedAt };
  });
}

/** The connection's mark, set by its first page. */
async function keepMark({ connections }: PageParts, tx: Tx, connectionId: string, at: Date): Promise<Date> {
  const present = await connections.read(tx, connectionId);
  if (present?.markedAt) return present.markedAt;
  await connections.update(tx, connectionId, { markedAt: at });
  return at;
}

/** Acts on sightings as on what a webhook told. What was not understood stays among the sightings. */
export async function applySightings(
  parts: PageParts,
  tx: Tx,
  connection: Connection,
  { sightings, applications, strange }: FreshSightings,
): Promise<{ readonly recorded: number; readonly lifted: number }> {
  const { recorded, lifted } = await applyApplications(parts, tx, connection, applications, new Map());
  await dropSightings(tx, connection.connectionId, sightings);
  await keepSightings(tx, connection, strange, parts.clock.now());
  return { recorded: recorded.length, lifted: lifted.length };
}

/** More than these not understood are no longer single strange applications: then the vendor's API has changed. */
const strangeMax = 10;

/** The present state of each; one that is not understood is set aside and does not hold up the others. */
export async function rereadSightings(
  parts: Pick<PageParts, 'connections'>,
  connection: Connection,
  sightings: readonly Sighting[],
): Promise<FreshSightings> {
  const refs = [...new Set(sightings.map(({ applicationRef }) => applicationRef))];
  const strange = new Set<string>();

  async function reread(some: readonly string[]): Promise<readonly Application[]> {
    if (some.length === 0) return [];
    try {
      return await parts.connections.reread(connection, some);
    } catch (thrown) {
      const error = toRelayError(thrown);
      if (error.code !== 'vendor_not_understood' || strange.size >= strangeMax) throw error;
      const [only] = some;
      if (some.length === 1 && only !== undefined) {
        strange.add(only);
        return [];
      }
      const middle = Math.ceil(some.length / 2);
      return [...(await reread(some.slice(0, middle))), ...(await reread(some.slice(middle)))];
    }
  }

  const applications = await reread(refs);
  return { sightings, applications, strange: sightings.filter(({ applicationRef }) => strange.has(applicationRef)) };
}
