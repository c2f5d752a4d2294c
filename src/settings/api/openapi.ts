import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Server } from '../../platform/http-server.ts';

/** As browsers get it over https. */
const sessionCookie = '__Host-relay.session_token';

const description = `
The one way in for the settings page, the command line and other programs.

**Authorisation.** \`Authorization: Bearer <token>\`, or the session of a person who signed in. An API token (\`crt_…\`) opens
one company as one role. The admin token is \`ADMIN_TOKEN\`, or the file \`admin-token\` in \`DATA_DIR\`; it opens every company,
and \`company\` says which one is meant. What is foreign or does not exist is answered 404, what the role may not 403. With a
session, what changes something must come from our own origin.

**Lists** are newest first: \`{items, nextCursor}\`. Give \`nextCursor\` as \`cursor\` for the next page.

**Errors** are problem details (RFC 9457). \`code\` is stable, \`title\` is for people.

**Instants** are UTC in ISO 8601. **Secrets** are write-only: they are answered masked.
`.trim();

const tags = [
  { name: 'Companies', description: 'Employers, and the licensed agency each of them works with.' },
  { name: 'First run', description: 'How far a company is with its set-up, and the checks of it.' },
  { name: 'Connections', description: "A company's installed connectors, and what the ATS delivered." },
  { name: 'Stream', description: 'What became of each rejection: letter, consent, notice.' },
  { name: 'Letters', description: "A company's own letter templates: drafts, versions, previews." },
  { name: 'Credits', description: 'Referrals, and the credits they earn: each is the right to one free introduction.' },
  { name: 'Slack', description: 'The workspace, where notices go, who may act there, and how notices are worded.' },
  { name: 'People', description: 'Members, invitations, sessions, and tokens for programs.' },
  { name: 'Operation', description: 'Queues, the local outbox and the audit log.' },
];

/** Draws the OpenAPI document from the routes registered in the same scope after it. */
export async function describeApi(api: Server): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Career Relay connector',
        version: '1.0.0',
        description,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'This server' }],
      tags,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or the admin token.' },
          session: { type: 'apiKey', in: 'cookie', name: sessionCookie, description: 'Of a person who signed in.' },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => dropUnusedSchemas(jsonSchemaTransformObject(document)),
  });
}

/** Everything from this server, nothing from elsewhere. Swagger UI writes styles into the page; they can run nothing. */
const docsPolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** The same document for people, at /api/docs. */
export async function serveDocs(api: Server): Promise<void> {
  await api.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: '/api',
    staticCSP: docsPolicy,
    theme: { title: 'Career Relay API' },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      persistAuthorization: false,
      tryItOutEnabled: true,
    },
  });
}

type Document = ReturnType<typeof jsonSchemaTransformObject>;

/** Every named schema is offered once for input and once for output; keeps those that something refers to. */
function dropUnusedSchemas(document: Document): Document {
  if (!('components' in document) || !document.components?.schemas) return document;
  const all: Readonly<Record<string, unknown>> = document.components.schemas;
  const used = new Set<string>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(all[name] ?? {});
    }
  };
  follow(document.paths ?? {});
  const schemas = Object.fromEntries(Object.entries(document.components.schemas).filter(([name]) => used.has(name)));
  return { ...document, components: { ...document.components, schemas } } as Document; // the union of 2.0 and 3.x is lost by the spread
}
