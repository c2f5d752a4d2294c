import { appendAudit } from '../platform/audit.ts';
import { RelayError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import type { LetterAct } from '../platform/tables.ts';
import { addToBatch, endBatch, holdBatch, insertBatch, type LetterBatch, takeItems } from './batch-store.ts';
import { actsFrom, type ByHandParts, decideIn } from './by-hand.ts';
import type { LetterFilter } from './filter.ts';

export interface BatchParts extends ByHandParts {
  readonly jobs: Pick<Jobs, 'enqueue'>;
}

export interface BatchJob extends JobData {
  readonly batchId: string;
}

export interface AskedBatch {
  readonly companyId: string;
  readonly act: LetterAct;
  readonly filter: LetterFilter;
  /** How many letters a person has seen that it would change. */
  readonly confirmedCount: number;
}

/** Stored, so never renamed. */
export const batchQueue = 'letter.batch';
/** Letters decided in one transaction. */
const lettersAtOnce = 200;
/** Transactions of one job, which must be over within minutes. */
const stepsPerJob = 20;

/**
 * Notes which letters a filter finds now that the act can change, and has them decided in the background. What comes into
 * the filter later is not touched.
 * @throws RelayError request_conflict while another is under way, where none is found, and where more are than were confirmed.
 */
export function askBatch(
  { database, clock, jobs }: BatchParts,
  { companyId, act, filter, confirmedCount }: AskedBatch,
  actor: string,
): Promise<LetterBatch> {
  return database.forCompany(companyId, async (tx) => {
    const now = clock.now();
    const batchId = newId();
    const batch = await insertBatch(tx, {
      ...{ batchId, companyId, act, filter, askedBy: actor, now },
      from: actsFrom[act],
    });
    if (!batch) throw new RelayError('request_conflict', underWay);
    requireConfirmed(batch.found, confirmedCount);
    const detail = { act, letters: batch.found, ...toCodes(filter) };
    await appendAudit(tx, { companyId, at: now, actor, action: 'letter.batch-asked', subject: batchId, detail });
    await jobs.enqueue<BatchJob>(tx, batchQueue, [{ companyId, batchId }]);
    return batch;
  });
}

/** Lets the letters it has not come to be. @throws RelayError request_conflict when it has ended. */
export function stopBatch(
  { database, clock }: ByHandParts,
  { companyId, batchId }: BatchJob,
  actor: string,
): Promise<LetterBatch> {
  return database.forCompany(companyId, async (tx) => {
    const at = clock.now();
    const batch = await endBatch(tx, batchId, { status: 'stopped', by: actor, at });
    if (!batch) throw new RelayError('request_conflict', { message: 'the batch has ended already' });
    const detail = toCounts(batch);
    await appendAudit(tx, { companyId, at, actor, action: 'letter.batch-stopped', subject: batchId, detail });
    return batch;
  });
}

/** Decides the letters of a batch step by step, and hands the rest to the next job. Running twice changes nothing more. */
export async function workOnBatch(parts: BatchParts, asked: readonly BatchJob[]): Promise<void> {
  for (const job of asked) await workFor(parts, job, stepsPerJob);
}

async function workFor(parts: BatchParts, job: BatchJob, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    if (!(await takeStep(parts, job))) return;
  }
  await parts.database.forCompany(job.companyId, (tx) => parts.jobs.enqueue(tx, batchQueue, [job]));
}

/** Letters leave the list of what is to be done in the transaction that decides them. @returns whether there may be more. */
function takeStep({ database, clock, events }: BatchParts, { companyId, batchId }: BatchJob): Promise<boolean> {
  return database.forCompany(companyId, async (tx) => {
    const batch = await holdBatch(tx, batchId);
    if (!batch) return false;
    const now = clock.now();
    const letters = await takeItems(tx, batchId, lettersAtOnce);
    if (letters.length > 0) {
      const decision = { companyId, act: batch.act, actor: batch.askedBy, now, batchId };
      const { changed, gone } = await decideIn(tx, events, decision, letters);
      await addToBatch(tx, batchId, { done: changed.size, gone, changed: letters.length - changed.size - gone });
    }
    if (letters.length === lettersAtOnce) return true;
    const ended = await endBatch(tx, batchId, { status: 'done', by: 'system', at: now });
    const line = { companyId, at: now, actor: 'system', action: 'letter.batch-done', subject: batchId };
    if (ended) await appendAudit(tx, { ...line, detail: toCounts(ended) });
    return false;
  });
}

function requireConfirmed(found: number, confirmedCount: number): void {
  if (found === 0)
    throw new RelayError('request_conflict', {
      message: 'the filter finds no letter that this would change',
      userMessage: {
        ja: '条件に合う手紙のうち、この操作で変わるものはありません。一覧を読み込み直して確かめてください。',
        en: 'None of the letters that fit would be changed by this. Load the list again and look.',
      },
    });
  if (found <= confirmedCount) return;
  throw new RelayError('request_conflict', {
    message: `${found} letters would be changed, ${confirmedCount} were confirmed`,
    userMessage: {
      ja: `対象の手紙は${found}通です。確認した数より多いため、何も変更していません。数を確かめて、もう一度お試しください。`,
      en: `${found} letters would be changed, more than were confirmed, so nothing was done. Look at the number and try again.`,
    },
  });
}

const underWay = {
  message: 'another batch of this company is under way',
  userMessage: {
    ja: 'この会社では、別の一括操作を実行中です。終わるのを待つか、中止してから、もう一度お試しください。',
    en: 'Another decision about many letters of this company is under way. Wait for its end, or stop it, then try again.',
  },
};

function toCounts({ found, done, gone, changed }: LetterBatch) {
  return { found, done, gone, changed };
}

/** Of a filter what may stand in the audit log: what a person typed is only named, for it might name somebody. */
function toCodes({ statuses, connectionId, job, reason, from, to, applicationRef }: LetterFilter) {
  return {
    ...(statuses && { statuses: statuses.join(',') }),
    ...(connectionId !== undefined && { connection: connectionId }),
    ...(reason !== undefined && { reason }),
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
    ...(job !== undefined && { byJob: true }),
    ...(applicationRef !== undefined && { byApplication: true }),
  };
}
