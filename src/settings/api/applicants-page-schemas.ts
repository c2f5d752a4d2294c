import { z } from 'zod';
import { fixedParts, PageWords, previewNames } from '../../consent/index.ts';
import { AgencyLack, CompanyRef, Instant } from './schemas.ts';

/** The JSON of a company's own words on the applicants' page. */

const Locale = z.enum(['ja', 'en']);
export const WordsParams = z.strictObject({ slug: CompanyRef, locale: Locale });
export const WordsVersionParams = WordsParams.extend({ version: z.coerce.number().int().min(1).max(2_147_483_647) });
export const WordsVersionsQuery = z.strictObject({
  cursor: z.coerce.number().int().min(1).max(2_147_483_647).optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Items a page, at most.'),
});

const example: z.infer<typeof PageWords> = {
  heading: 'ご応募いただいたみなさまへ',
  introduction: '今回はご縁がありませんでしたが、これからのお仕事探しに役立てていただければうれしく思います。',
  questions: [{ question: '登録しないとどうなりますか', answer: '何も変わりません。' }],
  closing: '',
  thanksGranted: '',
  thanksDeclined: 'ご応募いただき、ありがとうございました。',
};
export const NewPageWords = PageWords.meta({ examples: [example] });

/** As they were kept, whatever the limits are today. */
const KeptWords = z
  .object({
    heading: z.string(),
    introduction: z.string(),
    questions: z.array(z.object({ question: z.string(), answer: z.string() })),
    closing: z.string(),
    thanksGranted: z.string(),
    thanksDeclined: z.string(),
  })
  .meta({ id: 'PageWords' });

export const WordsProblem = z
  .object({
    part: z.string().describe('`heading`, `questions.0.answer`; empty for the whole.'),
    fault: z.enum(['blank', 'nothing-said', 'gift-word', 'pressure', 'link']),
    found: z.string().describe('The words in question.'),
  })
  .meta({ id: 'PageWordsProblem' });

const by = (what: string) => z.string().nullable().describe(`Who ${what}, where it is a person who signs in here.`);

export const PageWordsVersion = z
  .object({
    version: z.int().min(1),
    words: KeptWords.nullable().describe('null: from then on our words alone.'),
    createdAt: Instant.describe('When the draft was last changed.'),
    createdByName: by('wrote it'),
    publishedAt: Instant.describe('In force from then until the next version.'),
    publishedByName: by('published it'),
  })
  .meta({ id: 'PageWordsVersion' });

export const PageWordsDesk = z
  .object({
    locale: Locale,
    published: PageWordsVersion.nullable().describe('In force; null: the company never published words of its own.'),
    draft: z
      .object({ words: KeptWords, updatedAt: Instant, updatedByName: by('changed it last') })
      .nullable()
      .describe('What no applicant sees yet.'),
    problems: z.array(WordsProblem).describe('What keeps the draft from being published.'),
    lack: AgencyLack.nullable().describe('What about the agency keeps it from being published; null: it is in order.'),
    fixed: z.array(z.enum(fixedParts)).describe('What the page says in our words, whatever a company adds.'),
    longest: z
      .object({
        heading: z.int(),
        introduction: z.int(),
        question: z.int(),
        answer: z.int(),
        closing: z.int(),
        thanksGranted: z.int(),
        thanksDeclined: z.int(),
        questions: z.int(),
      })
      .describe('Characters, and questions, at most.'),
  })
  .meta({ id: 'PageWordsDesk' });

export const AskedPagePreview = z
  .strictObject({
    page: z.enum(previewNames).default('ask').describe('What the applicant has answered so far; ask: nothing yet.'),
    words: PageWords.optional().describe('Without them, those in force.'),
  })
  .meta({ examples: [{ page: 'ask', words: example }] });

export const PagePreview = z
  .object({
    html: z.string().describe('A whole page, as applicants get it. The applicant is invented.'),
    problems: z.array(WordsProblem).describe('What keeps these words from being published.'),
    lack: AgencyLack.nullable().describe('Why nobody is shown it now; null: all in order.'),
  })
  .meta({ id: 'PagePreview' });
