import { type Selectable, sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import type { Mapping, MappingVersionTable } from '../platform/tables.ts';
import type { Connection } from './connections.ts';

/** A mapping that a connection has, or had. */
export interface MappingVersion {
  readonly version: number;
  readonly mapping: Mapping;
  /** As the audit log names an actor; null: made before versions were kept. */
  readonly madeBy: string | null;
  readonly madeAt: Date;
  /** The version it was made like, where somebody went back. */
  readonly restores: number | null;
}

/** Keeps the mapping of a connection as its newest version. The caller holds the connection, so two never take one number. */
export async function insertMappingVersion(
  tx: Tx,
  { connectionId, companyId, mapping }: Pick<Connection, 'connectionId' | 'companyId' | 'mapping'>,
  { madeBy, madeAt, restores }: Pick<MappingVersion, 'madeBy' | 'madeAt' | 'restores'>,
): Promise<void> {
  await tx
    .insertInto('mapping_version')
    .values((row) => ({
      connection_id: connectionId,
      company_id: companyId,
      version: row
        .selectFrom('mapping_version')
        .where('connection_id', '=', connectionId)
        .select(sql<number>`coalesce(max(version), 0) + 1`.as('next')),
      mapping: JSON.stringify(mapping),
      made_by: madeBy,
      made_at: madeAt,
      restores,
    }))
    .execute();
}

/** Newest first. @param page `before`: only older ones than this. */
export async function listMappingVersions(
  tx: Tx,
  connectionId: string,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly MappingVersion[]> {
  let query = tx.selectFrom('mapping_version').selectAll().where('connection_id', '=', connectionId);
  if (page.before !== undefined) query = query.where('version', '<', page.before);
  const rows = await query.orderBy('version', 'desc').limit(page.limit).execute();
  return rows.map(toVersion);
}

export async function readMappingVersion(
  tx: Tx,
  connectionId: string,
  version: number,
): Promise<MappingVersion | undefined> {
  const [found] = await listMappingVersions(tx, connectionId, { before: version + 1, limit: 1 });
  return found?.version === version ? found : undefined;
}

function toVersion(row: Selectable<MappingVersionTable>): MappingVersion {
  return {
    version: row.version,
    mapping: row.mapping,
    madeBy: row.made_by,
    madeAt: row.made_at,
    restores: row.restores,
  };
}
