import type { NoticeKind } from '../notice/kinds.ts';

/** A token that the texts of a kind may use, with a value to show what they look like. */
export interface NoticeToken {
  readonly name: string;
  readonly sample: string | number;
}

const title = { name: 'title', sample: 'Sample ATS' };
const available = { name: 'available', sample: 2 };
const since = { name: 'since', sample: '2026-11-24T00:59:00Z' };
const progress = [
  { name: 'towardsNext', sample: 7 },
  { name: 'perCredit', sample: 10 },
];

/**
 * Every token of every kind, beside `company`, which all of them have. Whoever plans a notice gives exactly these.
 * Instants and days are shown in Japan's time, as the language has them (see dates.ts).
 */
export const noticeTokens: Readonly<Record<NoticeKind, readonly NoticeToken[]>> = {
  'credit-earned': [{ name: 'earned', sample: 1 }, available],
  progress: [{ name: 'missing', sample: 3 }, ...progress],
  'credit-reserved': [available],
  'credit-used': [available],
  'credit-released': [available],
  'credit-expiring': [
    { name: 'credits', sample: 1 },
    { name: 'expiresOn', sample: '2026-12-24' },
    { name: 'days', sample: 30 },
  ],
  'credit-expired': [{ name: 'credits', sample: 1 }, available],
  'letters-planned': [],
  'letters-held': [],
  // `whatToDo` is written from `code` in the reader's language.
  'connection-failing': [
    title,
    { name: 'whatToDo', sample: '' },
    { name: 'code', sample: 'vendor_unauthorized' },
    since,
  ],
  'connection-recovered': [title, since],
  'connection-silent': [title, since, { name: 'missed', sample: 2 }, { name: 'isPolled', sample: 'yes' }],
  'consents-to-label': [title, { name: 'count', sample: 4 }],
  'import-problems': [
    title,
    { name: 'rows', sample: 120 },
    { name: 'rejections', sample: 34 },
    { name: 'setAside', sample: 3 },
    { name: 'state', sample: 'done' },
  ],
  'weekly-digest': [
    { name: 'week', sample: '11/16〜11/22' },
    { name: 'sent', sample: 34 },
    { name: 'consents', sample: 5 },
    { name: 'ratePercent', sample: 15 },
    available,
    ...progress,
    { name: 'weeksToNext', sample: 1 },
    { name: 'openHeld', sample: 3 },
  ],
};
