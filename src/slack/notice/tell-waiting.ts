import { listCompanies } from '../../company/index.ts';
import type { Connections } from '../../connector/index.ts';
import { countLeftToPeople, listLeftToPeople } from '../../consent/index.ts';
import type { Tx } from '../../platform/database.ts';
import { toJapaneseDate } from '../../platform/japan.ts';
import { endingMs, planConsentsToLabel, planCreditsExpiring, toLabelKey } from './plan.ts';
import type { PlannedNotice } from './planned.ts';
import type { NoticeReads } from './reads.ts';
import { type RecordingParts, recordNotices } from './record.ts';
import { readLastTold } from './store.ts';

export interface WaitingParts extends RecordingParts {
  readonly connections: Pick<Connections, 'read' | 'connector'>;
  readonly reads: NoticeReads;
}

/** Tells recruiters how many decisions wait to be recorded by hand since they were last told, once a day at the most. */
export async function tellConsentsToLabel(parts: WaitingParts): Promise<void> {
  const left = await parts.database.forSystem(listLeftToPeople);
  for (const { companyId, connectionId } of left)
    await recordNotices(parts, companyId, (tx) => planLabels(parts, tx, companyId, connectionId));
}

async function planLabels(
  { clock, connections }: WaitingParts,
  tx: Tx,
  companyId: string,
  connectionId: string,
): Promise<readonly PlannedNotice[]> {
  const connection = await connections.read(tx, connectionId);
  const connector = connection && connections.connector(connection.connector);
  if (!connector) return [];
  const day = toJapaneseDate(clock.now());
  const last = await readLastTold(tx, companyId, toLabelKey(connectionId));
  if (last && toJapaneseDate(last) === day) return [];
  const count = await countLeftToPeople(tx, connectionId, last);
  return count === 0 ? [] : [planConsentsToLabel({ connectionId, count, day }, connector.title)];
}

/** Tells of credits that end soon, 30 and 7 days before. */
export async function tellEndingCredits(parts: WaitingParts): Promise<void> {
  for (const { companyId } of await parts.database.forSystem(listCompanies))
    await recordNotices(parts, companyId, async (tx) => {
      const now = parts.clock.now();
      const credits = await parts.reads.endingCredits(tx, companyId, new Date(now.getTime() + endingMs));
      return planCreditsExpiring(credits, now);
    });
}
