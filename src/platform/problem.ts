import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { errorCodes } from './error-codes.ts';
import { isError, RelayError } from './errors.ts';

/** The safe headers of an answer that helmet does not pass over. */
export const bareHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** RFC 9457 problem details, ready to be sent: our code, the text for people, and for bad input the fields. */
export interface Problem {
  readonly error: RelayError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param language the request's Accept-Language; only Japanese is answered in Japanese. */
export function renderProblem(thrown: unknown, language = ''): Problem {
  const { error, fields } = readProblem(thrown);
  const { status } = errorCodes[error.code];
  const wantsEnglish = !language.toLowerCase().startsWith('ja');
  const headers = {
    'content-type': 'application/problem+json',
    ...(error.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)) }),
  };
  const body = JSON.stringify({
    type: 'about:blank',
    title: wantsEnglish ? error.userMessage.en : error.userMessage.ja,
    status,
    code: error.code,
    ...(error.kind === 'internal' ? {} : { detail: error.message }),
    ...(fields.length > 0 ? { fields } : {}),
  });
  return { error, status, headers, body };
}

/** Answers with problem details, and logs what is our own fault. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { error, status, headers, body } = renderProblem(thrown, request.headers['accept-language']);
  if (error.kind === 'internal') request.log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
  return reply.status(status).headers(headers).serializer(String).send(body);
}

interface Reading {
  readonly error: RelayError;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
}

function readProblem(thrown: unknown): Reading {
  if (thrown instanceof RelayError) return { error: thrown, fields: [] };
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const fields = thrown.validation.map((issue) => ({
      path: issue.instancePath.slice(1).replaceAll('/', '.'),
      message: issue.message ?? 'is not valid',
    }));
    return {
      error: new RelayError('request_invalid', {
        message: fields.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
      }),
      fields,
    };
  }
  const status = readRefusal(thrown);
  const message = isError(thrown) ? thrown.message : 'unknown';
  if (status === 413) return { error: new RelayError('request_too_large'), fields: [] };
  if (status === 429) return { error: new RelayError('request_rate_limited'), fields: [] };
  if (status !== undefined) return { error: new RelayError('request_invalid', { message }), fields: [] };
  return {
    error: new RelayError('internal_error', isError(thrown) ? { message, cause: thrown } : { message }),
    fields: [],
  };
}

/** The status with which Fastify or a plug-in of its own refuses a request, 400 to 499; undefined for every other error. */
export function readRefusal(thrown: unknown): number | undefined {
  const status = isError(thrown) && 'statusCode' in thrown ? thrown.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
