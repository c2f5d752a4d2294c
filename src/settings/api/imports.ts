import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mostBytes } from '../../connector/index.ts';
import { type FileImport as Imported, type ImportResult, listImports } from '../../intake/index.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems } from './answers.ts';
import { findConnection } from './connections.ts';
import { Confirmation, FileImport, ImportAnswer } from './connections-schemas.ts';
import type { ApiParts } from './parts.ts';
import { Id, IdParams, listOf, PageQuery } from './schemas.ts';

const UploadQuery = z.strictObject({
  name: z.string().max(255).optional().describe("The file's name, where the body is the file itself."),
  ask: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: confirm the columns anew though files of this shape are known.'),
});
const ImportParams = z.strictObject({ importId: Id });

const refusals = ['request_not_found', 'request_conflict', 'request_too_large', 'file_not_understood'] as const;

/** The files that recruiters export, for ATSs without an API. */
export async function importRoutes(api: Server, parts: ApiParts): Promise<void> {
  const { database, imports } = parts;

  // Only here may a body be large, and a file of any kind.
  await api.register(async (scope: Server) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    await scope.register(multipart, { limits: { files: 1, fileSize: mostBytes } });
    scope.route({
      method: 'POST',
      url: '/connections/:id/import',
      bodyLimit: mostBytes,
      config: { access: { right: 'letters', company: { by: 'connection' } } },
      schema: {
        operationId: 'importFile',
        tags: ['Connections'],
        summary: 'Import a file that a recruiter exported',
        description:
          'As `file` of a form (multipart/form-data), or as the body itself, of any type. Shift_JIS, UTF-8 or UTF-16; tabs or ' +
          'commas; 20 MiB at the most. The first file of a shape waits until its columns are confirmed, a day at the most; ' +
          'later ones go straight through. The same or an older file changes nothing.',
        consumes: ['multipart/form-data', 'text/csv', 'text/tab-separated-values', 'application/octet-stream'],
        params: IdParams,
        querystring: UploadQuery,
        response: { 200: json('What became of it.', ImportAnswer), ...problems(...refusals) },
      },
      handler: async (request) => {
        const connection = await findConnection(parts, request.params.id);
        const { name, bytes } = await readFile(request);
        const { ask } = request.query;
        const file = { name: toName(name ?? request.query.name), bytes, isAsking: ask === 'true' };
        return toAnswer(await imports.take(connection, file, request.actor));
      },
    });
  });

  api.route({
    method: 'POST',
    url: '/imports/:importId/confirm',
    config: { access: { right: 'mapping', company: { by: 'import', at: 'params.importId' } } },
    schema: {
      operationId: 'confirmImport',
      tags: ['Connections'],
      summary: "Confirm a file's columns and take it",
      description: 'The columns are remembered for files of the same shape. Repeating it changes nothing.',
      params: ImportParams,
      body: Confirmation.nullish(),
      response: { 200: json('What became of it.', ImportAnswer), ...problems(...refusals) },
    },
    handler: async (request) =>
      toAnswer(await imports.confirm(request.params.importId, request.body?.columns ?? {}, request.actor)),
  });

  api.route({
    method: 'GET',
    url: '/imports/:importId',
    config: { access: { right: 'letters', company: { by: 'import', at: 'params.importId' } } },
    schema: {
      operationId: 'getImport',
      tags: ['Connections'],
      summary: 'Show an import, to go on with one whose columns wait',
      description: 'As handing it in answered: a few values of each column are in it until its columns are confirmed.',
      params: ImportParams,
      response: {
        200: json('What became of it.', ImportAnswer),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async (request) => toAnswer(await imports.read(request.params.importId)),
  });

  api.route({
    method: 'GET',
    url: '/connections/:id/imports',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'listImports',
      tags: ['Connections'],
      summary: "List a connection's imports",
      params: IdParams,
      querystring: PageQuery,
      response: { 200: json('The imports.', listOf(FileImport)), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { companyId, connectionId } = await findConnection(parts, request.params.id);
      return database.forCompany(companyId, async (tx) => {
        const { items, nextCursor } = await listImports(tx, { ...request.query, connectionId });
        return { items: items.map(toListed), nextCursor };
      });
    },
  });
}

/** @throws RelayError request_invalid without a file; what the plug-in refuses answers itself. */
async function readFile(
  request: FastifyRequest,
): Promise<{ readonly name: string | undefined; readonly bytes: Uint8Array }> {
  if (request.isMultipart()) {
    const part = await request.file();
    if (part) return { name: part.filename, bytes: await part.toBuffer() };
  }
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return { name: undefined, bytes: request.body };
  throw new RelayError('request_invalid', { message: 'file: there is no file in the request' });
}

/** The name alone, without folders and control characters. */
function toName(name: string | undefined): string | null {
  const bare =
    (name ?? '')
      .split(/[\\/]/)
      .at(-1)
      ?.replaceAll(/\p{Cc}+/gu, ' ')
      .trim() ?? '';
  return bare === '' ? null : bare.slice(0, 255);
}

function toAnswer({
  importId,
  state,
  columns,
  sample,
  rows,
  rejections,
  skipped,
  setAside,
}: ImportResult): ImportAnswer {
  if (state === 'expired')
    throw new RelayError('request_conflict', { message: 'nobody confirmed it within a day: import it again' });
  const samples = Object.fromEntries(Object.entries(sample).map(([header, values]) => [header, [...values]]));
  return {
    importId,
    state,
    columns: { ...columns },
    sample: samples,
    rows,
    rejections,
    skipped,
    setAside: [...setAside],
  };
}

function toListed(one: Imported & { readonly id: string }) {
  return { ...one, columns: { ...one.columns }, setAside: [...one.setAside] };
}
