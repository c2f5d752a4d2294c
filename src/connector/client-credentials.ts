import type { ClientCredentials } from './contract.ts';
import { type KeptToken, type TokenGrant, type TokenParts, tokenName } from './oauth.ts';
import { saveTokenSecret, secretPlace } from './store.ts';
import { askForTokens } from './token-endpoint.ts';

export interface CredentialsGrant extends TokenGrant {
  readonly access: ClientCredentials<string>;
  readonly settings: Readonly<Record<string, string>>;
}

/** Fetches an access token with the customer's own client (RFC 6749 §4.4) and stores it. */
export async function renewByCredentials(parts: TokenParts, grant: CredentialsGrant): Promise<KeptToken> {
  const { database, clock } = parts;
  const { connectionId, companyId, key, access, settings } = grant;
  const subject = access.subject === undefined ? '' : (settings[access.subject] ?? '');
  const { token, expiresAt } = await askForTokens(parts, {
    tokenUrl: settings[access.tokenUrl] ?? '',
    clientId: settings[access.clientId] ?? '',
    clientSecret: settings[access.clientSecret] ?? '',
    clientAuthentication: 'basic',
    form: { grant_type: 'client_credentials', ...(subject === '' ? {} : { sub: subject }) },
    lifetimeSeconds: access.lifetimeSeconds,
  });
  const ciphertext = key.seal(secretPlace(connectionId, tokenName), token);
  await database.forCompany(companyId, (tx) =>
    saveTokenSecret(tx, { connectionId, companyId, name: tokenName, ciphertext, expiresAt }, clock.now()),
  );
  return { token, ciphertext, expiresAt };
}
