import { listDeliveries } from '../../intake/index.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, nothing, problems, toListed } from './answers.ts';
import { findConnection } from './connections.ts';
import type { ApiParts } from './parts.ts';
import { Delivery, DeliveryPageQuery, IdParams, listOf } from './schemas.ts';

/** What the ATS delivered by webhook. */
export function deliveryRoutes(api: Server, parts: ApiParts): void {
  const { database, intake } = parts;

  api.route({
    method: 'GET',
    url: '/deliveries',
    config: { access: { right: 'look', company: { by: 'connection', at: 'query.connection' } } },
    schema: {
      operationId: 'listDeliveries',
      tags: ['Connections'],
      summary: "List a connection's deliveries",
      description: 'One for each webhook request that proved its sender; repeats are counted, not listed.',
      querystring: DeliveryPageQuery,
      response: { 200: json('The deliveries.', listOf(Delivery)), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { connection, ...page } = request.query;
      const { companyId, connectionId } = await findConnection(parts, connection);
      return database.forCompany(companyId, async (tx) =>
        toListed(await listDeliveries(tx, { ...page, companyId, connectionId })),
      );
    },
  });

  api.route({
    method: 'POST',
    url: '/deliveries/:id/replay',
    config: { access: { right: 'pause', company: { by: 'delivery' } } },
    schema: {
      operationId: 'replayDelivery',
      tags: ['Connections'],
      summary: 'Work on a delivery once more',
      description: 'The stored bytes go through the stream again. Nothing is sent twice by it.',
      params: IdParams,
      response: { 202: nothing('It is queued.'), ...problems('request_not_found') },
    },
    handler: async (request, reply) => {
      await intake.replay(request.params.id, request.actor);
      return reply.status(202).send();
    },
  });
}
