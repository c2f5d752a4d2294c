export { openWebClient, type WebClient } from './client.ts';
export type { Connected, Disconnected } from './connect.ts';
export { type SlackInstall, type SlackInstallOutcome, slackTarget } from './install.ts';
export { findManifestFault, type Manifest, toSlackManifest } from './manifest.ts';
export { botEvents, botScopes, findMissingScopes } from './scopes.ts';
export {
  listTiedCompanies,
  readTie,
  readWorkspace,
  rewrapWorkspaceKeys,
  saveHours,
  type Tie,
  type Workspace,
  type WorkspaceState,
} from './store.ts';
export type { Authorized, OpenedBot, Tokens } from './tokens.ts';
export { openWorkspaces, type SlackWorkspaces, type WorkspacesParts } from './workspaces.ts';
