import { type Connections, toJapaneseText } from '../connector/index.ts';
import { countLeftToPeople, listLeftToPeople } from '../consent/index.ts';
import type { Tx } from '../platform/database.ts';
import { type PlannedNotice, planConsentsToLabel, toLabelKey } from './model.ts';
import { type RecordingParts, recordNotices } from './record-notices.ts';
import { readLastNoticed } from './store.ts';

interface LabelParts extends RecordingParts {
  readonly connections: Pick<Connections, 'read' | 'connector'>;
  readonly baseUrl: string;
}

/** Tells recruiters how many decisions wait to be recorded by hand since they were last told, once a day at the most. */
export async function tellConsentsToLabel(parts: LabelParts): Promise<void> {
  const places = await parts.database.forSystem(listLeftToPeople);
  for (const { companyId, connectionId } of places) {
    await recordNotices(parts, companyId, (tx) => planOne(parts, tx, companyId, connectionId));
  }
}

async function planOne(
  { clock, connections, baseUrl }: LabelParts,
  tx: Tx,
  companyId: string,
  connectionId: string,
): Promise<readonly PlannedNotice[]> {
  const connection = await connections.read(tx, connectionId);
  const connector = connection && connections.connector(connection.connector);
  if (!connector) return [];
  const toDay = (instant: Date) => toJapaneseText(instant).slice(0, 10);
  const day = toDay(clock.now());
  const last = await readLastNoticed(tx, companyId, toLabelKey(connectionId));
  if (last && toDay(last) === day) return [];
  const count = await countLeftToPeople(tx, connectionId, last);
  if (count === 0) return [];
  return [
    planConsentsToLabel({ connectionId, count, day }, { title: connector.title, apiDocsUrl: `${baseUrl}/api/docs` }),
  ];
}
