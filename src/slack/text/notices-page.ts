import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RelayError } from '../../platform/errors.ts';
import type { Server } from '../../platform/http-server.ts';
import type { Page, PageRequest } from '../../platform/page.ts';
import type { Locale } from '../notice/kinds.ts';
import { blocksCsp, type PageMessage, renderBlocksPage } from './block-page.ts';

const texts = {
  ja: {
    title: 'Slackへのお知らせ',
    intro:
      'Slackに届く、または届くはずのお知らせです。この画面は、このコンピューターで動作を確認するためのもので、ボタンは動きません。',
    empty: 'まだお知らせはありません。不採用が届いたり、紹介への同意があったりすると、ここに表示されます。',
    older: '以前のお知らせ',
  },
  en: {
    title: 'Notices in Slack',
    intro:
      'These notices are, or would be, shown in Slack. This page is for trying things out on this machine; its buttons do nothing.',
    empty: 'There are no notices yet. They appear when a rejection comes in or somebody agrees to be introduced.',
    older: 'Older notices',
  },
} as const satisfies Record<Locale, object>;

const noticesAPage = 30;
const Listing = z.object({ cursor: z.uuid().optional() });

export interface NoticesPageParts {
  /** The notices of all companies, newest first, as messages in their company's language. */
  listForPage(request: PageRequest): Promise<Page<PageMessage & { readonly id: string }>>;
}

/**
 * Shows all notices at /notices, to see them without a workspace. It asks nobody who he is, so it is for the machine at
 * hand: register it in embedded mode only, and it answers only requests addressed to this machine.
 */
export async function registerNoticesPage(server: Server, { listForPage }: NoticesPageParts): Promise<void> {
  server.get('/notices', { schema: { querystring: Listing, hide: true } }, async (request, reply) => {
    guardMachine(request);
    const { items, nextCursor } = await listForPage({ cursor: request.query.cursor, limit: noticesAPage });
    const locale = toPageLocale(request);
    const { title, intro, empty, older } = texts[locale];
    const page = renderBlocksPage({
      title,
      locale,
      messages: items,
      intro: items.length > 0 ? intro : `${intro} ${empty}`,
      more: nextCursor === null ? undefined : { href: `/notices?cursor=${nextCursor}`, text: older },
    });
    return reply
      .headers({
        'content-security-policy': blocksCsp,
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      })
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

function guardMachine(request: FastifyRequest): void {
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(request.hostname);
  if (!isLocal) throw new RelayError('request_not_found');
}

function toPageLocale(request: FastifyRequest): Locale {
  return (request.headers['accept-language'] ?? '').toLowerCase().startsWith('ja') ? 'ja' : 'en';
}
