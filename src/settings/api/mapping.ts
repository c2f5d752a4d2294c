import { diffMappings, listMappingVersions, type MappingVersion, readMappingVersion } from '../../connector/index.ts';
import { previewMapping } from '../../letter/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import type { Mapping } from '../../platform/tables.ts';
import { readActorNames } from './actor-names.ts';
import { json, problems } from './answers.ts';
import { findConnection, toShownMapping, toSorted } from './connections.ts';
import { mappingFileRoutes } from './mapping-file.ts';
import { readMappingOverview, toSince } from './mapping-overview.ts';
import {
  MappingOverview,
  MappingPreview,
  NewMapping,
  SavedMapping,
  MappingVersion as ShownVersion,
  VersionParams,
  VersionQuery,
} from './mapping-schemas.ts';
import type { ApiParts } from './parts.ts';
import { IdParams, listOf } from './schemas.ts';
import { requireVersion, tag } from './versions.ts';

/** What a connection's reasons and stages mean: as it is, as it would be, and as it was. */
export function mappingRoutes(api: Server, parts: ApiParts): void {
  presentRoutes(api, parts);
  versionRoutes(api, parts);
  mappingFileRoutes(api, parts);
}

function presentRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, connections } = parts;

  api.route({
    method: 'GET',
    url: '/connections/:id/mapping',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'readMapping',
      tags: ['Connections'],
      summary: 'Read what each rejection reason and stage means',
      description:
        'Reasons and stages are asked of the ATS now; where it does not answer, those that were seen and those with a ' +
        'rule are shown. A sample carries no name. The ETag is that of the rules alone.',
      params: IdParams,
      response: { 200: json('The reasons and stages.', MappingOverview), ...problems('request_not_found') },
    },
    handler: async (request, reply) => {
      const found = await findConnection(parts, request.params.id);
      const { overview, connection } = await readMappingOverview(parts, found);
      tag(reply, toEdited(connection.mapping));
      return overview;
    },
  });

  api.route({
    method: 'PUT',
    url: '/connections/:id/mapping',
    config: { access: { right: 'mapping', company: { by: 'connection' } } },
    schema: {
      operationId: 'saveMapping',
      tags: ['Connections'],
      summary: 'Say what the reasons and stages mean',
      description:
        'The whole mapping: what is not named has no rule. A version of it is kept, and held letters are looked at again. ' +
        'With `If-Match`, the ETag it was read with, it is refused when somebody else changed it since.',
      params: IdParams,
      body: NewMapping,
      response: {
        200: json('The mapping as it is now.', SavedMapping),
        ...problems('request_not_found', 'request_outdated'),
      },
    },
    handler: async (request, reply) => {
      const { companyId, connectionId } = await findConnection(parts, request.params.id);
      const saved = await database.forCompany(companyId, async (tx) => {
        const before = await connections.hold(tx, connectionId);
        requireVersion(request, toEdited(before.mapping));
        await connections.update(tx, connectionId, { mapping: request.body }, request.actor);
        return readNewest(tx, connectionId);
      });
      tag(reply, toEdited(saved.mapping));
      return saved;
    },
  });

  api.route({
    method: 'POST',
    url: '/connections/:id/mapping/preview',
    config: { access: { right: 'mapping', company: { by: 'connection' } } },
    schema: {
      operationId: 'previewMapping',
      tags: ['Connections'],
      summary: 'Tell what would change with another mapping',
      description: 'Nothing is saved. Judged by what plans letters; nothing that was sent changes.',
      params: IdParams,
      body: NewMapping,
      response: { 200: json('What would change.', MappingPreview), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { companyId, connectionId } = await findConnection(parts, request.params.id);
      const now = clock.now();
      const since = toSince(now);
      return database.forCompany(companyId, async (tx) => {
        const connection = await connections.read(tx, connectionId);
        if (!connection) throw new RelayError('request_not_found', { message: 'there is no such connection' });
        const { sum, reasons } = await previewMapping(parts, tx, connection, request.body, { since, now });
        const changes = [...diffMappings(connection.mapping, request.body)];
        return { since, changes, sum, reasons: [...reasons] };
      });
    },
  });
}

function versionRoutes(api: Server, parts: ApiParts): void {
  const { database, connections } = parts;

  api.route({
    method: 'GET',
    url: '/connections/:id/mapping/versions',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'listMappingVersions',
      tags: ['Connections'],
      summary: 'List the mappings a connection had, newest first',
      params: IdParams,
      querystring: VersionQuery,
      response: {
        200: json('The versions, the newest of which stands.', listOf(ShownVersion)),
        ...problems('request_not_found'),
      },
    },
    handler: async (request) => {
      const { companyId, connectionId } = await findConnection(parts, request.params.id);
      const { cursor: before, limit } = request.query;
      // One more than a page: what the oldest of them was made of.
      const read = await database.forCompany(companyId, (tx) =>
        listMappingVersions(tx, connectionId, { before, limit: limit + 1 }),
      );
      const page = read.slice(0, limit);
      const names = await database.forSystem((tx) =>
        readActorNames(
          tx,
          page.flatMap(({ madeBy }) => madeBy ?? []),
        ),
      );
      const items = page.map((version, at) => toShown(version, read[at + 1], names));
      return { items, nextCursor: read.length > limit ? String(page.at(-1)?.version ?? '') : null };
    },
  });

  api.route({
    method: 'POST',
    url: '/connections/:id/mapping/versions/:version/restore',
    config: { access: { right: 'mapping', company: { by: 'connection' } } },
    schema: {
      operationId: 'restoreMapping',
      tags: ['Connections'],
      summary: 'Go back to the mapping of an earlier version',
      description: 'As a new version, so nothing is lost. Refused by `If-Match` as saving is.',
      params: VersionParams,
      response: {
        200: json('The mapping as it is now.', SavedMapping),
        ...problems('request_not_found', 'request_outdated'),
      },
    },
    handler: async (request, reply) => {
      const { id, version } = request.params;
      const { companyId, connectionId } = await findConnection(parts, id);
      const saved = await database.forCompany(companyId, async (tx) => {
        const before = await connections.hold(tx, connectionId);
        requireVersion(request, toEdited(before.mapping));
        const old = await readMappingVersion(tx, connectionId, version);
        if (!old) throw new RelayError('request_not_found', { message: 'there is no such version' });
        await connections.update(tx, connectionId, { mapping: old.mapping, restores: version }, request.actor);
        return readNewest(tx, connectionId);
      });
      tag(reply, toEdited(saved.mapping));
      return saved;
    },
  });
}

async function readNewest(tx: Tx, connectionId: string): Promise<SavedMapping> {
  const [newest] = await listMappingVersions(tx, connectionId, { limit: 1 });
  if (!newest) throw new RelayError('internal_error', { message: 'a connection without a mapping' });
  return { version: newest.version, mapping: toShownMapping(newest.mapping) };
}

function toShown(
  { version, mapping, madeBy, madeAt, restores }: MappingVersion,
  previous: MappingVersion | undefined,
  names: ReadonlyMap<string, string>,
): ShownVersion {
  return {
    version,
    madeAt,
    actor: madeBy,
    actorName: madeBy === null ? null : (names.get(madeBy) ?? null),
    restores,
    mapping: toShownMapping(mapping),
    changes: [...diffMappings(previous?.mapping ?? { reasons: {} }, mapping)],
  };
}

/** The rules, whatever the order of their keys. */
function toEdited({ reasons, stages = {} }: Mapping): unknown {
  return [toSorted(reasons), toSorted(stages)];
}
