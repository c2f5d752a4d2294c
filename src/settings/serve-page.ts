import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { Server } from '../platform/http-server.ts';
import { newToken } from '../platform/ids.ts';

export interface PageParts {
  /** Where `npm run build:page` laid the page. */
  readonly folder: string;
  /** Whether people can sign in with Slack here. */
  readonly hasSlackSignIn: boolean;
}

/**
 * Serves the settings page under /app: its assets bear the hash of their content and never change; every other address
 * is one of the page's own, answered with index.html, which is never kept. Where it was not built, it says so.
 */
export async function servePage(server: Server, { folder, hasSlackSignIn }: PageParts): Promise<void> {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    for (const url of ['/app', '/app/*']) server.get(url, (_request, reply) => reply.status(503).send(notBuilt));
    return;
  }
  const page = toPage(readFileSync(index, 'utf8'), hasSlackSignIn);
  await server.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/app/assets/',
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
    decorateReply: false,
    dotfiles: 'ignore',
    index: false,
  });
  for (const url of ['/app', '/app/*']) server.get(url, (_request, reply) => sendPage(reply, page));
}

const notBuilt = 'The settings page was not built. Run `npm run build:page`, then start the service again.\n';

/** Where the build left a place for the nonce of each answer. */
const nonceMark = '__STYLE_NONCE__';

function toPage(html: string, hasSlackSignIn: boolean): string {
  const slack = `<meta name="sign-in-with-slack" content="${hasSlackSignIn ? 'yes' : 'no'}">`;
  return html.replace('</head>', `${slack}</head>`);
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = newToken();
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': toPolicy(nonce),
      'x-robots-tag': 'noindex',
    })
    .send(page.replaceAll(nonceMark, nonce));
}

/**
 * Everything from here, nothing from elsewhere. The components write style elements of their own: those bear the nonce,
 * which is of no use to scripts.
 */
function toPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    // A letter is shown in a frame, under a policy of its own.
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}
