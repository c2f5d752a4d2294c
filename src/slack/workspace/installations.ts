import type { InstallationQuery, InstallationStore, Installation as OfBolt } from '@slack/bolt';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { RelayError } from '../../platform/errors.ts';
import type { Vault } from '../../platform/vault.ts';
import { Installation } from './installation.ts';
import { forgetInstallation, readKept, saveInstallation } from './store.ts';

/**
 * Bolt's installation store over slack_workspace: sealed, one row for each workspace. Storing again replaces the tokens
 * and keeps every tie. Made for OAuth v2 installs of one workspace.
 * @throws RelayError slack_org_install, slack_not_connected, slack_install_refused when what is handed over has no bot.
 */
export function openInstallations({
  database,
  vault,
  clock,
}: {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
}): Required<InstallationStore> {
  return {
    async storeInstallation(installation) {
      const found = parseInstallation(installation);
      const now = clock.now();
      await database.forSystem((tx) =>
        saveInstallation(tx, vault, { installation: found, source: 'oauth', installedAt: now, now }),
      );
    },
    async fetchInstallation(query) {
      const teamRef = requireTeam(query);
      const kept = await database.forSystem((tx) => readKept(tx, vault, teamRef));
      if (!kept?.sealed) throw new RelayError('slack_not_connected');
      return toBolt(kept.sealed.installation);
    },
    async deleteInstallation(query) {
      const teamRef = requireTeam(query);
      await database.forSystem((tx) => forgetInstallation(tx, teamRef, clock.now()));
    },
  };
}

/** @throws RelayError slack_org_install, slack_install_refused. */
function parseInstallation(installation: OfBolt<'v1' | 'v2', boolean>): Installation {
  if (installation.isEnterpriseInstall) throw new RelayError('slack_org_install');
  // Through JSON, as it is kept: what is undefined counts as absent.
  const parsed = Installation.safeParse(JSON.parse(JSON.stringify(installation)));
  if (!parsed.success)
    throw new RelayError('slack_install_refused', { message: 'the installation has no bot of a team' });
  return parsed.data;
}

function requireTeam({ teamId, isEnterpriseInstall }: InstallationQuery<boolean>): string {
  if (isEnterpriseInstall || teamId === undefined) throw new RelayError('slack_org_install');
  return teamId;
}

function toBolt({ enterprise, user, ...rest }: Installation): OfBolt<'v2', false> {
  return {
    ...rest,
    enterprise,
    user: { ...user, token: undefined, scopes: undefined },
    tokenType: 'bot',
    isEnterpriseInstall: false,
    authVersion: 'v2',
  };
}
