import { z } from 'zod';
import { Instant } from './schemas.ts';

const Count = z.int().min(0);

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
