import { z } from 'zod';
import { listOutbox } from '../../letter/index.ts';
import { listAudit } from '../../platform/audit.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems } from './answers.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { AuditEntry, AuditPageQuery, listOf, OutboxMail, OutboxPageQuery, Queue, QueueParams } from './schemas.ts';

/** What an operator looks at: queues, the local outbox, the audit log. */
export function operationRoutes(api: Server, parts: ApiParts): void {
  const { database, jobs, hasOutbox } = parts;

  api.route({
    method: 'GET',
    url: '/jobs',
    config: { access: { right: 'operator', company: 'none' } },
    schema: {
      operationId: 'listQueues',
      tags: ['Operation'],
      summary: 'Count the jobs of each queue',
      description: 'Waiting, in hand, and dead: given up after all tries. The figures are a few seconds old.',
      response: { 200: json('The queues.', listOf(Queue)), ...problems() },
    },
    handler: async () => ({ items: [...(await jobs.counts())], nextCursor: null }),
  });

  api.route({
    method: 'POST',
    url: '/jobs/:queue/redrive',
    config: { access: { right: 'operator', company: 'none' } },
    schema: {
      operationId: 'redriveQueue',
      tags: ['Operation'],
      summary: 'Give dead jobs back to their queue',
      description: 'Do it after the cause is mended. Jobs are safe to run again.',
      params: QueueParams,
      response: {
        200: json('How many were given back.', z.object({ moved: z.int() })),
        ...problems('request_not_found'),
      },
    },
    handler: async (request) => {
      const { queue } = request.params;
      const isKnown = (await jobs.counts()).some((counts) => counts.queue === queue);
      if (!isKnown) throw new RelayError('request_not_found', { message: 'there is no such queue' });
      return { moved: await jobs.redrive(queue) };
    },
  });

  api.route({
    method: 'GET',
    url: '/outbox',
    config: { access: { right: 'operator', company: 'none' } },
    schema: {
      operationId: 'listOutbox',
      tags: ['Operation'],
      summary: 'List the mails of the local outbox',
      description: 'Only while no SMTP server is configured; otherwise there is no outbox and this is answered 404.',
      querystring: OutboxPageQuery,
      response: { 200: json('The mails.', listOf(OutboxMail)), ...problems('request_not_found') },
    },
    handler: async (request) => {
      if (!hasOutbox)
        throw new RelayError('request_not_found', { message: 'mail goes out by SMTP; there is no outbox' });
      const { company, ...page } = request.query;
      return database.forSystem(async (tx) => {
        const companyId = company === undefined ? undefined : (await findCompany(tx, company)).companyId;
        const { items, nextCursor } = await listOutbox(tx, { ...page, companyId });
        return { items: items.map((mail) => ({ ...mail, headers: { ...mail.headers } })), nextCursor };
      });
    },
  });

  api.route({
    method: 'GET',
    url: '/audit',
    config: { access: { right: 'audit', company: 'query' } },
    schema: {
      operationId: 'listAudit',
      tags: ['Operation'],
      summary: "List a company's audit log",
      description: 'Who did what to which id, and when. Append-only; holds no personal data.',
      querystring: AuditPageQuery,
      response: { 200: json('The entries.', listOf(AuditEntry)), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { company, cursor, limit, about } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) => {
        const { items, nextCursor } = await listAudit(tx, { companyId, cursor, limit, about });
        return { items: items.map((entry) => ({ ...entry, detail: { ...entry.detail } })), nextCursor };
      });
    },
  });
}
