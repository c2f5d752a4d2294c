import { z } from 'zod';
import { countSightings, listSightings, readReach } from '../../intake/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems, vendorProblems } from './answers.ts';
import { findConnection } from './connections.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, Instant, PageQuery } from './schemas.ts';

const days = z.coerce.number().int().min(1).max(730);
const Count = z.int().min(0);

const PollRequest = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(730)
      .optional()
      .describe(
        'How far back to read. Without it the first reading goes back 90 days; later ones go on where it ended.',
      ),
  })
  .meta({ examples: [{ days: 180 }] });

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

const BackfillQuery = z.strictObject({
  days: days.default(90).describe('How many days back from now.'),
  cursor: z.string().max(500).optional().describe('`nextCursor` of the page before.'),
  limit: PageQuery.shape.limit,
});

const dayMs = 24 * 60 * 60_000;

/** Reconciliation by polling, and the dry run of what it would have told before the mark. */
export function pollRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, intake } = parts;

  api.route({
    method: 'POST',
    url: '/connections/:id/poll',
    config: { access: { right: 'pause', company: { by: 'connection' } } },
    schema: {
      operationId: 'pollConnection',
      tags: ['Connections'],
      summary: 'Reconcile with the ATS now',
      description:
        'Reads on where the last reading ended and takes in what no webhook told. The first reading sets the mark: what ' +
        'was decided before is only noted. Happens by itself about every hour.',
      params: IdParams,
      body: PollRequest.nullish(),
      response: {
        200: json('What was found.', PollFound),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      return intake.poll(connection, { days: request.body?.days });
    },
  });

  api.route({
    method: 'GET',
    url: '/connections/:id/backfill',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'showBackfill',
      tags: ['Connections'],
      summary: 'Show what a back-fill would take in',
      description:
        'A dry run: rejections from before the mark, as polls and files told them. Nothing is sent and nothing changes. ' +
        'PATCH the connection with `backfillFrom` to act on them from a date on.',
      params: IdParams,
      querystring: BackfillQuery,
      response: { 200: json('What was seen.', Backfill), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { companyId, connectionId, markedAt, backfillFrom } = await findConnection(parts, request.params.id);
      const now = clock.now();
      const from = new Date(now.getTime() - request.query.days * dayMs);
      const after = request.query.cursor === undefined ? undefined : readCursor(request.query.cursor);
      return database.forCompany(companyId, async (tx) => {
        const byDay = await countSightings(tx, connectionId, from);
        const { items, next } = await listSightings(tx, { connectionId, from, after, limit: request.query.limit });
        return {
          found: byDay.reduce((sum, { count }) => sum + count, 0),
          from,
          to: markedAt ?? now,
          readFrom: await readReach(tx, connectionId),
          backfillFrom,
          byDay: [...byDay],
          items: [...items],
          nextCursor: next && writeCursor(next),
        };
      });
    },
  });
}

type Sighting = z.output<typeof Backfill>['items'][number];

const Cursor = z.tuple([Instant, z.string()]);

function writeCursor({ decidedAt, applicationRef }: Sighting): string {
  return Buffer.from(JSON.stringify([decidedAt, applicationRef])).toString('base64url');
}

/** @throws RelayError request_invalid. */
function readCursor(text: string): Sighting {
  try {
    const [decidedAt, applicationRef] = Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { decidedAt, applicationRef };
  } catch {
    throw new RelayError('request_invalid', { message: 'the cursor is none of ours' });
  }
}
