import { readCompany } from '../../company/index.ts';
import type { Connections } from '../../connector/index.ts';
import type { Database } from '../../platform/database.ts';
import { type Page, type PageRequest, toPage } from '../../platform/page.ts';
import type { PageMessage } from '../text/block-page.ts';
import type { RenderNotice } from '../text/view.ts';
import { readDraft } from './read-view.ts';
import type { NoticeReads } from './reads.ts';
import { type StoredNotice, toStored } from './store.ts';

export interface PageParts {
  readonly database: Database;
  readonly connections: Pick<Connections, 'read'>;
  readonly reads: NoticeReads;
  readonly render: RenderNotice;
  readonly baseUrl: string;
}

/** The notices of all companies as they would stand in Slack now, newest first; they name nobody. */
export async function listForPage(
  parts: PageParts,
  { cursor, limit }: PageRequest,
): Promise<Page<PageMessage & { readonly id: string }>> {
  const rows = await parts.database.forSystem((tx) => {
    const query = tx.selectFrom('notice').selectAll();
    return (cursor === undefined ? query : query.where('notice_id', '<', cursor))
      .orderBy('notice_id', 'desc')
      .limit(limit + 1)
      .execute();
  });
  const page = toPage(
    rows.map((row) => ({ id: row.notice_id, notice: toStored(row), text: row.text })),
    limit,
  );
  const items = [];
  for (const { id, notice, text } of page.items)
    items.push({ id, text, at: notice.createdAt, blocks: await readBlocks(parts, notice) });
  return { items, nextCursor: page.nextCursor };
}

function readBlocks(parts: PageParts, notice: StoredNotice): Promise<PageMessage['blocks']> {
  return parts.database.forCompany(notice.companyId, async (tx) => {
    const company = await readCompany(tx, notice.companyId);
    if (!company) return [];
    const draft = await readDraft(parts, tx, company, notice, false);
    return draft(null).message.blocks;
  });
}
