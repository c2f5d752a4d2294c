export { type Balance, readBalance } from './balance.ts';
export type { Mismatch, MismatchCode } from './check.ts';
export type { ConfirmationRefusal, ReferralAnswer, ReversalRefusal } from './count.ts';
export { type Credits, openCredits } from './credits.ts';
export type { Entry } from './ledger.ts';
export type { Referral } from './model.ts';
export {
  countReferralsByWeek,
  listEndingCredits,
  listOpenReservations,
  type OpenReservation,
  type Projection,
  readProjection,
} from './outlook.ts';
export type { ReservationAnswer, ReservationRequest, SettlementAnswer } from './spend.ts';
export { listStatementPlaces, readStatement, type StatementLine, type StatementPlace } from './statement.ts';
export {
  type ListedEntry,
  type ListedReferral,
  listEntries,
  listReferrals,
  type PlacedReferral,
  type PlacedReservation,
  readReferral,
  readReservation,
} from './store.ts';
export { verifyLedger } from './verify.ts';
