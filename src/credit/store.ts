import { type Selectable, sql } from 'kysely';
import type { Tx } from '../platform/database.ts';
import { type Page, type PageRequest, toPage } from '../platform/page.ts';
import type {
  Account,
  CreditReservationTable,
  CreditTable,
  LedgerPostingTable,
  PostingKind,
  ReferralTable,
} from '../platform/tables.ts';
import {
  assetOf,
  type Balances,
  type Entry,
  emptyBalances,
  type Ledger,
  type LedgerPlace,
  type Posting,
} from './ledger.ts';
import {
  type Change,
  type Credit,
  type Referral,
  type Reservation,
  type Standing,
  waitsForRejection,
} from './model.ts';

/**
 * Reads where a ledger stands and holds it until the transaction ends: its writers go one after another, so each
 * begins from what the one before left. @param hold `reading` lets other readers in.
 */
export async function holdLedger(tx: Tx, place: LedgerPlace, hold: 'writing' | 'reading' = 'writing'): Promise<Ledger> {
  await holdPlace(tx, place, hold);
  const balances = await readBalances(tx, place);
  const last = await tx
    .selectFrom('ledger_posting')
    .select(['seq', 'hash'])
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { companyId, agencyId } = place;
  return { companyId, agencyId, balances, seq: last?.seq ?? 0, hash: last?.hash ?? '' };
}

/** Holds a ledger without reading it. */
export async function holdPlace(tx: Tx, place: LedgerPlace, hold: 'writing' | 'reading' = 'writing'): Promise<void> {
  // The agency's row is the lock. "No key update", because a consent that names the agency need not wait for it.
  const agency = tx.selectFrom('agency').select('agency_id').where('agency_id', '=', place.agencyId);
  await (hold === 'writing' ? agency.forNoKeyUpdate() : agency.forShare()).executeTakeFirstOrThrow();
}

/** The sum of entries in each account, up to and with a posting when `seq` names one. */
export async function readBalances(tx: Tx, place: LedgerPlace, seq?: number): Promise<Balances> {
  let query = tx
    .selectFrom('ledger_entry')
    .select(['account', sql<number>`sum(amount)::integer`.as('balance')])
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId);
  if (seq !== undefined) query = query.where('seq', '<=', seq);
  const rows = await query.groupBy('account').execute();
  return { ...emptyBalances, ...Object.fromEntries(rows.map(({ account, balance }) => [account, balance])) };
}

/** What counting must know: every referral of these people, and those that count towards the next credit. */
export async function readStanding(tx: Tx, place: LedgerPlace, personIds: readonly string[]): Promise<Standing> {
  const rows = await tx
    .selectFrom('referral')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .where((row) =>
      row.or([
        row('person_id', '=', sql<string>`any(${sql.val([...personIds])}::uuid[])`),
        row.and([row('status', '=', 'counted'), row('credit_id', 'is', null)]),
      ]),
    )
    .orderBy('counted_at')
    .orderBy('referral_id')
    .execute();
  const people = new Set(personIds);
  const referrals = rows.map(toReferral);
  return {
    ofPeople: referrals.filter(({ personId }) => people.has(personId)),
    pending: referrals.filter(({ status, creditId }) => status === 'counted' && creditId === null),
  };
}

/** The referrals of these people that wait for a rejection to be known. */
export async function readUnrejected(
  tx: Tx,
  place: LedgerPlace,
  personIds: readonly string[],
): Promise<readonly Referral[]> {
  const rows = await tx
    .selectFrom('referral')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .where('person_id', 'in', personIds)
    .where('status', '=', 'waiting')
    .execute();
  return rows.map(toReferral).filter(waitsForRejection);
}

export interface PlacedReferral extends LedgerPlace {
  readonly referral: Referral;
}

/** A referral and the ledger it belongs to. */
export async function readReferral(tx: Tx, referralId: string): Promise<PlacedReferral | undefined> {
  const row = await tx.selectFrom('referral').selectAll().where('referral_id', '=', referralId).executeTakeFirst();
  return row && { companyId: row.company_id, agencyId: row.agency_id, referral: toReferral(row) };
}

export interface PlacedReservation extends LedgerPlace {
  readonly reservation: Reservation;
}

/** A reservation and the ledger it belongs to. */
export async function readReservation(tx: Tx, reservationId: string): Promise<PlacedReservation | undefined> {
  const row = await tx
    .selectFrom('credit_reservation')
    .selectAll()
    .where('reservation_id', '=', reservationId)
    .executeTakeFirst();
  return row && { companyId: row.company_id, agencyId: row.agency_id, reservation: toReservation(row) };
}

/** The reservation that a key once made. */
export async function readReservedByKey(tx: Tx, companyId: string, key: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('ledger_posting')
    .select('reservation_id')
    .where('company_id', '=', companyId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
  return row?.reservation_id ?? undefined;
}

export async function readAvailableCredits(tx: Tx, place: LedgerPlace): Promise<readonly Credit[]> {
  const rows = await tx
    .selectFrom('credit')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .where('status', '=', 'available')
    .execute();
  return rows.map(toCredit);
}

/** The credit a reservation holds, or has used. */
export async function readHeldCredit(tx: Tx, reservationId: string): Promise<Credit | undefined> {
  const row = await tx.selectFrom('credit').selectAll().where('reservation_id', '=', reservationId).executeTakeFirst();
  return row && toCredit(row);
}

/** The ledgers that hold an available credit which has ended. System transaction. */
export async function readEndedPlaces(tx: Tx, now: Date): Promise<readonly LedgerPlace[]> {
  const rows = await tx
    .selectFrom('credit')
    .select(['company_id', 'agency_id'])
    .distinct()
    .where('status', '=', 'available')
    .where('expires_at', '<=', now)
    .execute();
  return rows.map((row) => ({ companyId: row.company_id, agencyId: row.agency_id }));
}

/** Every ledger there is, of one company or of all. */
export async function readPlaces(tx: Tx, companyId?: string): Promise<readonly LedgerPlace[]> {
  let query = tx.selectFrom('agency').select(['company_id', 'agency_id']).orderBy('company_id').orderBy('agency_id');
  if (companyId) query = query.where('company_id', '=', companyId);
  return (await query.execute()).map((row) => ({ companyId: row.company_id, agencyId: row.agency_id }));
}

/** Writes a change: a statement for each table, however many rows. Foreign keys are looked at when it commits. */
export async function saveChange(tx: Tx, change: Change): Promise<void> {
  await saveReferrals(tx, change);
  await saveReservations(tx, change);
  await saveCredits(tx, change);
  await savePostings(tx, change);
}

async function saveReferrals(tx: Tx, { ledger, referrals }: Change): Promise<void> {
  if (referrals.length === 0) return;
  await tx
    .insertInto('referral')
    .values(
      referrals.map((referral) => ({
        referral_id: referral.referralId,
        company_id: ledger.companyId,
        agency_id: ledger.agencyId,
        person_id: referral.personId,
        consent_id: referral.consentId,
        terms_id: referral.termsId,
        referral_code: referral.referralCode,
        status: referral.status,
        reason: referral.reason,
        agreed_at: referral.agreedAt,
        counted_at: referral.countedAt,
        credit_id: referral.creditId,
        created_at: referral.createdAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('referral_id').doUpdateSet((row) => ({
        status: row.ref('excluded.status'),
        reason: row.ref('excluded.reason'),
        counted_at: row.ref('excluded.counted_at'),
        credit_id: row.ref('excluded.credit_id'),
      })),
    )
    .execute();
}

async function saveReservations(tx: Tx, { ledger, reservations }: Change): Promise<void> {
  if (reservations.length === 0) return;
  await tx
    .insertInto('credit_reservation')
    .values(
      reservations.map((reservation) => ({
        reservation_id: reservation.reservationId,
        company_id: ledger.companyId,
        agency_id: ledger.agencyId,
        status: reservation.status,
        reason: reservation.reason,
        reserved_at: reservation.reservedAt,
        settled_at: reservation.settledAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('reservation_id').doUpdateSet((row) => ({
        status: row.ref('excluded.status'),
        settled_at: row.ref('excluded.settled_at'),
      })),
    )
    .execute();
}

async function saveCredits(tx: Tx, { ledger, credits }: Change): Promise<void> {
  if (credits.length === 0) return;
  await tx
    .insertInto('credit')
    .values(
      credits.map((credit) => ({
        credit_id: credit.creditId,
        company_id: ledger.companyId,
        agency_id: ledger.agencyId,
        terms_id: credit.termsId,
        status: credit.status,
        reservation_id: credit.reservationId,
        granted_at: credit.grantedAt,
        expires_at: credit.expiresAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('credit_id').doUpdateSet((row) => ({
        status: row.ref('excluded.status'),
        reservation_id: row.ref('excluded.reservation_id'),
      })),
    )
    .execute();
}

async function savePostings(tx: Tx, { ledger, postings }: Change): Promise<void> {
  if (postings.length === 0) return;
  const place = { company_id: ledger.companyId, agency_id: ledger.agencyId };
  await tx
    .insertInto('ledger_posting')
    .values(
      postings.map((posting) => ({
        ...place,
        posting_id: posting.postingId,
        terms_id: posting.termsId,
        idempotency_key: posting.key,
        kind: posting.kind,
        seq: posting.seq,
        referral_id: posting.referralId,
        credit_id: posting.creditId,
        reservation_id: posting.reservationId,
        reason: posting.reason,
        posted_at: posting.postedAt,
        prev_hash: posting.prevHash,
        hash: posting.hash,
      })),
    )
    .execute();
  await tx
    .insertInto('ledger_entry')
    .values(
      postings.flatMap(({ seq, entries }) =>
        entries.map(({ account, amount }) => ({ ...place, seq, account, asset: assetOf[account], amount })),
      ),
    )
    .execute();
}

/** From an instant on, up to another. */
export interface Span {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Postings in order, `limit` at the most, after the one of number `after`; of a span of time, where one is given. */
export async function readPostings(
  tx: Tx,
  place: LedgerPlace,
  after: number,
  limit: number,
  { from, to }: Span = {},
): Promise<readonly Posting[]> {
  let query = tx
    .selectFrom('ledger_posting')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .where('seq', '>', after);
  if (from) query = query.where('posted_at', '>=', from);
  if (to) query = query.where('posted_at', '<', to);
  const rows = await query.orderBy('seq').limit(limit).execute();
  return toPostings(tx, place, rows);
}

/** The sum of entries in each account of what was posted before an instant. */
export async function readBalancesAt(tx: Tx, place: LedgerPlace, before: Date): Promise<Balances> {
  const rows = await tx
    .selectFrom('ledger_entry')
    .innerJoin('ledger_posting', (join) =>
      join
        .onRef('ledger_posting.company_id', '=', 'ledger_entry.company_id')
        .onRef('ledger_posting.agency_id', '=', 'ledger_entry.agency_id')
        .onRef('ledger_posting.seq', '=', 'ledger_entry.seq'),
    )
    .select(['account', sql<number>`sum(amount)::integer`.as('balance')])
    .where('ledger_entry.company_id', '=', place.companyId)
    .where('ledger_entry.agency_id', '=', place.agencyId)
    .where('posted_at', '<', before)
    .groupBy('account')
    .execute();
  return { ...emptyBalances, ...Object.fromEntries(rows.map(({ account, balance }) => [account, balance])) };
}

async function toPostings(
  tx: Tx,
  place: LedgerPlace,
  rows: readonly Selectable<LedgerPostingTable>[],
): Promise<readonly Posting[]> {
  if (rows.length === 0) return [];
  const seqs = rows.map(({ seq }) => seq);
  const entries = await tx
    .selectFrom('ledger_entry')
    .select(['seq', 'account', 'amount'])
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .where('seq', '>=', Math.min(...seqs))
    .where('seq', '<=', Math.max(...seqs))
    .orderBy('seq')
    .orderBy('account')
    .execute();
  const bySeq = Map.groupBy(entries, ({ seq }) => seq);
  return rows.map((row) => toPosting(row, bySeq.get(row.seq) ?? []));
}

function toPosting(
  row: Selectable<LedgerPostingTable>,
  entries: readonly { readonly account: Account; readonly amount: number }[],
): Posting {
  return {
    postingId: row.posting_id,
    key: row.idempotency_key,
    kind: row.kind,
    termsId: row.terms_id,
    seq: row.seq,
    referralId: row.referral_id,
    creditId: row.credit_id,
    reservationId: row.reservation_id,
    reason: row.reason,
    postedAt: row.posted_at,
    prevHash: row.prev_hash,
    hash: row.hash,
    entries: entries.map(({ account, amount }) => ({ account, amount })),
  };
}

/** All rows beside the postings, for checking them against each other. */
export async function readRows(
  tx: Tx,
  place: LedgerPlace,
): Promise<{
  readonly referrals: readonly Referral[];
  readonly credits: readonly Credit[];
  readonly reservations: readonly Reservation[];
}> {
  const referrals = await tx
    .selectFrom('referral')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .execute();
  const credits = await tx
    .selectFrom('credit')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .execute();
  const reservations = await tx
    .selectFrom('credit_reservation')
    .selectAll()
    .where('company_id', '=', place.companyId)
    .where('agency_id', '=', place.agencyId)
    .execute();
  return {
    referrals: referrals.map(toReferral),
    credits: credits.map(toCredit),
    reservations: reservations.map(toReservation),
  };
}

export interface ListedEntry {
  /** The posting's id. */
  readonly id: string;
  readonly seq: number;
  readonly kind: PostingKind;
  readonly postedAt: Date;
  readonly referralId: string | null;
  readonly creditId: string | null;
  readonly reservationId: string | null;
  readonly reason: string | null;
  readonly entries: readonly Entry[];
  /** Balances after it. */
  readonly available: number;
  readonly towardsNext: number;
}

/** One item per posting with its entries, newest first. */
export async function listEntries(
  tx: Tx,
  request: PageRequest & { readonly companyId: string },
): Promise<Page<ListedEntry>> {
  // A company has one agency, so its postings are one ledger, in the order of their numbers.
  let query = tx.selectFrom('ledger_posting').selectAll().where('company_id', '=', request.companyId);
  if (request.cursor) {
    const { companyId, cursor } = request;
    query = query.where('seq', '<', (posting) =>
      posting
        .selectFrom('ledger_posting')
        .select('seq')
        .where('company_id', '=', companyId)
        .where('posting_id', '=', cursor),
    );
  }
  const rows = await query
    .orderBy('seq', 'desc')
    .limit(request.limit + 1)
    .execute();
  const [newest] = rows;
  if (!newest) return { items: [], nextCursor: null };
  const place = { companyId: newest.company_id, agencyId: newest.agency_id };
  const postings = await toPostings(tx, place, rows);
  return toPage(toListedEntries(postings, await readBalances(tx, place, newest.seq)), request.limit);
}

/** Walks back from the newest: what a posting moved is taken off to see the balance before it. */
function toListedEntries(postings: readonly Posting[], newest: Balances): readonly ListedEntry[] {
  let { available, counted } = newest;
  return postings.map((posting) => {
    const { postingId, seq, kind, postedAt, referralId, creditId, reservationId, reason, entries } = posting;
    const about = { seq, kind, postedAt, referralId, creditId, reservationId, reason };
    const listed = { id: postingId, ...about, entries, available, towardsNext: counted };
    available -= sumOf(entries, 'available');
    counted -= sumOf(entries, 'counted');
    return listed;
  });
}

function sumOf(entries: readonly Entry[], account: Account): number {
  return entries.filter((entry) => entry.account === account).reduce((sum, { amount }) => sum + amount, 0);
}

export interface ListedReferral extends Omit<Referral, 'referralId' | 'createdAt'> {
  readonly id: string;
}

/** Newest first. */
export async function listReferrals(
  tx: Tx,
  request: PageRequest & { readonly companyId: string },
): Promise<Page<ListedReferral>> {
  let query = tx.selectFrom('referral').selectAll().where('company_id', '=', request.companyId);
  if (request.cursor) query = query.where('referral_id', '<', request.cursor);
  const rows = await query
    .orderBy('referral_id', 'desc')
    .limit(request.limit + 1)
    .execute();
  return toPage(rows.map(toListedReferral), request.limit);
}

function toListedReferral(row: Selectable<ReferralTable>): ListedReferral {
  const { referralId, createdAt: _, ...referral } = toReferral(row);
  return { id: referralId, ...referral };
}

function toReferral(row: Selectable<ReferralTable>): Referral {
  return {
    referralId: row.referral_id,
    personId: row.person_id,
    consentId: row.consent_id,
    termsId: row.terms_id,
    referralCode: row.referral_code,
    status: row.status,
    reason: row.reason,
    agreedAt: row.agreed_at,
    countedAt: row.counted_at,
    creditId: row.credit_id,
    createdAt: row.created_at,
  };
}

function toCredit(row: Selectable<CreditTable>): Credit {
  return {
    creditId: row.credit_id,
    termsId: row.terms_id,
    status: row.status,
    reservationId: row.reservation_id,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
  };
}

function toReservation(row: Selectable<CreditReservationTable>): Reservation {
  return {
    reservationId: row.reservation_id,
    status: row.status,
    reason: row.reason,
    reservedAt: row.reserved_at,
    settledAt: row.settled_at,
  };
}
