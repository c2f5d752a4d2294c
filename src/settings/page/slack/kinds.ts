import type { Locale, NoticeKind } from './types.ts';

/** Every kind of notice, in the order a reader looks for them; the compiler names the one that is missing. */
const order = {
  'letters-planned': 1,
  'letters-held': 2,
  'credit-earned': 3,
  progress: 4,
  'credit-reserved': 5,
  'credit-used': 6,
  'credit-released': 7,
  'credit-expiring': 8,
  'credit-expired': 9,
  'connection-failing': 10,
  'connection-recovered': 11,
  'connection-silent': 12,
  'consents-to-label': 13,
  'import-problems': 14,
  'weekly-digest': 15,
} as const satisfies Record<NoticeKind, number>;

export const noticeKinds = Object.keys(order) as readonly NoticeKind[]; // the keys of the object above

export const locales = ['ja', 'en'] as const satisfies readonly Locale[];

export const tabs = ['places', 'routes', 'hours', 'people', 'wording'] as const;
export type Tab = (typeof tabs)[number];

/** What stands in the address of the Slack page. */
export interface SlackSearch {
  readonly tab?: Tab | undefined;
  readonly kind?: NoticeKind | undefined;
  readonly locale?: Locale | undefined;
}

/** Whatever an address says, as far as it makes sense. */
export function toSlackSearch(search: { readonly [name: string]: unknown }): SlackSearch {
  return {
    tab: tabs.find((tab) => tab === search.tab),
    kind: noticeKinds.find((kind) => kind === search.kind),
    locale: locales.find((locale) => locale === search.locale),
  };
}
