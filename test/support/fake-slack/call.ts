import { findSlackFiles, validateBlocks } from './blocks.ts';
import { findBlockBroadcasts, findTextBroadcasts } from './mentions.ts';
import type { Channel, Workspace, World } from './world.ts';

export type Answer =
  | { readonly ok: true; readonly [key: string]: unknown }
  | { readonly ok: false; readonly error: string; readonly [key: string]: unknown };

/** A call that found its workspace by its token. */
export interface Call {
  readonly world: World;
  readonly workspace: Workspace;
  readonly method: string;
  readonly token: string;
  /** Form fields are strings; fields of a JSON body are what they are there. */
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Method {
  /** The scope every call needs; where it depends on the conversation, the method asks itself. */
  readonly scope?: string;
  readonly perMinute: number;
  /** Needs no token of a workspace. */
  readonly isOpen?: boolean;
  answer(call: Call): Answer;
}

/** Slack's "no": becomes `{ok: false, error, …}`. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly more: Readonly<Record<string, unknown>>;
  constructor(error: string, more: Readonly<Record<string, unknown>> = {}) {
    super(error);
    this.more = more;
  }
}

/** Refuses, with Slack's sentences about what is wrong. */
export function refuse(error: string, problems: readonly string[] = []): never {
  if (problems.length === 0) throw new SlackRefusal(error);
  throw new SlackRefusal(error, {
    errors: problems,
    response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
  });
}

/** Refuses a call whose token lacks the scope. */
export function needScope({ workspace }: Call, scope: string): void {
  if (workspace.scopes.has(scope)) return;
  throw new SlackRefusal('missing_scope', { needed: scope, provided: [...workspace.scopes].join(',') });
}

/** '' where the argument is absent. */
export function textOf({ args }: Call, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);
}

export function needText(call: Call, name: string): string {
  return textOf(call, name) || refuse('invalid_arguments', [`missing required field: ${name}`]);
}

export const isTrue = (call: Call, name: string) => ['true', '1'].includes(textOf(call, name));

/** undefined where the argument is absent. Forms carry JSON as text, JSON bodies as it is. */
export function jsonOf({ args }: Call, name: string, error: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value ?? undefined;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return refuse(error);
  }
}

/** A page of a list. Slack advises 100 to 200 a page and takes no more than `most`. */
export function toPage<T>(
  call: Call,
  all: readonly T[],
  most: number,
): { readonly page: readonly T[]; readonly next: string } {
  const limit = Number(textOf(call, 'limit') || 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) refuse('invalid_limit');
  const cursor = textOf(call, 'cursor');
  const from =
    cursor === ''
      ? 0
      : Number(
          Buffer.from(cursor, 'base64url')
            .toString()
            .replace(/^next:/, ''),
        );
  if (!Number.isInteger(from)) refuse('invalid_cursor');
  const next = from + limit < all.length ? Buffer.from(`next:${from + limit}`).toString('base64url') : '';
  return { page: all.slice(from, from + limit), next };
}

/** A conversation the app can see: a private one only from inside. */
export function needChannel({ workspace }: Call, ref: string): Channel {
  const channel = workspace.channels.get(ref);
  return channel && (!channel.isPrivate || channel.isMember) ? channel : refuse('channel_not_found');
}

/** The family of scopes of a conversation: `channels:read` for a public channel, `im:history` for a direct message. */
export function toScopeFamily({ ref, isPrivate }: Channel): 'im' | 'groups' | 'channels' {
  if (ref.startsWith('D')) return 'im';
  return isPrivate ? 'groups' : 'channels';
}

/** Blocks that Slack takes, with every file of Slack's ready. @returns undefined where none were given. */
export function blocksOf(call: Call, surface: 'message'): readonly unknown[] | undefined {
  const blocks = jsonOf(call, 'blocks', 'invalid_blocks_format');
  if (blocks === undefined) return undefined;
  if (Array.isArray(blocks) && blocks.length === 0) return [];
  const problems = [...validateBlocks(blocks, surface), ...findFileProblems(call.world, call.workspace, blocks)];
  if (problems.length > 0) refuse('invalid_blocks', problems);
  return blocks as unknown[];
}

/**
 * A file of another workspace, or one that Slack has not looked at yet, cannot be shown: docs.slack.dev, "Slack file
 * object" and "files.completeUploadExternal" (read 2026-11-29).
 */
export function findFileProblems(world: World, workspace: Workspace, blocks: unknown): readonly string[] {
  return findSlackFiles(blocks).flatMap((named) => {
    const file = [...workspace.files.values()].find(({ fileId }) => named === fileId || named.includes(`/${fileId}/`));
    const isReady = file?.completedAt && world.now().getTime() - file.completedAt.getTime() >= world.fileDelayMs;
    return isReady ? [] : [`invalid slack file: ${named}`];
  });
}

/** Remembers who would have been called by this text and these blocks. */
export function noteBroadcasts(workspace: Workspace, by: string, text: string, blocks: unknown): void {
  for (const mention of [...findTextBroadcasts(text), ...findBlockBroadcasts(blocks)])
    workspace.broadcasts.push({ by, mention });
}
