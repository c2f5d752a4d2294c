import {
  type Agency as CompanyAgency,
  createCompany,
  findAgencyLack,
  holdCompany,
  type Company as KnownCompany,
  listCompanies,
  readAgency,
  readTerms,
  saveAgency,
  saveCompany,
  saveTerms,
} from '../../company/index.ts';
import { openConsentPreview, readOwnWords } from '../../consent/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { addMember } from '../identity/store.ts';
import { isOf } from './access.ts';
import { cutPage, json, problems } from './answers.ts';
import { type ApiParts, asCompany, toStaticLink } from './parts.ts';
import { Agency, AgencyDetails, Company, listOf, NewCompany, NewTerms, PageQuery, SlugParams } from './schemas.ts';
import { CompanyChange, ConsentPreview, ConsentPreviewQuery } from './settings-schemas.ts';
import { requireVersion, toEtag } from './versions.ts';

/** Companies, and the agency each of them works with. */
export function companyRoutes(api: Server, parts: ApiParts): void {
  const { database, vault, clock, letters } = parts;
  const renderPreview = openConsentPreview();

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
    handler: async (request, reply) => {
      const shown = await asCompany(parts, request.params.slug, async (_tx, company) => toCompany(parts, company));
      return reply.header('etag', toEtag(shown)).send(shown);
    },
  });

  api.route({
    method: 'PATCH',
    url: '/companies/:slug',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'changeCompany',
      tags: ['Companies'],
      summary: "Change a company's details",
      description:
        'They stand in every letter and page from now on. What was sent or agreed to stays as it was. `If-Match` with the ' +
        'ETag that was read keeps two admins from overwriting each other.',
      params: SlugParams,
      body: CompanyChange,
      response: { 200: json('The company.', Company), ...problems('request_not_found', 'request_outdated') },
    },
    handler: async (request, reply) => {
      const saved = await asCompany(parts, request.params.slug, async (tx, { companyId }) => {
        const known = await holdCompany(tx, companyId);
        requireVersion(request, toCompany(parts, known));
        const { name, locale, postalAddress, contactEmail } = request.body;
        const company = await saveCompany(tx, companyId, {
          name: name ?? known.name,
          locale: locale ?? known.locale,
          postalAddress: postalAddress ?? known.postalAddress,
          contactEmail: contactEmail ?? known.contactEmail,
        });
        await appendAudit(tx, {
          companyId,
          at: clock.now(),
          actor: request.actor,
          action: 'company.changed',
          subject: companyId,
          detail: { fields: Object.keys(request.body).sort().join(' ') },
        });
        return toCompany(parts, company);
      });
      return reply.header('etag', toEtag(saved)).send(saved);
    },
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/consent-preview',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'previewConsentPage',
      tags: ['Companies'],
      summary: "Show the applicants' page as an applicant would see it",
      description: 'With an invented applicant. Nothing is kept, and no answer can be given there.',
      params: SlugParams,
      querystring: ConsentPreviewQuery,
      response: { 200: json('The page.', ConsentPreview), ...problems('request_not_found') },
    },
    handler: ({ params, query }) =>
      asCompany(parts, params.slug, async (tx, company) => {
        const now = clock.now();
        const agency = await readAgency(tx, company.companyId);
        const terms = agency && (await readTerms(tx, agency.agencyId, now));
        const locale = query.locale ?? company.locale;
        const words = (await readOwnWords(tx, company.companyId))[locale]?.words;
        const html = renderPreview({ name: query.page, locale, company, agency, terms, words, now });
        return { html, lack: findAgencyLack(agency, now) ?? null };
      }),
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
    handler: async (request, reply) => {
      const agency = await asCompany(parts, request.params.slug, async (tx, { companyId }) =>
        toAgency(tx, await requireAgency(tx, companyId), clock.now()),
      );
      return reply.header('etag', toEtag(toDetails(agency))).send(agency);
    },
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
        'The first time, default terms come into force with it: 10 referrals make one credit, counted at consent. ' +
        'Letters that were held for want of an agency in order are planned again.',
      params: SlugParams,
      body: AgencyDetails,
      response: { 200: json('The agency.', Agency), ...problems('request_not_found', 'request_outdated') },
    },
    handler: (request) =>
      asCompany(parts, request.params.slug, async (tx, { companyId }) => {
        const now = clock.now();
        await holdCompany(tx, companyId);
        const known = await readAgency(tx, companyId);
        requireVersion(request, known ? toDetails(known) : {});
        const agency = await saveAgency(tx, companyId, request.body, now);
        await appendAudit(tx, {
          companyId,
          at: now,
          actor: request.actor,
          action: 'agency.saved',
          subject: agency.agencyId,
        });
        await letters.replan(tx, companyId);
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

/** What an admin types in; the version of an agency is that of these. */
function toDetails(agency: AgencyDetails): AgencyDetails {
  const { name, address, representative, licenceNumber, licenceExpiresOn, privacyUrl, registrationUrl } = agency;
  return { name, address, representative, licenceNumber, licenceExpiresOn, privacyUrl, registrationUrl };
}

async function toAgency(tx: Tx, agency: CompanyAgency, now: Date): Promise<Agency> {
  const { agencyId, ...details } = agency;
  const lack = findAgencyLack(agency, now) ?? null;
  return { id: agencyId, ...details, lack, terms: (await readTerms(tx, agencyId, now)) ?? null };
}
