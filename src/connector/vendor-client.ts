import axios, { type AxiosInstance } from 'axios';
import type { z } from 'zod';
import { RelayError } from '../platform/errors.ts';
import type { NetworkGuard } from './network-guard.ts';
import { type Answer, toShapeError, toTransportError } from './vendor-errors.ts';

const answerBytesMax = 5 * 1024 * 1024;

export interface VendorRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query on the client's origin. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How errors name the call: method and path, no query. */
  readonly what: string;
}

export interface VendorAnswer extends Answer {
  readonly text: string;
}

/** One exchange with a vendor, nothing more: any status is an answer. @throws RelayError when there was none. */
export type Exchange = (request: VendorRequest) => Promise<VendorAnswer>;

/**
 * Opens the one way we call a vendor: the given origin only, guarded, no redirect, no proxy, at most 5 MiB, in limited time.
 * @param timeoutMs for the whole exchange, the answer's last byte included.
 * @throws RelayError vendor_address_refused.
 */
export function openExchange(address: string, guard: NetworkGuard, timeoutMs: number): Exchange {
  const { origin } = guard.readUrl(address);
  const client = makeClient(origin, guard);
  return async ({ method, target, headers, body, what }) => {
    try {
      const {
        status,
        headers: answered,
        data,
      } = await client.request<string>({
        method,
        url: target,
        headers,
        data: body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status, headers: { ...answered }, text: data };
    } catch (thrown) {
      throw toTransportError(what, thrown);
    }
  };
}

function makeClient(origin: string, { agents }: NetworkGuard): AxiosInstance {
  return axios.create({
    ...agents,
    adapter: 'http',
    baseURL: origin,
    allowAbsoluteUrls: false,
    maxRedirects: 0,
    maxContentLength: answerBytesMax,
    maxBodyLength: answerBytesMax,
    proxy: false,
    responseType: 'text',
    transformRequest: (data) => data,
    transformResponse: (data) => data,
    validateStatus: () => true,
  });
}

/** The body as the schema reads it; an empty body is `undefined`. @throws RelayError vendor_not_understood. */
export function parseAnswer<T>(what: string, answer: VendorAnswer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(what, answer.text));
  if (!parsed.success) throw toShapeError(what, parsed.error.issues);
  return parsed.data;
}

function parseJson(what: string, text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new RelayError('vendor_not_understood', { message: `${what}: the answer is not JSON` });
  }
}
