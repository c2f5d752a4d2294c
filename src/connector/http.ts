import pRetry from 'p-retry';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import { RelayError, toRelayError } from '../platform/errors.ts';
import type { Connector, Http, Query } from './contract.ts';
import type { Limiter, Sleep } from './limiter.ts';
import type { NetworkGuard } from './network-guard.ts';
import type { TokenSource } from './oauth.ts';
import { openExchange, parseAnswer, type VendorAnswer, type VendorRequest } from './vendor-client.ts';
import { toVendorError } from './vendor-errors.ts';

export interface HttpParts {
  readonly baseUrl: string;
  readonly guard: NetworkGuard;
  readonly limiter: Limiter;
  readonly tokens: TokenSource;
  readonly limits: Connector['limits'];
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
  const { limiter, tokens, limits, clock } = parts;
  const { origin } = parts.guard.readUrl(parts.baseUrl);
  const exchange = openExchange(parts.baseUrl, parts.guard, parts.timeoutMs ?? defaultTimeoutMs);

  async function send(request: VendorRequest, token: string): Promise<VendorAnswer> {
    const answer = await limiter.run(() =>
      exchange({ ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }),
    );
    limiter.observe(answer.headers);
    return answer;
  }

  /** A token that was refused may only be old: one fresh one is tried, once. */
  async function sendAuthorised(request: VendorRequest): Promise<VendorAnswer> {
    const token = await tokens.read();
    const answer = await send(request, token);
    if (answer.status !== 401) return answer;
    await tokens.drop(token);
    return send(request, await tokens.read());
  }

  function call(method: VendorRequest['method'], target: string, body?: object): Promise<VendorAnswer> {
    const request = toRequest(method, target, body);
    const attempt = async () => {
      const answer = await sendAuthorised(request);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw toVendorError(request.what, answer, clock.now(), limits.resetHeader);
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

  async function readPages<T>(path: string, item: z.ZodType<T>, query?: Query): Promise<readonly T[]> {
    const items: T[] = [];
    const visited = new Set<string>();
    for (let next: string | undefined = toTarget(path, query); next !== undefined; ) {
      if (visited.has(next) || visited.size === pagesMax) throw endless(path);
      visited.add(next);
      const answer = await call('GET', next);
      items.push(...parseAnswer(toWhat('GET', next), answer, z.array(item)));
      next = readNextTarget(answer.headers.link, new URL(next, origin));
    }
    return items;
  }

  return {
    get: async (path, schema, query) => callFor('GET', toTarget(path, query), schema),
    list: async (path, item, query) => readPages(path, item, query),
    post: async (path, body, schema) => callFor('POST', toTarget(path), schema, body),
    patch: async (path, body, schema) => callFor('PATCH', toTarget(path), schema, body),
    delete: async (path) => void (await call('DELETE', toTarget(path))),
  };
}

/** The address a `Link` header gives as `next`, without its origin and otherwise exactly as given; undefined at the end. */
function readNextTarget(link: unknown, current: URL): string | undefined {
  const next = typeof link === 'string' ? /<([^<>]*)>\s*;[^<,]*\brel="?next"?/i.exec(link)?.[1] : undefined;
  if (next === undefined) return undefined;
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
  const search = new URLSearchParams({ ...query }).toString();
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
