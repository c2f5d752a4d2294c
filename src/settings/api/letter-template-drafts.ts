import {
  type Desk,
  discardDraft,
  lintWording,
  listVersions,
  previewWording,
  publishDraft,
  readDesk,
  restoreVersion,
  saveDraft,
  toFaultWords,
  type Wording,
  type WordingVersion,
} from '../../letter/index.ts';
import type { Server } from '../../platform/http-server.ts';
import { readActorNames } from './actor-names.ts';
import { json, problems } from './answers.ts';
import { seesNames } from './letter-list.ts';
import { findOwnAddress } from './letter-previews.ts';
import { asOwner } from './letter-templates.ts';
import {
  DraftParams,
  DraftTestRequest,
  LetterDraft,
  LetterTemplateVersion,
  LetterWording,
  PublishRequest,
  RestoreRequest,
  VersionsQuery,
  WordingPreview,
  WordingPreviewRequest,
} from './letter-templates-schemas.ts';
import { TestMailSent } from './letters-schemas.ts';
import { type ApiParts, asCompany } from './parts.ts';
import { listOf } from './schemas.ts';
import { requireVersion, tag } from './versions.ts';

const tags = ['Letters'];
const draftProblems = ['request_not_found', 'request_conflict', 'request_outdated'] as const;

/** One language of a template: its draft, what it looks like, and every version there was. */
export function letterTemplateDraftRoutes(api: Server, parts: ApiParts): void {
  const { database, clock, letters } = parts;

  api.route({
    method: 'POST',
    url: '/letter-templates/preview',
    config: { access: { right: 'look', company: 'body' } },
    schema: {
      operationId: 'previewLetterWording',
      tags,
      summary: 'Show and judge a wording that is not saved',
      description: 'Keeps and sends nothing.',
      body: WordingPreviewRequest,
      response: { 200: json('The mail, and its faults.', WordingPreview), ...problems('request_not_found') },
    },
    handler: (request) => {
      const { company: reference, locale, wording, letterId } = request.body;
      return asCompany(parts, reference, async (tx, company) => {
        const showsNames = seesNames(request, company.companyId);
        const { mail, lacks } = await previewWording(parts, tx, company, { locale, wording, letterId, showsNames });
        return { mail, lacks: [...lacks], faults: toFaults(wording, locale) };
      });
    },
  });

  api.route({
    method: 'GET',
    url: '/letter-templates/:id/drafts/:locale',
    config: { access: { right: 'look', company: { by: 'template' } } },
    schema: {
      operationId: 'getLetterDraft',
      tags,
      summary: 'Show the draft of a template in one language',
      description: 'Where there is none, the newest published wording, else the standard letter to begin with.',
      params: DraftParams,
      response: { 200: json('The wording.', LetterDraft), ...problems('request_not_found') },
    },
    handler: async ({ params: { id, locale } }, reply) => {
      const desk = await asOwner(parts, id, (tx) => readDesk(tx, id, locale));
      tag(reply, toContent(desk));
      return toAnswer(desk);
    },
  });

  api.route({
    method: 'PUT',
    url: '/letter-templates/:id/drafts/:locale',
    config: { access: { right: 'settings', company: { by: 'template' } } },
    schema: {
      operationId: 'saveLetterDraft',
      tags,
      summary: 'Save the draft',
      description:
        'Also one with faults: only publishing is refused while there are any. Nothing goes out with it yet.',
      params: DraftParams,
      body: LetterWording,
      response: { 200: json('The draft.', LetterDraft), ...problems(...draftProblems) },
    },
    handler: async (request, reply) => {
      const { id, locale } = request.params;
      const desk = await asOwner(parts, id, (tx, companyId) =>
        saveDraft(tx, { companyId, templateId: id, locale }, request.body, toEditing(request)),
      );
      tag(reply, toContent(desk));
      return toAnswer(desk);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/letter-templates/:id/drafts/:locale',
    config: { access: { right: 'settings', company: { by: 'template' } } },
    schema: {
      operationId: 'discardLetterDraft',
      tags,
      summary: 'Throw the draft away',
      description: 'What is published stays.',
      params: DraftParams,
      response: { 200: json('What stands there now.', LetterDraft), ...problems(...draftProblems) },
    },
    handler: async (request, reply) => {
      const { id, locale } = request.params;
      const desk = await asOwner(parts, id, (tx, companyId) =>
        discardDraft(tx, { companyId, templateId: id, locale }, toEditing(request)),
      );
      tag(reply, toContent(desk));
      return toAnswer(desk);
    },
  });

  api.route({
    method: 'POST',
    url: '/letter-templates/:id/drafts/:locale/publish',
    config: { access: { right: 'settings', company: { by: 'template' } } },
    schema: {
      operationId: 'publishLetterDraft',
      tags,
      summary: 'Publish the draft',
      description:
        'Letters that have not left go out with it from now on, where this template is used. It is refused while a fault ' +
        'is found; a `gift-word` may be waived by a reason.',
      params: DraftParams,
      body: PublishRequest,
      response: {
        200: json('The published wording.', LetterDraft),
        ...problems(...draftProblems, 'letter_template_faulty'),
      },
    },
    handler: async (request, reply) => {
      const { id, locale } = request.params;
      const desk = await asOwner(parts, id, async (tx, companyId) => {
        const place = { companyId, templateId: id, locale };
        await publishDraft(tx, place, request.body.giftReason, toEditing(request));
        return readDesk(tx, id, locale);
      });
      tag(reply, toContent(desk));
      return toAnswer(desk);
    },
  });

  api.route({
    method: 'POST',
    url: '/letter-templates/:id/drafts/:locale/restore',
    config: { access: { right: 'settings', company: { by: 'template' } } },
    schema: {
      operationId: 'restoreLetterVersion',
      tags,
      summary: 'Lay an old version on the desk again, as the draft',
      description: 'It goes out only once it is published anew.',
      params: DraftParams,
      body: RestoreRequest,
      response: { 200: json('The draft.', LetterDraft), ...problems(...draftProblems) },
    },
    handler: async (request, reply) => {
      const { id, locale } = request.params;
      const { version } = request.body;
      const desk = await asOwner(parts, id, (tx, companyId) =>
        restoreVersion(tx, { companyId, templateId: id, locale, version }, toEditing(request)),
      );
      tag(reply, toContent(desk));
      return toAnswer(desk);
    },
  });

  api.route({
    method: 'POST',
    url: '/letter-templates/:id/drafts/:locale/test',
    config: { access: { right: 'letters', company: { by: 'template' } } },
    schema: {
      operationId: 'sendTestDraft',
      tags,
      summary: 'Send the draft to oneself',
      description: 'To the address one signs in with, and to no other. Its link leads nowhere.',
      params: DraftParams,
      body: DraftTestRequest,
      response: {
        200: json('It was sent.', TestMailSent),
        ...problems('request_not_found', 'request_conflict', 'mail_unavailable'),
      },
    },
    handler: async (request) => {
      const { id, locale } = request.params;
      const { letterId } = request.body;
      const companyId = await asOwner(parts, id, async (_tx, owner) => owner);
      const to = await findOwnAddress(parts, request);
      await letters.sendTestWording({ companyId, templateId: id, locale, letterId, to }, request.actor);
      return { to: to.address };
    },
  });

  api.route({
    method: 'GET',
    url: '/letter-templates/:id/versions/:locale',
    config: { access: { right: 'look', company: { by: 'template' } } },
    schema: {
      operationId: 'listLetterVersions',
      tags,
      summary: 'List every version of a template in one language',
      params: DraftParams,
      querystring: VersionsQuery,
      response: { 200: json('The versions.', listOf(LetterTemplateVersion)), ...problems('request_not_found') },
    },
    handler: async ({ params: { id, locale }, query: { cursor, limit } }) => {
      const found = await asOwner(parts, id, (tx) =>
        listVersions(tx, { templateId: id, locale, before: cursor, limit: limit + 1 }),
      );
      const page = found.slice(0, limit);
      const actors = page.flatMap(({ savedBy, publishedBy }) => [savedBy, publishedBy ?? savedBy]);
      const names = await database.forSystem((tx) => readActorNames(tx, actors));
      const nextCursor = found.length > limit ? String(page.at(-1)?.version) : null;
      return { items: page.map((version) => toListed(version, names)), nextCursor };
    },
  });

  function toEditing(request: Parameters<typeof requireVersion>[0] & { readonly actor: string }) {
    const expect = (desk: Desk) => requireVersion(request, toContent(desk));
    return { actor: request.actor, now: clock.now(), expect };
  }
}

/** What an admin writes over, and so must have read. */
function toContent({ version, isDraft, subject, blocks }: Desk) {
  return { version, isDraft, subject, blocks: blocks.map((block) => Object.entries(block).sort()) };
}

function toAnswer({ templateId, locale, version, isDraft, subject, blocks }: Desk): LetterDraft {
  const faults = toFaults({ subject, blocks }, locale);
  return { templateId, locale, version, isDraft, subject, blocks: [...blocks], faults };
}

function toFaults(wording: Wording, locale: 'ja' | 'en'): LetterDraft['faults'] {
  return lintWording(wording, locale).map((fault) => ({ ...fault, message: { ...toFaultWords(fault) } }));
}

function toListed(version: WordingVersion, names: ReadonlyMap<string, string>) {
  const { savedBy, publishedBy, subject, savedAt, publishedAt, giftReason } = version;
  const toAuthor = (actor: string) => ({ actor, name: names.get(actor) ?? null });
  return {
    version: version.version,
    subject,
    blocks: [...version.blocks],
    savedBy: toAuthor(savedBy),
    savedAt,
    publishedBy: publishedBy === null ? null : toAuthor(publishedBy),
    publishedAt,
    giftReason,
  };
}
