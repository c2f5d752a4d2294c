import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import { RelayError } from '../platform/errors.ts';
import type { Server } from '../platform/http-server.ts';
import type { Locale } from './model.ts';
import { listOutbox, type OutboxMail, readOutboxMail } from './outbox.ts';
import { mailCsp, outboxCsp, renderOutbox, renderOutboxMail } from './outbox-page.ts';

const Listing = z.object({ cursor: z.uuid().optional() });
const OneMail = z.object({ mailId: z.uuid() });
const mailsAPage = 50;

/**
 * Shows the local outbox at /outbox, to read letters without a mail server. It asks nobody who he is and shows letters
 * with their links, so it is for the machine at hand: register it in embedded mode without SMTP only, and it answers
 * only requests addressed to this machine, not ones to a public name or a name a web page has bent towards it.
 */
export async function registerOutboxRoutes(
  server: Server,
  { database }: { readonly database: Database },
): Promise<void> {
  server.get('/outbox', { schema: { querystring: Listing, hide: true } }, async (request, reply) => {
    guardMachine(request);
    const { cursor } = request.query;
    const page = await database.forSystem((tx) => listOutbox(tx, { cursor, limit: mailsAPage }));
    return sendPage(reply, outboxCsp, renderOutbox(page.items, page.nextCursor, toPageLocale(request)));
  });
  server.get('/outbox/:mailId', { schema: { params: OneMail, hide: true } }, async (request, reply) => {
    guardMachine(request);
    const mail = await findMail(database, request.params.mailId);
    return sendPage(reply, outboxCsp, renderOutboxMail(mail, toPageLocale(request)));
  });
  server.get('/outbox/:mailId/html', { schema: { params: OneMail, hide: true } }, async (request, reply) => {
    guardMachine(request);
    const mail = await findMail(database, request.params.mailId);
    return sendPage(reply, mailCsp, mail.html);
  });
}

function guardMachine(request: FastifyRequest): void {
  const isLocal = request.hostname === 'localhost' || request.hostname === '127.0.0.1' || request.hostname === '[::1]';
  if (!isLocal) throw new RelayError('request_not_found');
}

async function findMail(database: Database, mailId: string): Promise<OutboxMail> {
  const mail = await database.forSystem((tx) => readOutboxMail(tx, mailId));
  if (!mail) throw new RelayError('request_not_found', { message: 'there is no such mail' });
  return mail;
}

function toPageLocale(request: FastifyRequest): Locale {
  return (request.headers['accept-language'] ?? '').toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

function sendPage(reply: FastifyReply, csp: string, html: string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': csp,
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
    })
    .type('text/html; charset=utf-8')
    .send(html);
}
