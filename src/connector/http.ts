import pRetry from 'p-retry';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import type { Authority } from './authority.ts';
import type { Http, Limits, Query } from './contract.ts';
import type { Limiter, Sleep } from './limiter.ts';
import type { NetworkGuard } from './network-guard.ts';
import { openExchange, parseAnswer, type VendorAnswer, type VendorRequest } from './vendor-client.ts';
import { toVendorError } from './vendor-errors.ts';

export interface HttpParts {
  readonly baseUrl: string;
  readonly guard: NetworkGuard;
  readonly limiter: Limiter;
  readonly authority: Authority;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** For one exchange, in milliseconds. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 15_000;
const retries = 3;
/** What the vendor asks us to wait beyond this is left to the job's own retry. */
const longestWaitMs = 10_000;
const firstWaitMs = 500;
/** More pages than any list of ours has: a vendor that never ends must not hold us for ever. */
const pagesMax = 10_000;

/** Opens the calls to one connection's ATS. @throws RelayError vendor_address_refused. */
export function openHttp(parts: HttpParts): Http {
  const { limiter, authority, limits, clock } = parts;
  const resetHeader = limits.rate.kind === 'window' ? limits.rate.resetHeader : undefined;
  const { origin } = parts.guard.readUrl(parts.baseUrl);
  const exchange = openExchange(parts.baseUrl, parts.guard, parts.timeoutMs ?? defaultTimeoutMs);

  function send(request: VendorRequest, authorization: string): Promise<VendorAnswer> {
    return limiter.run(async (observe) => {
      const answer = await exchange({ ...request, headers: { ...request.headers, authorization } });
      observe(answer.headers);
      return answer;
    });
  }

  /** What was refused may only be old: what the authority has instead is tried, once. */
  async function sendAuthorised(request: VendorRequest): Promise<VendorAnswer> {
    const authorization = await authority.read();
    const answer = await send(request, authorization);
    if (answer.status !== 401 || !(await authority.drop(authorization))) return answer;
    return send(request, await authority.read());
  }

  /** @param expected a status beside 2xx that is an answer, too. */
  function call(
    method: VendorRequest['method'],
    target: string,
    body?: object,
    expected?: number,
  ): Promise<VendorAnswer> {
    const request = toRequest(method, target, body);
    const attempt = async () => {
      const answer = await sendAuthorised(request);
      if ((answer.status >= 200 && answer.status < 300) || answer.status === expected) return answer;
      throw toVendorError(request.what, answer, clock.now(), resetHeader);
    };
    return retry(attempt, method === 'GET' ? isTransient : isRateLimited, parts.sleep);
  }

  async function callFor<T>(
    method: VendorRequest['method'],
    target: string,
    schema: z.ZodType<T>,
    body?: object,
  ): Promise<T> {
    return parseAnswer(toWhat(method, target), await call(method, target, body), schema);
  }

  async function findOne<T>(target: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const answer = await call('GET', target, undefined, 404);
    return answer.status === 404 ? undefined : parseAnswer(toWhat('GET', target), answer, schema);
  }

  async function readPage<T>(target: string, item: z.ZodType<T>) {
    const answer = await call('GET', target);
    const items: readonly T[] = parseAnswer(toWhat('GET', target), answer, z.array(item));
    return { items, next: readNextTarget(answer.headers.link, new URL(target, origin)) };
  }

  async function readPages<T>(path: string, item: z.ZodType<T>, query?: Query): Promise<readonly T[]> {
    const all: T[] = [];
    const visited = new Set<string>();
    for (let target: string | null = toTarget(path, query); target !== null; ) {
      if (visited.has(target) || visited.size === pagesMax) throw endless(path);
      visited.add(target);
      const { items, next }: { readonly items: readonly T[]; readonly next: string | null } = await readPage(
        target,
        item,
      );
      all.push(...items);
      target = next;
    }
    return all;
  }

  return {
    get: async (path, schema, query) => callFor('GET', toTarget(path, query), schema),
    find: async (path, schema, query) => findOne(toTarget(path, query), schema),
    list: async (path, item, query) => readPages(path, item, query),
    page: async (path, item, query) => readPage(toTarget(path, query), item),
    post: async (path, body, schema) => callFor('POST', toTarget(path), schema, body),
    put: async (path, body, schema) => callFor('PUT', toTarget(path), schema, body),
    patch: async (path, body, schema) => callFor('PATCH', toTarget(path), schema, body),
    delete: async (path) => void (await call('DELETE', toTarget(path))),
  };
}

/** The address a `Link` header gives as `next`, without its origin and otherwise exactly as given; null at the end. */
function readNextTarget(link: unknown, current: URL): string | null {
  const next = typeof link === 'string' ? /<([^<>]*)>\s*;[^<,]*\brel="?next"?/i.exec(link)?.[1] : undefined;
  if (next === undefined) return null;
  const url = URL.canParse(next, current.href) ? new URL(next, current) : undefined;
  if (!url || url.origin !== current.origin || url.username !== '' || url.password !== '')
    throw new RelayError('vendor_address_refused', { message: 'the next page stands on another origin' });
  return `${url.pathname}${url.search}`;
}

function endless(path: string): RelayError {
  return new RelayError('vendor_not_understood', { message: `GET ${path}: the list leads back to itself` });
}

function toTarget(path: string, query: Query = {}): string {
  if (!path.startsWith('/') || path.startsWith('//'))
    throw new RelayError('internal_error', { message: 'a path must start with one slash' });
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) parameters.append(name, one);
  const search = parameters.toString();
  return search === '' ? path : `${path}?${search}`;
}

function toRequest(method: VendorRequest['method'], target: string, body: object | undefined): VendorRequest {
  return {
    method,
    target,
    what: toWhat(method, target),
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  };
}

function toWhat(method: VendorRequest['method'], target: string): string {
  return `${method} ${target.split('?', 1)[0]}`;
}

const isTransient = (error: RelayError) => error.kind === 'transient';
/** Only then the vendor says that it did nothing. */
const isRateLimited = (error: RelayError) => error.code === 'vendor_rate_limited';

/** Tries again while it may help and the wait is short; a longer one is handed up in `retryAfterMs`. */
function retry<T>(work: () => Promise<T>, mayRetry: (error: RelayError) => boolean, sleep: Sleep): Promise<T> {
  const asOurs = async () => {
    try {
      return await work();
    } catch (thrown) {
      throw toRelayError(thrown);
    }
  };
  return pRetry(asOurs, {
    retries,
    minTimeout: 0, // the waiting is ours, so that it follows the vendor and a test need not sleep
    async shouldRetry({ error, attemptNumber }) {
      const known = toRelayError(error);
      const waitMs = known.retryAfterMs ?? firstWaitMs * 2 ** (attemptNumber - 1);
      if (!mayRetry(known) || waitMs > longestWaitMs) return false;
      await sleep(waitMs);
      return true;
    },
  });
}
