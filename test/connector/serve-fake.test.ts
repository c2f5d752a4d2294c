import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type NetworkGuard, openNetworkGuard } from '../../src/connector/network-guard.ts';
import { type HostedFake, serveFake } from '../../src/connector/serve-fake.ts';
import { openTestHttp } from './support/vendor.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function host(handle: (request: Request) => Promise<Response>): Promise<HostedFake> {
  const hosted = await serveFake({ handle });
  closers.push(hosted.close);
  return hosted;
}

async function listen(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function openGuard(options: Parameters<typeof openNetworkGuard>[0]): NetworkGuard {
  const guard = openNetworkGuard(options);
  closers.push(guard.close);
  return guard;
}

const guardOpen = () => openGuard({ allowPrivateNetwork: true });
const text = '髙﨑 𠮷野 ｶﾅ 😀 O’Hara, Inc.';

describe('a hosted fake', () => {
  test('gets the request as it was sent and its answer arrives as it was given', async () => {
    const seen: object[] = [];
    const { origin } = await host(async (request) => {
      const { method, url } = request;
      seen.push({
        method,
        path: url.slice(origin.length),
        type: request.headers.get('content-type'),
        body: await request.json(),
      });
      return Response.json({ text }, { status: 201, headers: { 'x-ratelimit-remaining': '5' } });
    });
    const { http } = openTestHttp({ baseUrl: origin, guard: guardOpen() });

    const answer = await http.post('/v1/notes', { text }, z.object({ text: z.string() }));

    expect(answer).toEqual({ text });
    expect(seen).toEqual([{ method: 'POST', path: '/v1/notes', type: 'application/json', body: { text } }]);
  });

  test('adds no date of this machine, since it lives by its own clock', async () => {
    const { origin } = await host(async () => new Response(null, { status: 204 }));

    const answer = await fetch(origin);

    expect([answer.status, answer.headers.get('date')]).toEqual([204, null]);
  });

  test('that breaks answers 500', async () => {
    const { origin } = await host(() => Promise.reject(new Error('bug of the fake')));

    expect((await fetch(origin)).status).toBe(500);
  });

  test('is reached by nobody after it is closed', async () => {
    const hosted = await serveFake({ handle: async () => new Response() });
    await hosted.close();

    await expect(fetch(hosted.origin)).rejects.toThrow();
  });
});

describe('over a real connection', () => {
  test('the client connects to the address the guard was given, not to what a resolver says later', async () => {
    const { origin } = await host(async (request) => Response.json({ host: new URL(request.url).hostname }));
    const asked: string[] = [];
    const resolve = ((name: string, _options: object, done: (error: null, found: object[]) => void) => {
      asked.push(name);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    }) as never;
    const guard = openGuard({ allowPrivateNetwork: true, resolve });
    const { http } = openTestHttp({ baseUrl: origin.replace('127.0.0.1', 'vendor.example.com'), guard });

    const answer = await http.get('/', z.object({ host: z.string() }));

    expect([answer.host, asked]).toEqual(['vendor.example.com', ['vendor.example.com']]);
  });

  test('an answer that swells when unpacked is cut off', async () => {
    const bomb = gzipSync(`"${'a'.repeat(16 * 1024 * 1024)}"`);
    const origin = await listen((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const { http } = openTestHttp({ baseUrl: origin, guard: guardOpen() });

    await expect(http.get('/', z.string())).rejects.toMatchObject({ code: 'vendor_not_understood' });
  });

  test('an answer that breaks off is asked for again', async () => {
    let times = 0;
    const origin = await listen((_request, response) => {
      times += 1;
      response.writeHead(200, { 'content-length': '100' });
      if (times > 1) response.end(`"whole"`.padEnd(100));
      else response.write('"half', () => response.destroy());
    });
    const { http } = openTestHttp({ baseUrl: origin, guard: guardOpen() });

    expect(await http.get('/', z.string())).toBe('whole');
    expect(times).toBe(2);
  });

  test('an answer that trickles for ever is given up in time', async () => {
    const origin = await listen((_request, response) => {
      response.writeHead(200);
      const trickle = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(trickle));
    });
    const { http } = openTestHttp({ baseUrl: origin, guard: guardOpen(), timeoutMs: 60 });

    await expect(http.post('/', {}, z.unknown())).rejects.toMatchObject({ code: 'vendor_unavailable' });
  });

  test('a redirect to this machine is not followed', async () => {
    const visited: string[] = [];
    const inner = await listen((request, response) => {
      visited.push(request.url ?? '');
      response.end('{}');
    });
    const outer = await listen((_request, response) => response.writeHead(302, { location: `${inner}/secrets` }).end());
    const { http } = openTestHttp({ baseUrl: outer, guard: guardOpen() });

    await expect(http.get('/', z.unknown())).rejects.toMatchObject({ code: 'vendor_refused' });
    expect(visited).toEqual([]);
  });

  test('a proxy named in the environment is not used: it would step around the guard', async () => {
    const visited: string[] = [];
    process.env.http_proxy = await listen((request, response) => {
      visited.push(request.url ?? '');
      response.end('{}');
    });
    closers.push(() => {
      delete process.env.http_proxy;
    });
    const { origin } = await host(async () => Response.json({ direct: true }));
    const { http } = openTestHttp({ baseUrl: origin, guard: guardOpen() });

    expect(await http.get('/', z.unknown())).toEqual({ direct: true });
    expect(visited).toEqual([]);
  });
});
