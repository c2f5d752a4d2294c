import { z } from 'zod';
import { toCleanText, wordingCharactersAtMost, wordingLimits } from '../../letter/index.ts';
import { CompanyRef, Id, Instant } from './schemas.ts';

/** The JSON of a company's own letter templates: their drafts, versions and previews. */

export const TemplateLocale = z.enum(['ja', 'en']);

const LocaleState = z.object({
  hasDraft: z.boolean(),
  publishedVersion: z
    .int()
    .nullable()
    .describe('null: none yet, so the standard letter goes out to who reads this language.'),
  publishedAt: Instant.nullable(),
});

export const LetterTemplate = z
  .object({
    id: Id,
    name: z.string(),
    isDefault: z.boolean().describe('Used for rejections for which no rule names a template.'),
    isArchived: z.boolean().describe('Where a rule names it, the standard letter goes out.'),
    createdAt: Instant,
    locales: z.object({ ja: LocaleState, en: LocaleState }),
  })
  .meta({ id: 'LetterTemplate' });
export type LetterTemplate = z.infer<typeof LetterTemplate>;

const TemplateName = z.string().overwrite(toCleanText).min(1).max(80).regex(/^.*$/, 'must be one line');

export const NewLetterTemplate = z
  .strictObject({
    company: CompanyRef,
    name: TemplateName,
    from: Id.optional().describe('The template to copy; without it the standard letter.'),
  })
  .meta({ examples: [{ company: 'sakura-foods', name: '一次選考' }] });

export const LetterTemplateChange = z
  .strictObject({
    name: TemplateName,
    isDefault: z.boolean().describe('At most one is; without any the standard letter is used.'),
    isArchived: z.boolean(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, { message: 'must change something' })
  .meta({ examples: [{ isDefault: true }] });

const typed = (most: number) => z.string().max(most).overwrite(toCleanText);

export const LetterBlock = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('greeting') }),
    z.strictObject({ kind: z.literal('heading'), text: typed(wordingLimits.heading) }),
    z.strictObject({
      kind: z.literal('paragraph'),
      text: typed(wordingLimits.paragraph).describe(
        'Lines stay lines; `**bold**`; tokens such as `{{ candidateName }}`.',
      ),
    }),
    z.strictObject({ kind: z.literal('link'), label: typed(wordingLimits.label).describe('On the button.') }),
    z.strictObject({ kind: z.literal('refusal') }),
    z.strictObject({ kind: z.literal('divider') }),
    z.strictObject({ kind: z.literal('signature'), sender: typed(wordingLimits.sender).describe('Such as 採用担当.') }),
  ])
  .meta({ id: 'LetterBlock' });
export type LetterBlock = z.infer<typeof LetterBlock>;

const wordingShape = { subject: typed(wordingLimits.subject), blocks: z.array(LetterBlock).max(wordingLimits.blocks) };

export const LetterWording = z
  .strictObject(wordingShape)
  .refine((wording) => JSON.stringify(wording).length <= wordingCharactersAtMost, {
    message: `must be at most ${wordingCharactersAtMost} characters in all`,
  })
  .meta({
    id: 'LetterWording',
    examples: [
      {
        subject: '選考結果のご連絡（{{ companyName }}）',
        blocks: [
          { kind: 'greeting' },
          { kind: 'paragraph', text: 'このたびは{{ application }}をいただき、ありがとうございました。' },
          { kind: 'link', label: '内容を確認する' },
          { kind: 'refusal' },
          { kind: 'signature', sender: '採用担当' },
        ],
      },
    ],
  });

const WordingFault = z.object({
  code: z.string().describe('`gift-word` alone may be waived by a reason.'),
  at: z.union([z.int().min(0), z.enum(['subject', 'letter'])]).describe('The number of the block, from 0.'),
  found: z.string(),
  message: z.object({ ja: z.string(), en: z.string() }).describe('What to do about it.'),
});

export const LetterDraft = z
  .object({
    templateId: Id,
    locale: TemplateLocale,
    version: z.int().min(0).describe('Its number; 0: nothing was saved, and it begins with the standard letter.'),
    isDraft: z.boolean().describe('false: the newest published wording, from which the next draft begins.'),
    subject: z.string(),
    blocks: z.array(LetterBlock),
    faults: z.array(WordingFault).describe('What keeps it from being published.'),
  })
  .meta({ id: 'LetterDraft' });
export type LetterDraft = z.infer<typeof LetterDraft>;

export const DraftParams = z.strictObject({ id: Id, locale: TemplateLocale });

export const WordingPreviewRequest = z
  .strictObject({
    company: CompanyRef,
    locale: TemplateLocale,
    wording: LetterWording,
    letterId: Id.optional().describe('To the applicant of this letter; without it to an invented one.'),
  })
  .meta({
    examples: [{ company: 'sakura-foods', locale: 'ja', wording: { subject: '選考結果のご連絡', blocks: [] } }],
  });

export const WordingPreview = z
  .object({
    faults: z.array(WordingFault),
    mail: z
      .object({ subject: z.string(), text: z.string(), html: z.string() })
      .nullable()
      .describe('null: `lacks` says what is missing.'),
    lacks: z.array(z.string()).describe('What must not be blank in a letter, and is.'),
  })
  .meta({ id: 'WordingPreview' });

export const PublishRequest = z
  .strictObject({
    giftReason: z
      .string()
      .overwrite(toCleanText)
      .min(10)
      .max(500)
      .optional()
      .describe(
        'Why a word that looks like a reward for agreeing is none. Kept with the version and in the audit log.',
      ),
  })
  .meta({ examples: [{}] });

export const RestoreRequest = z.strictObject({ version: z.int().min(1) }).meta({ examples: [{ version: 1 }] });

export const DraftTestRequest = z
  .strictObject({ letterId: Id.optional().describe('As for a preview.') })
  .meta({ examples: [{}] });

export const VersionsQuery = z.strictObject({
  cursor: z.coerce.number().int().min(1).optional().describe('`nextCursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

const Author = z.object({ actor: z.string(), name: z.string().nullable().describe('Of a person who signs in here.') });

export const LetterTemplateVersion = z
  .object({
    version: z.int(),
    subject: z.string(),
    blocks: z.array(LetterBlock),
    savedBy: Author,
    savedAt: Instant,
    publishedBy: Author.nullable().describe('null: the draft.'),
    publishedAt: Instant.nullable(),
    giftReason: z.string().nullable(),
  })
  .meta({ id: 'LetterTemplateVersion' });
