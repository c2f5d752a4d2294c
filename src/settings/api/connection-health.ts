import { readConnectionHealth } from '../../intake/index.ts';
import { countPlanned } from '../../letter/index.ts';
import { type ErrorCode, errorCodes } from '../../platform/error-codes.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems } from './answers.ts';
import { findConnection } from './connections.ts';
import { ConnectionHealth, NewRotation, Rotation } from './connections-schemas.ts';
import type { ApiParts } from './parts.ts';
import { IdParams } from './schemas.ts';

const days = 7;
const hourMs = 3_600_000;

/** How a connection fares, and a new secret for its webhooks. */
export function connectionHealthRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, connections } = parts;

  api.route({
    method: 'GET',
    url: '/connections/:id/health',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'getConnectionHealth',
      tags: ['Connections'],
      summary: 'Show how a connection fares',
      description:
        'What came in last and by which way, what waits, how many calls the ATS still takes, and why it refuses us where it does.',
      params: IdParams,
      response: { 200: json('Its health.', ConnectionHealth), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      const { companyId, connectionId, failingSince, failingCode } = connection;
      const since = new Date(clock.now().getTime() - days * 24 * hourMs);
      const rate = await connections.readBudget(connection);
      return database.forCompany(companyId, async (tx) => ({
        ...(await readConnectionHealth(tx, { companyId, connectionId }, since)),
        days,
        failing:
          failingSince && failingCode ? { since: failingSince, code: failingCode, ...toWords(failingCode) } : null,
        rate,
        plannedLetters: await countPlanned(tx, connectionId),
        oldSecretUntil: await connections.readOldSecretEnd(tx, connection),
      }));
    },
  });

  api.route({
    method: 'POST',
    url: '/connections/:id/webhook-secret/rotate',
    config: { access: { right: 'settings', company: { by: 'connection' } } },
    schema: {
      operationId: 'rotateWebhookSecret',
      tags: ['Connections'],
      summary: 'Replace the webhook secret',
      description:
        'The new one is accepted at once, the present one beside it for as long as asked, so that no delivery is lost while ' +
        'the ATS is changed. Where the ATS makes the secret, `secret` is needed.',
      params: IdParams,
      body: NewRotation,
      response: { 200: json('The new secret.', Rotation), ...problems('request_not_found', 'request_conflict') },
    },
    handler: async (request) => {
      const { keepOldForHours, secret } = request.body;
      const { companyId, connectionId } = await findConnection(parts, request.params.id);
      const oldUntil = keepOldForHours === 0 ? null : new Date(clock.now().getTime() + keepOldForHours * hourMs);
      const { actor } = request;
      return database.forCompany(companyId, (tx) =>
        connections.rotateWebhookSecret(tx, connectionId, { secret, oldUntil, actor }),
      );
    },
  });
}

function toWords(code: string): { readonly ja: string; readonly en: string } {
  const { ja, en } = errorCodes[isKnown(code) ? code : 'internal_error'];
  return { ja, en };
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
