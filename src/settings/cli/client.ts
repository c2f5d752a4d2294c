import { z } from 'zod';
import { peekDataDir } from '../../platform/data-dir.ts';
import { type ClientIo, ServiceError, UsageError } from './io.ts';

export interface ServiceOptions {
  readonly url?: string;
  readonly token?: string;
}

type Query = Readonly<Record<string, string | undefined>>;

/** The API of a running service. Answers are JSON as they came; undefined where there is none. */
export interface Client {
  get(path: string, query?: Query): Promise<unknown>;
  /** With the version it was read in, for saving upon that one. */
  getTagged(path: string): Promise<{ readonly answer: unknown; readonly etag: string | undefined }>;
  /** An answer that is not JSON, as it came. */
  download(path: string, query?: Query): Promise<string>;
  /** A form is sent as one, anything else as JSON. @param ifMatch refused where something else stands there by now. */
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object, ifMatch?: string): Promise<unknown>;
}

/** @throws UsageError when there is no token or no usable address. */
export function openClient(options: ServiceOptions, env: ClientIo['env']): Client {
  const base = readUrl(options.url ?? env.BASE_URL ?? `http://localhost:${env.PORT || '3000'}`);
  const token = readToken(options.token, env);
  return {
    get: async (path, query = {}) => (await call(base, token, 'GET', `${path}${toQueryString(query)}`)).answer,
    getTagged: (path) => call(base, token, 'GET', path),
    download: (path, query = {}) => download(base, token, `${path}${toQueryString(query)}`),
    send: async (method, path, body, ifMatch) => (await call(base, token, method, path, body, ifMatch)).answer,
  };
}

/** Puts a reference into a path: whatever it holds, it stays one segment. */
export function toSegment(reference: string): string {
  return encodeURIComponent(reference);
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new UsageError(`${text} is not an address of the service. Give one such as --url https://relay.example.com`);
  return url.origin;
}

function readToken(given: string | undefined, env: ClientIo['env']): string {
  const dataDir = env.DATA_DIR || './data';
  const token = given || env.ADMIN_TOKEN || peekToken(dataDir);
  if (!token)
    throw new UsageError(
      `There is no admin token: neither --token nor ADMIN_TOKEN is given, and ${dataDir}/admin-token does not exist. ` +
        'Start the service here once (npm start), set DATA_DIR to its folder, or copy the token from its machine.',
    );
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError('The admin token holds characters that no token has.');
  return token;
}

function peekToken(dataDir: string): string | undefined {
  try {
    return peekDataDir(dataDir, 'admin-token');
  } catch {
    throw new UsageError(
      `${dataDir}/admin-token cannot be read. Run this as the user of the service, or set ADMIN_TOKEN.`,
    );
  }
}

function toQueryString(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return given.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(given))}`;
}

const timeoutMs = 60_000;

async function call(
  base: string,
  token: string,
  method: string,
  path: string,
  body?: object,
  ifMatch?: string,
): ReturnType<Client['getTagged']> {
  const request = new Request(`${base}/api/v1${path}`, {
    ...toInit(token, method),
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body && !(body instanceof FormData) && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    },
    ...(body && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const { ok, status, text, etag } = await exchange(request, base);
  const answer = parseAnswer(text, base);
  if (!ok) throw new ServiceError(toAdvice(status, answer));
  return { answer, etag };
}

async function download(base: string, token: string, path: string): Promise<string> {
  const { ok, status, text } = await exchange(new Request(`${base}/api/v1${path}`, toInit(token, 'GET')), base);
  if (!ok) throw new ServiceError(toAdvice(status, parseAnswer(text, base)));
  return text;
}

function toInit(token: string, method: string): RequestInit {
  return {
    method,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
    headers: { authorization: `Bearer ${token}` },
  };
}

async function exchange(
  request: Request,
  base: string,
): Promise<{ ok: boolean; status: number; text: string; etag: string | undefined }> {
  try {
    const response = await fetch(request);
    const etag = response.headers.get('etag') ?? undefined;
    return { ok: response.ok, status: response.status, text: await readText(response), etag };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new ServiceError(
      isLate
        ? `${base} did not answer within ${timeoutMs / 1000} seconds. Look at its log, then try again.`
        : `${base} cannot be reached. Is the service running (npm start)? --url or BASE_URL says where it is.`,
    );
  }
}

/** Unlike `text()`, it keeps the byte order mark that spreadsheets know UTF-8 by. */
async function readText(response: Response): Promise<string> {
  return Buffer.from(await response.arrayBuffer()).toString('utf8');
}

function parseAnswer(text: string, base: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceError(`${base} answered something that is not our API. Check --url.`);
  }
}

const KnownProblem = z.object({
  title: z.string(),
  code: z.string(),
  detail: z.string().optional(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** What happened and the next step, in the service's own words. */
function toAdvice(status: number, answer: unknown): string {
  const parsed = KnownProblem.safeParse(answer);
  if (!parsed.success) return `The service answered ${status} without saying why. Check --url.`;
  const { title, code, detail, fields } = parsed.data;
  const lines = fields?.map(({ path, message }) => `  ${path} ${message}`.trimEnd()) ?? [];
  if (lines.length === 0 && detail !== undefined && detail !== title) lines.push(`  ${detail}`);
  return [`${title} (${code})`, ...lines].join('\n');
}
