import { type Selectable, sql, type UpdateObject } from 'kysely';
import { z } from 'zod';
import type { Tx } from '../../platform/database.ts';
import { newId } from '../../platform/ids.ts';
import { type Page, type PageRequest, toPage } from '../../platform/page.ts';
import type { NoticeTable, Tables } from '../../platform/tables.ts';
import type { Doubt } from '../trouble.ts';
import { type KnownFacts, type PlacedNotice, toFactId } from './gather.ts';
import { type NoticeKind, type Remark, remarkActs, type Tokens } from './kinds.ts';
import { gatherMs, type Notice, openMs } from './model.ts';

/** A notice as it stands, with all that its message is made of. */
export interface StoredNotice {
  readonly noticeId: string;
  readonly companyId: string;
  readonly kind: NoticeKind;
  readonly placeId: string | null;
  readonly status: NoticeTable['status'];
  readonly tokens: Tokens;
  readonly remarks: readonly Remark[];
  readonly connectionId: string | null;
  readonly version: number;
  /** Where it stands in Slack; null before it does. */
  readonly standing: { readonly channelRef: string; readonly ts: string } | null;
  readonly dueAt: Date | null;
  readonly createdAt: Date;
}

const Remarks = z.array(
  z.object({ by: z.string(), did: z.enum(remarkActs), count: z.number(), at: z.string() }),
) satisfies z.ZodType<Remark[]>;

export function toStored(row: Selectable<NoticeTable>): StoredNotice {
  const { slack_ts: ts, channel_ref: channelRef } = row;
  return {
    noticeId: row.notice_id,
    companyId: row.company_id,
    kind: row.kind,
    placeId: row.place_id,
    status: row.status,
    tokens: row.tokens,
    remarks: Remarks.parse(row.remarks),
    connectionId: row.connection_id,
    version: row.version,
    standing: ts !== null && channelRef !== null ? { channelRef, ts } : null,
    dueAt: row.due_at,
    createdAt: row.created_at,
  };
}

/** Which of these facts are told already, and where. */
export async function readKnownFacts(tx: Tx, companyId: string, factKeys: readonly string[]): Promise<KnownFacts> {
  if (factKeys.length === 0) return new Set();
  const rows = await tx
    .selectFrom('notice_fact')
    .select(['place_id', 'fact_key'])
    .where('company_id', '=', companyId)
    .where('fact_key', '=', sql<string>`any(${sql.val([...new Set(factKeys)])}::text[])`)
    .execute();
  return new Set(rows.map((row) => toFactId(row.place_id, row.fact_key)));
}

/** When a fact whose key begins so was last told; undefined: never. */
export async function readLastTold(tx: Tx, companyId: string, keyBegin: string): Promise<Date | undefined> {
  const row = await tx
    .selectFrom('notice_fact')
    .innerJoin('notice', 'notice.notice_id', 'notice_fact.notice_id')
    .select((from) => from.fn.max('notice.created_at').as('last'))
    .where('notice_fact.company_id', '=', companyId)
    .where('notice_fact.fact_key', 'like', `${keyBegin}%`)
    .executeTakeFirst();
  return row?.last ?? undefined;
}

/** The message of this place and group that still takes in more, locked; undefined: a new one is to be made. */
export async function takeOpenNotice(
  tx: Tx,
  { companyId, placeId, groupKey }: Pick<PlacedNotice, 'placeId' | 'groupKey'> & { readonly companyId: string },
  now: Date,
): Promise<StoredNotice | undefined> {
  // What is only logged is not gathered: nobody is disturbed by it.
  if (groupKey === null || placeId === null) return undefined;
  const since = new Date(now.getTime() - openMs);
  const row = await tx
    .selectFrom('notice')
    .selectAll()
    .where('company_id', '=', companyId)
    .where('place_id', '=', placeId)
    .where('group_key', '=', groupKey)
    .where((is) =>
      is.or([
        is('status', 'in', ['waiting', 'sending', 'blocked']),
        is.and([is('status', '=', 'sent'), is('reason', 'is', null), is('sent_at', '>', since)]),
      ]),
    )
    .orderBy('notice_id', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row && toStored(row);
}

export interface Opening {
  readonly status: 'waiting' | 'blocked' | 'logged';
  readonly dueAt: Date | null;
  readonly reason: string | null;
}

/** Makes the row of a new notice; its text is saved once it can be rendered. */
export async function openNotice(
  tx: Tx,
  companyId: string,
  notice: PlacedNotice,
  opening: Opening,
  now: Date,
): Promise<StoredNotice> {
  const row = await tx
    .insertInto('notice')
    .values({
      notice_id: newId(),
      company_id: companyId,
      kind: notice.kind,
      place_id: notice.placeId,
      group_key: notice.groupKey,
      text: '',
      tokens: JSON.stringify(notice.tokens),
      connection_id: notice.connectionId,
      status: opening.status,
      reason: opening.reason,
      slack_ts: null,
      claimed_at: null,
      created_at: now,
      due_at: opening.dueAt,
      queued_at: opening.dueAt,
      sent_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toStored(row);
}

/** Lets a notice tell more; markChanged lets it be edited. */
export async function widenNotice(
  tx: Tx,
  noticeId: string,
  change: { readonly tokens: Tokens; readonly connectionId: string | null },
): Promise<StoredNotice> {
  const row = await tx
    .updateTable('notice')
    .set({ tokens: JSON.stringify(change.tokens), connection_id: change.connectionId })
    .where('notice_id', '=', noticeId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toStored(row);
}

export async function addFacts(
  tx: Tx,
  { companyId, noticeId, placeId }: StoredNotice,
  factKeys: readonly string[],
): Promise<void> {
  const rows = factKeys.map((key) => ({
    company_id: companyId,
    place_id: placeId,
    fact_key: key,
    notice_id: noticeId,
  }));
  for (let start = 0; start < rows.length; start += 1_000)
    await tx
      .insertInto('notice_fact')
      .values(rows.slice(start, start + 1_000))
      .execute();
}

/** Adds tokens that tell nothing new, such as which file its picture is. */
export async function saveTokens(tx: Tx, noticeId: string, tokens: Tokens): Promise<void> {
  await tx
    .updateTable('notice')
    .set({ tokens: sql<string>`tokens || ${JSON.stringify(tokens)}::jsonb` })
    .where('notice_id', '=', noticeId)
    .execute();
}

export async function saveText(tx: Tx, noticeId: string, text: string): Promise<void> {
  await tx.updateTable('notice').set({ text }).where('notice_id', '=', noticeId).execute();
}

export async function readFactKeys(tx: Tx, noticeId: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('notice_fact')
    .select('fact_key')
    .where('notice_id', '=', noticeId)
    .orderBy('fact_key')
    .execute();
  return rows.map((row) => row.fact_key);
}

/** Which notices tell any of these facts. */
export async function listTelling(tx: Tx, companyId: string, factKeys: readonly string[]): Promise<readonly string[]> {
  if (factKeys.length === 0) return [];
  const rows = await tx
    .selectFrom('notice_fact')
    .select('notice_id')
    .distinct()
    .where('company_id', '=', companyId)
    .where('fact_key', '=', sql<string>`any(${sql.val([...new Set(factKeys)])}::text[])`)
    .execute();
  return rows.map((row) => row.notice_id);
}

/**
 * Says of notices that they tell something new: those that stand in Slack are to be edited, once for all that comes
 * within five seconds. Logged ones, and those Slack lets nobody edit, stay as they are.
 * @returns the ones that need a job now, and when it is to run.
 */
export async function markChanged(
  tx: Tx,
  noticeIds: readonly string[],
  now: Date,
): Promise<{ readonly noticeIds: readonly string[]; readonly dueAt: Date }> {
  const dueAt = new Date(now.getTime() + gatherMs);
  if (noticeIds.length === 0) return { noticeIds: [], dueAt };
  const rows = await tx
    .selectFrom('notice')
    .select(['notice_id', 'status', 'due_at'])
    .where('notice_id', '=', sql<string>`any(${sql.val([...noticeIds])}::uuid[])`)
    .where('place_id', 'is not', null)
    .where((is) =>
      is.or([
        is('status', 'in', ['waiting', 'sending', 'blocked']),
        is.and([is('status', '=', 'sent'), is('reason', 'is', null)]),
      ]),
    )
    .orderBy('notice_id')
    .forUpdate()
    .execute();
  const changed = rows.map((row) => row.notice_id);
  await changeAll(tx, changed, { version: sql<number>`version + 1` });
  const idle = rows.flatMap((row) => (row.status === 'sent' && row.due_at === null ? [row.notice_id] : []));
  await changeAll(tx, idle, { due_at: dueAt, queued_at: dueAt });
  return { noticeIds: idle, dueAt };
}

/** Changes these notices, however many they are. */
export async function changeAll(
  tx: Tx,
  noticeIds: readonly string[],
  change: UpdateObject<Tables, 'notice'>,
): Promise<void> {
  if (noticeIds.length === 0) return;
  await tx
    .updateTable('notice')
    .set(change)
    .where('notice_id', '=', sql<string>`any(${sql.val([...noticeIds])}::uuid[])`)
    .execute();
}

/** The notices of letters that name people in a place and were sent since then. */
export async function listNaming(tx: Tx, placeId: string, since: Date): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('notice')
    .select('notice_id')
    .where('place_id', '=', placeId)
    .where('kind', 'in', ['letters-planned', 'letters-held'])
    .where('created_at', '>', since)
    .execute();
  return rows.map((row) => row.notice_id);
}

const mostRemarks = 20;

/** Adds what somebody did about it; the oldest goes when there are more than twenty. False: no such notice. */
export async function addRemark(tx: Tx, companyId: string, noticeId: string, remark: Remark): Promise<boolean> {
  const row = await tx
    .selectFrom('notice')
    .select('remarks')
    .where('company_id', '=', companyId)
    .where('notice_id', '=', noticeId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return false;
  const remarks = [...row.remarks, remark].slice(-mostRemarks);
  await tx
    .updateTable('notice')
    .set({ remarks: JSON.stringify(remarks) })
    .where('notice_id', '=', noticeId)
    .execute();
  return true;
}

/** A company's notices, newest first. `cursor` is the last id of the page before; `limit` at most 200. */
export async function listNotices(tx: Tx, page: PageRequest & { readonly companyId: string }): Promise<Page<Notice>> {
  const limit = Math.min(Math.max(page.limit, 1), 200);
  let query = tx
    .selectFrom('notice')
    .leftJoin('slack_place', 'slack_place.place_id', 'notice.place_id')
    .selectAll('notice')
    .select(['slack_place.kind as place_kind', 'slack_place.slack_ref as place_ref', 'slack_place.name as place_name'])
    .where('notice.company_id', '=', page.companyId);
  if (page.cursor !== undefined) query = query.where('notice.notice_id', '<', page.cursor);
  const rows = await query
    .orderBy('notice.notice_id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toNotice), limit);
}

function toNotice(
  row: Selectable<NoticeTable> & {
    readonly place_kind: 'channel' | 'person' | null;
    readonly place_ref: string | null;
    readonly place_name: string | null;
  },
): Notice {
  const { place_kind: kind, place_ref: slackRef, place_name: name } = row;
  return {
    id: row.notice_id,
    kind: row.kind,
    text: row.text,
    status: row.status,
    reason: row.status === 'failed' || row.status === 'blocked' ? row.reason : null,
    place: kind !== null && slackRef !== null ? { kind, slackRef, name } : null,
    version: row.version,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}

export function toDoubt(reason: string | null): Doubt {
  return reason === 'answered' || reason === 'unanswered' ? reason : 'none';
}
