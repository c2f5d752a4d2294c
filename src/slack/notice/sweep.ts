import type { ExpressionBuilder } from 'kysely';
import { moveIntoHours } from '../../platform/business-hours.ts';
import type { Tx } from '../../platform/database.ts';
import type { Tables } from '../../platform/tables.ts';
import { holdCompany } from '../hold-company.ts';
import { readHours, unblockPlace } from '../place/store.ts';
import { keptMs } from './model.ts';
import { enqueueNotices, type RecordingParts } from './record.ts';
import { holdMs } from './send.ts';
import { changeAll } from './store.ts';

/** A job that did not come so long after its time is lost. In milliseconds. */
const lostMs = 120_000;
const mostAtOnce = 500;

/** Takes up what is due and has no job: a process died, or a queue was emptied. */
export async function sweepNotices({ database, clock, jobs }: RecordingParts): Promise<void> {
  const now = clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const stranded = await database.forSystem((tx) =>
    tx
      .selectFrom('notice')
      .select(['company_id', 'notice_id'])
      .where('due_at', '<=', now)
      .where((is) => is.or([is('queued_at', 'is', null), is('queued_at', '<', before(lostMs))]))
      .where((is) => is.or([is('claimed_at', 'is', null), is('claimed_at', '<=', before(holdMs))]))
      .orderBy('due_at')
      .limit(mostAtOnce)
      .execute(),
  );
  for (const [companyId, rows] of Map.groupBy(stranded, (row) => row.company_id)) {
    const noticeIds = rows.map((row) => row.notice_id);
    await database.forCompany(companyId, async (tx) => {
      await holdCompany(tx, companyId);
      await changeAll(tx, noticeIds, { queued_at: now });
      await enqueueNotices(
        jobs,
        tx,
        companyId,
        noticeIds.map((noticeId) => ({ noticeId, dueAt: now })),
      );
    });
  }
}

/** Sends what is left waiting though its place and its workspace take notices: the process that mended them died. */
export async function sweepStuck(parts: RecordingParts): Promise<void> {
  const stuck = await parts.database.forSystem((tx) =>
    tx
      .selectFrom('slack_tie')
      .innerJoin('slack_workspace', 'slack_workspace.workspace_id', 'slack_tie.workspace_id')
      .select('slack_tie.company_id')
      .where('slack_workspace.installation', 'is not', null)
      .where('slack_workspace.broken_reason', 'is', null)
      .where((is) =>
        is.exists(
          is
            .selectFrom('notice')
            .innerJoin('slack_place', 'slack_place.place_id', 'notice.place_id')
            .select('notice.notice_id')
            .whereRef('notice.company_id', '=', 'slack_tie.company_id')
            .where('slack_place.blocked_reason', 'is', null)
            .where(isStuck),
        ),
      )
      .limit(mostAtOnce)
      .execute(),
  );
  for (const { company_id: companyId } of stuck) await resumePlaces(parts, companyId, { isOpen: true });
}

/**
 * Sends what waited for places that took nothing, now that they do: those of `slackRef`, those that are not blocked
 * themselves, or all of the company's. What waited longer than 7 days is told no more: it fails as `too-old`.
 */
export async function resumePlaces(
  { database, clock, jobs }: Pick<RecordingParts, 'database' | 'clock' | 'jobs'>,
  companyId: string,
  { slackRef, isOpen = false }: { readonly slackRef?: string | undefined; readonly isOpen?: boolean } = {},
): Promise<void> {
  const now = clock.now();
  await database.forCompany(companyId, async (tx) => {
    // What is recorded meanwhile for a place that is blocked would wait there for ever.
    await holdCompany(tx, companyId);
    let query = tx.selectFrom('slack_place').select('place_id').where('company_id', '=', companyId);
    if (slackRef !== undefined) query = query.where('slack_ref', '=', slackRef);
    if (isOpen) query = query.where('blocked_reason', 'is', null);
    const placeIds = (await query.orderBy('place_id').execute()).map((row) => row.place_id);
    if (placeIds.length === 0) return;
    await dropOld(tx, placeIds, new Date(now.getTime() - keptMs));
    const hours = await readHours(tx, companyId);
    const dueAt = hours ? moveIntoHours(now, hours) : now;
    const noticeIds = await readdress(tx, placeIds, dueAt);
    for (const placeId of placeIds) await unblockPlace(tx, placeId);
    await enqueueNotices(
      jobs,
      tx,
      companyId,
      noticeIds.map((noticeId) => ({ noticeId, dueAt })),
    );
  });
}

async function dropOld(tx: Tx, placeIds: readonly string[], before: Date): Promise<void> {
  await tx
    .updateTable('notice')
    .set({ status: 'failed', reason: 'too-old' })
    .where('place_id', 'in', placeIds)
    .where('status', '=', 'blocked')
    .where('created_at', '<', before)
    .execute();
}

/** Waits until Slack takes it: a new message, or an edit of one that stands there. As the index notice_stuck has it. */
function isStuck(is: ExpressionBuilder<Tables, 'notice'>) {
  return is.and([
    is('notice.due_at', 'is', null),
    is('notice.version', '>', is.ref('notice.sent_version')),
    is.or([
      is('notice.status', '=', 'blocked'),
      is.and([is('notice.status', '=', 'sent'), is('notice.reason', 'is', null)]),
    ]),
  ]);
}

/** Lets wait again what was blocked, posts and edits; gives their ids, oldest first. */
async function readdress(tx: Tx, placeIds: readonly string[], dueAt: Date): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('notice')
    .select(['notice_id', 'status'])
    .where('place_id', 'in', placeIds)
    .where(isStuck)
    .orderBy('notice_id')
    .forUpdate()
    .execute();
  const idsOf = (status: string) => rows.filter((row) => row.status === status).map((row) => row.notice_id);
  const again = { reason: null, due_at: dueAt, queued_at: dueAt, has_turn: false, failures: 0 };
  await changeAll(tx, idsOf('blocked'), { ...again, status: 'waiting' });
  await changeAll(tx, idsOf('sent'), again);
  return rows.map((row) => row.notice_id);
}
