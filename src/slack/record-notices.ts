import { type Company, readCompany } from '../company/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Tx } from '../platform/database.ts';
import type { JobData, Jobs } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import type { PlannedNotice } from './model.ts';
import { renderText } from './notice-text.ts';
import { type AddedNotice, addNotices } from './store.ts';

/** Sends one notice; see send-notice.ts. */
export const noticeQueue = 'slack.notice';

export interface NoticeJob extends JobData {
  readonly noticeId: string;
}

export interface RecordingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Log;
  /** False while no workspace is connected: notices are then kept and shown in the log. */
  readonly isConnected: boolean;
}

/** Writes each planned notice once, in the company's language, with the job that sends it. */
export async function recordNotices(
  parts: RecordingParts,
  companyId: string,
  plan: (tx: Tx, company: Company) => Promise<readonly PlannedNotice[]>,
): Promise<void> {
  const added = await parts.database.forCompany(companyId, async (tx) => {
    const company = await readCompany(tx, companyId);
    if (!company) return [];
    const notices = (await plan(tx, company)).map(({ kind, dedupeKey, tokens }) => ({
      kind,
      dedupeKey,
      ...renderText(kind, company.locale, company.name, tokens),
    }));
    return addToCompany(parts, tx, companyId, notices);
  });
  if (parts.isConnected) return;
  for (const { noticeId, kind, text } of added) parts.log.info({ noticeId, kind, text }, 'notice to recruiters');
}

async function addToCompany(
  { clock, jobs, isConnected }: RecordingParts,
  tx: Tx,
  companyId: string,
  notices: Parameters<typeof addNotices>[2],
): Promise<readonly AddedNotice[]> {
  const added = await addNotices(tx, companyId, notices, isConnected ? 'waiting' : 'logged', clock.now());
  if (isConnected) {
    await jobs.enqueue<NoticeJob>(
      tx,
      noticeQueue,
      added.map(({ noticeId }) => ({ companyId, noticeId })),
    );
  }
  return added;
}
