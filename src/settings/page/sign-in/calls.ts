import type { Api } from '../api/client.ts';

/** Where sign-in, first admin and invitation meet the server: better-auth's endpoints under /api/auth, ours under /api/v1. */

/** An address inside the page, as it stands in the browser. */
const toAddress = (back: string) => `/app${back}`;
const failed = toAddress('/sign-in?failed=link');

/** Where to go after signing in: only inside the page, whatever the address says. */
export function toBack(text: unknown): string {
  if (typeof text !== 'string' || !/^\/(?![/\\])/.test(text) || /\p{Cc}/u.test(text)) return '/';
  return text;
}

/** Asks for a link by mail. The answer is the same whether the address is known or not. */
export function askForLink(api: Api, email: string, back: string): Promise<void> {
  return api.auth('POST', '/sign-in/magic-link', { email, callbackURL: toAddress(back), errorCallbackURL: failed });
}

/** @returns where the browser goes to sign in with Slack. */
export async function beginSlack(api: Api, back: string): Promise<string> {
  const { url } = await api.auth<{ readonly url: string }>('POST', '/sign-in/social', {
    provider: 'slack',
    callbackURL: toAddress(back),
    errorCallbackURL: failed,
    disableRedirect: true,
  });
  return url;
}

/** Signs in with a passkey of this machine. @throws when the person closes the browser's question, or it is refused. */
export async function signInWithPasskey(api: Api): Promise<void> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const optionsJSON = await api.auth<Parameters<typeof startAuthentication>[0]['optionsJSON']>(
    'GET',
    '/passkey/generate-authenticate-options',
  );
  await api.auth('POST', '/passkey/verify-authentication', { response: await startAuthentication({ optionsJSON }) });
}

/** The second factor: six digits of an authenticator, or one of the recovery codes. */
export function verifySecondFactor(api: Api, code: string): Promise<void> {
  const digits = code.normalize('NFKC').replaceAll(/[\s-]/g, '');
  return /^\d{6}$/.test(digits)
    ? api.auth('POST', '/two-factor/verify-totp', { code: digits })
    : api.auth('POST', '/two-factor/verify-backup-code', { code: code.normalize('NFKC').trim() });
}

/** Becomes the first owner, by the one-time link that `serve` printed. */
export function beginAsFirst(
  api: Api,
  first: { readonly code: string; readonly name: string; readonly email: string },
): Promise<void> {
  return api.auth('POST', '/first', first);
}

/** Takes up an invitation that came by mail. */
export function acceptInvitation(
  api: Api,
  invitation: { readonly code: string; readonly name: string },
): Promise<void> {
  return api.auth('POST', '/invitation', invitation);
}
