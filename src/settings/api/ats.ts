import { z } from 'zod';
import { readCompany } from '../../company/index.ts';
import type { Connection, VendorTemplate } from '../../connector/index.ts';
import { type CarriedLink, findCarriedLink } from '../../letter/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems, vendorProblems } from './answers.ts';
import { findConnection } from './connections.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, Instant, listOf } from './schemas.ts';

const Text = z.object({ ja: z.string(), en: z.string() });
const DecidedBy = z.enum(['company', 'candidate', 'unknown']);

export const WebhooksSetUp = z
  .object({
    state: z.enum(['set-up', 'by-hand']).describe('by-hand: an admin follows `steps` in the ATS.'),
    webhookUrl: z.string(),
    events: z.array(z.string()).describe("In the vendor's names."),
    steps: z.array(Text).describe('What to do in the ATS, in order; [] once it is set up.'),
  })
  .meta({ id: 'WebhooksSetUp' });

export const VendorReason = z
  .object({
    reasonRef: z.string().describe("The vendor's id, as `mapping.reasons` takes it."),
    name: z.string(),
    decidedBy: DecidedBy.describe('As far as the vendor says.'),
    rule: z
      .object({ decidedBy: DecidedBy.optional(), letter: z.enum(['send', 'skip', 'hold']).optional() })
      .nullable()
      .describe("The company's own rule for it; null: none."),
  })
  .meta({ id: 'VendorReason' });

export const RejectionTemplate = z
  .object({
    templateRef: z.string(),
    name: z.string(),
    carriesLink: z
      .enum(['static', 'personal', 'none'])
      .describe("static: the company's own address · personal: the field that each person's link is written to."),
  })
  .meta({ id: 'RejectionTemplate' });

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
      const reasons = requireTold(connection, await connections.listReasons(connection));
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
      summary: "List the ATS's rejection templates, and which carry our link",
      params: IdParams,
      response: {
        200: json('The templates.', listOf(RejectionTemplate)),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      return { items: [...(await readTemplates(parts, connection))], nextCursor: null };
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
      return reject(parts, connection, {
        ...request.body,
        sendAt: request.body.sendAt ?? null,
        actor: request.actor,
      });
    },
  });
}

/** @throws RelayError request_conflict when the vendor's API does not tell. */
function requireTold<T>({ connector }: Connection, told: T | undefined): T {
  if (told === undefined)
    throw new RelayError('request_conflict', { message: `the API of ${connector} does not tell` });
  return told;
}

async function readTemplates(
  { connections, database, baseUrl }: Pick<ApiParts, 'connections' | 'database' | 'baseUrl'>,
  connection: Connection,
): Promise<readonly { readonly templateRef: string; readonly name: string; readonly carriesLink: CarriedLink }[]> {
  const templates: readonly VendorTemplate[] = requireTold(connection, await connections.listTemplates(connection));
  const company = await database.forCompany(connection.companyId, (tx) => readCompany(tx, connection.companyId));
  if (!company) throw new RelayError('request_not_found', { message: 'the company is gone' });
  const staticUrl = `${baseUrl}/r/${company.slug}`;
  return templates.map(({ templateRef, name, ...template }) => ({
    templateRef,
    name,
    carriesLink: findCarriedLink(template, staticUrl),
  }));
}

interface Asked {
  readonly applicationRef: string;
  readonly reasonRef: string;
  readonly templateRef: string;
  readonly sendAt: Date | null;
  readonly actor: string;
}

/** Noted before it is asked and once more when it is answered: should we die between the two, the log says so. */
async function reject(parts: ApiParts, connection: Connection, asked: Asked): Promise<z.infer<typeof AtsRejection>> {
  const { mode } = connection;
  if (mode !== 'ats-triggered')
    throw new RelayError('request_conflict', { message: `the connection is in mode ${mode}, not ats-triggered` });
  const template = (await readTemplates(parts, connection)).find(
    ({ templateRef }) => templateRef === asked.templateRef,
  );
  // A personal link is written only in mode ats-personal: here its token would stand empty in the mail.
  if (template?.carriesLink !== 'static')
    throw new RelayError('request_conflict', {
      message: template ? 'that template does not carry our static link' : 'there is no such rejection template',
    });
  const { applicationRef, reasonRef, templateRef, actor } = asked;
  const detail = {
    applicationRef,
    reasonRef,
    templateRef,
    ...(asked.sendAt && { sendAt: asked.sendAt.toISOString() }),
  };
  await note(parts, connection, actor, 'rejection.asked', detail);
  try {
    const result = await parts.connections.reject(connection, asked);
    await note(parts, connection, actor, 'rejection.answered', {
      applicationRef,
      outcome: result.ok ? 'done' : result.reason,
    });
    return result;
  } catch (thrown) {
    await note(parts, connection, actor, 'rejection.answered', { applicationRef, outcome: toRelayError(thrown).code });
    throw thrown;
  }
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
