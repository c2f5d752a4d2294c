import { Readable } from 'node:stream';
import { z } from 'zod';
import { type Deletion as Begun, type Company, deletionWaitDays, readDeletion } from '../../company/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { toJapaneseDate } from '../../platform/japan.ts';
import { type DataExport as KnownExport, listExports } from '../company-data/export-store.ts';
import { keptYears } from '../company-data/kept.ts';
import { type Principal, toRole } from './access.ts';
import { json, nothing, problems } from './answers.ts';
import { DataExport, Deletion, NewDeletion } from './data-schemas.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { BelowCompany } from './people-schemas.ts';
import { listOf, SlugParams } from './schemas.ts';

const tags = ['Companies'];
const access = { right: 'members', company: 'slug' } as const;
const exportsListed = 20;

/** What is held of a company: taken out as a file, and erased after a waiting time. For owners, and for people alone. */
export function companyDataRoutes(api: Server, parts: ApiParts): void {
  exportRoutes(api, parts);
  deletionRoutes(api, parts);
}

function exportRoutes(api: Server, parts: ApiParts): void {
  const { exports } = parts.companyData;

  api.route({
    method: 'POST',
    url: '/companies/:slug/exports',
    config: { access },
    schema: {
      operationId: 'exportCompany',
      tags,
      summary: 'Ask for an archive of everything that is held of a company',
      description:
        'A ZIP with a file of JSON lines for each table, and a manifest that says what is in it and what is left out: secrets ' +
        'are. It is made in the background, one at a time.',
      params: SlugParams,
      response: { 201: json('The export.', DataExport), ...problems('request_not_found', 'request_conflict') },
    },
    handler: async ({ params, actor }, reply) => {
      const { companyId } = await find(parts, params.slug);
      return reply.status(201).send(toExport(await exports.ask(companyId, actor)));
    },
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/exports',
    config: { access },
    schema: {
      operationId: 'listExports',
      tags,
      summary: "List a company's newest exports",
      description: `The newest ${exportsListed}, also those that cannot be downloaded any more.`,
      params: SlugParams,
      response: { 200: json('The exports.', listOf(DataExport)), ...problems('request_not_found') },
    },
    handler: ({ params }) =>
      asCompany(parts, params.slug, async (tx, { companyId }) => ({
        items: (await listExports(tx, companyId, exportsListed)).map(toExport),
        nextCursor: null,
      })),
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/exports/:id/archive',
    config: { access },
    schema: {
      operationId: 'downloadExport',
      tags,
      summary: 'Download an export',
      description:
        'For an owner who is signed in; no token opens it, whosever it is. Each download is noted in the audit log.',
      params: BelowCompany,
      response: {
        200: {
          description: 'The archive.',
          content: { 'application/zip': { schema: z.unknown().describe('A ZIP archive.') } },
        },
        ...problems('request_not_found', 'export_not_ready'),
      },
    },
    handler: async ({ params, principal, actor }, reply) => {
      const { companyId, slug } = await find(parts, params.slug);
      requireOwner(principal, companyId);
      const { byteCount, parts: bytes } = await exports.download(companyId, params.id, actor);
      const day = toJapaneseDate(parts.clock.now());
      return reply
        .type('application/zip')
        .header('content-length', byteCount)
        .header('content-disposition', `attachment; filename="career-relay-${slug}-${day}.zip"`)
        .send(Readable.from(bytes, { objectMode: false }));
    },
  });
}

function deletionRoutes(api: Server, parts: ApiParts): void {
  const { deletions } = parts.companyData;

  api.route({
    method: 'GET',
    url: '/companies/:slug/deletion',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'getDeletion',
      tags,
      summary: 'Show whether a company is about to be deleted',
      params: SlugParams,
      response: { 200: json('The deletion.', Deletion), ...problems('request_not_found') },
    },
    handler: ({ params }) =>
      asCompany(parts, params.slug, async (tx, { companyId }) => toDeletion(await readDeletion(tx, companyId))),
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/deletion',
    config: { access },
    schema: {
      operationId: 'deleteCompany',
      tags,
      summary: 'Delete a company, after a waiting time',
      description:
        `Its connections are paused at once, so that no letter leaves, and its owners are told by mail. After ${deletionWaitDays} ` +
        'days everything is erased for good, but the record that somebody agreed to be introduced: the law asks for it, and it ' +
        `is kept without names for ${keptYears} years from the last decision of each.`,
      params: SlugParams,
      body: NewDeletion,
      response: {
        201: json('The deletion, which can be stopped until it ends.', Deletion),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async ({ params, body, actor }, reply) => {
      const { companyId } = await find(parts, params.slug);
      return reply.status(201).send(toDeletion(await deletions.begin(companyId, { name: body.name, actor })));
    },
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/deletion',
    config: { access },
    schema: {
      operationId: 'keepCompany',
      tags,
      summary: 'Stop the deletion of a company',
      description: 'Connections stay paused until somebody resumes them: letters that wait would leave.',
      params: SlugParams,
      response: { 204: nothing('The company stays.'), ...problems('request_not_found', 'request_conflict') },
    },
    handler: async ({ params, actor }, reply) => {
      const { companyId } = await find(parts, params.slug);
      await deletions.stop(companyId, actor);
      return reply.status(204).send();
    },
  });
}

function find({ database }: Pick<ApiParts, 'database'>, slug: string): Promise<Company> {
  return database.forSystem((tx) => findCompany(tx, slug));
}

/** Also an operator is refused: looking after the installation is no reason to read what is held of a company. */
function requireOwner(principal: Principal | null, companyId: string): void {
  if (principal?.kind !== 'user' || toRole(principal, companyId) !== 'owner') throw new RelayError('request_forbidden');
}

const reasons = DataExport.shape.reason;

function toExport({ reason, ...known }: KnownExport): z.output<typeof DataExport> {
  return { ...known, reason: reasons.parse(reason) };
}

function toDeletion(begun: Begun | undefined): z.output<typeof Deletion> {
  const always = { waitDays: deletionWaitDays, keptYears };
  if (!begun) return { state: 'none', askedBy: null, askedAt: null, endsAt: null, ...always };
  const { askedBy, askedAt, endsAt, erasingSince } = begun;
  return { state: erasingSince ? 'erasing' : 'waiting', askedBy, askedAt, endsAt, ...always };
}
