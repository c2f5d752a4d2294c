import {
  type Answer,
  blocksOf,
  type Call,
  isTrue,
  jsonOf,
  type Method,
  needChannel,
  needText,
  noteBroadcasts,
  refuse,
  textOf,
} from './call.ts';
import { special, tiers } from './rates.ts';
import {
  type Channel,
  newTs,
  openDirect,
  type PostedMessage,
  replace,
  toMessagePayload,
  type Workspace,
} from './world.ts';

/**
 * Longest text. Slack cuts a longer one off, and says msg_too_long where it does not: here it is always refused, since
 * both lose words. Source: docs.slack.dev, chat.postMessage, "Truncating content" (read 2026-11-29).
 */
const mostText = 40_000;
/** Slack says only "exceeds size limit"; in bytes of JSON, the size we know it to take. */
const mostMetadata = 8_000;

/** Errors and limits: docs.slack.dev, chat.postMessage, chat.update, chat.postEphemeral, chat.delete (read 2026-11-29). */
export const chatMethods = {
  'chat.postMessage': { scope: 'chat:write', perMinute: special, answer: post },
  'chat.update': { scope: 'chat:write', perMinute: tiers[3], answer: update },
  'chat.postEphemeral': { scope: 'chat:write', perMinute: tiers[4], answer: postEphemeral },
  'chat.delete': { scope: 'chat:write', perMinute: tiers[3], answer: remove },
} satisfies Record<string, Method>;

function post(call: Call): Answer {
  const { world, workspace } = call;
  const channel = needPlaceToPost(call, textOf(call, 'channel'));
  const content = needContent(call);
  const threadTs = textOf(call, 'thread_ts') || null;
  if (threadTs && !findMessage(workspace, channel.ref, threadTs)) refuse('thread_not_found');
  const message: PostedMessage = {
    channel: channel.ref,
    ts: newTs(world),
    text: content.text,
    blocks: content.blocks ?? [],
    metadata: content.metadata ?? null,
    edited: null,
    by: workspace.botUserRef,
    threadTs,
  };
  workspace.messages.push(message);
  noteSent(call, message);
  return { ok: true, channel: channel.ref, ts: message.ts, message: toMessagePayload(world, workspace, message) };
}

/** Text without blocks removes the blocks; what is not given otherwise stays. An empty metadata object removes it. */
function update(call: Call): Answer {
  const { world, workspace } = call;
  const { channel, message } = needOwnMessage(call, 'cant_update_message', 'is_inactive');
  const content = needContent(call);
  const isMetadataRemoved = content.metadata !== undefined && Object.keys(Object(content.metadata)).length === 0;
  const next: PostedMessage = {
    ...message,
    text: 'text' in call.args ? content.text : message.text,
    blocks: content.blocks ?? ('text' in call.args ? [] : message.blocks),
    metadata: isMetadataRemoved ? null : (content.metadata ?? message.metadata),
    edited: newTs(world),
  };
  replace(workspace.messages, message, next);
  noteSent(call, next);
  const payload = toMessagePayload(world, workspace, next);
  return { ok: true, channel: channel.ref, ts: next.ts, text: next.text, message: payload };
}

function postEphemeral(call: Call): Answer {
  const { world, workspace } = call;
  const channel = needPlaceToPost(call, textOf(call, 'channel'));
  const user = workspace.users.get(needText(call, 'user'));
  if (!user || user.isDeleted || (channel.user !== undefined && channel.user !== user.ref))
    refuse('user_not_in_channel');
  const { text, blocks } = needContent(call);
  const ts = newTs(world);
  const message = { channel: channel.ref, user: user.ref, ts, text, blocks: blocks ?? [] };
  workspace.ephemeral.push(message);
  noteSent(call, message);
  return { ok: true, message_ts: ts };
}

function remove(call: Call): Answer {
  const { workspace } = call;
  const { channel, message } = needOwnMessage(call, 'cant_delete_message', 'channel_not_found');
  workspace.messages.splice(workspace.messages.indexOf(message), 1);
  return { ok: true, channel: channel.ref, ts: message.ts };
}

/** A channel the app may post into; a person's id means the direct message with that person. */
function needPlaceToPost(call: Call, ref: string): Channel {
  const { world, workspace } = call;
  const user = workspace.users.get(ref);
  if (user) return user.isDeleted ? refuse('channel_not_found') : openDirect(world, workspace, user.ref);
  const channel = needChannel(call, ref);
  if (channel.isArchived) refuse('is_archived');
  if (!channel.isMember && !workspace.scopes.has('chat:write.public')) refuse('not_in_channel');
  return channel;
}

function needContent(call: Call) {
  const text = textOf(call, 'text');
  const blocks = blocksOf(call, 'message');
  if (text === '' && !blocks?.length) refuse('no_text');
  if (text.length > mostText) refuse('msg_too_long');
  return { text, blocks, metadata: needMetadata(jsonOf(call, 'metadata', 'invalid_metadata_format')) };
}

function needMetadata(metadata: unknown): unknown {
  if (metadata === undefined) return undefined;
  if (typeof metadata !== 'object' || metadata === null) return refuse('invalid_metadata_format');
  if (JSON.stringify(metadata).length > mostMetadata) return refuse('metadata_too_large');
  if (Object.keys(metadata).length === 0) return metadata;
  const hasType = 'event_type' in metadata && typeof metadata.event_type === 'string' && metadata.event_type !== '';
  const hasPayload = 'event_payload' in metadata && typeof metadata.event_payload === 'object';
  return hasType && hasPayload ? metadata : refuse('invalid_metadata_schema');
}

function needOwnMessage(call: Call, foreign: string, archived: string) {
  const { workspace } = call;
  const channel = needChannel(call, textOf(call, 'channel'));
  if (channel.isArchived) refuse(archived);
  const message = findMessage(workspace, channel.ref, textOf(call, 'ts')) ?? refuse('message_not_found');
  if (message.by !== workspace.botUserRef) refuse(foreign);
  return { channel, message };
}

function findMessage({ messages }: Workspace, channel: string, ts: string): PostedMessage | undefined {
  return messages.find((message) => message.channel === channel && message.ts === ts);
}

/** `parse=full` and `link_names` make even the plain words call people. */
function noteSent(call: Call, { text, blocks }: { readonly text: string; readonly blocks: readonly unknown[] }): void {
  noteBroadcasts(call.workspace, call.method, text, blocks);
  if (textOf(call, 'parse') !== 'full' && !isTrue(call, 'link_names')) return;
  for (const mention of text.match(/@(channel|here|everyone)\b/g) ?? [])
    call.workspace.broadcasts.push({ by: call.method, mention });
}
