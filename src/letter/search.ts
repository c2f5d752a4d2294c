import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { LetterStatus } from '../platform/tables.ts';
import { type LetterDetails, selectDetails, toDetails } from './details.ts';
import { fitsFilter, type LetterFilter } from './filter.ts';

/** A letter of the list; also of a connection that was removed. */
export interface FoundLetter extends LetterDetails {
  readonly connector: string;
  /** The person's, as long as it is known. */
  readonly email: string | null;
}

export interface LetterSearch extends PageRequest, LetterFilter {
  readonly companyId: string;
}

/** The letters that fit, newest first, page by page. One statement. */
export async function searchLetters(tx: Tx, request: LetterSearch): Promise<Page<FoundLetter>> {
  const { companyId, cursor, limit } = request;
  let query = tx.selectFrom('letter').where(fitsFilter(companyId, request));
  if (cursor !== undefined) query = query.where('letter.letter_id', '<', cursor);
  const rows = await selectFound(query)
    .orderBy('letter.letter_id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toFound), limit);
}

/** One letter, as the list has it; undefined when there is none. */
export async function findLetter(tx: Tx, letterId: string): Promise<FoundLetter | undefined> {
  const row = await selectFound(tx.selectFrom('letter').where('letter.letter_id', '=', letterId)).executeTakeFirst();
  return row && toFound(row);
}

/** How many letters there are in each state; a state without any is missing. */
export async function countByStatus(tx: Tx, companyId: string): Promise<Partial<Record<LetterStatus, number>>> {
  const rows = await tx
    .selectFrom('letter')
    .select(['status', sql<number>`count(*)::integer`.as('letters')])
    .where('company_id', '=', companyId)
    .groupBy('status')
    .execute();
  return Object.fromEntries(rows.map(({ status, letters }) => [status, letters]));
}

function selectFound(query: Parameters<typeof selectDetails>[0]) {
  return selectDetails(query)
    .innerJoin('connection', 'connection.connection_id', 'letter.connection_id')
    .select(['connection.connector', 'person.email']);
}

type FoundRow = Awaited<ReturnType<ReturnType<typeof selectFound>['execute']>>[number];

function toFound(row: FoundRow): FoundLetter {
  return { ...toDetails(row), connector: row.connector, email: row.email };
}
