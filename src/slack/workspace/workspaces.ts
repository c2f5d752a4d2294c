import type { SlackConfig } from '../../config.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import type { Vault } from '../../platform/vault.ts';
import { openTokenCalls } from './calls.ts';
import { openConnecting } from './connect.ts';
import { openSlackInstall } from './install.ts';
import { openInstallations } from './installations.ts';
import { deleteExpired } from './store.ts';
import { openTokens } from './tokens.ts';

export interface WorkspacesParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  readonly slack: SlackConfig | undefined;
  /** The origin people reach us at. */
  readonly baseUrl: string;
}

export type SlackWorkspaces = ReturnType<typeof openWorkspaces>;

/** Everything about the workspaces that installed us: the install, their tokens, and which company is tied to which. */
export function openWorkspaces(parts: WorkspacesParts) {
  const calls = openTokenCalls(parts);
  const tokens = openTokens({ ...parts, calls });
  const { connect, connectByToken, disconnect } = openConnecting({ ...parts, calls, forget: tokens.forget });
  return {
    tokens,
    install: openSlackInstall({ ...parts, calls, connect }),
    /** For Bolt. */
    installations: openInstallations(parts),
    connectByToken,
    forgetExpired: () => parts.database.forSystem((tx) => deleteExpired(tx, parts.clock.now())),
    disconnect,
  };
}
