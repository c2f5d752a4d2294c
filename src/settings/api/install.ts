import type { Server } from '../../platform/http-server.ts';
import { makeTicket } from '../install/tickets.ts';
import { json, problems } from './answers.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { Install, NewInstall } from './schemas.ts';

/** Begins the install of an ATS that is connected by agreeing there. */
export function installRoutes(api: Server, parts: ApiParts): void {
  const { connections, baseUrl } = parts;

  api.route({
    method: 'POST',
    url: '/install',
    config: { access: { right: 'settings', company: 'body' } },
    schema: {
      operationId: 'beginInstall',
      tags: ['Connections'],
      summary: 'Make an address that begins an install',
      description:
        'For an ATS with the access `authorization-code`. Open the address in a browser, once, within ten minutes: it ' +
        'leads to the ATS, and back to a page that tells what comes next. Installing again renews the connection.',
      body: NewInstall,
      response: {
        201: json('Where an admin goes.', Install),
        ...problems('request_not_found', 'request_conflict', 'connector_unknown', 'oauth_client_missing'),
      },
    },
    handler: async (request, reply) => {
      const { company: reference, connector } = request.body;
      const companyId = await asCompany(parts, reference, async (_tx, company) => company.companyId);
      connections.requireInstallable(connector);
      const { ticket, expiresAt } = await makeTicket(parts, { companyId, connector });
      return reply.status(201).send({ url: `${baseUrl}/install/${connector}?ticket=${ticket}`, expiresAt });
    },
  });
}
