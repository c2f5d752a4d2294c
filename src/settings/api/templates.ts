import { type Company, findAgencyLack, readAgency } from '../../company/index.ts';
import type { Connection, Connector } from '../../connector/index.ts';
import { exportTemplate, readToPaste } from '../../letter/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems } from './answers.ts';
import { findConnection } from './connections.ts';
import { type ApiParts, asCompany, toStaticLink } from './parts.ts';
import {
  ConnectorParams,
  ExportedTemplate,
  ExportQuery,
  IdParams,
  type LetterLocale,
  TemplateQuery,
} from './schemas.ts';

type Link = Parameters<typeof exportTemplate>[0]['link'];

/** A letter, ours or of the company's own words, in the tokens of an ATS, for pasting into its rejection template. */
export function templateRoutes(api: Server, parts: ApiParts): void {
  const { connections } = parts;

  api.route({
    method: 'GET',
    url: '/connectors/:connector/template',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'exportTemplate',
      tags: ['Connections'],
      summary: "Export a letter in an ATS's own tokens",
      description: 'For pasting into its rejection template, before anything is connected. The link is the static one.',
      params: ConnectorParams,
      querystring: TemplateQuery,
      response: {
        200: json('The letter.', ExportedTemplate),
        ...problems('request_not_found', 'request_conflict', 'connector_unknown', 'agency_incomplete'),
      },
    },
    handler: (request) => {
      const { company: reference, locale, template } = request.query;
      const connector = connections.connector(request.params.connector);
      if (!connector) throw new RelayError('connector_unknown');
      return asCompany(parts, reference, (tx, company) =>
        exportFor(parts, tx, { company, connector, locale, template, link: toLink(parts, company) }),
      );
    },
  });

  api.route({
    method: 'GET',
    url: '/connections/:id/template',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'exportConnectionTemplate',
      tags: ['Connections'],
      summary: "Export a letter for a connection's mode",
      description: 'In mode `ats-personal` the link is the token of the field that each person’s link is written to.',
      params: IdParams,
      querystring: ExportQuery,
      response: {
        200: json('The letter.', ExportedTemplate),
        ...problems('request_not_found', 'request_conflict', 'agency_incomplete', 'vendor_field_unsuitable'),
      },
    },
    handler: async (request) => {
      const connection = await findConnection(parts, request.params.id);
      const connector = connections.connector(connection.connector);
      if (!connector) throw new RelayError('connector_unknown');
      const personal = await readPersonalLink(parts, connection);
      return asCompany(parts, connection.companyId, (tx, company) =>
        exportFor(parts, tx, {
          company,
          connector,
          ...request.query,
          link: personal ?? toLink(parts, company),
        }),
      );
    },
  });
}

async function exportFor(
  { clock }: Pick<ApiParts, 'clock'>,
  tx: Tx,
  asked: {
    readonly company: Company;
    readonly connector: Connector;
    readonly locale?: LetterLocale | undefined;
    readonly template: string;
    readonly link: Link;
  },
): Promise<ExportedTemplate> {
  const { company, template, locale = company.locale } = asked;
  const { companyId } = company;
  const agency = await readAgency(tx, companyId);
  const lack = findAgencyLack(agency, clock.now());
  if (!agency || lack) throw new RelayError('agency_incomplete', { message: lack ?? 'agency-missing' });
  const own = template === 'standard' ? undefined : await readToPaste(tx, { companyId, templateId: template, locale });
  const exported = exportTemplate({ ...asked, agency, locale, wording: own?.wording });
  return {
    template: own ? { id: template, name: own.name, version: own.wording.version } : null,
    ...exported,
    notes: [...exported.notes],
  };
}

function toLink(parts: Pick<ApiParts, 'baseUrl'>, company: Company): Link {
  return { kind: 'static', text: toStaticLink(parts, company) };
}

/** The vendor's token for the field of the person's own link; undefined in every other mode. */
async function readPersonalLink(
  { connections }: Pick<ApiParts, 'connections'>,
  connection: Connection,
): Promise<Link | undefined> {
  if (connection.mode !== 'ats-personal') return undefined;
  return { kind: 'personal', text: await connections.readLinkToken(connection) };
}
