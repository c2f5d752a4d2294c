import type { DecidedBy, RejectionStatus, Source } from '../platform/tables.ts';

/** Our normal form of "this company decided against this application at this instant". */
export interface Rejection {
  readonly rejectionId: string;
  readonly companyId: string;
  readonly connectionId: string;
  /** Nobody when the ATS gave no address, or after an erasure. */
  readonly personId: string | null;
  readonly applicationRef: string;
  readonly candidateRef: string;
  readonly decidedAt: Date;
  readonly decidedBy: DecidedBy;
  readonly reasonRef: string | null;
  readonly reason: string | null;
  readonly stage: string | null;
  readonly job: string | null;
  readonly source: Source;
  readonly isPrivate: boolean;
  readonly isConfidential: boolean;
  readonly canEmail: boolean;
  readonly status: RejectionStatus;
}

/** One human inside one company. */
export interface KnownPerson {
  readonly personId: string;
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  /** BCP 47 as the ATS gave it, or null. */
  readonly locale: string | null;
}

/** Whether a rejection still stands in the ATS, asked just now. */
export type Recheck = 'stands' | 'lifted';

/**
 * One mailbox written in different ways is one person: NFKC width, case and spaces are folded, nothing else.
 * Plus-tags and dots stay: they are other mailboxes at some providers.
 */
export function normaliseEmail(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase();
}
