import { parseView, validateView } from './blocks.ts';
import {
  type Answer,
  type Call,
  findFileProblems,
  jsonOf,
  type Method,
  needText,
  noteBroadcasts,
  refuse,
  textOf,
} from './call.ts';
import { tiers } from './rates.ts';
import { newRef, replace, type ShownView, type Trigger, toViewPayload, type Workspace, type World } from './world.ts';

/** How long a trigger_id lives: docs.slack.dev, "Handling user interaction" (read 2026-11-29). */
export const triggerMs = 3_000;
/** Root and two more: docs.slack.dev, views.push (read 2026-11-29). */
export const mostStacked = 3;
/** docs.slack.dev, views.open, view_too_large (read 2026-11-29). */
const mostViewBytes = 250_000;

/** Errors and limits: docs.slack.dev, views.open, views.update, views.push, views.publish (read 2026-11-29). */
export const viewMethods = {
  'views.open': { perMinute: tiers[4], answer: openModal },
  'views.update': { perMinute: tiers[4], answer: update },
  'views.push': { perMinute: tiers[4], answer: push },
  'views.publish': { perMinute: tiers[4], answer: publish },
} satisfies Record<string, Method>;

function openModal(call: Call): Answer {
  const view = needView(call, 'modal');
  const { user } = takeTrigger(call);
  return answerWith(call, showModal(call.world, call.workspace, user, view, undefined));
}

function push(call: Call): Answer {
  const view = needView(call, 'modal');
  const { user, viewId } = takeTrigger(call);
  const below = call.workspace.openViews.find((shown) => shown.viewId === viewId) ?? refuse('not_found');
  if (stackOf(call.workspace, below).length >= mostStacked) refuse('push_limit_reached');
  return answerWith(call, showModal(call.world, call.workspace, user, view, below));
}

function update(call: Call): Answer {
  const { world, workspace } = call;
  const viewId = textOf(call, 'view_id');
  const externalId = textOf(call, 'external_id');
  if (!viewId && !externalId) refuse('invalid_arguments', ['missing required field: view_id']);
  const shown =
    [...workspace.openViews, ...workspace.homes.values()].find(
      (one) => one.viewId === viewId || (externalId !== '' && one.view.external_id === externalId),
    ) ?? refuse('not_found');
  const view = needView(call, shown.view.type, shown);
  needSameHash(call, shown);
  const next = { ...shown, view, hash: newHash(world) };
  if (shown.view.type === 'home') workspace.homes.set(shown.user, next);
  else replace(workspace.openViews, shown, next);
  return answerWith(call, next);
}

function publish(call: Call): Answer {
  const { world, workspace } = call;
  const user = workspace.users.get(needText(call, 'user_id'));
  if (!user || user.isDeleted) refuse('invalid_arguments', ['invalid `user_id`']);
  const before = workspace.homes.get(user.ref);
  const view = needView(call, 'home', before);
  if (before) needSameHash(call, before);
  const viewId = before?.viewId ?? newRef(world, 'V');
  const shown = { viewId, user: user.ref, view, hash: newHash(world), rootViewId: viewId, previousViewId: null };
  workspace.homes.set(user.ref, shown);
  return answerWith(call, shown);
}

/** @throws SlackRefusal for a view that Slack would not show. */
function needView(call: Call, type: 'modal' | 'home', replaced?: ShownView) {
  const raw =
    jsonOf(call, 'view', 'invalid_arguments') ?? refuse('invalid_arguments', ['missing required field: view']);
  if (JSON.stringify(raw).length > mostViewBytes) refuse('view_too_large');
  const problems = findViewProblems(call.world, call.workspace, raw);
  if (problems.length > 0) refuse('invalid_arguments', problems);
  const view = parseView(raw);
  if (view.type !== type) refuse('invalid_arguments', [`/type: must be ${type}`]);
  const { openViews, homes } = call.workspace;
  const isTaken = [...openViews, ...homes.values()].some(
    (shown) => shown.viewId !== replaced?.viewId && view.external_id && shown.view.external_id === view.external_id,
  );
  if (isTaken) refuse('duplicate_external_id');
  noteBroadcasts(call.workspace, call.method, '', view.blocks);
  return view;
}

/** What Slack would say against this view in this workspace. */
export function findViewProblems(world: World, workspace: Workspace, view: unknown): readonly string[] {
  return [...validateView(view), ...findFileProblems(world, workspace, view)];
}

function takeTrigger(call: Call): Trigger {
  const { world, workspace } = call;
  const trigger = world.triggers.get(needText(call, 'trigger_id'));
  if (!trigger || trigger.teamRef !== workspace.teamRef) return refuse('invalid_trigger_id');
  if (trigger.isUsed) refuse('exchanged_trigger_id');
  if (world.now().getTime() - trigger.givenAt.getTime() > triggerMs) refuse('expired_trigger_id');
  trigger.isUsed = true;
  return trigger;
}

/** A trigger_id for a person, as each interaction brings one. */
export function newTrigger(world: World, teamRef: string, user: string, viewId?: string): string {
  const triggerId = `${world.next()}.${teamRef.length}.${newRef(world, 'K').toLowerCase()}`;
  world.triggers.set(triggerId, { teamRef, user, viewId, givenAt: world.now(), isUsed: false });
  return triggerId;
}

/** Puts a modal before a person: alone, or on top of another one. */
export function showModal(
  world: World,
  workspace: Workspace,
  user: string,
  view: ShownView['view'],
  below: ShownView | undefined,
): ShownView {
  const viewId = newRef(world, 'V');
  const shown: ShownView = {
    viewId,
    user,
    view,
    hash: newHash(world),
    rootViewId: below?.rootViewId ?? viewId,
    previousViewId: below?.viewId ?? null,
  };
  workspace.openViews.push(shown);
  return shown;
}

/** Every modal of the stack this one stands in, lowest first. */
export function stackOf({ openViews }: Workspace, { rootViewId }: ShownView): readonly ShownView[] {
  return openViews.filter((shown) => shown.rootViewId === rootViewId);
}

export function newHash(world: World): string {
  return `${Math.floor(world.now().getTime() / 1000)}.${world.next().toString(16).padStart(8, '0')}`;
}

function needSameHash(call: Call, shown: ShownView): void {
  const hash = textOf(call, 'hash');
  if (hash !== '' && hash !== shown.hash) refuse('hash_conflict');
}

function answerWith({ world, workspace }: Call, shown: ShownView): Answer {
  return { ok: true, view: toViewPayload(world, workspace, shown) };
}
