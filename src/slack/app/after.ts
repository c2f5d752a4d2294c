import { withLease } from '../../platform/lease.ts';
import type { RemarkAct } from '../notice/kinds.ts';
import type { Desk, SlackCalls } from './desk.ts';
import { publishHome } from './home.ts';
import type { Seat } from './seat.ts';
import { toSlackWord } from './stage.ts';
import type { ModalState } from './state.ts';

/** Longest time that one action takes, calls to the ATS included. */
const actMs = 60_000;

/** Does one thing after the other for one person, so that the second of two clicks meets what the first one did. */
export function oneByOne<T>({ database }: Pick<Desk, 'database'>, seat: Seat, work: () => Promise<T>): Promise<T> {
  return withLease(database, `slack.act:${seat.companyId}:${seat.teamRef}:${seat.userRef}`, actMs, work);
}

/** Says below the notice who did it, and brings that person's home up to date. Neither undoes what was done. */
export async function tellDone(
  desk: Desk,
  seat: Seat,
  calls: SlackCalls,
  done: { readonly did: RemarkAct; readonly count: number; readonly state: Pick<ModalState, 'noticeId'> },
): Promise<void> {
  const { companyId, userRef } = seat;
  const { noticeId } = done.state;
  try {
    if (noticeId) {
      const remark = { companyId, noticeId, by: userRef, did: done.did, count: done.count };
      await desk.database.forCompany(companyId, (tx) => desk.notices.remark(tx, remark));
    }
    await publishHome(desk, calls, seat, companyId);
  } catch (thrown) {
    desk.log.warn({ companyId, noticeId, code: toSlackWord(thrown) }, 'what was done in Slack could not be told there');
  }
}
