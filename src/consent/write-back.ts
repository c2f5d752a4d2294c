import { readAgency } from '../company/index.ts';
import type { Connection, Connections, Steps } from '../connector/index.ts';
import { type Rejection, readRejections, readRejectionsOfPeople } from '../intake/index.ts';
import { readCompanyDecisions } from '../letter/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import { openGroups } from '../platform/groups.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import { byHand } from './by-hand.ts';
import type { Consent, Decision } from './model.ts';
import { readStanding, readUnboundGrants } from './store.ts';
import {
  addSteps,
  addWriteBacks,
  type Candidate,
  lockCandidates,
  readWrittenCandidates,
  saveWriteBacks,
  type WriteBackRow,
} from './write-back-store.ts';

export interface WriteBackParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly connections: Connections;
}

export interface WriteBackJob extends JobData {
  readonly writeBackId: string;
}

export const writeBackQueue = 'consent.write-back';

/** Marks a write-back whose first call may have reached the ATS. Kept among its steps, before that call. */
const begun = '(begun)';

/**
 * Plans what the ATS must be told: an agreement on every candidate the person was, a withdrawal wherever an agreement
 * was planned. An ATS that takes none leaves it to people. Only for decisions that still stand. A "no" that changes nothing is not written: the less the better.
 */
export async function planWriteBacks(
  { database, clock, jobs, connections }: WriteBackParts,
  companyId: string,
  consentIds: readonly string[],
): Promise<void> {
  await database.forCompany(companyId, async (tx) => {
    const consents = await readStanding(tx, consentIds);
    const candidates = await findCandidates(tx, consents);
    const planned = consents.flatMap(({ consentId, personId, decision }) =>
      (candidates[decision].get(personId) ?? []).map((candidate) => ({ ...candidate, consentId })),
    );
    const silent = await findSilent(connections, tx, planned);
    const now = clock.now();
    const [left = [], told = []] = [true, false].map((isSilent) =>
      planned.filter(({ connectionId }) => silent.has(connectionId) === isSilent),
    );
    await addWriteBacks(tx, companyId, left, now, byHand);
    const added = await addWriteBacks(tx, companyId, told, now);
    await jobs.enqueue<WriteBackJob>(
      tx,
      writeBackQueue,
      added.map((writeBackId) => ({ companyId, writeBackId })),
    );
  });
}

/**
 * Plans for those who agreed before any ATS told us of them (by the static link), now that a rejection is known. Again,
 * or beside the agreement's own plan, changes nothing.
 */
export async function planForRejected(
  parts: WriteBackParts,
  companyId: string,
  rejectionIds: readonly string[],
): Promise<void> {
  const consentIds = await parts.database.forCompany(companyId, async (tx) => {
    const rejections = await readRejections(tx, rejectionIds);
    return readUnboundGrants(
      tx,
      rejections.flatMap(({ personId }) => personId ?? []),
    );
  });
  if (consentIds.length > 0) await planWriteBacks(parts, companyId, consentIds);
}

/** The connections whose ATS takes no write-backs. */
async function findSilent(
  connections: WriteBackParts['connections'],
  tx: Tx,
  candidates: readonly Candidate[],
): Promise<ReadonlySet<string>> {
  const silent = new Set<string>();
  for (const connectionId of new Set(candidates.map((candidate) => candidate.connectionId))) {
    const connection = await connections.read(tx, connectionId);
    const connector = connection && connections.connector(connection.connector);
    if (connector && !connector.api?.writeBack) silent.add(connectionId);
  }
  return silent;
}

type CandidatesByPerson = ReadonlyMap<string | null, readonly Candidate[]>;

/** Where a decision of each person is written, by the kind of decision; a few statements for all. */
async function findCandidates(
  tx: Tx,
  consents: readonly Consent[],
): Promise<Readonly<Record<Decision, CandidatesByPerson>>> {
  const peopleWho = (decided: Decision) =>
    consents.flatMap(({ decision, personId }) => (decision === decided ? personId : []));
  const [rejections, written] = await Promise.all([
    readRejectionsOfPeople(tx, peopleWho('granted')),
    readWrittenCandidates(tx, peopleWho('withdrawn')),
  ]);
  const unbound = consents.flatMap((consent) => (isUnbound(consent) ? consent.personId : []));
  const decisions = await readCompanyDecisions(tx, unbound);
  const rejectionsByPerson = Map.groupBy(rejections, ({ personId }) => personId);
  // No letter led these people here, so those whom we leave alone in an ATS are left alone by this, too.
  for (const personId of unbound) rejectionsByPerson.set(personId, [...(decisions.get(personId) ?? [])]);
  return {
    granted: new Map([...rejectionsByPerson].map(([personId, own]) => [personId, toCandidates(own)])),
    withdrawn: Map.groupBy(written, ({ personId }) => personId),
    declined: new Map(),
  };
}

/** An agreement behind which no rejection is known. */
function isUnbound({ decision, rejectionId }: Consent): boolean {
  return decision === 'granted' && rejectionId === null;
}

/** Each candidate once, with its newest application. @param rejections newest first. */
function toCandidates(rejections: readonly Rejection[]): readonly Candidate[] {
  const newestLast = rejections.filter(({ status }) => status !== 'erased').toReversed();
  return [...new Map(newestLast.map((one) => [`${one.connectionId} ${one.candidateRef}`, one])).values()];
}

/** `wait`: an earlier write-back on the same candidate may be under way, and must come to rest first. */
export type WriteBackVerdict = 'write' | 'wait' | 'superseded' | 'never-written';

/**
 * What to do about one waiting write-back. Only the decision that stands is written; a withdrawal needs no writing where
 * the agreement never left.
 * @param others the write-backs of other decisions on the same candidate. @param isMine whose jobs this run holds.
 */
export function judgeWriteBack(
  own: WriteBackRow,
  others: readonly WriteBackRow[],
  isMine: (row: WriteBackRow) => boolean,
): WriteBackVerdict {
  if (!own.isStanding) return 'superseded';
  if (others.some((row) => row.status === 'waiting' && hasBegun(row) && !isMine(row))) return 'wait';
  const wasTold = others.some((row) => row.decision === 'granted' && hasBegun(row));
  return own.decision === 'withdrawn' && !wasTold ? 'never-written' : 'write';
}

function hasBegun(row: WriteBackRow): boolean {
  return row.steps.length > 0;
}

/** Keeps a finished step of a write-back; steps that are finished at the same time are kept together. */
type KeepStep = (done: {
  readonly companyId: string;
  readonly writeBackId: string;
  readonly step: string;
}) => Promise<void>;

const stepsAtOnce = 100;

function openKeepStep({ database }: Pick<WriteBackParts, 'database'>): KeepStep {
  return openGroups({
    toKey: ({ companyId, step }) => `${companyId} ${step}`,
    max: stepsAtOnce,
    async work(done) {
      const [first] = done;
      if (!first) return [];
      const ids = done.map(({ writeBackId }) => writeBackId);
      await database.forCompany(first.companyId, (tx) => addSteps(tx, ids, first.step));
      return done.map(() => undefined);
    },
  });
}

/** Opens the writing back of decisions; what it gives is run with one company's jobs. */
export function openWriteBack(
  parts: WriteBackParts,
): (companyId: string, writeBackIds: readonly string[]) => Promise<void> {
  const keepStep = openKeepStep(parts);
  return (companyId, writeBackIds) => writeBack({ ...parts, keepStep }, companyId, writeBackIds);
}

interface WritingParts extends WriteBackParts {
  readonly keepStep: KeepStep;
}

/**
 * Writes decisions back to the ATS. Each finished step is kept at once, so a repeat goes on where the last run ended.
 * A candidate that is gone is skipped. @throws RelayError the first refusal, after all others are settled; the job comes again.
 */
async function writeBack(parts: WritingParts, companyId: string, writeBackIds: readonly string[]): Promise<void> {
  const { due, mustWait } = await claim(parts, companyId, writeBackIds);
  const outcomes = await Promise.all(due.map((item) => call(parts, companyId, item)));
  const now = parts.clock.now();
  if (outcomes.length > 0) await parts.database.forCompany(companyId, (tx) => saveWriteBacks(tx, outcomes, now));
  const failure = outcomes.find(({ error }) => error)?.error;
  if (failure) throw failure;
  if (mustWait)
    throw new RelayError('request_conflict', { message: 'an earlier write-back on this candidate is not settled yet' });
}

interface Due {
  readonly row: WriteBackRow;
  readonly connection: Connection;
  readonly agencyName: string;
}

async function claim(
  { database, clock, connections }: WriteBackParts,
  companyId: string,
  writeBackIds: readonly string[],
): Promise<{ readonly due: readonly Due[]; readonly mustWait: boolean }> {
  return database.forCompany(companyId, async (tx) => {
    const rows = await lockCandidates(tx, writeBackIds);
    const isMine = ({ writeBackId }: WriteBackRow) => writeBackIds.includes(writeBackId);
    const agencyName = (await readAgency(tx, companyId))?.name ?? '';
    const installed = new Map<string, Connection | undefined>();
    for (const connectionId of new Set(rows.map((row) => row.connectionId)))
      installed.set(connectionId, await connections.read(tx, connectionId));
    const due: Due[] = [];
    const skipped: { readonly writeBackId: string; readonly status: 'skipped'; readonly reason: string }[] = [];
    let mustWait = false;
    for (const row of rows.filter(({ status }) => status === 'waiting')) {
      const others = rows.filter((other) => other !== row && isSameCandidate(other, row));
      const verdict = judgeWriteBack(row, others, isMine);
      // Another run's row is touched only to spare it a call it has not begun and need not make.
      if (!isMine(row) && (verdict !== 'superseded' || hasBegun(row))) continue;
      const connection = installed.get(row.connectionId);
      if (verdict === 'wait') mustWait = true;
      else if (verdict !== 'write') skipped.push({ writeBackId: row.writeBackId, status: 'skipped', reason: verdict });
      else if (!connection)
        skipped.push({ writeBackId: row.writeBackId, status: 'skipped', reason: 'connection-removed' });
      else due.push({ row, connection, agencyName });
    }
    await saveWriteBacks(tx, skipped, clock.now());
    await addSteps(
      tx,
      due.filter(({ row }) => !hasBegun(row)).map(({ row }) => row.writeBackId),
      begun,
    );
    return { due, mustWait };
  });
}

function isSameCandidate(a: WriteBackRow, b: WriteBackRow): boolean {
  return a.connectionId === b.connectionId && a.candidateRef === b.candidateRef;
}

interface CallOutcome {
  readonly writeBackId: string;
  readonly status: 'waiting' | 'written' | 'skipped';
  readonly reason: string | null;
  readonly error?: RelayError;
}

async function call(
  parts: WritingParts,
  companyId: string,
  { row, connection, agencyName }: Due,
): Promise<CallOutcome> {
  const { writeBackId, consentId, applicationRef, candidateRef, decision, decidedAt } = row;
  const item = { consentId, applicationRef, candidateRef, decision, decidedAt, agencyName };
  try {
    const result = await parts.connections.writeBack(connection, item, keepSteps(parts, companyId, row));
    return result.ok
      ? { writeBackId, status: 'written', reason: null }
      : { writeBackId, status: 'skipped', reason: result.reason };
  } catch (thrown) {
    const error = toRelayError(thrown);
    return { writeBackId, status: 'waiting', reason: error.code, error };
  }
}

function keepSteps({ keepStep }: WritingParts, companyId: string, row: WriteBackRow): Steps {
  const done = new Set(row.steps);
  return {
    isDone: (step) => done.has(step),
    async finish(step) {
      await keepStep({ companyId, writeBackId: row.writeBackId, step });
      done.add(step);
    },
  };
}
