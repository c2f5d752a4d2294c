import type { TFunction } from 'i18next';
import type { Tone } from '../parts/status-badge.tsx';
import type { LetterAct, LetterStatus, ListedLetter } from './types.ts';

export const tones = {
  planned: 'waiting',
  sending: 'waiting',
  sent: 'good',
  held: 'attention',
  unknown: 'attention',
  failed: 'bad',
  skipped: 'idle',
  cancelled: 'idle',
} as const satisfies Record<LetterStatus, Tone>;

/** Every reason a letter can have; `texts` has a word for each. */
export const whys = [
  'reason-unknown',
  'reason-hold',
  'no-address',
  'blank-token',
  'by-hand',
  'agency-missing',
  'agency-incomplete',
  'licence-expired',
  'applicant-withdrew',
  'agency-sourced',
  'private',
  'confidential',
  'email-refused',
  'hired',
  'erased',
  'reason-skip',
  'sent-by-ats',
  'reinstated',
  'lifted',
  'connection-removed',
  'too-old',
  'mail-delayed',
  'mail-refused',
  'mail-unconfirmed',
  'sender-died',
] as const;

/** Reasons with which a letter waits for somebody: `texts` says for whom, and what he can do. */
const waits = [
  'reason-unknown',
  'reason-hold',
  'no-address',
  'blank-token',
  'by-hand',
  'agency-missing',
  'agency-incomplete',
  'licence-expired',
  'mail-refused',
] as const;

/** Why, in words; a reason that is newer than this page stands as it is. */
export function toWhy(t: TFunction, reason: string): string {
  const known = whys.find((why) => why === reason);
  return known ? t(`letters.why.${known}`) : reason;
}

/** What whoever can do something about it may do; undefined where nothing is to be done. */
export function toNext(t: TFunction, { status, reason }: Pick<ListedLetter, 'status' | 'reason'>): string | undefined {
  const known = waits.find((wait) => wait === reason);
  return known && (status === 'held' || status === 'failed') ? t(`letters.next.${known}`) : undefined;
}

const acts = {
  planned: ['send', 'hold', 'cancel'],
  held: ['send', 'cancel'],
  failed: ['send', 'cancel'],
  unknown: ['send', 'cancel'],
  sending: [],
  sent: [],
  skipped: [],
  cancelled: [],
} as const satisfies Record<LetterStatus, readonly LetterAct[]>;

/** What a person may still decide about a letter in this state; the server decides. */
export function listActs(status: LetterStatus): readonly LetterAct[] {
  return acts[status];
}
