import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mailCsp, previewTemplate } from '../../letter/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { readUser } from '../identity/store.ts';
import { json, problems } from './answers.ts';
import { findCompanyOfLetter, seesNames } from './letter-list.ts';
import { LetterPreview, PreviewQuery, SampleQuery, TestMailRequest, TestMailSent } from './letters-schemas.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { IdParams } from './schemas.ts';

const html = { description: 'The HTML part alone.', content: { 'text/html': { schema: z.string() } } };

/** What a letter says, as JSON and as a page for a frame; and a copy of it to oneself. */
export function letterPreviewRoutes(api: Server, parts: ApiParts): void {
  const { database, letters } = parts;

  async function preview(request: FastifyRequest, letterId: string, locale: 'ja' | 'en' | undefined) {
    const companyId = await findCompanyOfLetter(parts, letterId);
    const showsNames = seesNames(request, companyId);
    const found = await database.forCompany(companyId, (tx) =>
      letters.preview(tx, { companyId, letterId, showsNames, locale }),
    );
    if (!found) throw new RelayError('request_not_found', { message: 'there is no such letter' });
    return { ...found, lacks: [...found.lacks] };
  }

  async function sample({ company: reference, locale }: z.infer<typeof SampleQuery>): Promise<LetterPreview> {
    return asCompany(parts, reference, async (tx, company) => {
      const found = await previewTemplate(parts, tx, company, locale ?? company.locale);
      return { ...found, lacks: [...found.lacks] };
    });
  }

  api.route({
    method: 'GET',
    url: '/letters/:id/preview',
    config: { access: { right: 'look', company: { by: 'letter' } } },
    schema: {
      operationId: 'previewLetter',
      tags: ['Stream'],
      summary: 'Show what went out, or would go out now',
      params: IdParams,
      querystring: PreviewQuery,
      response: { 200: json('The mail.', LetterPreview), ...problems('request_not_found') },
    },
    handler: (request) => preview(request, request.params.id, request.query.locale),
  });

  api.route({
    method: 'GET',
    url: '/letters/:id/preview/html',
    config: { access: { right: 'look', company: { by: 'letter' } } },
    schema: {
      operationId: 'previewLetterHtml',
      tags: ['Stream'],
      summary: 'Show its HTML part, for a frame',
      params: IdParams,
      querystring: PreviewQuery,
      response: { 200: html, ...problems('request_not_found') },
    },
    handler: async (request, reply) => sendHtml(reply, await preview(request, request.params.id, request.query.locale)),
  });

  api.route({
    method: 'GET',
    url: '/letter-template',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'previewLetterTemplate',
      tags: ['Stream'],
      summary: 'Show the letter as it is worded now, to an invented applicant',
      querystring: SampleQuery,
      response: { 200: json('The mail.', LetterPreview), ...problems('request_not_found') },
    },
    handler: (request) => sample(request.query),
  });

  api.route({
    method: 'GET',
    url: '/letter-template/html',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'previewLetterTemplateHtml',
      tags: ['Stream'],
      summary: 'Show its HTML part, for a frame',
      querystring: SampleQuery,
      response: { 200: html, ...problems('request_not_found') },
    },
    handler: async (request, reply) => sendHtml(reply, await sample(request.query)),
  });

  api.route({
    method: 'POST',
    url: '/letters/:id/test',
    config: { access: { right: 'letters', company: { by: 'letter' } } },
    schema: {
      operationId: 'sendTestLetter',
      tags: ['Stream'],
      summary: 'Send a copy of it to oneself',
      description:
        'To the address one signs in with, and to no other. Its link leads nowhere; the letter stays as it is.',
      params: IdParams,
      body: TestMailRequest,
      response: {
        200: json('It was sent.', TestMailSent),
        ...problems('request_not_found', 'request_conflict', 'mail_unavailable'),
      },
    },
    handler: async (request) => {
      const { id } = request.params;
      const companyId = await findCompanyOfLetter(parts, id);
      const to = await findOwnAddress(parts, request);
      await letters.sendTest({ companyId, letterId: id, locale: request.body.locale, to }, request.actor);
      return { to: to.address };
    },
  });
}

/** Who asks, as a mail is addressed to him. @throws RelayError request_conflict for a program. */
export async function findOwnAddress(
  { database }: Pick<ApiParts, 'database'>,
  { principal }: Pick<FastifyRequest, 'principal'>,
): Promise<{ readonly name: string; readonly address: string }> {
  const user =
    principal?.kind === 'user' ? await database.forSystem((tx) => readUser(tx, principal.userId)) : undefined;
  if (!user) throw new RelayError('request_conflict', { message: 'a token has no mail address' });
  return { name: user.name, address: user.email };
}

/** Shows itself in its own style in a frame of ours, and may do nothing else. */
function sendHtml(reply: FastifyReply, { mail }: LetterPreview): FastifyReply {
  return reply
    .removeHeader('origin-agent-cluster') // its origin is nobody's
    .header('content-security-policy', `${mailCsp}; sandbox`)
    .type('text/html; charset=utf-8')
    .send(mail?.html ?? '');
}
