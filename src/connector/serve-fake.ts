import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fake } from './fake.ts';

export interface HostedFake {
  /** Such as http://127.0.0.1:41234; hand it to `fake.settings`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Hosts a fake over HTTP on this machine alone. @param port 0 takes any free one. */
export async function serveFake(fake: Pick<Fake, 'handle'>, port = 0): Promise<HostedFake> {
  const server = createServer((request, response) => void answer(fake, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${readPort(server.address())}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(fake: Pick<Fake, 'handle'>, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // A fake lives by its own clock; this machine's date beside it would confuse whoever compares them.
  outgoing.sendDate = false;
  try {
    const response = await fake.handle(await toRequest(incoming));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  } catch {
    outgoing.writeHead(500).end();
  }
}

async function toRequest(incoming: IncomingMessage): Promise<Request> {
  const { method = 'GET', headers, url = '/' } = incoming;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return new Request(`http://${headers.host}${url}`, {
    method,
    headers: toHeaders(headers),
    ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
  });
}

function toHeaders(incoming: IncomingHttpHeaders): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  return headers;
}

function readPort(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
