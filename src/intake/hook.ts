import type { IncomingHttpHeaders } from 'node:http';
import type { Connections, Connector, Signature } from '../connector/index.ts';
import { readFields, verifyDelivery } from '../connector/index.ts';
import { RelayError } from '../platform/errors.ts';
import type { Server } from '../platform/http-server.ts';
import { isId, newToken, sha256 } from '../platform/ids.ts';
import { addRawRoute, type RawRequest } from '../platform/raw-route.ts';
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
export function registerHook(server: Server, parts: HookParts): void {
  addRawRoute(server, { prefix: '/hooks/', bodyBytesMax, take: (request) => receive(parts, request) });
}

async function receive(parts: HookParts, { name: connectionId, headers, body }: RawRequest): Promise<void> {
  const door = isId(connectionId) ? await parts.connections.door(connectionId) : undefined;
  const webhook = door?.connector.webhook;
  const isGenuine = verifyDelivery(
    webhook?.signature ?? strangersSignature,
    door?.secrets ?? strangersSecret,
    headers,
    body,
  );
  if (!door || !webhook || !isGenuine) {
    parts.count('refused');
    throw new RelayError('delivery_unverified');
  }
  const outcome = await parts.inbox.store({
    companyId: door.connection.companyId,
    connectionId: door.connection.connectionId,
    deliveryRef: toDeliveryRef(webhook.deliveryRef, headers, body),
    body,
  });
  parts.count(outcome);
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
