import type { NoticeKind as StoredKind } from '../../platform/tables.ts';

/** Every kind of notice, and whether recruiters may wish it away from a place. Stored, so never renamed. */
export const noticeKinds = [
  'credit-earned',
  'progress',
  'credit-reserved',
  'credit-used',
  'credit-released',
  'credit-expiring',
  'credit-expired',
  'letters-planned',
  'letters-held',
  'connection-failing',
  'connection-recovered',
  'connection-silent',
  'consents-to-label',
  'import-problems',
  'weekly-digest',
] as const satisfies readonly StoredKind[];
export type NoticeKind = (typeof noticeKinds)[number];

export type Locale = 'ja' | 'en';

/** What a text is filled with: counts, states, ids and names of ours; never a person. */
export type Tokens = Readonly<Record<string, string | number>>;

/** Said below a notice after somebody acted on it. Ids and counts only. */
export interface Remark {
  /** The Slack user who acted. */
  readonly by: string;
  readonly did: RemarkAct;
  readonly count: number;
  /** ISO 8601. */
  readonly at: string;
}

/** Everything that can be done from Slack; each has a text of its own. Stored, so never renamed. */
export const remarkActs = [
  'letters-sent',
  'letters-held',
  'letters-cancelled',
  'reason-mapped',
  'rejected',
  'credit-reserved',
  'credit-used',
  'credit-released',
  'connection-retried',
  'connection-paused',
  'connection-resumed',
] as const;
export type RemarkAct = (typeof remarkActs)[number];
