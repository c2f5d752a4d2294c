import type { SelectQueryBuilder } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { LetterStatus, Tables } from '../platform/tables.ts';
import { type Letter, toLetter } from './store.ts';

/** A letter with the rejection it answers and the person it goes to. Whether names may be shown is for the reader to decide. */
export interface LetterDetails {
  /** The letter's. */
  readonly id: string;
  readonly letter: Letter;
  /** Somebody has sent it on; it leaves while its connection is live. */
  readonly isReleased: boolean;
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly decidedAt: Date;
  readonly job: string | null;
  readonly stage: string | null;
  readonly reasonRef: string | null;
  /** The ATS's name of it. */
  readonly reason: string | null;
  readonly personId: string | null;
  /** Both names are null where they are not known or were erased. */
  readonly givenName: string | null;
  readonly familyName: string | null;
}

export interface DetailsRequest extends PageRequest {
  readonly companyId: string;
  readonly statuses: readonly LetterStatus[];
  readonly connectionId?: string | undefined;
  /** By its name, as the ATS tells it. */
  readonly job?: string | undefined;
}

/** Letters in one of these states, newest first, page by page; without those of removed connections. One statement. */
export async function listLettersOf(tx: Tx, request: DetailsRequest): Promise<Page<LetterDetails>> {
  const { companyId, statuses, connectionId, job, cursor, limit } = request;
  let query = tx
    .selectFrom('letter')
    .innerJoin('connection', 'connection.connection_id', 'letter.connection_id')
    .where('connection.removed_at', 'is', null)
    .where('letter.company_id', '=', companyId)
    .where('letter.status', 'in', statuses);
  if (connectionId !== undefined) query = query.where('letter.connection_id', '=', connectionId);
  if (cursor !== undefined) query = query.where('letter.letter_id', '<', cursor);
  let details = selectDetails(query);
  if (job !== undefined) details = details.where('rejection.job', '=', job);
  const rows = await details
    .orderBy('letter.letter_id', 'desc')
    .limit(limit + 1)
    .execute();
  return toPage(rows.map(toDetails), limit);
}

/** The letters of these ids, newest first; one that is not there is missing. */
export async function readLettersOf(tx: Tx, letterIds: readonly string[]): Promise<readonly LetterDetails[]> {
  if (letterIds.length === 0) return [];
  const rows = await selectDetails(tx.selectFrom('letter').where('letter.letter_id', 'in', letterIds))
    .orderBy('letter.letter_id', 'desc')
    .execute();
  return rows.map(toDetails);
}

/** The rejection and the person beside each letter. */
export function selectDetails(query: SelectQueryBuilder<Tables, 'letter', object>) {
  return query
    .innerJoin('rejection', 'rejection.rejection_id', 'letter.rejection_id')
    .leftJoin('person', 'person.person_id', 'letter.person_id')
    .selectAll('letter')
    .select([
      'rejection.application_ref',
      'rejection.candidate_ref',
      'rejection.decided_at',
      'rejection.job',
      'rejection.stage',
      'rejection.reason_ref',
      'rejection.reason as reason_name',
      'person.given_name',
      'person.family_name',
    ]);
}

type DetailsRow = Awaited<ReturnType<ReturnType<typeof selectDetails>['execute']>>[number];

export function toDetails(row: DetailsRow): LetterDetails {
  return {
    id: row.letter_id,
    letter: toLetter(row),
    isReleased: row.released_at !== null,
    applicationRef: row.application_ref,
    candidateRef: row.candidate_ref,
    decidedAt: row.decided_at,
    job: row.job,
    stage: row.stage,
    reasonRef: row.reason_ref,
    reason: row.reason_name,
    personId: row.person_id,
    givenName: row.given_name,
    familyName: row.family_name,
  };
}
