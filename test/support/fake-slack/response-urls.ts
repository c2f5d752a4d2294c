import { z } from 'zod';
import { validateBlocks } from './blocks.ts';
import { findFileProblems, noteBroadcasts } from './call.ts';
import { atMost } from './composition.ts';
import { newRef, newTs, type ResponseUrl, replace, type Workspace, type World, workspaceOf } from './world.ts';

/** docs.slack.dev, "Handling user interaction", message responses (read 2026-11-29): 5 times within 30 minutes. */
const mostUses = 5;
const lifeMs = 30 * 60_000;

/** An address where the app may answer this person. `ts` names the message whose element was used. */
export function newResponseUrl(world: World, teamRef: string, user: string, channel: string, ts?: string): string {
  const id = newRef(world, 'R');
  world.responseUrls.set(id, { teamRef, user, channel, ts, givenAt: world.now(), uses: 0 });
  return `${world.origin()}/response/${id}`;
}

/** What may be posted there, and what an acknowledgement of a command may carry. */
const Reply = z.object({
  text: atMost(40_000).optional(),
  blocks: z.array(z.unknown()).optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
});

export interface Reception {
  readonly status: number;
  readonly body: string;
}

/** Takes what the app posts to a response_url. A used or old one is gone. */
export function takeResponse(world: World, id: string, body: string): Reception {
  const door = world.responseUrls.get(id);
  if (!door) return { status: 404, body: 'no_such_url' };
  if (world.now().getTime() - door.givenAt.getTime() > lifeMs) return { status: 404, body: 'expired_url' };
  if (door.uses >= mostUses) return { status: 404, body: 'used_url' };
  door.uses += 1;
  const { teamRef, user, channel } = door;
  const raw = z.record(z.string(), z.unknown()).safeParse(parseJson(body));
  if (!raw.success) return { status: 400, body: 'invalid_payload' };
  world.responses.push({ teamRef, user, channel, body: raw.data });
  return takeReply(world, door, raw.data, 'response_url');
}

/** Shows a reply where it belongs: to one person, to the channel, or in the place of the message. */
export function takeReply(world: World, door: ResponseUrl, raw: unknown, by: string): Reception {
  const workspace = workspaceOf(world, door.teamRef);
  const parsed = Reply.safeParse(raw);
  if (!parsed.success) return { status: 400, body: 'invalid_payload' };
  const { text = '', blocks = [], ...reply } = parsed.data;
  const problems =
    blocks.length > 0 ? [...validateBlocks(blocks, 'message'), ...findFileProblems(world, workspace, blocks)] : [];
  if (problems.length > 0) return { status: 400, body: `invalid_blocks ${problems.join('; ')}` };
  const original = workspace.messages.find(({ ts, channel }) => ts === door.ts && channel === door.channel);
  if (reply.delete_original && original) {
    workspace.messages.splice(workspace.messages.indexOf(original), 1);
    return { status: 200, body: 'ok' };
  }
  if (text === '' && blocks.length === 0) return { status: 400, body: 'no_text' };
  noteBroadcasts(workspace, by, text, blocks);
  if (reply.replace_original && original)
    replace(workspace.messages, original, { ...original, text, blocks, edited: newTs(world) });
  else show(world, workspace, door, { text, blocks, isForAll: reply.response_type === 'in_channel' });
  return { status: 200, body: 'ok' };
}

interface Shown {
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly isForAll: boolean;
}

function show(
  world: World,
  workspace: Workspace,
  { channel, user }: ResponseUrl,
  { isForAll, ...content }: Shown,
): void {
  const ts = newTs(world);
  if (!isForAll) workspace.ephemeral.push({ channel, user, ts, ...content });
  else {
    const { botUserRef: by } = workspace;
    workspace.messages.push({ channel, ts, ...content, metadata: null, edited: null, by, threadTs: null });
  }
}

/** undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
