import type { FastifyRequest } from 'fastify';
import { may } from '../../company/index.ts';
import {
  countByStatus,
  type FoundLetter,
  findLetter,
  readOwnTemplate,
  searchLetters,
  toFullName,
} from '../../letter/index.ts';
import { listAuditOf } from '../../platform/audit.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { readOwner } from '../../platform/owners.ts';
import { isOperator, toRole } from './access.ts';
import { readActorNames } from './actor-names.ts';
import { json, problems, toListed } from './answers.ts';
import { toFilter } from './letter-batches.ts';
import {
  LetterCounts,
  LetterDecided,
  LetterDecision,
  LetterDetails,
  LetterQuery,
  ListedLetter,
} from './letters-schemas.ts';
import { type ApiParts, asCompany, findCompany } from './parts.ts';
import { CompanyQuery, IdParams, listOf } from './schemas.ts';

const linesAtMost = 100;

/** The list of letters, one of them whole, and one decision for many. */
export function letterListRoutes(api: Server, parts: ApiParts): void {
  const { database, letters } = parts;

  api.route({
    method: 'GET',
    url: '/letters',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listLetters',
      tags: ['Stream'],
      summary: "List a company's letters",
      description:
        'One for each rejection, also where none is sent: then `reason` says why. Names and addresses are for owners, ' +
        'recruiters and operators.',
      querystring: LetterQuery,
      response: { 200: json('The letters.', listOf(ListedLetter)), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company, cursor, limit, ...filter } = request.query;
      return asCompany(parts, company, async (tx, { companyId }) => {
        const page = await searchLetters(tx, {
          ...toFilter(filter),
          ...{ companyId, cursor, limit },
        });
        const showsNames = seesNames(request, companyId);
        return toListed({ ...page, items: page.items.map((letter) => toListedLetter(letter, showsNames)) });
      });
    },
  });

  api.route({
    method: 'GET',
    url: '/letters/counts',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'countLetters',
      tags: ['Stream'],
      summary: "Count a company's letters by state",
      querystring: CompanyQuery,
      response: {
        200: json('How many; a state without any is missing.', LetterCounts),
        ...problems('request_not_found'),
      },
    },
    handler: (request) =>
      asCompany(parts, request.query.company, async (tx, { companyId }) => ({
        counts: await countByStatus(tx, companyId),
      })),
  });

  api.route({
    method: 'GET',
    url: '/letters/:id',
    config: { access: { right: 'look', company: { by: 'letter' } } },
    schema: {
      operationId: 'readLetter',
      tags: ['Stream'],
      summary: 'Read a letter: to whom, why, and what people did about it',
      params: IdParams,
      response: { 200: json('The letter.', LetterDetails), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { id } = request.params;
      const companyId = await findCompanyOfLetter(parts, id);
      const { letter, template, lines } = await database.forCompany(companyId, async (tx) => {
        const letter = await findLetter(tx, id);
        return {
          letter,
          template: letter && (await readOwnTemplate(tx, letter.letter.template)),
          lines: await listAuditOf(tx, { companyId, subject: id, limit: linesAtMost }),
        };
      });
      if (!letter) throw new RelayError('request_not_found', { message: 'there is no such letter' });
      const names = await database.forSystem((tx) =>
        readActorNames(
          tx,
          lines.map(({ actor }) => actor),
        ),
      );
      const { attempts, templateVersion } = letter.letter;
      const history = lines.map(({ at, action, actor }) => ({
        at,
        action,
        actor,
        actorName: names.get(actor) ?? null,
      }));
      return {
        ...toListedLetter(letter, seesNames(request, companyId)),
        attempts,
        template: template?.name ?? null,
        templateVersion,
        history,
      };
    },
  });

  api.route({
    method: 'POST',
    url: '/letters/decide',
    config: { access: { right: 'letters', company: 'body' } },
    schema: {
      operationId: 'decideLetters',
      tags: ['Stream'],
      summary: 'Send, hold or cancel many letters at once',
      description: 'All in one go, as the same for one letter. What is past it stays as it is and is named in `past`.',
      body: LetterDecision,
      response: { 200: json('What was done.', LetterDecided), ...problems('request_not_found') },
    },
    handler: async (request) => {
      const { company, act, letterIds } = request.body;
      const { companyId } = await database.forSystem((tx) => findCompany(tx, company));
      const changed = new Set(await letters.decide({ companyId, letterIds, act }, request.actor));
      return { changed: [...changed], past: letterIds.filter((id) => !changed.has(id)) };
    },
  });
}

/** @throws RelayError request_not_found. */
export async function findCompanyOfLetter({ database }: Pick<ApiParts, 'database'>, letterId: string): Promise<string> {
  const companyId = await database.forSystem((tx) => readOwner(tx, 'letter', letterId));
  if (companyId === undefined) throw new RelayError('request_not_found', { message: 'there is no such letter' });
  return companyId;
}

/** Names and addresses are for those who decide about letters. */
export function seesNames({ principal }: Pick<FastifyRequest, 'principal'>, companyId: string): boolean {
  if (!principal) return false;
  const role = toRole(principal, companyId);
  return isOperator(principal) || (role !== undefined && may(role, 'letters'));
}

function toListedLetter(found: FoundLetter, showsNames: boolean): ListedLetter {
  const { letter, reason, reasonRef, email, connector, applicationRef, decidedAt, job, stage, isReleased } = found;
  const { id, rejectionId, connectionId, status, locale, dueAt, sentAt, createdAt } = letter;
  return {
    ...{ id, rejectionId, connectionId, status, reason: letter.reason, locale, dueAt, sentAt, createdAt },
    ...{ connector, applicationRef, decidedAt, job, stage, isReleased },
    rejectionReason: reason ?? reasonRef,
    isMasked: !showsNames,
    name: (showsNames && toFullName(found, locale)) || null,
    email: showsNames ? email : null,
  };
}
