import type { types } from '@slack/bolt';
import { z } from 'zod';
import { escapeMrkdwn } from './model.ts';
import { type Failed, type Limited, type Trouble, toTrouble } from './trouble.ts';
import type { WebClient } from './workspace/client.ts';

/** A notice as it goes to Slack. `text` is plain: it is escaped here. */
export interface Message {
  readonly channelRef: string;
  readonly noticeId: string;
  /** Of what it tells; found again with it. */
  readonly version: number;
  readonly text: string;
  readonly blocks: readonly types.KnownBlock[];
}

export type PostOutcome = { readonly kind: 'sent'; readonly ts: string; readonly channelRef: string } | Trouble;
export type EditOutcome = { readonly kind: 'edited' } | Trouble;
/** closed: this app may not read the channel's history, so nobody can tell. */
export type FindOutcome =
  | { readonly kind: 'found'; readonly ts: string; readonly version: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'closed' }
  | Limited
  | Failed;
export type OpenOutcome = { readonly kind: 'open'; readonly channelRef: string } | Trouble;
export type UploadOutcome = { readonly kind: 'uploaded'; readonly fileRef: string } | Trouble;

export interface ChannelFacts {
  readonly name: string | null;
  readonly isMember: boolean;
  readonly isArchived: boolean;
  /** Shared with another organisation, or about to be. */
  readonly isShared: boolean;
}
export interface PersonFacts {
  readonly name: string | null;
  readonly isBot: boolean;
  readonly isDeleted: boolean;
  /** A guest, or somebody of another organisation. */
  readonly isGuest: boolean;
}
export type ChannelOutcome = { readonly kind: 'known'; readonly channel: ChannelFacts } | Trouble;
export type PersonOutcome = { readonly kind: 'known'; readonly person: PersonFacts } | Trouble;

/** The calls the notices make to Slack's Web API, as one workspace. None throws for what Slack or the network does. */
export interface SlackApi {
  post(message: Message): Promise<PostOutcome>;
  /** Puts the message in the place of the one at `ts`. Safe to repeat. */
  update(message: Message & { readonly ts: string }): Promise<EditOutcome>;
  /** Looks for a notice in a channel, from some minutes before `since` on. */
  find(where: { readonly channelRef: string; readonly noticeId: string; readonly since: Date }): Promise<FindOutcome>;
  /** The direct conversation with a person. */
  openConversation(userRef: string): Promise<OpenOutcome>;
  /** Hands a picture to the workspace, shown nowhere until a message names it. */
  upload(picture: { readonly name: string; readonly title: string; readonly bytes: Buffer }): Promise<UploadOutcome>;
  describeChannel(channelRef: string): Promise<ChannelOutcome>;
  describePerson(userRef: string): Promise<PersonOutcome>;
}

const eventType = 'career_relay_notice';
const slowClockMs = 5 * 60_000;
const mostPages = 10;

/** @param client with the bot token of one workspace. */
export function openSlackApi(client: WebClient): SlackApi {
  async function ask<T>(call: (client: WebClient) => Promise<T>): Promise<T | Trouble> {
    try {
      return await call(client);
    } catch (error) {
      return toTrouble(error);
    }
  }
  return {
    post: (message) => ask((client) => post(client, message)),
    update: (message) => ask((client) => update(client, message)),
    async find(where) {
      const found = await ask((client) => find(client, where));
      // A history we may not read, or cannot understand, will be no other next time.
      return found.kind === 'refused' ? { kind: 'closed' } : found;
    },
    openConversation: (userRef) =>
      ask(async (client) => {
        const { channel } = Opened.parse(await client.conversations.open({ users: userRef }));
        return { kind: 'open', channelRef: channel.id } as const;
      }),
    upload: ({ name, title, bytes }) =>
      ask(async (client) => {
        const { files } = Uploaded.parse(await client.filesUploadV2({ file: bytes, filename: name, title }));
        return { kind: 'uploaded', fileRef: files[0].files[0].id } as const;
      }),
    describeChannel: (channelRef) =>
      ask(async (client) => {
        const { channel } = DescribedChannel.parse(await client.conversations.info({ channel: channelRef }));
        return { kind: 'known', channel } as const;
      }),
    describePerson: (userRef) =>
      ask(async (client) => {
        const { user } = DescribedPerson.parse(await client.users.info({ user: userRef }));
        return { kind: 'known', person: user } as const;
      }),
  };
}

/** No name in a text becomes a mention, and no word a link. */
const asWritten = { parse: 'none', link_names: false } as const;

async function post(client: WebClient, message: Message): Promise<PostOutcome> {
  const { channelRef, text, blocks } = message;
  const answer = await client.chat.postMessage({
    channel: channelRef,
    text: escapeMrkdwn(text),
    blocks: [...blocks],
    metadata: toMetadata(message),
    ...asWritten,
    unfurl_links: false,
    unfurl_media: false,
  });
  if (!answer.ts) return { kind: 'failed', doubt: 'unanswered' };
  return { kind: 'sent', ts: answer.ts, channelRef: answer.channel ?? channelRef };
}

async function update(client: WebClient, message: Message & { readonly ts: string }): Promise<EditOutcome> {
  const { channelRef, text, blocks, ts } = message;
  await client.chat.update({
    channel: channelRef,
    ts,
    text: escapeMrkdwn(text),
    blocks: [...blocks],
    metadata: toMetadata(message),
    ...asWritten,
  });
  return { kind: 'edited' };
}

async function find(
  client: WebClient,
  { channelRef, noticeId, since }: Parameters<SlackApi['find']>[0],
): Promise<FindOutcome> {
  let cursor = '';
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await client.conversations.history({
      channel: channelRef,
      oldest: String((since.getTime() - slowClockMs) / 1000),
      include_all_metadata: true,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    const history = History.safeParse(answer);
    if (!history.success) return { kind: 'closed' };
    for (const { ts, metadata } of history.data.messages) {
      const { data: told } = Metadata.safeParse(metadata);
      if (told?.event_type === eventType && told.event_payload.notice_id === noticeId)
        return { kind: 'found', ts, version: told.event_payload.version };
    }
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (!cursor) return { kind: 'absent' };
  }
  return { kind: 'closed' };
}

function toMetadata({ noticeId, version }: Message) {
  return { event_type: eventType, event_payload: { notice_id: noticeId, version } };
}

const Metadata = z.object({
  event_type: z.string(),
  event_payload: z.object({ notice_id: z.string(), version: z.number().default(0) }),
});
const History = z.object({ messages: z.array(z.object({ ts: z.string(), metadata: z.unknown().optional() })) });
const Opened = z.object({ channel: z.object({ id: z.string() }) });
/** One answer of completeUploadExternal for each completed batch; ours has one of one file. */
const Uploaded = z.object({ files: z.tuple([z.object({ files: z.tuple([z.object({ id: z.string() })]) })]) });

/** Source: docs.slack.dev, "Conversation object" (read 2026-11-29). */
const DescribedChannel = z.object({
  channel: z
    .object({
      name: z.string().optional(),
      is_member: z.boolean().optional(),
      is_archived: z.boolean().optional(),
      is_ext_shared: z.boolean().optional(),
      is_pending_ext_shared: z.boolean().optional(),
    })
    .transform(
      (channel): ChannelFacts => ({
        name: channel.name ?? null,
        isMember: channel.is_member ?? false,
        isArchived: channel.is_archived ?? false,
        isShared: (channel.is_ext_shared ?? false) || (channel.is_pending_ext_shared ?? false),
      }),
    ),
});

/** Source: docs.slack.dev, "User object" (read 2026-11-29). */
const DescribedPerson = z.object({
  user: z
    .object({
      name: z.string().optional(),
      deleted: z.boolean().optional(),
      is_bot: z.boolean().optional(),
      is_restricted: z.boolean().optional(),
      is_ultra_restricted: z.boolean().optional(),
      is_stranger: z.boolean().optional(),
    })
    .transform(
      (user): PersonFacts => ({
        name: user.name ?? null,
        isBot: user.is_bot ?? false,
        isDeleted: user.deleted ?? false,
        isGuest: [user.is_restricted, user.is_ultra_restricted, user.is_stranger].includes(true),
      }),
    ),
});
