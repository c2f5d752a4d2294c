import { type Block, toElements } from './blocks.ts';
import { toCommand, toInteraction } from './requests.ts';
import { newResponseUrl } from './response-urls.ts';
import { actionIdOf, type FormValues, toField, toStateValues } from './state-values.ts';
import { newTrigger } from './views.ts';
import {
  newTs,
  type PostedMessage,
  type ShownView,
  type SlackRequest,
  toMessagePayload,
  toViewPayload,
  type Workspace,
  type World,
  withBlockIds,
} from './world.ts';

/** Payloads: docs.slack.dev, "Interaction payloads" and "Slash commands" (read 2026-11-29). */
export interface CommandOptions {
  readonly user: string;
  readonly channel: string;
  readonly text?: string;
  readonly command?: string;
}

/** A person types a slash command. They may do so where the app is not. */
export function makeCommand(world: World, workspace: Workspace, options: CommandOptions): SlackRequest {
  const { user, channel, text = '', command = '/career-relay' } = options;
  const { teamRef } = workspace;
  const { name } = needPerson(workspace, user);
  const place = needPlace(workspace, channel);
  const triggerId = newTrigger(world, teamRef, user);
  const responseUrl = newResponseUrl(world, teamRef, user, channel);
  const fields = {
    token: 'an old verification token',
    team_id: teamRef,
    team_domain: teamRef.toLowerCase(),
    channel_id: channel,
    channel_name: place.user ? 'directmessage' : place.isPrivate ? 'privategroup' : place.name,
    user_id: user,
    user_name: name,
    command,
    text,
    api_app_id: world.app.appId,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: triggerId,
  };
  return toCommand(world, teamRef, fields, { user, triggerId, responseUrl });
}

export interface ActionOptions {
  readonly user: string;
  /** Where it stands: as it is now, or as it was when the person saw it. */
  readonly message?: PostedMessage;
  readonly view?: ShownView;
  readonly actionId: string;
  /** The button to take among several of this action id, or what is chosen in a menu. */
  readonly value?: string | readonly string[];
  /** One made before, for instance one that is used or old. */
  readonly triggerId?: string;
}

/**
 * A person uses an element of this message or view.
 * @throws Error where no such element stands in it.
 */
export function makeAction(world: World, workspace: Workspace, options: ActionOptions): SlackRequest {
  const { user, message, view, value } = options;
  const { teamRef } = workspace;
  const blocks = withBlockIds((view?.view.blocks ?? message?.blocks ?? []) as readonly Block[]);
  const { block, element } = needElement(blocks, options);
  const inModal = view?.view.type === 'modal' ? view.viewId : undefined;
  const triggerId = options.triggerId ?? newTrigger(world, teamRef, user, inModal);
  const responseUrl = message ? newResponseUrl(world, teamRef, user, message.channel, message.ts) : '';
  const action = {
    action_id: actionIdOf(element),
    block_id: block.block_id,
    type: element.type,
    ...('text' in element ? { text: element.text } : {}),
    ...toField(element, value),
    action_ts: newTs(world),
  };
  const place = message ? inMessage(world, workspace, message, responseUrl) : {};
  const payload = {
    type: 'block_actions',
    ...toWho(world, workspace, user),
    trigger_id: triggerId,
    ...place,
    ...(view ? inView(world, workspace, view) : {}),
    state: { values: {} },
    actions: [action],
  };
  return toInteraction(world, teamRef, payload, { user, triggerId, responseUrl, viewId: '' });
}

function inMessage(world: World, workspace: Workspace, message: PostedMessage, responseUrl: string) {
  const { channel, ts } = message;
  return {
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
    channel: toPlace(workspace, channel),
    message: toMessagePayload(world, workspace, message),
    response_url: responseUrl,
  };
}

function inView(world: World, workspace: Workspace, view: ShownView) {
  return { container: { type: 'view', view_id: view.viewId }, view: toViewPayload(world, workspace, view) };
}

function needElement(blocks: readonly Block[], { actionId, value }: ActionOptions) {
  const found = blocks
    .flatMap((block) => toElements(block).map((element) => ({ block, element })))
    .filter(({ element }) => actionIdOf(element) === actionId);
  const [first, second] = found;
  if (!first) throw new Error(`no element ${actionId} is shown`);
  if (!second) return first;
  const named = found.filter(({ element }) => element.type === 'button' && element.value === value);
  if (named.length !== 1 || !named[0])
    throw new Error(`${found.length} elements ${actionId} are shown: name one by value`);
  return named[0];
}

export type ClickOptions = Pick<ActionOptions, 'user' | 'actionId' | 'value' | 'triggerId'> &
  ({ readonly channel: string; readonly ts: string } | { readonly viewId: string } | { readonly isHome: true });

/** As `makeAction`, in what stands there now. @throws Error where it is not, or not before this person. */
export function makeClick(world: World, workspace: Workspace, options: ClickOptions): SlackRequest {
  const { user, actionId } = options;
  const rest = {
    ...{ user, actionId },
    ...(options.value === undefined ? {} : { value: options.value }),
    ...(options.triggerId === undefined ? {} : { triggerId: options.triggerId }),
  };
  if ('isHome' in options) {
    const view = workspace.homes.get(user);
    if (!view) throw new Error(`${user} has no home`);
    return makeAction(world, workspace, { ...rest, view });
  }
  if ('viewId' in options)
    return makeAction(world, workspace, { ...rest, view: needView(workspace, options.viewId, user) });
  const message = needMessage(workspace, options.channel, options.ts);
  const { user: other } = needPlace(workspace, message.channel);
  if (other !== undefined && other !== user) throw new Error('a direct message is seen by one person only');
  return makeAction(world, workspace, { ...rest, message });
}

export interface ShortcutOptions {
  readonly user: string;
  readonly callbackId: string;
  /** For a shortcut on a message. */
  readonly channel?: string;
  readonly ts?: string;
}

/** A person takes a shortcut: a global one, or one on a message. */
export function makeShortcut(world: World, workspace: Workspace, options: ShortcutOptions): SlackRequest {
  const { user, callbackId, channel, ts } = options;
  const { teamRef } = workspace;
  const triggerId = newTrigger(world, teamRef, user);
  const common = {
    ...toWho(world, workspace, user),
    callback_id: callbackId,
    trigger_id: triggerId,
    action_ts: newTs(world),
  };
  if (channel === undefined || ts === undefined) {
    const ends = { user, triggerId, responseUrl: '', viewId: '' };
    return toInteraction(world, teamRef, { type: 'shortcut', ...common }, ends);
  }
  const message = needMessage(workspace, channel, ts);
  const responseUrl = newResponseUrl(world, teamRef, user, channel, ts);
  const payload = {
    type: 'message_action',
    ...common,
    message_ts: ts,
    channel: toPlace(workspace, channel),
    message: toMessagePayload(world, workspace, message),
    response_url: responseUrl,
  };
  return toInteraction(world, teamRef, payload, { user, triggerId, responseUrl, viewId: '' });
}

export interface SubmitOptions {
  readonly user: string;
  readonly viewId: string;
  readonly values?: FormValues;
}

/** A person sends a modal. @throws Error for one that is not before them, has no button, or is filled in wrongly. */
export function makeSubmission(world: World, workspace: Workspace, options: SubmitOptions): SlackRequest {
  const { user, viewId, values = {} } = options;
  const { teamRef } = workspace;
  const shown = needView(workspace, viewId, user);
  if (shown.view.type !== 'modal' || !shown.view.submit) throw new Error('the view has no button to send it');
  const triggerId = newTrigger(world, teamRef, user, viewId);
  const view = {
    ...toViewPayload(world, workspace, shown),
    state: { values: toStateValues(shown.view.blocks, values) },
  };
  const who = toWho(world, workspace, user);
  const payload = { type: 'view_submission', ...who, trigger_id: triggerId, view, response_urls: [] };
  return toInteraction(world, teamRef, payload, { user, triggerId, responseUrl: '', viewId });
}

/** A person closes a modal. @returns the request, where the view asked for one by `notify_on_close`. */
export function closeModal(world: World, workspace: Workspace, user: string, viewId: string): SlackRequest | undefined {
  const shown = needView(workspace, viewId, user);
  workspace.openViews.splice(workspace.openViews.indexOf(shown), 1);
  if (shown.view.type !== 'modal' || !shown.view.notify_on_close) return undefined;
  const view = toViewPayload(world, workspace, shown);
  const payload = { type: 'view_closed', ...toWho(world, workspace, user), view, is_cleared: false };
  return toInteraction(world, workspace.teamRef, payload, { user, triggerId: '', responseUrl: '', viewId: '' });
}

function toWho({ app }: World, workspace: Workspace, user: string) {
  const { name } = needPerson(workspace, user);
  return {
    team: { id: workspace.teamRef, domain: workspace.teamRef.toLowerCase() },
    user: { id: user, username: name, name, team_id: workspace.teamRef },
    api_app_id: app.appId,
    token: 'an old verification token',
    enterprise: null,
    is_enterprise_install: false,
  };
}

function toPlace(workspace: Workspace, channel: string) {
  const { user, name } = needPlace(workspace, channel);
  return { id: channel, name: user === undefined ? name : 'directmessage' };
}

function needPerson(workspace: Workspace, user: string) {
  const found = workspace.users.get(user);
  if (!found || found.isDeleted) throw new Error(`nobody is ${user} in ${workspace.teamRef}`);
  return found;
}

function needPlace(workspace: Workspace, channel: string) {
  const found = workspace.channels.get(channel);
  if (!found) throw new Error(`no conversation ${channel} in ${workspace.teamRef}`);
  return found;
}

function needMessage({ messages }: Workspace, channel: string, ts: string): PostedMessage {
  const found = messages.find((message) => message.channel === channel && message.ts === ts);
  if (!found) throw new Error(`no message ${ts} stands in ${channel}`);
  return found;
}

function needView(workspace: Workspace, viewId: string, user: string): ShownView {
  const found = workspace.openViews.find((shown) => shown.viewId === viewId && shown.user === user);
  if (!found) throw new Error(`no modal ${viewId} is open before ${user}`);
  return found;
}
