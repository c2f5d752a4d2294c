import { z } from 'zod';
import { CompanyRef, Id, Instant } from './schemas.ts';

const Count = z.int().min(0);

export const DeliveryBody = z
  .object({
    id: Id,
    receivedAt: Instant,
    holdsPersonalData: z.literal(true).describe('Nothing is left out of it: handle it like the data of an applicant.'),
    isErased: z.boolean().describe('True: the person it told of was erased, and nothing of it is left.'),
    encoding: z.enum(['utf-8', 'base64']).describe('base64 where it is no text.'),
    bytes: Count,
    body: z.string(),
  })
  .meta({ id: 'DeliveryBody' });
export type DeliveryBody = z.infer<typeof DeliveryBody>;

export const ReplayRequest = z
  .strictObject({
    connection: Id.describe('Deliveries of another connection are left out.'),
    ids: z.array(Id).min(1).max(200).describe('Of the deliveries.'),
  })
  .meta({
    examples: [{ connection: '0197a1b2-0000-7000-8000-000000000001', ids: ['0197a1b2-0000-7000-8000-000000000002'] }],
  });

export const Replayed = z.object({ queued: Count.describe('How many are worked on again.') });

export const DeadJobs = z
  .object({
    queue: z.string(),
    code: z.string().nullable().describe('Of the error that ended the last try; null: it had none.'),
    count: Count,
    oldestAt: Instant,
    newestAt: Instant,
  })
  .meta({ id: 'DeadJobs' });

export const Redrive = z
  .strictObject({ company: CompanyRef, queue: z.string().min(1).max(100).describe('As GET /jobs/dead names it.') })
  .meta({ examples: [{ company: 'sakura-foods', queue: 'intake.process' }] });

export const Health = z
  .object({
    database: z.object({ answers: z.literal(true), ms: z.int().describe('How long it took to answer.') }),
    jobs: z.object({
      waiting: Count.nullable().describe('Of the whole installation: for operators, null for others.'),
      dead: Count.describe("The company's own that were given up."),
    }),
    connections: z.array(
      z.object({
        id: Id,
        connector: z.string(),
        state: z.enum(['shadow', 'live', 'paused']),
        failingSince: Instant.nullable(),
        failingCode: z.string().nullable(),
        lastDeliveryAt: Instant.nullable(),
        lastPolledAt: Instant.nullable(),
        lastImportAt: Instant.nullable(),
        stuck: Count.describe('Deliveries that were set aside or failed.'),
      }),
    ),
    slack: z.object({
      state: z.enum(['none', 'installed', 'uninstalled', 'broken']),
      reason: z.string().nullable(),
      blockedPlaces: Count,
    }),
    mail: z.object({
      kind: z.enum(['smtp', 'outbox']).describe('outbox: mail is only kept here, none leaves.'),
      failed: Count.describe('Letters that failed, or of which nobody knows whether they left.'),
    }),
    checkedAt: Instant,
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;
