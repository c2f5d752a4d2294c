import { install } from './oauth.ts';
import {
  type Channel,
  type EphemeralMessage,
  newRef,
  newTs,
  openDirect,
  type PostedMessage,
  type ShownView,
  type StoredFile,
  type User,
  type Workspace,
  type World,
} from './world.ts';

/** Every scope that a method of this fake asks for, but chat:write.public: the app must be invited. */
export const allScopes = [
  'channels:history',
  'channels:join',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'users:read',
  'users:read.email',
] as const;

export interface WorkspaceOptions {
  readonly teamRef?: string;
  readonly name?: string;
  /** Its tokens expire after 12 hours, and are refreshed. */
  readonly rotates?: boolean;
  /** false: the app is not there yet; somebody must `agree`. */
  readonly isInstalled?: boolean;
  readonly scopes?: readonly string[];
}

export interface ChannelOptions {
  readonly ref?: string;
  readonly name?: string;
  readonly isPrivate?: boolean;
  /** Whether the app was invited: true where it is not said. */
  readonly isMember?: boolean;
  readonly isArchived?: boolean;
  /** Read by people of another organisation too. */
  readonly isShared?: boolean;
}

export interface UserOptions {
  readonly ref?: string;
  readonly name?: string;
  /** `ja-JP` where it is not said. */
  readonly locale?: string;
  readonly email?: string;
  readonly isDeleted?: boolean;
  readonly isAdmin?: boolean;
  readonly isBot?: boolean;
  readonly isGuest?: boolean;
}

/** One workspace, as a test looks at it and changes it. Its lists are live. */
export interface FakeWorkspace {
  readonly teamRef: string;
  readonly name: string;
  readonly botUserRef: string;
  readonly botId: string;
  readonly isInstalled: boolean;
  /** The newest access token. */
  readonly token: string;
  /** '' where tokens do not rotate. */
  readonly refreshToken: string;
  readonly scopes: ReadonlySet<string>;
  readonly messages: readonly PostedMessage[];
  readonly ephemeral: readonly EphemeralMessage[];
  /** What each person's home tab shows, by the person's ref. */
  readonly homes: ReadonlyMap<string, ShownView>;
  readonly openViews: readonly ShownView[];
  readonly files: readonly StoredFile[];
  readonly broadcasts: readonly { readonly by: string; readonly mention: string }[];
  /** @returns its ref. */
  addChannel(options?: ChannelOptions): string;
  /** Archives it, takes the app out, renames it … */
  changeChannel(ref: string, changes: Partial<Omit<Channel, 'ref' | 'user'>>): void;
  removeChannel(ref: string): void;
  /** @returns their ref. */
  addUser(options?: UserOptions): string;
  changeUser(ref: string, changes: Partial<Omit<User, 'ref'>>): void;
  /** The ref of their conversation with the app, made where it is missing. */
  direct(user: string): string;
  /** In this channel; for a person's ref, in the direct message with them. Oldest first. */
  messagesIn(ref: string): readonly PostedMessage[];
  /** A person writes. @returns the message's ts. */
  say(options: { readonly user: string; readonly channel: string; readonly text: string }): string;
  allowScope(scope: string, isAllowed: boolean): void;
}

export function addWorkspace(world: World, options: WorkspaceOptions = {}): FakeWorkspace {
  const workspace: Workspace = {
    teamRef: options.teamRef ?? newRef(world, 'T'),
    name: options.name ?? '架空食品株式会社',
    botUserRef: newRef(world, 'U'),
    botId: newRef(world, 'B'),
    rotates: options.rotates ?? false,
    isInstalled: false,
    token: '',
    refreshToken: '',
    scopes: new Set(),
    channels: new Map(),
    users: new Map(),
    messages: [],
    ephemeral: [],
    homes: new Map(),
    openViews: [],
    files: new Map(),
    broadcasts: [],
  };
  if (world.workspaces.has(workspace.teamRef)) throw new Error(`two workspaces ${workspace.teamRef}`);
  world.workspaces.set(workspace.teamRef, workspace);
  if (options.isInstalled ?? true) install(world, workspace, options.scopes ?? allScopes);
  return toFakeWorkspace(world, workspace);
}

function toFakeWorkspace(world: World, workspace: Workspace): FakeWorkspace {
  const { channels, users, messages } = workspace;
  return {
    ...{ teamRef: workspace.teamRef, name: workspace.name },
    ...{ botUserRef: workspace.botUserRef, botId: workspace.botId, scopes: workspace.scopes },
    ...{ messages, ephemeral: workspace.ephemeral, homes: workspace.homes, openViews: workspace.openViews },
    broadcasts: workspace.broadcasts,
    get isInstalled() {
      return workspace.isInstalled;
    },
    get token() {
      return workspace.token;
    },
    get refreshToken() {
      return workspace.refreshToken;
    },
    get files() {
      return [...workspace.files.values()];
    },
    addChannel(options = {}) {
      const { isPrivate = false, isMember = true, isArchived = false, isShared = false, name = '採用' } = options;
      const ref = options.ref ?? newRef(world, 'C');
      channels.set(ref, { ref, name, isPrivate, isMember, isArchived, isShared });
      return ref;
    },
    changeChannel: (ref, changes) => void channels.set(ref, { ...known(channels, ref), ...changes }),
    removeChannel: (ref) => void channels.delete(ref),
    addUser(options = {}) {
      const { name = '髙﨑', locale = 'ja-JP', isDeleted = false, isAdmin = false } = options;
      const { isBot = false, isGuest = false } = options;
      const ref = options.ref ?? newRef(world, 'U');
      users.set(ref, {
        ref,
        name,
        locale,
        isDeleted,
        isAdmin,
        isBot,
        isGuest,
        email: options.email ?? `${ref.toLowerCase()}@example.com`,
      });
      return ref;
    },
    changeUser: (ref, changes) => void users.set(ref, { ...known(users, ref), ...changes }),
    direct: (user) => openDirect(world, workspace, known(users, user).ref).ref,
    messagesIn(ref) {
      const place = users.has(ref) ? openDirect(world, workspace, ref).ref : ref;
      return messages.filter(({ channel }) => channel === place);
    },
    say({ user, channel, text }) {
      const ts = newTs(world);
      const place = known(channels, channel).ref;
      const by = known(users, user).ref;
      messages.push({ channel: place, ts, text, blocks: [], metadata: null, edited: null, by, threadTs: null });
      return ts;
    },
    allowScope(scope, isAllowed) {
      if (isAllowed) workspace.scopes.add(scope);
      else workspace.scopes.delete(scope);
    },
  };
}

function known<T>(map: ReadonlyMap<string, T>, ref: string): T {
  const found = map.get(ref);
  if (!found) throw new Error(`${ref} is not there`);
  return found;
}
