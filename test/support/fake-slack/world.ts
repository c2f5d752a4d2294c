import type { Block, View } from './blocks.ts';
import type { RateLimits } from './rates.ts';

/** A message as it stands in a conversation. */
export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
  /** What people without blocks see, and notifications: '' where none was given. */
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly metadata: unknown;
  /** When it was last changed, as a ts; null as long as it stands as it was posted. */
  readonly edited: string | null;
  /** The app's bot user, or a person. */
  readonly by: string;
  readonly threadTs: string | null;
}

/** Seen by one person only. */
export interface EphemeralMessage {
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
}

/** A modal or a home as somebody has it before them. */
export interface ShownView {
  readonly viewId: string;
  readonly user: string;
  readonly view: View;
  readonly hash: string;
  readonly rootViewId: string;
  readonly previousViewId: string | null;
}

export interface Channel {
  readonly ref: string;
  readonly name: string;
  readonly isPrivate: boolean;
  /** Whether the app is in it. */
  readonly isMember: boolean;
  readonly isArchived: boolean;
  /** With another organisation. */
  readonly isShared?: boolean;
  /** The other side of a direct message. */
  readonly user?: string;
}

export interface User {
  readonly ref: string;
  readonly name: string;
  readonly locale: string;
  readonly isDeleted: boolean;
  readonly isAdmin: boolean;
  readonly isBot?: boolean;
  readonly isGuest?: boolean;
  readonly email: string;
}

export interface StoredFile {
  readonly fileId: string;
  readonly name: string;
  readonly length: number;
  readonly altText: string;
  readonly bytes: Buffer | undefined;
  /** undefined until files.completeUploadExternal. Slack looks at a file after that, and only then it can be shown. */
  readonly completedAt: Date | undefined;
  readonly sharedIn: readonly string[];
}

export interface Workspace {
  readonly teamRef: string;
  readonly name: string;
  readonly botUserRef: string;
  readonly botId: string;
  readonly rotates: boolean;
  /** Only while this is true, its tokens open anything. */
  isInstalled: boolean;
  /** The newest access token, '' before the first install. */
  token: string;
  refreshToken: string;
  readonly scopes: Set<string>;
  readonly channels: Map<string, Channel>;
  readonly users: Map<string, User>;
  readonly messages: PostedMessage[];
  readonly ephemeral: EphemeralMessage[];
  readonly homes: Map<string, ShownView>;
  readonly openViews: ShownView[];
  readonly files: Map<string, StoredFile>;
  /** Each `<!channel>`, `<!here>`, `<!everyone>` that was sent in mrkdwn, with the method or door that took it. */
  readonly broadcasts: { readonly by: string; readonly mention: string }[];
}

export interface AccessToken {
  readonly teamRef: string;
  readonly expiresAt: Date | undefined;
  isRevoked: boolean;
}

export interface RefreshToken {
  readonly teamRef: string;
  isUsed: boolean;
}

/** What an agreement on the authorize page left behind. */
export interface Code {
  readonly teamRef: string;
  readonly user: string;
  readonly scopes: readonly string[];
  /** As it was sent to the authorize page; undefined when none was. */
  readonly redirectUri: string | undefined;
  readonly givenAt: Date;
  isUsed: boolean;
}

export interface Trigger {
  readonly teamRef: string;
  readonly user: string;
  /** The modal in which the interaction took place. */
  readonly viewId: string | undefined;
  readonly givenAt: Date;
  isUsed: boolean;
}

export interface ResponseUrl {
  readonly teamRef: string;
  readonly user: string;
  readonly channel: string;
  /** The message whose element was used. */
  readonly ts: string | undefined;
  readonly givenAt: Date;
  uses: number;
}

/** The app, as its settings page at Slack shows it. */
export interface AppSecrets {
  readonly appId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly signingSecret: string;
  readonly appToken: string;
}

/** What the app posted to a response_url. */
export interface Response {
  readonly teamRef: string;
  readonly user: string;
  readonly channel: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request as Slack would send it to the app, signed. */
export interface SlackRequest {
  readonly kind: 'command' | 'event' | 'interaction';
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly teamRef: string;
  readonly user: string;
  /** '' where there is none. */
  readonly triggerId: string;
  readonly responseUrl: string;
  /** For a submission: the view that was sent. */
  readonly viewId: string;
}

/** Everything this Slack holds. */
export interface World {
  readonly now: () => Date;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  readonly origin: () => string;
  readonly app: AppSecrets;
  readonly rates: RateLimits;
  readonly workspaces: Map<string, Workspace>;
  readonly tokens: Map<string, AccessToken>;
  readonly refreshTokens: Map<string, RefreshToken>;
  readonly codes: Map<string, Code>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly responses: Response[];
  /** Events that Slack would send because of what happened here, oldest first. */
  readonly events: SlackRequest[];
  /** How long Slack looks at an uploaded file before it can be shown, in milliseconds. */
  fileDelayMs: number;
  /** A counter: makes ids, timestamps and hashes differ from each other. */
  next(): number;
}

/** An id in Slack's form: its letter, then capitals and digits. */
export function newRef(world: World, letter: string): string {
  return `${letter}0${world.next().toString(36).toUpperCase().padStart(8, 'F')}`;
}

/** Unique in its workspace, and later ones sort after earlier ones as long as the clock does not go back. */
export function newTs(world: World): string {
  return `${Math.floor(world.now().getTime() / 1000)}.${String(world.next()).padStart(6, '0')}`;
}

/** @throws Error for a test that names a workspace of another Slack. */
export function workspaceOf(world: World, teamRef: string): Workspace {
  const workspace = world.workspaces.get(teamRef);
  if (!workspace) throw new Error(`no workspace ${teamRef}`);
  return workspace;
}

/** The conversation with one person, made when it is needed. */
export function openDirect(world: World, workspace: Workspace, user: string): Channel {
  const known = [...workspace.channels.values()].find((channel) => channel.user === user);
  if (known) return known;
  const channel = { ref: newRef(world, 'D'), name: '', isPrivate: true, isMember: true, isArchived: false, user };
  workspace.channels.set(channel.ref, channel);
  return channel;
}

/** Puts another message, view or file in the place of the one that stands there. */
export function replace<T>(list: T[], old: T, next: T): void {
  const index = list.indexOf(old);
  if (index >= 0) list[index] = next;
}

/** Blocks as Slack gives them back: each with a block_id. */
export function withBlockIds(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block, index) => ({ ...block, block_id: block.block_id ?? `auto${index}` }));
}

/** The view object that Slack sends: what the app gave and what Slack adds. */
export function toViewPayload(world: World, workspace: Workspace, shown: ShownView): Record<string, unknown> {
  return {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    ...shown.view,
    blocks: withBlockIds(shown.view.blocks),
    id: shown.viewId,
    team_id: workspace.teamRef,
    state: { values: {} },
    hash: shown.hash,
    root_view_id: shown.rootViewId,
    previous_view_id: shown.previousViewId,
    app_id: world.app.appId,
    app_installed_team_id: workspace.teamRef,
    bot_id: workspace.botId,
  };
}

/** The message object that Slack sends. */
export function toMessagePayload(world: World, workspace: Workspace, message: PostedMessage): Record<string, unknown> {
  const isOurs = message.by === workspace.botUserRef;
  return {
    type: 'message',
    user: message.by,
    ts: message.ts,
    text: message.text,
    team: workspace.teamRef,
    ...(isOurs ? { bot_id: workspace.botId, app_id: world.app.appId } : {}),
    ...(message.blocks.length > 0 ? { blocks: withBlockIds(message.blocks as Block[]) } : {}),
    ...(message.edited ? { edited: { user: message.by, ts: message.edited } } : {}),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
  };
}
