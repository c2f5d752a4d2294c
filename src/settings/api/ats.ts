import { z } from 'zod';
import type { Connection } from '../../connector/index.ts';
import { checkTemplates, listRejectionReasons, rejectInAts } from '../../letter/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems, vendorProblems } from './answers.ts';
import { findConnection } from './connections.ts';
import { WebhooksSetUp } from './connections-schemas.ts';
import { RejectionTemplate } from './letters-schemas.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, Instant, listOf, ReasonRule } from './schemas.ts';

const DecidedBy = z.enum(['company', 'candidate', 'unknown']);

export const VendorReason = z
  .object({
    reasonRef: z.string().describe("The vendor's id, as `mapping.reasons` takes it."),
    name: z.string(),
    decidedBy: DecidedBy.describe('As far as the vendor says.'),
    rule: ReasonRule.nullable().describe("The company's own rule for it; null: none."),
  })
  .meta({ id: 'VendorReason' });

const Ref = z.string().trim().min(1).max(200);

const NewAtsRejection = z
  .strictObject({
    applicationRef: Ref.describe("The vendor's id."),
    reasonRef: Ref.describe('Of GET …/reasons.'),
    templateRef: Ref.describe('Of GET …/templates; it must carry our link.'),
    sendAt: Instant.optional().describe('When the ATS sends its mail; without it, at once.'),
  })
  .meta({ examples: [{ applicationRef: '7100101', reasonRef: '14001', templateRef: '502' }] });

export const AtsRejection = z
  .object({
    ok: z.boolean(),
    reason: z.enum(['already-rejected', 'application-gone']).optional().describe('Why nothing was done.'),
  })
  .meta({ id: 'AtsRejection' });

/** What an admin asks of a connected ATS: its webhooks, its reasons, its templates, and to reject with one of them. */
export function atsRoutes(api: Server, parts: ApiParts): void {
  const { connections, baseUrl } = parts;

  api.route({
    method: 'POST',
    url: '/connections/:id/webhooks',
    config: { access: { right: 'settings', company: { by: 'connection' } } },
    schema: {
      operationId: 'setUpWebhooks',
      tags: ['Connections'],
      summary: "Set the ATS's webhooks up, or tell how",
      description: 'Safe to repeat: what stands in the ATS is found first, and only what is missing is made.',
      params: IdParams,
      response: {
        200: json('What was done, or what to do.', WebhooksSetUp),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      const webhook = connections.connector(connection.connector)?.webhook;
      if (!webhook) throw new RelayError('request_conflict', { message: `${connection.connector} sends no webhooks` });
      const webhookUrl = `${baseUrl}/hooks/${connection.connectionId}`;
      const isSetUp = await connections.setUpWebhooks(connection, webhookUrl);
      if (isSetUp) await note(parts, connection, request.actor, 'connection.webhooks-set-up', {});
      const steps = webhook.guide.map(({ ja, en }) => ({
        ja: ja.replaceAll('{url}', webhookUrl),
        en: en.replaceAll('{url}', webhookUrl),
      }));
      const state: 'set-up' | 'by-hand' = isSetUp ? 'set-up' : 'by-hand';
      return { state, webhookUrl, events: [...webhook.events], steps: isSetUp ? [] : steps };
    },
  });

  api.route({
    method: 'GET',
    url: '/connections/:id/reasons',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'listVendorReasons',
      tags: ['Connections'],
      summary: "List the ATS's rejection reasons, with the company's rules",
      params: IdParams,
      response: {
        200: json('The reasons.', listOf(VendorReason)),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      const reasons = await listRejectionReasons(parts, connection);
      const rules = new Map(Object.entries(connection.mapping.reasons));
      const items = reasons.map((reason) => ({ ...reason, rule: rules.get(reason.reasonRef) ?? null }));
      return { items, nextCursor: null };
    },
  });

  api.route({
    method: 'GET',
    url: '/connections/:id/templates',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'listVendorTemplates',
      tags: ['Connections'],
      summary: "List the ATS's rejection templates, and which carry our link and words",
      params: IdParams,
      response: {
        200: json('The templates.', listOf(RejectionTemplate)),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      const templates = await checkTemplates(parts, connection);
      return { items: templates.map(({ text: _, words: __, ...template }) => template), nextCursor: null };
    },
  });

  api.route({
    method: 'POST',
    url: '/connections/:id/reject',
    config: { access: { right: 'reject', company: { by: 'connection' } } },
    schema: {
      operationId: 'rejectInAts',
      tags: ['Connections'],
      summary: 'Reject an application in the ATS, with a template that carries our link',
      description:
        'Only in mode `ats-triggered`. Sent once and never repeated by itself: after an error that leaves it open ' +
        'whether the ATS took it, look there before sending it again.',
      params: IdParams,
      body: NewAtsRejection,
      response: {
        200: json('What the ATS did.', AtsRejection),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      return rejectInAts(parts, connection, { ...request.body, sendAt: request.body.sendAt ?? null }, request.actor);
    },
  });
}

function note(
  { database, clock }: Pick<ApiParts, 'database' | 'clock'>,
  { companyId, connectionId }: Connection,
  actor: string,
  action: string,
  detail: Readonly<Record<string, string>>,
): Promise<void> {
  const line = { companyId, at: clock.now(), actor, action, subject: connectionId, detail };
  return database.forCompany(companyId, (tx) => appendAudit(tx, line));
}
