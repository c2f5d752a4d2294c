import { z } from 'zod';
import { fileColumns } from '../../connector/index.ts';
import { Id, Instant } from './schemas.ts';

const Count = z.int().min(0);
const Text = z.object({ ja: z.string(), en: z.string() });

const commonRate = {
  left: Count.describe('Calls that may be made now.'),
  concurrency: z.int().describe('Calls under way at once, at most.'),
  isShared: z
    .boolean()
    .describe('Counted by all processes of this service together; false: by the one that answers alone.'),
};

const Rate = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('window').describe('As the ATS told last.'),
      ...commonRate,
      resetsAt: Instant.describe('When the ATS begins to count anew.'),
    }),
    z.object({
      kind: z.literal('bucket').describe('As we count.'),
      ...commonRate,
      burst: z.int().describe('What it holds when it is full.'),
      perSecond: z.number().describe('What it gains every second.'),
    }),
  ])
  .meta({ id: 'Rate' });

export const ConnectionHealth = z
  .object({
    lastDeliveryAt: Instant.nullable().describe('When a webhook last came; null: never, or not lately.'),
    lastPolledAt: Instant.nullable().describe('When its last complete reading began.'),
    nextPollAt: Instant.nullable(),
    pollOutcome: z
      .string()
      .nullable()
      .describe('complete, partial, or the code of what broke the last reading off; null: none yet.'),
    lastImportAt: Instant.nullable(),
    waitingSince: Instant.nullable().describe('When the oldest delivery came that still waits; null: none does.'),
    days: z.int().describe('How many days `deliveries` counts.'),
    deliveries: z.object({
      stored: Count.describe('Not worked on yet.'),
      processed: Count,
      ignored: Count.describe('Understood, and not for us.'),
      setAside: Count.describe('Not understood; a person should look.'),
      failed: Count,
      duplicates: Count.describe('Came again and were dropped.'),
    }),
    failing: z
      .object({
        since: Instant,
        code: z.string(),
        ja: z.string().describe('What happened and the next step.'),
        en: z.string(),
      })
      .nullable()
      .describe('Why the ATS refuses us; null: it does not.'),
    rate: Rate.nullable().describe(
      'What the ATS still takes; null: it has no API, or nothing is known of it now, as where nobody called lately.',
    ),
    plannedLetters: Count.describe('Letters that wait for their hour; in shadow they leave once it is live.'),
    oldSecretUntil: Instant.nullable().describe('Until when a replaced webhook secret is accepted, too.'),
  })
  .meta({ id: 'ConnectionHealth' });
export type ConnectionHealth = z.infer<typeof ConnectionHealth>;

/** A week: long enough to change every webhook by hand, short enough to end. */
export const keepOldHoursMax = 168;

export const NewRotation = z
  .strictObject({
    keepOldForHours: z
      .int()
      .min(0)
      .max(keepOldHoursMax)
      .describe('How long the present secret is accepted beside the new one; 0: no earlier one is any more.'),
    secret: z
      .string()
      .trim()
      .min(1)
      .max(4_000)
      .optional()
      .describe('The new one, where the ATS makes it; left out it is made up.'),
  })
  .meta({ examples: [{ keepOldForHours: 24 }] });
export type NewRotation = z.infer<typeof NewRotation>;

export const Rotation = z
  .object({
    secret: z.string().describe('The new one, in clear. Told here and never again.'),
    oldUntil: Instant.nullable().describe('Until when the one before is accepted; null: it is not any more.'),
  })
  .meta({ id: 'WebhookSecretRotation' });
export type Rotation = z.infer<typeof Rotation>;

export const WebhooksSetUp = z
  .object({
    state: z.enum(['set-up', 'by-hand']).describe('by-hand: an admin follows `steps` in the ATS.'),
    webhookUrl: z.string(),
    events: z.array(z.string()).describe("In the vendor's names."),
    steps: z.array(Text).describe('What to do in the ATS, in order; [] once it is set up.'),
  })
  .meta({ id: 'WebhooksSetUp' });

export const PollFound = z
  .object({
    pages: Count.describe('Pages read.'),
    seen: Count.describe('Rejections on them.'),
    known: Count.describe('Of these, known before.'),
    recorded: Count.describe('Missed until now, and acted on like what a webhook tells.'),
    backfill: Count.describe('From before the mark: noted for the dry run, nothing else.'),
    lifted: Count.describe('Rejections of ours that no longer stand.'),
    markedAt: Instant.nullable().describe('What was decided before is acted on only from `backfillFrom`.'),
    isComplete: z.boolean().describe('False: there is more, and a job goes on with it.'),
  })
  .meta({ id: 'PollFound' });
export type PollFound = z.infer<typeof PollFound>;

export const Backfill = z
  .object({
    found: Count.describe('Rejections seen and not acted on.'),
    from: Instant,
    to: Instant.describe('The mark: what was decided later is acted on anyway.'),
    readFrom: Instant.nullable().describe(
      'How far back the ATS was read; null: not yet. POST …/poll {days} reads further.',
    ),
    backfillFrom: Instant.nullable().describe('The date an admin chose.'),
    byDay: z.array(z.object({ day: z.iso.date().describe('In Japan.'), count: Count })),
    items: z.array(z.object({ applicationRef: z.string(), decidedAt: Instant })).describe('Newest first.'),
    nextCursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last one.'),
  })
  .meta({ id: 'Backfill' });
export type Backfill = z.infer<typeof Backfill>;

const Column = z.enum(fileColumns);
const Columns = z
  .partialRecord(Column, z.string())
  .describe('Which header of the file stands for which of our columns.');
const SetAside = z.object({ line: z.int().describe('In the file, from 1.'), reason: z.string() });

const counts = {
  rows: Count.describe('Below the header.'),
  rejections: Count.describe('New rejections by the company, those before the mark included.'),
  skipped: Count.describe('Understood, and nothing follows: open, known already, withdrawn, through an agent.'),
  setAside: z.array(SetAside).describe('Rows that could not be read, 1,000 at the most; the others were taken.'),
};

export const ImportAnswer = z
  .object({
    importId: Id,
    state: z.enum(['needs-confirmation', 'done']),
    columns: Columns,
    sample: z
      .record(z.string(), z.array(z.string()))
      .describe('Every header of the file, with up to three values where it stands for a column.'),
    ...counts,
  })
  .meta({ id: 'ImportAnswer' });
export type ImportAnswer = z.infer<typeof ImportAnswer>;

export const FileImport = z
  .object({
    id: Id,
    state: z.enum(['needs-confirmation', 'done', 'expired']),
    name: z.string().nullable(),
    madeAt: Instant.describe("The file's age: as it says, else as its name says, else when it came."),
    receivedAt: Instant,
    settledAt: Instant.nullable(),
    columns: Columns,
    ...counts,
  })
  .meta({ id: 'FileImport' });

/** What POST /imports/{importId}/confirm takes; nothing confirms the guess as it is. */
export const Confirmation = z
  .strictObject({
    columns: z
      .partialRecord(Column, z.string().min(1).max(500).nullable())
      .optional()
      .describe('Headers that replace those guessed; null takes a column away. What is not named stays.'),
  })
  .meta({ examples: [{ columns: { email: '連絡先メール', reason: null } }] });
