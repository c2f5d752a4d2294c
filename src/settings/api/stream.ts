import { listConsents } from '../../consent/index.ts';
import { listRejections } from '../../intake/index.ts';
import type { Server } from '../../platform/http-server.ts';
import { listNotices } from '../../slack/index.ts';
import { json, problems, toListed } from './answers.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { CompanyPageQuery, Consent, listOf, Notice, Rejection } from './schemas.ts';

/** What comes in and what comes of it: rejections, consents, notices. Only to look at. */
export function streamRoutes(api: Server, parts: ApiParts): void {
  api.route({
    method: 'GET',
    url: '/rejections',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listRejections',
      tags: ['Stream'],
      summary: "List a company's rejections",
      description: 'As read back from the ATS, not as delivered.',
      querystring: CompanyPageQuery,
      response: { 200: json('The rejections.', listOf(Rejection)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) =>
        toListed(await listRejections(tx, { ...page, companyId })),
      );
    },
  });

  api.route({
    method: 'GET',
    url: '/consents',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listConsents',
      tags: ['Stream'],
      summary: "List the decisions of a company's applicants",
      description: 'Every decision stays; a later one follows it. People are ids here.',
      querystring: CompanyPageQuery,
      response: { 200: json('The decisions.', listOf(Consent)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) =>
        toListed(await listConsents(tx, { ...page, companyId })),
      );
    },
  });

  api.route({
    method: 'GET',
    url: '/notices',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listNotices',
      tags: ['Stream'],
      summary: 'List the notices to recruiters',
      description: 'As they stand in Slack; `logged` while no workspace is configured.',
      querystring: CompanyPageQuery,
      response: { 200: json('The notices.', listOf(Notice)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) =>
        toListed(await listNotices(tx, { ...page, companyId })),
      );
    },
  });
}
