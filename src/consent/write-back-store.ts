import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import type { WriteBackTable } from '../platform/tables.ts';

/** Where in an ATS a decision is written. */
export interface Candidate {
  readonly connectionId: string;
  readonly candidateRef: string;
  readonly applicationRef: string;
}

/** One decision to be written on one candidate. */
export interface WriteBackRow extends Candidate {
  readonly writeBackId: string;
  readonly consentId: string;
  readonly status: WriteBackTable['status'];
  /** What is done already, oldest first; [] while nothing has been tried. */
  readonly steps: readonly string[];
  readonly decision: 'granted' | 'withdrawn';
  readonly decidedAt: Date;
  /** False once a later decision followed. */
  readonly isStanding: boolean;
}

/** Adds the write-backs that are new; gives their ids. `leftBecause`: why none of them will be written by us. */
export async function addWriteBacks(
  tx: Tx,
  companyId: string,
  planned: readonly (Candidate & { readonly consentId: string })[],
  now: Date,
  leftBecause: string | null = null,
): Promise<readonly string[]> {
  if (planned.length === 0) return [];
  const rows = await tx
    .insertInto('write_back')
    .values(
      planned.map(({ consentId, connectionId, candidateRef, applicationRef }) => ({
        write_back_id: newId(),
        company_id: companyId,
        consent_id: consentId,
        connection_id: connectionId,
        application_ref: applicationRef,
        candidate_ref: candidateRef,
        status: leftBecause === null ? ('waiting' as const) : ('skipped' as const),
        reason: leftBecause,
        written_at: null,
        created_at: now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['consent_id', 'connection_id', 'candidate_ref']).doNothing())
    .returning('write_back_id')
    .execute();
  return rows.map((row) => row.write_back_id);
}

/** The candidates that the agreement of each of these people was, or was about to be, written on. */
export async function readWrittenCandidates(
  tx: Tx,
  personIds: readonly string[],
): Promise<readonly (Candidate & { readonly personId: string })[]> {
  if (personIds.length === 0) return [];
  const rows = await tx
    .selectFrom('write_back')
    .innerJoin('consent', 'consent.consent_id', 'write_back.consent_id')
    .select(['consent.person_id', 'write_back.connection_id', 'write_back.candidate_ref', 'write_back.application_ref'])
    .distinctOn(['consent.person_id', 'write_back.connection_id', 'write_back.candidate_ref'])
    .where('consent.person_id', 'in', personIds)
    .where('consent.decision', '=', 'granted')
    .orderBy('consent.person_id')
    .orderBy('write_back.connection_id')
    .orderBy('write_back.candidate_ref')
    .orderBy('write_back.write_back_id', 'desc')
    .execute();
  return rows.map((row) => ({
    personId: row.person_id,
    connectionId: row.connection_id,
    candidateRef: row.candidate_ref,
    applicationRef: row.application_ref,
  }));
}

/**
 * Every write-back on the candidates of these ones, locked until the transaction ends: two runs about one candidate
 * judge one after the other.
 */
export async function lockCandidates(tx: Tx, writeBackIds: readonly string[]): Promise<readonly WriteBackRow[]> {
  if (writeBackIds.length === 0) return [];
  const rows = await tx
    .selectFrom('write_back')
    .selectAll()
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('connection_id', 'candidate_ref'),
        'in',
        selectFrom('write_back as own')
          .select(['own.connection_id', 'own.candidate_ref'])
          .where('own.write_back_id', 'in', writeBackIds)
          .$asTuple('connection_id', 'candidate_ref'),
      ),
    )
    .orderBy('write_back_id')
    .forUpdate()
    .execute();
  // Read after the lock, not with it: a decision made while we waited must be seen.
  const consents = await tx
    .selectFrom('consent')
    .leftJoin('consent as later', 'later.previous_consent_id', 'consent.consent_id')
    .select(['consent.consent_id', 'consent.decision', 'consent.decided_at', 'later.consent_id as followed_by'])
    .where(
      'consent.consent_id',
      'in',
      rows.map((row) => row.consent_id),
    )
    .execute();
  const decisions = new Map(consents.map((consent) => [consent.consent_id, consent]));
  return rows.flatMap((row) => {
    const consent = decisions.get(row.consent_id);
    if (!consent || consent.decision === 'declined') return [];
    return [
      {
        writeBackId: row.write_back_id,
        consentId: row.consent_id,
        connectionId: row.connection_id,
        candidateRef: row.candidate_ref,
        applicationRef: row.application_ref,
        status: row.status,
        steps: row.steps,
        decision: consent.decision,
        decidedAt: consent.decided_at,
        isStanding: consent.followed_by === null,
      },
    ];
  });
}

/** Writes what became of write-backs: one statement for all that ended alike. */
export async function saveWriteBacks(
  tx: Tx,
  outcomes: readonly {
    readonly writeBackId: string;
    readonly status: WriteBackTable['status'];
    readonly reason: string | null;
  }[],
  now: Date,
): Promise<void> {
  for (const same of Map.groupBy(outcomes, ({ status, reason }) => `${status} ${reason}`).values()) {
    const [first] = same;
    if (!first) continue;
    await tx
      .updateTable('write_back')
      .set({ status: first.status, reason: first.reason, written_at: first.status === 'written' ? now : null })
      .where(
        'write_back_id',
        'in',
        same.map(({ writeBackId }) => writeBackId),
      )
      .execute();
  }
}

/** Keeps a step of each, once. */
export async function addSteps(tx: Tx, writeBackIds: readonly string[], step: string): Promise<void> {
  if (writeBackIds.length === 0) return;
  const added = JSON.stringify([step]);
  await tx
    .updateTable('write_back')
    .set({ steps: sql`steps || ${added}::jsonb` })
    .where('write_back_id', 'in', writeBackIds)
    .where(sql<boolean>`not steps @> ${added}::jsonb`)
    .execute();
}
