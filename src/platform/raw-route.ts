import {
  createServer,
  type Server as HttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { FastifyInstance } from 'fastify';
import { RelayError } from './errors.ts';
import { bareHeaders, renderProblem } from './problem.ts';

/** A way in for machines: POSTs whose bodies are taken byte for byte. */
export interface RawRoute {
  /** Such as `/hooks/`; one more part of the path follows. */
  readonly prefix: string;
  /** A longer body is cut off with 413. */
  readonly bodyBytesMax: number;
  /** Does the work; when it is done, 200 is answered. What it throws is answered with problem details. */
  take(request: RawRequest): Promise<void>;
}

export interface RawRequest {
  /** The path behind the prefix, as it was sent. */
  readonly name: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A raw route as it hangs in the front; it never fails, it answers. */
interface FrontRoute {
  readonly prefix: string;
  answer(request: IncomingMessage, response: ServerResponse, name: string): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly front: FrontRoute[];
  }
}

/**
 * The HTTP server with raw routes in front of Fastify, which would cost as much as the work behind them. Fastify gets
 * everything else, and once the server closes everything, for it knows how to send people away.
 */
export function openFront(front: readonly FrontRoute[], toFastify: RequestListener): HttpServer {
  const server = createServer((request, response) => {
    const { method, url = '' } = request;
    const route =
      method === 'POST' && server.listening ? front.find(({ prefix }) => url.startsWith(prefix)) : undefined;
    if (!route) return toFastify(request, response);
    const [name = ''] = url.slice(route.prefix.length).split('?', 1);
    void route.answer(request, response, name);
  });
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 72_000;
  return server;
}

/** Hangs the route in front of Fastify, and into it as well for requests that come without a socket. */
export function addRawRoute(server: FastifyInstance, route: RawRoute): void {
  const template = `${route.prefix}:name`;
  let isClosing = false;
  server.addHook('preClose', async () => {
    isClosing = true;
  });

  async function answer(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const startedAt = performance.now();
    try {
      const body = await readBody(request, route.bodyBytesMax);
      await route.take({ name, headers: request.headers, body });
      if (isClosing) response.setHeader('connection', 'close');
      response.writeHead(200, emptyHeaders).end();
    } catch (thrown) {
      const { error, status, headers, body } = renderProblem(thrown, request.headers['accept-language']);
      if (error.kind === 'internal') server.log.error({ err: error, route: template }, 'a request failed');
      // Behind a body that was not read to its end no next request can be found.
      if (isClosing || !request.complete) response.setHeader('connection', 'close');
      response.writeHead(status, { ...bareHeaders, ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    }
    const ms = Math.round(performance.now() - startedAt);
    server.log.debug({ route: template, method: request.method, status: response.statusCode, ms }, 'request answered');
  }

  server.front.push({ prefix: route.prefix, answer });
  server.post<{ Params: { readonly name: string } }>(template, {
    onRequest: async (request, reply) => {
      reply.hijack();
      await answer(request.raw, reply.raw, request.params.name);
    },
    handler: async () => undefined,
  });
}

const emptyHeaders = { ...bareHeaders, 'content-length': 0 } as const;

/** @throws RelayError request_too_large as soon as that is known, request_invalid when the sender breaks off. */
function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      request.pause();
      reject(new RelayError('request_too_large'));
    };
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) return refuse();
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bytesMax) return refuse();
      chunks.push(chunk);
    });
    request.on('end', () => {
      const [only] = chunks;
      resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks));
    });
    const breakOff = () => reject(new RelayError('request_invalid', { message: 'the request broke off' }));
    request.on('error', breakOff).on('aborted', breakOff);
  });
}
