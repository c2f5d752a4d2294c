import { listTerms } from '../company/index.ts';
import type { Database, Tx } from '../platform/database.ts';
import { type Mismatch, openCheck } from './check.ts';
import type { LedgerPlace } from './ledger.ts';
import { holdLedger, readPlaces, readPostings, readRows } from './store.ts';

/** Postings read together: bounds the memory, whatever the length of a ledger. */
const readTogether = 1_000;

/**
 * Checks every ledger, of one company or of all: each posting balances and follows the one before, nobody ever held
 * less than nothing, and every row says what the postings say. Writers of a ledger wait while it is read.
 * @returns what is wrong; nothing when all is well.
 */
export async function verifyLedger(database: Database, companyId?: string): Promise<readonly Mismatch[]> {
  const places = await database.forSystem((tx) => readPlaces(tx, companyId));
  const mismatches: Mismatch[] = [];
  for (const place of places) {
    mismatches.push(...(await database.forCompany(place.companyId, (tx) => verifyPlace(tx, place))));
  }
  return mismatches;
}

async function verifyPlace(tx: Tx, place: LedgerPlace): Promise<readonly Mismatch[]> {
  const { balances } = await holdLedger(tx, place, 'reading');
  const check = openCheck(place, await listTerms(tx, place.agencyId));
  for (let after = 0, isMore = true; isMore; ) {
    const postings = await readPostings(tx, place, after, readTogether);
    for (const posting of postings) check.take(posting);
    after = postings.at(-1)?.seq ?? after;
    isMore = postings.length === readTogether;
  }
  return check.finish({ ...(await readRows(tx, place)), balances });
}
