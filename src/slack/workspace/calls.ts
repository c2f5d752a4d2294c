import { z } from 'zod';
import type { SlackConfig } from '../../config.ts';
import type { Log } from '../../platform/log.ts';
import { toTrouble } from '../trouble.ts';
import { openWebClient, type WebClient } from './client.ts';

/**
 * What a call to Slack came to. refused: Slack's own word for why, such as `invalid_code` · unavailable: Slack cannot be
 * reached, fails, or asks to slow down; nobody knows whether the call did anything.
 */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly word: string }
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number | undefined };

/** A bot token as Slack issues it. */
export interface Granted {
  readonly botToken: string;
  /** Works once; absent where tokens do not rotate. With it comes the token's life, in seconds. */
  readonly refreshToken: string | undefined;
  readonly livesSeconds: number | undefined;
}

/** What an agreed install gives. */
export interface Exchanged extends Granted {
  /** undefined: installed for a whole organisation. */
  readonly team: { readonly id: string; readonly name?: string } | undefined;
  readonly enterprise: { readonly id: string; readonly name?: string } | undefined;
  readonly appRef: string;
  readonly botUserRef: string;
  /** Who agreed. */
  readonly userRef: string;
  readonly scopes: readonly string[];
}

/** Whose a token is. */
export interface Identity {
  readonly teamRef: string;
  readonly teamName: string;
  readonly userRef: string;
  /** undefined: the token is a person's. */
  readonly botRef: string | undefined;
  readonly appRef: string | undefined;
  readonly enterpriseRef: string | undefined;
  readonly isForOrganisation: boolean;
  /** As the header of the answer says them; [] when it does not. */
  readonly scopes: readonly string[];
}

/** The calls about tokens. None throws for what Slack or the network does. */
export interface TokenCalls {
  exchange(form: { readonly code: string; readonly redirectUri: string }): Promise<Answer<Exchanged>>;
  refresh(refreshToken: string): Promise<Answer<Granted>>;
  identify(botToken: string): Promise<Answer<Identity>>;
  revoke(botToken: string): Promise<Answer<unknown>>;
  /** Takes the app out of the workspace, with all its tokens. */
  uninstall(botToken: string): Promise<Answer<unknown>>;
}

/** Opens them. Those with our client are refused with `invalid_client_id` where the environment names none. */
export function openTokenCalls({
  slack,
  log,
}: {
  readonly slack: SlackConfig | undefined;
  readonly log: Log;
}): TokenCalls {
  const open = (token?: string) => openWebClient({ token, apiUrl: slack?.apiUrl, log });
  const client = { client_id: slack?.clientId ?? '', client_secret: slack?.clientSecret ?? '' };
  return {
    exchange: ({ code, redirectUri }) =>
      ask(open(), Exchange, ({ oauth }) => oauth.v2.access({ ...client, code, redirect_uri: redirectUri })),
    refresh: (refreshToken) =>
      ask(open(), Refresh, ({ oauth }) =>
        oauth.v2.access({ ...client, grant_type: 'refresh_token', refresh_token: refreshToken }),
      ),
    identify: (botToken) => ask(open(botToken), Test, ({ auth }) => auth.test()),
    revoke: (botToken) => ask(open(botToken), z.unknown(), ({ auth }) => auth.revoke()),
    uninstall: (botToken) => ask(open(botToken), z.unknown(), ({ apps }) => apps.uninstall(client)),
  };
}

async function ask<T>(
  opening: Promise<WebClient>,
  schema: z.ZodType<T>,
  call: (client: WebClient) => Promise<unknown>,
): Promise<Answer<T>> {
  const client = await opening;
  try {
    const parsed = schema.safeParse(await call(client));
    return parsed.success ? { kind: 'ok', value: parsed.data } : { kind: 'refused', word: 'answer_not_understood' };
  } catch (error) {
    return toAnswer(error);
  }
}

function toAnswer(error: unknown): Exclude<Answer<never>, { readonly kind: 'ok' }> {
  const trouble = toTrouble(error);
  if (trouble.kind === 'refused') return { kind: 'refused', word: trouble.reason };
  return { kind: 'unavailable', retryAfterMs: trouble.kind === 'limited' ? trouble.retryAfterMs : undefined };
}

/** Names and marks that Slack leaves out, or gives as null or as an empty text. */
const maybe = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const Party = z.object({ id: z.string().min(1), name: z.string().exactOptional() });
const toScopes = (text: string | undefined) => text?.split(',').filter((scope) => scope !== '') ?? [];

/** Source: docs.slack.dev, oauth.v2.access and "Using token rotation" (read 2026-11-29). */
const Refresh = z
  .object({
    token_type: z.literal('bot'),
    access_token: z.string().min(1),
    refresh_token: maybe,
    expires_in: z.number().nullish(),
  })
  .transform(({ access_token, refresh_token, expires_in }) => ({
    botToken: access_token,
    refreshToken: refresh_token,
    livesSeconds: expires_in ?? undefined,
  }));
const Exchange = z
  .intersection(
    Refresh,
    z.object({
      team: Party.nullish(),
      enterprise: Party.nullish(),
      is_enterprise_install: z.boolean().nullish(),
      app_id: z.string(),
      bot_user_id: z.string(),
      scope: z.string().optional(),
      authed_user: z.object({ id: z.string() }),
    }),
  )
  .transform(({ botToken, refreshToken, livesSeconds, ...rest }) => ({
    botToken,
    refreshToken,
    livesSeconds,
    team: rest.is_enterprise_install ? undefined : (rest.team ?? undefined),
    enterprise: rest.enterprise ?? undefined,
    appRef: rest.app_id,
    botUserRef: rest.bot_user_id,
    userRef: rest.authed_user.id,
    scopes: toScopes(rest.scope),
  }));
/** Source: docs.slack.dev, auth.test; the scopes are the header x-oauth-scopes (read 2026-11-29). */
const Test = z
  .object({
    team_id: z.string().min(1),
    team: z.string(),
    user_id: z.string(),
    bot_id: maybe,
    app_id: maybe,
    enterprise_id: maybe,
    is_enterprise_install: z.boolean().nullish(),
    response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
  })
  .transform((answer) => ({
    teamRef: answer.team_id,
    teamName: answer.team,
    userRef: answer.user_id,
    botRef: answer.bot_id,
    appRef: answer.app_id,
    enterpriseRef: answer.enterprise_id,
    isForOrganisation: answer.is_enterprise_install ?? false,
    scopes: answer.response_metadata?.scopes?.filter((scope) => scope !== '') ?? [],
  }));
