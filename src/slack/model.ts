import { type ErrorCode, errorCodes } from '../platform/error-codes.ts';
import type { NoticeKind, NoticeTable } from '../platform/tables.ts';

export type { NoticeKind };

/** A message to recruiters: counts and states, never a person. */
export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  /** What recruiters read, as plain text. */
  readonly text: string;
  readonly status: NoticeTable['status'];
  /** Why it failed: Slack's own word, such as `channel_not_found`, or `unknown-outcome`. */
  readonly reason: string | null;
  readonly createdAt: Date;
  /** When Slack took it; null for a notice that is only kept and logged. */
  readonly sentAt: Date | null;
}

/** A notice that is to be: its key makes it one, however often its event is handled. */
export interface PlannedNotice {
  readonly kind: NoticeKind;
  readonly dedupeKey: string;
  readonly tokens: Tokens;
}

export type Tokens = Readonly<Record<string, string | number>>;

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
  return { kind: 'progress', dedupeKey: `progress:${postingId}`, tokens: { missing, towardsNext, perCredit } };
}

export function planCreditEarned(earned: { readonly postingId: string; readonly available: number }): PlannedNotice {
  return {
    kind: 'credit-earned',
    dedupeKey: `credit-earned:${earned.postingId}`,
    tokens: { available: earned.available },
  };
}

/** Where a failing connection is put right. */
export interface FailingPlace {
  /** The name of the ATS. */
  readonly title: string;
  readonly locale: 'ja' | 'en';
  /** Where the API is described, whose calls change and check a connection. */
  readonly apiDocsUrl: string;
  /** The vendor's own documentation. */
  readonly vendorDocsUrl: string;
}

export function planConnectionFailing(
  failing: { readonly connectionId: string; readonly code: string; readonly since: string },
  place: FailingPlace,
): PlannedNotice {
  const { connectionId, code, since } = failing;
  return {
    kind: 'connection-failing',
    dedupeKey: `connection-failing:${connectionId}:${since}:${code}`,
    tokens: {
      title: place.title,
      whatToDo: toUserMessage(code)[place.locale],
      code,
      connectionId,
      since: toMinute(since),
      apiDocsUrl: place.apiDocsUrl,
      vendorDocsUrl: place.vendorDocsUrl,
    },
  };
}

/** @param recovered `since` is when it had begun to fail: one recovery for each time. */
export function planConnectionRecovered(
  recovered: { readonly connectionId: string; readonly since: string },
  title: string,
): PlannedNotice {
  const { connectionId, since } = recovered;
  return {
    kind: 'connection-recovered',
    dedupeKey: `connection-recovered:${connectionId}:${since}`,
    tokens: { title, since: toMinute(since) },
  };
}

/** @param silent `since` is when the last webhook came: one notice for each silence. */
export function planConnectionSilent(
  silent: { readonly connectionId: string; readonly since: string; readonly missed: number },
  place: Pick<FailingPlace, 'title' | 'apiDocsUrl'> & { readonly isPolled: boolean },
): PlannedNotice {
  const { connectionId, since, missed } = silent;
  const { title, apiDocsUrl } = place;
  return {
    kind: 'connection-silent',
    dedupeKey: `connection-silent:${connectionId}:${since}`,
    tokens: {
      title,
      missed,
      connectionId,
      since: toMinute(since),
      apiDocsUrl,
      isPolled: place.isPolled ? 'yes' : 'no',
    },
  };
}

/** @param day in Japan, YYYY-MM-DD: one notice a day for each connection. */
export function planConsentsToLabel(
  left: { readonly connectionId: string; readonly count: number; readonly day: string },
  place: Pick<FailingPlace, 'title' | 'apiDocsUrl'>,
): PlannedNotice {
  const { connectionId, count, day } = left;
  return {
    kind: 'consents-to-label',
    dedupeKey: `${toLabelKey(connectionId)}${day}`,
    tokens: { title: place.title, count, connectionId, apiDocsUrl: place.apiDocsUrl },
  };
}

/** What the keys of a connection's notices about consents to label begin with. */
export function toLabelKey(connectionId: string): string {
  return `consents-to-label:${connectionId}:`;
}

/** Our text for people, by code; a code of another version of ours falls back to the general one. */
function toUserMessage(code: string): { readonly ja: string; readonly en: string } {
  return errorCodes[isErrorCode(code) ? code : 'internal_error'];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

/** `2026-11-24 01:00 UTC`; a text that is no instant stays as it is. */
function toMinute(instant: string): string {
  const found = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*Z$/.exec(instant);
  return found ? `${found[1]} ${found[2]} UTC` : instant;
}

/**
 * Text that Slack shows as it is: `&`, `<` and `>` are all that mrkdwn gives a meaning to inside text, so no mention,
 * link or broadcast can be made of it. Source: docs.slack.dev, "Formatting message text" (read 2026-11-22).
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const longestName = 100;

/** A company's name in one line of at most 100 characters. */
export function toShownName(name: string): string {
  const characters = [...name.replace(/[\s\p{Cc}]+/gu, ' ').trim()];
  return characters.length > longestName ? `${characters.slice(0, longestName - 1).join('')}…` : characters.join('');
}

/**
 * What is not known about a try that did not end well: `none` Slack did not take it · `answered` Slack answered with
 * a failure of its own and most likely did not take it · `unanswered` it may stand in the channel.
 */
export type Doubt = 'none' | 'answered' | 'unanswered';
