import { z } from 'zod';
import { confirmAbove } from './letters-schemas.ts';
import { AgencyLack, Connection, Instant, Mode } from './schemas.ts';

/** The JSON of turning a connection live. */

const Count = z.int().min(0);
const mostDays = 730;
/** What is older is usually no news to anybody, and a mail about it a surprise. */
export const usualOldDays = 14;

export const GoLiveQuery = z.strictObject({
  olderThanDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(mostDays)
    .default(usualOldDays)
    .describe('A rejection decided longer ago is old.'),
});

const OldAmongAll = z.object({ all: Count, old: Count.describe('Of them, those of an old rejection.') });

export const GoLivePreview = z
  .object({
    olderThanDays: z.int(),
    planned: OldAmongAll.describe('Letters that wait for their hour. They leave once it is live.'),
    due: OldAmongAll.describe('Of them, those whose hour has passed: they leave from `dueFrom` on.'),
    dueFrom: Instant.describe('The next instant within the hours of the connection.'),
    held: Count.describe('Letters that stay until a person has looked.'),
    decidedFrom: Instant.nullable().describe('When the first of the planned was decided; null: there is none.'),
    decidedTo: Instant.nullable(),
    mode: Mode,
    lack: AgencyLack.nullable().describe('Why it cannot go live yet; null: it can.'),
  })
  .meta({ id: 'GoLivePreview' });
export type GoLivePreview = z.infer<typeof GoLivePreview>;

export const GoLive = z
  .strictObject({
    leaveOutOlderThanDays: z
      .int()
      .min(1)
      .max(mostDays)
      .nullable()
      .describe('Planned letters of rejections decided longer ago are cancelled; null: none is.'),
    confirmedCount: Count.optional().describe(
      `How many letters a person has confirmed to let leave. Needed where they are more than ${confirmAbove}.`,
    ),
  })
  .meta({ examples: [{ leaveOutOlderThanDays: usualOldDays, confirmedCount: 36 }] });
export type GoLive = z.infer<typeof GoLive>;

export const WentLive = z
  .object({
    connection: Connection,
    leaving: Count.describe('Planned letters that leave now, or when their hour has come.'),
    leftOut: Count.describe('Planned letters that were cancelled as too old.'),
  })
  .meta({ id: 'WentLive' });
export type WentLive = z.infer<typeof WentLive>;
