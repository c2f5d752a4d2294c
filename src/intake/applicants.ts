import { readCompanyKey } from '../company/index.ts';
import type { Application, Connection, Person, Report } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';
import type { ApplyParts } from './apply.ts';
import { savePeople } from './store.ts';

/** Without those that tell of an application, where the connection makes nothing of it. */
export function dropUnused({ mode }: Pick<Connection, 'mode'>, reports: readonly Report[]): readonly Report[] {
  return mode === 'ats-personal' ? reports : reports.filter(({ kind }) => kind !== 'applied');
}

interface Received {
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly person: Person;
}

/** Keeps who applied, and tells it once per application. Whom nobody can write to, or may not know of, is left out. */
export async function receiveApplications(
  parts: ApplyParts,
  tx: Tx,
  connection: Connection,
  reports: readonly Report[],
  applications: readonly Application[],
): Promise<void> {
  const named = new Set(
    reports.flatMap((report) => (report.kind === 'applied' && !report.isConfidential ? report.applicationRef : [])),
  );
  const received = applications.filter(({ applicationRef }) => named.has(applicationRef)).flatMap(toReceived);
  if (received.length === 0) return;
  const { companyId, connectionId } = connection;
  const now = parts.clock.now();
  const personIds = await savePeople(tx, companyId, await readCompanyKey(tx, parts.vault, companyId), received, now);
  const rows = await tx
    .insertInto('applicant')
    .values(
      received.map(({ applicationRef, candidateRef }) => ({
        connection_id: connectionId,
        application_ref: applicationRef,
        company_id: companyId,
        candidate_ref: candidateRef,
        person_id: personIds.get(applicationRef) ?? '',
        received_at: now,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['application_ref', 'candidate_ref', 'person_id'])
    .execute();
  await parts.events.publish(
    tx,
    'application-received',
    rows.map((row) => ({
      companyId,
      connectionId,
      applicationRef: row.application_ref,
      candidateRef: row.candidate_ref,
      personId: row.person_id,
    })),
  );
}

/** Also of one that is rejected by the time it is read: then the link is written just as late as the news came. */
function toReceived(application: Application): readonly Received[] {
  if (application.state === 'gone' || application.state === 'hired' || !application.person?.email) return [];
  if (application.state === 'rejected' && (application.isPrivate || application.isConfidential)) return [];
  const { applicationRef, candidateRef, person } = application;
  return [{ applicationRef, candidateRef, person }];
}
