import type { z } from 'zod';
import { findAgencyLack, readAgency } from '../../company/index.ts';
import { type Connection as Installed, maskSettings } from '../../connector/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import type { Mapping } from '../../platform/tables.ts';
import { cutPage, json, nothing, problems, vendorProblems } from './answers.ts';
import { toConnector } from './connectors.ts';
import { type ApiParts, asCompany } from './parts.ts';
import {
  CheckResult,
  CompanyPageQuery,
  Connection,
  ConnectionChange,
  Connector,
  CreatedConnection,
  IdParams,
  listOf,
  NewConnection,
  type Mapping as ShownMapping,
} from './schemas.ts';
import { requireVersion, tag } from './versions.ts';

/** The connectors on offer, and what companies installed of them. */
export function connectionRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, connections } = parts;

  api.route({
    method: 'GET',
    url: '/connectors',
    config: { access: { right: 'member', company: 'none' } },
    schema: {
      operationId: 'listConnectors',
      tags: ['Connections'],
      summary: 'List the connectors on offer',
      description: 'Each with the settings it needs and where a person finds them, and with what its ATS cannot do.',
      response: { 200: json('The connectors.', listOf(Connector)), ...problems() },
    },
    handler: async () => ({
      items: connections.connectors.map((one) => toConnector(one, canInstall(connections, one.id))),
      nextCursor: null,
    }),
  });

  api.route({
    method: 'GET',
    url: '/connections',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listConnections',
      tags: ['Connections'],
      summary: "List a company's connections",
      querystring: CompanyPageQuery,
      response: {
        200: json('The connections, without the removed ones.', listOf(Connection)),
        ...problems('request_not_found'),
      },
    },
    handler: (request) => {
      const { company, ...page } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) => {
        const installed = await connections.list(tx, companyId);
        return cutPage(
          installed.map((connection) => toConnection(parts, connection)),
          page,
        );
      });
    },
  });

  api.route({
    method: 'POST',
    url: '/connections',
    config: { access: { right: 'settings', company: 'body' } },
    schema: {
      operationId: 'createConnection',
      tags: ['Connections'],
      summary: 'Connect an ATS',
      description:
        'Starts in `shadow`: letters are planned and shown, none is sent. Give `webhookUrl` to the ATS, then check, ' +
        'then turn it live.',
      body: NewConnection,
      response: {
        201: json('The new connection.', CreatedConnection),
        ...problems('request_not_found', 'connector_unknown', 'vendor_address_refused'),
      },
    },
    handler: async (request, reply) => {
      const { company: reference, ...input } = request.body;
      const generated = connections.makeUpSecrets(input);
      const settings = { ...input.settings, ...generated };
      const connection = await asCompany(parts, reference, (tx, { companyId }) =>
        connections.create(tx, { companyId, ...input, settings, actor: request.actor }),
      );
      return reply.status(201).send({ ...toConnection(parts, connection), generated });
    },
  });

  api.route({
    method: 'GET',
    url: '/connections/:id',
    config: { access: { right: 'look', company: { by: 'connection' } } },
    schema: {
      operationId: 'getConnection',
      tags: ['Connections'],
      summary: 'Show a connection',
      params: IdParams,
      response: { 200: json('The connection.', Connection), ...problems('request_not_found') },
    },
    handler: async (request, reply) => {
      const connection = await findConnection(parts, request.params.id);
      tag(reply, toEdited(connection));
      return toConnection(parts, connection);
    },
  });

  api.route({
    method: 'PATCH',
    url: '/connections/:id',
    config: { access: { right: 'settings', company: { by: 'connection' } } },
    schema: {
      operationId: 'changeConnection',
      tags: ['Connections'],
      summary: 'Change a connection',
      description:
        'What is not named stays. It is refused to turn it `live` while the agency is incomplete or its licence has ' +
        'expired; POST …/go-live does it with less surprise. Settings given replace those of the same name. With `backfillFrom`, rejections that were seen and not ' +
        'acted on are, from that instant on. With `If-Match`, the ETag it was read with, it is refused when somebody else ' +
        'changed it since.',
      params: IdParams,
      body: ConnectionChange,
      response: {
        200: json('The connection as it is now.', Connection),
        ...problems('request_not_found', 'request_outdated', 'agency_incomplete', 'vendor_address_refused'),
      },
    },
    handler: async (request, reply) => {
      const { companyId } = await findConnection(parts, request.params.id);
      const changed = await database.forCompany(companyId, async (tx) => {
        const before = await connections.hold(tx, request.params.id);
        requireVersion(request, toEdited(before));
        if (request.body.state === 'live') await requireCompleteAgency(tx, companyId, clock.now());
        return changeConnection(parts, tx, request.params.id, request.body, request.actor);
      });
      tag(reply, toEdited(changed));
      return toConnection(parts, changed);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/connections/:id',
    config: { access: { right: 'settings', company: { by: 'connection' } } },
    schema: {
      operationId: 'removeConnection',
      tags: ['Connections'],
      summary: 'Remove a connection',
      description: 'Its secrets are deleted at once and its webhook address is closed. Its history stays.',
      params: IdParams,
      response: { 204: nothing('Removed.'), ...problems('request_not_found') },
    },
    handler: async (request, reply) => {
      const { companyId, connectionId } = await findConnection(parts, request.params.id);
      await database.forCompany(companyId, (tx) => connections.remove(tx, connectionId, request.actor));
      return reply.status(204).send();
    },
  });

  for (const { verb, operationId, summary, description } of [
    {
      verb: 'pause',
      operationId: 'pauseConnection',
      summary: 'Send no letters for now',
      description: 'Deliveries are still taken in. What it was before is kept in `resumesAs`.',
    },
    {
      verb: 'resume',
      operationId: 'resumeConnection',
      summary: 'Let a paused connection go on as it was',
      description: 'In shadow where what it was before is not known. Refused as turning it `live` is.',
    },
  ] as const) {
    api.route({
      method: 'POST',
      url: `/connections/:id/${verb}`,
      config: { access: { right: verb, company: { by: 'connection' } } },
      schema: {
        operationId,
        tags: ['Connections'],
        summary,
        description,
        params: IdParams,
        response: {
          200: json('The connection as it is now.', Connection),
          ...problems('request_not_found', 'request_conflict', 'agency_incomplete'),
        },
      },
      handler: async (request) => {
        const { companyId, connectionId } = await findConnection(parts, request.params.id);
        const answer = await database.forCompany(companyId, (tx) => connections[verb](tx, connectionId, request.actor));
        if (!answer.ok) throw new RelayError('request_conflict', { message: pauseRefusals[answer.reason] });
        return toConnection(parts, answer.connection);
      },
    });
  }

  api.route({
    method: 'POST',
    url: '/connections/:id/check',
    config: { access: { right: 'pause', company: { by: 'connection' } } },
    schema: {
      operationId: 'checkConnection',
      tags: ['Connections'],
      summary: 'Ask the ATS whether the settings work',
      description:
        'One cheap read for each permission needed. A refusal is answered as a problem that says who must act.',
      params: IdParams,
      response: {
        200: json('The settings work.', CheckResult),
        ...problems('request_not_found', ...vendorProblems),
      },
    },
    handler: async (request) => {
      await connections.check(await findConnection(parts, request.params.id));
      return { ok: true as const, checkedAt: clock.now() };
    },
  });
}

/** Whether this service has a client of its own there, so that agreeing in the ATS is all it takes. */
function canInstall({ requireInstallable }: Pick<ApiParts['connections'], 'requireInstallable'>, id: string): boolean {
  try {
    requireInstallable(id);
    return true;
  } catch {
    return false;
  }
}

const pauseRefusals = {
  'already-paused': 'the connection is paused already',
  'not-paused': 'the connection is not paused',
} as const;

/** @throws RelayError request_not_found, also for a removed one. */
export async function findConnection(
  { database, connections }: Pick<ApiParts, 'database' | 'connections'>,
  connectionId: string,
): Promise<Installed> {
  const connection = await database.forSystem((tx) => connections.read(tx, connectionId));
  if (!connection) throw new RelayError('request_not_found', { message: 'there is no such connection' });
  return connection;
}

/** @throws RelayError agency_incomplete. */
export async function requireCompleteAgency(tx: Tx, companyId: string, now: Date): Promise<void> {
  const lack = findAgencyLack(await readAgency(tx, companyId), now);
  if (lack) throw new RelayError('agency_incomplete', { message: lack });
}

/** Reads, merges and writes in one transaction. */
async function changeConnection(
  { connections, intake, clock }: Pick<ApiParts, 'connections' | 'intake' | 'clock'>,
  tx: Tx,
  connectionId: string,
  change: ConnectionChange,
  actor: string,
): Promise<Installed> {
  const before = await connections.hold(tx, connectionId);
  const { state, settings, letter, mapping, mode, backfillFrom } = change;
  if (backfillFrom && backfillFrom > clock.now())
    throw new RelayError('request_invalid', { message: 'backfillFrom lies in the future' });
  const after = await connections.update(
    tx,
    connectionId,
    {
      ...(backfillFrom && { backfillFrom }),
      ...(state && { state }),
      ...(settings && { settings }),
      ...(mode && { mode }),
      ...(letter && {
        letter: {
          holdMinutes: letter.holdMinutes ?? before.letter.holdMinutes,
          window: letter.window ?? before.letter.window,
        },
      }),
      ...(mapping?.reasons && { mapping: mergeReasons(before.mapping, mapping.reasons) }),
    },
    actor,
  );
  if (backfillFrom) await intake.backfill(tx, after);
  return after;
}

type ReasonChanges = NonNullable<NonNullable<ConnectionChange['mapping']>['reasons']>;

/** An entry replaces the one of the same reason; null removes it; the rest stay. */
export function mergeReasons(mapping: Mapping, changes: ReasonChanges): Mapping {
  const reasons = new Map(Object.entries(mapping.reasons));
  for (const [reasonRef, rule] of Object.entries(changes)) {
    if (rule === null) reasons.delete(reasonRef);
    else reasons.set(reasonRef, rule);
  }
  return { ...mapping, reasons: Object.fromEntries(reasons) };
}

/** What people change of it; what happens by itself makes no new version. */
function toEdited({ state, settings, letter, mapping, mode, backfillFrom }: Installed): unknown {
  return [state, toSorted(settings), toSorted(letter), toSorted(mapping), mode, backfillFrom];
}

/** The database keeps no order of keys. */
export function toSorted(record: object): unknown {
  const entries = Object.entries(record).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null ? toSorted(value) : value,
  ]);
  return entries.sort(([one], [other]) => (one < other ? -1 : 1));
}

export function toShownMapping({ reasons, stages }: Mapping): z.infer<typeof ShownMapping> {
  return { reasons: { ...reasons }, ...(stages && { stages: { ...stages } }) };
}

export function toConnection(
  { connections, baseUrl }: Pick<ApiParts, 'connections' | 'baseUrl'>,
  installed: Installed,
): Connection {
  const { connectionId, settings, mapping, ...connection } = installed;
  const connector = connections.connector(installed.connector);
  return {
    ...connection,
    mapping: toShownMapping(mapping),
    id: connectionId,
    webhookUrl: connector?.webhook ? `${baseUrl}/hooks/${connectionId}` : null,
    settings: connector ? maskSettings(connector, settings) : {},
  };
}
