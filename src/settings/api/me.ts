import { z } from 'zod';
import { listCompanies, readDeletionEnds } from '../../company/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { absoluteSeconds, after } from '../identity/model.ts';
import { countPasskeys, endSessions, listSessions, readUser } from '../identity/store.ts';
import { isOperator, type Principal, toActor, toRole } from './access.ts';
import { json, nothing, problems } from './answers.ts';
import type { ApiParts } from './parts.ts';
import { Me, Session, SessionParams } from './people-schemas.ts';
import { listOf } from './schemas.ts';

const access = { right: 'member', company: 'none' } as const;
const tags = ['People'];

/** Who asks, and where else they are signed in. */
export function meRoutes(api: Server, parts: ApiParts): void {
  const { database, clock } = parts;

  api.route({
    method: 'GET',
    url: '/me',
    config: { access },
    schema: {
      operationId: 'getMe',
      tags,
      summary: 'Show who asks, and for which companies',
      response: { 200: json('Who asks.', Me), ...problems() },
    },
    handler: ({ principal }) => database.forSystem((tx) => toMe(tx, requirePrincipal(principal))),
  });

  api.route({
    method: 'GET',
    url: '/sessions',
    config: { access },
    schema: {
      operationId: 'listSessions',
      tags,
      summary: 'List the sessions of whoever asks',
      description:
        'A session ends half an hour after it was last used, and twelve hours after it began. A token has none.',
      response: { 200: json('The sessions.', listOf(Session)), ...problems() },
    },
    handler: async ({ principal }) => {
      if (principal?.kind !== 'user') return { items: [], nextCursor: null };
      const now = clock.now();
      const { userId, sessionId } = principal;
      const sessions = await database.forSystem((tx) =>
        listSessions(tx, { userId, now, since: after(now, -absoluteSeconds) }),
      );
      return { items: sessions.map((one) => ({ ...one, isCurrent: one.id === sessionId })), nextCursor: null };
    },
  });

  api.route({
    method: 'DELETE',
    url: '/sessions/:id',
    config: { access },
    schema: {
      operationId: 'endSession',
      tags,
      summary: 'End a session of whoever asks',
      params: SessionParams,
      response: { 204: nothing('It is ended.'), ...problems('request_not_found') },
    },
    handler: async ({ principal, params }, reply) => {
      const ended =
        principal?.kind === 'user' &&
        (await database.forSystem((tx) => endSessions(tx, principal.userId, { only: params.id })));
      if (!ended) throw new RelayError('request_not_found', { message: 'there is no such session' });
      return reply.status(204).send();
    },
  });

  api.route({
    method: 'DELETE',
    url: '/sessions',
    config: { access },
    schema: {
      operationId: 'endOtherSessions',
      tags,
      summary: 'End every other session of whoever asks',
      response: { 200: json('How many were ended.', z.object({ ended: z.int() })), ...problems() },
    },
    handler: async ({ principal }) => {
      if (principal?.kind !== 'user') return { ended: 0 };
      const { userId, sessionId } = principal;
      return { ended: await database.forSystem((tx) => endSessions(tx, userId, { but: sessionId })) };
    },
  });
}

function requirePrincipal(principal: Principal | null): Principal {
  if (!principal) throw new RelayError('request_unauthorized');
  return principal;
}

async function toMe(tx: Tx, principal: Principal): Promise<Me> {
  const own = (await listCompanies(tx)).flatMap(({ companyId, slug, name }) => {
    const role = toRole(principal, companyId) ?? (isOperator(principal) ? ('owner' as const) : undefined);
    return role === undefined ? [] : [{ id: companyId, slug, name, role }];
  });
  const ends = await readDeletionEnds(
    tx,
    own.map(({ id }) => id),
  );
  const companies = own.map((company) => ({ ...company, endsAt: ends.get(company.id) ?? null }));
  const user = principal.kind === 'user' ? await readUser(tx, principal.userId) : undefined;
  return {
    kind: principal.kind,
    actor: toActor(principal),
    isOperator: isOperator(principal),
    user: user
      ? {
          id: user.userId,
          name: user.name,
          email: user.email,
          hasSecondFactor: user.hasSecondFactor,
          passkeys: await countPasskeys(tx, user.userId),
        }
      : null,
    companies,
  };
}
