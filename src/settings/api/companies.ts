import {
  type Agency as CompanyAgency,
  createCompany,
  findAgencyLack,
  type Company as KnownCompany,
  listCompanies,
  readAgency,
  readTerms,
  saveAgency,
  saveTerms,
} from '../../company/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { addMember } from '../identity/store.ts';
import { isOf } from './access.ts';
import { cutPage, json, problems } from './answers.ts';
import { type ApiParts, asCompany, toStaticLink } from './parts.ts';
import { Agency, AgencyDetails, Company, listOf, NewCompany, NewTerms, PageQuery, SlugParams } from './schemas.ts';

/** Companies, and the agency each of them works with. */
export function companyRoutes(api: Server, parts: ApiParts): void {
  const { database, vault, clock } = parts;

  api.route({
    method: 'GET',
    url: '/companies',
    config: { access: { right: 'member', company: 'none' } },
    schema: {
      operationId: 'listCompanies',
      tags: ['Companies'],
      summary: 'List the companies',
      description: 'Those of which whoever asks is a member; an operator sees all.',
      querystring: PageQuery,
      response: { 200: json('The companies.', listOf(Company)), ...problems() },
    },
    handler: async (request) =>
      cutPage(
        (await database.forSystem((tx) => listCompanies(tx)))
          .filter(({ companyId }) => request.principal !== null && isOf(request.principal, companyId))
          .map((company) => toCompany(parts, company)),
        request.query,
      ),
  });

  api.route({
    method: 'POST',
    url: '/companies',
    config: { access: { right: 'operator', company: 'none' } },
    schema: {
      operationId: 'createCompany',
      tags: ['Companies'],
      summary: 'Add a company',
      description: 'The company gets an encryption key of its own. Set its agency next.',
      body: NewCompany,
      response: { 201: json('The new company.', Company), ...problems('request_conflict') },
    },
    handler: async (request, reply) => {
      const now = clock.now();
      const company = await database.forSystem(async (tx) => {
        const created = await createCompany(tx, vault, request.body, now);
        const { companyId } = created;
        const { principal } = request;
        if (principal?.kind === 'user')
          await addMember(tx, { companyId, userId: principal.userId, role: 'owner', now });
        await appendAudit(tx, {
          companyId,
          at: now,
          actor: request.actor,
          action: 'company.created',
          subject: companyId,
        });
        return created;
      });
      return reply.status(201).send(toCompany(parts, company));
    },
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'getCompany',
      tags: ['Companies'],
      summary: 'Show a company',
      params: SlugParams,
      response: { 200: json('The company.', Company), ...problems('request_not_found') },
    },
    handler: (request) => asCompany(parts, request.params.slug, async (_tx, company) => toCompany(parts, company)),
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/agency',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'getAgency',
      tags: ['Companies'],
      summary: "Show the company's agency",
      description: 'With the terms in force, and what still keeps applicants from being asked.',
      params: SlugParams,
      response: { 200: json('The agency.', Agency), ...problems('request_not_found') },
    },
    handler: (request) =>
      asCompany(parts, request.params.slug, async (tx, { companyId }) =>
        toAgency(tx, await requireAgency(tx, companyId), clock.now()),
      ),
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/agency',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'setAgency',
      tags: ['Companies'],
      summary: "Set the company's agency",
      description:
        'The licensed 職業紹介事業者 that introduces. All of it is shown to applicants on the consent page. ' +
        'The first time, default terms come into force with it: 10 referrals make one credit, counted at consent.',
      params: SlugParams,
      body: AgencyDetails,
      response: { 200: json('The agency.', Agency), ...problems('request_not_found') },
    },
    handler: (request) =>
      asCompany(parts, request.params.slug, async (tx, { companyId }) => {
        const now = clock.now();
        const agency = await saveAgency(tx, companyId, request.body, now);
        await appendAudit(tx, {
          companyId,
          at: now,
          actor: request.actor,
          action: 'agency.saved',
          subject: agency.agencyId,
        });
        return toAgency(tx, agency, now);
      }),
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/agency/terms',
    config: { access: { right: 'operator', company: 'slug' } },
    schema: {
      operationId: 'setTerms',
      tags: ['Companies'],
      summary: "Set the agency's terms from now on",
      description: 'Adds a new dated version. What happened before goes on being judged by the version of its time.',
      params: SlugParams,
      body: NewTerms,
      response: { 200: json('The agency with its new terms.', Agency), ...problems('request_not_found') },
    },
    handler: (request) =>
      asCompany(parts, request.params.slug, async (tx, { companyId }) => {
        const now = clock.now();
        const agency = await requireAgency(tx, companyId);
        const terms = await saveTerms(tx, companyId, agency.agencyId, request.body, now);
        await appendAudit(tx, {
          companyId,
          at: now,
          actor: request.actor,
          action: 'terms.saved',
          subject: terms.termsId,
          detail: { version: terms.version, ...request.body },
        });
        return toAgency(tx, agency, now);
      }),
  });
}

async function requireAgency(tx: Tx, companyId: string): Promise<CompanyAgency> {
  const agency = await readAgency(tx, companyId);
  if (!agency) throw new RelayError('request_not_found', { message: 'the company has no agency yet' });
  return agency;
}

function toCompany(parts: ApiParts, { companyId, ...company }: KnownCompany): Company {
  return { id: companyId, ...company, staticLink: toStaticLink(parts, company) };
}

async function toAgency(tx: Tx, agency: CompanyAgency, now: Date): Promise<Agency> {
  const { agencyId, ...details } = agency;
  const lack = findAgencyLack(agency, now) ?? null;
  return { id: agencyId, ...details, lack, terms: (await readTerms(tx, agencyId, now)) ?? null };
}
