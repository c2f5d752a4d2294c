import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Connections, Connector, Signature } from '../connector/index.ts';
import { readFields, verifyDelivery } from '../connector/index.ts';
import { RelayError } from '../platform/errors.ts';
import type { Server } from '../platform/http-server.ts';
import { isId, newToken, sha256 } from '../platform/ids.ts';
import type { Inbox } from './inbox.ts';

/** Providers send events, not uploads: the largest documented sample has 8 KB. */
const bodyBytesMax = 1024 * 1024;

export interface HookParts {
  readonly connections: Pick<Connections, 'door'>;
  readonly inbox: Inbox;
  /** Told what became of each request, for the metrics. */
  count(outcome: 'stored' | 'duplicate' | 'refused'): void;
}

/**
 * POST /hooks/<connectionId>: size, raw bytes, signature, store with its job, and only then 200.
 * 401 for any signature that does not hold and for an unknown connection, alike · 413 too large · 503 database down.
 */
export async function registerHook(server: Server, parts: HookParts): Promise<void> {
  await server.register(async (hooks: FastifyInstance) => {
    hooks.removeAllContentTypeParsers();
    hooks.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) =>
      done(null, body),
    );
    hooks.post<HookRoute>('/hooks/:connectionId', { bodyLimit: bodyBytesMax }, (request, reply) =>
      receive(parts, request, reply),
    );
  });
}

interface HookRoute {
  readonly Params: { readonly connectionId: string };
}

async function receive(
  parts: HookParts,
  request: FastifyRequest<HookRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { connectionId } = request.params;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const door = isId(connectionId) ? await parts.connections.door(connectionId) : undefined;
  const webhook = door?.connector.webhook;
  const isGenuine = verifyDelivery(
    webhook?.signature ?? strangersSignature,
    door?.secrets ?? strangersSecret,
    request.headers,
    body,
  );
  if (!door || !webhook || !isGenuine) {
    parts.count('refused');
    throw new RelayError('delivery_unverified');
  }
  const outcome = await parts.inbox.store({
    companyId: door.connection.companyId,
    connectionId: door.connection.connectionId,
    deliveryRef: toDeliveryRef(webhook.deliveryRef, request.headers, body),
    body,
  });
  parts.count(outcome);
  return reply.status(200).send();
}

function toDeliveryRef(named: Named, headers: IncomingHttpHeaders, body: Buffer): string {
  const name = 'header' in named ? headers[named.header] : readFields(body, named.fields)?.join('.');
  return typeof name === 'string' && name !== '' ? name.slice(0, 200) : `sha256:${sha256(body)}`;
}

type Named = NonNullable<Connector['webhook']>['deliveryRef'];

/** A delivery for nobody is checked just as long as any other, against a secret that no one knows. */
const strangersSecret = newToken();
const strangersSignature: Signature = {
  scheme: 'hmac-header',
  header: 'signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'sha256 ',
};
