import { findAgencyLack, readAgency, readTerms } from '../../company/index.ts';
import {
  discardDraft,
  lintWords,
  listVersions,
  openConsentPreview,
  publishDraft,
  readOwnWords,
  restoreVersion,
  returnToOurs,
  saveDraft,
} from '../../consent/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { readActorNames } from './actor-names.ts';
import { json, problems } from './answers.ts';
import { change, readShown, refuse, toActors, toContent, toDesk, toVersion } from './applicants-page-desk.ts';
import {
  AskedPagePreview,
  NewPageWords,
  PagePreview,
  PageWordsDesk,
  PageWordsVersion,
  WordsParams,
  WordsVersionParams,
  WordsVersionsQuery,
} from './applicants-page-schemas.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { listOf } from './schemas.ts';
import { tag } from './versions.ts';

const tags = ['Companies'];
const look = { access: { right: 'look', company: 'slug' } } as const;
const set = { access: { right: 'settings', company: 'slug' } } as const;

/** What a company says in its own words on the applicants' page: a draft, and what is in force. */
export function applicantsPageRoutes(api: Server, parts: ApiParts): void {
  readingRoutes(api, parts);
  draftRoutes(api, parts);
  publishingRoutes(api, parts);
}

function readingRoutes(api: Server, parts: ApiParts): void {
  const { database, clock } = parts;
  const renderPreview = openConsentPreview();

  api.route({
    method: 'GET',
    url: '/companies/:slug/applicants-page/:locale',
    config: look,
    schema: {
      operationId: 'getApplicantsPage',
      tags,
      summary: "Show a company's own words on the applicants' page",
      description:
        'What is in force, the draft beside it, and what keeps that from being published. The ETag is for `If-Match`.',
      params: WordsParams,
      response: { 200: json('The words.', PageWordsDesk), ...problems('request_not_found') },
    },
    handler: async ({ params: { slug, locale } }, reply) => {
      const shown = await asCompany(parts, slug, (tx, { companyId }) =>
        readShown(tx, { companyId, locale }, clock.now()),
      );
      tag(reply, toContent(shown.desk));
      return toDesk(parts, locale, shown);
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/applicants-page/:locale/preview',
    config: look,
    schema: {
      operationId: 'previewApplicantsPage',
      tags,
      summary: "Show the applicants' page with words that are not published",
      description: 'As an invented applicant would see it, with what is wrong with the words. Nothing is kept.',
      params: WordsParams,
      body: AskedPagePreview,
      response: { 200: json('The page.', PagePreview), ...problems('request_not_found') },
    },
    handler: ({ params: { slug, locale }, body }) =>
      asCompany(parts, slug, async (tx, company) => {
        const now = clock.now();
        const agency = await readAgency(tx, company.companyId);
        const terms = agency && (await readTerms(tx, agency.agencyId, now));
        const words = body.words ?? (await readOwnWords(tx, company.companyId))[locale]?.words;
        return {
          html: renderPreview({ name: body.page, locale, company, agency, terms, words, now }),
          problems: body.words ? [...lintWords(body.words)] : [],
          lack: findAgencyLack(agency, now) ?? null,
        };
      }),
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/applicants-page/:locale/versions',
    config: look,
    schema: {
      operationId: 'listApplicantsPageVersions',
      tags,
      summary: "List what a company said on the applicants' page, and when",
      description: 'Newest first. None is ever changed: whoever agreed under one can be shown what they read.',
      params: WordsParams,
      querystring: WordsVersionsQuery,
      response: { 200: json('The versions.', listOf(PageWordsVersion)), ...problems('request_not_found') },
    },
    handler: async ({ params: { slug, locale }, query: { cursor, limit } }) => {
      const found = await asCompany(parts, slug, (tx, { companyId }) =>
        listVersions(tx, { companyId, locale }, { before: cursor, limit: limit + 1 }),
      );
      const page = found.slice(0, limit);
      const names = await database.forSystem((tx) => readActorNames(tx, page.flatMap(toActors)));
      const nextCursor = found.length > limit ? String(page.at(-1)?.version) : null;
      return { items: page.map((version) => toVersion(version, names)), nextCursor };
    },
  });
}

function draftRoutes(api: Server, parts: ApiParts): void {
  api.route({
    method: 'PUT',
    url: '/companies/:slug/applicants-page/:locale/draft',
    config: set,
    schema: {
      operationId: 'saveApplicantsPageDraft',
      tags,
      summary: "Keep a draft of own words for the applicants' page",
      description:
        'Plain text; blank where nothing is to be said. No applicant sees it until it is published, and it may still be at ' +
        'fault: `problems` says how.',
      params: WordsParams,
      body: NewPageWords,
      response: { 200: json('The words.', PageWordsDesk), ...problems('request_not_found', 'request_outdated') },
    },
    handler: async (request, reply) => {
      const shown = await change(parts, request, (tx, place, by) => saveDraft(tx, place, request.body, by));
      tag(reply, toContent(shown.desk));
      return toDesk(parts, request.params.locale, shown);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/applicants-page/:locale/draft',
    config: set,
    schema: {
      operationId: 'discardApplicantsPageDraft',
      tags,
      summary: "Throw away the draft for the applicants' page",
      params: WordsParams,
      response: { 200: json('The words.', PageWordsDesk), ...problems('request_not_found', 'request_outdated') },
    },
    handler: async (request, reply) => {
      const shown = await change(parts, request, discardDraft);
      tag(reply, toContent(shown.desk));
      return toDesk(parts, request.params.locale, shown);
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/applicants-page/:locale/versions/:version/restore',
    config: set,
    schema: {
      operationId: 'restoreApplicantsPageVersion',
      tags,
      summary: 'Take an earlier version up again, as a draft',
      params: WordsVersionParams,
      response: {
        200: json('The words.', PageWordsDesk),
        ...problems('request_not_found', 'request_conflict', 'request_outdated'),
      },
    },
    handler: async (request, reply) => {
      const { version, locale } = request.params;
      const shown = await change(parts, request, async (tx, place, by) => {
        if (!(await restoreVersion(tx, place, version, by)))
          throw new RelayError('request_not_found', { message: `there are no own words of version ${version}` });
      });
      tag(reply, toContent(shown.desk));
      return toDesk(parts, locale, shown);
    },
  });
}

function publishingRoutes(api: Server, parts: ApiParts): void {
  api.route({
    method: 'POST',
    url: '/companies/:slug/applicants-page/:locale/publish',
    config: set,
    schema: {
      operationId: 'publishApplicantsPage',
      tags,
      summary: "Publish the draft for the applicants' page",
      description:
        'In force at once, as a version of its own. What people agreed to before keeps its text; who has the page open is asked ' +
        'again. Refused while the agency’s data are incomplete or its licence has expired, and while the words are at fault.',
      params: WordsParams,
      response: {
        200: json('The words.', PageWordsDesk),
        ...problems('request_not_found', 'request_conflict', 'request_outdated', 'agency_incomplete'),
      },
    },
    handler: async (request, reply) => {
      const shown = await change(parts, request, async (tx, place, by) => refuse(await publishDraft(tx, place, by)));
      tag(reply, toContent(shown.desk));
      return toDesk(parts, request.params.locale, shown);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/applicants-page/:locale',
    config: set,
    schema: {
      operationId: 'returnApplicantsPage',
      tags,
      summary: "Go back to our words on the applicants' page",
      description: 'From now on. What the company said before stays among its versions; a draft stays as it is.',
      params: WordsParams,
      response: { 200: json('The words.', PageWordsDesk), ...problems('request_not_found', 'request_outdated') },
    },
    handler: async (request, reply) => {
      const shown = await change(parts, request, returnToOurs);
      tag(reply, toContent(shown.desk));
      return toDesk(parts, request.params.locale, shown);
    },
  });
}
