import {
  changeTemplate,
  createTemplate,
  type LetterTemplate as KnownTemplate,
  type LocaleState,
  listLocaleStates,
  listTemplates,
  readOwnTemplate,
} from '../../letter/index.ts';
import type { Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import { readOwner } from '../../platform/owners.ts';
import { cutPage, json, problems } from './answers.ts';
import { LetterTemplate, LetterTemplateChange, NewLetterTemplate } from './letter-templates-schemas.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { CompanyPageQuery, IdParams, listOf } from './schemas.ts';
import { requireVersion, tag } from './versions.ts';

/**
 * A company's own letter templates. To look, the right to look is enough; to change what goes to every applicant in the
 * company's name takes the right to set things up, for some of what stands in a letter is law.
 */
export function letterTemplateRoutes(api: Server, parts: ApiParts): void {
  const { clock } = parts;

  api.route({
    method: 'GET',
    url: '/letter-templates',
    config: { access: { right: 'look', company: 'query' } },
    schema: {
      operationId: 'listLetterTemplates',
      tags: ['Letters'],
      summary: "List the company's own letter templates",
      description: 'Archived ones among them. The standard letter is always there, and not in this list.',
      querystring: CompanyPageQuery,
      response: { 200: json('The templates.', listOf(LetterTemplate)), ...problems('request_not_found') },
    },
    handler: ({ query }) =>
      asCompany(parts, query.company, async (tx, { companyId }) => {
        const states = await listLocaleStates(tx, companyId);
        return cutPage(
          (await listTemplates(tx, companyId)).map((template) => toAnswer(template, states)),
          query,
        );
      }),
  });

  api.route({
    method: 'POST',
    url: '/letter-templates',
    config: { access: { right: 'settings', company: 'body' } },
    schema: {
      operationId: 'createLetterTemplate',
      tags: ['Letters'],
      summary: 'Make a letter template',
      description: 'A copy of the standard letter or of another template, as a draft in each language.',
      body: NewLetterTemplate,
      response: {
        201: json('The new template.', LetterTemplate),
        ...problems('request_not_found', 'request_conflict'),
      },
    },
    handler: async ({ body: { company, name, from }, actor }, reply) => {
      const made = await asCompany(parts, company, async (tx, { companyId }) =>
        answer(tx, await createTemplate(tx, { companyId, name, from }, { actor, now: clock.now() })),
      );
      return reply.status(201).send(made);
    },
  });

  api.route({
    method: 'GET',
    url: '/letter-templates/:id',
    config: { access: { right: 'look', company: { by: 'template' } } },
    schema: {
      operationId: 'getLetterTemplate',
      tags: ['Letters'],
      summary: 'Show a letter template',
      params: IdParams,
      response: { 200: json('The template.', LetterTemplate), ...problems('request_not_found') },
    },
    handler: async ({ params: { id } }, reply) => {
      const shown = await asOwner(parts, id, async (tx) => answer(tx, await findTemplate(tx, id)));
      tag(reply, toEditable(shown));
      return shown;
    },
  });

  api.route({
    method: 'PATCH',
    url: '/letter-templates/:id',
    config: { access: { right: 'settings', company: { by: 'template' } } },
    schema: {
      operationId: 'changeLetterTemplate',
      tags: ['Letters'],
      summary: 'Rename a template, make it the default, archive it or bring it back',
      description:
        'The former default is one no longer. An archived template is none. Letters that have not left follow at once.',
      params: IdParams,
      body: LetterTemplateChange,
      response: {
        200: json('The template.', LetterTemplate),
        ...problems('request_not_found', 'request_conflict', 'request_outdated'),
      },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const changed = await asOwner(parts, id, async (tx, companyId) => {
        const expect = (known: KnownTemplate) => requireVersion(request, toEditable(toState(known)));
        const by = { actor: request.actor, now: clock.now(), expect };
        return answer(tx, await changeTemplate(tx, { companyId, templateId: id }, request.body, by));
      });
      tag(reply, toEditable(changed));
      return changed;
    },
  });
}

/** Does work as the company whose template it is. @throws RelayError request_not_found. */
export async function asOwner<T>(
  { database }: Pick<ApiParts, 'database'>,
  templateId: string,
  work: (tx: Tx, companyId: string) => Promise<T>,
): Promise<T> {
  const companyId = await database.forSystem((tx) => readOwner(tx, 'template', templateId));
  if (companyId === undefined) throw new RelayError('request_not_found', { message: 'there is no such template' });
  return database.forCompany(companyId, (tx) => work(tx, companyId));
}

async function findTemplate(tx: Tx, templateId: string): Promise<KnownTemplate> {
  const template = await readOwnTemplate(tx, templateId);
  if (!template) throw new RelayError('request_not_found', { message: 'there is no such template' });
  return template;
}

async function answer(tx: Tx, template: KnownTemplate): Promise<LetterTemplate> {
  return toAnswer(template, await listLocaleStates(tx, template.companyId));
}

function toState({ name, isDefault, archivedAt }: KnownTemplate) {
  return { name, isDefault, isArchived: archivedAt !== null };
}

/** What an admin writes over when he changes a template; its wordings have versions of their own. */
function toEditable({ name, isDefault, isArchived }: Pick<LetterTemplate, 'name' | 'isDefault' | 'isArchived'>) {
  return { name, isDefault, isArchived };
}

function toAnswer(template: KnownTemplate, states: readonly LocaleState[]): LetterTemplate {
  const { id, createdAt } = template;
  const stateOf = (wanted: 'ja' | 'en') => {
    const state = states.find(({ templateId, locale }) => templateId === id && locale === wanted);
    const { hasDraft = false, publishedVersion = null, publishedAt = null } = state ?? {};
    return { hasDraft, publishedVersion, publishedAt };
  };
  return { id, ...toState(template), createdAt, locales: { ja: stateOf('ja'), en: stateOf('en') } };
}
