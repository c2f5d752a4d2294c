import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Agency } from '../company/index.ts';
import type { Server } from '../platform/http-server.ts';
import { sha256 } from '../platform/ids.ts';
import {
  comesFromOurPage,
  type Door,
  type DoorParts,
  guessLocale,
  openDoor,
  type Replies,
  readAskedLocale,
} from './door.ts';
import type { Locale, PageViews } from './pages.ts';
import {
  askForCode,
  findProof,
  findStaticPlace,
  type ProofView,
  proveAddress,
  type StaticLinkParts,
  type StaticPlace,
} from './static-link.ts';
import { codeMinutes, codesPerHour, hourMs, keptMinutes, nameMax, readCode, readTyped } from './static-link-model.ts';

export interface StaticLinkRouteParts extends DoorParts, StaticLinkParts {}

const formBytesMax = 8 * 1024;

const door: Door = {
  prefix: '/r',
  // One page for everybody: more at once from behind one address than where each has a page of their own.
  limits: { readsPerPage: 240, answersPerPage: 60, all: 600 },
  toPageKey: (request) => `r ${toPath(request)}`,
  toAction: (request) => toPath(request) + toQuery(readAskedLocale(request)),
};

/**
 * A company's static link, `/r/<slug>`: who comes by it types name and address, then on `/r/<slug>/<id>` the code that
 * was mailed there, and goes on to the consent page. Known and unknown addresses meet the same pages all the way.
 */
export async function registerStaticLinks(server: Server, parts: StaticLinkRouteParts): Promise<void> {
  await openDoor(server, parts, door, (room, replies) => {
    const pages = { ...parts, ...replies };
    room.get('/:slug', (request, reply) => showAsk(pages, request, reply));
    room.post('/:slug', { bodyLimit: formBytesMax }, (request, reply) => takeAsk(pages, request, reply));
    room.get('/:slug/:id', (request, reply) => showCode(pages, request, reply));
    room.post('/:slug/:id', { bodyLimit: formBytesMax }, (request, reply) => takeCode(pages, request, reply));
  });
}

type StaticPages = StaticLinkRouteParts & Replies;

/** Where somebody may be asked. */
interface OpenPlace extends StaticPlace {
  readonly agency: Agency;
}

/** The place a request is about; what keeps it from being shown is answered here, and then there is none. */
async function findPlace(
  pages: StaticPages,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<OpenPlace | undefined> {
  const { slug } = readParams(request);
  const place = slugPattern.test(slug) ? await findStaticPlace(pages, slug) : undefined;
  if (place?.agency) return { company: place.company, agency: place.agency };
  if (place) pages.sendNotice('closed', request, reply, { company: place.company });
  else pages.sendNotice('unknown', request, reply);
  return undefined;
}

async function showAsk(pages: StaticPages, request: FastifyRequest, reply: FastifyReply) {
  const place = await findPlace(pages, request, reply);
  return place ? sendAsk(pages, place, request, reply) : reply;
}

const AskForm = z.object({
  nonce: z.string().max(200),
  name: z.string().max(4_000),
  email: z.string().max(4_000),
});

async function takeAsk(pages: StaticPages, request: FastifyRequest, reply: FastifyReply) {
  const place = await findPlace(pages, request, reply);
  if (!place) return reply;
  if (!comesFromOurPage(request, pages.baseUrl)) return pages.sendNotice('refused', request, reply);
  const form = AskForm.safeParse(request.body);
  if (!form.success) return pages.sendNotice('refused', request, reply, { status: 400 });
  const shown = pages.readForm(request, form.data.nonce);
  const browser = pages.readBrowser(request);
  if (!shown || !browser) return pages.sendNotice('refused', request, reply);
  const { locale } = shown;
  const typed = readTyped(form.data);
  if (!typed.ok) return sendAsk(pages, place, request, reply, { locale, given: form.data, faults: typed });
  const { name, email } = typed;
  const from = { browser, address: request.ip, locale };
  const token = await askForCode(pages, place.company, { name, email }, from);
  if (!token) {
    reply.header('retry-after', String(hourMs / 1000));
    return pages.sendNotice('too-many-codes', request, reply, { company: place.company, locale });
  }
  return reply.redirect(`/r/${place.company.slug}/${token}${toQuery(locale)}`, 303);
}

interface AskAgain {
  readonly locale: Locale;
  readonly given: { readonly name: string; readonly email: string };
  readonly faults: PageViews['static-ask']['faults'];
}

function sendAsk(
  pages: StaticPages,
  { company, agency }: OpenPlace,
  request: FastifyRequest,
  reply: FastifyReply,
  again?: AskAgain,
): FastifyReply {
  const locale = again?.locale ?? guessLocale(request);
  return pages.send(reply, again ? 422 : 200, 'static-ask', locale, {
    company,
    agency,
    heldHref: undefined,
    action: door.toAction(request),
    nonce: pages.bindForm(request, reply, { locale, textHash: noText }),
    name: again?.given.name ?? '',
    email: again?.given.email ?? '',
    faults: again?.faults ?? { name: undefined, email: undefined },
    nameMax,
    codeMinutes,
    keptHours: keptMinutes / 60,
  });
}

async function showCode(pages: StaticPages, request: FastifyRequest, reply: FastifyReply) {
  const place = await findPlace(pages, request, reply);
  if (!place) return reply;
  const proof = await findProof(pages, place.company, readParams(request).id, pages.readBrowser(request));
  if (!proof) return pages.sendNotice('unknown', request, reply);
  return sendCode(pages, place, request, reply, { proof, status: proof.isOpen ? 200 : 410, hint: undefined });
}

const CodeForm = z.object({ nonce: z.string().max(200), code: z.string().max(200) });

async function takeCode(pages: StaticPages, request: FastifyRequest, reply: FastifyReply) {
  const place = await findPlace(pages, request, reply);
  if (!place) return reply;
  const { id } = readParams(request);
  const browser = pages.readBrowser(request);
  const known = await findProof(pages, place.company, id, browser);
  if (!known) return pages.sendNotice('unknown', request, reply);
  if (!comesFromOurPage(request, pages.baseUrl)) return pages.sendNotice('refused', request, reply);
  const form = CodeForm.safeParse(request.body);
  if (!form.success) return pages.sendNotice('refused', request, reply, { status: 400 });
  const shown = pages.readForm(request, form.data.nonce);
  if (!shown) return pages.sendNotice('refused', request, reply);
  const { locale } = shown;
  const code = readCode(form.data.code);
  if (!code && known.isOpen)
    return sendCode(pages, place, request, reply, { proof: known, status: 422, hint: 'malformed', locale });
  const proved = await proveAddress(pages, place.company, id, browser, code ?? '');
  switch (proved.kind) {
    case 'proved':
      return reply.redirect(`/c/${proved.linkToken}${toQuery(locale)}`, 303);
    case 'wrong':
      return sendCode(pages, place, request, reply, { proof: proved.view, status: 422, hint: 'wrong', locale });
    case 'ended':
      return sendCode(pages, place, request, reply, { proof: proved.view, status: 410, hint: undefined, locale });
    case 'unknown':
      return pages.sendNotice('unknown', request, reply);
  }
}

interface CodePage {
  readonly proof: ProofView;
  readonly status: number;
  readonly hint: 'wrong' | 'malformed' | undefined;
  readonly locale?: Locale;
}

function sendCode(
  pages: StaticPages,
  { company }: StaticPlace,
  request: FastifyRequest,
  reply: FastifyReply,
  { proof, status, hint, locale = guessLocale(request) }: CodePage,
): FastifyReply {
  return pages.send(reply, status, 'static-code', locale, {
    company,
    heldHref: undefined,
    action: door.toAction(request),
    askHref: `/r/${company.slug}${toQuery(locale)}`,
    nonce: proof.isOpen ? pages.bindForm(request, reply, { locale, textHash: noText }) : null,
    email: proof.email,
    hint,
    codeMinutes,
    codesPerHour,
  });
}

/** These forms show no text that serves as evidence. */
const noText = sha256('');

const slugPattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const Params = z.object({ slug: z.string().toLowerCase(), id: z.string().default('') });

/** '' where the address holds none. */
function readParams(request: FastifyRequest): z.infer<typeof Params> {
  const params = Params.safeParse(request.params);
  return params.success ? params.data : { slug: '', id: '' };
}

function toPath(request: FastifyRequest): string {
  const { slug, id } = readParams(request);
  const page = `/r/${encodeURIComponent(slug)}`;
  return id === '' ? page : `${page}/${encodeURIComponent(id)}`;
}

function toQuery(locale: Locale | undefined): string {
  return locale ? `?lang=${locale}` : '';
}
