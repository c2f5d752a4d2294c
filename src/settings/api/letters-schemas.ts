import { z } from 'zod';
import { CompanyPageQuery, CompanyQuery, CompanyRef, Id, Instant, Letter } from './schemas.ts';

/** The JSON of the list of letters, their previews and what people decide about many at once. */

export const statusNames = ['planned', 'sending', 'sent', 'held', 'skipped', 'cancelled', 'failed', 'unknown'] as const;
const anyStatus = statusNames.join('|');

export const letterActs = ['send', 'hold', 'cancel'] as const;

export const LetterQuery = CompanyPageQuery.extend({
  status: z
    .string()
    .regex(new RegExp(`^(?:${anyStatus})(?:,(?:${anyStatus}))*$`), 'must be states, separated by commas')
    .optional()
    .describe('One state, or several separated by commas; without it all.'),
  connection: Id.optional(),
  job: z.string().trim().min(1).max(200).optional().describe("A part of the job's name."),
  reason: z
    .string()
    .regex(/^[a-z-]{1,60}$/)
    .optional()
    .describe("The letter's `reason`."),
  from: Instant.optional().describe('Made at or after.'),
  to: Instant.optional().describe('Made before.'),
  q: z.string().trim().min(1).max(200).optional().describe("The ATS's number of the application, whole."),
});

export const ListedLetter = z
  .object({
    ...Letter.shape,
    connector: z.string(),
    applicationRef: z.string().describe("The ATS's number of the application."),
    decidedAt: Instant.describe('When the company decided.'),
    job: z.string().nullable(),
    stage: z.string().nullable(),
    rejectionReason: z.string().nullable().describe("The ATS's name of it, else its id there."),
    isReleased: z.boolean().describe('Somebody sent it on by hand.'),
    isMasked: z.boolean().describe('Whoever asks may not see names: then both are null.'),
    name: z.string().nullable().describe('null: not known, erased or masked.'),
    email: z.string().nullable().describe('null: not known, erased or masked.'),
  })
  .meta({ id: 'ListedLetter' });
export type ListedLetter = z.infer<typeof ListedLetter>;

export const LetterHistory = z
  .object({
    at: Instant,
    action: z.string().describe('As in the audit log: `letter.held`.'),
    actor: z.string().describe('As the audit log names whoever acted.'),
    actorName: z.string().nullable().describe('Of a person who signs in here.'),
  })
  .meta({ id: 'LetterHistory' });

export const LetterDetails = z
  .object({
    ...ListedLetter.shape,
    attempts: z.int().min(0).describe('How often a sending was begun.'),
    template: z.string().nullable().describe("The name of the company's template; null: the standard letter."),
    templateVersion: z.string(),
    history: z.array(LetterHistory).describe('What people did about it, newest first.'),
  })
  .meta({ id: 'LetterDetails' });

export const LetterCounts = z
  .object({ counts: z.partialRecord(z.enum(statusNames), z.int().min(0)) })
  .meta({ id: 'LetterCounts' });

const Locale = z.enum(['ja', 'en']);

export const PreviewQuery = z.strictObject({ locale: Locale.optional().describe("Without it, the letter's own.") });
export const SampleQuery = CompanyQuery.extend({ locale: Locale.optional().describe("Without it, the company's.") });

export const LetterPreview = z
  .object({
    kind: z
      .enum(['sent', 'unsure', 'would', 'never'])
      .describe(
        'sent: as it went out · unsure: as it may have gone out · would: as it would go out now · never: nothing goes out. ' +
          'Names, job, company and agency are today’s; the personal link is never shown.',
      ),
    locale: Locale,
    templateVersion: z.string(),
    mail: z
      .object({ subject: z.string(), text: z.string(), html: z.string() })
      .nullable()
      .describe('null: the wording that went out is no longer here, or `lacks` says what is missing.'),
    lacks: z.array(z.string()).describe('What must not be blank in a letter, and is.'),
  })
  .meta({ id: 'LetterPreview' });
export type LetterPreview = z.infer<typeof LetterPreview>;

export const TestMailRequest = z
  .strictObject({ locale: Locale.optional().describe("Without it, the letter's own.") })
  .meta({ examples: [{ locale: 'ja' }] });
export const TestMailSent = z.object({ to: z.string().describe('The address of who asked.') }).meta({
  id: 'TestMailSent',
});

/** From how many on the number must be said again. */
export const confirmAbove = 30;

export const LetterDecision = z
  .strictObject({
    company: CompanyRef,
    act: z.enum(letterActs),
    letterIds: z.array(Id).min(1).max(200),
    confirmedCount: z
      .int()
      .optional()
      .describe(`Needed for more than ${confirmAbove} letters: how many they are, as a person has confirmed.`),
  })
  .refine(({ letterIds, confirmedCount }) => letterIds.length <= confirmAbove || confirmedCount === letterIds.length, {
    path: ['confirmedCount'],
    message: `must be the number of letters where they are more than ${confirmAbove}`,
  })
  .meta({
    examples: [{ company: 'sakura-foods', act: 'hold', letterIds: ['0199f0c2-1111-7000-8000-000000000001'] }],
  });

export const LetterDecided = z
  .object({
    changed: z.array(Id),
    past: z.array(Id).describe('Those that had left, were leaving or are not there: nothing was done.'),
  })
  .meta({ id: 'LetterDecided' });

/** A rejection template of the ATS. */
export const RejectionTemplate = z
  .object({
    templateRef: z.string(),
    name: z.string(),
    carriesLink: z
      .enum(['static', 'personal', 'none'])
      .describe("static: the company's own address · personal: the field that each person's link is written to."),
    ours: z
      .object({
        template: z
          .object({ id: Id, name: z.string(), version: z.int() })
          .nullable()
          .describe("The company's own template, and the version whose words stand there; null: the standard letter."),
        locale: z.enum(['ja', 'en']),
        state: z
          .enum(['newest', 'older', 'changed'])
          .describe(
            'newest: all its words stand there · older: all words of a version that is no longer the one to paste · ' +
              'changed: most of its words, not all: somebody changed them, or they are of other days.',
          ),
      })
      .nullable()
      .describe('The letter of ours that stands in it, as it would be exported today; null: none that is known.'),
  })
  .meta({ id: 'RejectionTemplate' });
export type RejectionTemplate = z.infer<typeof RejectionTemplate>;
