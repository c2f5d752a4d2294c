import type { NoticeTable } from '../../platform/tables.ts';
import type { NoticeKind, Tokens } from './kinds.ts';

/** A message to recruiters, in one place: counts and states, never a person. */
export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  /** What recruiters read, as plain text and without names. */
  readonly text: string;
  readonly status: NoticeTable['status'];
  /** Why it waits or failed: Slack's own word, such as `channel_not_found`, or `unknown-outcome`, `too-old`, `not-tied`. */
  readonly reason: string | null;
  /** Where it goes; null: it is only kept and logged. */
  readonly place: {
    readonly kind: 'channel' | 'person';
    readonly slackRef: string;
    readonly name: string | null;
  } | null;
  /** Grows each time it has more to tell. */
  readonly version: number;
  readonly createdAt: Date;
  /** When Slack took it; null for a notice that is only kept and logged. */
  readonly sentAt: Date | null;
}

/** How long a notice waits for others of its group before it is sent, and between two edits. */
export const gatherMs = 5_000;
/** How long after it was sent a notice still takes in others of its group. */
export const openMs = 10 * 60_000;
/** How long a notice waits for a place that takes nothing. */
export const keptMs = 7 * 24 * 3_600_000;

/** Calls in a row that did not end well, until a notice is given up: a week of one every five minutes. */
export const mostFailures = 2_016;

/** How long to wait after so many calls in a row that Slack did not answer well: 5 s, doubling, at most 5 minutes. */
export function toBackOffMs(failures: number): number {
  return Math.min(5_000 * 2 ** Math.max(failures - 1, 0), 300_000);
}

/** What one message tells when another fact joins it. */
export function mergeTokens(kind: NoticeKind, before: Tokens, after: Tokens): Tokens {
  return merges[kind]?.(before, after) ?? after;
}

type Merge = (before: Tokens, after: Tokens) => Tokens;

/** Kinds that are one fact a message are not here. */
const merges: Readonly<Partial<Record<NoticeKind, Merge>>> = {
  'credit-earned': (before, after) => ({
    ...newest(before, after),
    earned: Number(before.earned ?? 0) + Number(after.earned ?? 0),
  }),
  progress: newest,
};

/** Events of one company may come out of order; the ids of postings tell which was last. */
function newest(before: Tokens, after: Tokens): Tokens {
  return String(after.postingId) < String(before.postingId) ? before : after;
}

/** What a call of Slack's that will end no other way says about. */
export type RefusalOf = 'workspace' | 'place' | 'message';

/** Source: docs.slack.dev, errors of chat.postMessage, chat.update and conversations.open (read 2026-11-29). */
const workspaceWords = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'missing_scope',
  'no_permission',
  'org_login_required',
  'ekm_access_denied',
  'team_access_not_granted',
  'access_denied',
  'two_factor_setup_required',
]);
const placeWords = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'messages_tab_disabled',
  'user_not_found',
  'users_not_found',
  'user_not_visible',
  'user_disabled',
  'cannot_dm_bot',
  'method_not_supported_for_channel_type',
  'external_channel_migrating',
]);
/** The message can no longer be edited, and nothing will change that. */
const frozenWords = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** Whom a refusal concerns: the workspace's token, the place, or this message alone. */
export function toRefusalOf(word: string): RefusalOf {
  if (workspaceWords.has(word)) return 'workspace';
  return placeWords.has(word) ? 'place' : 'message';
}

export function isFrozen(word: string): boolean {
  return frozenWords.has(word);
}
