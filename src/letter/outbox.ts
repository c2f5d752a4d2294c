import type { Selectable } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { OutboxMailTable } from '../platform/tables.ts';

/** A mail kept here instead of going out. */
export interface OutboxMail {
  readonly id: string;
  readonly companyId: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sentAt: Date;
}

/** Newest first. Over all companies without `companyId`: then in a system transaction. */
export async function listOutbox(
  tx: Tx,
  request: PageRequest & { readonly companyId?: string | undefined },
): Promise<Page<OutboxMail>> {
  let query = tx.selectFrom('outbox_mail').selectAll();
  if (request.companyId) query = query.where('company_id', '=', request.companyId);
  if (request.cursor) query = query.where('mail_id', '<', request.cursor);
  const rows = await query
    .orderBy('mail_id', 'desc')
    .limit(request.limit + 1)
    .execute();
  return toPage(rows.map(toMail), request.limit);
}

export async function readOutboxMail(tx: Tx, mailId: string): Promise<OutboxMail | undefined> {
  const row = await tx.selectFrom('outbox_mail').selectAll().where('mail_id', '=', mailId).executeTakeFirst();
  return row && toMail(row);
}

function toMail(row: Selectable<OutboxMailTable>): OutboxMail {
  const { to, from, subject, text, html, headers } = row;
  return { id: row.mail_id, companyId: row.company_id, to, from, subject, text, html, headers, sentAt: row.sent_at };
}
