import { z } from 'zod';

/** Our Slack app, where people sign in with it. */
export interface SlackSignIn {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly userInfoUrl: string;
}

/** Who signed in, as Slack tells. */
export interface SlackPerson {
  readonly userRef: string;
  readonly teamRef: string;
  readonly email: string;
  readonly name: string;
}

/**
 * Slack's endpoints of OpenID Connect (docs.slack.dev, Sign in with Slack, read 2026-11-29); addresses that stand in for
 * Slack's own replace their origin. @returns undefined when our app has no client there.
 */
export function toSlackSignIn(
  app:
    | {
        readonly clientId?: string | undefined;
        readonly clientSecret?: string | undefined;
        readonly apiUrl?: string | undefined;
        readonly authorizeUrl?: string | undefined;
      }
    | undefined,
): SlackSignIn | undefined {
  const { clientId, clientSecret, apiUrl = 'https://slack.com/api/', authorizeUrl = 'https://slack.com' } = app ?? {};
  if (!clientId || !clientSecret) return undefined;
  const api = apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`;
  return {
    clientId,
    clientSecret,
    authorizeUrl: new URL('/openid/connect/authorize', authorizeUrl).href,
    tokenUrl: new URL('openid.connect.token', api).href,
    userInfoUrl: new URL('openid.connect.userInfo', api).href,
  };
}

const UserInfo = z.object({
  'https://slack.com/user_id': z.string().min(1),
  'https://slack.com/team_id': z.string().min(1),
  email: z.email(),
  email_verified: z.literal(true),
  name: z.string().default(''),
});

/** @returns undefined for an answer that names nobody with a verified address. */
export async function readSlackPerson(url: string, accessToken: string): Promise<SlackPerson | undefined> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${accessToken}` },
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) return undefined;
  const told = UserInfo.safeParse(await response.json()).data;
  if (!told) return undefined;
  return {
    userRef: told['https://slack.com/user_id'],
    teamRef: told['https://slack.com/team_id'],
    email: told.email.toLowerCase(),
    name: told.name,
  };
}
