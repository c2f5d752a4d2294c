import { z } from 'zod';
import { Id, Instant } from './schemas.ts';

/** The JSON of a company's exports and of its deletion. */

export const DataExport = z
  .object({
    id: Id,
    status: z
      .enum(['waiting', 'making', 'ready', 'failed', 'gone'])
      .describe('gone: it was ready and cannot be downloaded any more.'),
    reason: z
      .enum(['too-large', 'unfinished', 'expired', 'person-erased'])
      .nullable()
      .describe(
        'failed: `too-large` (4 GiB or more) or `unfinished` within a day; gone: `expired` or `person-erased`.',
      ),
    askedBy: z.string().describe('As the audit log names them.'),
    askedAt: Instant,
    rowsTotal: z.int().min(0).nullable().describe('Counted when the making begins; a few more may come meanwhile.'),
    rowsDone: z.int().min(0),
    byteCount: z.int().min(0).nullable(),
    readyAt: Instant.nullable(),
    expiresAt: Instant.nullable().describe('Until then it can be downloaded.'),
  })
  .meta({ id: 'DataExport' });

export const Deletion = z
  .object({
    state: z
      .enum(['none', 'waiting', 'erasing'])
      .describe('waiting: it can be stopped until `endsAt`, and nothing is sent · erasing: it cannot be stopped.'),
    askedBy: z.string().nullable().describe('As the audit log names them.'),
    askedAt: Instant.nullable(),
    endsAt: Instant.nullable(),
    waitDays: z.int().describe('How long a deletion can be stopped once it is asked for.'),
    keptYears: z
      .int()
      .describe('How long the record that somebody agreed is kept after their last decision, without names.'),
  })
  .meta({ id: 'Deletion' });

export const NewDeletion = z
  .strictObject({ name: z.string().min(1).max(200).describe("The company's name, typed to confirm.") })
  .meta({ examples: [{ name: 'さくら食品株式会社' }] });
