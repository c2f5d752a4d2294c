import type { IncomingMessage, ServerResponse } from 'node:http';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { errorCodes } from './error-codes.ts';
import { isError, RelayError } from './errors.ts';
import type { Log } from './log.ts';

/** The web server the rooms hang their routes on; schemas are zod. */
export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/**
 * Builds the server: safe headers everywhere, problem details for every error, and a log that knows routes, never
 * addresses: a path may carry a link's token.
 */
export async function openHttpServer(options: {
  readonly log: Log;
  readonly trustedProxies: number;
  readonly isHttps: boolean;
}): Promise<Server> {
  const server = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Hop 0 is who is connected to us: to believe even him about the client takes one trusted proxy.
    trustProxy: (_address: string, hop: number) => hop < options.trustedProxies,
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // An address no router can read. Fastify's own answer would repeat it, and come without our headers.
    frameworkErrors: (_error, request, reply) =>
      void sendProblem(new RelayError('request_not_found'), request, reply.headers(bareHeaders)),
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'form-action': ["'none'"],
      },
    },
    strictTransportSecurity: options.isHttps ? { maxAge: 63_072_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  });
  await server.register(cookie);
  await server.register(formbody);
  await server.register(rateLimit, { global: false });
  server.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  server.setNotFoundHandler((request, reply) => sendProblem(new RelayError('request_not_found'), request, reply));
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    request.log.debug(
      { route, method: request.method, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request answered',
    );
  });
  return server as Server;
}

/** What helmet cannot add where no route was found. */
const bareHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Answers with RFC 9457 problem details: our code, the text for people, and for bad input the fields. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { error, fields } = toProblem(thrown);
  const { status } = errorCodes[error.code];
  if (error.kind === 'internal') request.log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
  if (error.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
  const wantsEnglish = !(request.headers['accept-language'] ?? '').toLowerCase().startsWith('ja');
  return reply
    .status(status)
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({
      type: 'about:blank',
      title: wantsEnglish ? error.userMessage.en : error.userMessage.ja,
      status,
      code: error.code,
      ...(error.kind === 'internal' ? {} : { detail: error.message }),
      ...(fields.length > 0 ? { fields } : {}),
    });
}

interface Problem {
  readonly error: RelayError;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
}

function toProblem(thrown: unknown): Problem {
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
