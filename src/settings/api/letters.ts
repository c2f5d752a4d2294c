import type { Server } from '../../platform/http-server.ts';
import { json, problems } from './answers.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, Letter } from './schemas.ts';

/** A person's hand on one letter. */
export function letterRoutes(api: Server, parts: ApiParts): void {
  const { letters } = parts;

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

  api.route({
    method: 'POST',
    url: '/letters/:id/hold',
    config: { access: { right: 'letters', company: { by: 'letter' } } },
    schema: {
      operationId: 'holdLetter',
      tags: ['Stream'],
      summary: 'Keep a planned letter back until somebody decides',
      description: 'It is held (`by-hand`), whatever changes meanwhile, until it is sent or cancelled.',
      params: IdParams,
      response: {
        200: json('The letter as it is now.', Letter),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: (request) => letters.hold(request.params.id, request.actor),
  });
}
