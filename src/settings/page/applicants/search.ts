import type { ConsentPage } from './types.ts';

const pageNames = {
  ask: 1,
  granted: 2,
  declined: 3,
  withdrawn: 4,
  expired: 5,
} as const satisfies Record<ConsentPage, number>;
export const consentPages = Object.keys(pageNames) as readonly ConsentPage[]; // the keys of the object above
export const previewLocales = ['ja', 'en'] as const;
export const previewWidths = ['wide', 'phone'] as const;
export type PreviewLocale = (typeof previewLocales)[number];
export type PreviewWidth = (typeof previewWidths)[number];

/** What stands in the address of the applicants' page. */
export interface ApplicantsSearch {
  readonly locale?: PreviewLocale | undefined;
  readonly page?: ConsentPage | undefined;
  readonly width?: PreviewWidth | undefined;
}

export function toApplicantsSearch(search: { readonly [name: string]: unknown }): ApplicantsSearch {
  return {
    locale: previewLocales.find((locale) => locale === search.locale),
    page: consentPages.find((page) => page === search.page),
    width: previewWidths.find((width) => width === search.width),
  };
}
