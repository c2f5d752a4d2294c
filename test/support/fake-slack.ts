import { z } from 'zod';
import { takeAnswer } from './fake-slack/answers.ts';
import { validateBlocks } from './fake-slack/blocks.ts';
import { text } from './fake-slack/composition.ts';
import {
  type ActionOptions,
  type ClickOptions,
  type CommandOptions,
  closeModal,
  makeAction,
  makeClick,
  makeCommand,
  makeShortcut,
  makeSubmission,
  type ShortcutOptions,
  type SubmitOptions,
} from './fake-slack/interactions.ts';
import { agree, deny, uninstall } from './fake-slack/oauth.ts';
import { makeRateLimits } from './fake-slack/rates.ts';
import { type EventOptions, type Signing, sign, toEvent } from './fake-slack/requests.ts';
import { makeServer, type SeenCall } from './fake-slack/server.ts';
import { makeSocketMode, type SocketMode } from './fake-slack/socket-mode.ts';
import { makeTroubles, type Stalled, type Trouble } from './fake-slack/troubles.ts';
import { newTrigger } from './fake-slack/views.ts';
import { addWorkspace, type FakeWorkspace, type WorkspaceOptions } from './fake-slack/workspaces.ts';
import {
  type AppSecrets,
  type PostedMessage,
  type SlackRequest,
  type Response as SlackResponse,
  type World,
  workspaceOf,
} from './fake-slack/world.ts';

export { validateBlocks, validateView } from './fake-slack/blocks.ts';
export type { SeenCall } from './fake-slack/server.ts';
export type { Trouble } from './fake-slack/troubles.ts';
export type { FakeWorkspace } from './fake-slack/workspaces.ts';
export type { PostedMessage, ShownView, SlackRequest } from './fake-slack/world.ts';

/** Slack as the app meets it: Web API, authorize page, requests to the app, socket mode. As strict as Slack. */
export interface FakeSlack extends AppSecrets {
  /** For SLACK_API_URL. */
  readonly url: string;
  /** What the browser is sent to; its query is read by `agree` and `deny`. */
  readonly authorizeUrl: string;
  /** The first workspace, which is there from the start, with one channel. */
  readonly first: FakeWorkspace;
  /** Of the first workspace. */
  readonly token: string;
  readonly channel: string;
  readonly messages: readonly PostedMessage[];
  addWorkspace(options?: WorkspaceOptions): FakeWorkspace;

  /** Methods called, oldest first. */
  readonly calls: readonly string[];
  /** The same calls, with what was sent. */
  readonly seen: readonly SeenCall[];
  /** What was posted to response_urls. */
  readonly responses: readonly SlackResponse[];
  /** Events that Slack sends because of what happened here (app_uninstalled, tokens_revoked): post them to the app. */
  readonly events: readonly SlackRequest[];

  /** The next posts meet these, one each. */
  trouble(...troubles: Trouble[]): void;
  troubleFor(method: string, ...troubles: Trouble[]): void;
  /** The next post (or call of `method`) is answered, with this trouble if any, only when `release` is called. */
  stallNext(trouble?: Trouble, method?: string): Stalled;
  /** `refused`: nothing listens. `hang-up`: a connection stands, and ends without an answer. */
  down(isDown: boolean, how?: 'refused' | 'hang-up'): Promise<void>;
  /** Rate limits are kept unless this is told `false`. */
  limitRates(isLimited: boolean): void;
  /** An uploaded file can be shown only so long after it was completed. */
  delayFiles(ms: number): void;
  /** Takes or gives the scope channels:history of the first workspace. */
  allowHistory(isAllowed: boolean): void;

  agree(authorizeUrl: string, workspace: FakeWorkspace, user: string): string;
  deny(authorizeUrl: string, workspace: FakeWorkspace, user: string): string;
  /** Every token of the workspace becomes account_inactive; its two events stand in `events`. */
  uninstall(workspace: FakeWorkspace): void;

  /** Slack's headers for a body that a test made by itself. */
  sign(body: string, signing?: Signing): Record<string, string>;
  command(workspace: FakeWorkspace, options: CommandOptions): SlackRequest;
  event(workspace: FakeWorkspace, event: Readonly<Record<string, unknown>>, options?: EventOptions): SlackRequest;
  /** Uses an element of a message or view as the test holds it, which may be an old one. */
  action(workspace: FakeWorkspace, options: ActionOptions): SlackRequest;
  /** Uses an element that stands there now. @throws Error where it does not. */
  click(workspace: FakeWorkspace, options: ClickOptions): SlackRequest;
  shortcut(workspace: FakeWorkspace, options: ShortcutOptions): SlackRequest;
  submit(workspace: FakeWorkspace, options: SubmitOptions): SlackRequest;
  closeModal(workspace: FakeWorkspace, user: string, viewId: string): SlackRequest | undefined;
  /** A trigger_id for views.open alone. */
  trigger(workspace: FakeWorkspace, user: string): string;
  /** Posts the request to the app, and does what Slack does with the answer. @throws Error for a bad answer. */
  deliver(address: string, request: SlackRequest): Promise<{ readonly status: number; readonly body: string }>;
  readonly sockets: Pick<SocketMode, 'send' | 'disconnect' | 'connected'>;
  close(): Promise<void>;
}

const app: AppSecrets = {
  appId: 'A0FAKE0001',
  clientId: '1234567890.0987654321',
  clientSecret: 'an invented client secret',
  signingSecret: 'an invented signing secret',
  appToken: 'xapp-1-A0FAKE0001-fake',
};

export async function startFakeSlack(options: { readonly now?: () => Date } = {}): Promise<FakeSlack> {
  const now = options.now ?? (() => new Date());
  const troubles = makeTroubles();
  const seen: SeenCall[] = [];
  const world = makeWorld(now, () => server.origin());
  const sockets = makeSocketMode(world);
  const server = makeServer({ world, sockets, troubles, seen });
  await server.listen();
  const first = addWorkspace(world, { teamRef: 'T0FAKE0001' });
  const channel = first.addChannel({ ref: 'C0FAKE0001' });
  const of = ({ teamRef }: FakeWorkspace) => workspaceOf(world, teamRef);
  return {
    ...app,
    url: `${server.origin()}/api/`,
    authorizeUrl: `${server.origin()}/oauth/v2/authorize`,
    ...{ first, channel, seen, sockets },
    ...{ messages: first.messages, responses: world.responses, events: world.events },
    get token() {
      return first.token;
    },
    get calls() {
      return seen.map(({ method }) => method);
    },
    addWorkspace: (wanted) => addWorkspace(world, wanted),
    trouble: (...next) => troubles.add('chat.postMessage', next),
    troubleFor: (method, ...next) => troubles.add(method, next),
    stallNext: (trouble, method = 'chat.postMessage') => troubles.stall(method, trouble),
    async down(isDown, how = 'refused') {
      troubles.hangUp(isDown && how === 'hang-up');
      if (isDown && how === 'refused') return server.stop();
      if (!isDown) await server.listen();
    },
    limitRates: (isLimited) => world.rates.limit(isLimited),
    delayFiles(ms) {
      world.fileDelayMs = ms;
    },
    allowHistory: (isAllowed) => first.allowScope('channels:history', isAllowed),
    agree: (url, workspace, user) => agree(world, url, of(workspace), user),
    deny: (url, workspace, user) => deny(world, url, of(workspace), user),
    uninstall: (workspace) => uninstall(world, of(workspace)),
    sign: (body, signing) => sign(world, body, signing),
    command: (workspace, wanted) => makeCommand(world, of(workspace), wanted),
    event: (workspace, event, wanted) => toEvent(world, of(workspace), event, wanted),
    action: (workspace, wanted) => makeAction(world, of(workspace), wanted),
    click: (workspace, wanted) => makeClick(world, of(workspace), wanted),
    shortcut: (workspace, wanted) => makeShortcut(world, of(workspace), wanted),
    submit: (workspace, wanted) => makeSubmission(world, of(workspace), wanted),
    closeModal: (workspace, user, viewId) => closeModal(world, of(workspace), user, viewId),
    trigger: ({ teamRef }, user) => newTrigger(world, teamRef, user),
    async deliver(address, request) {
      const { body, headers } = request;
      const response = await fetch(address, { method: 'POST', headers, body });
      const answer = await response.text();
      if (response.ok) takeAnswer(world, request, answer);
      return { status: response.status, body: answer };
    },
    async close() {
      await sockets.end();
      await server.stop();
    },
  };
}

function makeWorld(now: () => Date, origin: () => string): World {
  let count = 0;
  return {
    ...{ now, origin, app },
    rates: makeRateLimits(now),
    ...{ workspaces: new Map(), tokens: new Map(), refreshTokens: new Map(), codes: new Map() },
    ...{ triggers: new Map(), responseUrls: new Map(), responses: [], events: [] },
    fileDelayMs: 0,
    next() {
      count += 1;
      return count;
    },
  };
}

/** For tests that hold rendered blocks and texts against a message's limits. */
export const SlackBlocks = z.unknown().superRefine((blocks, context) => {
  for (const problem of validateBlocks(blocks, 'message')) context.addIssue(problem);
});
/** Slack cuts longer texts off; it advises this length. */
export const SlackText = text(4_000);
