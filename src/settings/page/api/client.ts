import { ApiProblem, readProblem } from './problem.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** A value with the version it was read in; hand `etag` in as `ifMatch` when saving. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string | null;
}

export interface Api {
  /** GET under /api/v1. The caller names the type, one of types.ts. @throws ApiProblem. */
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  /** The same, with the version read. */
  getTagged<T>(path: string, query?: Query, signal?: AbortSignal): Promise<Tagged<T>>;
  /** POST, PUT, PATCH or DELETE under /api/v1; an answer without a body gives undefined. @throws ApiProblem; 412 when `ifMatch` is no longer the newest. */
  send<T = undefined>(method: Method, path: string, body?: object, ifMatch?: string | null): Promise<T>;
  /** POST a file as it is, under /api/v1. @throws ApiProblem. */
  upload<T>(path: string, query: Query, file: Blob): Promise<T>;
  /** The same under /api/auth. */
  auth<T = undefined>(method: 'GET' | 'POST', path: string, body?: object): Promise<T>;
}

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiParts {
  readonly fetch: typeof fetch;
  /** The reader's language now: problems are answered in it. */
  language(): string;
}

/** The one way from the page to the server: same origin, the session's cookie, problem details as ApiProblem. */
export function openApi({ fetch, language }: ApiParts): Api {
  async function ask(path: string, init: RequestInit): Promise<Response> {
    const headers = { accept: 'application/json', 'accept-language': language(), ...init.headers };
    const response = await fetch(path, { ...init, headers, credentials: 'same-origin' }).catch((thrown: unknown) => {
      if (init.signal?.aborted) throw thrown;
      throw new ApiProblem({ status: 0, code: 'unreachable', title: '' });
    });
    if (!response.ok) throw await readProblem(response);
    return response;
  }

  async function getTagged<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Tagged<T>> {
    const response = await ask(`/api/v1${path}${toSearch(query)}`, signal ? { signal } : {});
    return { value: await response.json(), etag: response.headers.get('etag') };
  }

  return {
    get: async <T>(path: string, query?: Query, signal?: AbortSignal) =>
      (await getTagged<T>(path, query, signal)).value,
    getTagged,
    send: async (method, path, body, ifMatch) =>
      readBody(
        await ask(`/api/v1${path}`, {
          ...withBody(method, body),
          headers: { ...toHeaders(body), ...(ifMatch ? { 'if-match': ifMatch } : {}) },
        }),
      ),
    upload: async (path, query, file) =>
      readBody(
        await ask(`/api/v1${path}${toSearch(query)}`, {
          method: 'POST',
          body: file,
          headers: { 'content-type': 'application/octet-stream' },
        }),
      ),
    auth: async (method, path, body) =>
      readBody(await ask(`/api/auth${path}`, { ...withBody(method, body), headers: toHeaders(body) })),
  };
}

const toHeaders = (body: object | undefined) => (body ? { 'content-type': 'application/json' } : {});
const withBody = (method: string, body: object | undefined) => ({
  method,
  ...(body ? { body: JSON.stringify(body) } : {}),
});

async function readBody(response: Response) {
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

function toSearch(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
