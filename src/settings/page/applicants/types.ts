import type { z } from 'zod';
import type * as schemas from '../../api/applicants-page-schemas.ts';

/** What the API answers and takes about a company's own words on the applicants' page, as it travels. Types alone. */
export type PageWords = z.input<typeof schemas.NewPageWords>;
export type PageWordsDesk = z.input<typeof schemas.PageWordsDesk>;
export type PageWordsVersion = z.input<typeof schemas.PageWordsVersion>;
export type WordsProblem = z.input<typeof schemas.WordsProblem>;
export type AskedPagePreview = z.input<typeof schemas.AskedPagePreview>;
export type PagePreview = z.input<typeof schemas.PagePreview>;
export type ConsentPage = NonNullable<AskedPagePreview['page']>;
export type FixedPart = PageWordsDesk['fixed'][number];

export const noWords: PageWords = {
  heading: '',
  introduction: '',
  questions: [],
  closing: '',
  thanksGranted: '',
  thanksDeclined: '',
};

/** Whether both say the same, however they were put together. */
export function isSame(one: PageWords, other: PageWords): boolean {
  const spell = (words: PageWords) => [
    words.heading,
    words.introduction,
    words.questions.map(({ question, answer }) => [question, answer]),
    words.closing,
    words.thanksGranted,
    words.thanksDeclined,
  ];
  return JSON.stringify(spell(one)) === JSON.stringify(spell(other));
}
