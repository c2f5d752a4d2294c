import { listLetters } from '../../letter/index.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems, toListed } from './answers.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { CompanyPageQuery, IdParams, Letter, listOf } from './schemas.ts';

/** Letters, and a person's hand on them. */
export function letterRoutes(api: Server, parts: ApiParts): void {
  const { letters } = parts;

  api.route({
    method: 'GET',
    url: '/letters',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listLetters',
      tags: ['Stream'],
      summary: "List a company's letters",
      description: 'One for each rejection, also where none is sent: then `reason` says why.',
      querystring: CompanyPageQuery,
      response: { 200: json('The letters.', listOf(Letter)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) =>
        toListed(await listLetters(tx, { ...page, companyId })),
      );
    },
  });

  api.route({
    method: 'POST',
    url: '/letters/:id/cancel',
    config: { access: { right: 'letters', company: { by: 'letter' } } },
    schema: {
      operationId: 'cancelLetter',
      tags: ['Stream'],
      summary: 'Keep a letter from going out',
      params: IdParams,
      response: {
        200: json('The letter as it is now.', Letter),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: (request) => letters.cancel(request.params.id, request.actor),
  });

  api.route({
    method: 'POST',
    url: '/letters/:id/send',
    config: { access: { right: 'letters', company: { by: 'letter' } } },
    schema: {
      operationId: 'sendLetter',
      tags: ['Stream'],
      summary: 'Let a held or planned letter go out now',
      description: 'The application is read again first: what no longer stands is not sent. In shadow nothing leaves.',
      params: IdParams,
      response: {
        200: json('The letter as it is now.', Letter),
        ...problems('request_not_found', 'request_conflict', 'agency_incomplete'),
      },
    },
    handler: (request) => letters.send(request.params.id, request.actor),
  });
}
