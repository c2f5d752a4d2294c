import { type Agency, type AgencyLack, type Company, findAgencyLack } from '../company/index.ts';
import type { Connection } from '../connector/index.ts';
import type { KnownPerson, Rejection } from '../intake/index.ts';
import { moveIntoWindow } from '../platform/business-hours.ts';
import type { Mapping } from '../platform/tables.ts';

export type Locale = 'ja' | 'en';

/** Why a person gets no letter at all. Stored and shown, so never renamed. */
export type SkipReason =
  | 'applicant-withdrew'
  | 'agency-sourced'
  | 'private'
  | 'confidential'
  | 'email-refused'
  | 'hired'
  | 'erased'
  | 'reason-skip'
  | 'sent-by-ats';

/** Why a letter waits until a person has looked; `by-hand`: a person holds it, and nothing but a person lets it go. */
export type HoldReason = 'reason-unknown' | 'reason-hold' | 'no-address' | 'blank-token' | 'by-hand' | AgencyLack;

/** Why a letter was called off before it left. */
export type CancelReason =
  | 'reinstated'
  | 'hired'
  | 'erased'
  | 'lifted'
  | 'connection-removed'
  | 'by-hand'
  /** left out when its connection went live */
  | 'too-old';

export type LetterPlan =
  | { readonly status: 'planned'; readonly dueAt: Date; readonly locale: Locale }
  | { readonly status: 'held'; readonly reason: HoldReason; readonly locale: Locale }
  | { readonly status: 'skipped'; readonly reason: SkipReason; readonly locale: Locale }
  | { readonly status: 'cancelled'; readonly reason: CancelReason; readonly locale: Locale };

/** All that decides about one letter. */
export interface LetterFacts {
  readonly rejection: Rejection;
  /** undefined: the ATS gave no address, or the person was erased. */
  readonly person: KnownPerson | undefined;
  readonly connection: Pick<Connection, 'letter' | 'mapping' | 'mode'>;
  readonly company: Company;
  readonly agency: Agency | undefined;
  /** True once somebody released this letter by hand: the rules about reasons and hours then no longer hold it. */
  readonly isReleased?: boolean;
}

/**
 * Whether this rejection gets a letter, in which language, and when. Asked when the rejection comes in and once more
 * right before sending, so that what was changed meanwhile (mapping, licence, hours) counts. Never due before `now`.
 */
export function planLetter(facts: LetterFacts, now: Date): LetterPlan {
  const { rejection, connection, company, person, isReleased = false } = facts;
  const locale = toLocale(person?.locale ?? null, company.locale);
  if (rejection.status === 'reinstated') return { status: 'cancelled', reason: 'reinstated', locale };
  const judgement = judgeRejection(rejection, connection, isReleased);
  if (judgement.letter === 'skip') return { status: 'skipped', reason: judgement.reason, locale };
  const hold = judgement.letter === 'hold' ? judgement.reason : findLack(facts, locale, now);
  if (hold) return { status: 'held', reason: hold, locale };
  return { status: 'planned', dueAt: isReleased ? now : findDue(rejection, connection, now), locale };
}

/** What of a rejection decides whether it gets a letter, as far as that lies neither with the person nor with the agency. */
export type Judged = Pick<
  Rejection,
  'status' | 'source' | 'isPrivate' | 'isConfidential' | 'canEmail' | 'decidedBy' | 'reasonRef' | 'stage'
>;

export type Judgement =
  | { readonly letter: 'send' }
  | { readonly letter: 'skip'; readonly reason: SkipReason }
  | { readonly letter: 'hold'; readonly reason: HoldReason };

/** What a connection's mapping and mode say to a rejection that stands. @param isReleased as in the facts of a letter. */
export function judgeRejection(
  rejection: Judged,
  connection: Pick<Connection, 'mapping' | 'mode'>,
  isReleased = false,
): Judgement {
  const skip =
    findSkip(rejection) ??
    (connection.mode === 'relay-sent' ? undefined : 'sent-by-ats') ??
    (isReleased ? undefined : findReasonSkip(rejection, connection));
  if (skip) return { letter: 'skip', reason: skip };
  const hold = isReleased ? undefined : findReasonHold(rejection, connection);
  return hold ? { letter: 'hold', reason: hold } : { letter: 'send' };
}

/** What nobody can release: these people are not written to. */
function findSkip(rejection: Judged): SkipReason | undefined {
  if (rejection.status === 'hired' || rejection.status === 'erased') return rejection.status;
  if (rejection.source === 'agency') return 'agency-sourced';
  if (rejection.isPrivate) return 'private';
  if (rejection.isConfidential) return 'confidential';
  return rejection.canEmail ? undefined : 'email-refused';
}

/** The company's own word about a reason stands above what the connector said. */
function findReasonSkip(rejection: Judged, connection: Pick<Connection, 'mapping'>): SkipReason | undefined {
  const { letter, decidedBy } = judgeReason(rejection, connection);
  if (letter === 'skip') return 'reason-skip';
  return letter === undefined && decidedBy === 'candidate' ? 'applicant-withdrew' : undefined;
}

function findReasonHold(rejection: Judged, connection: Pick<Connection, 'mapping'>): HoldReason | undefined {
  const { letter, decidedBy } = judgeReason(rejection, connection);
  if (letter === 'hold') return 'reason-hold';
  return letter === undefined && decidedBy === 'unknown' ? 'reason-unknown' : undefined;
}

/**
 * True for a decision that the relay may act on for somebody who comes by himself: it stands, the company took it (or
 * says that its reason gets a letter), and the person is none of those we leave alone. Whether he wants mail is no matter.
 */
export function isCompanyDecision(rejection: Rejection, connection: Pick<Connection, 'mapping'>): boolean {
  if (rejection.status !== 'current' || findSkip({ ...rejection, canEmail: true })) return false;
  const { letter, decidedBy } = judgeReason(rejection, connection);
  return letter === undefined ? decidedBy === 'company' : letter === 'send';
}

/**
 * The company's word about a rejection. What the reason's rule leaves open, its stage's says; but a stage tells nothing of
 * who decided, so its word about the letter is not asked where the applicant did.
 */
function judgeReason(rejection: Judged, { mapping }: Pick<Connection, 'mapping'>) {
  const { reason, stage } = findRules(rejection, mapping);
  const decidedBy = reason?.decidedBy ?? rejection.decidedBy;
  return { letter: reason?.letter ?? (decidedBy === 'candidate' ? undefined : stage?.letter), decidedBy };
}

/** As a rule names the letter that is always there, whatever the company's default is. Stored, so never renamed. */
export const standardRule = 'standard';

/** The template a rejection's letter is written with, should it get one: its id, or `standard`; undefined: the company's default. */
export function chooseTemplate(
  rejection: Pick<Rejection, 'reasonRef' | 'stage'>,
  { mapping }: Pick<Connection, 'mapping'>,
): string | undefined {
  const { reason, stage } = findRules(rejection, mapping);
  return reason?.template ?? stage?.template;
}

function findRules({ reasonRef, stage }: Pick<Rejection, 'reasonRef' | 'stage'>, { reasons, stages = {} }: Mapping) {
  return {
    reason: reasonRef !== null && Object.hasOwn(reasons, reasonRef) ? reasons[reasonRef] : undefined,
    stage: stage !== null && Object.hasOwn(stages, stage) ? stages[stage] : undefined,
  };
}

function findLack({ person, agency }: LetterFacts, locale: Locale, now: Date): HoldReason | undefined {
  if (!person?.email) return 'no-address';
  if (toCandidateName(person, locale) === '') return 'blank-token';
  return findAgencyLack(agency, now);
}

function findDue(rejection: Rejection, { letter }: LetterFacts['connection'], now: Date): Date {
  const afterHold = rejection.decidedAt.getTime() + letter.holdMinutes * 60_000;
  return moveIntoWindow(new Date(Math.max(afterHold, now.getTime())), letter.window);
}

/** The language to write in: the person's own when it is Japanese or English, English for any other, else the company's. */
export function toLocale(personLocale: string | null, companyLocale: Locale): Locale {
  const language = personLocale?.trim().toLowerCase().split(/[-_]/)[0];
  if (!language) return companyLocale;
  return language === 'ja' ? 'ja' : 'en';
}

type Names = Pick<KnownPerson, 'givenName' | 'familyName'>;

/** `髙﨑 一郎`, `Ichiro Takasaki`; '' where no name is known. */
export function toFullName({ givenName, familyName }: Names, locale: Locale): string {
  const order = locale === 'ja' ? [familyName, givenName] : [givenName, familyName];
  return order
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ');
}

/** How the letter calls the person: `髙﨑 一郎 様`, `Ichiro Takasaki`; '' where no name is known. */
export function toCandidateName(names: Names, locale: Locale): string {
  const name = toFullName(names, locale);
  return name !== '' && locale === 'ja' ? `${name} 様` : name;
}

/** Tries after which a mail server's "not now" is taken for a no: about a day and a half. */
export const triesAtMost = 16;

/** How long to wait after the nth refused try, in milliseconds: 1, 2, 4 … minutes, 4 hours at the most. */
export function toRetryDelay(attempts: number): number {
  return Math.min(2 ** (attempts - 1), 240) * 60_000;
}
