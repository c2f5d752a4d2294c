import { type Answer, type Call, isTrue, type Method, needText, refuse, textOf } from './call.ts';
import { special, tiers } from './rates.ts';
import { toEvent } from './requests.ts';
import { newRef, type Workspace, type World, workspaceOf } from './world.ts';

/** docs.slack.dev, "Installing with OAuth" and "Using token rotation" (read 2026-11-29). */
const codeMs = 10 * 60_000;
const tokenSeconds = 12 * 60 * 60;

/** Errors and limits: docs.slack.dev, oauth.v2.access, auth.test, auth.revoke, apps.uninstall (read 2026-11-29). */
export const oauthMethods = {
  'oauth.v2.access': { perMinute: tiers[4], isOpen: true, answer: access },
  'auth.test': { perMinute: special, answer: test },
  'auth.revoke': { perMinute: tiers[3], answer: revoke },
  'apps.uninstall': { perMinute: tiers[1], answer: uninstallApp },
} satisfies Record<string, Method>;

function access(call: Call): Answer {
  needClient(call);
  const grant = textOf(call, 'grant_type') || 'authorization_code';
  if (grant === 'refresh_token') return refresh(call);
  return grant === 'authorization_code' ? exchange(call) : refuse('invalid_grant_type');
}

function needClient(call: Call): void {
  const { clientId, clientSecret } = call.world.app;
  if (textOf(call, 'client_id') !== clientId) refuse('invalid_client_id');
  if (textOf(call, 'client_secret') !== clientSecret) refuse('bad_client_secret');
}

function exchange(call: Call): Answer {
  const { world } = call;
  const code = world.codes.get(textOf(call, 'code')) ?? refuse('invalid_code');
  if (code.isUsed) refuse('invalid_code');
  if (world.now().getTime() - code.givenAt.getTime() > codeMs) refuse('invalid_code');
  if (textOf(call, 'redirect_uri') !== (code.redirectUri ?? '')) refuse('bad_redirect_uri');
  code.isUsed = true;
  const workspace = workspaceOf(world, code.teamRef);
  install(world, workspace, code.scopes);
  return { ...toGrant(world, workspace), authed_user: { id: code.user } };
}

/** A refresh token works once. The access token before it lives on until it expires. */
function refresh(call: Call): Answer {
  const { world } = call;
  const refreshToken = world.refreshTokens.get(textOf(call, 'refresh_token')) ?? refuse('invalid_refresh_token');
  const workspace = workspaceOf(world, refreshToken.teamRef);
  if (refreshToken.isUsed || !workspace.isInstalled) refuse('invalid_refresh_token');
  refreshToken.isUsed = true;
  giveTokens(world, workspace);
  return toGrant(world, workspace);
}

/** Adds scopes to those it has; a workspace that does not rotate keeps its token as long as the app stays installed. */
export function install(world: World, workspace: Workspace, scopes: readonly string[]): void {
  for (const scope of scopes) workspace.scopes.add(scope);
  const isTokenGood = workspace.isInstalled && world.tokens.get(workspace.token)?.isRevoked === false;
  workspace.isInstalled = true;
  if (workspace.rotates || !isTokenGood) giveTokens(world, workspace);
}

function giveTokens(world: World, workspace: Workspace): void {
  const { teamRef, rotates } = workspace;
  const secret = `${teamRef}-${world.next()}-fake`;
  workspace.token = rotates ? `xoxe.xoxb-1-${secret}` : `xoxb-${secret}`;
  const expiresAt = rotates ? new Date(world.now().getTime() + tokenSeconds * 1000) : undefined;
  world.tokens.set(workspace.token, { teamRef, expiresAt, isRevoked: false });
  if (!rotates) return;
  workspace.refreshToken = `xoxe-1-${secret}`;
  world.refreshTokens.set(workspace.refreshToken, { teamRef, isUsed: false });
}

function toGrant({ app }: World, workspace: Workspace): Answer {
  return {
    ok: true,
    app_id: app.appId,
    access_token: workspace.token,
    token_type: 'bot',
    scope: [...workspace.scopes].join(','),
    bot_user_id: workspace.botUserRef,
    team: { id: workspace.teamRef, name: workspace.name },
    enterprise: null,
    is_enterprise_install: false,
    ...(workspace.rotates ? { refresh_token: workspace.refreshToken, expires_in: tokenSeconds } : {}),
  };
}

function test({ workspace }: Call): Answer {
  return {
    ok: true,
    url: `https://${workspace.teamRef.toLowerCase()}.slack.com/`,
    team: workspace.name,
    user: 'career_relay',
    team_id: workspace.teamRef,
    user_id: workspace.botUserRef,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  };
}

function revoke(call: Call): Answer {
  const { world, workspace, token } = call;
  const isTest = isTrue(call, 'test');
  const held = world.tokens.get(token);
  if (!isTest && held) {
    held.isRevoked = true;
    world.events.push(toRevoked(world, workspace));
  }
  return { ok: true, revoked: !isTest };
}

function uninstallApp(call: Call): Answer {
  needText(call, 'client_id');
  needClient(call);
  uninstall(call.world, call.workspace);
  return { ok: true };
}

/** Takes the app out of the workspace: every token is dead, and Slack tells the app by two events. */
export function uninstall(world: World, workspace: Workspace): void {
  workspace.isInstalled = false;
  workspace.scopes.clear();
  for (const channel of workspace.channels.values())
    workspace.channels.set(channel.ref, { ...channel, isMember: channel.user !== undefined });
  world.events.push(toRevoked(world, workspace), toEvent(world, workspace, { type: 'app_uninstalled' }));
}

function toRevoked(world: World, workspace: Workspace) {
  const tokens = { oauth: [], bot: [workspace.botUserRef] };
  return toEvent(world, workspace, { type: 'tokens_revoked', tokens });
}

/**
 * A person agrees on the authorize page. @returns where the browser is sent, with code and state.
 * @throws Error for a page that Slack would not show: another client, no scopes, an address that is not https.
 */
export function agree(world: World, authorizeUrl: string, workspace: Workspace, user: string): string {
  const { asked, target } = readAuthorizePage(world, authorizeUrl, workspace, user);
  const code = newRef(world, 'K').toLowerCase();
  world.codes.set(code, {
    teamRef: workspace.teamRef,
    user,
    scopes: (asked.get('scope') ?? '').split(/[,\s]+/).filter(Boolean),
    redirectUri: asked.get('redirect_uri') ?? undefined,
    givenAt: world.now(),
    isUsed: false,
  });
  target.searchParams.set('code', code);
  return target.href;
}

/** A person cancels there. @returns where the browser is sent, with `error=access_denied` and state. */
export function deny(world: World, authorizeUrl: string, workspace: Workspace, user: string): string {
  const { target } = readAuthorizePage(world, authorizeUrl, workspace, user);
  target.searchParams.set('error', 'access_denied');
  return target.href;
}

function readAuthorizePage(world: World, authorizeUrl: string, workspace: Workspace, user: string) {
  const url = new URL(authorizeUrl);
  const asked = url.searchParams;
  if (url.origin + url.pathname !== `${world.origin()}/oauth/v2/authorize`) throw new Error('not the authorize page');
  if (asked.get('client_id') !== world.app.clientId) throw new Error('invalid_client_id');
  if (!asked.get('scope')) throw new Error('no_scopes');
  if (workspace.users.get(user)?.isDeleted !== false) throw new Error(`nobody is ${user} in ${workspace.teamRef}`);
  const team = asked.get('team');
  if (team && team !== workspace.teamRef) throw new Error('invalid_team_for_non_distributed_app');
  // Slack goes to the address configured for the app where none is sent; this fake has none configured.
  const target = new URL(asked.get('redirect_uri') ?? 'https://relay.example.com/slack/oauth_redirect');
  if (target.protocol !== 'https:' && target.hostname !== '127.0.0.1') throw new Error('bad_redirect_uri');
  const state = asked.get('state');
  if (state !== null) target.searchParams.set('state', state);
  return { asked, target };
}
