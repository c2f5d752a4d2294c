import type { Connection, Connections } from '../connector/index.ts';
import type { EventOf } from '../events.ts';
import { readPeople } from '../intake/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { issueLink } from './links.ts';

export interface PersonalLinkParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly connections: Pick<Connections, 'read' | 'writeLink'>;
  readonly baseUrl: string;
}

type Received = EventOf<'application-received'>;

/**
 * Gives each application its personal link, written where the ATS's own letter shows it. The token in clear is only on
 * its way there. Once per application; where we died before hearing that it stands, another takes its place.
 */
export async function writePersonalLinks(parts: PersonalLinkParts, events: readonly Received[]): Promise<void> {
  for (const [connectionId, own] of Map.groupBy(events, (event) => event.connectionId)) {
    const [first] = own;
    const connection = first && (await readPersonalConnection(parts, first.companyId, connectionId));
    if (!connection) continue;
    const open = await parts.database.forCompany(connection.companyId, (tx) => findOpen(tx, connectionId, own));
    const results = await Promise.allSettled(open.map((event) => writeOne(parts, connection, event)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** undefined where the connection was removed, or links are no longer wanted. */
async function readPersonalConnection(
  { database, connections }: PersonalLinkParts,
  companyId: string,
  connectionId: string,
): Promise<Connection | undefined> {
  const connection = await database.forCompany(companyId, (tx) => connections.read(tx, connectionId));
  return connection?.mode === 'ats-personal' ? connection : undefined;
}

/** Those whose link does not stand in the ATS yet and whose person was not erased. */
async function findOpen(tx: Tx, connectionId: string, events: readonly Received[]): Promise<readonly Received[]> {
  const written = await tx
    .selectFrom('link')
    .select('application_ref')
    .where('connection_id', '=', connectionId)
    .where(
      'application_ref',
      'in',
      events.map(({ applicationRef }) => applicationRef),
    )
    .where('written_at', 'is not', null)
    .execute();
  const done = new Set(written.map((row) => row.application_ref));
  const people = await readPeople(tx, [...new Set(events.map(({ personId }) => personId))]);
  const living = new Set(people.map(({ personId }) => personId));
  return events.filter(({ applicationRef, personId }) => !done.has(applicationRef) && living.has(personId));
}

async function writeOne(
  { database, clock, connections, baseUrl }: PersonalLinkParts,
  connection: Connection,
  { companyId, connectionId, applicationRef, candidateRef, personId }: Received,
): Promise<void> {
  const link = { companyId, personId, rejectionId: null, letterId: null, madeFor: { connectionId, applicationRef } };
  // Kept before it is written: a link that stands in the ATS must never be one we do not know.
  const token = await database.forCompany(companyId, (tx) => issueLink(tx, { ...link, now: clock.now() }));
  const result = await connections.writeLink(connection, {
    applicationRef,
    candidateRef,
    url: `${baseUrl}/c/${token}`,
  });
  await database.forCompany(companyId, (tx) =>
    result.ok
      ? markWritten(tx, connectionId, applicationRef, clock.now())
      : dropLinks(tx, connectionId, applicationRef),
  );
}

async function markWritten(tx: Tx, connectionId: string, applicationRef: string, now: Date): Promise<void> {
  await tx
    .updateTable('link')
    .set({ written_at: now })
    .where('connection_id', '=', connectionId)
    .where('application_ref', '=', applicationRef)
    .execute();
}

/** The candidate is gone: nobody ever saw these. */
async function dropLinks(tx: Tx, connectionId: string, applicationRef: string): Promise<void> {
  await tx
    .deleteFrom('link')
    .where('connection_id', '=', connectionId)
    .where('application_ref', '=', applicationRef)
    .where('written_at', 'is', null)
    .execute();
}

/**
 * Personal links follow the person: who applied under one address may be rejected under another, and the answer belongs
 * to whom the rejection names.
 */
export async function followPeople(tx: Tx, rejectionIds: readonly string[]): Promise<void> {
  if (rejectionIds.length === 0) return;
  await tx
    .updateTable('link')
    .from('rejection')
    .innerJoin('applicant', (join) =>
      join
        .onRef('applicant.connection_id', '=', 'rejection.connection_id')
        .onRef('applicant.candidate_ref', '=', 'rejection.candidate_ref'),
    )
    .set((row) => ({ person_id: row.ref('rejection.person_id').$notNull() }))
    .whereRef('link.connection_id', '=', 'applicant.connection_id')
    .whereRef('link.application_ref', '=', 'applicant.application_ref')
    .where('rejection.rejection_id', 'in', rejectionIds)
    .where('rejection.person_id', 'is not', null)
    .whereRef('link.person_id', '<>', 'rejection.person_id')
    .execute();
}
