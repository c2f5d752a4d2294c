import {
  type Answer,
  type Call,
  isTrue,
  type Method,
  needChannel,
  needScope,
  needText,
  refuse,
  textOf,
  toPage,
  toScopeFamily,
} from './call.ts';
import { tiers } from './rates.ts';
import { type Channel, openDirect, toMessagePayload } from './world.ts';

/** Errors and limits: docs.slack.dev, conversations.* and users.info (read 2026-11-29). */
export const conversationMethods = {
  'conversations.info': { perMinute: tiers[3], answer: info },
  'conversations.list': { perMinute: tiers[2], answer: list },
  'conversations.open': { scope: 'im:write', perMinute: tiers[3], answer: open },
  'conversations.history': { perMinute: tiers[3], answer: history },
  'conversations.join': { scope: 'channels:join', perMinute: tiers[3], answer: join },
  'users.info': { scope: 'users:read', perMinute: tiers[4], answer: userInfo },
} satisfies Record<string, Method>;

function info(call: Call): Answer {
  const channel = needChannel(call, needText(call, 'channel'));
  needScope(call, `${toScopeFamily(channel)}:read`);
  return { ok: true, channel: toChannel(channel) };
}

function list(call: Call): Answer {
  const types = (textOf(call, 'types') || 'public_channel').split(',').map((type) => type.trim());
  const families = { public_channel: 'channels', private_channel: 'groups', im: 'im', mpim: 'mpim' } as const;
  const wanted = types.map((type) => families[type as keyof typeof families] ?? refuse('invalid_types'));
  for (const family of wanted) needScope(call, `${family}:read`);
  const seen = [...call.workspace.channels.values()].filter(
    (channel) =>
      wanted.includes(toScopeFamily(channel)) &&
      (!channel.isPrivate || channel.isMember) &&
      !(channel.isArchived && isTrue(call, 'exclude_archived')),
  );
  const { page, next } = toPage(call, seen, 999);
  return { ok: true, channels: page.map(toChannel), response_metadata: { next_cursor: next } };
}

function open(call: Call): Answer {
  const { world, workspace } = call;
  const refs = textOf(call, 'users').split(',').filter(Boolean);
  const [ref] = refs;
  if (ref === undefined) return refuse('users_list_not_supplied');
  if (refs.length > 1) needScope(call, 'mpim:write');
  if (ref === workspace.botUserRef) refuse('cannot_dm_bot');
  const user = workspace.users.get(ref) ?? refuse('user_not_found');
  if (user.isDeleted) refuse('user_disabled');
  const isKnown = [...workspace.channels.values()].some((channel) => channel.user === ref);
  const { ref: channelRef } = openDirect(world, workspace, ref);
  return { ok: true, no_op: isKnown, already_open: isKnown, channel: { id: channelRef } };
}

function history(call: Call): Answer {
  const { world, workspace } = call;
  const channel = workspace.channels.get(textOf(call, 'channel')) ?? refuse('channel_not_found');
  needScope(call, `${toScopeFamily(channel)}:history`);
  if (!channel.isMember) refuse(channel.isPrivate ? 'channel_not_found' : 'not_in_channel');
  const oldest = Number(textOf(call, 'oldest') || 0);
  const latest = Number(textOf(call, 'latest') || Number.POSITIVE_INFINITY);
  if (Number.isNaN(oldest)) refuse('invalid_ts_oldest');
  if (Number.isNaN(latest)) refuse('invalid_ts_latest');
  const isInclusive = isTrue(call, 'inclusive');
  const isWithin = (ts: number) => (isInclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest);
  const seen = workspace.messages
    .filter((message) => message.channel === channel.ref && isWithin(Number(message.ts)))
    .toSorted((one, other) => Number(other.ts) - Number(one.ts));
  const { page, next } = toPage(call, seen, 999);
  const messages = page.map((message) => ({
    ...toMessagePayload(world, workspace, message),
    ...(isTrue(call, 'include_all_metadata') && message.metadata ? { metadata: message.metadata } : {}),
  }));
  return { ok: true, messages, has_more: next !== '', response_metadata: { next_cursor: next } };
}

function join(call: Call): Answer {
  const channel = needChannel(call, needText(call, 'channel'));
  if (channel.isPrivate) refuse('method_not_supported_for_channel_type');
  if (channel.isArchived) refuse('is_archived');
  const joined = { ...channel, isMember: true };
  call.workspace.channels.set(channel.ref, joined);
  return {
    ok: true,
    channel: toChannel(joined),
    ...(channel.isMember ? { warning: 'already_in_channel' } : {}),
  };
}

function userInfo(call: Call): Answer {
  const { workspace } = call;
  const user = workspace.users.get(needText(call, 'user')) ?? refuse('user_not_found');
  const profile = {
    real_name: user.name,
    display_name: user.name,
    ...(workspace.scopes.has('users:read.email') ? { email: user.email } : {}),
  };
  return {
    ok: true,
    user: {
      id: user.ref,
      team_id: workspace.teamRef,
      name: user.name,
      real_name: user.name,
      deleted: user.isDeleted,
      is_bot: user.isBot ?? false,
      is_restricted: user.isGuest ?? false,
      is_ultra_restricted: false,
      is_admin: user.isAdmin,
      is_owner: false,
      tz: 'Asia/Tokyo',
      ...(isTrue(call, 'include_locale') ? { locale: user.locale } : {}),
      profile,
    },
  };
}

function toChannel(channel: Channel): Record<string, unknown> {
  const { ref, name, isPrivate, isMember, isArchived, isShared = false, user } = channel;
  if (user !== undefined) return { id: ref, is_im: true, user, is_archived: false };
  const kind = { is_channel: !isPrivate, is_group: isPrivate, is_im: false, is_private: isPrivate };
  const shared = { is_shared: isShared, is_ext_shared: isShared, is_pending_ext_shared: false };
  return { id: ref, name, name_normalized: name, ...kind, ...shared, is_member: isMember, is_archived: isArchived };
}
