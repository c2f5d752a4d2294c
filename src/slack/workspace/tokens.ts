import type { SlackConfig } from '../../config.ts';
import { openShortMemory } from '../../connector/index.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError, toRelayError } from '../../platform/errors.ts';
import { withLease } from '../../platform/lease.ts';
import type { Log } from '../../platform/log.ts';
import type { Vault } from '../../platform/vault.ts';
import type { TokenCalls } from './calls.ts';
import { openWebClient, type WebClient } from './client.ts';
import { type Installation, withTokens } from './installation.ts';
import {
  forgetInstallation,
  type Kept,
  listInstalled,
  listTiedCompanies,
  noteBroken,
  readKept,
  replaceTokens,
  type Workspace,
} from './store.ts';

/** A workspace's bot, as Bolt and the calls out want it. */
export interface Authorized {
  readonly workspaceId: string;
  readonly teamRef: string;
  readonly botToken: string;
  readonly botId: string;
  readonly botUserId: string;
}

export interface OpenedBot extends Authorized {
  /** With that token. The same one for some seconds. */
  readonly client: WebClient;
}

export interface Tokens {
  /**
   * The bot token of a workspace, renewed where it has ended or is about to.
   * @throws RelayError slack_not_connected, slack_token_refused once Slack refused it, slack_unavailable.
   */
  authorize(teamRef: string): Promise<Authorized>;
  /** The same with a client to call Slack by. @throws as authorize does. */
  open(teamRef: string): Promise<OpenedBot>;
  /** Renews every token that ends within two hours, so that no request waits for it. For a ticker. */
  renewDue(): Promise<void>;
  /**
   * Notes Slack's word for why it takes this token no longer; installing again mends it. False: it is not the workspace's
   * token any more, so nothing follows.
   */
  markBroken(teamRef: string, reason: string, botToken: string): Promise<boolean>;
  /** Slack says that the app was taken out at that instant. What is older than the installation is no news. */
  uninstalled(teamRef: string, eventTime: Date): Promise<void>;
  /** Slack says that tokens of these users were revoked: the bot's own among them counts as uninstalled. */
  tokensRevoked(
    teamRef: string,
    users: { readonly bots: readonly string[]; readonly users: readonly string[] },
    eventTime: Date,
  ): Promise<void>;
  /** Reads this workspace anew next time: it was installed or disconnected. */
  forget(teamRef: string): void;
}

export interface TokenParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly slack: SlackConfig | undefined;
  readonly calls: TokenCalls;
}

/** As long as Bolt's own: a token of twelve hours is renewed after ten. */
const dueMs = 2 * 3_600_000;
/** Only then does a request renew it by itself; longer than any call takes. */
const endingMs = 10 * 60_000;
const rememberedMs = 5_000;
const mostRemembered = 1_000;
/** Longer than one call to Slack and storing its answer. */
const leaseMs = 30_000;
/** A refresh that is refused with one of these will be refused for ever; other words are a mistake of our own settings. */
const finalWords = new Set([
  'invalid_refresh_token',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'invalid_auth',
  'app_not_found',
  'team_not_found',
]);

/** What is remembered of a workspace for a few seconds. */
interface Opened {
  readonly kept: Kept;
  readonly client: WebClient | undefined;
}

/** Opens the tokens of all workspaces. Slack's refresh tokens work once, so one process at a time renews a workspace. */
export function openTokens(parts: TokenParts): Tokens {
  const { database, vault, clock, log, calls } = parts;
  const read = (teamRef: string) => database.forSystem((tx) => readKept(tx, vault, teamRef));
  const memory = openShortMemory({ clock, ttlMs: rememberedMs, max: mostRemembered }, look);
  const renewing = new Map<string, Promise<void>>();

  async function look(teamRef: string): Promise<Opened | undefined> {
    const kept = await read(teamRef);
    const token = kept?.sealed?.installation.bot.token;
    return (
      kept && { kept, client: token ? await openWebClient({ token, apiUrl: parts.slack?.apiUrl, log }) : undefined }
    );
  }

  /** All callers of this process share one renewal; the lease keeps the other processes out. */
  function renew(teamRef: string, withinMs: number): Promise<void> {
    const running = renewing.get(teamRef);
    if (running) return running;
    const renewal = withLease(database, `slack.rotate:${teamRef}`, leaseMs, () =>
      renewAlone(teamRef, withinMs),
    ).finally(() => {
      renewing.delete(teamRef);
      memory.forget(teamRef);
    });
    renewing.set(teamRef, renewal);
    return renewal;
  }

  async function renewAlone(teamRef: string, withinMs: number): Promise<void> {
    const kept = await read(teamRef); // again: another process may have renewed it while we waited
    const { installation } = requireSealed(kept);
    const { refreshToken } = installation.bot;
    if (!kept || refreshToken === undefined || !endsWithin(installation, withinMs, clock.now())) return;
    const answer = await calls.refresh(refreshToken);
    if (answer.kind === 'ok') {
      const renewed = { ...installation, bot: withTokens(installation.bot, answer.value, clock.now()) };
      // Before anybody uses them. Where it was installed again or uninstalled meanwhile, that counts instead.
      await database.forSystem((tx) => replaceTokens(tx, vault, kept, renewed, clock.now()));
      return;
    }
    if (answer.kind === 'refused' && finalWords.has(answer.word)) return noteRefusal(kept, answer.word);
    const word = answer.kind === 'refused' ? answer.word : 'unavailable';
    log.warn({ workspaceId: kept.workspace.workspaceId, word }, 'a token of Slack could not be renewed');
    if (!endsWithin(installation, 0, clock.now())) return;
    throw new RelayError('slack_unavailable', {
      message: `a token of Slack has ended and could not be renewed: ${word}`,
      ...(answer.kind === 'unavailable' && answer.retryAfterMs !== undefined && { retryAfterMs: answer.retryAfterMs }),
    });
  }

  async function noteRefusal(kept: Kept, reason: string): Promise<void> {
    const { workspace } = kept;
    await database.forSystem(async (tx) => {
      if (!(await noteBroken(tx, kept, reason, clock.now()))) return;
      await auditTied(tx, workspace, 'slack.broken', { reason });
      log.warn({ workspaceId: workspace.workspaceId, reason }, 'Slack takes the token of a workspace no longer');
    });
    memory.forget(workspace.teamRef);
  }

  async function auditTied(
    tx: Tx,
    { workspaceId }: Workspace,
    action: string,
    detail: Readonly<Record<string, string>>,
  ): Promise<void> {
    for (const companyId of await listTiedCompanies(tx, workspaceId))
      await appendAudit(tx, { companyId, at: clock.now(), actor: 'system', action, subject: workspaceId, detail });
  }

  async function open(teamRef: string): Promise<OpenedBot> {
    const opened = await memory.get(teamRef);
    const { installation } = requireSealed(opened?.kept);
    if (!endsWithin(installation, endingMs, clock.now())) return toBot(opened);
    await renew(teamRef, endingMs);
    return toBot(await memory.get(teamRef));
  }

  async function uninstalled(teamRef: string, eventTime: Date): Promise<void> {
    await database.forSystem(async (tx) => {
      const workspace = await forgetInstallation(tx, teamRef, eventTime);
      if (workspace) await auditTied(tx, workspace, 'slack.uninstalled', {});
    });
    memory.forget(teamRef);
  }

  return {
    open,
    uninstalled,
    async authorize(teamRef) {
      const { client: _client, ...authorized } = await open(teamRef);
      return authorized;
    },
    async renewDue() {
      for (const teamRef of await database.forSystem(listInstalled)) {
        try {
          const { installation } = requireSealed(await read(teamRef));
          if (endsWithin(installation, dueMs, clock.now())) await renew(teamRef, dueMs);
        } catch (thrown) {
          const error = toRelayError(thrown);
          if (error.code === 'database_unavailable') throw error;
          log.warn({ code: error.code }, 'a token of Slack was not renewed');
        }
      }
    },
    async markBroken(teamRef, reason, botToken) {
      const kept = await read(teamRef);
      if (!kept || kept.sealed?.installation.bot.token !== botToken) {
        memory.forget(teamRef);
        return false;
      }
      await noteRefusal(kept, reason);
      return true;
    },
    async tokensRevoked(teamRef, { bots }, eventTime) {
      const kept = await read(teamRef);
      const own = kept?.sealed?.installation.bot.userId;
      if (own !== undefined && bots.includes(own)) await uninstalled(teamRef, eventTime);
    },
    forget: (teamRef) => memory.forget(teamRef),
  };
}

/** @throws RelayError slack_not_connected, slack_token_refused. */
function requireSealed(kept: Kept | undefined): NonNullable<Kept['sealed']> {
  if (!kept?.sealed) throw new RelayError('slack_not_connected');
  const { state, brokenReason } = kept.workspace;
  if (state === 'broken')
    throw new RelayError('slack_token_refused', { message: `Slack refuses the token: ${brokenReason}` });
  return kept.sealed;
}

/** @throws RelayError slack_not_connected, slack_token_refused. */
function toBot(opened: Opened | undefined): OpenedBot {
  const { bot } = requireSealed(opened?.kept).installation;
  if (!opened?.client) throw new RelayError('slack_not_connected');
  const { workspaceId, teamRef } = opened.kept.workspace;
  return { workspaceId, teamRef, botToken: bot.token, botId: bot.id, botUserId: bot.userId, client: opened.client };
}

/** A token that does not rotate never ends. */
function endsWithin({ bot: { expiresAt } }: Installation, ms: number, now: Date): boolean {
  return expiresAt !== undefined && expiresAt * 1000 - now.getTime() <= ms;
}
