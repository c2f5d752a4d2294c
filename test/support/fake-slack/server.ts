import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer as readBuffer } from 'node:stream/consumers';
import { type Answer, type Call, type Method, needScope, SlackRefusal, textOf } from './call.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import { fileMethods, takeUpload } from './files.ts';
import { oauthMethods } from './oauth.ts';
import { tiers } from './rates.ts';
import { parseJson, takeResponse } from './response-urls.ts';
import type { SocketMode } from './socket-mode.ts';
import type { Troubles } from './troubles.ts';
import { viewMethods } from './views.ts';
import type { Workspace, World } from './world.ts';

const methods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...conversationMethods,
  ...viewMethods,
  ...oauthMethods,
  ...fileMethods,
};

/** One call as it came, without its token. */
export interface SeenCall {
  readonly method: string;
  /** '' where the token told no workspace. */
  readonly teamRef: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface SlackServer {
  readonly origin: () => string;
  listen(): Promise<void>;
  /** Nobody listens any more; `listen` takes the same port again. */
  stop(): Promise<void>;
}

interface Parts {
  readonly world: World;
  readonly sockets: SocketMode;
  readonly troubles: Troubles;
  readonly seen: SeenCall[];
}

export function makeServer(parts: Parts): SlackServer {
  let port = 0;
  let server: Server | undefined;
  return {
    origin: () => `http://127.0.0.1:${port}`,
    listen: () =>
      new Promise((resolve, reject) => {
        if (server?.listening) return resolve();
        const opening = createServer((request, response) => {
          // A mistake of this fake is told, not swallowed.
          route(parts, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
        });
        server = opening;
        opening.on('upgrade', (request, socket) => parts.sockets.upgrade(request, socket));
        opening.once('error', reject);
        opening.listen(port, '127.0.0.1', () => {
          port = (opening.address() as AddressInfo).port;
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        parts.sockets.destroy();
        if (!server?.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await readBuffer(request);
  if (parts.troubles.isHangingUp()) return void request.socket.destroy();
  const [, door, ...rest] = new URL(request.url ?? '/', 'http://slack.test').pathname.split('/');
  if (door === 'api') return takeCall(parts, rest.join('/'), request, bytes, response);
  if (door === 'response') {
    const { status, body } = takeResponse(parts.world, rest[0] ?? '', bytes.toString('utf8'));
    return void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  }
  if (door === 'upload') {
    const status = takeUpload(parts.world, rest[0] ?? '', rest[1] ?? '', await readUpload(request, bytes));
    return void response.writeHead(status).end(status === 200 ? `OK - ${bytes.length}` : 'upload failed');
  }
  response.writeHead(404).end();
}

async function takeCall(
  parts: Parts,
  name: string,
  request: IncomingMessage,
  bytes: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { world, troubles, seen } = parts;
  const { token, args } = readArguments(request, bytes);
  const { token: _token, client_secret: _secret, ...shown } = args;
  const teamRef = world.tokens.get(token)?.teamRef ?? '';
  seen.push({ method: name, teamRef, args: shown });
  const send = (body: Answer, scopes = '') =>
    void response
      .writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        ...(scopes ? { 'x-oauth-scopes': scopes } : {}),
      })
      .end(JSON.stringify(body));
  const limit = (waitSeconds: number) =>
    void response
      .writeHead(429, { 'retry-after': String(waitSeconds), 'content-type': 'application/json' })
      .end(JSON.stringify({ ok: false, error: 'ratelimited' }));
  if (name === 'apps.connections.open') {
    // Tier 1, of the app and not of a workspace.
    const waitSeconds = world.rates.takeCall(name, tiers[1]);
    return waitSeconds > 0 ? limit(waitSeconds) : send(openConnection(parts, token));
  }
  const method = methods[name];
  if (!method) return send({ ok: false, error: 'unknown_method', req_method: name });
  const reached = method.isOpen ? { workspace: undefined } : findWorkspace(world, token);
  if ('error' in reached) return send({ ok: false, error: reached.error });
  // A method without a token knows no workspace, and reads none.
  const workspace = reached.workspace ?? ({ teamRef: '', scopes: new Set() } as unknown as Workspace);
  const call: Call = { world, workspace, method: name, token, args };
  const trouble = await troubles.meet(name);
  if (trouble?.takes) run(method, call);
  if (trouble?.kind === 'error') return send({ ok: false, error: trouble.error });
  if (trouble?.kind === 'hang-up') return void request.socket.destroy();
  if (trouble) {
    const { status, retryAfter } = trouble;
    return void response.writeHead(status, retryAfter ? { 'retry-after': retryAfter } : {}).end('trouble');
  }
  const waitSeconds = findWait(call, method);
  return waitSeconds > 0 ? limit(waitSeconds) : send(run(method, call), [...workspace.scopes].join(','));
}

function run(method: Method, call: Call): Answer {
  try {
    if (method.scope) needScope(call, method.scope);
    return method.answer(call);
  } catch (error) {
    if (error instanceof SlackRefusal) return { ok: false, error: error.message, ...error.more };
    throw error;
  }
}

/** Per method and workspace; messages also per channel, whatever becomes of them. */
function findWait(call: Call, { perMinute }: Method): number {
  const { world, workspace, method } = call;
  const wait = world.rates.takeCall(`${method} ${workspace.teamRef}`, perMinute);
  if (wait > 0 || method !== 'chat.postMessage') return wait;
  return world.rates.takePost(`${workspace.teamRef} ${textOf(call, 'channel')}`);
}

type Reached = { readonly workspace: Workspace } | { readonly error: string };

function findWorkspace(world: World, token: string): Reached {
  if (token === '') return { error: 'not_authed' };
  if (token === world.app.appToken) return { error: 'not_allowed_token_type' };
  const held = world.tokens.get(token);
  const workspace = held && world.workspaces.get(held.teamRef);
  if (!held || !workspace) return { error: 'invalid_auth' };
  if (!workspace.isInstalled) return { error: 'account_inactive' };
  if (held.isRevoked) return { error: 'token_revoked' };
  if (held.expiresAt && held.expiresAt <= world.now()) return { error: 'token_expired' };
  return { workspace };
}

/** Socket mode is asked for with the app's own token. */
function openConnection({ world, sockets }: Parts, token: string): Answer {
  if (token === '') return { ok: false, error: 'not_authed' };
  if (world.tokens.has(token)) return { ok: false, error: 'not_allowed_token_type' };
  if (token !== world.app.appToken) return { ok: false, error: 'invalid_auth' };
  return { ok: true, url: sockets.newUrl() };
}

/** From the header, or as an argument: of a form, or of JSON. The client's id and secret may come as Basic. */
function readArguments(request: IncomingMessage, bytes: Buffer) {
  const body = bytes.toString('utf8');
  const isJson = request.headers['content-type']?.startsWith('application/json') ?? false;
  const parsed = isJson ? parseJson(body) : Object.fromEntries(new URLSearchParams(body));
  const args: Record<string, unknown> = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') {
    const [id, secret] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
    return { token: '', args: { ...args, client_id: id, client_secret: secret } };
  }
  return { token: scheme === 'Bearer' ? credentials : typeof args.token === 'string' ? args.token : '', args };
}

/** The bytes of an upload, raw or as the one part of a multipart form. */
async function readUpload(request: IncomingMessage, bytes: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return bytes;
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  const [part] = [...form.values()].filter((value) => typeof value !== 'string');
  return part ? Buffer.from(await part.arrayBuffer()) : Buffer.alloc(0);
}
