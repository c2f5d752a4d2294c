import type { FastifyReply, FastifyRequest } from 'fastify';
import { newToken } from '../platform/ids.ts';

/** Knows a browser again by a cookie: what was begun in one ends in no other. */
export interface Browsers {
  /** undefined: it has no name yet, or what it shows is none of ours. */
  read(request: FastifyRequest): string | undefined;
  /** The one it has stays, so that two things begun side by side can both end. */
  name(request: FastifyRequest, reply: FastifyReply): string;
}

/**
 * @param cookie its name; over https it gets the `__Host-` prefix, which keeps a neighbouring site from planting its own.
 * @param seconds how long a browser is known after it was last named.
 */
export function openBrowsers(baseUrl: string, cookie: string, seconds: number): Browsers {
  const isHttps = baseUrl.startsWith('https:');
  const cookieName = isHttps ? `__Host-${cookie}` : cookie;
  const read = (request: FastifyRequest) => {
    const value = request.cookies[cookieName];
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
  };
  return {
    read,
    name(request, reply) {
      const browser = read(request) ?? newToken();
      // Lax: a vendor's page or a mail sends it back to us.
      const attributes = { path: '/', httpOnly: true, secure: isHttps, sameSite: 'lax' } as const;
      reply.setCookie(cookieName, browser, { ...attributes, maxAge: seconds });
      return browser;
    },
  };
}
