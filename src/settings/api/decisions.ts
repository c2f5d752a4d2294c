import { z } from 'zod';
import { readCompany } from '../../company/index.ts';
import { listStandingDecisions, renderDecisions } from '../../consent/index.ts';
import type { Server } from '../../platform/http-server.ts';
import { problems } from './answers.ts';
import { findConnection } from './connections.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, Instant } from './schemas.ts';

const type = 'text/tab-separated-values';

/** The decisions to be recorded by hand, for ATSs that take no write-backs. */
export function decisionRoutes(api: Server, parts: ApiParts): void {
  const { database, connections } = parts;

  api.route({
    method: 'GET',
    url: '/connections/:id/consents.tsv',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'downloadConsents',
      tags: ['Connections'],
      summary: 'Download the decisions to record by hand',
      description:
        'The decision of each applicant that stands: application, name, result, time in Japan. A table for spreadsheets, in ' +
        'UTF-8 with a byte order mark; no cell is taken for a formula.',
      params: IdParams,
      querystring: z.strictObject({ since: Instant.optional().describe('Decided at or after it; without it: ever.') }),
      response: {
        200: { description: 'The table.', content: { [type]: { schema: z.string() } } },
        ...problems('request_not_found'),
      },
    },
    handler: async (request, reply) => {
      const connection = await findConnection(parts, request.params.id);
      const { companyId, connectionId } = connection;
      const { decisions, locale } = await database.forCompany(companyId, async (tx) => ({
        decisions: await listStandingDecisions(tx, connectionId, request.query.since),
        locale: (await readCompany(tx, companyId))?.locale ?? ('ja' as const),
      }));
      return reply
        .header('content-disposition', `attachment; filename="consents-${connectionId}.tsv"`)
        .type(`${type}; charset=utf-8`)
        .send(renderDecisions(decisions, connections.connector(connection.connector), locale));
    },
  });
}
