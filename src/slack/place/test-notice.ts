import { newId } from '../../platform/ids.ts';
import { escapeMrkdwn, toShownName } from '../model.ts';
import type { Locale } from '../notice/kinds.ts';
import type { SlackApi } from '../web-api.ts';
import type { Place } from './model.ts';

const words = {
  ja: (company: string) =>
    `Career Relay のテスト通知です。${company} のお知らせは、ここに届きます。対応は必要ありません。`,
  en: (company: string) =>
    `This is a test from Career Relay. Notices of ${company} will arrive here. There is nothing to do.`,
} as const satisfies Record<Locale, (company: string) => string>;

/** Posts a harmless message where a place's notices go. It is no notice: nothing of it is kept, and nothing edits it. */
export async function postTestNotice(
  api: Pick<SlackApi, 'openConversation' | 'post'>,
  { kind, slackRef }: Pick<Place, 'kind' | 'slackRef'>,
  company: { readonly name: string; readonly locale: Locale },
): ReturnType<SlackApi['post']> {
  const opened =
    kind === 'person' ? await api.openConversation(slackRef) : ({ kind: 'open', channelRef: slackRef } as const);
  if (opened.kind !== 'open') return opened;
  const text = words[company.locale](toShownName(company.name));
  return api.post({
    channelRef: opened.channelRef,
    noticeId: newId(),
    version: 0,
    text,
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: escapeMrkdwn(text) } }],
  });
}
