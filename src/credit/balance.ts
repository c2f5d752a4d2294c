import { defaultTerms, listTerms, readAgency } from '../company/index.ts';
import type { Tx } from '../platform/database.ts';
import { findTerms } from './model.ts';
import { readBalances } from './store.ts';

/** Whole referrals and whole credits. */
export interface Balance {
  readonly referrals: {
    /** Ever counted, less those reversed. */
    readonly counted: number;
    /** Of them, not yet part of a credit. */
    readonly towardsNext: number;
    /** How many make one credit, by the terms in force. */
    readonly perCredit: number;
  };
  readonly credits: {
    readonly available: number;
    readonly reserved: number;
    readonly used: number;
    readonly expired: number;
  };
}

/** What a company has, as the sum of its ledger. @param at decides which terms are in force; without it, the newest. */
export async function readBalance(tx: Tx, companyId: string, at?: Date): Promise<Balance> {
  const agency = await readAgency(tx, companyId);
  if (!agency) return { referrals: { counted: 0, towardsNext: 0, perCredit: defaultTerms.perCredit }, credits: none };
  const terms = await listTerms(tx, agency.agencyId);
  const { perCredit } = (at ? findTerms(terms, at) : terms.at(-1)) ?? defaultTerms;
  const balances = await readBalances(tx, { companyId, agencyId: agency.agencyId });
  const { world, counted, available, reserved, used, expired } = balances;
  return {
    // What came out of the world is what was counted, less what was put back. (0 - x: a plain minus would give -0.)
    referrals: { counted: 0 - world, towardsNext: counted, perCredit },
    credits: { available, reserved, used, expired },
  };
}

const none = { available: 0, reserved: 0, used: 0, expired: 0 };
