import { type Selectable, sql, type UpdateObject } from 'kysely';
import type { Tx } from '../../platform/database.ts';
import type { NoticeTable, SlackPlaceTable, Tables } from '../../platform/tables.ts';
import type { Doubt } from '../trouble.ts';
import { gatherMs, mostFailures, toBackOffMs } from './model.ts';
import { type StoredNotice, toDoubt, toStored } from './store.ts';

/** Where a claimed notice goes; of an edit the place may have been taken away since, and then nobody is named there. */
export interface ClaimedPlace {
  readonly placeId: string | null;
  readonly kind: 'channel' | 'person';
  readonly slackRef: string;
  readonly hasNames: boolean;
}

/** One try at posting or editing, held by this run alone. */
export interface Claim {
  readonly notice: StoredNotice;
  readonly place: ClaimedPlace;
  /** Which try it is, from 1; the fence of whatever is written about it. */
  readonly attempt: number;
  readonly failures: number;
  readonly doubt: Doubt;
}

export type Taking =
  /** Nothing is left to do, or another run has it in hand. */
  | { readonly kind: 'over' }
  /** Its job came too early. */
  | { readonly kind: 'later'; readonly dueAt: Date }
  | { readonly kind: 'logged'; readonly text: string }
  | { readonly kind: 'taken'; readonly claim: Claim };

/** Slack lets an app post once a second in a channel. Source: docs.slack.dev, "Rate limits" (read 2026-11-29). */
const paceMs = 1_000;
/** Between two turns of those that wait: longer, so that one that comes late to its turn keeps up no line behind it. */
const turnMs = 1_250;

/** Takes a notice that is due. A run that holds one longer than `holdMs` has died, and its post may have arrived. */
export async function takeNotice(
  tx: Tx,
  noticeId: string,
  { now, holdMs }: { readonly now: Date; readonly holdMs: number },
): Promise<Taking> {
  const row = await tx
    .selectFrom('notice')
    .selectAll()
    .where('notice_id', '=', noticeId)
    .forUpdate()
    .executeTakeFirst();
  if (!row?.due_at) return { kind: 'over' };
  if (row.claimed_at && now.getTime() < row.claimed_at.getTime() + holdMs) return { kind: 'over' };
  if (row.due_at > now) return postpone(tx, row, row.due_at, now);
  const place = row.place_id === null ? undefined : await lockPlace(tx, row.place_id);
  if (!place && row.slack_ts === null) return keepInLog(tx, row);
  if (place && place.blocked_reason !== null) {
    await blockNotice(tx, row, place.blocked_reason);
    return { kind: 'over' };
  }
  if (place && row.slack_ts === null) {
    const turn = await takeTurn(tx, place, row.has_turn, now);
    if (turn > now) return postpone(tx, row, turn, now, true);
  }
  return { kind: 'taken', claim: await claim(tx, row, place, now) };
}

async function claim(
  tx: Tx,
  row: Selectable<NoticeTable>,
  place: Selectable<SlackPlaceTable> | undefined,
  now: Date,
): Promise<Claim> {
  const attempt = row.attempts + 1;
  await tx
    .updateTable('notice')
    .set({
      ...(row.slack_ts === null ? { status: 'sending' as const, reason: null } : {}),
      attempts: attempt,
      claimed_at: now,
      queued_at: null,
      has_turn: false,
    })
    .where('notice_id', '=', row.notice_id)
    .execute();
  return {
    notice: toStored(row),
    place: {
      placeId: row.place_id,
      kind: place?.kind ?? 'channel',
      slackRef: place?.slack_ref ?? '',
      hasNames: place?.has_names ?? false,
    },
    attempt,
    failures: row.failures,
    doubt: row.status === 'sending' ? 'unanswered' : toDoubt(row.reason),
  };
}

/** Leaves it for then; a job is needed unless one is on the way already. */
async function postpone(
  tx: Tx,
  row: Selectable<NoticeTable>,
  dueAt: Date,
  now: Date,
  hasTurn = row.has_turn,
): Promise<Taking> {
  const isQueued = row.queued_at !== null && row.queued_at > now;
  if (isQueued && row.due_at?.getTime() === dueAt.getTime()) return { kind: 'over' };
  await tx
    .updateTable('notice')
    .set({ due_at: dueAt, queued_at: dueAt, has_turn: hasTurn })
    .where('notice_id', '=', row.notice_id)
    .execute();
  return { kind: 'later', dueAt };
}

function lockPlace(tx: Tx, placeId: string): Promise<Selectable<SlackPlaceTable> | undefined> {
  return tx.selectFrom('slack_place').selectAll().where('place_id', '=', placeId).forNoKeyUpdate().executeTakeFirst();
}

/** Gives when it may post there: now, in a moment when it is its turn, or at the end of the line. */
async function takeTurn(
  tx: Tx,
  { place_id: placeId, not_before: notBefore, line_until: lineUntil }: Selectable<SlackPlaceTable>,
  hasTurn: boolean,
  now: Date,
): Promise<Date> {
  if (!notBefore || notBefore <= now) {
    await savePlace(tx, placeId, { not_before: new Date(now.getTime() + paceMs) });
    return now;
  }
  if (hasTurn && notBefore.getTime() <= now.getTime() + paceMs) return notBefore;
  const turn = new Date(Math.max(notBefore.getTime(), (lineUntil?.getTime() ?? 0) + turnMs));
  await savePlace(tx, placeId, { line_until: turn });
  return turn;
}

/** Nothing is posted there before then, and one notice at that time: those behind it come after it. */
export async function delayPlace(tx: Tx, placeId: string, notBefore: Date): Promise<void> {
  await savePlace(tx, placeId, {
    not_before: notBefore,
    line_until: sql<Date>`greatest(line_until, ${notBefore})`,
  });
}

async function savePlace(tx: Tx, placeId: string, change: UpdateObject<Tables, 'slack_place'>): Promise<void> {
  await tx.updateTable('slack_place').set(change).where('place_id', '=', placeId).execute();
}

/** The place is gone: it stays to be read here. */
async function keepInLog(tx: Tx, { notice_id: noticeId, text }: Selectable<NoticeTable>): Promise<Taking> {
  await tx
    .updateTable('notice')
    .set({ due_at: null, queued_at: null, claimed_at: null, status: 'logged', reason: null })
    .where('notice_id', '=', noticeId)
    .execute();
  return { kind: 'logged', text };
}

async function blockNotice(tx: Tx, row: Selectable<NoticeTable>, reason: string): Promise<void> {
  await tx
    .updateTable('notice')
    .set({
      due_at: null,
      queued_at: null,
      claimed_at: null,
      ...(row.slack_ts === null ? { status: 'blocked' as const, reason } : {}),
    })
    .where('notice_id', '=', row.notice_id)
    .execute();
}

export type Settlement =
  /** `version` is the one that stands in Slack: an older one where a message of a try before was found. */
  | {
      readonly kind: 'sent';
      readonly ts: string;
      readonly channelRef: string;
      readonly version: number;
      readonly text: string;
    }
  | { readonly kind: 'edited'; readonly text: string }
  /** Slack lets nobody edit it any more. */
  | { readonly kind: 'frozen'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'later'; readonly doubt: Doubt; readonly afterMs: number | undefined };

/**
 * Writes how a try ended. A run that has lost the notice to another writes nothing: `isOurs` is false.
 * @returns when the next job for it is to run; null: none is.
 */
export async function settleClaim(
  tx: Tx,
  { notice, attempt, failures }: Claim,
  ended: Settlement,
  now: Date,
): Promise<{ readonly isOurs: boolean; readonly dueAt: Date | null }> {
  const row = await tx
    .selectFrom('notice')
    .select(['version', 'slack_ts'])
    .where('notice_id', '=', notice.noticeId)
    .where('attempts', '=', attempt)
    .where('claimed_at', 'is not', null)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return { isOurs: false, dueAt: null };
  const isHopeless = ended.kind === 'later' && failures + 1 >= mostFailures;
  const end: Settlement = isHopeless ? { kind: 'failed', reason: 'too-old' } : ended;
  const standing = end.kind === 'sent' ? end.version : notice.version;
  const dueAt = toNextDue(end, { isStale: row.version > standing, failures }, now);
  await tx
    .updateTable('notice')
    .set({ ...toChange(end, notice, failures, now), due_at: dueAt, queued_at: dueAt, claimed_at: null })
    .where('notice_id', '=', notice.noticeId)
    .execute();
  return { isOurs: true, dueAt };
}

/** What was told meanwhile is edited in, a little later; what did not end well is tried again. */
function toNextDue(
  end: Settlement,
  { isStale, failures }: { readonly isStale: boolean; readonly failures: number },
  now: Date,
): Date | null {
  const after = (ms: number) => new Date(now.getTime() + ms);
  if (end.kind === 'later') return after(end.afterMs ?? toBackOffMs(failures + 1));
  return isStale && (end.kind === 'sent' || end.kind === 'edited') ? after(gatherMs) : null;
}

function toChange(end: Settlement, { standing, version }: StoredNotice, failures: number, now: Date) {
  const isPosted = standing !== null;
  switch (end.kind) {
    case 'sent':
      return {
        status: 'sent' as const,
        reason: null,
        text: end.text,
        slack_ts: end.ts,
        channel_ref: end.channelRef,
        sent_at: now,
        sent_version: end.version,
        failures: 0,
      };
    case 'edited':
      return { text: end.text, sent_version: version, failures: 0 };
    case 'frozen':
      return { reason: end.reason, sent_version: version, failures: 0 };
    case 'failed':
      return isPosted ? { reason: end.reason } : { status: 'failed' as const, reason: end.reason };
    case 'blocked':
      return isPosted ? {} : { status: 'blocked' as const, reason: end.reason };
    case 'later':
      return {
        ...(isPosted ? {} : { status: 'waiting' as const, reason: end.doubt === 'none' ? null : end.doubt }),
        failures: end.afterMs === undefined ? failures + 1 : failures,
      };
  }
}
