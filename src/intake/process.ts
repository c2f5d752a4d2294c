import type { ApplicationHint, Connection, Connections, Report } from '../connector/index.ts';
import type { Database } from '../platform/database.ts';
import { toRelayError } from '../platform/errors.ts';
import { dropUnused, receiveApplications } from './applicants.ts';
import { type ApplyParts, applyApplications, applyRemovals } from './apply.ts';
import type { ProcessJob } from './inbox.ts';
import { type Reading, readDelivery } from './read-delivery.ts';
import {
  type DeliveryOutcome,
  readApplicationRefs,
  readWaitingDeliveries,
  type StoredDelivery,
  saveOutcomes,
} from './store.ts';

export interface ProcessParts extends ApplyParts {
  readonly database: Database;
  readonly connections: Connections;
}

/**
 * Turns stored deliveries into rejections: all that wait for one connection are read again in the ATS together.
 * The facts, their events and the deliveries' outcomes are written in one transaction.
 */
export async function processDeliveries(parts: ProcessParts, jobs: readonly ProcessJob[]): Promise<void> {
  for (const [connectionId, own] of Map.groupBy(jobs, (job) => job.connectionId)) {
    const [first] = own;
    if (first)
      await processConnection(
        parts,
        first.companyId,
        connectionId,
        own.flatMap((job) => job.deliveryIds),
      );
  }
}

async function processConnection(
  parts: ProcessParts,
  companyId: string,
  connectionId: string,
  deliveryIds: readonly string[],
): Promise<void> {
  const { connection, deliveries } = await parts.database.forCompany(companyId, async (tx) => ({
    connection: await parts.connections.read(tx, connectionId),
    deliveries: await readWaitingDeliveries(tx, deliveryIds),
  }));
  if (deliveries.length === 0) return;
  const connector = connection && parts.connections.connector(connection.connector);
  if (!connection || !connector) {
    return save(
      parts,
      companyId,
      deliveries.map(({ deliveryId }) => toOutcome(deliveryId, 'ignored', 'connection-removed')),
    );
  }
  const readings = deliveries.map((delivery) => ({ delivery, reading: readDelivery(connector, delivery) }));
  try {
    await applyReadings(parts, connection, readings);
  } catch (thrown) {
    const error = toRelayError(thrown);
    // A database that is gone can hold no note of it; the deliveries stay as they are and the job comes again.
    if (error.code !== 'database_unavailable') {
      await save(
        parts,
        companyId,
        deliveries.map(({ deliveryId }) => toOutcome(deliveryId, 'failed', error.code)),
      );
    }
    throw error;
  }
}

interface Read {
  readonly delivery: StoredDelivery;
  readonly reading: Reading;
}

async function applyReadings(parts: ProcessParts, connection: Connection, readings: readonly Read[]): Promise<void> {
  const reports = readings.flatMap(({ reading }) =>
    reading.kind === 'understood' ? dropUnused(connection, reading.reports) : [],
  );
  const refs = await findRefs(parts, connection, reports);
  const hints = new Map(
    reports.flatMap((report) => ('isConfidential' in report ? [[report.applicationRef, toHint(report)] as const] : [])),
  );
  const applications = await parts.connections.reread(connection, refs);
  const now = parts.clock.now();
  await parts.database.forCompany(connection.companyId, async (tx) => {
    await applyApplications(parts, tx, connection, applications, hints);
    await receiveApplications(parts, tx, connection, reports, applications);
    await saveOutcomes(
      tx,
      readings.map((read) => toReadOutcome(connection, read)),
      now,
    );
    await applyRemovals(parts, tx, connection, reports);
  });
}

/** What is to be read again: the applications named, and all we know of the candidates named. */
async function findRefs(
  { database }: ProcessParts,
  { companyId, connectionId }: Connection,
  reports: readonly Report[],
): Promise<readonly string[]> {
  const named = reports.flatMap((report) => ('applicationRef' in report ? [report.applicationRef] : []));
  const candidateRefs = reports.flatMap((report) => (report.kind === 'candidate-changed' ? [report.candidateRef] : []));
  if (candidateRefs.length === 0) return named;
  const known = await database.forCompany(companyId, (tx) => readApplicationRefs(tx, connectionId, candidateRefs));
  return [...named, ...known];
}

function toHint({ applicationRef, candidateRef, job, isConfidential }: ApplicationHint): ApplicationHint {
  return { applicationRef, candidateRef, job, isConfidential };
}

function toReadOutcome(connection: Connection, { delivery, reading }: Read): DeliveryOutcome {
  if (reading.kind !== 'understood') return toOutcome(delivery.deliveryId, reading.kind, reading.reason);
  const isForUs = dropUnused(connection, reading.reports).length > 0;
  return {
    ...toOutcome(delivery.deliveryId, isForUs ? 'processed' : 'ignored', isForUs ? null : 'not-for-us'),
    // Also of what is ignored: when the candidate is erased, its bytes go as well.
    candidateRefs: [...new Set(reading.reports.flatMap(toCandidateRef))],
  };
}

function toCandidateRef(report: Report): readonly string[] {
  return 'candidateRef' in report ? [report.candidateRef] : [];
}

function toOutcome(deliveryId: string, status: DeliveryOutcome['status'], reason: string | null): DeliveryOutcome {
  return { deliveryId, status, reason, candidateRefs: [] };
}

function save(parts: ProcessParts, companyId: string, outcomes: readonly DeliveryOutcome[]): Promise<void> {
  return parts.database.forCompany(companyId, (tx) => saveOutcomes(tx, outcomes, parts.clock.now()));
}
