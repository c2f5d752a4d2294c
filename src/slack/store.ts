import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { NoticeTable } from '../platform/tables.ts';
import type { Doubt, Notice, NoticeKind } from './model.ts';
import { Block } from './notice-text.ts';

export interface NewNotice {
  readonly kind: NoticeKind;
  readonly dedupeKey: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface AddedNotice {
  readonly noticeId: string;
  readonly kind: NoticeKind;
  readonly text: string;
}

/** Adds the notices that do not stand yet; gives those, in the order they were given. */
export async function addNotices(
  tx: Tx,
  companyId: string,
  notices: readonly NewNotice[],
  status: 'waiting' | 'logged',
  now: Date,
): Promise<readonly AddedNotice[]> {
  if (notices.length === 0) return [];
  const rows = notices.map((notice) => ({
    notice_id: newId(),
    company_id: companyId,
    kind: notice.kind,
    dedupe_key: notice.dedupeKey,
    text: notice.text,
    blocks: JSON.stringify(notice.blocks),
    status,
    reason: null,
    slack_ts: null,
    claimed_at: null,
    created_at: now,
    sent_at: null,
  }));
  // In one order for everybody, so that two runs with the same notices cannot wait for each other.
  rows.sort((a, b) => (a.dedupe_key < b.dedupe_key ? -1 : 1));
  const added = await tx
    .insertInto('notice')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['company_id', 'dedupe_key']).doNothing())
    .returning(['notice_id', 'kind', 'text'])
    .execute();
  return added
    .sort((a, b) => (a.notice_id < b.notice_id ? -1 : 1))
    .map((row) => ({ noticeId: row.notice_id, kind: row.kind, text: row.text }));
}

/** One try at sending, held by this run alone. */
export interface Try {
  readonly noticeId: string;
  readonly companyId: string;
  /** Which try it is, from 1; the fence of whatever is written about it. */
  readonly attempt: number;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly createdAt: Date;
  readonly doubt: Doubt;
}

/**
 * Takes a notice for sending. `over`: nothing is left to do · `busy`: another run has it in hand, at the latest until
 * then; a run that is still at it after `holdMs` has died.
 */
export async function takeNotice(
  tx: Tx,
  noticeId: string,
  now: Date,
  holdMs: number,
): Promise<
  | { readonly kind: 'over' }
  | { readonly kind: 'busy'; readonly until: Date }
  | { readonly kind: 'taken'; readonly try: Try }
> {
  const row = await tx
    .selectFrom('notice')
    .selectAll()
    .where('notice_id', '=', noticeId)
    .forUpdate()
    .executeTakeFirst();
  if (!row || (row.status !== 'waiting' && row.status !== 'sending')) return { kind: 'over' };
  const until = new Date((row.claimed_at?.getTime() ?? 0) + holdMs);
  if (row.status === 'sending' && now < until) return { kind: 'busy', until };
  const attempt = row.attempts + 1;
  await tx
    .updateTable('notice')
    .set({ status: 'sending', attempts: attempt, claimed_at: now, reason: null })
    .where('notice_id', '=', noticeId)
    .execute();
  return {
    kind: 'taken',
    try: {
      noticeId,
      companyId: row.company_id,
      attempt,
      text: row.text,
      blocks: z.array(Block).parse(row.blocks),
      createdAt: row.created_at,
      doubt: row.status === 'sending' ? 'unanswered' : toDoubt(row.reason),
    },
  };
}

function toDoubt(reason: string | null): Doubt {
  return reason === 'answered' || reason === 'unanswered' ? reason : 'none';
}

export type Settlement =
  | { readonly status: 'sent'; readonly slackTs: string; readonly sentAt: Date }
  | { readonly status: 'logged' }
  | { readonly status: 'failed'; readonly reason: string }
  | { readonly status: 'waiting'; readonly doubt: Doubt };

/** Writes how a try ended. A run that has lost the notice to another writes nothing: false. */
export async function settleTry(tx: Tx, { noticeId, attempt }: Try, end: Settlement): Promise<boolean> {
  const result = await tx
    .updateTable('notice')
    .set({
      status: end.status,
      reason:
        end.status === 'failed' ? end.reason : end.status === 'waiting' && end.doubt !== 'none' ? end.doubt : null,
      ...(end.status === 'sent' ? { slack_ts: end.slackTs, sent_at: end.sentAt } : {}),
    })
    .where('notice_id', '=', noticeId)
    .where('status', '=', 'sending')
    .where('attempts', '=', attempt)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** When a notice whose key begins so was last made; undefined: never. */
export async function readLastNoticed(tx: Tx, companyId: string, keyBegin: string): Promise<Date | undefined> {
  const row = await tx
    .selectFrom('notice')
    .select((from) => from.fn.max('created_at').as('last'))
    .where('company_id', '=', companyId)
    .where('dedupe_key', '>=', keyBegin)
    .where('dedupe_key', '<', `${keyBegin}~`)
    .executeTakeFirst();
  return row?.last ?? undefined;
}

/** A company's notices, newest first. `cursor` is the last id of the page before; `limit` at most 200. */
export async function listNotices(
  tx: Tx,
  page: { readonly companyId: string; readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly Notice[]; readonly nextCursor: string | null }> {
  const limit = Math.min(Math.max(page.limit, 1), 200);
  let query = tx.selectFrom('notice').selectAll().where('company_id', '=', page.companyId);
  if (page.cursor !== undefined) query = query.where('notice_id', '<', page.cursor);
  const rows = await query
    .orderBy('notice_id', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map(toNotice);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

function toNotice(row: Selectable<NoticeTable>): Notice {
  return {
    id: row.notice_id,
    kind: row.kind,
    text: row.text,
    status: row.status,
    reason: row.status === 'failed' ? row.reason : null,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}
