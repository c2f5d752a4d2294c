import {
  countStuckDeliveries,
  readDeliveryBody,
  readLastActivity,
  type DeliveryBody as StoredBody,
} from '../../intake/index.ts';
import { countWaiting } from '../../letter/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { isOperator } from './access.ts';
import {
  DeadJobs,
  type DeliveryBody,
  DeliveryBody as DeliveryBodySchema,
  Health,
  Redrive,
  Replayed,
  ReplayRequest,
} from './activity-schemas.ts';
import { json, problems } from './answers.ts';
import { findConnection } from './connections.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { CompanyQuery, IdParams, listOf } from './schemas.ts';

/** What happened, what is stuck, and how to set it going again; for the people of a company. */
export function activityRoutes(api: Server, parts: ApiParts): void {
  deliveryRoutes(api, parts);
  deadJobRoutes(api, parts);
  healthRoute(api, parts);
}

function deliveryRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, intake } = parts;

  api.route({
    method: 'GET',
    url: '/deliveries/:id/body',
    config: { access: { right: 'bodies', company: { by: 'delivery' } } },
    schema: {
      operationId: 'readDeliveryBody',
      tags: ['Connections'],
      summary: 'Read what the ATS sent, byte for byte',
      description: 'Holds personal data, for owners alone. Each reading leaves a line in the audit log.',
      params: IdParams,
      response: { 200: json('The bytes.', DeliveryBodySchema), ...problems('request_not_found') },
    },
    handler: ({ params: { id }, actor }) =>
      database.forSystem(async (tx) => {
        const found = await readDeliveryBody(tx, id);
        if (!found) throw new RelayError('request_not_found', { message: 'there is no such delivery' });
        const { companyId } = found;
        await appendAudit(tx, { companyId, at: clock.now(), actor, action: 'delivery.read', subject: id });
        return toBody(id, found);
      }),
  });

  api.route({
    method: 'POST',
    url: '/deliveries/replay',
    config: { access: { right: 'pause', company: { by: 'connection', at: 'body.connection' } } },
    schema: {
      operationId: 'replayDeliveries',
      tags: ['Connections'],
      summary: 'Work on many deliveries once more',
      description:
        'The stored bytes go through the stream again. Nothing is sent twice by it. What was erased is left out.',
      body: ReplayRequest,
      response: { 202: json('They are queued.', Replayed), ...problems('request_not_found') },
    },
    handler: async ({ body: { connection, ids }, actor }, reply) => {
      const place = await findConnection(parts, connection);
      return reply.status(202).send({ queued: await intake.replayAll(place, ids, actor) });
    },
  });
}

function deadJobRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, jobs } = parts;

  api.route({
    method: 'GET',
    url: '/jobs/dead',
    config: { access: { right: 'settings', company: 'query' } },
    schema: {
      operationId: 'listDeadJobs',
      tags: ['Operation'],
      summary: "Count a company's jobs that were given up",
      description: 'By queue and cause, most first. What a job carries is not told.',
      querystring: CompanyQuery,
      response: { 200: json('The jobs.', listOf(DeadJobs)), ...problems('request_not_found') },
    },
    handler: async ({ query }) => {
      const { companyId } = await database.forSystem((tx) => findCompany(tx, query.company));
      return { items: [...(await jobs.listDead(companyId))], nextCursor: null };
    },
  });

  api.route({
    method: 'POST',
    url: '/jobs/dead/redrive',
    config: { access: { right: 'settings', company: 'body' } },
    schema: {
      operationId: 'redriveDeadJobs',
      tags: ['Operation'],
      summary: "Give a company's dead jobs back to their queue",
      description: 'Do it after the cause is mended. Jobs are safe to run again.',
      body: Redrive,
      response: { 200: json('How many are worked on again.', Replayed), ...problems('request_not_found') },
    },
    handler: async ({ body, actor }) => {
      const { queue } = body;
      const { companyId } = await database.forSystem((tx) => findCompany(tx, body.company));
      const isKnown = (await jobs.listDead(companyId)).some((dead) => dead.queue === queue);
      if (!isKnown) throw new RelayError('request_not_found', { message: 'the queue has no such jobs' });
      const queued = await jobs.redrive(queue, companyId);
      const detail = { queue, jobs: queued };
      await database.forCompany(companyId, (tx) =>
        appendAudit(tx, { companyId, at: clock.now(), actor, action: 'job.redriven', subject: companyId, detail }),
      );
      return { queued };
    },
  });
}

function healthRoute(api: Server, parts: ApiParts): void {
  const { clock, jobs, slack, connections, mailKind } = parts;

  api.route({
    method: 'GET',
    url: '/health',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'readHealth',
      tags: ['Operation'],
      summary: 'Tell how the service does for a company',
      description: 'Database, jobs, connections, Slack and mail. Where the database does not answer, this is 503.',
      querystring: CompanyQuery,
      response: { 200: json('How it does.', Health), ...problems('request_not_found') },
    },
    handler: async ({ query, principal }) => {
      const { company, ms } = await timed(parts, query.company);
      const { companyId } = company;
      const dead = await jobs.listDead(companyId);
      const waiting = principal && isOperator(principal) ? sum(await jobs.counts(), 'waiting') : null;
      const { state, reason } = await slack.readState(companyId);
      const places = state === 'none' ? [] : await slack.listPlaces(companyId);
      return asCompany(parts, companyId, async (tx) => {
        const activity = new Map((await readLastActivity(tx, companyId)).map((one) => [one.connectionId, one]));
        const stuck = await countStuckDeliveries(tx, companyId);
        const letters = await countWaiting(tx, companyId);
        const installed = await connections.list(tx, companyId);
        return {
          database: { answers: true as const, ms },
          jobs: { waiting, dead: sum(dead, 'count') },
          connections: installed.map((connection) => ({
            id: connection.connectionId,
            connector: connection.connector,
            state: connection.state,
            failingSince: connection.failingSince,
            failingCode: connection.failingCode,
            lastDeliveryAt: activity.get(connection.connectionId)?.lastDeliveryAt ?? null,
            lastPolledAt: activity.get(connection.connectionId)?.lastPolledAt ?? null,
            lastImportAt: activity.get(connection.connectionId)?.lastImportAt ?? null,
            stuck: sum(
              stuck.filter(({ connectionId }) => connectionId === connection.connectionId),
              'count',
            ),
          })),
          slack: {
            state,
            reason,
            blockedPlaces: places.filter(({ blockedReason }) => blockedReason !== null).length,
          },
          mail: {
            kind: mailKind,
            failed: sum(
              letters.filter(({ status }) => status !== 'held'),
              'letters',
            ),
          },
          checkedAt: clock.now(),
        };
      });
    },
  });
}

/** Looks the company up and says how long the database took for it. */
async function timed({ database, clock }: ApiParts, reference: string) {
  const began = clock.now().getTime();
  const company = await database.forSystem((tx) => findCompany(tx, reference));
  return { company, ms: clock.now().getTime() - began };
}

function sum<K extends string>(items: readonly Readonly<Record<K, number>>[], name: K): number {
  return items.reduce((total, item) => total + item[name], 0);
}

function toBody(id: string, { receivedAt, body, isErased }: StoredBody): DeliveryBody {
  const text = toText(body);
  return {
    id,
    receivedAt,
    holdsPersonalData: true,
    isErased,
    encoding: text === undefined ? 'base64' : 'utf-8',
    bytes: body.byteLength,
    body: text ?? Buffer.from(body).toString('base64'),
  };
}

function toText(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
