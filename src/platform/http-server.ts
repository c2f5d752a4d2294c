import type { IncomingMessage, ServerResponse } from 'node:http';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController, type RawServerDefault } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { RelayError } from './errors.ts';
import type { Log } from './log.ts';
import { bareHeaders, sendProblem } from './problem.ts';
import { openFront } from './raw-route.ts';

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
  const front: FastifyInstance['front'] = [];
  const server = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Hop 0 is who is connected to us: to believe even him about the client takes one trusted proxy.
    trustProxy: (_address: string, hop: number) => hop < options.trustedProxies,
    bodyLimit: 256 * 1024,
    forceCloseConnections: 'idle',
    serverFactory: (answer) => openFront(front, answer),
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
  server.decorate('front', front);
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
