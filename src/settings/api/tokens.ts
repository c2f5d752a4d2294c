import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '../identity/api-tokens.ts';
import { json, nothing, problems } from './answers.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { ApiToken, BelowCompany, CreatedApiToken, NewApiToken } from './people-schemas.ts';
import { listOf, SlugParams } from './schemas.ts';

const tags = ['People'];
const access = { right: 'members', company: 'slug' } as const;

/** Tokens for a company's own programs. */
export function tokenRoutes(api: Server, parts: ApiParts): void {
  const { clock } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/tokens',
    config: { access },
    schema: {
      operationId: 'listApiTokens',
      tags,
      summary: "List a company's API tokens",
      description: 'Without the tokens themselves, and without the revoked ones.',
      params: SlugParams,
      response: { 200: json('The tokens.', listOf(ApiToken)), ...problems('request_not_found') },
    },
    handler: ({ params }) =>
      asCompany(parts, params.slug, async (tx, { companyId }) => ({
        items: [...(await listApiTokens(tx, companyId))],
        nextCursor: null,
      })),
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/tokens',
    config: { access },
    schema: {
      operationId: 'createApiToken',
      tags,
      summary: 'Make an API token',
      description:
        'For one program, with the least role it needs. It is told this once. A token never lets anybody else in: members, ' +
        'invitations and tokens are for people.',
      params: SlugParams,
      body: NewApiToken,
      response: { 201: json('The new token.', CreatedApiToken), ...problems('request_not_found') },
    },
    handler: async ({ params, body, actor }, reply) => {
      const now = clock.now();
      if (body.expiresAt && body.expiresAt <= now)
        throw new RelayError('request_invalid', { message: 'expiresAt lies in the past' });
      const { apiToken, token } = await asCompany(parts, params.slug, (tx, { companyId }) =>
        createApiToken(tx, { companyId, ...body, actor, now }),
      );
      return reply.status(201).send({ ...apiToken, token });
    },
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/tokens/:id',
    config: { access },
    schema: {
      operationId: 'revokeApiToken',
      tags,
      summary: 'Revoke an API token',
      params: BelowCompany,
      response: { 204: nothing('It opens nothing any more.'), ...problems('request_not_found') },
    },
    handler: async ({ params, actor }, reply) => {
      await asCompany(parts, params.slug, (tx, { companyId }) =>
        revokeApiToken(tx, { companyId, id: params.id, actor, now: clock.now() }),
      );
      return reply.status(204).send();
    },
  });
}
