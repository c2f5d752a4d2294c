import type { FastifyRequest } from 'fastify';
import { findAgencyLack, readAgency, readTerms } from '../../company/index.ts';
import { readLastActivity } from '../../intake/index.ts';
import { judgeTemplate } from '../../letter/index.ts';
import type { Tx } from '../../platform/database.ts';
import type { Server } from '../../platform/http-server.ts';
import type { FirstRunMark } from '../../platform/tables.ts';
import { readUser } from '../identity/store.ts';
import { chooseConnection, isLive, judgeSteps, type StartConnection } from '../start/model.ts';
import { listMarks, type Mark, removeMark, saveMark } from '../start/store.ts';
import { json, problems } from './answers.ts';
import { findOwnAddress } from './letter-previews.ts';
import { TestMailSent } from './letters-schemas.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { SlugParams } from './schemas.ts';
import { toPlace } from './slack.ts';
import { LetterApproval, SampleMailRequest, SlackChoice, SlackTested, Start } from './start-schemas.ts';

const tags = ['First run'];

/** How far a company is with its set-up, and the checks that no other part of the API has. */
export function startRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, letters, slack } = parts;

  api.route({
    method: 'GET',
    url: '/companies/:slug/start',
    config: { access: { right: 'look', company: 'slug' } },
    schema: {
      operationId: 'readStart',
      tags,
      summary: 'Tell how far a company is with its set-up',
      description: 'From company and sender over the agency, the ATS and the letter to Slack; what each step lacks.',
      params: SlugParams,
      response: { 200: json('How far it is.', Start), ...problems('request_not_found') },
    },
    handler: ({ params }) => readStart(parts, params.slug),
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/start/test-mail',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'sendSenderTest',
      tags,
      summary: "Send a test in the company's name to oneself",
      description: 'To the address one signs in with, and to no other.',
      params: SlugParams,
      response: {
        200: json('The mail server took it.', TestMailSent),
        ...problems('request_not_found', 'request_conflict', 'mail_unavailable'),
      },
    },
    handler: async (request) => {
      const companyId = await findCompanyId(request.params.slug);
      const to = await findOwnAddress(parts, request);
      await letters.sendSenderTest({ companyId, to });
      await mark(request, companyId, 'mail-tested');
      return { to: to.address };
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/start/sample-letter',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'sendSampleLetter',
      tags,
      summary: 'Send the letter to an invented applicant to oneself',
      description: 'As the letters are worded now. Its link leads nowhere.',
      params: SlugParams,
      body: SampleMailRequest,
      response: {
        200: json('It was sent.', TestMailSent),
        ...problems('request_not_found', 'request_conflict', 'mail_unavailable'),
      },
    },
    handler: async (request) => {
      const companyId = await findCompanyId(request.params.slug);
      const to = await findOwnAddress(parts, request);
      await letters.sendSample({ companyId, locale: request.body.locale, to }, request.actor);
      return { to: to.address };
    },
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/start/letter',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'approveLetter',
      tags,
      summary: 'Say that the letter was read and may be sent',
      params: SlugParams,
      body: LetterApproval,
      response: { 200: json('How far the company is now.', Start), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { isApproved } = request.body;
      await mark(request, await findCompanyId(request.params.slug), 'letter-approved', isApproved);
      return readStart(parts, request.params.slug);
    },
  });

  api.route({
    method: 'PUT',
    url: '/companies/:slug/start/slack',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'putOffSlack',
      tags,
      summary: 'Put Slack off, or take it up again',
      params: SlugParams,
      body: SlackChoice,
      response: { 200: json('How far the company is now.', Start), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { isSkipped } = request.body;
      await mark(request, await findCompanyId(request.params.slug), 'slack-skipped', isSkipped);
      return readStart(parts, request.params.slug);
    },
  });

  api.route({
    method: 'POST',
    url: '/companies/:slug/slack/test',
    config: { access: { right: 'settings', company: 'slug' } },
    schema: {
      operationId: 'sendTestNotice',
      tags: ['Slack'],
      summary: 'Post a test where notices go',
      description: 'To the default place. It names nobody and needs nothing done.',
      params: SlugParams,
      response: {
        200: json('Slack took it.', SlackTested),
        ...problems(
          'request_not_found',
          'request_conflict',
          'slack_not_connected',
          'slack_refused',
          'slack_unavailable',
        ),
      },
    },
    handler: async (request) => {
      const companyId = await findCompanyId(request.params.slug);
      const place = await slack.sendTest(companyId);
      await mark(request, companyId, 'slack-tested');
      return { place: toPlace(place) };
    },
  });

  async function findCompanyId(slug: string): Promise<string> {
    return (await database.forSystem((tx) => findCompany(tx, slug))).companyId;
  }

  async function mark(
    { actor }: Pick<FastifyRequest, 'actor'>,
    companyId: string,
    name: FirstRunMark,
    isSet = true,
  ): Promise<void> {
    const set = { mark: name, actor, at: clock.now() };
    await database.forCompany(companyId, (tx) => (isSet ? saveMark : removeMark)(tx, companyId, set));
  }
}

async function readStart(parts: ApiParts, slug: string): Promise<Start> {
  const { database, clock, slack, mailKind, mailFrom, hasOutbox } = parts;
  const { companyId } = await database.forSystem((tx) => findCompany(tx, slug));
  const tie = await slack.readState(companyId);
  const places = await slack.listPlaces(companyId);
  const now = clock.now();
  const { steps, connections, marks } = await asCompany(parts, slug, async (tx, company) => {
    const agency = await readAgency(tx, companyId);
    const terms = agency && (await readTerms(tx, agency.agencyId, now));
    const judged = [await judgeTemplate(parts, tx, company, 'ja'), await judgeTemplate(parts, tx, company, 'en')];
    const found = await readConnections(parts, tx, companyId);
    const set = await listMarks(tx, companyId);
    return {
      connections: found,
      marks: set,
      steps: judgeSteps({
        company,
        agencyLack: findAgencyLack(agency, now),
        hasTerms: terms !== undefined,
        connections: found,
        letter: {
          lacks: judged.reduce((sum, { lacks }) => sum + lacks.length, 0),
          faults: judged.reduce((sum, { faults }) => sum + faults.length, 0),
        },
        slack: { state: tie.state, places },
        marks: new Set(set.map(({ mark }) => mark)),
      }),
    };
  });
  return {
    steps: steps.map((step) => ({ ...step, lacks: [...step.lacks] })),
    isLive: connections.some(isLive),
    connectionId: chooseConnection(connections)?.connectionId ?? null,
    marks: await database.forSystem((tx) => Promise.all(marks.map((one) => toNamed(tx, one)))),
    mail: { kind: mailKind, from: mailFrom, isOutboxOpen: hasOutbox },
  };
}

async function readConnections(
  { connections }: Pick<ApiParts, 'connections'>,
  tx: Tx,
  companyId: string,
): Promise<readonly StartConnection[]> {
  const heard = new Map((await readLastActivity(tx, companyId)).map((last) => [last.connectionId, last]));
  return (await connections.list(tx, companyId)).map((connection) => {
    const last = heard.get(connection.connectionId);
    const isHeard = [last?.lastDeliveryAt, last?.lastPolledAt, last?.lastImportAt].some((at) => at instanceof Date);
    return { ...connection, isHeard };
  });
}

async function toNamed(tx: Tx, { mark, actor, at }: Mark): Promise<Start['marks'][number]> {
  const user = actor.startsWith('user:') ? await readUser(tx, actor.slice('user:'.length)) : undefined;
  return { mark, at, actor, actorName: user?.name ?? null };
}
