import {
  listEntries,
  listReferrals,
  readBalance,
  readProjection,
  readReferral,
  readReservation,
} from '../../credit/index.ts';
import type { ErrorCode } from '../../platform/error-codes.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems, toListed } from './answers.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import {
  CompanyPageQuery,
  CompanyQuery,
  CreditEntry,
  Credits,
  IdParams,
  listOf,
  NewReservation,
  Referral,
  Reservation,
  ReservationRef,
} from './schemas.ts';

/** Referrals, the credits they earn, and the use of those. */
export function creditRoutes(api: Server, parts: ApiParts): void {
  ledgerRoutes(api, parts);
  spendingRoutes(api, parts);
}

function ledgerRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, credits } = parts;

  api.route({
    method: 'GET',
    url: '/credits',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'getCredits',
      tags: ['Credits'],
      summary: "Show a company's balance, and when the next credit is to be expected",
      querystring: CompanyQuery,
      response: {
        200: json('The balance: sums of the ledger; and the pace.', Credits),
        ...problems('request_not_found'),
      },
    },
    handler: (request) =>
      asCompany(parts, request.query.company, async (tx, { companyId }) => {
        const now = clock.now();
        return {
          ...(await readBalance(tx, companyId, now)),
          projection: await readProjection(tx, companyId, now),
        };
      }),
  });

  api.route({
    method: 'GET',
    url: '/credits/entries',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listCreditEntries',
      tags: ['Credits'],
      summary: 'List the ledger',
      description: 'One item for each posting, with its entries and the balance after it.',
      querystring: CompanyPageQuery,
      response: { 200: json('The postings.', listOf(CreditEntry)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) => {
        const { items, nextCursor } = await listEntries(tx, { ...page, companyId });
        return { items: items.map((item) => ({ ...item, entries: [...item.entries] })), nextCursor };
      });
    },
  });

  api.route({
    method: 'GET',
    url: '/referrals',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listReferrals',
      tags: ['Credits'],
      summary: "List a company's referrals",
      querystring: CompanyPageQuery,
      response: { 200: json('The referrals.', listOf(Referral)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) =>
        toListed(await listReferrals(tx, { ...page, companyId })),
      );
    },
  });

  api.route({
    method: 'POST',
    url: '/referrals/:id/confirm',
    config: { access: { right: 'credits', company: { by: 'referral' } } },
    schema: {
      operationId: 'confirmReferral',
      tags: ['Credits'],
      summary: 'Count a referral that waits',
      description:
        'Says that the agency confirmed the registration (where the terms count at confirmation), or that you know of the ' +
        'rejection yourself (reason `no-rejection`: who came by the static link and is found in no ATS). ' +
        'It counts now. Once; it cannot be taken back here.',
      params: IdParams,
      response: {
        200: json('The referral as it is now.', Referral),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const placed = await database.forSystem((tx) => readReferral(tx, id));
      if (!placed) throw refuse('not-found');
      const answer = await credits.confirmReferral(placed.companyId, id, request.actor);
      if (!answer.ok) throw refuse(answer.reason);
      const confirmed = await database.forSystem((tx) => readReferral(tx, id));
      return { id, ...(confirmed ?? placed).referral };
    },
  });
}

function spendingRoutes(api: Server, parts: ApiParts): void {
  const { database, credits } = parts;

  async function showReservation(reservationId: string): Promise<Reservation> {
    const placed = await database.forSystem((tx) => readReservation(tx, reservationId));
    if (!placed) throw refuse('not-found');
    return { id: reservationId, ...placed.reservation };
  }

  api.route({
    method: 'POST',
    url: '/credits/reserve',
    config: { access: { right: 'credits', company: 'body' } },
    schema: {
      operationId: 'reserveCredit',
      tags: ['Credits'],
      summary: 'Reserve one credit for an introduction',
      description: 'The one that expires soonest. It is held until it is used or released.',
      body: NewReservation,
      response: {
        201: json('The reservation.', Reservation),
        ...problems('request_not_found', 'agency_incomplete', 'credit_exhausted'),
      },
    },
    handler: async (request, reply) => {
      const { company, reason, idempotencyKey: key } = request.body;
      const { companyId } = await database.forSystem((tx) => findCompany(tx, company));
      const answer = await credits.reserve(companyId, { reason, key, actor: request.actor });
      if (!answer.ok) throw refuse(answer.reason);
      return reply.status(201).send(await showReservation(answer.reservationId));
    },
  });

  for (const { url, operationId, summary, description } of [
    {
      url: '/credits/use',
      operationId: 'useCredit',
      summary: 'Say that the introduction took place',
      description: 'The reserved credit is used up. Once.',
    },
    {
      url: '/credits/release',
      operationId: 'releaseCredit',
      summary: 'Release a reserved credit',
      description: 'It is available again, or expires when its end has passed meanwhile.',
    },
  ] as const) {
    const settle = url === '/credits/use' ? credits.use : credits.release;
    api.route({
      method: 'POST',
      url,
      config: { access: { right: 'credits', company: { by: 'reservation', at: 'body.reservationId' } } },
      schema: {
        operationId,
        tags: ['Credits'],
        summary,
        description,
        body: ReservationRef,
        response: {
          200: json('The reservation as it is now.', Reservation),
          ...problems('request_not_found', 'request_conflict'),
        },
      },
      handler: async (request) => {
        const { reservationId } = request.body;
        const answer = await settle(reservationId, request.actor);
        if (!answer.ok) throw refuse(answer.reason);
        return showReservation(reservationId);
      },
    });
  }
}

type Refused = 'not-found' | 'already-settled' | 'counted-already' | 'agency-missing' | 'credits-exhausted';

const refusals = {
  'not-found': ['request_not_found', 'there is nothing by that id'],
  'already-settled': ['request_conflict', 'it was settled before'],
  'counted-already': ['request_conflict', 'the person counts already within the period; this referral never will'],
  'agency-missing': ['agency_incomplete', 'the company has no agency yet'],
  'credits-exhausted': ['credit_exhausted', 'no credit is available'],
} as const satisfies Record<Refused, readonly [ErrorCode, string]>;

function refuse(reason: Refused): RelayError {
  const [code, message] = refusals[reason];
  return new RelayError(code, { message });
}
