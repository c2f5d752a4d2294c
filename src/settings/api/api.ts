import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { sendProblem } from '../../platform/problem.ts';
import { activityRoutes } from './activity.ts';
import { applicantsPageRoutes } from './applicants-page.ts';
import { atsRoutes } from './ats.ts';
import { guardRoutes } from './auth.ts';
import { companyRoutes } from './companies.ts';
import { companyDataRoutes } from './company-data.ts';
import { connectionHealthRoutes } from './connection-health.ts';
import { connectionRoutes } from './connections.ts';
import { creditStatementRoutes } from './credit-statement.ts';
import { creditRoutes } from './credits.ts';
import { dashboardRoutes } from './dashboard.ts';
import { decisionRoutes } from './decisions.ts';
import { deliveryRoutes } from './deliveries.ts';
import { goLiveRoutes } from './go-live.ts';
import { importRoutes } from './imports.ts';
import { installRoutes } from './install.ts';
import { letterBatchRoutes } from './letter-batches.ts';
import { letterListRoutes } from './letter-list.ts';
import { letterPreviewRoutes } from './letter-previews.ts';
import { letterTemplateDraftRoutes } from './letter-template-drafts.ts';
import { letterTemplateRoutes } from './letter-templates.ts';
import { letterRoutes } from './letters.ts';
import { mappingRoutes } from './mapping.ts';
import { meRoutes } from './me.ts';
import { memberRoutes } from './members.ts';
import { describeApi, serveDocs } from './openapi.ts';
import { operationRoutes } from './operation.ts';
import type { ApiParts } from './parts.ts';
import { pollRoutes } from './polls.ts';
import { slackRoutes } from './slack.ts';
import { startRoutes } from './start.ts';
import { streamRoutes } from './stream.ts';
import { templateRoutes } from './templates.ts';
import { tokenRoutes } from './tokens.ts';

/**
 * Hangs the JSON API under /api/v1, its OpenAPI document at /api/v1/openapi.json and its pages at /api/docs.
 * Every route inside the guarded scope needs somebody who may; only the document and its pages stand outside.
 */
export async function registerApi(server: Server, parts: ApiParts): Promise<void> {
  await server.register(
    async (scope: Server) => {
      await describeApi(scope);
      await scope.register(async (guarded: Server) => guardedRoutes(guarded, parts), { prefix: '/v1' });
      scope.get('/v1/openapi.json', { schema: { hide: true } }, async () => scope.swagger());
      await serveDocs(scope);
    },
    { prefix: '/api' },
  );
}

async function guardedRoutes(api: Server, parts: ApiParts): Promise<void> {
  guardRoutes(api, parts);
  api.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
  api.setNotFoundHandler((request, reply) => sendProblem(new RelayError('request_not_found'), request, reply));
  companyRoutes(api, parts);
  companyDataRoutes(api, parts);
  applicantsPageRoutes(api, parts);
  connectionRoutes(api, parts);
  connectionHealthRoutes(api, parts);
  goLiveRoutes(api, parts);
  pollRoutes(api, parts);
  atsRoutes(api, parts);
  mappingRoutes(api, parts);
  installRoutes(api, parts);
  deliveryRoutes(api, parts);
  activityRoutes(api, parts);
  await importRoutes(api, parts);
  decisionRoutes(api, parts);
  streamRoutes(api, parts);
  letterListRoutes(api, parts);
  letterBatchRoutes(api, parts);
  letterPreviewRoutes(api, parts);
  letterRoutes(api, parts);
  letterTemplateRoutes(api, parts);
  letterTemplateDraftRoutes(api, parts);
  templateRoutes(api, parts);
  creditRoutes(api, parts);
  creditStatementRoutes(api, parts);
  slackRoutes(api, parts);
  operationRoutes(api, parts);
  dashboardRoutes(api, parts);
  startRoutes(api, parts);
  meRoutes(api, parts);
  memberRoutes(api, parts);
  tokenRoutes(api, parts);
}
