import type { Api } from '../api/client.ts';
import type { Role } from '../api/types.ts';

/** Where signing in meets the server: what src/settings/identity/routes.ts opens under /api/auth. */

/** Where to go after signing in: only inside the page, whatever the address says. */
export function toBack(text: unknown): string {
  if (typeof text !== 'string' || !/^\/(?![/\\])/.test(text) || /\p{Cc}/u.test(text)) return '/';
  return text;
}

/** What the server answers to a way in: whether a second factor is asked for now. */
interface Entered {
  readonly twoFactorRedirect?: boolean;
}

/** Asks for a link by mail. The answer is the same whether the address is known or not. */
export function askForLink(api: Api, email: string): Promise<void> {
  return api.auth('POST', '/sign-in/magic-link', { email });
}

/** Comes in by a mailed link, in the browser that asked for it. @returns whether a second factor is asked for now. */
export async function enterByLink(api: Api, code: string): Promise<boolean> {
  const { twoFactorRedirect = false } = await api.auth<Entered>('POST', '/magic-link', { code });
  return twoFactorRedirect;
}

/** @returns where the browser goes to sign in with Slack. */
export async function beginSlack(api: Api): Promise<string> {
  const { url } = await api.auth<{ readonly url: string }>('POST', '/sign-in/slack', {});
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

/** What an invitation opens. */
export interface InvitationView {
  readonly company: string;
  readonly email: string;
  readonly role: Role;
  /** Whether the address has signed in before, so that its name is known. */
  readonly isKnown: boolean;
}

export function lookAtInvitation(api: Api, code: string): Promise<InvitationView> {
  return api.auth<InvitationView>('POST', '/invitation/look', { code });
}

/** Takes up an invitation that came by mail. @returns whether a second factor is asked for now. */
export async function acceptInvitation(
  api: Api,
  invitation: { readonly code: string; readonly name?: string },
): Promise<boolean> {
  const { twoFactorRedirect = false } = await api.auth<Entered>('POST', '/invitation', invitation);
  return twoFactorRedirect;
}

/**
 * Makes a passkey on this machine and tells the server of it.
 * @param name by which it is found again, such as the browser and the system.
 * @throws when the person closes the browser's question.
 */
export async function addPasskey(api: Api, name: string): Promise<void> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const optionsJSON = await api.auth<Parameters<typeof startRegistration>[0]['optionsJSON']>(
    'GET',
    '/passkey/generate-register-options',
  );
  await api.auth('POST', '/passkey/verify-registration', { response: await startRegistration({ optionsJSON }), name });
}
