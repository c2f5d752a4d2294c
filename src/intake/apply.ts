import { readCompanyKey } from '../company/index.ts';
import type { Application, ApplicationHint, Connection, RejectedApplication, Report } from '../connector/index.ts';
import type { Events } from '../events.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database.ts';
import type { Vault } from '../platform/vault.ts';
import {
  liftRejections,
  mergeCandidates,
  refreshRejections,
  saveHired,
  savePeople,
  saveRejections,
  scrubErased,
} from './store.ts';

export interface ApplyParts {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly events: Events;
}

/**
 * Brings our rejections in line with what the ATS says now, and tells the rooms downstream, in one transaction.
 * Doing it again changes nothing. What the delivery alone knew (`hints`) completes what reading again left open.
 * @returns the ids of the rejections that are new, and of those that no longer stand.
 */
export async function applyApplications(
  parts: ApplyParts,
  tx: Tx,
  connection: Connection,
  applications: readonly Application[],
  hints: ReadonlyMap<string, ApplicationHint>,
): Promise<{ readonly recorded: readonly string[]; readonly lifted: readonly string[] }> {
  const { connectionId, companyId } = connection;
  const now = parts.clock.now();
  const rejected = applications
    .filter(isRejected)
    .map((application) => complete(application, hints.get(application.applicationRef)));
  const hired = applications
    .filter(({ state }) => state === 'hired')
    .flatMap((application) => ('candidateRef' in application ? [application.candidateRef] : []));

  await saveHired(tx, connection, hired, now);
  const liftedByHire = await liftRejections(tx, connectionId, { to: 'hired', candidateRefs: hired });
  await publishLifted(parts, tx, companyId, 'hired', liftedByHire);

  const notActive = applications.filter(({ state }) => state !== 'gone' && state !== 'hired');
  const reinstated = await liftRejections(tx, connectionId, {
    to: 'reinstated',
    applicationRefs: notActive.map(({ applicationRef }) => applicationRef),
    except: new Map(rejected.map(({ applicationRef, decidedAt }) => [applicationRef, decidedAt])),
  });
  await publishLifted(parts, tx, companyId, 'reinstated', reinstated);

  const erased = await applyErased(parts, tx, connection, {
    candidateRefs: [],
    applicationRefs: applications.filter(({ state }) => state === 'gone').map(({ applicationRef }) => applicationRef),
  });

  const personIds = await savePeople(tx, companyId, await readCompanyKey(tx, parts.vault, companyId), rejected, now);
  await refreshRejections(tx, connectionId, rejected, personIds);
  const recorded = await saveRejections(tx, connection, rejected, personIds, now);
  await parts.events.publish(
    tx,
    'rejection-recorded',
    recorded.map((rejectionId) => ({ companyId, connectionId, rejectionId })),
  );
  return { recorded, lifted: [...liftedByHire, ...reinstated, ...erased] };
}

/** Follows the vendor's erasures and merges, which need no reading again. */
export async function applyRemovals(
  parts: ApplyParts,
  tx: Tx,
  connection: Connection,
  reports: readonly Report[],
): Promise<void> {
  for (const report of reports) {
    if (report.kind === 'merged')
      await mergeCandidates(tx, connection.connectionId, report.candidateRef, report.intoCandidateRef);
    if (report.kind !== 'erased') continue;
    const isWholeCandidate = report.applicationRefs.length === 0;
    await applyErased(parts, tx, connection, {
      candidateRefs: isWholeCandidate ? [report.candidateRef] : [],
      applicationRefs: report.applicationRefs,
    });
  }
}

async function applyErased(
  { clock, events }: ApplyParts,
  tx: Tx,
  connection: Connection,
  refs: { readonly candidateRefs: readonly string[]; readonly applicationRefs: readonly string[] },
): Promise<readonly string[]> {
  const rejectionIds = await liftRejections(tx, connection.connectionId, { to: 'erased', ...refs });
  await scrubErased(tx, connection.connectionId, { ...refs, rejectionIds }, clock.now());
  await publishLifted({ events }, tx, connection.companyId, 'erased', rejectionIds);
  return rejectionIds;
}

async function publishLifted(
  { events }: Pick<ApplyParts, 'events'>,
  tx: Tx,
  companyId: string,
  why: 'reinstated' | 'hired' | 'erased',
  rejectionIds: readonly string[],
): Promise<void> {
  await events.publish(
    tx,
    'rejection-lifted',
    rejectionIds.map((rejectionId) => ({ companyId, rejectionId, why })),
  );
}

function complete(application: RejectedApplication, hint: ApplicationHint | undefined): RejectedApplication {
  if (!hint) return application;
  return {
    ...application,
    job: application.job ?? hint.job,
    isConfidential: application.isConfidential || hint.isConfidential,
  };
}

export function isRejected(application: Application): application is RejectedApplication {
  return application.state === 'rejected';
}
