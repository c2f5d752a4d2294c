import { type Selectable, sql } from 'kysely';
import type { Connection } from '../connector/index.ts';
import type { Tx } from '../platform/database.ts';
import type { Mapping, RejectionTable } from '../platform/tables.ts';
import { type FactSource, readFacts } from './facts.ts';
import { type Alike, type EffectInput, findEffect, type MappingPreview } from './mapping-effect.ts';
import { toPlan } from './plan.ts';
import { listHeld } from './store.ts';
import { listTemplates } from './wording/store.ts';

const lettersAtOnce = 500;

/**
 * What would change if this were the connection's mapping: told by what plans letters, and nothing is written.
 * @param span `since`: from when on rejections are looked at; letters are looked at however old they are.
 */
export async function previewMapping(
  parts: FactSource,
  tx: Tx,
  connection: Connection,
  mapping: Mapping,
  span: { readonly since: Date; readonly now: Date },
): Promise<MappingPreview> {
  const after = { ...connection, mapping };
  return findEffect({
    before: connection,
    after,
    usual: (await listTemplates(tx, connection.companyId)).find(({ isDefault }) => isDefault)?.id,
    lately: await countLately(tx, connection, span.since),
    planned: await countPlannedAlike(tx, connection),
    held: await planHeldAnew(parts, tx, after, span.now),
  });
}

/** As `replanMapped` does it once the mapping stands. */
async function planHeldAnew(
  parts: FactSource,
  tx: Tx,
  connection: Connection,
  now: Date,
): Promise<EffectInput['held']> {
  const { companyId, connectionId } = connection;
  const planned: EffectInput['held'][number][] = [];
  for (let after: string | undefined, isMore = true; isMore; ) {
    const held = await listHeld(tx, { companyId, connectionIds: [connectionId], after, limit: lettersAtOnce });
    const refs = held.map(({ rejectionId }) => rejectionId);
    const facts = await readFacts(parts, tx, companyId, refs);
    for (const { rejectionId, isReleased } of held) {
      const known = facts.get(rejectionId);
      if (!known) continue;
      const { status } = toPlan({ ...known, connection }, now, isReleased);
      planned.push({ reasonRef: known.rejection.reasonRef, status });
    }
    after = held.at(-1)?.letterId;
    isMore = held.length === lettersAtOnce;
  }
  return planned;
}

const judgedColumns = [
  'rejection.status',
  'rejection.source',
  'rejection.is_private',
  'rejection.is_confidential',
  'rejection.can_email',
  'rejection.decided_by',
  'rejection.reason_ref',
  'rejection.stage',
] as const;

/** Many rejections, few that are judged differently: the database counts them. */
async function countLately(tx: Tx, { connectionId }: Connection, since: Date): Promise<readonly Alike[]> {
  const rows = await tx
    .selectFrom('rejection')
    .select(judgedColumns)
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('connection_id', '=', connectionId)
    .where('decided_at', '>=', since)
    .where('status', '=', 'current')
    .groupBy(judgedColumns)
    .execute();
  return rows.map(toAlike);
}

async function countPlannedAlike(tx: Tx, { connectionId }: Connection): Promise<readonly Alike[]> {
  const rows = await tx
    .selectFrom('letter')
    .innerJoin('rejection', 'rejection.rejection_id', 'letter.rejection_id')
    .select(judgedColumns)
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('letter.connection_id', '=', connectionId)
    .where('letter.status', '=', 'planned')
    .where('letter.released_at', 'is', null)
    .where('rejection.status', '=', 'current')
    .groupBy(judgedColumns)
    .execute();
  return rows.map(toAlike);
}

type AlikeRow = { readonly count: number } & Pick<
  Selectable<RejectionTable>,
  'status' | 'source' | 'is_private' | 'is_confidential' | 'can_email' | 'decided_by' | 'reason_ref' | 'stage'
>;

function toAlike(row: AlikeRow): Alike {
  return {
    status: row.status,
    source: row.source,
    isPrivate: row.is_private,
    isConfidential: row.is_confidential,
    canEmail: row.can_email,
    decidedBy: row.decided_by,
    reasonRef: row.reason_ref,
    stage: row.stage,
    count: row.count,
  };
}
