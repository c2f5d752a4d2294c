import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { json, problems, vendorProblems } from './answers.ts';
import { findConnection } from './connections.ts';
import { readMappingOverview } from './mapping-overview.ts';
import { MappingFile, ReadMappingFile } from './mapping-schemas.ts';
import type { ApiParts } from './parts.ts';
import { IdParams } from './schemas.ts';

/** A mapping as a file: out of one connection, into another of the same kind. */
export function mappingFileRoutes(api: Server, parts: ApiParts): void {
  api.route({
    method: 'GET',
    url: '/connections/:id/mapping/file',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'exportMapping',
      tags: ['Connections'],
      summary: 'Export the mapping as a file',
      description: 'JSON, with the names of the reasons for people to read. No person is in it.',
      params: IdParams,
      response: { 200: json('The file.', MappingFile), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const found = await findConnection(parts, request.params.id);
      const { overview, connection } = await readMappingOverview(parts, found);
      return {
        format: 'career-relay-mapping-1' as const,
        connector: connection.connector,
        exportedAt: parts.clock.now(),
        reasons: Object.fromEntries(
          overview.reasons.flatMap(({ reasonRef, name, rule }) => (rule ? [[reasonRef, { name, ...rule }]] : [])),
        ),
        stages: { ...connection.mapping.stages },
      };
    },
  });

  api.route({
    method: 'POST',
    url: '/connections/:id/mapping/file',
    config: { access: { right: 'mapping', company: { by: 'connection' } } },
    schema: {
      operationId: 'readMappingFile',
      tags: ['Connections'],
      summary: 'Read an exported mapping for this connection',
      description:
        'Nothing is saved: preview what it gives, then save that. Rules for reasons and stages that this ATS does not ' +
        'have, and that never came from it, are named and left out.',
      params: IdParams,
      body: MappingFile,
      response: {
        200: json('What of it fits here.', ReadMappingFile),
        ...problems('request_not_found', 'request_conflict', ...vendorProblems),
      },
    },
    handler: async (request) => {
      const found = await findConnection(parts, request.params.id);
      if (request.body.connector !== found.connector)
        throw new RelayError('request_conflict', { message: `the file is of ${request.body.connector}` });
      const { overview, isTold } = await readMappingOverview(parts, found);
      const { code } = overview.ats;
      if (code !== null) throw new RelayError(code, { message: 'the ATS could not be asked what it has' });
      const isKnown = {
        reason: toKnown(isTold.reasons, overview.reasons, ({ reasonRef }) => reasonRef),
        stage: toKnown(isTold.stages, overview.stages, ({ name }) => name),
      };
      return fitFile(request.body, isKnown);
    },
  });
}

type IsKnown = (ref: string) => boolean;

/** Where the ATS does not tell what it has, everything may be there. */
function toKnown<T>(isTold: boolean, mapped: readonly T[], toRef: (one: T) => string): IsKnown {
  const refs = new Set(mapped.map(toRef));
  return (ref) => !isTold || refs.has(ref);
}

function fitFile(file: MappingFile, isKnown: { readonly reason: IsKnown; readonly stage: IsKnown }): ReadMappingFile {
  const reasons = Object.entries(file.reasons).map(([ref, { name = null, ...rule }]) => ({ ref, name, rule }));
  const stages = Object.entries(file.stages).map(([ref, rule]) => ({ ref, name: ref, rule }));
  const toRules = <T>(kept: readonly { readonly ref: string; readonly rule: T }[]) =>
    Object.fromEntries(kept.map(({ ref, rule }) => [ref, rule]));
  return {
    mapping: {
      reasons: toRules(reasons.filter(({ ref }) => isKnown.reason(ref))),
      stages: toRules(stages.filter(({ ref }) => isKnown.stage(ref))),
    },
    strangers: [
      ...reasons
        .filter(({ ref }) => !isKnown.reason(ref))
        .map(({ ref, name }) => ({ kind: 'reason' as const, ref, name })),
      ...stages
        .filter(({ ref }) => !isKnown.stage(ref))
        .map(({ ref, name }) => ({ kind: 'stage' as const, ref, name })),
    ],
  };
}
