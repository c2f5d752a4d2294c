import type { Database, Tx } from '../platform/database.ts';
import type { Account, Asset, PostingKind } from '../platform/tables.ts';
import { assetOf, type Balances, emptyBalances, type LedgerPlace, type Posting } from './ledger.ts';
import { readBalancesAt, readPostings, type Span } from './store.ts';

/** A ledger with a name: that of the agency. */
export interface StatementPlace extends LedgerPlace {
  readonly agencyName: string;
}

/** One entry of a posting, or what stands in an account at one end of the period. */
export interface StatementLine {
  readonly agencyName: string;
  readonly kind: PostingKind | 'opening' | 'closing';
  /** Both null at the ends. */
  readonly seq: number | null;
  readonly postingId: string | null;
  readonly at: Date | null;
  readonly account: Account;
  readonly asset: Asset;
  /** Whole units; above 0 a debit, below 0 a credit. */
  readonly amount: number;
  /** Of this account, after this line. */
  readonly balance: number;
  readonly reason: string | null;
  /** The referral, the reservation or else the credit it is about. */
  readonly subject: string | null;
  /** Who did it, as the audit log names people; null: it followed by itself. */
  readonly actor: string | null;
}

/** The company's ledgers, those of earlier agencies among them, the oldest first. */
export async function listStatementPlaces(tx: Tx, companyId: string): Promise<readonly StatementPlace[]> {
  const rows = await tx
    .selectFrom('agency')
    .select(['agency_id', 'name'])
    .where('company_id', '=', companyId)
    .orderBy('agency_id')
    .execute();
  return rows.map((row) => ({ companyId, agencyId: row.agency_id, agencyName: row.name }));
}

/** Postings read together: bounds the memory, whatever the length of a ledger. */
const readTogether = 500;

/**
 * The statement of one ledger for a span of time, some lines at a time, each batch read in a transaction of its own:
 * what stood in each account before, every entry in order, and what stands there after. Nothing posted after it began
 * is missed or counted twice: a posting is never changed, and numbers only grow.
 */
export async function* readStatement(
  database: Pick<Database, 'forCompany'>,
  place: StatementPlace,
  span: Span,
): AsyncGenerator<readonly StatementLine[]> {
  const { companyId } = place;
  const opening = span.from;
  let balances: Balances = opening
    ? await database.forCompany(companyId, (tx) => readBalancesAt(tx, place, opening))
    : emptyBalances;
  yield toEnds(place, 'opening', balances);
  let after = 0;
  let isMore = true;
  while (isMore) {
    const { postings, actors } = await database.forCompany(companyId, async (tx) => {
      const found = await readPostings(tx, place, after, readTogether, span);
      return { postings: found, actors: await readActors(tx, companyId, found) };
    });
    const taken = toLines(place, postings, balances, actors);
    balances = taken.balances;
    if (taken.lines.length > 0) yield taken.lines;
    after = postings.at(-1)?.seq ?? after;
    isMore = postings.length === readTogether;
  }
  yield toEnds(place, 'closing', balances);
}

const accounts = Object.keys(emptyBalances) as readonly Account[]; // the keys of an object of all accounts

function toEnds({ agencyName }: StatementPlace, kind: 'opening' | 'closing', balances: Balances) {
  const nothing = { seq: null, postingId: null, at: null, reason: null, subject: null, actor: null };
  return accounts.map((account): StatementLine => {
    const balance = balances[account];
    return { agencyName, kind, ...nothing, account, asset: assetOf[account], amount: 0, balance };
  });
}

function toLines(
  { agencyName }: StatementPlace,
  postings: readonly Posting[],
  before: Balances,
  actors: ReadonlyMap<string, string>,
): { readonly lines: readonly StatementLine[]; readonly balances: Balances } {
  const balances = { ...before };
  const lines = postings.flatMap((posting) => {
    const { seq, postingId, kind, postedAt: at, reason, entries } = posting;
    const subject = toSubject(posting);
    const actor = actors.get(toKey(kind, subject)) ?? null;
    return entries.map(({ account, amount }): StatementLine => {
      balances[account] += amount;
      const about = { agencyName, kind, seq, postingId, at, reason, subject, actor };
      return { ...about, account, asset: assetOf[account], amount, balance: balances[account] };
    });
  });
  return { lines, balances };
}

const toSubject = ({ referralId, reservationId, creditId }: Posting) => reservationId ?? referralId ?? creditId;
const toKey = (kind: string, subject: string | null) => `${kind} ${subject}`;

/** What the audit log calls that which people do to a ledger. The rest follows by itself. */
const actionOf = {
  'referral-counted': 'referral.confirmed',
  'referral-reversed': 'referral.reversed',
  'credit-reserved': 'credit.reserved',
  'credit-used': 'credit.used',
  'credit-released': 'credit.released',
} as const satisfies Partial<Record<PostingKind, string>>;
const kindOf = new Map<string, string>(Object.entries(actionOf).map(([kind, action]) => [action, kind]));

/** Who made each posting that a person made, by its kind and subject. */
async function readActors(
  tx: Tx,
  companyId: string,
  postings: readonly Posting[],
): Promise<ReadonlyMap<string, string>> {
  const subjects = [...new Set(postings.flatMap((posting) => toSubject(posting) ?? []))];
  if (subjects.length === 0) return new Map();
  const rows = await tx
    .selectFrom('audit_entry')
    .select(['subject', 'action', 'actor'])
    .where('company_id', '=', companyId)
    .where('subject', 'in', subjects)
    .where('action', 'in', [...kindOf.keys()])
    .orderBy('seq')
    .execute();
  return new Map(rows.map(({ subject, action, actor }) => [toKey(kindOf.get(action) ?? '', subject), actor]));
}
