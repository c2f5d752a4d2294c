import type { Application, Connection, Connections } from '../connector/index.ts';
import type { Database } from '../platform/database.ts';
import { type ApplyParts, applyApplications, isRejected } from './apply.ts';
import type { Recheck, Rejection } from './model.ts';
import { readRejections } from './store.ts';

export interface RecheckParts extends ApplyParts {
  readonly database: Database;
  readonly connections: Connections;
}

/**
 * Asks the ATS whether these rejections still stand, in batches. What changed is recorded, with its event.
 * A rejection that is no longer current, or whose connection was removed, counts as lifted.
 * @throws RelayError transient | config; then nothing is known and nothing may be sent.
 */
export async function recheckRejections(
  parts: RecheckParts,
  companyId: string,
  rejectionIds: readonly string[],
): Promise<ReadonlyMap<string, Recheck>> {
  const known = await parts.database.forCompany(companyId, (tx) => readRejections(tx, rejectionIds));
  const result = new Map<string, Recheck>(rejectionIds.map((rejectionId) => [rejectionId, 'lifted']));
  const current = known.filter(({ status }) => status === 'current');
  for (const [connectionId, own] of Map.groupBy(current, (rejection) => rejection.connectionId)) {
    const connection = await parts.database.forCompany(companyId, (tx) => parts.connections.read(tx, connectionId));
    if (!connection) continue;
    for (const rejectionId of await recheckConnection(parts, connection, own)) result.set(rejectionId, 'stands');
  }
  return result;
}

/** The ids of those that stand. */
async function recheckConnection(
  parts: RecheckParts,
  connection: Connection,
  rejections: readonly Rejection[],
): Promise<readonly string[]> {
  // Where nothing can be asked, what the newest file said is the present state.
  if (!parts.connections.connector(connection.connector)?.api) return rejections.map(({ rejectionId }) => rejectionId);
  const refs = [...new Set(rejections.map(({ applicationRef }) => applicationRef))];
  const applications = await parts.connections.reread(connection, refs);
  await parts.database.forCompany(connection.companyId, (tx) =>
    applyApplications(parts, tx, connection, applications, new Map()),
  );
  const byRef = new Map(applications.map((application) => [application.applicationRef, application]));
  return rejections
    .filter((rejection) => stands(rejection, byRef.get(rejection.applicationRef)))
    .map(({ rejectionId }) => rejectionId);
}

function stands(rejection: Rejection, application: Application | undefined): boolean {
  return (
    application !== undefined &&
    isRejected(application) &&
    application.decidedAt.getTime() === rejection.decidedAt.getTime()
  );
}
