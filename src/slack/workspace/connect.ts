import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Vault } from '../../platform/vault.ts';
import { holdCompany } from '../hold-company.ts';
import type { Exchanged, Identity, TokenCalls } from './calls.ts';
import { type Installation, withTokens } from './installation.ts';
import { findMissingScopes } from './scopes.ts';
import {
  forgetInstallation,
  listTiedCompanies,
  lockWorkspace,
  readKept,
  readTie,
  saveInstallation,
  type Tie,
  tieCompany,
  untieCompany,
  type Workspace,
} from './store.ts';

/** A company and its workspace, after an install or a token. */
export interface Connected {
  readonly workspace: { readonly workspaceId: string; readonly teamRef: string; readonly name: string };
  /** We did not know the workspace. */
  readonly isNew: boolean;
  /** The company was tied to it already: its token is a new one now. */
  readonly tiedBefore: boolean;
  /** Scopes the app has need of and does not have; the parts that need them do not work. */
  readonly missingScopes: readonly string[];
}

export interface NewConnection {
  readonly companyId: string;
  readonly installation: Installation;
  readonly source: Workspace['source'];
  readonly installedAt: Date;
  /** Who ties them; `admin` by default. */
  readonly actor?: string | undefined;
}

/** @returns the connection, or slack_tied_elsewhere when the company is tied to another workspace: then it stays there. */
export type Connect = (connection: NewConnection) => Promise<Connected | RelayError>;

/**
 * none: nothing was connected · kept: other companies use the workspace, so the app stays in it · uninstalled: Slack took
 * the app out, or the token back · by-hand: Slack did not answer or refused, so an admin must take the app out there.
 */
export type Disconnected = 'none' | 'kept' | 'uninstalled' | 'by-hand';

export interface ConnectParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly calls: TokenCalls;
  /** Lets go of what is remembered of a workspace. */
  readonly forget: (teamRef: string) => void;
}

/** Connecting companies to workspaces, and letting go of them. */
export function openConnecting(parts: ConnectParts) {
  const { database, vault, clock, calls } = parts;

  async function connect(connection: NewConnection): Promise<Connected | RelayError> {
    const { companyId, installation, actor } = connection;
    const { team, bot } = installation;
    const { saved, before } = await database.forSystem(async (tx) => {
      const now = clock.now();
      // Two installs of one company at once, in two workspaces, come one after the other.
      await holdCompany(tx, companyId);
      const before = await readTie(tx, companyId);
      if (isElsewhere(before, team.id)) return { saved: await saveForOthers(tx, connection), before };
      const saved = await saveInstallation(tx, vault, { ...connection, now });
      const { workspaceId } = saved;
      await note(tx, companyId, 'slack.installed', workspaceId, { teamRef: team.id, source: connection.source }, actor);
      if (!before) {
        await tieCompany(tx, { companyId, workspaceId, now });
        await note(tx, companyId, 'slack.tied', workspaceId, { teamRef: team.id }, actor);
      }
      return { saved, before };
    });
    parts.forget(team.id);
    if (saved && !isElsewhere(before, team.id))
      return {
        workspace: { workspaceId: saved.workspaceId, teamRef: team.id, name: team.name ?? team.id },
        isNew: saved.isNew,
        tiedBefore: before !== undefined,
        missingScopes: findMissingScopes(bot.scopes),
      };
    // Nobody would ever use it: it must not lie about in Slack. A token that somebody typed in is theirs to keep.
    if (!saved && connection.source === 'oauth') await calls.revoke(bot.token);
    return new RelayError('slack_tied_elsewhere');
  }

  /** Slack may have ended the workspace's tokens before with these, so the companies that use it need them. */
  async function saveForOthers(tx: Tx, connection: NewConnection) {
    const kept = await readKept(tx, vault, connection.installation.team.id);
    if (!kept?.sealed || connection.source === 'token') return undefined;
    return saveInstallation(tx, vault, { ...connection, now: clock.now() });
  }

  function note(
    tx: Tx,
    companyId: string,
    action: string,
    subject: string,
    detail: Readonly<Record<string, string>> = {},
    actor = 'admin',
  ) {
    return appendAudit(tx, { companyId, at: clock.now(), actor, action, subject, detail });
  }

  return {
    connect,

    /**
     * Connects a company with the bot token of an app that its workspace made for itself.
     * @throws RelayError slack_token_unsuitable, slack_token_refused, slack_tied_elsewhere, slack_unavailable.
     */
    async connectByToken({
      companyId,
      botToken,
      actor,
    }: {
      readonly companyId: string;
      readonly botToken: string;
      readonly actor?: string | undefined;
    }): Promise<Connected> {
      const token = botToken.trim();
      // Rotating tokens (xoxe.xoxb-…) end within hours, and only the install brings what renews them.
      if (!token.startsWith('xoxb-')) throw new RelayError('slack_token_unsuitable');
      const installedAt = clock.now();
      const identity = await calls.identify(token);
      if (identity.kind === 'refused')
        throw new RelayError('slack_token_refused', { message: `Slack refused the token: ${identity.word}` });
      if (identity.kind === 'unavailable') throw new RelayError('slack_unavailable');
      const installation = toTokenInstallation(identity.value, token);
      const connected = await connect({ companyId, installation, source: 'token', installedAt, actor });
      if (connected instanceof RelayError) throw connected;
      return connected;
    },

    /**
     * Unties a company, with its places, routes and people there. With the last company the tokens are deleted, and the app
     * is taken out of the workspace.
     */
    async disconnect(companyId: string, actor = 'admin'): Promise<Disconnected> {
      const untied = await database.forSystem(async (tx) => {
        await holdCompany(tx, companyId);
        const tie = await readTie(tx, companyId);
        if (!tie) return undefined;
        // Whoever joins or leaves it meanwhile comes before this or after: one of them is the last.
        await lockWorkspace(tx, tie.workspaceId);
        await untieCompany(tx, companyId);
        await note(tx, companyId, 'slack.untied', tie.workspaceId, { teamRef: tie.teamRef }, actor);
        const others = await listTiedCompanies(tx, tie.workspaceId);
        const kept = await readKept(tx, vault, tie.teamRef);
        if (others.length === 0) await forgetInstallation(tx, tie.teamRef, clock.now());
        return { ...tie, hasOthers: others.length > 0, token: kept?.sealed?.installation.bot.token };
      });
      if (!untied) return 'none';
      const { source, teamRef, hasOthers, token } = untied;
      parts.forget(teamRef);
      if (hasOthers) return 'kept';
      if (token === undefined) return 'uninstalled';
      const answer = await (source === 'oauth' ? calls.uninstall(token) : calls.revoke(token));
      return answer.kind === 'ok' ? 'uninstalled' : 'by-hand';
    },
  };
}

function isElsewhere(tie: Tie | undefined, teamRef: string): boolean {
  return tie !== undefined && tie.teamRef !== teamRef;
}

/** What an agreed install is kept as. */
export function toInstallation(
  {
    team,
    teamName,
    botRef,
    ...granted
  }: Exchanged & {
    readonly team: NonNullable<Exchanged['team']>;
    readonly teamName: string;
    readonly botRef: string;
  },
  now: Date,
): Installation {
  const { enterprise, botToken, refreshToken, livesSeconds, scopes, botUserRef, userRef, appRef } = granted;
  return {
    team: { id: team.id, name: teamName },
    ...(enterprise && { enterprise }),
    user: { id: userRef },
    bot: withTokens(
      { token: botToken, scopes: [...scopes], id: botRef, userId: botUserRef },
      { botToken, refreshToken, livesSeconds },
      now,
    ),
    appId: appRef,
  };
}

/** @throws RelayError slack_token_unsuitable when it is a person's, or a whole organisation's. */
function toTokenInstallation(identity: Identity, token: string): Installation {
  const { teamRef, teamName, userRef, botRef, appRef, enterpriseRef, scopes } = identity;
  if (botRef === undefined || identity.isForOrganisation) throw new RelayError('slack_token_unsuitable');
  return {
    team: { id: teamRef, name: teamName },
    ...(enterpriseRef !== undefined && { enterprise: { id: enterpriseRef } }),
    user: { id: userRef },
    bot: { token, scopes: [...scopes], id: botRef, userId: userRef },
    ...(appRef !== undefined && { appId: appRef }),
  };
}
