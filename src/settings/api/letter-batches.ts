import type { z } from 'zod';
import { forecastLetters, type LetterBatch as KnownBatch, type LetterFilter, listBatches } from '../../letter/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { dayMs } from '../../platform/japan.ts';
import { readOwner } from '../../platform/owners.ts';
import type { LetterStatus } from '../../platform/tables.ts';
import { readActorNames } from './actor-names.ts';
import { json, problems } from './answers.ts';
import { LetterBatch, LetterForecast, LetterForecastQuery, NewLetterBatch } from './letter-batches-schemas.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { CompanyQuery, IdParams, listOf } from './schemas.ts';

const batchesListed = 20;

/** One decision about all letters that a filter finds: what it would do, its beginning, its progress, its end. */
export function letterBatchRoutes(api: Server, parts: ApiParts): void {
  const { clock, letters } = parts;

  api.route({
    method: 'GET',
    url: '/letters/forecast',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'forecastLetters',
      tags: ['Stream'],
      summary: 'Show what a decision about all letters that a filter finds would meet',
      description: 'How many there are in each state, how old they are, and what may be decided about them.',
      querystring: LetterForecastQuery,
      response: { 200: json('What it would meet.', LetterForecast), ...problems('request_not_found') },
    },
    handler: ({ query: { company, ...filter } }) =>
      asCompany(parts, company, async (tx, { companyId }) => ({
        states: (await forecastLetters(tx, companyId, toFilter(filter), clock.now())).map((state) => ({
          ...state,
          acts: [...state.acts],
        })),
      })),
  });

  api.route({
    method: 'POST',
    url: '/letters/batches',
    config: { access: { right: 'letters', company: 'body' } },
    schema: {
      operationId: 'decideAllLetters',
      tags: ['Stream'],
      summary: 'Send, hold or cancel all letters that a filter finds',
      description:
        'Exactly those are decided, in the background, that it finds now and that the act can change; each as if it were ' +
        'decided alone. One that has left by then, or that somebody else has decided, stays as it is and is counted. Refused ' +
        'while another is under way, and where more letters would be changed than were confirmed.',
      body: NewLetterBatch,
      response: {
        202: json('It is under way.', LetterBatch),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async ({ body, actor }, reply) => {
      const { company, act, filter, confirmedCount } = body;
      const { companyId } = await parts.database.forSystem((tx) => findCompany(tx, company));
      const batch = await letters.askBatch({ companyId, act, filter: toFilter(filter), confirmedCount }, actor);
      return reply.status(202).send(await withNames(parts, batch));
    },
  });

  api.route({
    method: 'GET',
    url: '/letters/batches',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listLetterBatches',
      tags: ['Stream'],
      summary: 'List the newest decisions about all letters that a filter found',
      description: `The newest ${batchesListed}, with how far each is. One at the most is under way.`,
      querystring: CompanyQuery,
      response: { 200: json('The batches.', listOf(LetterBatch)), ...problems('request_not_found') },
    },
    handler: async ({ query }) => {
      const batches = await asCompany(parts, query.company, (tx, { companyId }) =>
        listBatches(tx, companyId, batchesListed),
      );
      return { items: await Promise.all(batches.map((batch) => withNames(parts, batch))), nextCursor: null };
    },
  });

  api.route({
    method: 'POST',
    url: '/letters/batches/:id/stop',
    config: { access: { right: 'letters', company: { by: 'letter-batch' } } },
    schema: {
      operationId: 'stopLetterBatch',
      tags: ['Stream'],
      summary: 'Stop a decision about all letters that a filter found',
      description: 'What was decided stays decided; letters it has not come to stay as they are.',
      params: IdParams,
      response: {
        200: json('It has ended.', LetterBatch),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async ({ params: { id }, actor }) => {
      const companyId = await parts.database.forSystem((tx) => readOwner(tx, 'letter-batch', id));
      if (companyId === undefined) throw new RelayError('request_not_found', { message: 'there is no such batch' });
      return withNames(parts, await letters.stopBatch({ companyId, batchId: id }, actor));
    },
  });
}

/** Of what the API asks the list of letters, what narrows it. */
export function toFilter(query: Omit<z.output<typeof LetterForecastQuery>, 'company'>): LetterFilter {
  const { status, connection, q, ...rest } = query;
  return {
    ...rest,
    statuses: status?.split(',') as readonly LetterStatus[] | undefined, // the schema's pattern lets no other through
    connectionId: connection,
    applicationRef: q,
  };
}

async function withNames(
  { database, clock }: Pick<ApiParts, 'database' | 'clock'>,
  batch: KnownBatch,
): Promise<LetterBatch> {
  const { askedBy, endedBy, endedAt } = batch;
  const names = await database.forSystem((tx) => readActorNames(tx, [askedBy, ...(endedBy === null ? [] : [endedBy])]));
  return {
    ...batch,
    askedByName: names.get(askedBy) ?? null,
    endedByName: (endedBy !== null && names.get(endedBy)) || null,
    isRecent: endedAt === null || clock.now().getTime() - endedAt.getTime() < dayMs,
  };
}
