import type { Decision } from '../platform/tables.ts';

export type { Decision };

/** What a person may be asked to agree to. Each has a box of its own on the page, by this name. */
export const purposes = ['introduction'] as const;
export type Purpose = (typeof purposes)[number];

/** The button that was pressed. */
export const wishes = ['grant', 'decline', 'withdraw'] as const;
export type Wish = (typeof wishes)[number];

/** One recorded decision of a person. It is never changed, only followed by a later one. */
export interface Consent {
  readonly consentId: string;
  readonly companyId: string;
  readonly personId: string;
  readonly purpose: Purpose;
  readonly agencyId: string;
  /** The rejection whose letter brought the person here; null when that is not known. */
  readonly rejectionId: string | null;
  readonly decision: Decision;
  readonly decidedAt: Date;
  /** Hex SHA-256 of the exact text that was shown. */
  readonly textHash: string;
  readonly textVersion: string;
  readonly locale: 'ja' | 'en';
  /** The boxes that were ticked. */
  readonly ticks: readonly string[];
  /** What the person tells the agency; only with a grant. */
  readonly referralCode: string | null;
  readonly previousConsentId: string | null;
}

/** Where a person stands before answering. */
export interface Standing {
  readonly decision: Decision | 'none';
  /** The link grants until then; afterwards it still shows and withdraws. */
  readonly grantsUntil: Date;
  /** False while the agency may not be named (incomplete, or its licence has expired) or the rejection no longer stands. */
  readonly isOffered: boolean;
  /** True while the company has decided nothing: the link was made when the person applied. */
  readonly isAwaited?: boolean;
}

export interface Answer {
  readonly wish: Wish;
  readonly ticks: readonly Purpose[];
}

/** `unchanged`: the person already stands where the answer would lead. */
export type Verdict =
  | { readonly kind: 'record'; readonly decision: Decision }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: 'box-not-ticked' | 'not-open' };

/**
 * What an answer leads to. A "no" is never refused: declining takes a standing agreement back, and withdrawing works
 * whatever became of the offer. An agreement needs the ticked box and an open offer; it may follow any earlier "no".
 */
export function decide(standing: Standing, answer: Answer, now: Date): Verdict {
  if (answer.wish !== 'grant' && standing.decision === 'granted') return { kind: 'record', decision: 'withdrawn' };
  if (answer.wish === 'withdraw') return { kind: 'unchanged' };
  if (answer.wish === 'grant' && standing.decision === 'granted') return { kind: 'unchanged' };
  if (answer.wish === 'decline' && standing.decision !== 'none') return { kind: 'unchanged' };
  if (!isOpen(standing, now)) return { kind: 'refused', reason: 'not-open' };
  if (answer.wish === 'decline') return { kind: 'record', decision: 'declined' };
  if (!answer.ticks.includes('introduction')) return { kind: 'refused', reason: 'box-not-ticked' };
  return { kind: 'record', decision: 'granted' };
}

/** True while an agreement can be given. */
export function isOpen(standing: Standing, now: Date): boolean {
  return standing.isOffered && now <= standing.grantsUntil;
}

/**
 * `unknown`: answered like a link that never was. `closed`: a calm word that nothing can be agreed to now. `awaited`: that
 * there is nothing to answer yet.
 */
export type View = 'unknown' | 'closed' | 'awaited' | 'ask' | Decision;

/** What the page shows. A link that ran out before any answer is as good as unknown. */
export function planView(standing: Standing, now: Date): View {
  if (standing.decision !== 'none') return standing.decision;
  if (standing.isAwaited) return 'awaited';
  if (now > standing.grantsUntil) return 'unknown';
  return standing.isOffered ? 'ask' : 'closed';
}

/** Crockford's base32: no I, L, O or U, so a code survives being read aloud and typed. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Five random bytes as `K7QP-3M9X`: 40 bits, each code equally likely. */
export function toReferralCode(random: Uint8Array): string {
  const bits = random.slice(0, 5).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const letters = Array.from({ length: 8 }, (_, place) => alphabet[Number((bits >> BigInt(35 - 5 * place)) & 31n)]);
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** The address as its owner will know it again and nobody else: `t•••@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [first = ''] = email.slice(0, Math.max(at, 0));
  return at < 0 ? '•••' : `${first}•••${email.slice(at)}`;
}
