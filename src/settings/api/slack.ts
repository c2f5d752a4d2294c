import type { Server } from '../../platform/http-server.ts';
import type { Place, Route } from '../../slack/index.ts';
import { json, nothing, problems } from './answers.ts';
import { type ApiParts, findCompany } from './parts.ts';
import { listOf, SlugParams } from './schemas.ts';
import {
  AddedSlackPlace,
  AskedPreview,
  LinkCode,
  NewLinkCode,
  NewSlackPerson,
  NewSlackPlace,
  NewSlackWording,
  NoticeHours,
  NoticePreview,
  namesWarning,
  PersonParams,
  PlaceParams,
  SlackGone,
  SlackPerson,
  SlackPlace,
  SlackPlaceChange,
  SlackPlaces,
  SlackRoute,
  SlackRoutes,
  SlackState,
  SlackToken,
  SlackWording,
  SlackWordingDesk,
  WordingParams,
} from './slack-schemas.ts';
import { requireVersion, toEtag } from './versions.ts';

/** What an admin settles about Slack: the workspace, where notices go, who may act there, and how notices are worded. */
export function slackRoutes(api: Server, parts: ApiParts): void {
  workspaceRoutes(api, parts);
  placeRoutes(api, parts);
  peopleRoutes(api, parts);
  wordingRoutes(api, parts);
}

const tags = ['Slack'];
const slackProblems = [
  'request_not_found',
  'request_conflict',
  'slack_not_connected',
  'slack_tied_elsewhere',
  'slack_token_unsuitable',
  'slack_token_refused',
  'slack_refused',
  'slack_unavailable',
] as const;

async function findCompanyId({ database }: ApiParts, slug: string): Promise<string> {
  return (await database.forSystem((tx) => findCompany(tx, slug))).companyId;
}

function workspaceRoutes(api: Server, parts: ApiParts): void {
  const { slack } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/slack',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'getSlack',
      tags,
      summary: 'Show how a company stands with Slack',
      params: SlugParams,
      response: { 200: json('The workspace and the hours.', SlackState), ...problems('request_not_found') },
    },
    handler: async ({ params }, reply) => {
      const state = await slack.readState(await findCompanyId(parts, params.slug));
      return reply.header('etag', toEtag(state.hours)).send({ ...state });
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/connect',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'connectSlack',
      tags,
      summary: 'Tie a company to a workspace by a bot token',
      description:
        'For an app that was installed inside Slack itself, as with Socket Mode. Otherwise `POST /install` with connector ' +
        '`slack` gives an address to open. A company is tied to one workspace; disconnect it first to change that.',
      params: SlugParams,
      body: SlackToken,
      response: { 200: json('The workspace that is tied now.', SlackState), ...problems(...slackProblems) },
    },
    handler: async ({ params, body, actor }) => ({
      ...(await slack.connect(await findCompanyId(parts, params.slug), body.botToken, actor)),
    }),
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/slack',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'disconnectSlack',
      tags,
      summary: 'Untie a company from its workspace',
      description: 'Where no other company uses the workspace, our token there is revoked and forgotten.',
      params: SlugParams,
      response: { 200: json('It is untied. Notices are kept and logged.', SlackGone), ...problems(...slackProblems) },
    },
    handler: async ({ params, actor }) => ({
      app: await slack.disconnect(await findCompanyId(parts, params.slug), actor),
    }),
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/slack/hours',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'setNoticeHours',
      tags,
      summary: "Set the hours in which a company's notices arrive",
      params: SlugParams,
      body: NoticeHours,
      response: {
        200: json('The workspace and the hours.', SlackState),
        ...problems('request_not_found', 'slack_not_connected', 'request_outdated'),
      },
    },
    handler: async (request) => {
      const companyId = await findCompanyId(parts, request.params.slug);
      requireVersion(request, (await slack.readState(companyId)).hours);
      return { ...(await slack.saveHours(companyId, request.body, request.actor)) };
    },
  });
}

function placeRoutes(api: Server, parts: ApiParts): void {
  const { slack } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/slack/places',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'listSlackPlaces',
      tags,
      summary: "List the channels and people that get a company's notices",
      params: SlugParams,
      response: { 200: json('The places.', SlackPlaces), ...problems('request_not_found') },
    },
    handler: async ({ params }) => ({
      items: (await slack.listPlaces(await findCompanyId(parts, params.slug))).map(toPlace),
      nextCursor: null,
      warning: { ...namesWarning },
    }),
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/places',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'addSlackPlace',
      tags,
      summary: 'Let a channel or a person get notices',
      description:
        'Slack is asked first whether they can arrive there: invite the app to a channel before. It is the default where ' +
        'no other place is.',
      params: SlugParams,
      body: NewSlackPlace,
      response: { 201: json('The new place.', AddedSlackPlace), ...problems(...slackProblems) },
    },
    handler: async ({ params, body, actor }, reply) => {
      const { place, warnings } = await slack.addPlace(await findCompanyId(parts, params.slug), body.slackRef, actor);
      return reply.status(201).send({ ...toPlace(place), warnings: [...warnings] });
    },
  });

  api.route({
    method: 'PATCH',
    url: '/companies/:slug/slack/places/:id',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'changeSlackPlace',
      tags,
      summary: 'Make a place the default, or show names there',
      params: PlaceParams,
      body: SlackPlaceChange,
      response: { 200: json('The place as it is now.', SlackPlace), ...problems('request_not_found') },
    },
    handler: async ({ params, body, actor }) => {
      const { isDefault, hasNames } = body;
      const companyId = await findCompanyId(parts, params.slug);
      return toPlace(await slack.changePlace(companyId, params.id, { isDefault, hasNames }, actor));
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/places/:id/retry',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'retrySlackPlace',
      tags,
      summary: 'Ask Slack again whether notices can arrive in a place',
      description: 'When they can, those of the last seven days that wait there are sent.',
      params: PlaceParams,
      response: { 200: json('The place as it is now.', SlackPlace), ...problems(...slackProblems) },
    },
    handler: async ({ params, actor }) =>
      toPlace(await slack.retryPlace(await findCompanyId(parts, params.slug), params.id, actor)),
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/slack/places/:id',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'removeSlackPlace',
      tags,
      summary: 'Let a place get no more notices',
      params: PlaceParams,
      response: {
        204: nothing('It gets none, and its routes are gone. Was it the default, another must be chosen.'),
        ...problems('request_not_found'),
      },
    },
    handler: async ({ params, actor }, reply) => {
      await slack.removePlace(await findCompanyId(parts, params.slug), params.id, actor);
      return reply.status(204).send();
    },
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/slack/routes',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'listSlackRoutes',
      tags,
      summary: 'List which notices go where',
      params: SlugParams,
      response: { 200: json('The routes.', listOf(SlackRoute)), ...problems('request_not_found') },
    },
    handler: async ({ params }, reply) => {
      const routes = toRoutes(await slack.listRoutes(await findCompanyId(parts, params.slug)));
      return reply.header('etag', toEtag(routes)).send(routes);
    },
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/slack/routes',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'setSlackRoutes',
      tags,
      summary: 'Say which notices go where',
      description:
        'Replaces all routes. A notice goes to the place of every route that fits it, and to the default place where none does.',
      params: SlugParams,
      body: SlackRoutes,
      response: {
        200: json('The routes.', listOf(SlackRoute)),
        ...problems('request_not_found', 'request_outdated'),
      },
    },
    handler: async (request) => {
      const companyId = await findCompanyId(parts, request.params.slug);
      requireVersion(request, toRoutes(await slack.listRoutes(companyId)));
      return toRoutes(await slack.replaceRoutes(companyId, request.body.routes, request.actor));
    },
  });
}

function peopleRoutes(api: Server, parts: ApiParts): void {
  const { slack } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/slack/people',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'listSlackPeople',
      tags,
      summary: 'List who may act for a company in Slack',
      params: SlugParams,
      response: { 200: json('The people.', listOf(SlackPerson)), ...problems('request_not_found') },
    },
    handler: async ({ params }) => ({
      items: [...(await slack.listPeople(await findCompanyId(parts, params.slug)))],
      nextCursor: null,
    }),
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/people',
    config: { access: { right: 'members', company: 'slug' } },
    schema: {
      operationId: 'linkSlackPerson',
      tags,
      summary: 'Let a Slack user act for a company',
      description: 'Whoever is linked already gets this role instead.',
      params: SlugParams,
      body: NewSlackPerson,
      response: { 200: json('The person.', SlackPerson), ...problems(...slackProblems) },
    },
    handler: async ({ params, body, actor }) => ({
      ...(await slack.linkPerson(await findCompanyId(parts, params.slug), body.slackRef, body.role, actor)),
    }),
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/slack/people/:slackRef',
    config: { access: { right: 'members', company: 'slug' } },
    schema: {
      operationId: 'unlinkSlackPerson',
      tags,
      summary: 'Let a Slack user act for a company no longer',
      params: PersonParams,
      response: {
        204: nothing('The person may do nothing any more.'),
        ...problems('request_not_found', 'slack_not_connected'),
      },
    },
    handler: async ({ params, actor }, reply) => {
      await slack.unlinkPerson(await findCompanyId(parts, params.slug), params.slackRef, actor);
      return reply.status(204).send();
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/link-codes',
    config: { access: { right: 'members', company: 'slug' } },
    schema: {
      operationId: 'makeLinkCode',
      tags,
      summary: 'Make a code by which a Slack user links himself',
      description: 'It works once, for a day, in the workspace of the company.',
      params: SlugParams,
      body: NewLinkCode,
      response: { 201: json('The code.', LinkCode), ...problems('request_not_found', 'slack_not_connected') },
    },
    handler: async ({ params, body, actor }, reply) => {
      const made = await slack.makeLinkCode(await findCompanyId(parts, params.slug), body.role, actor);
      return reply.status(201).send({ ...made, command: `/career-relay link ${made.code}` });
    },
  });
}

function wordingRoutes(api: Server, parts: ApiParts): void {
  const { slack } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/slack/wordings',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'listSlackWordings',
      tags,
      summary: "List a company's own wordings of notices",
      params: SlugParams,
      response: { 200: json('The wordings.', listOf(SlackWording)), ...problems('request_not_found') },
    },
    handler: async ({ params }) => ({
      items: [...(await slack.listWordings(await findCompanyId(parts, params.slug)))],
      nextCursor: null,
    }),
  });

  api.route({
    method: 'GET',
    url: '/companies/:slug/slack/wordings/:kind/:locale',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'getSlackWording',
      tags,
      summary: 'Show how a notice is worded, and what its words may use',
      description: 'The ETag is for `If-Match` when saving.',
      params: WordingParams,
      response: { 200: json('The words.', SlackWordingDesk), ...problems('request_not_found') },
    },
    handler: async ({ params: { slug, kind, locale } }, reply) => {
      const desk = await slack.readWording(await findCompanyId(parts, slug), kind, locale);
      return reply.header('etag', toEtag({ own: desk.own })).send({ ...desk, tokens: [...desk.tokens] });
    },
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/slack/wordings/:kind/:locale',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'setSlackWording',
      tags,
      summary: 'Word a notice otherwise',
      description: 'Title and body; figures, buttons and the plain text for notifications stay as they are.',
      params: WordingParams,
      body: NewSlackWording,
      response: { 200: json('The wording.', SlackWording), ...problems('request_not_found', 'request_outdated') },
    },
    handler: async (request) => {
      const { params, body, actor } = request;
      const { slug, kind, locale } = params;
      const companyId = await findCompanyId(parts, slug);
      const { own } = await slack.readWording(companyId, kind, locale);
      requireVersion(request, { own });
      return { ...(await slack.saveWording(companyId, { kind, locale, ...body }, actor)) };
    },
  });

  api.route({
    method: 'DELETE',
    url: '/companies/:slug/slack/wordings/:kind/:locale',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'removeSlackWording',
      tags,
      summary: 'Go back to our wording of a notice',
      params: WordingParams,
      response: { 204: nothing('Our wording stands again.'), ...problems('request_not_found') },
    },
    handler: async ({ params, actor }, reply) => {
      const { slug, kind, locale } = params;
      await slack.removeWording(await findCompanyId(parts, slug), kind, locale, actor);
      return reply.status(204).send();
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/preview',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'previewNotice',
      tags,
      summary: 'Show a notice as it would stand in Slack',
      description: 'With invented figures. Nothing is sent and nothing is kept.',
      params: SlugParams,
      body: AskedPreview,
      response: { 200: json('The notice.', NoticePreview), ...problems('request_not_found') },
    },
    handler: async ({ params, body }) => {
      const {
        text,
        blocks,
        html,
        problems: found,
      } = await slack.preview(await findCompanyId(parts, params.slug), body);
      return { text, html, problems: [...found], blocks: blocks.map((block) => ({ ...block })) };
    },
  });
}

export function toPlace({ placeId, kind, slackRef, name, hasNames, isDefault, blockedReason }: Place) {
  return { id: placeId, kind, slackRef, name, hasNames, isDefault, blockedReason };
}

function toRoutes(routes: readonly Route[]) {
  return { items: routes.map((route) => ({ ...route, kinds: [...route.kinds] })), nextCursor: null };
}
