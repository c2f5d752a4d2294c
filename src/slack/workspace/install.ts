import type { SlackConfig } from '../../config.ts';
import { appendAudit } from '../../platform/audit.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import { newToken, sha256 } from '../../platform/ids.ts';
import type { Answer, Exchanged, TokenCalls } from './calls.ts';
import { type Connect, type Connected, toInstallation } from './connect.ts';
import { callbackPath } from './manifest.ts';
import { botScopes } from './scopes.ts';
import { readTie } from './store.ts';

/** Among the things that are installed, by the side of connectors: no connector may have this id. */
export const slackTarget = 'slack';
const minutes = 10;
/** Source: docs.slack.dev, "Installing with OAuth" (read 2026-11-29). */
const authorizeUrl = 'https://slack.com/oauth/v2/authorize';

/** What an install ends with. */
export type SlackInstallOutcome =
  | ({ readonly ok: true; readonly companyId: string } & Connected)
  /** Not begun in this browser, too late, or ended before; nothing was asked and nothing changed. */
  | { readonly ok: false; readonly reason: 'stale' }
  | { readonly ok: false; readonly reason: 'denied' }
  | { readonly ok: false; readonly reason: 'failed'; readonly error: RelayError };

export interface SlackInstall {
  /** @throws RelayError slack_client_missing where nobody can install. */
  require(): void;
  /**
   * @param begin.browser a secret of the browser that begins; only the same one may end it.
   * @returns Slack's page where a person agrees. @throws RelayError slack_client_missing.
   */
  begin(begin: { readonly companyId: string; readonly browser: string }): Promise<{ readonly url: string }>;
  /** @throws RelayError slack_client_missing, database_unavailable; everything else is an outcome. */
  finish(finish: {
    readonly state: string;
    readonly browser: string;
    /** What Slack sent back: a code, or why there is none. */
    readonly answer: { readonly code: string } | { readonly error: string };
  }): Promise<SlackInstallOutcome>;
}

export interface SlackInstallParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly slack: SlackConfig | undefined;
  readonly baseUrl: string;
  readonly calls: TokenCalls;
  /** Stores the installation and ties the company. */
  readonly connect: Connect;
}

/** Installing by OAuth v2. An admin of the company begins it, so that the company is tied to its workspace and never by guess. */
export function openSlackInstall(parts: SlackInstallParts): SlackInstall {
  const { database, clock, slack, calls } = parts;
  const redirectUri = `${parts.baseUrl}${callbackPath}`;

  async function audit(companyId: string, action: string, detail: Readonly<Record<string, string>> = {}) {
    await database.forCompany(companyId, (tx) =>
      appendAudit(tx, { companyId, at: clock.now(), actor: 'admin', action, subject: companyId, detail }),
    );
  }

  async function fail(companyId: string, error: RelayError): Promise<SlackInstallOutcome> {
    await audit(companyId, 'slack.install-failed', { code: error.code });
    return { ok: false, reason: 'failed', error };
  }

  /** Once: whoever takes it, nobody takes it again. Unknown, expired or of another browser: undefined. */
  async function takeState(state: string, browser: string): Promise<string | undefined> {
    const taken = await database.forSystem((tx) =>
      tx
        .deleteFrom('slack_install')
        .where('state_hash', '=', sha256(state))
        .where('browser_hash', '=', sha256(browser))
        .where('expires_at', '>', clock.now())
        .returning('company_id as companyId')
        .executeTakeFirst(),
    );
    return taken?.companyId;
  }

  return {
    require: () => void requireClientId(slack),

    async begin({ companyId, browser }) {
      const clientId = requireClientId(slack);
      const state = newToken();
      const now = clock.now();
      await database.forCompany(companyId, async (tx) => {
        await tx.deleteFrom('slack_install').where('expires_at', '<=', now).execute();
        await tx
          .insertInto('slack_install')
          .values({
            state_hash: sha256(state),
            company_id: companyId,
            browser_hash: sha256(browser),
            expires_at: new Date(now.getTime() + minutes * 60_000),
          })
          .execute();
        await appendAudit(tx, {
          companyId,
          at: now,
          actor: 'admin',
          action: 'slack.install-begun',
          subject: companyId,
        });
      });
      const tie = await database.forSystem((tx) => readTie(tx, companyId));
      const parameters = {
        client_id: clientId,
        scope: botScopes.join(','),
        redirect_uri: redirectUri,
        state,
        // Slack shows the workspace it is tied to first, so that nobody agrees in another by mistake.
        ...(tie && { team: tie.teamRef }),
      };
      return { url: `${slack?.authorizeUrl ?? authorizeUrl}?${new URLSearchParams(parameters)}` };
    },

    async finish({ state, browser, answer }) {
      requireClientId(slack);
      const companyId = await takeState(state, browser);
      if (companyId === undefined) return { ok: false, reason: 'stale' };
      if ('error' in answer) {
        if (answer.error !== 'access_denied') return fail(companyId, new RelayError('slack_install_refused'));
        await audit(companyId, 'slack.install-denied');
        return { ok: false, reason: 'denied' };
      }
      // What Slack tells of from before now is of an earlier installation.
      const installedAt = clock.now();
      const exchanged = await calls.exchange({ code: answer.code, redirectUri });
      if (exchanged.kind !== 'ok') return fail(companyId, toRefusal(exchanged));
      const agreed = await check(exchanged.value);
      if (agreed.kind !== 'ok') return fail(companyId, agreed.error);
      const connected = await parts.connect({ companyId, source: 'oauth', installedAt, ...agreed });
      return connected instanceof RelayError ? fail(companyId, connected) : { ok: true, companyId, ...connected };
    },
  };

  /** Asks Slack whose the token is, so that nothing is stored on the word of one answer. */
  async function check(granted: Exchanged) {
    const { team, botToken } = granted;
    if (!team) {
      await calls.revoke(botToken);
      return { kind: 'refused', error: new RelayError('slack_org_install') } as const;
    }
    const identity = await calls.identify(botToken);
    if (identity.kind !== 'ok') return { kind: 'refused', error: toRefusal(identity) } as const;
    if (identity.value.teamRef !== team.id || identity.value.botRef === undefined)
      return { kind: 'refused', error: new RelayError('slack_install_refused') } as const;
    const { teamName, botRef } = identity.value;
    return { kind: 'ok', installation: toInstallation({ ...granted, team, teamName, botRef }, clock.now()) } as const;
  }
}

/** @throws RelayError slack_client_missing. */
function requireClientId(slack: SlackConfig | undefined): string {
  if (!slack?.clientId || !slack.clientSecret) throw new RelayError('slack_client_missing');
  return slack.clientId;
}

function toRefusal(answer: Exclude<Answer<unknown>, { readonly kind: 'ok' }>): RelayError {
  if (answer.kind === 'refused')
    return new RelayError('slack_install_refused', { message: `Slack refused the install: ${answer.word}` });
  const { retryAfterMs } = answer;
  return new RelayError('slack_unavailable', retryAfterMs === undefined ? {} : { retryAfterMs });
}
