import {
  type ConfirmationRefusal,
  type CountingParts,
  confirmReferral,
  countConsents,
  countRejected,
  endWithdrawn,
  type ReferralAnswer,
  type ReversalRefusal,
  reverseReferral,
} from './count.ts';
import {
  type ReservationAnswer,
  type ReservationRequest,
  reserve,
  type SettlementAnswer,
  settle,
  sweepExpiry,
} from './spend.ts';

/** The credit room at work: it hears of consents, keeps the ledger, and lets credits be spent. */
export interface Credits {
  /** Counts a referral that waited, because the agency confirms the registration or an admin the rejection. Once. */
  confirmReferral(companyId: string, referralId: string, actor: string): Promise<ReferralAnswer<ConfirmationRefusal>>;
  /** Takes a counted referral back, while it is not yet part of a credit. */
  reverseReferral(
    companyId: string,
    referralId: string,
    reason: string,
    actor: string,
  ): Promise<ReferralAnswer<ReversalRefusal>>;
  /** Holds one credit for one introduction. The same key again gives the same reservation. */
  reserve(companyId: string, request: ReservationRequest): Promise<ReservationAnswer>;
  /** The introduction took place. @param actor `admin` by default. */
  use(reservationId: string, actor?: string): Promise<SettlementAnswer>;
  /** The introduction did not take place; the credit comes back, or expires when its end has passed. */
  release(reservationId: string, actor?: string): Promise<SettlementAnswer>;
  /** Expires every credit that has ended and is not held; gives how many. */
  sweepExpiry(): Promise<number>;
}

/** Opens the room: listens to consents, in jobs, and gives what may be asked of it. Before the jobs start. */
export function openCredits(parts: CountingParts): Credits {
  parts.events.listen('credit', 'consent-granted', (granted) => countConsents(parts, granted));
  parts.events.listen('credit', 'consent-withdrawn', (withdrawn) => endWithdrawn(parts, withdrawn));
  parts.events.listen('credit', 'rejection-recorded', (recorded) => countRejected(parts, recorded));
  return {
    confirmReferral: (companyId, referralId, actor) => confirmReferral(parts, companyId, referralId, actor),
    reverseReferral: (companyId, referralId, reason, actor) =>
      reverseReferral(parts, companyId, referralId, reason, actor),
    reserve: (companyId, request) => reserve(parts, companyId, request),
    use: (reservationId, actor = 'admin') => settle(parts, reservationId, 'used', actor),
    release: (reservationId, actor = 'admin') => settle(parts, reservationId, 'released', actor),
    sweepExpiry: () => sweepExpiry(parts),
  };
}
