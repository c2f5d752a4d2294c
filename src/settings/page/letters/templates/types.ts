import type { z } from 'zod';
import type * as own from '../../../api/letter-templates-schemas.ts';

/** What the API says of letter templates, as it travels. */
export type LetterTemplate = z.input<typeof own.LetterTemplate>;
export type LetterDraft = z.input<typeof own.LetterDraft>;
export type LetterBlock = z.input<typeof own.LetterBlock>;
export type LetterWording = z.input<typeof own.LetterWording>;
export type WordingPreview = z.input<typeof own.WordingPreview>;
export type WordingFault = WordingPreview['faults'][number];
export type LetterTemplateVersion = z.input<typeof own.LetterTemplateVersion>;
export type NewLetterTemplate = Omit<z.input<typeof own.NewLetterTemplate>, 'company'>;
export type LetterTemplateChange = z.input<typeof own.LetterTemplateChange>;
export type Locale = LetterDraft['locale'];
export type BlockKind = LetterBlock['kind'];

export interface TemplateSearch {
  readonly locale?: Locale | undefined;
}

/** Of an address only the language is understood; without it the reader's. */
export function toTemplateSearch({ locale }: Readonly<Record<string, unknown>>): TemplateSearch {
  return { locale: locale === 'ja' || locale === 'en' ? locale : undefined };
}
