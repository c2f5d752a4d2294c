import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RelayError } from '../../src/platform/errors.ts';
import { openHttpServer, type Server } from '../../src/platform/http-server.ts';
import { openLog } from '../../src/platform/log.ts';
import { addRawRoute, type RawRequest } from '../../src/platform/raw-route.ts';

let server: Server;
let url: URL;
let taken: RawRequest[];
let work: () => Promise<void>;
beforeEach(async () => {
  taken = [];
  work = async () => undefined;
  server = await openHttpServer({ log: openLog('silent'), trustedProxies: 0, isHttps: true });
  addRawRoute(server, {
    prefix: '/raw/',
    bodyBytesMax: 10,
    take(request) {
      taken.push(request);
      return work();
    },
  });
  url = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
});
afterEach(() => server.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const outgoing = httpRequest(new URL(path, url), { method: 'POST', headers });
  outgoing.end(body);
  const [answer] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

/** The same request without a socket, which Fastify routes. */
async function inject(path: string, body: string): Promise<Answer> {
  const { statusCode, headers, body: text } = await server.inject({ method: 'POST', url: path, payload: body });
  return { status: statusCode, headers: { ...headers } as IncomingHttpHeaders, body: text };
}

test('bytes come as they were sent, whatever they claim to be', async () => {
  const { status, body } = await post('/raw/one', '{"髙', { 'content-type': 'application/json', signature: 'abc' });

  expect([status, body]).toEqual([200, '']);
  expect(taken.map(({ name, headers, body }) => [name, headers.signature, body.toString()])).toEqual([
    ['one', 'abc', '{"髙'],
  ]);
});

test('a refusal reads the same in front of Fastify and behind it, whatever the address, and has the safe headers', async () => {
  work = () => Promise.reject(new RelayError('delivery_unverified'));
  const stripped = ({ status, headers, body }: Answer) => {
    const { date, connection, 'keep-alive': keepAlive, ...rest } = headers;
    return { status, headers: { ...rest, 'content-length': Number(rest['content-length']) }, body };
  };

  const inFront = stripped(await post('/raw/one', 'x'));
  const behind = stripped(await inject('/raw/one', 'x'));
  const strange = stripped(await post('/raw/%zz/..?x', 'x'));

  expect(inFront.status).toBe(401);
  expect(JSON.parse(inFront.body)).toMatchObject({ code: 'delivery_unverified', status: 401 });
  expect(inFront.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
  });
  expect([behind.status, behind.body]).toEqual([inFront.status, inFront.body]);
  expect(strange).toEqual(inFront);
});

test('a trouble that passes says when to come again, in the language asked for', async () => {
  work = () => Promise.reject(new RelayError('database_unavailable', { retryAfterMs: 1_500 }));

  const { status, headers, body } = await post('/raw/one', 'x', { 'accept-language': 'ja' });

  expect([status, headers['retry-after']]).toEqual([503, '2']);
  expect(JSON.parse(body).title).toBe(new RelayError('database_unavailable').userMessage.ja);
});

test('our own fault is answered 500 and keeps its message to itself', async () => {
  work = () => Promise.reject(new Error('a secret of the house'));

  const { status, body } = await post('/raw/one', 'x');

  expect(status).toBe(500);
  expect(body).not.toContain('secret of the house');
});

test('any other method is an unknown address', async () => {
  const got = await fetch(new URL('/raw/one', url));

  expect(got.status).toBe(404);
  expect(taken).toEqual([]);
});

test('a body of the full size passes; one byte more is 413, the connection ends, and nothing is taken', async () => {
  const full = await post('/raw/one', '0123456789');
  const told = await post('/raw/one', '0123456789a', { 'content-length': '11' });
  const streamed = await post('/raw/one', '0123456789a', { 'transfer-encoding': 'chunked' });

  expect([full.status, told.status, streamed.status]).toEqual([200, 413, 413]);
  expect(JSON.parse(told.body).code).toBe('request_too_large');
  expect(taken).toHaveLength(1);
});

test('a sender that breaks off in the middle has sent nothing', async () => {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  socket.write('POST /raw/one HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n012');
  socket.end();
  await once(socket.resume(), 'close');

  await post('/raw/two', 'x');

  expect(taken.map(({ name }) => name)).toEqual(['two']);
});

test('a server that closes answers what it has in hand, and then lets the connection go', async () => {
  const inHand = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  work = () => {
    inHand.resolve();
    return done.promise;
  };

  const answering = post('/raw/one', 'x', { connection: 'keep-alive' });
  await inHand.promise;
  const closing = server.close();
  await new Promise((resolve) => setImmediate(resolve));
  done.resolve();
  const { status, headers } = await answering;
  await closing;

  expect([status, headers.connection]).toEqual([200, 'close']);
});
