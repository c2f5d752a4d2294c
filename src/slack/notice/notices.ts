import type { Events } from '../../events.ts';
import type { Tx } from '../../platform/database.ts';
import type { Jobs } from '../../platform/jobs.ts';
import { holdCompany } from '../hold-company.ts';
import { openDigests } from './digest.ts';
import type { Remark, RemarkAct } from './kinds.ts';
import { listenToStream } from './listen.ts';
import { changeNotices, type NoticeJob, noticeQueue } from './record.ts';
import { type SendingParts, sendNotices } from './send.ts';
import { addRemark, listNaming } from './store.ts';
import { resumePlaces, sweepNotices, sweepStuck } from './sweep.ts';
import { tellConsentsToLabel, tellEndingCredits, type WaitingParts } from './tell-waiting.ts';

export interface NoticesParts extends SendingParts, WaitingParts {
  readonly jobs: Jobs;
  readonly events: Pick<Events, 'listen'>;
  readonly connections: WaitingParts['connections'];
  readonly reads: WaitingParts['reads'];
}

/** What recruiters hear of the stream, and that it arrives. */
export interface Notices {
  /**
   * Says below a notice that somebody acted on it, in the transaction of the act. False: no such notice.
   * @param act.by the Slack user.
   */
  remark(
    tx: Tx,
    act: {
      readonly companyId: string;
      readonly noticeId: string;
      readonly by: string;
      readonly did: RemarkAct;
      readonly count: number;
    },
  ): Promise<boolean>;
  /** Sends what waited for places that took nothing: those of `slackRef`, or all of the company's. */
  resumePlaces(companyId: string, which?: { readonly slackRef?: string | undefined }): Promise<void>;
  /** Takes the names out of what a place was sent in the last 30 days. */
  namesChanged(tx: Tx, companyId: string, placeId: string): Promise<void>;
  /** For tickers; each is safe in several processes at once. */
  readonly sweeps: {
    /** Every 10 s. */
    unsent(): Promise<void>;
    /** Every minute. */
    consentsToLabel(): Promise<void>;
    /** Every hour. */
    endingCredits(): Promise<void>;
    /** Every minute. */
    digests(): Promise<void>;
  };
}

const namedMs = 30 * 24 * 3_600_000;

/** Opens the notices: from here on they hear the stream and tell recruiters. Before the jobs are started. */
export function openNotices(parts: NoticesParts): Notices {
  const { jobs, clock } = parts;
  jobs.define<NoticeJob>({ name: noticeQueue, batch: 10, atOnce: 2, handle: (batch) => sendNotices(parts, batch) });
  listenToStream(parts);
  const digests = openDigests(parts);
  return {
    async remark(tx, { companyId, noticeId, by, did, count }) {
      await holdCompany(tx, companyId);
      const remark: Remark = { by, did, count, at: clock.now().toISOString() };
      if (!(await addRemark(tx, companyId, noticeId, remark))) return false;
      await changeNotices(parts, tx, companyId, [noticeId]);
      return true;
    },
    resumePlaces: (companyId, { slackRef } = {}) => resumePlaces(parts, companyId, { slackRef }),
    async namesChanged(tx, companyId, placeId) {
      // Nothing is recorded, so nothing can be missed, between the list and the change.
      await holdCompany(tx, companyId);
      const since = new Date(clock.now().getTime() - namedMs);
      await changeNotices(parts, tx, companyId, await listNaming(tx, placeId, since));
    },
    sweeps: {
      async unsent() {
        await sweepStuck(parts);
        await sweepNotices(parts);
      },
      consentsToLabel: () => tellConsentsToLabel(parts),
      endingCredits: () => tellEndingCredits(parts),
      digests: () => digests.sweep(),
    },
  };
}
