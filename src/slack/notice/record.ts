import { type Company, readCompany } from '../../company/index.ts';
import { moveIntoHours } from '../../platform/business-hours.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import type { JobData, Jobs } from '../../platform/jobs.ts';
import type { Log } from '../../platform/log.ts';
import type { NoticeHours } from '../../platform/tables.ts';
import { holdCompany } from '../hold-company.ts';
import type { Place } from '../place/model.ts';
import { listPlaces, listRoutes, readHours } from '../place/store.ts';
import { gatherNotices, type PlacedNotice } from './gather.ts';
import { gatherMs, mergeTokens } from './model.ts';
import type { PlannedNotice } from './planned.ts';
import { readDraft, type ViewParts } from './read-view.ts';
import {
  addFacts,
  markChanged,
  type Opening,
  openNotice,
  readKnownFacts,
  type StoredNotice,
  saveText,
  takeOpenNotice,
  widenNotice,
} from './store.ts';

/** Posts or edits one notice; see send.ts. */
export const noticeQueue = 'slack.notice';

export interface NoticeJob extends JobData {
  readonly noticeId: string;
}

export interface RecordingParts extends ViewParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Log;
}

/**
 * Writes what is planned, each fact once for each place it goes to: as a message of its own, or into the one of its group
 * that still takes in more. Where a company is tied to no workspace, or no place wants it, it is kept and logged.
 */
export async function recordNotices(
  parts: RecordingParts,
  companyId: string,
  plan: (tx: Tx, company: Company) => Promise<readonly PlannedNotice[]>,
): Promise<void> {
  const logged = await parts.database.forCompany(companyId, async (tx) => {
    const company = await readCompany(tx, companyId);
    if (!company) return [];
    // Two at once would open two messages of one group.
    await holdCompany(tx, companyId);
    const planned = await plan(tx, company);
    return planned.length === 0 ? [] : record(parts, tx, company, planned);
  });
  for (const notice of logged) parts.log.info(notice, 'notice to recruiters');
}

interface LoggedNotice {
  readonly noticeId: string;
  readonly kind: string;
  readonly text: string;
}

async function record(
  parts: RecordingParts,
  tx: Tx,
  company: Company,
  planned: readonly PlannedNotice[],
): Promise<readonly LoggedNotice[]> {
  const { companyId } = company;
  const now = parts.clock.now();
  const hours = await readHours(tx, companyId);
  const places = hours ? await listPlaces(tx, companyId) : [];
  const routes = places.length > 0 ? await listRoutes(tx, companyId) : [];
  const known = await readKnownFacts(
    tx,
    companyId,
    planned.flatMap(({ factKeys }) => factKeys),
  );
  const logged: LoggedNotice[] = [];
  const toQueue: Queued[] = [];
  for (const placed of gatherNotices(planned, { places, routes, known })) {
    const place = places.find(({ placeId }) => placeId === placed.placeId);
    const { notice, queue, isNew } = await write(tx, companyId, placed, toOpening(placed, place, hours, now), now);
    if (queue) toQueue.push(queue);
    // One that is joined gets its text when it is sent: what it tells may be thousands of letters.
    if (!isNew) continue;
    const draft = await readDraft(parts, tx, company, notice, false);
    const { keptText: text } = draft(null);
    await saveText(tx, notice.noticeId, text);
    if (notice.status === 'logged') logged.push({ noticeId: notice.noticeId, kind: notice.kind, text });
  }
  await enqueueNotices(parts.jobs, tx, companyId, toQueue);
  return logged;
}

interface Queued {
  readonly noticeId: string;
  readonly dueAt: Date;
}

/** Joins what is open, or opens anew. */
async function write(
  tx: Tx,
  companyId: string,
  placed: PlacedNotice,
  opening: Opening,
  now: Date,
): Promise<{ readonly notice: StoredNotice; readonly queue: Queued | undefined; readonly isNew: boolean }> {
  const open = await takeOpenNotice(tx, { ...placed, companyId }, now);
  if (!open) {
    const notice = await openNotice(tx, companyId, placed, opening, now);
    await addFacts(tx, notice, placed.factKeys);
    const { noticeId } = notice;
    return { notice, queue: opening.dueAt ? { noticeId, dueAt: opening.dueAt } : undefined, isNew: true };
  }
  const notice = await widenNotice(tx, open.noticeId, {
    tokens: mergeTokens(placed.kind, open.tokens, placed.tokens),
    connectionId: open.connectionId === placed.connectionId ? open.connectionId : null,
  });
  await addFacts(tx, notice, placed.factKeys);
  const { noticeIds, dueAt } = await markChanged(tx, [notice.noticeId], now);
  return { notice, queue: noticeIds.length > 0 ? { noticeId: notice.noticeId, dueAt } : undefined, isNew: false };
}

function toOpening(
  { groupKey }: PlacedNotice,
  place: Place | undefined,
  hours: NoticeHours | undefined,
  now: Date,
): Opening {
  if (!place || !hours) return { status: 'logged', dueAt: null, reason: null };
  if (place.blockedReason !== null) return { status: 'blocked', dueAt: null, reason: place.blockedReason };
  const gathered = new Date(now.getTime() + (groupKey === null ? 0 : gatherMs));
  return { status: 'waiting', dueAt: moveIntoHours(gathered, hours), reason: null };
}

/** Adds the jobs that send them, each for its time. */
export async function enqueueNotices(
  jobs: Pick<Jobs, 'enqueue'>,
  tx: Tx,
  companyId: string,
  queued: readonly Queued[],
): Promise<void> {
  for (const [ms, together] of Map.groupBy(queued, ({ dueAt }) => dueAt.getTime()))
    await jobs.enqueue<NoticeJob>(
      tx,
      noticeQueue,
      together.map(({ noticeId }) => ({ companyId, noticeId })),
      { startAfter: new Date(ms) },
    );
}

/** Lets notices that stand in Slack be edited: what they tell has changed. */
export async function changeNotices(
  { jobs, clock }: Pick<RecordingParts, 'jobs' | 'clock'>,
  tx: Tx,
  companyId: string,
  noticeIds: readonly string[],
): Promise<void> {
  if (noticeIds.length === 0) return;
  await holdCompany(tx, companyId);
  const { noticeIds: idle, dueAt } = await markChanged(tx, noticeIds, clock.now());
  await enqueueNotices(
    jobs,
    tx,
    companyId,
    idle.map((noticeId) => ({ noticeId, dueAt })),
  );
}
