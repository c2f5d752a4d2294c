import { toJapaneseDate } from '../platform/japan.ts';

/** The tenant: an employer that installed the connector. */
export interface Company {
  readonly companyId: string;
  readonly slug: string;
  readonly name: string;
  readonly locale: 'ja' | 'en';
  readonly postalAddress: string;
  readonly contactEmail: string;
  readonly createdAt: Date;
}

/** The licensed 職業紹介事業者 that introduces. */
export interface Agency {
  readonly agencyId: string;
  readonly name: string;
  readonly address: string;
  readonly representative: string;
  /** 有料職業紹介事業の許可番号, such as 13-ユ-123456. */
  readonly licenceNumber: string;
  /** Last day of the licence in Japan, YYYY-MM-DD. */
  readonly licenceExpiresOn: string;
  readonly privacyUrl: string;
  readonly registrationUrl: string;
}

/** What the agency promised, from a date on. */
export interface Terms {
  readonly termsId: string;
  readonly version: number;
  readonly effectiveFrom: Date;
  /** A referral counts when the person agrees, or when the agency confirms the registration. */
  readonly countsAt: 'consent' | 'confirmation';
  readonly perCredit: number;
  /** One person counts once within this many months. */
  readonly referralPeriodMonths: number;
  /** Months until an unused credit runs out; null: never. */
  readonly creditValidMonths: number | null;
}

export const defaultTerms: Omit<Terms, 'termsId' | 'version' | 'effectiveFrom'> = {
  countsAt: 'consent',
  perCredit: 10,
  referralPeriodMonths: 12,
  creditValidMonths: null,
};

export const agencyLacks = ['agency-missing', 'agency-incomplete', 'licence-expired'] as const;
export type AgencyLack = (typeof agencyLacks)[number];

/** Why nobody may be asked to agree to this agency now; undefined when all is in order. The last day still counts, in Japan. */
export function findAgencyLack(agency: Agency | undefined, now: Date): AgencyLack | undefined {
  if (!agency) return 'agency-missing';
  if (findAgencyBlanks(agency).length > 0) return 'agency-incomplete';
  return agency.licenceExpiresOn < toJapaneseDate(now) ? 'licence-expired' : undefined;
}

/** What an agency must be known by before anybody may be asked to agree to it. */
const agencyNeeds = [
  'name',
  'address',
  'representative',
  'licenceNumber',
  'licenceExpiresOn',
  'privacyUrl',
  'registrationUrl',
] as const satisfies readonly (keyof Agency)[];
export type AgencyNeed = (typeof agencyNeeds)[number];

/** Which of it is not known yet. */
export function findAgencyBlanks(agency: Agency): readonly AgencyNeed[] {
  return agencyNeeds.filter((need) => agency[need].trim() === '');
}
