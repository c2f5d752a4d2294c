import { z } from 'zod';
import { countSightings, listSightings, readReach } from '../../intake/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { dayMs } from '../../platform/japan.ts';
import { json, problems, vendorProblems } from './answers.ts';
import { findConnection } from './connections.ts';
import { Backfill, PollFound } from './connections-schemas.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, Instant, PageQuery } from './schemas.ts';

const days = z.coerce.number().int().min(1).max(730);

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

const BackfillQuery = z.strictObject({
  days: days.default(90).describe('How many days back from now.'),
  cursor: z.string().max(500).optional().describe('`nextCursor` of the page before.'),
  limit: PageQuery.shape.limit,
});

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
