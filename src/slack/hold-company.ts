import { sql } from 'kysely';
import type { Tx } from '../platform/database.ts';

/**
 * Holds back whatever else records notices of the company, or changes its tie and its places, until this transaction
 * ends. Taken before any row; then come the workspace, notices by their ids, places, and the company's row with its
 * audit line last: so no two can wait for each other.
 */
export async function holdCompany(tx: Tx, companyId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`notice ${companyId}`}, 0))`.execute(tx);
}
