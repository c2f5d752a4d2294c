import { isDeepStrictEqual } from 'node:util';
import type { Connection } from '../connector/index.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import { dayMs } from '../platform/japan.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import { type Turn, takeTurn } from '../platform/lease.ts';
import { hasWaiting, startBackfill } from './backfill.ts';
import { type PageParts, type ReadPage, readPage, type StoredPage, storePage, toActingFrom } from './poll-page.ts';
import { claimDue, comeBackBy, noteBrokenOff, type PollState, readPoll, toTurnName } from './poll-store.ts';

export interface PollParts extends PageParts {
  readonly jobs: Pick<Jobs, 'enqueue'>;
}

/** The queue that reads on where a connection's last reading ended. */
export const pollQueue = 'intake.poll';

export interface PollJob extends JobData {
  readonly connectionId: string;
}

/** What one reconciliation found. Unit: pages, then rejections as the pages told them. */
export interface PollFound {
  readonly pages: number;
  readonly seen: number;
  /** Already ours, or noted in an earlier reading. */
  readonly known: number;
  /** Missed until now, and acted on like what a webhook tells. */
  readonly recorded: number;
  /** From before the mark: noted, nothing else. */
  readonly backfill: number;
  /** Rejections of ours that no longer stand. */
  readonly lifted: number;
  readonly markedAt: Date | null;
  /** False: there is more, and a job goes on with it. */
  readonly isComplete: boolean;
}

/** How much one run may read before it gives way to others. */
export interface Budget {
  readonly pages: number;
  readonly ms: number;
}

const jobBudget: Budget = { pages: 200, ms: 4 * 60_000 };
/** Whoever asks by hand waits for the answer. */
const handBudget: Budget = { pages: 200, ms: 30_000 };
const waitMs = 20_000;
/** Longer than one page can take; renewed with every page. */
const holdMs = 3 * 60_000;

const firstDays = 90;
/** How far a reading that begins anew goes back before the last complete one. */
const overlapMs = dayMs;
/** A new connection is left alone for so long: an admin may want to say how far back the first reading goes. */
const graceMs = 5 * 60_000;
const retryMs = { usual: 5 * 60_000, least: 60_000 };

/**
 * Runs one reconciliation now.
 * @param days how far back to read; without it the first reading goes back 90 days and later ones go on where it ended.
 * @throws RelayError request_conflict when the connector does not poll or another reading is under way; else of the vendor.
 */
export async function pollNow(
  parts: PollParts,
  connection: Connection,
  { days }: { readonly days?: number | undefined },
): Promise<PollFound> {
  const turn = await takeTurn(parts.database, toTurnName(connection.connectionId), { holdMs, waitMs }, (held) =>
    readOn(parts, connection, { days, budget: handBudget }, held),
  );
  if (!turn.taken)
    throw new RelayError('request_conflict', { message: 'another reading of this connection is running' });
  await goOn(parts, connection, turn.result);
  return turn.result;
}

/** Reads on as far as one job may. What fails for a time or for want of a setting is tried again when it is due. */
export async function runPoll(parts: PollParts, { companyId, connectionId }: PollJob): Promise<void> {
  const { database, connections, clock } = parts;
  const connection = await database.forCompany(companyId, (tx) => connections.read(tx, connectionId));
  if (!connection || connection.state === 'paused' || !findPoll(parts, connection)) return;
  try {
    const turn = await takeTurn(database, toTurnName(connectionId), { holdMs }, (held) =>
      readOn(parts, connection, { budget: jobBudget }, held),
    );
    if (turn.taken) return await goOn(parts, connection, turn.result);
    const later = new Date(clock.now().getTime() + holdMs);
    await database.forCompany(companyId, (tx) => comeBackBy(tx, connectionId, later));
  } catch (thrown) {
    const error = toRelayError(thrown);
    if (error.code === 'database_unavailable' || error.kind === 'internal') throw error;
  }
}

/** Adds a job for every connection that is due. Safe in several processes at once: each is given to one of them. */
export async function sweepPolls({ database, connections, clock, jobs }: PollParts): Promise<number> {
  let started = 0;
  for (const { id, api } of connections.connectors) {
    if (!api?.poll) continue;
    const everyMs = api.poll.everyMinutes * 60_000;
    started += await database.forSystem(async (tx) => {
      const due = await claimDue(tx, { id, everyMs }, graceMs, clock.now());
      await jobs.enqueue<PollJob>(tx, pollQueue, due);
      return due.length;
    });
  }
  return started;
}

interface Asked {
  readonly days?: number | undefined;
  readonly budget: Budget;
}

/** Page after page until the end, the budget, or somebody who is ahead. */
async function readOn(
  parts: PollParts,
  connection: Connection,
  { days, budget }: Asked,
  turn: Turn,
): Promise<PollFound> {
  const everyMs = requirePoll(parts, connection).everyMinutes * 60_000;
  const startedAt = parts.clock.now().getTime();
  let found = nothing;
  try {
    for (;;) {
      const page = await readNext(parts, connection, found.pages === 0 ? days : undefined);
      const stored = await storePage(parts, connection, page, everyMs);
      if (!stored) return found;
      found = add(found, stored);
      if (page.isLast) return { ...found, isComplete: true };
      if (found.pages >= budget.pages || parts.clock.now().getTime() - startedAt >= budget.ms) return found;
      await turn.renew();
    }
  } catch (thrown) {
    await noteBroken(parts, connection, toRelayError(thrown), everyMs);
    throw thrown;
  }
}

async function readNext(parts: PollParts, { companyId, connectionId }: Connection, days?: number): Promise<ReadPage> {
  const { database, connections, clock } = parts;
  const askedAt = clock.now();
  const { connection, state } = await database.forCompany(companyId, async (tx) => ({
    connection: await connections.read(tx, connectionId),
    state: await readPoll(tx, { companyId, connectionId }, askedAt),
  }));
  if (!connection) throw new RelayError('request_not_found', { message: 'the connection was removed' });
  const begin = toBegin(state, connection.backfillFrom, days, askedAt);
  const pulled = begin
    ? await connections.pull(connection, { since: begin })
    : await pullOn(parts, connection, state, askedAt);
  const since = begin ?? state.since ?? askedAt;
  return readPage(parts, connection, state, { ...pulled, askedAt, since });
}

/** The next page from the kept cursor; anew where there is none or the ATS no longer knows it. */
async function pullOn({ connections }: PollParts, connection: Connection, state: PollState, now: Date) {
  const anew = { since: toSince(state, now) };
  if (state.cursor === null) return connections.pull(connection, anew);
  try {
    const page = await connections.pull(connection, { cursor: state.cursor });
    if (page.isLast || !isDeepStrictEqual(JSON.parse(JSON.stringify(page.cursor)), state.cursor)) return page;
  } catch (thrown) {
    if (!isCursorLost(thrown)) throw thrown;
    return connections.pull(connection, anew);
  }
  throw new RelayError('vendor_not_understood', { message: 'a page leads back to itself' });
}

/** Where a reading begins that must reach further back than those before it; undefined: none must. */
function toBegin(
  { since }: PollState,
  backfillFrom: Date | null,
  days: number | undefined,
  now: Date,
): Date | undefined {
  if (since && days === undefined) return undefined;
  const wanted = new Date(now.getTime() - (days ?? firstDays) * dayMs);
  if (since) return wanted < since ? wanted : undefined;
  return backfillFrom && backfillFrom < wanted ? backfillFrom : wanted;
}

/** Where a reading begins whose cursor was lost: everything decided since then is told again. */
function toSince({ since, lastPolledAt }: PollState, now: Date): Date {
  if (lastPolledAt) return new Date(lastPolledAt.getTime() - overlapMs);
  return since ?? new Date(now.getTime() - firstDays * dayMs);
}

/** A cursor of another version of ours, or one that the vendor has forgotten. */
function isCursorLost(thrown: unknown): boolean {
  const { code } = toRelayError(thrown);
  return code === 'cursor_unreadable' || code === 'vendor_refused';
}

async function noteBroken(
  { database, clock }: PollParts,
  { companyId, connectionId }: Connection,
  error: RelayError,
  everyMs: number,
): Promise<void> {
  if (error.code === 'database_unavailable') return;
  const afterMs = error.kind === 'transient' ? Math.max(error.retryAfterMs ?? retryMs.usual, retryMs.least) : everyMs;
  const again = new Date(clock.now().getTime() + afterMs);
  await database.forCompany(companyId, (tx) => noteBrokenOff(tx, connectionId, error.code, again));
}

/** Hands the rest to a job, and what an admin has chosen since to another. */
async function goOn(parts: PollParts, connection: Connection, found: PollFound): Promise<void> {
  const { companyId, connectionId } = connection;
  await parts.database.forCompany(companyId, async (tx) => {
    if (!found.isComplete && found.pages > 0)
      return parts.jobs.enqueue<PollJob>(tx, pollQueue, [{ companyId, connectionId }]);
    const present = await parts.connections.read(tx, connectionId);
    if (!present?.markedAt) return;
    if (await hasWaiting(tx, present, toActingFrom(present, present.markedAt))) await startBackfill(parts, tx, present);
  });
}

const nothing: PollFound = {
  pages: 0,
  seen: 0,
  known: 0,
  recorded: 0,
  backfill: 0,
  lifted: 0,
  markedAt: null,
  isComplete: false,
};

function add(found: PollFound, page: StoredPage): PollFound {
  return {
    ...found,
    pages: found.pages + 1,
    seen: found.seen + page.seen,
    known: found.known + page.known,
    recorded: found.recorded + page.recorded,
    backfill: found.backfill + page.backfill,
    lifted: found.lifted + page.lifted,
    markedAt: page.markedAt,
  };
}

function findPoll({ connections }: PollParts, connection: Connection) {
  return connections.connector(connection.connector)?.api?.poll;
}

function requirePoll(parts: PollParts, connection: Connection) {
  const poll = findPoll(parts, connection);
  if (!poll) throw new RelayError('request_conflict', { message: `${connection.connector} is not polled` });
  return poll;
}
