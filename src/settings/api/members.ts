import type { Server } from '../../platform/http-server.ts';
import { createInvitation, listInvitations, revokeInvitation } from '../identity/invitations.ts';
import { changeRole, removeMember } from '../identity/members.ts';
import { listMembers } from '../identity/store.ts';
import { json, nothing, problems } from './answers.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { BelowCompany, Invitation, Member, MemberParams, NewInvitation, RoleChange } from './people-schemas.ts';
import { listOf, SlugParams } from './schemas.ts';

const tags = ['People'];

/** Who works for a company here, as what, and who is asked to. */
export function memberRoutes(api: Server, parts: ApiParts): void {
  const { database, clock } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/members',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'listMembers',
      tags,
      summary: "List a company's members",
      params: SlugParams,
      response: { 200: json('The members.', listOf(Member)), ...problems('request_not_found') },
    },
    handler: ({ params }) =>
      database.forSystem(async (tx) => {
        const { companyId } = await findCompany(tx, params.slug);
        return { items: [...(await listMembers(tx, companyId))], nextCursor: null };
      }),
  });

  api.route({
    method: 'PATCH',
    url: '/companies/:slug/members/:userId',
    config: { access: { right: 'members', company: 'slug' } },
    schema: {
      operationId: 'changeMember',
      tags,
      summary: 'Give a member another role',
      description:
        'Their sessions end, so that the new role counts from the next sign-in on. The last owner stays one.',
      params: MemberParams,
      body: RoleChange,
      response: {
        200: json('The member as they are now.', Member),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: ({ params, body, actor }) =>
      database.forSystem(async (tx) => {
        const { companyId } = await findCompany(tx, params.slug);
        return changeRole(tx, { companyId, userId: params.userId, role: body.role, actor, now: clock.now() });
      }),
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/members/:userId',
    config: { access: { right: 'members', company: 'slug' } },
    schema: {
      operationId: 'removeMember',
      tags,
      summary: 'Take a member out of a company',
      description: 'Their sessions end. What they did stays in the log. The last owner stays.',
      params: MemberParams,
      response: { 204: nothing('They are out.'), ...problems('request_not_found', 'request_conflict') },
    },
    handler: async ({ params, actor }, reply) => {
      await database.forSystem(async (tx) => {
        const { companyId } = await findCompany(tx, params.slug);
        await removeMember(tx, { companyId, userId: params.userId, actor, now: clock.now() });
      });
      return reply.status(204).send();
    },
  });

  invitationRoutes(api, parts);
}

function invitationRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, identity } = parts;
  const access = { right: 'members', company: 'slug' } as const;

  api.route({
    method: 'GET',
    url: '/companies/:slug/invitations',
    config: { access },
    schema: {
      operationId: 'listInvitations',
      tags,
      summary: 'List the invitations that wait',
      params: SlugParams,
      response: { 200: json('The invitations.', listOf(Invitation)), ...problems('request_not_found') },
    },
    handler: ({ params }) =>
      asCompany(parts, params.slug, async (tx, { companyId }) => ({
        items: [...(await listInvitations(tx, companyId, clock.now()))],
        nextCursor: null,
      })),
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/invitations',
    config: { access },
    schema: {
      operationId: 'invite',
      tags,
      summary: 'Invite somebody by mail',
      description: 'The mailed link works once, within 7 days. Inviting an address again ends its earlier invitation.',
      params: SlugParams,
      body: NewInvitation,
      response: {
        201: json('The invitation; its mail is on its way.', Invitation),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async ({ params, body, actor }, reply) => {
      const now = clock.now();
      const { companyId, invitation, code } = await database.forSystem(async (tx) => {
        const company = await findCompany(tx, params.slug);
        const made = await createInvitation(tx, { companyId: company.companyId, ...body, actor, now });
        return { companyId: company.companyId, ...made };
      });
      const { email, role } = invitation;
      identity.sendInvitation({ companyId, email, role, code });
      return reply.status(201).send(invitation);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/invitations/:id',
    config: { access },
    schema: {
      operationId: 'revokeInvitation',
      tags,
      summary: 'Take an invitation back',
      params: BelowCompany,
      response: { 204: nothing('Its link opens nothing any more.'), ...problems('request_not_found') },
    },
    handler: async ({ params, actor }, reply) => {
      await asCompany(parts, params.slug, (tx, { companyId }) =>
        revokeInvitation(tx, { companyId, id: params.id, actor, now: clock.now() }),
      );
      return reply.status(204).send();
    },
  });
}
