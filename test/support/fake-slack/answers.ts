import { z } from 'zod';
import { parseView } from './blocks.ts';
import { noteBroadcasts } from './call.ts';
import { parseJson, takeReply } from './response-urls.ts';
import { findViewProblems, mostStacked, newHash, showModal, stackOf } from './views.ts';
import { replace, type ShownView, type SlackRequest, type Workspace, type World, workspaceOf } from './world.ts';

/** What a submission may be answered with: docs.slack.dev, "Modals", response_action (read 2026-11-29). */
const SubmissionAnswer = z.discriminatedUnion('response_action', [
  z.strictObject({ response_action: z.literal('clear') }),
  z.strictObject({ response_action: z.literal('update'), view: z.unknown() }),
  z.strictObject({ response_action: z.literal('push'), view: z.unknown() }),
  z.strictObject({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string().min(1)) }),
]);

/**
 * Does what Slack does with the app's acknowledgement: shows a command's reply, closes or changes the sent modal.
 * @throws Error for an answer with which Slack would show the person an error.
 */
export function takeAnswer(world: World, request: SlackRequest, body: string): void {
  if (request.kind === 'command') takeCommandAnswer(world, request, body);
  else if (request.payload.type === 'view_submission') takeSubmissionAnswer(world, request, body);
  else if (request.kind === 'interaction' && body.trim() !== '')
    throw new Error('an action is acknowledged without a body');
}

function takeCommandAnswer(world: World, { responseUrl }: SlackRequest, body: string): void {
  const door = world.responseUrls.get(responseUrl.split('/').at(-1) ?? '');
  if (!door || body === '') return;
  const { status, body: reason } = takeReply(world, door, parseJson(body) ?? { text: body }, 'acknowledgement');
  if (status !== 200) throw new Error(reason);
}

function takeSubmissionAnswer(world: World, { teamRef, user, viewId }: SlackRequest, body: string): void {
  const workspace = workspaceOf(world, teamRef);
  const shown = workspace.openViews.find((view) => view.viewId === viewId);
  if (!shown) throw new Error(`the modal ${viewId} is gone`);
  const isEmpty = body.trim() === '' || body.trim() === '{}';
  const answer = isEmpty ? { response_action: 'close' as const } : SubmissionAnswer.parse(parseJson(body));
  switch (answer.response_action) {
    case 'close':
      close(workspace, [shown]);
      break;
    case 'clear':
      close(workspace, stackOf(workspace, shown));
      break;
    case 'errors':
      checkErrors(shown, answer.errors);
      break;
    case 'update':
      replace(workspace.openViews, shown, {
        ...shown,
        view: needModal(world, workspace, answer.view),
        hash: newHash(world),
      });
      break;
    case 'push':
      if (stackOf(workspace, shown).length >= mostStacked) throw new Error('push_limit_reached');
      showModal(world, workspace, user, needModal(world, workspace, answer.view), shown);
  }
}

function close({ openViews }: Workspace, closed: readonly ShownView[]): void {
  for (const view of closed) openViews.splice(openViews.indexOf(view), 1);
}

/** An error stands under an input, by its block_id. */
function checkErrors({ view }: ShownView, errors: Readonly<Record<string, string>>): void {
  const inputs = view.blocks.flatMap((block) => (block.type === 'input' ? (block.block_id ?? []) : []));
  const lost = Object.keys(errors).filter((blockId) => !inputs.includes(blockId));
  if (lost.length > 0) throw new Error(`no input for the errors of ${lost.join(', ')}`);
}

function needModal(world: World, workspace: Workspace, raw: unknown) {
  const problems = findViewProblems(world, workspace, raw);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const view = parseView(raw);
  if (view.type !== 'modal') throw new Error('only a modal can follow a modal');
  noteBroadcasts(workspace, 'acknowledgement', '', view.blocks);
  return view;
}
