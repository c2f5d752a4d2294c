import { hkdfSync } from 'node:crypto';
import { passkey } from '@better-auth/passkey';
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from 'better-auth';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto';
import { genericOAuth, magicLink, twoFactor } from 'better-auth/plugins';
import { z } from 'zod';
import type { Database } from '../../platform/database.ts';
import { isError } from '../../platform/errors.ts';
import { newId, newToken, sha256 } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { absoluteSeconds, idleSeconds, linkSeconds } from './model.ts';
import { readSlackPerson, type SlackPerson, type SlackSignIn } from './slack-sign-in.ts';

/** The one place that knows the sign-in library. It is handed requests by routes.ts, which says which of its ways are open. */

export interface AuthParts {
  readonly database: Database;
  readonly log: Log;
  readonly baseUrl: string;
  /** The first signs, all open. */
  readonly secretKeys: readonly Buffer[];
  readonly slack: SlackSignIn | undefined;
  readonly ways: WaysIn;
}

/** What the library asks us. */
export interface WaysIn {
  /** Mails a link; it must not tell by its time whether anybody has the address. */
  sendLink(ask: LinkAsk): void;
  /** Whether a person has anything to do here; nobody else gets a session. */
  mayEnter(userId: string): Promise<boolean>;
  mayEnterFromSlack(person: SlackPerson): Promise<boolean>;
  /** Both give the user who comes in, undefined for a code that is of no use. */
  takeFirst(input: z.output<typeof FirstInput>): Promise<string | undefined>;
  acceptInvitation(input: z.output<typeof InvitationInput>): Promise<string | undefined>;
}

export interface LinkAsk {
  readonly email: string;
  readonly token: string;
  readonly browser: string;
  readonly locale: 'ja' | 'en';
}

export interface AuthSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly createdAt: Date;
}

export interface AuthLibrary {
  handle(request: Request): Promise<Response>;
  /** The session of a request's cookie, with cookies that prolong it. */
  readSession(
    headers: Headers,
  ): Promise<{ readonly session: AuthSession | undefined; readonly setCookies: readonly string[] }>;
  /** What it was set up with, for comparing schemas. */
  readonly options: BetterAuthOptions;
}

const code = z.string().min(1).max(100);
const personName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{Cc}*$/u, 'must be one line');
export const FirstInput = z.strictObject({ code, name: personName, email: z.email().max(254).toLowerCase() });
export const InvitationInput = z.strictObject({ code, name: personName.optional() });
const LinkMeta = z.object({ browser: z.string(), locale: z.enum(['ja', 'en']) });

/** Where somebody comes in; whoever has a second factor is then asked for it. A passkey is two factors in one. */
const signInPaths: ReadonlySet<string> = new Set(['/magic-link/verify', '/first', '/invitation']);
const isSignIn = (path: string | undefined) =>
  path !== undefined && (signInPaths.has(path) || path.startsWith('/callback/'));

export const authBase = '/api/auth';

export function openAuthLibrary(parts: AuthParts): AuthLibrary {
  const { log } = parts;
  const options = toOptions(parts);
  const auth = betterAuth(options);
  return {
    options,
    handle: (request) => auth.handler(request),
    async readSession(headers) {
      const { response, headers: out } = await auth.api.getSession({ headers, returnHeaders: true });
      const found = response?.session;
      if (response && !found) log.warn({}, 'a session has no body');
      return {
        session: found && { sessionId: found.id, userId: found.userId, createdAt: new Date(found.createdAt) },
        setCookies: out.getSetCookie(),
      };
    },
  };
}

function toOptions(parts: AuthParts) {
  const { database, log, baseUrl, ways } = parts;
  const isHttps = baseUrl.startsWith('https:');
  return {
    appName: 'Career Relay',
    baseURL: baseUrl,
    basePath: authBase,
    secrets: toSecrets(parts.secretKeys),
    trustedOrigins: [baseUrl],
    telemetry: { enabled: false },
    // Ours counts, by addresses of clients that proxies cannot forge.
    rateLimit: { enabled: false },
    database: { db: database.statements, type: 'postgres' },
    logger: {
      level: 'warn',
      // Its sentences may quote what somebody typed, so only their beginning is kept.
      log: (level, message, ...rest) =>
        log[level === 'error' ? 'error' : 'warn'](
          { said: message.split(/[:"']/, 1)[0]?.slice(0, 80), error: rest.find(isError)?.name },
          'the sign-in library complains',
        ),
    },
    advanced: {
      // Ours, beside the attributes: the library knows __Secure- only. Browsers take __Host- over https alone.
      useSecureCookies: false,
      cookiePrefix: isHttps ? '__Host-relay' : 'relay',
      defaultCookieAttributes: { secure: isHttps, httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [clientHeader] },
      database: { generateId: () => newId(), validateSchema: false },
    },
    user: {
      modelName: 'auth_user',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: {
        isOperator: { type: 'boolean', fieldName: 'is_operator', required: true, defaultValue: false, input: false },
      },
    },
    session: {
      modelName: 'auth_session',
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: idleSeconds,
      updateAge: 60,
      freshAge: absoluteSeconds,
    },
    account: {
      modelName: 'auth_account',
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      updateAccountOnSignIn: false,
    },
    verification: {
      modelName: 'auth_verification',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
      storeIdentifier: 'hashed',
    },
    databaseHooks: {
      session: { create: { before: async ({ userId }) => ((await ways.mayEnter(userId)) ? undefined : false) } },
      account: {
        create: {
          before: async (account) => ({
            data: { ...account, accessToken: null, refreshToken: null, idToken: null },
          }),
        },
      },
    },
    plugins: [
      magicLink({
        disableSignUp: true,
        expiresIn: linkSeconds,
        storeToken: 'hashed',
        generateToken: () => newToken(),
        async sendMagicLink({ email, token, metadata }) {
          const { browser, locale } = LinkMeta.parse(metadata);
          ways.sendLink({ email, token, browser, locale });
        },
      }),
      passkey({
        rpName: 'Career Relay',
        rpID: new URL(baseUrl).hostname,
        origin: baseUrl,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: { afterVerification: ({ verification }) => requireVerified(verification.registrationInfo) },
        authentication: { afterVerification: ({ verification }) => requireVerified(verification.authenticationInfo) },
        advanced: { webAuthnChallengeCookie: 'passkey' },
        schema: {
          passkey: {
            modelName: 'auth_passkey',
            fields: {
              publicKey: 'public_key',
              userId: 'user_id',
              credentialID: 'credential_id',
              deviceType: 'device_type',
              backedUp: 'backed_up',
              createdAt: 'created_at',
            },
          },
        },
      }),
      askSecondFactor(),
      ownWays(ways),
      ...(parts.slack ? [slackWay(parts.slack, ways)] : []),
    ],
  } satisfies BetterAuthOptions;
}

/** The header by which routes.ts hands the client's address on. */
export const clientHeader = 'x-relay-client';

/** A passkey counts as two factors only when its owner proved himself to it. */
async function requireVerified(info: { readonly userVerified: boolean } | undefined): Promise<void> {
  if (!info?.userVerified) throw new APIError('UNAUTHORIZED', { code: 'USER_NOT_VERIFIED' });
}

/** The library asks after passwords only, which we have not; so it is told our own ways in. */
function askSecondFactor() {
  const plugin = twoFactor({
    issuer: 'Career Relay',
    allowPasswordless: true,
    twoFactorTable: 'auth_two_factor',
    schema: {
      user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
      twoFactor: {
        fields: {
          backupCodes: 'backup_codes',
          userId: 'user_id',
          failedVerificationCount: 'failed_verification_count',
          lockedUntil: 'locked_until',
        },
      },
    },
  });
  const after = plugin.hooks.after.map((hook) => ({
    ...hook,
    matcher: ({ path }: { readonly path?: string }) => isSignIn(path),
  }));
  return { ...plugin, hooks: { after } };
}

function ownWays(ways: WaysIn) {
  type Context = Parameters<typeof setSessionCookie>[0];
  async function enter(ctx: Context, userId: string | undefined) {
    const user = userId === undefined ? null : await ctx.context.internalAdapter.findUserById(userId);
    const session = user && (await ctx.context.internalAdapter.createSession(user.id));
    if (!user || !session) throw new APIError('UNAUTHORIZED', { code: 'CODE_REFUSED' });
    await setSessionCookie(ctx, { session, user });
    return { ok: true };
  }
  return {
    id: 'career-relay',
    endpoints: {
      first: createAuthEndpoint('/first', { method: 'POST', body: FirstInput }, async (ctx) =>
        ctx.json(await enter(ctx, await ways.takeFirst(ctx.body))),
      ),
      invitation: createAuthEndpoint('/invitation', { method: 'POST', body: InvitationInput }, async (ctx) =>
        ctx.json(await enter(ctx, await ways.acceptInvitation(ctx.body))),
      ),
    },
  } satisfies BetterAuthPlugin;
}

function slackWay(slack: SlackSignIn, ways: WaysIn) {
  const { clientId, clientSecret, authorizeUrl, tokenUrl, userInfoUrl } = slack;
  return genericOAuth({
    config: [
      {
        providerId: 'slack',
        clientId,
        clientSecret,
        authorizationUrl: authorizeUrl,
        tokenUrl,
        scopes: ['openid', 'profile', 'email'],
        // Slack's sign-in has no PKCE; its code is bound to our secret.
        pkce: false,
        disableSignUp: true,
        accountSubject: ({ profile }) => String(profile.id),
        async getUserInfo({ accessToken }) {
          const person = accessToken === undefined ? undefined : await readSlackPerson(userInfoUrl, accessToken);
          if (!person || !(await ways.mayEnterFromSlack(person))) return null;
          const { userRef, email, name } = person;
          return { id: userRef, email, name, emailVerified: true };
        },
      },
    ],
  });
}

/** Secrets of the library's own, so that no signature of ours means anything to it. The version names the key. */
function toSecrets(keys: readonly Buffer[]) {
  return keys.map((key) => ({
    version: Number.parseInt(sha256(key).slice(0, 8), 16),
    value: Buffer.from(hkdfSync('sha256', key, '', 'career-relay sign-in', 32)).toString('base64'),
  }));
}

/** Encrypts every second factor anew with the first key; gives how many. Safe to repeat. */
export async function rewrapSecondFactors(database: Database, secretKeys: readonly Buffer[]): Promise<number> {
  const secrets = toSecrets(secretKeys);
  const [newest] = secrets;
  if (!newest) return 0;
  const key = {
    keys: new Map(secrets.map(({ version, value }) => [version, value])),
    currentVersion: newest.version,
  };
  const rewrap = async (data: string) => symmetricEncrypt({ key, data: await symmetricDecrypt({ key, data }) });
  return database.forSystem(async (tx) => {
    const rows = await tx
      .selectFrom('auth_two_factor')
      .select(['id', 'secret', 'backup_codes'])
      .where('secret', 'not like', `$ba$${newest.version}$%`)
      .forUpdate()
      .execute();
    for (const { id, secret, backup_codes } of rows)
      await tx
        .updateTable('auth_two_factor')
        .set({ secret: await rewrap(secret), backup_codes: await rewrap(backup_codes) })
        .where('id', '=', id)
        .execute();
    return rows.length;
  });
}
