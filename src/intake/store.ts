import { type Selectable, sql } from 'kysely';
import type { RejectedApplication } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';
import { newId } from '../platform/ids.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type { DeliveryStatus, RejectionStatus, RejectionTable } from '../platform/tables.ts';
import type { CompanyKey } from '../platform/vault.ts';
import { type KnownPerson, normaliseEmail, type Rejection } from './model.ts';

export interface StoredDelivery {
  readonly deliveryId: string;
  readonly receivedAt: Date;
  readonly body: Uint8Array;
}

/** The deliveries of these ids that still wait to be worked on. */
export async function readWaitingDeliveries(
  tx: Tx,
  deliveryIds: readonly string[],
): Promise<readonly StoredDelivery[]> {
  const rows = await tx
    .selectFrom('delivery')
    .select(['delivery_id', 'received_at', 'body'])
    .where('delivery_id', 'in', deliveryIds)
    .where('status', 'in', ['stored', 'failed'])
    .orderBy('delivery_id')
    .execute();
  return rows.map((row) => ({ deliveryId: row.delivery_id, receivedAt: row.received_at, body: row.body }));
}

export interface DeliveryOutcome {
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  readonly candidateRefs: readonly string[];
}

/** Writes what became of deliveries: one statement for all that ended alike. */
export async function saveOutcomes(tx: Tx, outcomes: readonly DeliveryOutcome[], now: Date): Promise<void> {
  for (const same of Map.groupBy(outcomes, ({ status, reason }) => `${status} ${reason}`).values()) {
    const [first] = same;
    if (!first) continue;
    await tx
      .updateTable('delivery')
      .set({ status: first.status, reason: first.reason, processed_at: now })
      .where(
        'delivery_id',
        'in',
        same.map(({ deliveryId }) => deliveryId),
      )
      .execute();
  }
  const about = outcomes.flatMap(({ deliveryId, candidateRefs }) =>
    candidateRefs.map((candidateRef) => ({ deliveryId, candidateRef })),
  );
  if (about.length === 0) return;
  await sql`
    update delivery set candidate_refs = named.refs
    from (
      select (entry->>'deliveryId')::uuid as delivery_id, array_agg(entry->>'candidateRef') as refs
      from jsonb_array_elements(${JSON.stringify(about)}::jsonb) entry group by 1
    ) named
    where delivery.delivery_id = named.delivery_id`.execute(tx);
}

/** The person of each application, known or new, by normalised address; none where there is no address. */
export async function savePeople(
  tx: Tx,
  companyId: string,
  key: CompanyKey,
  applications: readonly Pick<RejectedApplication, 'applicationRef' | 'person'>[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const withAddress = applications.flatMap((application) =>
    application.person.email ? [{ application, emailKey: toEmailKey(key, application.person.email) }] : [],
  );
  const latest = new Map(withAddress.map(({ application, emailKey }) => [emailKey, application.person]));
  if (latest.size === 0) return new Map();
  const rows = await tx
    .insertInto('person')
    .values(
      [...latest].map(([emailKey, person]) => ({
        person_id: newId(),
        company_id: companyId,
        email_key: emailKey,
        email: person.email,
        given_name: person.givenName,
        family_name: person.familyName,
        locale: person.locale,
        erased_at: null,
        created_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['company_id', 'email_key']).doUpdateSet((excluded) => ({
        email: excluded.ref('excluded.email'),
        given_name: excluded.ref('excluded.given_name'),
        family_name: excluded.ref('excluded.family_name'),
        locale: excluded.ref('excluded.locale'),
        source: 'ats' as const,
      })),
    )
    .returning(['person_id', 'email_key'])
    .execute();
  const personIds = new Map(rows.map((row) => [row.email_key, row.person_id]));
  return new Map(
    withAddress.map(({ application, emailKey }) => [application.applicationRef, personIds.get(emailKey) ?? '']),
  );
}

/**
 * The person of a proved address, known or new. One already known stays as the ATS told us; a new one is called as he
 * typed it (the whole name as the family name, for nobody can tell where to cut it), until an ATS knows better.
 */
export async function findOrAddPerson(
  tx: Tx,
  companyId: string,
  key: CompanyKey,
  typed: { readonly email: string; readonly name: string; readonly locale: string },
  now: Date,
): Promise<string> {
  const emailKey = toEmailKey(key, typed.email);
  await tx
    .insertInto('person')
    .values({
      person_id: newId(),
      company_id: companyId,
      email_key: emailKey,
      email: typed.email,
      given_name: null,
      family_name: typed.name,
      locale: typed.locale,
      source: 'static-link',
      erased_at: null,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['company_id', 'email_key']).doNothing())
    .execute();
  const { person_id } = await tx
    .selectFrom('person')
    .select('person_id')
    .where('company_id', '=', companyId)
    .where('email_key', '=', emailKey)
    .executeTakeFirstOrThrow();
  return person_id;
}

export function toEmailKey(key: CompanyKey, email: string): string {
  return key.digest('email', normaliseEmail(email));
}

/** Adds the rejections that are new; gives only those. The same decision on the same application stands once. */
export async function saveRejections(
  tx: Tx,
  place: { readonly companyId: string; readonly connectionId: string },
  applications: readonly RejectedApplication[],
  personIds: ReadonlyMap<string, string>,
  now: Date,
): Promise<readonly string[]> {
  if (applications.length === 0) return [];
  const hired = await readHired(
    tx,
    place.connectionId,
    applications.map(({ candidateRef }) => candidateRef),
  );
  const rows = await tx
    .insertInto('rejection')
    .values(
      applications.map((application) => ({
        rejection_id: newId(),
        company_id: place.companyId,
        connection_id: place.connectionId,
        person_id: personIds.get(application.applicationRef) ?? null,
        application_ref: application.applicationRef,
        candidate_ref: application.candidateRef,
        decided_at: application.decidedAt,
        decided_by: application.decidedBy,
        reason_ref: application.reason?.ref ?? null,
        reason: application.reason?.name ?? null,
        stage: application.stage,
        job: application.job,
        source: application.source,
        is_private: application.isPrivate,
        is_confidential: application.isConfidential,
        can_email: application.canEmail,
        status: hired.has(application.candidateRef) ? ('hired' as const) : ('current' as const),
        recorded_at: now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['connection_id', 'application_ref', 'decided_at']).doNothing())
    .returning('rejection_id')
    .execute();
  return rows.map((row) => row.rejection_id);
}

/** Takes over what may have changed since: where a person may be written to, and how. */
export async function refreshRejections(
  tx: Tx,
  connectionId: string,
  applications: readonly RejectedApplication[],
  personIds: ReadonlyMap<string, string>,
): Promise<void> {
  if (applications.length === 0) return;
  const fresh = applications.map((application) => ({
    application_ref: application.applicationRef,
    decided_at: application.decidedAt.toISOString(),
    person_id: personIds.get(application.applicationRef) ?? null,
    is_private: application.isPrivate,
    can_email: application.canEmail,
  }));
  await sql`
    update rejection set is_private = fresh.is_private, can_email = fresh.can_email, person_id = fresh.person_id
    from jsonb_to_recordset(${JSON.stringify(fresh)}::jsonb)
      as fresh(application_ref text, decided_at timestamptz, person_id uuid, is_private boolean, can_email boolean)
    where rejection.connection_id = ${connectionId} and rejection.status = 'current'
      and rejection.application_ref = fresh.application_ref and rejection.decided_at = fresh.decided_at
      and (rejection.is_private, rejection.can_email, rejection.person_id)
        is distinct from (fresh.is_private, fresh.can_email, fresh.person_id)`.execute(tx);
}

async function readHired(tx: Tx, connectionId: string, candidateRefs: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('hired_candidate')
    .select('candidate_ref')
    .where('connection_id', '=', connectionId)
    .where('candidate_ref', 'in', candidateRefs)
    .execute();
  return new Set(rows.map((row) => row.candidate_ref));
}

export async function saveHired(
  tx: Tx,
  place: { readonly companyId: string; readonly connectionId: string },
  candidateRefs: readonly string[],
  now: Date,
): Promise<void> {
  if (candidateRefs.length === 0) return;
  await tx
    .insertInto('hired_candidate')
    .values(
      candidateRefs.map((ref) => ({
        connection_id: place.connectionId,
        company_id: place.companyId,
        candidate_ref: ref,
        seen_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export type Lift =
  | {
      readonly to: 'reinstated';
      readonly applicationRefs: readonly string[];
      readonly except?: ReadonlyMap<string, Date>;
    }
  | { readonly to: 'hired'; readonly candidateRefs: readonly string[] }
  | { readonly to: 'erased'; readonly candidateRefs: readonly string[]; readonly applicationRefs: readonly string[] };

/** Ends the current rejections it names; gives their ids. `except` spares the decision that stands now. */
export async function liftRejections(tx: Tx, connectionId: string, lift: Lift): Promise<readonly string[]> {
  const candidates = 'candidateRefs' in lift ? lift.candidateRefs : [];
  const applications = 'applicationRefs' in lift ? lift.applicationRefs : [];
  if (candidates.length + applications.length === 0) return [];
  const from: readonly RejectionStatus[] = lift.to === 'erased' ? ['current', 'reinstated', 'hired'] : ['current'];
  const except = lift.to === 'reinstated' ? lift.except : undefined;
  const rows = await tx
    .selectFrom('rejection')
    .select(['rejection_id', 'application_ref', 'decided_at'])
    .where('connection_id', '=', connectionId)
    .where('status', 'in', from)
    .where((row) =>
      row.or([
        ...(candidates.length > 0 ? [row('candidate_ref', 'in', candidates)] : []),
        ...(applications.length > 0 ? [row('application_ref', 'in', applications)] : []),
      ]),
    )
    .forUpdate()
    .execute();
  const ids = rows
    .filter((row) => except?.get(row.application_ref)?.getTime() !== row.decided_at.getTime())
    .map((row) => row.rejection_id);
  if (ids.length > 0)
    await tx.updateTable('rejection').set({ status: lift.to }).where('rejection_id', 'in', ids).execute();
  return ids;
}

/** Follows a merge at the vendor: the candidate's rejections now belong to the one who remains. */
export async function mergeCandidates(
  tx: Tx,
  connectionId: string,
  candidateRef: string,
  intoCandidateRef: string,
): Promise<void> {
  await tx
    .updateTable('rejection')
    .set({ candidate_ref: intoCandidateRef })
    .where('connection_id', '=', connectionId)
    .where('candidate_ref', '=', candidateRef)
    .execute();
  await tx
    .updateTable('applicant')
    .set({ candidate_ref: intoCandidateRef })
    .where('connection_id', '=', connectionId)
    .where('candidate_ref', '=', candidateRef)
    .execute();
  await sql`
    update delivery set candidate_refs = array_append(candidate_refs, ${intoCandidateRef})
    where connection_id = ${connectionId} and candidate_refs <> '{}'
      and candidate_refs @> array[${candidateRef}]::text[]`.execute(tx);
}

/** Empties what the erased left behind: the bytes of deliveries about them, and people of whom nothing else is current. */
export async function scrubErased(
  tx: Tx,
  connectionId: string,
  erased: {
    readonly candidateRefs: readonly string[];
    readonly applicationRefs: readonly string[];
    readonly rejectionIds: readonly string[];
  },
  now: Date,
): Promise<void> {
  if (erased.candidateRefs.length > 0) {
    await sql`
      update delivery set body = ''::bytea, reason = 'erased'
      where connection_id = ${connectionId} and candidate_refs <> '{}'
        and candidate_refs && ${sql.val([...erased.candidateRefs])}::text[]`.execute(tx);
  }
  const personIds = [
    ...(await readPersonIds(tx, erased.rejectionIds)),
    ...(await deleteApplicants(tx, connectionId, erased)),
  ];
  if (personIds.length === 0) return;
  await tx
    .updateTable('person')
    .set({ email: null, email_key: null, given_name: null, family_name: null, locale: null, erased_at: now })
    .where('person_id', 'in', personIds)
    .where((person) =>
      person.not(
        person.exists(
          person
            .selectFrom('applicant')
            .select('application_ref')
            .whereRef('applicant.person_id', '=', 'person.person_id'),
        ),
      ),
    )
    .where((person) =>
      person.not(
        person.exists(
          person
            .selectFrom('rejection')
            .select('rejection_id')
            .whereRef('rejection.person_id', '=', 'person.person_id')
            .where('rejection.status', '<>', 'erased'),
        ),
      ),
    )
    .execute();
}

async function readPersonIds(tx: Tx, rejectionIds: readonly string[]): Promise<readonly string[]> {
  if (rejectionIds.length === 0) return [];
  const rows = await tx.selectFrom('rejection').select('person_id').where('rejection_id', 'in', rejectionIds).execute();
  return rows.flatMap((row) => row.person_id ?? []);
}

/** Forgets who applied; gives their persons. */
async function deleteApplicants(
  tx: Tx,
  connectionId: string,
  refs: { readonly candidateRefs: readonly string[]; readonly applicationRefs: readonly string[] },
): Promise<readonly string[]> {
  const { candidateRefs, applicationRefs } = refs;
  if (candidateRefs.length + applicationRefs.length === 0) return [];
  const rows = await tx
    .deleteFrom('applicant')
    .where('connection_id', '=', connectionId)
    .where((row) =>
      row.or([
        ...(candidateRefs.length > 0 ? [row('candidate_ref', 'in', candidateRefs)] : []),
        ...(applicationRefs.length > 0 ? [row('application_ref', 'in', applicationRefs)] : []),
      ]),
    )
    .returning('person_id')
    .execute();
  return rows.map((row) => row.person_id);
}

export async function readRejections(tx: Tx, rejectionIds: readonly string[]): Promise<readonly Rejection[]> {
  if (rejectionIds.length === 0) return [];
  const rows = await tx
    .selectFrom('rejection')
    .selectAll()
    .where('rejection_id', 'in', rejectionIds)
    .orderBy('rejection_id')
    .execute();
  return rows.map(toRejection);
}

/** Every application of these people at this company that was ever rejected, newest first. */
export async function readRejectionsOfPeople(tx: Tx, personIds: readonly string[]): Promise<readonly Rejection[]> {
  if (personIds.length === 0) return [];
  const rows = await tx
    .selectFrom('rejection')
    .selectAll()
    .where('person_id', 'in', personIds)
    .orderBy('rejection_id', 'desc')
    .execute();
  return rows.map(toRejection);
}

/** The applications of these candidates whose rejection stands. */
export async function readApplicationRefs(
  tx: Tx,
  connectionId: string,
  candidateRefs: readonly string[],
): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('rejection')
    .select('application_ref')
    .distinct()
    .where('connection_id', '=', connectionId)
    .where('candidate_ref', 'in', candidateRefs)
    .where('status', '=', 'current')
    .execute();
  return rows.map((row) => row.application_ref);
}

export async function readPeople(tx: Tx, personIds: readonly string[]): Promise<readonly KnownPerson[]> {
  if (personIds.length === 0) return [];
  const rows = await tx
    .selectFrom('person')
    .selectAll()
    .where('person_id', 'in', personIds)
    .where('erased_at', 'is', null)
    .execute();
  return rows.map((row) => ({
    personId: row.person_id,
    email: row.email,
    givenName: row.given_name,
    familyName: row.family_name,
    locale: row.locale,
  }));
}

export interface ListedRejection extends Omit<Rejection, 'companyId'> {
  readonly id: string;
}

/** Newest first. */
export async function listRejections(
  tx: Tx,
  request: PageRequest & { readonly companyId: string },
): Promise<Page<ListedRejection>> {
  let query = tx.selectFrom('rejection').selectAll().where('company_id', '=', request.companyId);
  if (request.cursor) query = query.where('rejection_id', '<', request.cursor);
  const rows = await query
    .orderBy('rejection_id', 'desc')
    .limit(request.limit + 1)
    .execute();
  return toPage(
    rows.map((row) => ({ id: row.rejection_id, ...toRejection(row) })),
    request.limit,
  );
}

export interface ListedDelivery {
  readonly id: string;
  readonly connectionId: string;
  readonly deliveryRef: string;
  readonly receivedAt: Date;
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  /** How often the same delivery came again. */
  readonly duplicates: number;
  readonly processedAt: Date | null;
}

/** Newest first. */
export async function listDeliveries(
  tx: Tx,
  request: PageRequest & {
    readonly companyId?: string;
    readonly connectionId?: string;
    readonly status?: DeliveryStatus | undefined;
  },
): Promise<Page<ListedDelivery>> {
  let query = tx
    .selectFrom('delivery')
    .select([
      'delivery_id',
      'connection_id',
      'delivery_ref',
      'received_at',
      'status',
      'reason',
      'duplicates',
      'processed_at',
    ]);
  if (request.companyId) query = query.where('company_id', '=', request.companyId);
  if (request.connectionId) query = query.where('connection_id', '=', request.connectionId);
  if (request.status) query = query.where('status', '=', request.status);
  if (request.cursor) query = query.where('delivery_id', '<', request.cursor);
  const rows = await query
    .orderBy('delivery_id', 'desc')
    .limit(request.limit + 1)
    .execute();
  return toPage(
    rows.map((row) => ({
      id: row.delivery_id,
      connectionId: row.connection_id,
      deliveryRef: row.delivery_ref,
      receivedAt: row.received_at,
      status: row.status,
      reason: row.reason,
      duplicates: row.duplicates,
      processedAt: row.processed_at,
    })),
    request.limit,
  );
}

export interface DeliveryBody {
  readonly companyId: string;
  readonly receivedAt: Date;
  /** As it came; empty where the person it told of was erased. */
  readonly body: Uint8Array;
  readonly isErased: boolean;
}

/** What an ATS sent, byte for byte. */
export async function readDeliveryBody(tx: Tx, deliveryId: string): Promise<DeliveryBody | undefined> {
  const row = await tx
    .selectFrom('delivery')
    .select(['company_id', 'received_at', 'body', 'reason'])
    .where('delivery_id', '=', deliveryId)
    .executeTakeFirst();
  return (
    row && {
      companyId: row.company_id,
      receivedAt: row.received_at,
      body: row.body,
      isErased: row.reason === 'erased',
    }
  );
}

function toRejection(row: Selectable<RejectionTable>): Rejection {
  return {
    rejectionId: row.rejection_id,
    companyId: row.company_id,
    connectionId: row.connection_id,
    personId: row.person_id,
    applicationRef: row.application_ref,
    candidateRef: row.candidate_ref,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reasonRef: row.reason_ref,
    reason: row.reason,
    stage: row.stage,
    job: row.job,
    source: row.source,
    isPrivate: row.is_private,
    isConfidential: row.is_confidential,
    canEmail: row.can_email,
    status: row.status,
  };
}
