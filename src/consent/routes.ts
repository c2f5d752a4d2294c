import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Database } from '../platform/database.ts';
import type { Server } from '../platform/http-server.ts';
import { toLongDate } from '../platform/japan.ts';
import type { Answers } from './answer.ts';
import { comesFromOurPage, type Door, type DoorParts, openDoor, type Replies, readAskedLocale } from './door.ts';
import { readHeld } from './held.ts';
import { isOpen, maskEmail, purposes, type Wish, wishes } from './model.ts';
import { type Locale, type NoticeName, type TextName, toMoment } from './pages.ts';
import type { Visit, Visits } from './visit.ts';

export interface RouteParts extends DoorParts {
  readonly database: Database;
  readonly visits: Visits;
  readonly answers: Answers;
}

/** A form is a few hundred bytes. */
const formBytesMax = 8 * 1024;

const door: Door = {
  prefix: '/c',
  limits: { readsPerPage: 60, answersPerPage: 20, all: 600 },
  toPageKey: readToken,
  toAction: (request) => toAddresses(request).action,
};

/** The applicant's pages: `/c/<token>` asks and takes the answer, `/c/<token>/held` shows what is held. */
export async function registerConsentPages(server: Server, parts: RouteParts): Promise<void> {
  await openDoor(server, parts, door, (room, replies) => {
    const pages = openVisitReplies(parts, replies);
    room.get('/:token', (request, reply) => showPage(parts, pages, request, reply));
    room.get('/:token/held', (request, reply) => showHeld(parts, pages, request, reply));
    room.post('/:token', { bodyLimit: formBytesMax }, (request, reply) => answerPage(parts, pages, request, reply));
  });
}

interface VisitReplies extends Replies {
  /** The page of where the person stands, with a fresh form to answer from there. */
  sendVisit(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    again?: { readonly status: number; readonly hint: 'box-not-ticked' | 'text-changed'; readonly locale: Locale },
  ): FastifyReply;
}

function openVisitReplies({ pages, clock }: RouteParts, replies: Replies): VisitReplies {
  const { send, sendNotice, bindForm } = replies;

  function sendVisitNotice(notice: NoticeName, visit: Visit, request: FastifyRequest, reply: FastifyReply) {
    const { heldHref } = toAddresses(request);
    return sendNotice(notice, request, reply, {
      company: visit.company,
      locale: chooseLocale(request, visit),
      heldHref,
    });
  }

  return {
    ...replies,
    sendVisit(visit, request, reply, again) {
      const { company, agency, facts, consent, standing } = visit;
      const now = clock.now();
      if (visit.view === 'awaited') return sendVisitNotice('awaited', visit, request, reply);
      if (!agency || !facts || visit.view === 'closed') return sendVisitNotice('closed', visit, request, reply);
      const locale = again?.locale ?? chooseLocale(request, visit);
      const frame = { company, ...toAddresses(request) };
      const toForm = (textName: TextName) => {
        const text = pages.renderText(textName, locale, facts);
        return { text: text.body, nonce: bindForm(request, reply, { locale, textHash: text.hash }) };
      };
      if (again || !consent)
        return send(reply, again?.status ?? 200, 'ask', locale, {
          ...frame,
          ...toForm('introduction'),
          hint: again?.hint,
        });
      const decidedAt = toMoment(locale, consent.decidedAt);
      if (consent.decision === 'granted') {
        const code = standing.isOffered ? consent.referralCode : null;
        return send(reply, 200, 'granted', locale, {
          ...frame,
          ...toForm('withdrawal'),
          agency,
          decidedAt,
          referral: code ? { code } : undefined,
          receiptTo: visit.person.email ? maskEmail(visit.person.email) : undefined,
          thanks: facts.own[locale]?.words.thanksGranted || undefined,
        });
      }
      const grantsUntil = toLongDate(locale, standing.grantsUntil);
      const form = isOpen(standing, now) ? toForm('introduction') : { text: '', nonce: null };
      const view = { ...frame, ...form, decidedAt, grantsUntil };
      if (consent.decision === 'withdrawn') return send(reply, 200, 'withdrawn', locale, { ...view, agency });
      const thanks = facts.own[locale]?.words.thanksDeclined || undefined;
      return send(reply, 200, 'declined', locale, { ...view, thanks });
    },
  };
}

async function showPage(parts: RouteParts, pages: VisitReplies, request: FastifyRequest, reply: FastifyReply) {
  const visit = await findVisit(parts, request);
  return visit ? pages.sendVisit(visit, request, reply) : pages.sendNotice('unknown', request, reply);
}

async function showHeld(parts: RouteParts, pages: VisitReplies, request: FastifyRequest, reply: FastifyReply) {
  const visit = await findVisit(parts, request);
  if (!visit) return pages.sendNotice('unknown', request, reply);
  const locale = chooseLocale(request, visit);
  const held = await parts.database.forCompany(visit.link.companyId, (tx) => readHeld(tx, visit, locale));
  const { action } = toAddresses(request);
  return pages.send(reply, 200, 'held', locale, { ...held, company: visit.company, action, heldHref: undefined });
}

async function findVisit({ visits }: RouteParts, request: FastifyRequest): Promise<Visit | undefined> {
  const link = await visits.findLink(readToken(request));
  return link && visits.find(link);
}

/** A form as browsers send it. A box that is not ticked is not sent at all. */
const Form = z.object({
  nonce: z.string().max(200),
  decision: z.enum(wishes),
  introduction: z.string().min(1).max(20).optional(),
});

async function answerPage(parts: RouteParts, pages: VisitReplies, request: FastifyRequest, reply: FastifyReply) {
  const token = readToken(request);
  const link = await parts.visits.findLink(token);
  if (!link) return pages.sendNotice('unknown', request, reply);
  if (!comesFromOurPage(request, parts.baseUrl)) return pages.sendNotice('refused', request, reply);
  const form = Form.safeParse(request.body);
  if (!form.success) return pages.sendNotice('refused', request, reply, { status: 400 });
  const shown = pages.readForm(request, form.data.nonce);
  if (!shown) return pages.sendNotice('refused', request, reply);
  const wish: Wish = form.data.decision;
  const ticks = purposes.filter((purpose) => form.data[purpose] !== undefined);
  const userAgent = request.headers['user-agent'];
  const outcome = await parts.answers.take({ link, wish, ticks, shown, userAgent });
  switch (outcome.kind) {
    case 'settled':
      return reply.redirect(`/c/${token}?lang=${shown.locale}`, 303);
    case 'unknown':
      return pages.sendNotice('unknown', request, reply);
    case 'not-open':
      return pages.sendVisit(outcome.visit, request, reply);
    case 'box-not-ticked':
      return pages.sendVisit(outcome.visit, request, reply, { status: 422, hint: outcome.kind, locale: shown.locale });
    case 'text-changed':
      return pages.sendVisit(outcome.visit, request, reply, { status: 409, hint: outcome.kind, locale: shown.locale });
  }
}

/** '' where the address holds none. */
function readToken({ params }: FastifyRequest): string {
  const token = typeof params === 'object' && params !== null && 'token' in params ? params.token : undefined;
  return typeof token === 'string' ? token : '';
}

/** The page's own addresses, in the language that was asked for. */
function toAddresses(request: FastifyRequest): { readonly action: string; readonly heldHref: string } {
  const page = `/c/${encodeURIComponent(readToken(request))}`;
  const asked = readAskedLocale(request);
  const query = asked ? `?lang=${asked}` : '';
  return { action: page + query, heldHref: `${page}/held${query}` };
}

/** The language asked for, else the person's own. */
function chooseLocale(request: FastifyRequest, visit: Visit): Locale {
  return readAskedLocale(request) ?? visit.locale;
}
