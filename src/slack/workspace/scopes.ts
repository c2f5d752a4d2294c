/**
 * What the app may do in a workspace: the one list that the manifest and the install ask for. Each with what needs it.
 * Source: docs.slack.dev, "Scopes" and the methods' own pages (read 2026-11-29).
 */
export const botScopes = [
  'chat:write', // notices, their edits, private answers
  'commands', // /career-relay and the shortcuts
  'channels:read', // is the app in that channel, what is it called
  'groups:read', // the same of private channels
  'channels:history', // after a post whose answer was lost: does it stand there
  'groups:history', // the same in private channels
  'im:write', // notices to one person
  'im:history', // after a lost answer, there
  'users:read', // whom a place or a link names
  'files:write', // the picture of the weekly digest
] as const;

/** What Slack tells us of: the one list that the manifest asks for and the app listens to. */
export const botEvents = [
  'app_home_opened',
  'app_uninstalled',
  'tokens_revoked',
  'member_joined_channel',
  'channel_unarchive',
  'channel_rename',
  'group_unarchive',
  'group_rename',
] as const;

/** The scopes that were not given, so that an admin hears of it; [] where Slack did not say which were. */
export function findMissingScopes(given: readonly string[]): readonly string[] {
  if (given.length === 0) return [];
  return botScopes.filter((scope) => !given.includes(scope));
}
