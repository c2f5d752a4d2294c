import { type ErrorCode, errorCodes } from '../../platform/error-codes.ts';
import { dayMs, toJapaneseDate, toJapaneseMinute } from '../../platform/japan.ts';
import type { LetterStatus } from '../../platform/tables.ts';
import type { NoticeKind, Tokens } from './kinds.ts';
import type { PlannedNotice } from './planned.ts';

/** Progress is told when this many people or fewer are missing to the next credit. */
const toldFrom = 3;

/** The progress notice of one counted referral; undefined when it is too early, or the credit is just earned. */
export function planProgress(counted: {
  readonly postingId: string;
  readonly towardsNext: number;
  readonly perCredit: number;
}): PlannedNotice | undefined {
  const { postingId, towardsNext, perCredit } = counted;
  const missing = perCredit - towardsNext;
  if (towardsNext === 0 || missing < 1 || missing > toldFrom) return undefined;
  return planGrouped('progress', postingId, { missing, towardsNext, perCredit, postingId });
}

export function planCreditEarned({ postingId, available }: Posted): PlannedNotice {
  return planGrouped('credit-earned', postingId, { earned: 1, available, postingId });
}

export function planCreditReserved(reserved: Settled): PlannedNotice {
  return planSettled('credit-reserved', reserved);
}

export function planCreditUsed(used: Settled): PlannedNotice {
  return planSettled('credit-used', used);
}

export function planCreditReleased(released: Settled): PlannedNotice {
  return planSettled('credit-released', released);
}

export function planCreditExpired({
  postingId,
  credits,
  available,
}: Posted & { readonly credits: number }): PlannedNotice {
  return planSingle('credit-expired', postingId, { credits, available });
}

interface Posted {
  readonly postingId: string;
  readonly available: number;
}

interface Settled {
  readonly reservationId: string;
  readonly available: number;
}

function planSettled(kind: NoticeKind, { reservationId, available }: Settled): PlannedNotice {
  return planSingle(kind, reservationId, { available, reservationId });
}

export interface EndingCredit {
  readonly creditId: string;
  readonly expiresAt: Date;
}

/** How many days before its end a credit is told, each once. */
const endingDays = [7, 30] as const;
/** Credits that end later than this are not told yet. In milliseconds. */
export const endingMs = 30 * dayMs;

/** Tells of credits that end soon: those that end on one day in Japan together, once 30 and once 7 days before. */
export function planCreditsExpiring(credits: readonly EndingCredit[], now: Date): readonly PlannedNotice[] {
  const toldNow = credits.flatMap((credit) => {
    const leftMs = credit.expiresAt.getTime() - now.getTime();
    const before = endingDays.find((days) => leftMs > 0 && leftMs <= days * dayMs);
    return before === undefined ? [] : [{ ...credit, before, leftMs, day: toJapaneseDate(credit.expiresAt) }];
  });
  return [...Map.groupBy(toldNow, ({ day, before }) => `${day} ${before}`).values()].flatMap((together) => {
    const [first] = together;
    if (!first) return [];
    return [
      {
        ...whole,
        kind: 'credit-expiring' as const,
        factKeys: together.map(({ creditId, before }) => `credit-expiring:${creditId}:${before}`),
        tokens: { credits: together.length, expiresOn: first.day, days: Math.ceil(first.leftMs / dayMs) },
      },
    ];
  });
}

/** A letter as the notices need it, read anew each time. Names only where the person is not erased. */
export interface NoticedLetter {
  readonly letterId: string;
  readonly connectionId: string;
  readonly job: string | null;
  readonly status: LetterStatus;
  readonly reason: string | null;
  readonly dueAt: Date | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
}

/** What notices of letters are known by; one that tells of the letter by either is edited when the letter changes. */
export function toLetterFacts(letterId: string): readonly string[] {
  return [`letters-planned:${letterId}`, `letters-held:${letterId}`];
}

/** Tells of letters that will leave, or that wait for a person; together for each connection and job, as routes ask. */
export function planLetters(
  kind: 'letters-planned' | 'letters-held',
  letters: readonly NoticedLetter[],
): readonly PlannedNotice[] {
  const told = letters.filter(({ status }) => isTold[kind](status));
  const byRoute = Map.groupBy(told, ({ connectionId, job }) => JSON.stringify([connectionId, job]));
  return [...byRoute.values()].flatMap((together) => {
    const [first] = together;
    if (!first) return [];
    return [
      {
        kind,
        factKeys: together.map(({ letterId }) => `${kind}:${letterId}`),
        groupKey: kind,
        tokens: {},
        connectionId: first.connectionId,
        job: first.job,
      },
    ];
  });
}

const waits: ReadonlySet<LetterStatus> = new Set(['held', 'failed', 'unknown']);
/** What was settled before its event was heard is not worth a message. */
const isTold: Readonly<Record<'letters-planned' | 'letters-held', (status: LetterStatus) => boolean>> = {
  'letters-planned': (status) => status === 'planned' || status === 'sending' || status === 'sent',
  'letters-held': (status) => waits.has(status),
};

export function planConnectionFailing(
  failing: { readonly connectionId: string; readonly code: string; readonly since: string },
  { title, locale }: { readonly title: string; readonly locale: 'ja' | 'en' },
): PlannedNotice {
  const { connectionId, code, since } = failing;
  return planOfConnection('connection-failing', connectionId, `${since}:${code}`, {
    title,
    whatToDo: toUserMessage(code)[locale],
    code,
    since: toMinute(since),
  });
}

/** @param recovered `since` is when it had begun to fail: one recovery for each time. */
export function planConnectionRecovered(
  recovered: { readonly connectionId: string; readonly since: string },
  title: string,
): PlannedNotice {
  const { connectionId, since } = recovered;
  return planOfConnection('connection-recovered', connectionId, since, { title, since: toMinute(since) });
}

/** @param silent `since` is when the last webhook came: one notice for each silence. */
export function planConnectionSilent(
  silent: { readonly connectionId: string; readonly since: string; readonly missed: number },
  { title, isPolled }: { readonly title: string; readonly isPolled: boolean },
): PlannedNotice {
  const { connectionId, since, missed } = silent;
  return planOfConnection('connection-silent', connectionId, since, {
    title,
    missed,
    since: toMinute(since),
    isPolled: isPolled ? 'yes' : 'no',
  });
}

/** @param day in Japan, YYYY-MM-DD: one notice a day for each connection. */
export function planConsentsToLabel(
  left: { readonly connectionId: string; readonly count: number; readonly day: string },
  title: string,
): PlannedNotice {
  const { connectionId, count, day } = left;
  return planOfConnection('consents-to-label', connectionId, day, { title, count });
}

/** What the facts of a connection's notices about consents to label begin with. */
export function toLabelKey(connectionId: string): string {
  return `consents-to-label:${connectionId}:`;
}

/** An import is told when it waits for somebody, or left rows out; undefined: all went well. */
export function planImportProblems(
  finished: {
    readonly importId: string;
    readonly connectionId: string;
    readonly state: 'needs-confirmation' | 'done';
    readonly rows: number;
    readonly rejections: number;
    readonly setAside: number;
  },
  title: string,
): PlannedNotice | undefined {
  const { importId, connectionId, state, rows, rejections, setAside } = finished;
  if (state === 'done' && setAside === 0) return undefined;
  return {
    ...planSingle('import-problems', `${importId}:${state}`, { title, state, rows, rejections, setAside, importId }),
    connectionId,
  };
}

const whole = { groupKey: null, connectionId: null, job: null };

function planSingle(kind: NoticeKind, fact: string, tokens: Tokens): PlannedNotice {
  return { ...whole, kind, factKeys: [`${kind}:${fact}`], tokens };
}

function planGrouped(kind: NoticeKind, fact: string, tokens: Tokens): PlannedNotice {
  return { ...planSingle(kind, fact, tokens), groupKey: kind };
}

function planOfConnection(kind: NoticeKind, connectionId: string, fact: string, tokens: Tokens): PlannedNotice {
  return { ...planSingle(kind, `${connectionId}:${fact}`, tokens), connectionId };
}

/** Our text for people, by code; a code of another version of ours falls back to the general one. */
function toUserMessage(code: string): { readonly ja: string; readonly en: string } {
  return errorCodes[isErrorCode(code) ? code : 'internal_error'];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

/** `2026-11-24 10:00` in Japan; a text that is no instant stays as it is. */
function toMinute(instant: string): string {
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? instant : toJapaneseMinute(new Date(ms));
}
